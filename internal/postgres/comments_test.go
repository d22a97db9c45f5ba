package postgres_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/comment"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/workflow"
)

// table is a response of Vestfold that people of three organisations talk about.
type table struct {
	*postOffice
	comments                                   comment.Service
	larvik, horten, reader, stranger, ministry portal.Actor
	answer                                     portal.AnswerID
}

func newTable(t *testing.T) *table {
	o := newPostOffice(t)
	s := &table{postOffice: o, comments: comment.Service{Store: o.db.Comments(), Now: func() time.Time { return o.now }, NewID: portal.NewID}}
	s.larvik, s.horten = o.person("larvik", portal.Bokmal, "k-3805", portal.Coordinator), o.person("horten", portal.Nynorsk, "k-3801", portal.Coordinator)
	s.reader, s.stranger, s.ministry = o.person("observator", portal.Bokmal, "vestfold", portal.Reader), o.as("agder", portal.Secretariat), o.as("hod", portal.CaseOfficer)
	s.answer = o.stand().Answers[0].ID
	return s
}

func (s *table) sees(who portal.Actor) ([]comment.Thread, error) {
	return s.comments.Threads(portal.Acting(s.t.Context(), who), who, s.response, s.answer)
}

func (s *table) begin(who portal.Actor, audience comment.Audience, text string, mentions ...portal.Actor) (portal.ThreadID, error) {
	t := comment.Thread{Audience: audience, Anchor: &comment.Anchor{First: []byte{1}, Last: []byte{2}}, Quote: "Fortrolig"}
	return s.comments.Begin(portal.Acting(s.t.Context(), who), who, s.response, s.answer, t, comment.Entry{Kind: comment.Say, Text: text, Mentions: of(mentions)})
}

func (s *table) add(who portal.Actor, id portal.ThreadID, kind comment.Kind, text string, mentions ...portal.Actor) error {
	return s.comments.Add(portal.Acting(s.t.Context(), who), who, s.response, s.answer, id, comment.Entry{Kind: kind, Text: text, Mentions: of(mentions)})
}

func of(people []portal.Actor) (all []comment.Mention) {
	for _, p := range people {
		all = append(all, comment.Mention{Account: p.Account, Organisation: p.Organisation})
	}
	return all
}

func (s *table) began(id portal.ThreadID, err error) portal.ThreadID {
	s.t.Helper()
	must(s.t, err)
	return id
}

func (s *table) texts(who portal.Actor) (texts []string) {
	s.t.Helper()
	threads, err := s.sees(who)
	must(s.t, err)
	without, err := s.comments.Threads(s.t.Context(), who, s.response, s.answer)
	must(s.t, err)
	if len(without) != len(threads) {
		s.t.Errorf("%s sees %d threads, without the second wall %d", who.Organisation, len(threads), len(without))
	}
	for _, t := range threads {
		for _, e := range t.Entries {
			texts = append(texts, strings.TrimSpace(string(e.Kind)+" "+e.Text))
		}
	}
	return texts
}

func TestCommentsAreSeenByThoseTheyAreFor(t *testing.T) {
	s := newTable(t)
	own, all := s.began(s.begin(s.larvik, comment.Own, " Holder dette? ")), s.began(s.begin(s.horten, comment.Parties, "Kan vi si mer?"))
	ours := s.began(s.begin(s.reader, comment.Own, "Dette gjelder brukerne."))
	must(t, s.add(s.reader, all, comment.Say, "Ja, gjerne."))
	for who, want := range map[*portal.Actor][]string{
		&s.larvik:      {"say Holder dette?", "say Kan vi si mer?", "say Ja, gjerne."},
		&s.horten:      {"say Kan vi si mer?", "say Ja, gjerne."},
		&s.reader:      {"say Kan vi si mer?", "say Ja, gjerne.", "say Dette gjelder brukerne."},
		&s.secretariat: {"say Kan vi si mer?", "say Ja, gjerne.", "say Dette gjelder brukerne."},
	} {
		if got := s.texts(*who); !slices.Equal(got, want) {
			t.Errorf("%s sees %q, want %q", who.Organisation, got, want)
		}
	}
	for _, who := range []portal.Actor{s.stranger, s.ministry} {
		_, err := s.sees(who)
		wantCode(t, err, "not_found")
		_, err = s.begin(who, comment.Parties, "Innsnik")
		wantCode(t, err, "not_found")
		_, err = s.comments.People(portal.Acting(t.Context(), who), who, s.response)
		wantCode(t, err, "not_found")
	}
	for _, id := range []portal.ThreadID{own, ours, portal.ThreadID(portal.NewID())} { // another's, and one that is not there
		wantCode(t, s.add(s.horten, id, comment.Say, "Innsnik"), "not_found")
		wantCode(t, s.add(s.horten, id, comment.Resolve, ""), "not_found")
	}
	history, err := s.consult.History(t.Context(), s.secretariat, s.response)
	must(t, err)
	if raw, _ := json.Marshal(history); strings.Contains(string(raw), "comment") {
		t.Errorf("the history tells of comments: %s", raw)
	}
	s.behindTheWall(map[string]int{"k-3805": 2, "k-3801": 1, "vestfold": 2, "agder": 0, "": 0}, own)
}

// behindTheWall asks PostgreSQL itself, as the program, how many threads there are for each, and lets each write in one that is Larvik's.
func (s *table) behindTheWall(want map[string]int, larviks portal.ThreadID) {
	s.t.Helper()
	program := loggedIn(s.t, s.url, postgres.ProgramRole)
	for who, threads := range want {
		within(s.t, program, acting(who), func(tx pgx.Tx) {
			var rows, entries, events int
			must(s.t, tx.QueryRow(s.t.Context(), `select (select count(*) from comment_thread), (select count(distinct thread_id) from comment),
				(select count(distinct detail ->> 'thread') from audit_event where action = 'response.comment')`).Scan(&rows, &entries, &events))
			if rows != threads || entries != threads || events != threads {
				s.t.Errorf("%q: %d threads, entries of %d, events of %d, want %d", who, rows, entries, events, threads)
			}
			_, err := tx.Exec(s.t.Context(), `insert into comment (thread_id, kind, organisation_id, account_id, account_name, body, recorded_at)
				values ($1, 'say', nullif($2, ''), $3, 'x', 'x', now())`, larviks, who, s.larvik.Account)
			if (err == nil) != (who == "k-3805") {
				s.t.Errorf("%q writes in Larvik's own thread: %v", who, err)
			}
		})
	}
	within(s.t, program, acting("hod")+", set_config('samsvar.reads', 'sent', true)", func(tx pgx.Tx) {
		var n int
		must(s.t, tx.QueryRow(s.t.Context(), "select (select count(*) from comment_thread) + (select count(*) from comment)").Scan(&n))
		if n != 0 {
			s.t.Errorf("the ministry sees %d rows", n)
		}
	})
}

func TestThreadsAreResolvedAndOpenedAgain(t *testing.T) {
	s := newTable(t)
	id := s.began(s.begin(s.larvik, comment.Parties, "Feil tall."))
	resolved := func() bool {
		threads, err := s.sees(s.larvik)
		must(t, err)
		return threads[0].Resolved()
	}
	must(t, s.add(s.horten, id, comment.Resolve, ""))
	wantCode(t, s.add(s.larvik, id, comment.Resolve, ""), "changed_meanwhile")
	if !resolved() {
		t.Error("it is not resolved")
	}
	must(t, s.add(s.larvik, id, comment.Say, "Nei, det gjelder ennå."))
	if resolved() {
		t.Error("who says something does not open it again")
	}
	must(t, s.add(s.larvik, id, comment.Resolve, ""))
	must(t, s.add(s.reader, id, comment.Reopen, ""))
	wantCode(t, s.add(s.reader, id, comment.Reopen, ""), "changed_meanwhile")
	wantCode(t, s.add(s.reader, id, comment.Say, " "), "invalid_input")
	wantCode(t, s.add(s.reader, id, comment.Resolve, "og noe"), "invalid_input")
	wantCode(t, s.add(s.reader, id, comment.Say, strings.Repeat("å", 4001)), "invalid_input")
	must(t, s.add(s.reader, id, comment.Say, strings.Repeat("å", 4000)))
	_, err := s.comments.Begin(t.Context(), s.larvik, s.response, s.answer, comment.Thread{Audience: comment.Own, Quote: "uten sted"}, comment.Entry{Kind: comment.Say, Text: "x"})
	wantCode(t, err, "invalid_input")
	_, err = s.comments.Begin(t.Context(), s.larvik, s.response, s.answer, comment.Thread{Audience: comment.Own}, comment.Entry{Kind: comment.Say, Text: "Hele svaret."})
	must(t, err)
}

func TestWhoIsMentionedSeesItAndIsTold(t *testing.T) {
	s := newTable(t)
	boss := s.person("direktor", portal.Bokmal, "k-3805", portal.Approver)
	s.began(s.begin(s.larvik, comment.Own, "Se her.", boss))
	for _, outside := range []portal.Actor{s.horten, s.reader, s.stranger, s.ministry, {Account: portal.AccountID(portal.NewID()), Organisation: "k-3805"}} {
		_, err := s.begin(s.larvik, comment.Own, "Se her.", outside)
		wantCode(t, err, "invalid_input")
	}
	_, err := s.begin(s.larvik, comment.Parties, "Se her.", s.stranger)
	wantCode(t, err, "invalid_input")
	all := s.began(s.begin(s.larvik, comment.Parties, "Se her.", s.horten, s.horten, s.larvik))
	must(t, s.notices.Once(t.Context()))
	told := func(who portal.Actor) (found []string) {
		notices, err := s.notices.Notices(portal.Acting(t.Context(), who), who)
		must(t, err)
		for _, n := range notices {
			if n.Kind == "mentioned" {
				found = append(found, fmt.Sprint(n.Answer == s.answer, n.Thread))
			}
		}
		return found
	}
	if got := told(s.horten); !slices.Equal(got, []string{fmt.Sprint(true, all)}) {
		t.Errorf("Horten is told %q", got)
	}
	if len(told(boss)) != 1 || len(told(s.larvik)) != 0 || len(told(s.reader)) != 0 {
		t.Errorf("told: %v %v %v", told(boss), told(s.larvik), told(s.reader))
	}
	if mails := s.mails(); len(mails) != 0 {
		t.Errorf("mail at once to %v", to(mails))
	}
	s.now = time.Date(2022, 2, 1, 7, 0, 0, 0, workflow.Oslo)
	mails := s.mails()
	mail, link := mails["horten"], "/responses/"+string(s.response)+"/write/"+string(s.answer)+"?for=k-3801&thread="+string(all)
	if text := mail.Text; !strings.Contains(text, link) || !strings.Contains(text, "nemnd i ein kommentar") || strings.Contains(text, "Se her") {
		t.Errorf("the day's mail: %s", text)
	}
	if !strings.Contains(mails["direktor"].Text, "nevnt i en kommentar") || strings.Contains(mails["larvik"].Text, "nevnt") {
		t.Error("the day's mail is not to those who were mentioned")
	}
}

func TestWhatOthersSayToThemselvesTakesNoRoom(t *testing.T) {
	s := newTable(t)
	for range 100 {
		s.began(s.begin(s.larvik, comment.Own, "Enda en."))
	}
	_, err := s.begin(s.larvik, comment.Parties, "En for mye.")
	wantCode(t, err, "too_many_comments")
	id := s.began(s.begin(s.horten, comment.Parties, "Første."))
	for range 99 {
		must(t, s.add(s.horten, id, comment.Say, "Mer."))
	}
	wantCode(t, s.add(s.larvik, id, comment.Say, "For mye."), "too_many_comments")
	must(t, s.add(s.larvik, id, comment.Resolve, ""))
	wantCode(t, s.add(s.larvik, id, comment.Reopen, ""), "too_many_comments")

	other := s.began(s.begin(s.reader, comment.Parties, "Andre."))
	_, err = s.db.Pool().Exec(t.Context(), `insert into comment (thread_id, kind, organisation_id, account_id, account_name, body, recorded_at)
		select $1, 'say', 'vestfold', $2, 'x', 'Mer.', now() from generate_series(1, 999)`, other, s.reader.Account)
	must(t, err)
	_, err = s.begin(s.reader, comment.Parties, "For mye.")
	wantCode(t, err, "too_many_comments")
}

// Comments stay with those who made the answer, and are no part of what they sign and send.
func TestCommentsAreNoPartOfWhatIsSent(t *testing.T) {
	h := newHouse(t)
	s := newSender(h)
	comments := comment.Service{Store: h.db.Comments(), Now: func() time.Time { return h.now }, NewID: portal.NewID}
	r := s.response()
	say := func(kind comment.Audience) error {
		_, err := comments.Begin(t.Context(), s.writer, r.ID, r.Answers[0].ID, comment.Thread{Audience: kind}, comment.Entry{Kind: comment.Say, Text: "Bare mellom oss."})
		return err
	}
	must(t, say(comment.Own))
	must(t, say(comment.Parties))
	s.send("Ferdig.")
	wantCode(t, say(comment.Own), "wrong_state")
	threads, err := comments.Threads(t.Context(), s.writer, r.ID, r.Answers[0].ID)
	must(t, err)
	if len(threads) != 2 {
		t.Errorf("%d threads are left to those who sent it", len(threads))
	}
	var tells bool
	must(t, h.db.Pool().QueryRow(t.Context(), "select exists (select from submission where package like '%mellom oss%') or exists (select from frozen_answer where content like '%mellom oss%')").Scan(&tells))
	if tells {
		t.Error("what was said is in what was sent")
	}
}

// An offer shows what is laid before the parties, and nothing of what those who make it say to each other.
func TestWhoIsOfferedToJoinIsNotToldWhatIsSaid(t *testing.T) {
	h := newHouse(t)
	s, ctx := newSender(h), t.Context()
	comments, answer := comment.Service{Store: h.db.Comments(), Now: func() time.Time { return h.now }, NewID: portal.NewID}, s.response().Answers[0].ID
	for _, audience := range []comment.Audience{comment.Own, comment.Parties} {
		_, err := comments.Begin(ctx, s.writer, s.id, answer, comment.Thread{Audience: audience}, comment.Entry{Kind: comment.Say, Text: "Mellom oss."})
		must(t, err)
	}
	place := comment.Anchor{First: []byte{1}, Last: []byte{2}}
	must(t, comments.Suggest(ctx, s.writer, s.id, answer, []comment.Thread{{Anchor: &place, Change: json.RawMessage(change)}}, comment.Entry{}))
	threads, err := comments.Threads(ctx, s.writer, s.id, answer)
	must(t, err)
	must(t, comments.Settle(ctx, s.writer, s.id, answer, threads[2].ID, comment.Accept, comment.Sending{}))
	s.sign("Ferdig.")
	_, err = s.consult.Offer(ctx, s.writer, s.id, "k-4203")
	must(t, err)
	program := loggedIn(t, h.url, postgres.ProgramRole)
	for who, want := range map[string]int{"k-4216": 4, "k-4203": 0} {
		within(t, program, acting(who), func(tx pgx.Tx) {
			var told, others, rows int
			must(t, tx.QueryRow(ctx, `select count(*) filter (where action in ('response.comment', 'response.suggest', 'response.settle_suggestion')),
				count(*) filter (where action = 'response.freeze'), (select count(*) from comment_thread) + (select count(*) from comment) from audit_event`).Scan(&told, &others, &rows))
			if told != want || others != 1 || (rows > 0) != (want > 0) {
				t.Errorf("%s is told of %d, sees %d rows, and %d texts that were frozen", who, told, rows, others)
			}
		})
	}
}
