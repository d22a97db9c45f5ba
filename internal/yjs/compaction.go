package yjs

import (
	"context"
	"errors"
	"fmt"

	"github.com/dop251/goja"
)

// ErrDifferent is wrapped when a snapshot does not hold what it is to stand for.
var ErrDifferent = errors.New("snapshot holds another document")

// SameDocument checks by yjs that after, one update, can take the place of the updates before: that it gives the same
// text, state vector and deletions, the same structs in the same places, so that what comes later finds what it leans
// on, and the same still waiting. The error wraps ErrDifferent and says what differs; any other error leaves open
// whether something does. In each case the updates before must be kept. What Native refuses is not given to yjs, which
// knows no bounds.
func (r *Renderer) SameDocument(ctx context.Context, before [][]byte, after []byte) error {
	for _, updates := range [][][]byte{before, {after}} {
		if _, err := (Native{}).Render(ctx, updates...); err != nil {
			return err
		}
	}
	return r.do(ctx, func(m *machine) error {
		difference, err := m.difference(goja.Undefined(), m.arrays(before), m.arrays([][]byte{after}))
		if err != nil {
			return err
		}
		if difference.String() != "" {
			return fmt.Errorf("%w: %s", ErrDifferent, difference)
		}
		return nil
	})
}
