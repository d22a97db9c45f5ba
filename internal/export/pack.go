package export

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

// Pack is what lies before a meeting in one case, beside the text itself.
type Pack struct {
	Body     string       `json:"body"`
	StartsAt time.Time    `json:"startsAt"`
	Place    string       `json:"place"`
	Number   int          `json:"number"` // of the case
	Earlier  *EarlierText `json:"earlier"`
}

// EarlierText is what a meeting treated last.
type EarlierText struct {
	Body     string                     `json:"body"`
	At       time.Time                  `json:"at"`
	Number   int                        `json:"number"`   // of the frozen version
	Contents map[string]json.RawMessage `json:"contents"` // by answer
}

// Papers renders the papers of a case: what has changed, the frozen text, positions and remarks, as PDF/UA-1.
func (s Service) Papers(ctx context.Context, language string, p evidence.Package, pack Pack) ([]byte, error) {
	return s.Renderer.render(ctx, map[string]any{"format": "pack", "language": language, "draft": true, "package": p, "pack": pack})
}

// PapersName is what downloaded papers are called.
func PapersName(m portal.Meeting, c portal.Case) string {
	return fmt.Sprintf("sakspapir-%s-%s-%d.pdf", m.Community.ID, m.StartsAt.Format(time.DateOnly), c.Number)
}
