package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"samsvar/internal/document"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

// types puts a paragraph at the end of what is there, as the actor, at the house's time.
func (s *sender) types(as portal.Actor, text string) {
	s.t.Helper()
	doc := fmt.Sprintf(`{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":%q}]}]}`, text)
	update, err := s.renderer.FromJSON(s.t.Context(), json.RawMessage(doc))
	must(s.t, err)
	live := postgres.NewLiveDocuments(s.db.Pool())
	live.Now = func() time.Time { return s.now }
	must(s.t, live.Write(s.t.Context(), s.response().Answers[0].Document, as, update))
}

func TestVersionsTellWhoWroteWhatAndWhen(t *testing.T) {
	h := newHouse(t)
	s, ctx := newSender(h), t.Context()
	one, other := s.writer, h.as("k-4216", portal.Coordinator, portal.Reader)
	began := h.now
	s.types(one, "Først.")
	h.now = h.now.Add(10 * time.Minute)
	s.types(other, "Samtidig.")
	h.now = h.now.Add(time.Hour)
	s.types(one, "Etter lunsj.")
	h.now = h.now.Add(time.Minute)
	s.types(one, "Like etter.")
	answer := s.response().Answers[0]
	must(t, h.document.NameVersion(ctx, one, s.id, answer.ID, 3, "Til møtet"))
	wantCode(t, h.document.NameVersion(ctx, one, s.id, answer.ID, 5, "Fremtiden"), "not_found")

	for n := 2; n <= 6; n++ {
		s.write(s.response(), n, "Svar.")
	}
	r := h.ready(one, s.response())
	_, err := h.document.Freeze(ctx, one, s.id, r.Version)
	must(t, err)
	versions, err := h.document.Versions(ctx, other, s.id, answer.ID)
	must(t, err)
	if all := versions.All; len(all) != 3 || all[0].Place != 2 || all[1].Place != 3 || all[1].Name != "Til møtet" || all[2].Place != 4 || all[2].Frozen != 1 ||
		len(all[0].People) != 2 || all[0].People[1].Name != other.Name || !all[0].From.Equal(began) || !all[0].To.Equal(began.Add(10*time.Minute)) {
		t.Errorf("%+v", all)
	}

	text, err := h.document.TextAt(ctx, other, s.id, answer.ID, 3)
	must(t, err)
	if plain := string(text.Content); !strings.Contains(plain, "Etter lunsj.") || strings.Contains(plain, "Like etter.") || strings.Contains(plain, "author") {
		t.Errorf("the text at place 3: %s", plain)
	}
	by := map[string]string{}
	for _, part := range strings.Split(string(text.Authored), `{"marks":`)[1:] {
		var words string
		var n int
		_, after, _ := strings.Cut(part, `"by":`)
		fmt.Sscan(after, &n)
		_, after, _ = strings.Cut(part, `"text":"`)
		words, _, _ = strings.Cut(after, `"`)
		by[words] = fmt.Sprint(n, " ", text.Sittings[n].By.Name)
	}
	want := map[string]string{"Først.": "0 " + one.Name, "Samtidig.": "1 " + other.Name, "Etter lunsj.": "2 " + one.Name}
	if fmt.Sprint(by) != fmt.Sprint(want) || len(text.Sittings) != 3 {
		t.Errorf("%v by %+v", by, text.Sittings)
	}

	// Whole histories are read by turns, and whoever does not wait any longer leaves the turn to others.
	h.document.Turns = document.NewTurns(1)
	h.document.Turns <- struct{}{}
	impatient, leave := context.WithCancel(ctx)
	leave()
	_, err = h.document.TextAt(impatient, other, s.id, answer.ID, 3)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("did not wait: %v", err)
	}
	<-h.document.Turns
	for place, code := range map[int64]string{0: "not_found", 1: "", 4: "", 5: "not_found"} {
		if _, err := h.document.TextAt(ctx, other, s.id, answer.ID, place); code == "" && err != nil || code != "" && !portal.IsCode(err, code) {
			t.Errorf("the text at place %d: %v", place, err)
		}
	}

	stranger := h.as("k-4203", portal.Coordinator)
	for who, n := range map[*portal.Actor]int{&one: 4, &stranger: 0, {}: 0} { // what the policy would have let through, the wall does not
		edits, err := h.db.Edits(portal.Acting(ctx, *who), answer.Document, 4)
		if err != nil || len(edits) != n {
			t.Errorf("%s is given %d edits by the store, %v", who.Organisation, len(edits), err)
		}
		texts, err := h.db.Stored(portal.Acting(ctx, *who), []portal.DocumentID{answer.Document})
		if err != nil || len(texts[answer.Document]) != n {
			t.Errorf("%s is given the draft by the store: %d edits, %v", who.Organisation, len(texts[answer.Document]), err)
		}
	}
	for _, who := range []portal.Actor{stranger, s.ministry} {
		if _, err := h.document.Versions(ctx, who, s.id, answer.ID); !portal.IsCode(err, "not_found") {
			t.Errorf("%s sees versions: %v", who.Organisation, err)
		}
		if _, err := h.document.TextAt(ctx, who, s.id, answer.ID, 1); !portal.IsCode(err, "not_found") {
			t.Errorf("%s sees an old text: %v", who.Organisation, err)
		}
	}
	wantCode(t, h.document.NameVersion(ctx, h.as("k-4216", portal.Reader), s.id, answer.ID, 1, "x"), "not_yours")
}

func TestAVersionIsFrozenOnlyWhereItsTextIs(t *testing.T) {
	h := newHouse(t)
	s, ctx := newSender(h), t.Context()
	for n := range s.response().Answers {
		s.write(s.response(), n+1, "Svar.")
	}
	r := h.ready(s.writer, s.response())
	left := r.Answers[0]
	r, err := h.consult.SetAnswerStatus(ctx, s.writer, s.id, left.ID, portal.AnswerNotAnswered, left.Version)
	must(t, err)
	_, err = h.document.Freeze(ctx, s.writer, s.id, r.Version)
	must(t, err)
	for _, a := range []portal.Answer{left, r.Answers[1]} {
		versions, err := h.document.Versions(ctx, s.writer, s.id, a.ID)
		must(t, err)
		var kept bool
		must(t, h.db.Pool().QueryRow(ctx, "select place is not null from frozen_answer where answer_id = $1", a.ID).Scan(&kept))
		if frozen := versions.All[len(versions.All)-1].Frozen > 0; frozen != (a.ID != left.ID) || kept != frozen {
			t.Errorf("answer %d is shown as frozen: %v, with a place: %v", a.Number, frozen, kept)
		}
	}
}
