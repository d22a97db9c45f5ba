package postgres_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/comment"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

const change = `{"before": {"content": [{"type": "text", "text": "mer tid"}]}, "after": {"content": [{"type": "text", "text": "mykje meir tid"}]}}`

func (s *table) suggest(who portal.Actor, changes ...string) error {
	var all []comment.Thread
	for _, c := range changes {
		all = append(all, comment.Thread{Anchor: &comment.Anchor{First: []byte{1}, Last: []byte{2}}, Quote: "mer tid", Change: json.RawMessage(c)})
	}
	return s.comments.Suggest(portal.Acting(s.t.Context(), who), who, s.response, s.answer, all, comment.Entry{})
}

// suggested gives the newest suggestion.
func (s *table) suggested(who portal.Actor) comment.Thread {
	s.t.Helper()
	must(s.t, s.suggest(who, change))
	all, err := s.sees(who)
	must(s.t, err)
	return all[len(all)-1]
}

func (s *table) settle(who portal.Actor, id portal.ThreadID, kind comment.Kind) error {
	return s.comments.Settle(portal.Acting(s.t.Context(), who), who, s.response, s.answer, id, kind, comment.Sending{})
}

func (s *table) states(who portal.Actor) (states []comment.State) {
	s.t.Helper()
	all, err := s.sees(who)
	must(s.t, err)
	for _, t := range all {
		states = append(states, t.State())
	}
	return states
}

func TestSuggestionsAreSeenByAllPartiesAndNobodyElse(t *testing.T) {
	s := newTable(t)
	id := s.suggested(s.reader).ID
	for _, who := range []portal.Actor{s.larvik, s.horten, s.reader, s.secretariat} {
		if got := s.texts(who); !slices.Equal(got, []string{"suggest"}) {
			t.Errorf("%s sees %q", who.Organisation, got)
		}
	}
	for _, who := range []portal.Actor{s.stranger, s.ministry} {
		_, err := s.sees(who)
		wantCode(t, err, "not_found")
		wantCode(t, s.suggest(who, change), "not_found")
		for _, kind := range []comment.Kind{comment.Accept, comment.Reject, comment.Reopen} {
			wantCode(t, s.settle(who, id, kind), "not_found")
		}
	}
	wantCode(t, s.settle(s.larvik, portal.ThreadID(portal.NewID()), comment.Accept), "not_found")
	must(t, s.settle(s.larvik, id, comment.Accept))
	history, err := s.consult.History(t.Context(), s.secretariat, s.response)
	must(t, err)
	if raw, _ := json.Marshal(history); strings.Contains(string(raw), "sugg") {
		t.Errorf("the history tells of suggestions: %s", raw)
	}
	for who, want := range map[string]int{"k-3805": 1, "vestfold": 1, "agder": 0, "hod": 0, "": 0} {
		within(t, loggedIn(t, s.url, postgres.ProgramRole), acting(who), func(tx pgx.Tx) {
			var rows, settled int
			must(t, tx.QueryRow(t.Context(), `select (select count(*) from comment_thread where change is not null),
				(select count(*) from audit_event where action = 'response.settle_suggestion')`).Scan(&rows, &settled))
			if rows != want || settled != want {
				t.Errorf("%q: %d suggestions, %d settled, want %d", who, rows, settled, want)
			}
		})
	}
}

func TestThoseWhoWriteSettleSuggestions(t *testing.T) {
	s := newTable(t)
	id := s.suggested(s.reader).ID
	other := s.person("observator-to", portal.Bokmal, "vestfold", portal.Reader)
	boss := s.person("direktor", portal.Bokmal, "k-3805", portal.Approver)
	for _, who := range []portal.Actor{other, boss} {
		wantCode(t, s.settle(who, id, comment.Accept), "not_yours")
		wantCode(t, s.settle(who, id, comment.Reject), "not_yours")
	}
	wantCode(t, s.settle(s.reader, id, comment.Accept), "not_yours")
	wantCode(t, s.settle(s.larvik, id, comment.Resolve), "invalid_input")
	wantCode(t, s.add(s.larvik, id, comment.Resolve, ""), "invalid_input")
	wantCode(t, s.add(s.larvik, id, comment.Accept, ""), "invalid_input")
	must(t, s.add(s.horten, id, comment.Say, "Godt forslag."))
	must(t, s.settle(s.larvik, id, comment.Accept))
	wantCode(t, s.settle(s.horten, id, comment.Reject), "changed_meanwhile")

	// It did not come into the text: whoever took it in opens it again, and nobody else.
	wantCode(t, s.settle(s.horten, id, comment.Reopen), "changed_meanwhile")
	must(t, s.settle(s.larvik, id, comment.Reopen))
	wantCode(t, s.settle(s.larvik, id, comment.Reopen), "changed_meanwhile")
	must(t, s.settle(s.reader, id, comment.Reject)) // whoever made it withdraws it
	must(t, s.add(s.larvik, id, comment.Say, "Så synd."))
	wantCode(t, s.settle(s.reader, id, comment.Reopen), "changed_meanwhile")
	if got := s.states(s.horten); !slices.Equal(got, []comment.State{comment.Rejected}) {
		t.Errorf("it is %q: what is said opens none", got)
	}
	commented := s.began(s.begin(s.larvik, comment.Parties, "Hva med dette?"))
	wantCode(t, s.settle(s.larvik, commented, comment.Accept), "invalid_input")
}

func TestOfTwoWhoAcceptAtOnceOneDoes(t *testing.T) {
	s := newTable(t)
	for range 10 {
		id := s.suggested(s.reader).ID
		var wait sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []portal.Actor{s.larvik, s.horten} {
			wait.Go(func() { errs[i] = s.settle(who, id, comment.Accept) })
		}
		wait.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both or neither: %v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil {
				wantCode(t, err, "changed_meanwhile")
			}
		}
	}
}

func TestSuggestionsFit(t *testing.T) {
	s := newTable(t)
	for _, bad := range []string{"", "null", "[]", `"x"`, `{"a": "x`, `{"a": "\u0000"}`, `{"\u0000": 1}`, `{"a": ` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`,
		`{"a": 1e999}`, `{"a": [` + strings.Repeat("1e300,", 10<<10) + `1]}`, `{"a": 1e-300}`, `{"a": [` + strings.Repeat("1e20,", 10<<10) + `1]}`,
		`{"a": "` + strings.Repeat("\xff", 60<<10) + `"}`, `{"a": "` + strings.Repeat("x", 64<<10) + `"}`} {
		wantCode(t, s.suggest(s.reader, change, bad), "invalid_input")
	}
	if got := s.states(s.reader); len(got) != 0 {
		t.Errorf("%d suggestions of those that did not all fit", len(got))
	}
	must(t, s.suggest(s.reader, `{"a": "`+strings.Repeat("[", 1000)+`\ud800"}`, `{"a": "`+strings.Repeat("å", 32<<10-10)+`"}`))
	must(t, s.suggest(s.reader, `{"a": "`+strings.Repeat("<", 64<<10-10)+`"}`, `{"a": [`+strings.Repeat("1,", 32<<10-10)+`0.000001]}`))
	wantCode(t, s.comments.Suggest(t.Context(), s.reader, s.response, s.answer, []comment.Thread{{Change: json.RawMessage(change)}}, comment.Entry{}), "invalid_input")
	must(t, s.suggest(s.reader, slices.Repeat([]string{change}, 96)...))
	wantCode(t, s.suggest(s.reader, change), "too_many_suggestions")
	must(t, s.suggest(s.horten, change))
	all, err := s.sees(s.reader)
	must(t, err)
	must(t, s.settle(s.horten, all[0].ID, comment.Reject))
	must(t, s.suggest(s.reader, change))
	s.began(s.begin(s.reader, comment.Own, "Det er plass til kommentarer."))
}

func TestPlacesFit(t *testing.T) {
	s := newTable(t)
	for n, fits := range map[int]bool{0: false, 1: true, 64: true, 65: false, 66: false} {
		for _, at := range []comment.Anchor{{First: make([]byte, n), Last: []byte{1}}, {First: []byte{1}, Last: make([]byte, n)}} {
			_, begun := s.comments.Begin(t.Context(), s.reader, s.response, s.answer, comment.Thread{Audience: comment.Own, Anchor: &at, Quote: "x"}, comment.Entry{Kind: comment.Say, Text: "x"})
			suggested := s.comments.Suggest(t.Context(), s.reader, s.response, s.answer, []comment.Thread{{Anchor: &at, Change: json.RawMessage(change)}}, comment.Entry{})
			for _, err := range []error{begun, suggested} {
				if (err == nil) != fits || err != nil && !portal.IsCode(err, "invalid_input") {
					t.Errorf("%d bytes: %v", n, err)
				}
			}
		}
	}
}

// What was withdrawn stays to be read, so that it takes room as before.
func TestSuggestionsHaveAnEnd(t *testing.T) {
	s := newTable(t)
	large := `{"a": "` + strings.Repeat("x", 64<<10-20) + `"}`
	must(t, s.suggest(s.reader, slices.Repeat([]string{large}, 32)...))
	wantCode(t, s.suggest(s.reader, large), "suggestions_used_up")
	all, err := s.sees(s.reader)
	must(t, err)
	must(t, s.settle(s.reader, all[0].ID, comment.Reject))
	wantCode(t, s.suggest(s.reader, large), "suggestions_used_up")
	must(t, s.suggest(s.horten, change))

	_, err = s.db.Pool().Exec(t.Context(), `with more as (
			insert into comment_thread (id, response_id, answer_id, organisation_id, audience, anchor_first, anchor_last, quote, change)
			select gen_random_uuid(), $1, $2, 'k-3805', 'parties', '1', '2', '', '{}' from generate_series(1, 499) returning id)
		insert into comment (thread_id, kind, organisation_id, account_id, account_name, body, recorded_at)
			select id, kind, 'k-3805', $3, 'x', '', now() from more, (values (1, 'suggest'), (2, 'reject')) k (n, kind) order by n`, s.response, s.answer, s.larvik.Account)
	must(t, err)
	must(t, s.suggest(s.larvik, change))
	wantCode(t, s.suggest(s.larvik, change), "suggestions_used_up")
}

// Taking in and opening again ends: so many entries are in a thread, and as many audit events, and no more.
func TestSettlingHasAnEnd(t *testing.T) {
	s := newTable(t)
	id := s.suggested(s.reader).ID
	for range 96 {
		must(t, s.add(s.horten, id, comment.Say, "Mer."))
	}
	must(t, s.settle(s.larvik, id, comment.Accept))
	must(t, s.settle(s.larvik, id, comment.Reopen))
	must(t, s.settle(s.larvik, id, comment.Accept))
	wantCode(t, s.add(s.horten, id, comment.Say, "For mye."), "too_many_comments")
	must(t, s.settle(s.larvik, id, comment.Reopen))
	wantCode(t, s.settle(s.larvik, id, comment.Accept), "too_many_comments")
	must(t, s.settle(s.larvik, id, comment.Reject))
	wantCode(t, s.settle(s.larvik, id, comment.Reopen), "changed_meanwhile")
}

func TestSuggestionsAreSettledBeforeTheTextIsFrozen(t *testing.T) {
	s := newTable(t)
	first, second := s.suggested(s.reader).ID, s.suggested(s.horten).ID
	if got := s.stand().Answers[0].Suggestions; got != 2 {
		t.Errorf("%d suggestions are open", got)
	}
	freeze := func() error {
		_, err := s.document.Freeze(portal.Acting(t.Context(), s.secretariat), s.secretariat, s.response, s.stand().Version)
		return err
	}
	wantCode(t, freeze(), "suggestions_open")
	must(t, s.settle(s.larvik, first, comment.Accept))
	wantCode(t, freeze(), "suggestions_open")
	must(t, s.settle(s.larvik, second, comment.Accept))
	must(t, freeze())
	wantCode(t, s.suggest(s.reader, change), "wrong_state")
	for _, id := range []portal.ThreadID{first, second} {
		must(t, s.settle(s.larvik, id, comment.Reopen)) // it did not reach the text before that was frozen
		wantCode(t, s.settle(s.larvik, id, comment.Accept), "wrong_state")
	}
	wantCode(t, s.settle(s.reader, second, comment.Reject), "not_yours")
	must(t, s.settle(s.reader, first, comment.Reject)) // whoever made it withdraws it
	must(t, s.settle(s.larvik, second, comment.Reject))
}

// Of a suggestion and a freeze at once, one is refused: no text is frozen with a suggestion open that nobody has seen.
func TestNoSuggestionSlipsIntoAFrozenText(t *testing.T) {
	s := newTable(t)
	ctx, first := portal.Acting(t.Context(), s.secretariat), map[bool]int{}
	for i := range 40 {
		version := s.stand().Version
		var wait sync.WaitGroup
		var frozen, suggested error
		lead := [2]time.Duration{}
		lead[i%2] = time.Duration(i) * 100 * time.Microsecond
		wait.Go(func() {
			time.Sleep(lead[0])
			_, frozen = s.document.Freeze(ctx, s.secretariat, s.response, version)
		})
		wait.Go(func() {
			time.Sleep(lead[1])
			suggested = s.suggest(s.reader, change)
		})
		wait.Wait()
		now := s.stand()
		if open := now.Answers[0].Suggestions; open > 0 && now.State != portal.Draft {
			t.Fatalf("round %d: frozen with %d open", i, open)
		}
		first[frozen == nil]++
		if frozen == nil {
			wantCode(t, suggested, "wrong_state")
			must(t, s.document.Reopen(ctx, s.secretariat, s.response, now.Version, "Videre."))
			continue
		}
		must(t, suggested)
		wantCode(t, frozen, "suggestions_open")
		all, err := s.sees(s.reader)
		must(t, err)
		must(t, s.settle(s.reader, all[len(all)-1].ID, comment.Reject))
	}
	t.Logf("%d texts were frozen, %d were not", first[true], first[false])
}

func TestNothingIsSentWithASuggestionOpen(t *testing.T) {
	h := newHouse(t)
	s, ctx := newSender(h), t.Context()
	comments, answer := comment.Service{Store: h.db.Comments(), Now: func() time.Time { return h.now }, NewID: portal.NewID}, s.response().Answers[0].ID
	must(t, comments.Suggest(ctx, h.as("k-4216", portal.Reader), s.id, answer, []comment.Thread{{Anchor: &comment.Anchor{First: []byte{1}, Last: []byte{2}}, Change: json.RawMessage(change)}}, comment.Entry{}))
	threads, err := comments.Threads(ctx, s.writer, s.id, answer)
	must(t, err)
	settle := func(kind comment.Kind) error {
		return comments.Settle(ctx, s.writer, s.id, answer, threads[0].ID, kind, comment.Sending{})
	}
	must(t, settle(comment.Accept))
	s.sign("Ferdig.")
	must(t, settle(comment.Reopen))
	r := s.response()
	_, err = s.consult.Submit(ctx, s.writer, s.id, r.Freeze.ID, r.Freeze.Hash)
	wantCode(t, err, "suggestions_open")
	if turn, err := s.consult.MyTurn(ctx, s.writer); err != nil || len(turn.Tasks) != 1 || turn.Tasks[0].Kind != "submit" {
		t.Errorf("the writer owes %+v, %v", turn.Tasks, err)
	}
	must(t, settle(comment.Reject))
	_, err = s.consult.Submit(ctx, s.writer, s.id, r.Freeze.ID, r.Freeze.Hash)
	must(t, err)
}

func TestWhoSuggestedIsToldWhatBecameOfIt(t *testing.T) {
	s := newTable(t)
	must(t, s.settle(s.larvik, s.suggested(s.reader).ID, comment.Accept))
	must(t, s.settle(s.horten, s.suggested(s.reader).ID, comment.Reject))
	must(t, s.settle(s.larvik, s.suggested(s.larvik).ID, comment.Reject)) // one's own
	must(t, s.notices.Once(t.Context()))
	told := func(who portal.Actor) (found []string) {
		notices, err := s.notices.Notices(portal.Acting(t.Context(), who), who)
		must(t, err)
		for _, n := range notices {
			if strings.HasPrefix(string(n.Kind), "suggestion") && n.Answer == s.answer && n.Thread != "" {
				found = append(found, string(n.Kind))
			}
		}
		return found
	}
	if got := told(s.reader); !slices.Equal(got, []string{"suggestion_rejected", "suggestion_accepted"}) {
		t.Errorf("whoever made them is told %q", got)
	}
	if len(told(s.larvik))+len(told(s.horten))+len(told(s.secretariat)) > 0 {
		t.Error("others are told")
	}
}
