package document

import (
	"bytes"
	"context"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// Text is what a response says: the frozen text if there is one, else the
// draft as it is committed at this moment.
type Text struct {
	Response   portal.Response
	Answers    []portal.FrozenAnswer                   // a draft's have no hash
	Seen       map[portal.AnswerID]portal.FrozenAnswer // what the actor's party last took a position on
	SeenFreeze int                                     // its number; 0 when the party has taken none
	Joint      map[portal.AnswerID]portal.FrozenAnswer // the joint answers that theirs stand to, in the versions that were read
	// Treated is what the actor's party last treated, when that is another text than this one.
	Treated       map[portal.AnswerID]portal.FrozenAnswer
	TreatedFreeze int
}

// Changed says whether an answer differs from what the actor's party has seen.
// A draft has no hash yet, so its text itself is compared: both are canonical.
func (t Text) Changed(id portal.AnswerID) bool {
	for _, a := range t.Answers {
		if a.Answer == id {
			return Differ(a, t.Seen[id])
		}
	}
	return false
}

// Differ says whether two texts of an answer are not the same.
func Differ(a, b portal.FrozenAnswer) bool {
	return a.Status != b.Status || !bytes.Equal(a.Content, b.Content) || !sameRelation(a.Relation, b.Relation)
}

// Text gives the text, and beside it what the actor's party has seen before.
func (s Service) Text(ctx context.Context, actor portal.Actor, id portal.ResponseID) (Text, error) {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return Text{}, err
	}
	if err := policy.Read(ctx, s.Store, actor, "response.text", r, s.Now()); err != nil {
		return Text{}, err
	}
	text := Text{Response: r}
	if r.Freeze != nil {
		text.Answers, err = s.Store.FrozenAnswers(ctx, r.Freeze.ID)
	} else {
		text.Answers, err = s.draft(ctx, r)
	}
	if err != nil {
		return text, err
	}
	if err := s.joint(ctx, actor, &text); err != nil {
		return text, err
	}
	return text, s.seen(ctx, actor, &text)
}

func (s Service) draft(ctx context.Context, r portal.Response) ([]portal.FrozenAnswer, error) {
	stored, err := s.Store.Stored(ctx, r.Documents())
	if err != nil {
		return nil, err
	}
	var answers []portal.FrozenAnswer
	for _, a := range r.Answers {
		content, err := s.Drafts.Render(ctx, stored[a.Document]...)
		if err != nil && ctx.Err() == nil {
			err = portal.Conflictf("text_unreadable", "answer %d cannot be rendered", a.Number).With("answer", a.Number).Because(err)
		}
		if err != nil {
			return nil, err
		}
		answers = append(answers, portal.FrozenAnswer{Answer: a.ID, Number: a.Number, Status: a.Status, Content: content, Relation: a.Relation})
	}
	return answers, nil
}

func (s Service) seen(ctx context.Context, actor portal.Actor, text *Text) error {
	i := indexOf(text.Response.Parties, actor.Organisation)
	if i < 0 {
		return nil
	}
	var err error
	p := text.Response.Parties[i]
	if p.Position != nil {
		text.SeenFreeze = p.Position.FreezeNumber
		if text.Seen, err = s.frozen(ctx, p.Position.Freeze); err != nil {
			return err
		}
	}
	if t := p.Treated(); t != nil {
		treated, err := s.frozen(ctx, t.Freeze)
		if err != nil {
			return err
		}
		for _, a := range text.Answers {
			if Differ(a, treated[a.Answer]) {
				text.Treated, text.TreatedFreeze = treated, t.FreezeNumber
			}
		}
	}
	return nil
}

func (s Service) frozen(ctx context.Context, id portal.FreezeID) (map[portal.AnswerID]portal.FrozenAnswer, error) {
	answers, err := s.Store.FrozenAnswers(ctx, id)
	by := map[portal.AnswerID]portal.FrozenAnswer{}
	for _, a := range answers {
		by[a.Answer] = a
	}
	return by, err
}

// Access is what an actor may do with a live document, and why not more.
type Access int

const (
	NoAccess     Access = iota // unknown, or another's: the two are never told apart
	MayRead                    // by role
	MayReadFixed               // the text is held still for approval
	MayReadSent                // the answer has been submitted
	MayWrite
)

// Home is what decides about a live document: of the response that it belongs to.
type Home struct {
	State   portal.ResponseState
	Owner   portal.OrganisationID
	Parties []portal.OrganisationID
	Sent    bool // the text as it now stands has been sent
	Locked  bool // no edit is taken, whatever the state: the draft was thrown away
	Kind    portal.ResponseKind

	Round       portal.RoundID
	Response    portal.ResponseID
	LogsReading bool
}

// Access says it for one document.
func (s Service) Access(ctx context.Context, actor portal.Actor, id portal.DocumentID) (Access, error) {
	home, err := s.Store.Home(ctx, id)
	if portal.IsCode(err, "not_found") {
		return NoAccess, nil
	}
	if err != nil {
		return NoAccess, err
	}
	access := home.access(actor)
	if access == NoAccess || !home.LogsReading {
		return access, nil
	}
	return access, s.Store.RecordReading(ctx, actor, policy.Reading{At: s.Now(), Action: "document.read", Round: home.Round, Response: home.Response, Object: string(id)})
}

func (h Home) access(actor portal.Actor) Access {
	o := policy.Object{State: string(h.State), Owner: h.Owner, Parties: h.Parties, Separate: h.Kind == portal.Separate}
	switch {
	case !h.Locked && policy.Decide(actor, "document.write", o) == nil:
		return MayWrite
	case policy.Decide(actor, "document.read", o) != nil:
		return NoAccess
	case h.Sent:
		return MayReadSent
	case h.State != portal.Draft || h.Locked:
		return MayReadFixed
	}
	return MayRead
}
