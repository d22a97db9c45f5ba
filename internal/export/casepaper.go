package export

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

// CasePaper is what a party's own organisation treats an answer by.
type CasePaper struct {
	Organisation string                  `json:"organisation"`
	Kind         portal.OrganisationKind `json:"kind"`
	Frozen       bool                    `json:"frozen"` // else it is a draft, and says so
	At           time.Time               `json:"at"`
	Treated      *Treated                `json:"treated"` // nil: it has treated no version, or this very text
}

// Treated is the earlier text that the organisation treated last, by the id of the answer.
type Treated struct {
	Version int                        `json:"version"`
	Body    string                     `json:"body"`
	Date    string                     `json:"date"`
	Answers map[string]json.RawMessage `json:"answers"`
}

// CasePaper writes the paper as Word. The package is of what is sent when all agree; it is not sealed.
func (s Service) CasePaper(ctx context.Context, language string, p evidence.Package, paper CasePaper) ([]byte, error) {
	return s.Renderer.render(ctx, map[string]any{"format": "casepaper", "language": language, "package": p, "paper": paper})
}

// CasePaperName is what it is called when it is downloaded.
func CasePaperName(r portal.Response, organisation portal.OrganisationID) string {
	if r.Freeze == nil {
		return fmt.Sprintf("saksframlegg-%s-utkast.docx", organisation)
	}
	return fmt.Sprintf("saksframlegg-%s-versjon-%d.docx", organisation, r.Freeze.Number)
}
