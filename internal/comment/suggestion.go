package comment

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// State is what became of a suggestion. What is said in one changes nothing of it.
type State string

const (
	Open     State = "open"
	Accepted State = "accepted" // by somebody whose page puts it into the text
	Rejected State = "rejected" // or withdrawn by whoever made it
)

// Suggested is how much one organisation has suggested in an answer, and how many of that are open.
type Suggested struct{ Threads, Open, Bytes int }

// Of one organisation in one answer: it has room again for open ones when some are settled, and never for those in all,
// since they stay to be read.
const (
	mostOpen        = 100
	mostSuggestions = 500
	mostBytes       = 2 << 20
)

const (
	largestChange = 64 << 10
	deepestChange = 64
)

// settled is the last thing done that decides on a suggestion, or opens it.
func (t Thread) settled() Entry {
	for _, e := range slices.Backward(t.Entries) {
		if e.Kind != Say {
			return e
		}
	}
	return Entry{}
}

// State is what became of the suggestion; empty for a comment.
func (t Thread) State() State {
	switch {
	case t.Change == nil:
		return ""
	case t.settled().Kind == Accept:
		return Accepted
	case t.settled().Kind == Reject:
		return Rejected
	}
	return Open
}

// Suggest makes a suggestion of each thread's change: all of them or none. They are for all parties, since they are about
// the text that all of them sign. Why, in a word, may be said and need not.
func (s Service) Suggest(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, all []Thread, why Entry) error {
	why.Kind, why.Sending = Suggest, why.Sending.with("suggest", id, answer, all, why)
	_, err := s.once(ctx, actor, id, why.Sending, func() (portal.ThreadID, error) {
		return "", s.write(ctx, actor, "response.suggest", id, answer, func(tx Tx, in room) (map[string]any, error) {
			all, err := s.prepared(actor, all)
			if err != nil {
				return nil, err
			}
			before, err := tx.SuggestedBy(actor.Organisation, answer)
			if err != nil {
				return nil, err
			}
			if err := before.room(all); err != nil {
				return nil, err
			}
			var ids []portal.ThreadID
			for _, t := range all {
				if err := tx.InsertThread(in.response, answer, t); err != nil {
					return nil, err
				}
				if _, err := in.keep(tx, t, why.by(actor, s.Now())); err != nil {
					return nil, err
				}
				ids, why.Sending = append(ids, t.ID), Sending{}
			}
			return map[string]any{"threads": ids, "answer": in.answer.Number, "answerId": in.answer.ID}, nil
		})
	})
	return err
}

// prepared are the suggestions as they are kept.
func (s Service) prepared(actor portal.Actor, all []Thread) (kept []Thread, err error) {
	for _, t := range all {
		t.ID, t.Organisation, t.Audience, t.Quote = portal.ThreadID(s.NewID()), actor.Organisation, Parties, strings.TrimSpace(t.Quote)
		if t.Change, err = fitting(t); err != nil {
			return nil, err
		}
		kept = append(kept, t)
	}
	return kept, nil
}

// room says whether there is any left for more suggestions.
func (s Suggested) room(more []Thread) error {
	size := s.Bytes
	for _, t := range more {
		size += len(t.Change)
	}
	switch {
	case s.Open+len(more) > mostOpen:
		return portal.Conflictf("too_many_suggestions", "%d open suggestions of one organisation in one answer, and %d more", s.Open, len(more))
	case s.Threads+len(more) > mostSuggestions || size > mostBytes:
		return portal.Conflictf("suggestions_used_up", "%d suggestions of one organisation in one answer, of %d bytes, and %d more", s.Threads, s.Bytes, len(more))
	}
	return nil
}

// Settle takes a suggestion in, rejects it, or opens again what the actor has taken in and could not put into the text.
// Of two people who settle one at once, one is told that the other was first: what is taken in is put in once. While the
// text is frozen none is taken in; to reject one changes no text, and is what is left to do before that is sent.
func (s Service) Settle(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, thread portal.ThreadID, kind Kind, sending Sending) error {
	action, err := s.settles(ctx, actor, answer, thread, kind)
	if err != nil {
		return err
	}
	sending = sending.with("settle", id, answer, thread, kind)
	_, err = s.once(ctx, actor, id, sending, func() (portal.ThreadID, error) {
		return thread, s.write(ctx, actor, action, id, answer, func(tx Tx, in room) (map[string]any, error) {
			t, err := in.find(tx, thread)
			switch {
			case err != nil:
				return nil, err
			case t.Change == nil || kind != Accept && kind != Reject && kind != Reopen:
				return nil, portal.InvalidField("kind", "not_supported", "a suggestion is taken in or not")
			case kind == Reopen && (t.State() != Accepted || !t.settled().of(actor)):
				return nil, portal.Conflictf("changed_meanwhile", "it was not taken in by the actor")
			case kind != Reopen && t.State() != Open:
				return nil, portal.Conflictf("changed_meanwhile", "somebody has settled it already")
			case kind == Accept && t.full(): // it can be rejected, and what was taken in before be opened again: both end
				return nil, portal.Conflictf("too_many_comments", "%d entries in one thread", len(t.Entries))
			}
			if kind == Accept {
				if err := policy.Decide(actor, "document.write", policy.ResponseObject(in.response)); err != nil {
					return nil, err
				}
			}
			detail, err := in.keep(tx, t, Entry{Kind: kind, Sending: sending}.by(actor, s.Now()))
			if err == nil {
				detail["by"] = string(t.Entries[0].Account) + " " + string(t.Entries[0].Organisation)
			}
			return detail, err
		})
	})
	return err
}

// settles is the action that is asked for. Whoever made a suggestion may withdraw it; whoever has taken one in may open it
// again. Both also when the text has been frozen: it may have been before what was taken in was put in.
func (s Service) settles(ctx context.Context, actor portal.Actor, answer portal.AnswerID, thread portal.ThreadID, kind Kind) (policy.Action, error) {
	if kind == Reopen {
		return "response.comment", nil
	}
	t, err := s.Store.Thread(ctx, answer, thread)
	switch {
	case err != nil && !portal.IsCode(err, "not_found"):
		return "", err
	case err == nil && kind == Reject && t.Entries[0].of(actor):
		return "response.comment", nil
	}
	return "response.settle_suggestion", nil
}

// fitting is the change of a suggestion as it can be kept. What it means is for pages to know.
func fitting(t Thread) (json.RawMessage, error) {
	switch {
	case t.Anchor == nil:
		return nil, portal.InvalidField("anchor", "required", "where the change is made")
	case !t.Anchor.fits():
		return nil, portal.InvalidField("anchor", "invalid", "not a place in a text")
	case len([]rune(t.Quote)) > longestQuote:
		return nil, portal.InvalidField("quote", "too_long", "a passage")
	case len(t.Change) > largestChange:
		return nil, portal.InvalidField("change", "too_long", "a change")
	}
	var change map[string]any
	if json.Unmarshal(t.Change, &change) != nil || change == nil || !plain(change, deepestChange) {
		return nil, portal.InvalidField("change", "invalid", "not a change of a text")
	}
	kept, err := compact(change)
	if len(kept) > largestChange { // what was written with fewer bytes than it means
		return nil, portal.InvalidField("change", "too_long", "a change")
	}
	return kept, err
}

// compact is the value in as many bytes as PostgreSQL makes of it, but for blanks.
func compact(value any) (json.RawMessage, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return bytes.TrimSpace(out.Bytes()), err
}

// plain says whether the value is nested no deeper than that, and can be kept: PostgreSQL has no place for a zero
// character, and writes every digit of a number.
func plain(value any, depth int) bool {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if !plain(name, depth) || !plain(inner, depth-1) {
				return false
			}
		}
	case []any:
		if slices.ContainsFunc(v, func(inner any) bool { return !plain(inner, depth-1) }) {
			return false
		}
	case float64:
		return v == 0 || 1e-6 <= math.Abs(v) && math.Abs(v) < 1e21 // the others Go writes with an exponent
	case string:
		return !strings.Contains(v, "\x00")
	}
	return depth > 0
}
