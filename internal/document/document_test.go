package document

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"samsvar/internal/portal"
)

// endless is a decoder that ends with its context alone.
type endless struct{}

func (endless) Render(ctx context.Context, _ ...[]byte) (json.RawMessage, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestAFreezeDoesNotWaitForADecoderThatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, began := Service{Renderer: &counting{}, Second: endless{}, Logger: slog.New(slog.DiscardHandler)}, time.Now()
		_, err := s.readTwice(t.Context(), portal.Answer{Number: 1}, [][]byte{{0, 0}})
		if !portal.IsCode(err, "text_uncertain") || time.Since(began) != secondTakes {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}
