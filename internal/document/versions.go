package document

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// pause is how long nobody writes before what comes next is another version, and another sitting of whoever writes it.
const pause = 30 * time.Minute

// Version is a text as it stood after an edit: when everybody paused, when somebody gave it a name, or when it was frozen.
type Version struct {
	Place    int64 // of the edit, counted from 1
	From, To time.Time
	People   []Author // who wrote since the version before, in the order they began
	Name     string
	NamedBy  string
	Frozen   int // the number of the frozen version that holds this text; 0 for none
}

// Author is who wrote something, and for whom, as the server knew them by their login. Two may have the same name.
type Author struct {
	Account            portal.AccountID
	For                portal.OrganisationID
	Name, Organisation string
}

// Edit is one as it was recorded. What the portal itself wrote has no author.
type Edit struct {
	portal.Edit
	By Author
}

// NamedVersion is a place that somebody has given a name.
type NamedVersion struct {
	Place    int64
	Name, By string
}

// Versions are those of one answer, the oldest first.
type Versions struct {
	Response portal.Response
	Answer   portal.Answer
	All      []Version
}

// Versions lists how an answer came about, from what the server recorded of every edit.
func (s Service) Versions(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID) (Versions, error) {
	out, err := s.history(ctx, actor, id, answer)
	if err != nil {
		return out, err
	}
	done, err := s.Turns.take(ctx)
	if err != nil {
		return out, err
	}
	defer done()
	edits, err := s.Store.Moments(ctx, out.Answer.Document)
	if err != nil {
		return out, err
	}
	named, err := s.Store.NamedVersions(ctx, out.Answer.Document)
	if err != nil {
		return out, err
	}
	frozen, err := s.Store.FrozenPlaces(ctx, out.Answer.ID)
	if err != nil {
		return out, err
	}
	out.All = versionsOf(edits, named, frozen)
	return out, nil
}

// history is that of an answer which the actor may read, with no version looked up yet.
func (s Service) history(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID) (Versions, error) {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return Versions{}, err
	}
	if err := policy.Read(ctx, s.Store, actor, "response.versions", r, s.Now()); err != nil {
		return Versions{}, err
	}
	a, err := r.Answer(answer)
	return Versions{Response: r, Answer: a}, err
}

// Turns keep more than so many from being busy with whole texts or histories at once: each may be all that was typed in a year.
type Turns chan struct{}

// NewTurns lets n at once.
func NewTurns(n int) Turns { return make(Turns, n) }

// take waits until it is one's turn. Whoever has it gives it back.
func (t Turns) take(ctx context.Context) (giveBack func(), err error) {
	if t == nil {
		return func() {}, nil
	}
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Rendering is the renderer, by turns.
func (t Turns) Rendering(r Renderer) Renderer { return byTurns{t, r} }

type byTurns struct {
	turns    Turns
	renderer Renderer
}

func (b byTurns) Render(ctx context.Context, updates ...[]byte) (json.RawMessage, error) {
	done, err := b.turns.take(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return b.renderer.Render(ctx, updates...)
}

// versionsOf parts the edits where everybody paused, and after every place that was named or frozen.
func versionsOf(edits []Edit, named []NamedVersion, frozen map[int64]int) (all []Version) {
	names := map[int64]NamedVersion{}
	for _, n := range named {
		names[n.Place] = n
	}
	var open *Version
	for i, e := range edits {
		if open == nil {
			open = &Version{From: e.At}
		}
		open.Place, open.To = e.Place, e.At
		if e.By.Name != "" && !slices.Contains(open.People, e.By) {
			open.People = append(open.People, e.By)
		}
		name, isNamed := names[e.Place]
		ends := i == len(edits)-1 || edits[i+1].At.Sub(e.At) > pause
		if ends || isNamed || frozen[e.Place] > 0 {
			open.Name, open.NamedBy, open.Frozen = name.Name, name.By, frozen[e.Place]
			all, open = append(all, *open), nil
		}
	}
	return all
}

// Sitting is a stretch of time in which one person wrote without pausing for long.
type Sitting struct {
	By       Author
	From, To time.Time
}

// OldText is an answer as it stood at a place, and who wrote what of it.
type OldText struct {
	Language portal.Language
	Content  json.RawMessage
	Authored json.RawMessage // the same with a mark "author" on every text; its attribute "by" counts Sittings from 0
	Sittings []Sitting
}

// TextAt gives the text as it stood after an edit. It is not remembered: few look at the same one twice.
func (s Service) TextAt(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, place int64) (OldText, error) {
	found, err := s.history(ctx, actor, id, answer)
	if err != nil {
		return OldText{}, err
	}
	done, err := s.Turns.take(ctx)
	if err != nil {
		return OldText{}, err
	}
	defer done()
	edits, err := s.Store.Edits(ctx, found.Answer.Document, place)
	if err == nil && (place < 1 || int64(len(edits)) < place) {
		err = portal.Missing()
	}
	if err != nil {
		return OldText{}, err
	}
	updates := make([][]byte, len(edits))
	for i, e := range edits {
		updates[i] = e.Update
	}
	text := OldText{Language: found.Response.Language}
	var by []int
	text.Sittings, by = sittings(edits)
	text.Content, text.Authored, err = s.Authors.RenderAuthors(ctx, updates, by)
	return text, err
}

// sittings are those of all who wrote, and the one that each edit belongs to; below 0 for what the portal wrote.
func sittings(edits []Edit) (all []Sitting, by []int) {
	open := map[Author]int{}
	for _, e := range edits {
		if e.By.Name == "" {
			by = append(by, -1)
			continue
		}
		at, known := open[e.By]
		if !known || e.At.Sub(all[at].To) > pause {
			at = len(all)
			all, open[e.By] = append(all, Sitting{By: e.By, From: e.At}), at
		}
		all[at].To = e.At
		by = append(by, at)
	}
	return all, by
}

// NameVersion gives the text as it stood after an edit a name, by which it is found again. The newest name of a place holds.
func (s Service) NameVersion(ctx context.Context, actor portal.Actor, id portal.ResponseID, answer portal.AnswerID, place int64, name string) error {
	if name = strings.TrimSpace(name); name == "" {
		return portal.InvalidField("name", "required", "a version's name")
	}
	return policy.Run(ctx, s.Store.Write, policy.Change{Actor: actor, Action: "response.name_version", Response: id, Now: s.Now},
		func(tx Tx, r portal.Response) (map[string]any, error) {
			a, err := r.Answer(answer)
			if err != nil {
				return nil, err
			}
			return map[string]any{"answer": a.Number, "name": name}, tx.NameVersion(a.Document, place, name, actor, s.Now())
		})
}
