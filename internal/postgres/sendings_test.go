package postgres_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"samsvar/internal/comment"
	"samsvar/internal/portal"
)

// sends is everything that a page sends about an answer under a name, and sends again when no answer came.
func (s *table) sends(who portal.Actor, thread, suggestion portal.ThreadID) map[string]func(id, text string) error {
	said := func(kind comment.Kind, id, text string) comment.Entry {
		return comment.Entry{Kind: kind, Text: text, Sending: comment.Sending{ID: id}}
	}
	ctx := portal.Acting(s.t.Context(), who)
	return map[string]func(id, text string) error{
		"begin": func(id, text string) error {
			_, err := s.comments.Begin(ctx, who, s.response, s.answer, comment.Thread{Audience: comment.Own}, said(comment.Say, id, text))
			return err
		},
		"reply": func(id, text string) error {
			return s.comments.Add(ctx, who, s.response, s.answer, thread, said(comment.Say, id, text))
		},
		"suggest": func(id, text string) error {
			all := []comment.Thread{{Anchor: &comment.Anchor{First: []byte{1}, Last: []byte{2}}, Change: json.RawMessage(change)}}
			return s.comments.Suggest(ctx, who, s.response, s.answer, append(all, all...), said("", id, text))
		},
		"settle": func(id, text string) error {
			kind := map[string]comment.Kind{"Først.": comment.Accept}[text]
			if kind == "" {
				kind = comment.Reject
			}
			return s.comments.Settle(ctx, who, s.response, s.answer, suggestion, kind, comment.Sending{ID: id})
		},
	}
}

// counted is how much has been said and suggested, and how many events tell of it.
func (s *table) counted() (n [3]int) {
	s.t.Helper()
	must(s.t, s.db.Pool().QueryRow(s.t.Context(), `select (select count(*) from comment_thread), (select count(*) from comment),
		(select count(*) from audit_event where action in ('response.comment', 'response.suggest', 'response.settle_suggestion'))`).Scan(&n[0], &n[1], &n[2]))
	return n
}

func TestWhatIsSentAgainIsDoneOnce(t *testing.T) {
	s := newTable(t)
	thread, suggestion := s.began(s.begin(s.horten, comment.Parties, "Kan vi si mer?")), s.suggested(s.reader).ID
	colleague := s.person("larvik-to", portal.Bokmal, "k-3805", portal.Coordinator)
	for name, grows := range map[string][3]int{"begin": {1, 1, 1}, "reply": {0, 1, 1}, "suggest": {2, 2, 1}, "settle": {0, 1, 1}} {
		id, before := portal.NewID(), s.counted()
		send := s.sends(s.larvik, thread, suggestion)[name]
		for range 3 {
			must(t, send(id, "Først."))
		}
		after := s.counted()
		if got := [3]int{after[0] - before[0], after[1] - before[1], after[2] - before[2]}; got != grows {
			t.Errorf("%s: %v threads, entries and events, want %v", name, got, grows)
		}
		// Something else under the same name is refused, and so is another person, of one's own organisation or not.
		refused := func(code string, err error) {
			t.Helper()
			if name == "settle" { // whatever it is called, it is settled
				code = "changed_meanwhile"
			}
			wantCode(t, err, code)
		}
		refused("sent_otherwise", send(id, "Noe annet."))
		refused("sent_otherwise", s.sends(colleague, thread, suggestion)[name](id, "Først."))
		refused("sent_otherwise", s.sends(s.horten, thread, suggestion)[name](id, "Først."))
		wantCode(t, s.sends(s.stranger, thread, suggestion)[name](id, "Først."), "not_found")
		wantCode(t, s.sends(s.ministry, thread, suggestion)[name](id, "Først."), "not_found")
		if s.counted() != after {
			t.Errorf("%s: what was refused has left something", name)
		}
	}
}

// Whoever sends it again is given what was begun the first time, whatever has become of the text since.
func TestWhatIsSentAgainGivesWhatWasMade(t *testing.T) {
	s := newTable(t)
	again := func() (portal.ThreadID, error) {
		first := comment.Entry{Kind: comment.Say, Text: "Hele svaret.", Sending: comment.Sending{ID: "8b4f7f0e-3c52-4d0c-9f3a-0c6d7b6c2d11"}}
		return s.comments.Begin(portal.Acting(t.Context(), s.larvik), s.larvik, s.response, s.answer, comment.Thread{Audience: comment.Own}, first)
	}
	id := s.began(again())
	if s.began(again()) != id {
		t.Error("another thread than the first time")
	}
	name := portal.NewID()
	suggest := s.sends(s.larvik, "", "")["suggest"]
	must(t, suggest(name, "Først."))
	for _, one := range s.waiting() {
		must(t, s.settle(s.horten, one, comment.Reject))
	}
	_, err := s.document.Freeze(portal.Acting(t.Context(), s.secretariat), s.secretariat, s.response, s.stand().Version)
	must(t, err)
	must(t, suggest(name, "Først."))
	wantCode(t, suggest(portal.NewID(), "Først."), "wrong_state")
	secretariat := portal.Acting(t.Context(), s.secretariat)
	must(t, s.document.Reopen(secretariat, s.secretariat, s.response, s.stand().Version, "Videre."))
	must(t, s.document.RemoveParty(secretariat, s.secretariat, s.response, s.stand().Version, "k-3805", "Trekker seg."))
	wantCode(t, suggest(name, "Først."), "not_found")
}

func (s *table) waiting() (open []portal.ThreadID) {
	s.t.Helper()
	all, err := s.sees(s.secretariat)
	must(s.t, err)
	for _, one := range all {
		if one.State() == comment.Open {
			open = append(open, one.ID)
		}
	}
	return open
}

// A page that is impatient sends it again before the first is done.
func TestWhatIsSentTwiceAtOnceIsDoneOnce(t *testing.T) {
	s := newTable(t)
	thread := s.began(s.begin(s.horten, comment.Parties, "Kan vi si mer?"))
	for round := range 8 {
		for _, name := range []string{"begin", "reply", "suggest", "settle"} {
			suggestion := s.suggested(s.reader).ID
			before, id, send := s.counted(), portal.NewID(), s.sends(s.larvik, thread, suggestion)[name]
			errs := make([]error, 3)
			var wait sync.WaitGroup
			for i := range errs {
				wait.Go(func() {
					time.Sleep(time.Duration(i*round) * 200 * time.Microsecond)
					errs[i] = send(id, "Først.")
				})
			}
			wait.Wait()
			for _, err := range errs {
				must(t, err)
			}
			if after := s.counted(); after[2] != before[2]+1 {
				t.Fatalf("%s: %d events of one", name, after[2]-before[2])
			}
		}
	}
}

// The name of what was sent in another community is as good as any other, but for being taken: nothing of it is told.
func TestSendingsOfAnotherCommunityTellNothing(t *testing.T) {
	s := newTable(t)
	id := portal.NewID()
	must(t, s.sends(s.larvik, "", "")["begin"](id, "Hemmelig."))
	own := s.began(s.begin(s.larvik, comment.Own, "Holder dette?"))
	other, err := s.consult.Start(t.Context(), s.stranger, s.stand().Round.ID, portal.Joint, portal.Bokmal)
	must(t, err)
	ctx := portal.Acting(t.Context(), s.stranger)
	begin := func(sending string) error {
		_, err := s.comments.Begin(ctx, s.stranger, other.ID, other.Answers[0].ID, comment.Thread{Audience: comment.Own}, comment.Entry{Kind: comment.Say, Text: "Hemmelig.", Sending: comment.Sending{ID: sending}})
		return err
	}
	taken := begin(id)
	wantCode(t, taken, "sent_otherwise")
	if told := taken.Error(); strings.Contains(told, "Hemmelig") || strings.Contains(told, "k-3805") || strings.Contains(told, string(s.larvik.Account)) {
		t.Errorf("it tells %s", told)
	}
	must(t, begin(string(own))) // a thread's own id is the name of no sending
	threads, err := s.comments.Threads(ctx, s.stranger, other.ID, other.Answers[0].ID)
	must(t, err)
	if len(threads) != 1 || slices.ContainsFunc(threads, func(t comment.Thread) bool { return t.ID == own }) {
		t.Errorf("%d threads", len(threads))
	}
}
