// Package document turns what people have written into text that can be
// signed: the server renders what it stored, hashes it, and holds it still.
package document

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Renderer makes the canonical ProseMirror JSON of stored updates.
type Renderer interface {
	Render(ctx context.Context, updates ...[]byte) (json.RawMessage, error)
}

// Authors renders a text, and the same with who wrote what.
type Authors interface {
	RenderAuthors(ctx context.Context, updates [][]byte, by []int) (plain, authored json.RawMessage, err error)
}

// Store is what this package needs kept.
type Store interface {
	Write(ctx context.Context, fn func(Tx) error) error
	policy.ReadingLog
	Response(ctx context.Context, id portal.ResponseID) (portal.Response, error)
	// Stored are the committed updates of the documents, a snapshot first where there is one.
	Stored(ctx context.Context, ids []portal.DocumentID) (map[portal.DocumentID][][]byte, error)
	FrozenAnswers(ctx context.Context, id portal.FreezeID) ([]portal.FrozenAnswer, error)
	// Edits are those that were ever committed of a document, in their order, up to a place.
	Edits(ctx context.Context, id portal.DocumentID, upto int64) ([]Edit, error)
	// Moments are all of them without what they wrote.
	Moments(ctx context.Context, id portal.DocumentID) ([]Edit, error)
	NamedVersions(ctx context.Context, id portal.DocumentID) ([]NamedVersion, error)
	// FrozenPlaces are the numbers of the frozen versions by the last edit that each holds of an answer.
	FrozenPlaces(ctx context.Context, id portal.AnswerID) (map[int64]int, error)
	// Home is the response that a live document belongs to.
	Home(ctx context.Context, id portal.DocumentID) (Home, error)
}

// Tx is one write.
type Tx interface {
	LockResponse(id portal.ResponseID) (portal.Response, error)
	// LockDocuments waits for appends under way and refuses further ones; from
	// then on Stored is everything that was ever acknowledged.
	LockDocuments(ids []portal.DocumentID, locked bool) error
	Stored(ids []portal.DocumentID) (map[portal.DocumentID][][]byte, error)
	NextFreeze(id portal.ResponseID) (int, error)
	InsertFreeze(r portal.Response, f portal.Freeze, by portal.AccountID) error
	// OpenText lets people write again; the frozen version stays on record, with the reason.
	OpenText(r portal.Response, by portal.AccountID, reason string, at time.Time) error
	SetResponseState(r portal.Response, to portal.ResponseState) error
	SetFreeze(r portal.Response, id portal.FreezeID) error
	FrozenAnswers(id portal.FreezeID) ([]portal.FrozenAnswer, error)

	// Parties are the members of the community on the date.
	Parties(owner portal.Organisation, on time.Time) ([]portal.Party, error)
	AddParty(r portal.Response, p portal.Party, at time.Time) error
	RemoveParty(r portal.Response, organisation portal.OrganisationID, at time.Time) error
	// NextCircle makes every position so far speak of another circle of parties.
	NextCircle(id portal.ResponseID) error
	KeepWarnings(from, to portal.FreezeID) error
	NameVersion(id portal.DocumentID, place int64, name string, by portal.Actor, at time.Time) error
	ApproversNeeded(organisation portal.OrganisationID, laid time.Time) (int, error)
	InsertPosition(r portal.Response, organisation portal.OrganisationID, p portal.Position) error
	// EndOffer takes away what an organisation was offered.
	EndOffer(id portal.ResponseID, organisation portal.OrganisationID) error
	Audit(portal.Actor, portal.AuditEvent) error
}

// Service freezes, reopens and shows texts.
type Service struct {
	Store    Store
	Renderer Renderer // of what is frozen
	Second   Renderer // of the same, by other code: nothing is frozen on the word of one decoder
	Drafts   Renderer // of what is being written; may remember
	Authors  Authors
	Turns    Turns // to read how a text came about; nil: nobody waits
	Now      func() time.Time
	NewID    func() string
	Logger   *slog.Logger
	// Changed is told, after the commit, whose right to write has changed.
	Changed func(ids []portal.DocumentID)
}

// Freeze holds the text still for approval. Writing is refused from the commit
// on; every edit acknowledged before it is in the frozen text.
func (s Service) Freeze(ctx context.Context, actor portal.Actor, id portal.ResponseID, version int) (portal.Freeze, error) {
	var frozen portal.Freeze
	var documents []portal.DocumentID
	err := s.change(ctx, actor, id, version, "response.freeze", func(tx Tx, r portal.Response) (map[string]any, error) {
		to, err := workflow.Next(workflow.ResponseSteps, r.State, "freeze")
		if err != nil {
			return nil, err
		}
		documents = r.Documents()
		if frozen, err = s.freeze(ctx, tx, actor, r); err != nil {
			return nil, err
		}
		if err := tx.SetFreeze(r, frozen.ID); err != nil {
			return nil, err
		}
		return map[string]any{"freeze": frozen.Number, "hash": frozen.Hash}, tx.SetResponseState(r, to)
	})
	if err == nil {
		s.Changed(documents)
	}
	return frozen, err
}

func (s Service) freeze(ctx context.Context, tx Tx, actor portal.Actor, r portal.Response) (portal.Freeze, error) {
	for _, a := range r.Answers {
		if a.Status != portal.AnswerReady && a.Status != portal.AnswerNotAnswered {
			return portal.Freeze{}, portal.Conflictf("answers_unfinished", "answer %d is %s", a.Number, a.Status).With("answer", a.Number)
		}
	}
	if waiting := workflow.WithSuggestions(r); len(waiting) > 0 {
		return portal.Freeze{}, portal.Conflictf("suggestions_open", "suggestions in answers %v are open", waiting).With("answers", waiting)
	}
	ids := r.Documents()
	if err := tx.LockDocuments(ids, true); err != nil {
		return portal.Freeze{}, err
	}
	stored, err := tx.Stored(ids)
	if err != nil {
		return portal.Freeze{}, err
	}
	number, err := tx.NextFreeze(r.ID)
	if err != nil {
		return portal.Freeze{}, err
	}
	f := portal.Freeze{ID: portal.FreezeID(s.NewID()), Number: number, FrozenAt: s.Now(), FrozenBy: actor.Name}
	for _, a := range r.Answers {
		answer, err := s.freezeAnswer(ctx, r, a, stored[a.Document])
		if err != nil {
			return f, err
		}
		f.Answers = append(f.Answers, answer)
	}
	if f.Hash, err = freezeHash(r, f); err != nil {
		return f, err
	}
	return f, tx.InsertFreeze(r, f, actor.Account)
}

func freezeHash(r portal.Response, f portal.Freeze) (string, error) {
	var hashes []evidence.Hash
	var parties []string
	for _, a := range f.Answers {
		hashes = append(hashes, evidence.Hash(a.Hash))
	}
	for _, p := range r.Parties {
		parties = append(parties, string(p.Organisation.ID))
	}
	hash, err := evidence.FreezeHash(string(r.ID), f.Number, hashes, parties)
	return string(hash), err
}

var nothing = json.RawMessage(`{"content":[],"type":"doc"}`)

// freezeAnswer renders one answer. What holds no text is frozen as nothing,
// whatever somebody left in the editor.
func (s Service) freezeAnswer(ctx context.Context, r portal.Response, a portal.Answer, updates [][]byte) (portal.FrozenAnswer, error) {
	frozen := portal.FrozenAnswer{Answer: a.ID, Number: a.Number, Status: a.Status, Content: nothing, Relation: a.Relation}
	if frozen.HoldsText() {
		content, err := s.readTwice(ctx, a, updates)
		if err != nil {
			return frozen, err
		}
		if !hasText(content) {
			return frozen, portal.Conflictf("answer_empty", "answer %d is marked as ready and has no text", a.Number).With("answer", a.Number)
		}
		frozen.Content = content
	}
	hash, err := evidence.AnswerHash(evidence.AnswerContent{AnswerID: string(a.ID), QuestionID: string(a.Question.ID),
		Status: string(a.Status), Language: string(r.Language), Content: frozen.Content, Relation: relationOf(a.Relation)})
	frozen.Hash = string(hash)
	return frozen, err
}

// readTwice gives what both decoders read. Where they do not agree nobody can say which text the parties would sign.
// What the first refuses, as when it is too much, the second is spared: it is slow, and documents are locked meanwhile.
func (s Service) readTwice(ctx context.Context, a portal.Answer, updates [][]byte) (json.RawMessage, error) {
	content, err := s.Renderer.Render(ctx, updates...)
	var again json.RawMessage
	if err == nil {
		again, err = s.readAgain(ctx, updates)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil && bytes.Equal(content, again) {
		return content, nil
	}
	s.Logger.ErrorContext(ctx, "decoders disagree on a text that was to be frozen", "document", a.Document, "answer", a.ID,
		"updates", len(updates), "bytes", len(content), "other bytes", len(again), "error", err)
	return nil, portal.Conflictf("text_uncertain", "two decoders read answer %d differently", a.Number).With("answer", a.Number).Because(err)
}

// secondTakes is what the second decoder may take for one answer, with every document locked. It needs seconds for a text
// of 60,000 letters.
const secondTakes = 30 * time.Second

func (s Service) readAgain(ctx context.Context, updates [][]byte) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, secondTakes)
	defer cancel()
	return s.Second.Render(ctx, updates...)
}

func hasText(content json.RawMessage) bool {
	var node struct {
		Text    string            `json:"text"`
		Content []json.RawMessage `json:"content"`
	}
	if json.Unmarshal(content, &node) != nil {
		return false
	}
	if node.Text != "" {
		return true
	}
	for _, child := range node.Content {
		if hasText(child) {
			return true
		}
	}
	return false
}

// Reopen lets people write again. What was said about the frozen text stays on
// record; whether it still holds shows when the text is frozen next. What was
// sent stands until something is sent in its place.
func (s Service) Reopen(ctx context.Context, actor portal.Actor, id portal.ResponseID, version int, reason string) error {
	var documents []portal.DocumentID
	err := s.change(ctx, actor, id, version, "response.reopen", func(tx Tx, r portal.Response) (map[string]any, error) {
		to, err := workflow.Next(workflow.ResponseSteps, r.State, "reopen")
		if err != nil {
			return nil, err
		}
		documents = r.Documents()
		if r.Last() != nil && r.Round.State != portal.RoundOpen {
			return nil, portal.Conflictf("round_closed", "nothing can be sent in its place")
		}
		if err := tx.OpenText(r, actor.Account, reason, s.Now()); err != nil {
			return nil, err
		}
		return map[string]any{"freeze": r.Freeze.Number, "reason": reason}, tx.SetResponseState(r, to)
	})
	if err == nil {
		s.Changed(documents)
	}
	return err
}

func (s Service) change(ctx context.Context, actor portal.Actor, id portal.ResponseID, version int, action policy.Action,
	do func(Tx, portal.Response) (map[string]any, error)) error {
	change := policy.Change{Actor: actor, Action: action, Response: id, Now: s.Now}
	return policy.Run(ctx, s.Store.Write, change, func(tx Tx, r portal.Response) (map[string]any, error) {
		if r.Version != version {
			return nil, portal.Conflictf("changed_meanwhile", "version %d was read, it is %d now", version, r.Version).With("version", r.Version)
		}
		return do(tx, r)
	})
}
