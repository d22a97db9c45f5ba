// Package comment lets those who make an answer talk about it: threads that hang on a passage, seen by one's own
// organisation or by all parties, and may carry a change that is suggested for it. Nothing said here touches a text or its
// hash, is sent, or is seen by the ministry.
package comment

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// Audience is who sees a thread.
type Audience string

const (
	Own     Audience = "organisation" // the people of the organisation that began it
	Parties Audience = "parties"      // of the owner and all parties
)

// Kind is what somebody does in a thread.
type Kind string

const (
	Say     Kind = "say"
	Resolve Kind = "resolve"
	Reopen  Kind = "reopen"
	// Of a suggestion; see State.
	Suggest Kind = "suggest"
	Accept  Kind = "accept"
	Reject  Kind = "reject"
)

// Thread is what was said about one passage, or about the whole answer. Its state is what was done last: whoever says
// something in a thread that was resolved has opened it again.
type Thread struct {
	ID           portal.ThreadID
	Organisation portal.OrganisationID // that began it
	Audience     Audience
	Anchor       *Anchor         // nil: the whole answer
	Quote        string          // the passage as it then stood; empty: the whole answer, or where something new is suggested
	Change       json.RawMessage // that is suggested, as pages make and read it; nil: a comment
	Entries      []Entry
}

// Anchor is where the passage begins and ends, as the page has it from the live text: Yjs' relative positions of its
// first and its last character. Pages alone read it.
type Anchor struct{ First, Last []byte }

// Entry is one thing that somebody did in a thread.
type Entry struct {
	Kind             Kind
	Account          portal.AccountID
	Name             string // of the person
	Organisation     portal.OrganisationID
	OrganisationName string
	Text             string
	Mentions         []Mention
	At               time.Time
	Sending          Sending `json:"-"` // as it is made; it is not read again
}

// Mention is somebody who is told of an entry, for the organisation that they act for in this.
type Mention struct {
	Account          portal.AccountID      `json:"account"`
	Organisation     portal.OrganisationID `json:"organisation"`
	Name             string                `json:"name"`
	OrganisationName string                `json:"organisationName"`
}

func (m Mention) same(other Mention) bool {
	return m.Account == other.Account && m.Organisation == other.Organisation
}

// of says whether the actor has done it.
func (e Entry) of(actor portal.Actor) bool {
	return e.Account == actor.Account && e.Organisation == actor.Organisation
}

// by is the entry as the actor makes it.
func (e Entry) by(actor portal.Actor, at time.Time) Entry {
	e.Account, e.Name, e.Organisation, e.At, e.Text = actor.Account, actor.Name, actor.Organisation, at, strings.TrimSpace(e.Text)
	return e
}

// Resolved says whether nobody waits for anything there.
func (t Thread) Resolved() bool {
	if t.Change != nil {
		return t.State() != Open
	}
	return len(t.Entries) > 0 && t.Entries[len(t.Entries)-1].Kind == Resolve
}

// seenBy says whether the thread exists for the actor, who takes part in the answer.
func (t Thread) seenBy(actor portal.Actor) bool {
	return t.Audience == Parties || t.Organisation == actor.Organisation
}

// full says whether nothing more is done in the thread than what ends it.
func (t Thread) full() bool { return len(t.Entries) >= mostEntries }

// fits says whether the place can be kept.
func (a Anchor) fits() bool {
	fits := func(position []byte) bool { return 0 < len(position) && len(position) <= longestAnchor }
	return fits(a.First) && fits(a.Last)
}

const (
	mostThreads   = 100  // of one organisation in one answer: what others say to themselves takes no room from it
	mostSaid      = 1000 // by one organisation in one answer
	mostEntries   = 100  // in one thread
	mostMentions  = 20
	longest       = 4000
	longestQuote  = 1000
	longestAnchor = 64
)

// Said is how much one organisation has said in an answer. What it has resolved still counts.
type Said struct{ Threads, Entries int }

// Store is what this package needs kept.
type Store interface {
	Write(ctx context.Context, fn func(Tx) error) error
	policy.ReadingLog
	Response(ctx context.Context, id portal.ResponseID) (portal.Response, error)
	// Threads are those of an answer, the oldest first, each with its entries.
	Threads(ctx context.Context, id portal.AnswerID) ([]Thread, error)
	// Thread is one of them; portal.Missing when the answer has none of that id.
	Thread(ctx context.Context, answer portal.AnswerID, id portal.ThreadID) (Thread, error)
	// Sent is the thread in which the actor did what was sent so; empty when nothing was.
	Sent(ctx context.Context, actor portal.Actor, sending Sending) (portal.ThreadID, error)
	// Actors are those with a role in any of the organisations, once for each.
	Actors(ctx context.Context, organisations []portal.OrganisationID) ([]portal.Actor, error)
}

// Tx is one write.
type Tx interface {
	LockResponse(id portal.ResponseID) (portal.Response, error)
	// CommentThread is portal.Missing when the answer has none of that id.
	CommentThread(answer portal.AnswerID, id portal.ThreadID) (Thread, error)
	SaidBy(organisation portal.OrganisationID, answer portal.AnswerID) (Said, error)
	SuggestedBy(organisation portal.OrganisationID, answer portal.AnswerID) (Suggested, error)
	InsertThread(r portal.Response, answer portal.AnswerID, t Thread) error
	// InsertEntry refuses one that is sent under a name which has been used.
	InsertEntry(id portal.ThreadID, e Entry) error
	ActorsOf(organisations []portal.OrganisationID) ([]portal.Actor, error)
	Audit(portal.Actor, portal.AuditEvent) error
}

// Service keeps what is said, and shows it to those whom it is for.
type Service struct {
	Store Store
	Now   func() time.Time
	NewID func() string
}

// Threads are those of an answer that the actor may see. They quote its text, so that they were read counts as reading it.
func (s Service) Threads(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID) ([]Thread, error) {
	r, err := s.readable(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	a, err := r.Answer(answer)
	if err != nil {
		return nil, err
	}
	if r.Round.LogsReading {
		reading := policy.Reading{At: s.Now(), Action: "document.read", Round: r.Round.ID, Response: r.ID, Object: string(a.Document)}
		if err := s.Store.RecordReading(ctx, actor, reading); err != nil {
			return nil, err
		}
	}
	all, err := s.Store.Threads(ctx, answer)
	return slices.DeleteFunc(all, func(t Thread) bool { return !t.seenBy(actor) }), err
}

// People are those who can be mentioned in a thread that the parties see; in one of the actor's own, those of them who are its own.
func (s Service) People(ctx context.Context, actor portal.Actor, id portal.ResponseID) ([]Mention, error) {
	r, err := s.readable(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	actors, err := s.Store.Actors(ctx, inside(r))
	return readers(r, actors), err
}

// inside are the organisations that make the answer.
func inside(r portal.Response) []portal.OrganisationID {
	all := []portal.OrganisationID{r.Owner.ID}
	for _, p := range r.Parties {
		if p.Organisation.ID != r.Owner.ID {
			all = append(all, p.Organisation.ID)
		}
	}
	return all
}

// readers are those of the actors who may read what the parties say to each other.
func readers(r portal.Response, actors []portal.Actor) (all []Mention) {
	for _, a := range actors {
		if policy.Decide(a, "response.comments", policy.ResponseObject(r)) != nil {
			continue
		}
		name := r.Owner.Name
		if p, takesPart := r.Party(a.Organisation); takesPart {
			name = p.Organisation.Name
		}
		all = append(all, Mention{Account: a.Account, Organisation: a.Organisation, Name: a.Name, OrganisationName: name})
	}
	return all
}

func (s Service) readable(ctx context.Context, actor portal.Actor, id portal.ResponseID) (portal.Response, error) {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return r, err
	}
	return r, policy.Decide(actor, "response.comments", policy.ResponseObject(r))
}

// Begin begins a thread with the first thing that is said in it, and gives its id.
func (s Service) Begin(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, t Thread, first Entry) (portal.ThreadID, error) {
	first.Sending = first.Sending.with("begin", id, answer, t, first)
	t.ID, t.Organisation, t.Quote, t.Change = portal.ThreadID(s.NewID()), actor.Organisation, strings.TrimSpace(t.Quote), nil
	switch {
	case first.Kind != Say:
		return "", portal.InvalidField("kind", "not_supported", "a thread begins with something that is said")
	case len([]rune(t.Quote)) > longestQuote:
		return "", portal.InvalidField("quote", "too_long", "a passage")
	case (t.Anchor == nil) != (t.Quote == ""):
		return "", portal.InvalidField("quote", "required", "a passage has its place and its words")
	case t.Anchor != nil && !t.Anchor.fits():
		return "", portal.InvalidField("anchor", "invalid", "not a place in a text")
	}
	return s.once(ctx, actor, id, first.Sending, func() (portal.ThreadID, error) {
		return t.ID, s.write(ctx, actor, "response.comment", id, answer, func(tx Tx, in room) (map[string]any, error) {
			said, err := tx.SaidBy(actor.Organisation, answer)
			if err != nil {
				return nil, err
			}
			if said.Threads >= mostThreads || said.Entries >= mostSaid {
				return nil, tooMuch(said)
			}
			if err := tx.InsertThread(in.response, answer, t); err != nil {
				return nil, err
			}
			return in.keep(tx, t, first.by(actor, s.Now()))
		})
	})
}

// Add says something in a thread, resolves it, or opens it again. What is said of a suggestion leaves it as it is.
func (s Service) Add(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, thread portal.ThreadID, e Entry) error {
	e.Sending = e.Sending.with("add", id, answer, thread, e)
	_, err := s.once(ctx, actor, id, e.Sending, func() (portal.ThreadID, error) {
		return thread, s.write(ctx, actor, "response.comment", id, answer, func(tx Tx, in room) (map[string]any, error) {
			t, err := in.find(tx, thread)
			switch {
			case err != nil:
				return nil, err
			case t.Change != nil && e.Kind != Say || e.Kind != Say && e.Kind != Resolve && e.Kind != Reopen:
				return nil, portal.InvalidField("kind", "not_supported", "a suggestion is settled, a comment resolved")
			case t.full() && e.Kind != Resolve:
				return nil, portal.Conflictf("too_many_comments", "%d entries in one thread", len(t.Entries))
			case e.Kind != Say && t.Resolved() == (e.Kind == Resolve):
				return nil, portal.Conflictf("changed_meanwhile", "somebody did so already")
			}
			said, err := tx.SaidBy(actor.Organisation, answer)
			if err != nil {
				return nil, err
			}
			if said.Entries >= mostSaid && e.Kind == Say {
				return nil, tooMuch(said)
			}
			return in.keep(tx, t, e.by(actor, s.Now()))
		})
	})
	return err
}

// room is where the actor writes: an answer.
type room struct {
	response portal.Response
	answer   portal.Answer
	actor    portal.Actor
}

// write lets do write in the answer, and keeps with what it returns that this was done.
func (s Service) write(ctx context.Context, actor portal.Actor, action policy.Action, id portal.ResponseID, answer portal.AnswerID,
	do func(Tx, room) (map[string]any, error)) error {
	change := policy.Change{Actor: actor, Action: action, Response: id, Now: s.Now}
	return policy.Run(ctx, s.Store.Write, change, func(tx Tx, r portal.Response) (map[string]any, error) {
		a, err := r.Answer(answer)
		if err != nil {
			return nil, err
		}
		return do(tx, room{response: r, answer: a, actor: actor})
	})
}

// find gives a thread that the actor may see.
func (in room) find(tx Tx, id portal.ThreadID) (Thread, error) {
	t, err := tx.CommentThread(in.answer.ID, id)
	if err == nil && !t.seenBy(in.actor) {
		err = portal.Missing()
	}
	return t, err
}

func tooMuch(said Said) error {
	return portal.Conflictf("too_many_comments", "%d threads and %d entries of one organisation in one answer", said.Threads, said.Entries)
}

// keep adds the entry to the thread, and gives what the audit trail says of it.
func (in room) keep(tx Tx, t Thread, e Entry) (map[string]any, error) {
	if err := e.fits(); err != nil {
		return nil, err
	}
	found, err := mentioned(tx, in.response, t, e.Mentions)
	if err != nil {
		return nil, err
	}
	e.Mentions = found
	told := make([]string, len(e.Mentions))
	for i, m := range e.Mentions {
		told[i] = string(m.Account) + " " + string(m.Organisation)
	}
	return map[string]any{"thread": t.ID, "answer": in.answer.Number, "answerId": in.answer.ID, "audience": t.Audience, "step": e.Kind, "mentions": told}, tx.InsertEntry(t.ID, e)
}

func (e Entry) fits() error {
	switch {
	case e.Kind == Say && e.Text == "":
		return portal.InvalidField("text", "required", "what is said")
	case e.Kind != Say && e.Kind != Suggest && (e.Text != "" || len(e.Mentions) > 0):
		return portal.InvalidField("text", "not_supported", "resolving says nothing")
	case len([]rune(e.Text)) > longest:
		return portal.InvalidField("text", "too_long", "what is said")
	case len(e.Mentions) > mostMentions:
		return portal.InvalidField("mentions", "too_long", "people who are mentioned")
	}
	return nil
}

// mentioned are the people asked for, by name. None may be told of what they cannot see.
func mentioned(tx Tx, r portal.Response, t Thread, asked []Mention) (found []Mention, err error) {
	if len(asked) == 0 {
		return nil, nil
	}
	of := []portal.OrganisationID{t.Organisation}
	if t.Audience == Parties {
		of = inside(r)
	}
	actors, err := tx.ActorsOf(of)
	if err != nil {
		return nil, err
	}
	people := readers(r, actors)
	for _, m := range asked {
		at := slices.IndexFunc(people, m.same)
		if at < 0 {
			return nil, portal.InvalidField("mentions", "not_a_candidate", "somebody who does not see the comment")
		}
		if !slices.ContainsFunc(found, m.same) {
			found = append(found, people[at])
		}
	}
	return found, nil
}
