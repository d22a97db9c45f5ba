package comment

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"samsvar/internal/portal"
)

// Sending is what a page calls what it sends. A page that gets no answer does not know whether it was done, and sends it
// again under the same name: what is sent so is done once. Of somebody else, or with something else in it, it is refused.
type Sending struct {
	ID     string // a UUID; empty where each is another one
	Digest []byte // of all that is sent, and where to
}

// with is the sending of that.
func (s Sending) with(sent ...any) Sending {
	raw, _ := json.Marshal(sent) // what is no JSON is refused later, and never found
	digest := sha256.Sum256(raw)
	return Sending{ID: s.ID, Digest: digest[:]}
}

// once does what is sent, and gives its thread; what was done before under this name is not done again. Whatever refuses
// it, be it that its own first try has changed everything, what was done then was done.
func (s Service) once(ctx context.Context, actor portal.Actor, id portal.ResponseID, sending Sending, do func() (portal.ThreadID, error)) (portal.ThreadID, error) {
	if before, err := s.sent(ctx, actor, id, sending); before != "" || err != nil {
		return before, err
	}
	made, err := do()
	if err == nil {
		return made, nil
	}
	if meanwhile, failed := s.sent(ctx, actor, id, sending); failed == nil && meanwhile != "" {
		return meanwhile, nil
	}
	return "", err
}

// sent is the thread of what was sent so before; empty when nothing was, or the actor reads nothing there any more.
func (s Service) sent(ctx context.Context, actor portal.Actor, id portal.ResponseID, sending Sending) (portal.ThreadID, error) {
	if sending.ID == "" {
		return "", nil
	}
	if _, err := s.readable(ctx, actor, id); err != nil {
		return "", nil // doing it is refused, in the words for that
	}
	return s.Store.Sent(ctx, actor, sending)
}
