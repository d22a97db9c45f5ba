package policy

import (
	"context"
	"time"

	"samsvar/internal/portal"
)

// Reading is that somebody has been given a text.
type Reading struct {
	At       time.Time
	Action   Action
	Round    portal.RoundID
	Response portal.ResponseID // empty: of more than one
	Object   string            // the live document, or the question that was read across
}

// ReadingLog is where readings are kept.
type ReadingLog interface {
	RecordReading(context.Context, portal.Actor, Reading) error
}

// Read is the shape of every reading of a response's text: allowed, and written
// down where the round asks for it. Nobody gets a text whose line could not be written.
func Read(ctx context.Context, log ReadingLog, actor portal.Actor, action Action, r portal.Response, at time.Time) error {
	if err := Decide(actor, action, ObjectOf(action, r)); err != nil {
		return err
	}
	if !r.Round.LogsReading {
		return nil
	}
	return log.RecordReading(ctx, actor, Reading{At: at, Action: action, Round: r.Round.ID, Response: r.ID})
}
