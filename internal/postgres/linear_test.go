package postgres_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/signoff"
)

// crowds is how many answers are fought over, each by fifty people of its own.
var crowds = flag.Int("crowds", 3, "answers that fifty people each sign, reopen, edit, withdraw and send at once")

const people, turns, most = 50, 5, 40

// deed is one thing that somebody did, knowing what they had read, and what came of it: the code of an error, or nothing.
type deed struct{ what, freeze string }
type result struct{ code, state, freeze string }

// standing is all that decides about a separate answer: one party, whose approval of this very text is enough.
type standing struct {
	state, freeze string
	edited        bool   // since it was frozen last
	said          string // by the party, last of all
	ofThis        bool   // what was said is about the text that was frozen last
}

// model says what may come of a deed when everything happens one after the other.
var model = porcupine.Model{
	Init: func() any { return standing{state: "draft"} },
	Step: func(state, input, output any) (bool, any) {
		ok, next := state.(standing).after(input.(deed), output.(result))
		return ok, next
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprint(input, " -> ", output) },
}

func (s standing) after(d deed, r result) (bool, standing) {
	if r.code == "changed_meanwhile" { // somebody came first, whoever that was: nothing is done
		return slices.Contains([]string{"freeze", "reopen"}, d.what), s
	}
	draft, open, sent := s.state == "draft", s.state == "approval", s.state == "submitted"
	// What is seen is the text: a text that was opened and frozen again without an edit is the same one.
	approves := s.said == "approved" && s.ofThis
	switch d.what + " " + r.code {
	case "read ":
		return r.state == s.state && r.freeze == s.freeze, s
	case "edit ":
		s.edited = true
		return draft, s
	case "edit document_locked":
		return !draft, s
	case "freeze ":
		s.state, s.freeze, s.ofThis, s.edited = "approval", r.freeze, s.ofThis && !s.edited, false
		return draft, s
	case "freeze wrong_state":
		return !draft, s
	case "reopen ":
		s.state, s.freeze = "draft", ""
		return open, s
	case "reopen wrong_state":
		return draft, s
	case "approve ", "reject ":
		s.said, s.ofThis = map[string]string{"approve": "approved", "reject": "rejected"}[d.what], true
		return open && s.freeze == d.freeze, s
	case "approve wrong_state", "reject wrong_state", "submit wrong_state":
		return draft, s
	case "approve text_changed", "reject text_changed", "submit text_changed", "withdraw text_changed":
		return !draft && s.freeze != d.freeze, s
	case "approve already_sent", "reject already_sent":
		return sent, s
	case "withdraw ":
		spoken := s.said != ""
		s.said = "withdrawn"
		return open && spoken && s.freeze == d.freeze, s
	case "withdraw no_position":
		return open && s.said == "", s
	case "withdraw wrong_state":
		return !open, s
	case "submit ":
		s.state = "submitted"
		return sent || open && approves && s.freeze == d.freeze, s
	case "submit rule_not_met":
		return open && !approves, s
	}
	return false, s
}

// Fifty people of one municipality sign, reopen, edit, withdraw and send one answer at random, on real PostgreSQL. There
// is an order of all that they did, one after the other and as each of them saw it, in which the rules hold (the history is
// linearizable); and what was sent was sent once.
func TestFiftyPeopleAtOnce(t *testing.T) {
	h := newHouse(t)
	wide, err := postgres.Open(t.Context(), h.url+"&pool_max_conns=24")
	must(t, err)
	t.Cleanup(wide.Close)
	h.db, h.consult.Store, h.document.Store, h.signoff.Store = wide, wide.Consult(), wide.Documents(), wide.Signoff()
	v := h.openRound(h.as("hod", portal.CaseOfficer))
	towns := []portal.OrganisationID{"k-4204", "k-4203", "k-0301", "k-3905", "k-3907", "k-3909", "k-3911", "k-3903"}
	for n := range *crowds {
		town := towns[n%len(towns)]
		if n >= len(towns) {
			v = h.openLetter(h.as("hod", portal.CaseOfficer), fmt.Sprintf("plan-%d", n))
		}
		t.Run(string(town), func(t *testing.T) { h.crowd(t, v.ID, town, uint64(n)) })
	}
}

func (h *house) crowd(t *testing.T, round portal.RoundID, town portal.OrganisationID, seed uint64) {
	actor := h.as(town, portal.Coordinator, portal.Approver)
	r, err := h.consult.Start(t.Context(), actor, round, portal.Separate, portal.Bokmal)
	must(t, err)
	for n := 1; n <= 6; n++ {
		h.write(r, n, "Begynnelsen.")
	}
	h.ready(actor, r)
	var history []porcupine.Operation
	happened := map[string]int{}
	var mu sync.Mutex
	// Whoever is slow finds that others came first: nobody sends, and nobody stops, before each of these was done once.
	fought := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return happened["edit "] > 0 && happened["freeze "] > 0 && happened["reopen "] > 0 && happened["approve "] > 0
	}
	var all sync.WaitGroup
	began := time.Now()
	for client := range people {
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, uint64(client)))
			for n := 0; n < turns || n < most && !fought(); n++ {
				for _, op := range h.turn(t, actor, r, rnd, client, n > turns/2 && fought(), began) {
					mu.Lock()
					history = append(history, op)
					happened[op.Input.(deed).what+" "+op.Output.(result).code]++
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d deeds in %v: %v", len(history), time.Since(began), happened)
	if verdict := porcupine.CheckOperationsTimeout(model, history, 20*time.Second); verdict != porcupine.Ok {
		t.Errorf("the history is %s", verdict)
	}
	var submissions int
	must(t, h.db.Pool().QueryRow(t.Context(), "select count(*) from submission where response_id = $1", r.ID).Scan(&submissions))
	if want := min(1, happened["submit "]); submissions != want {
		t.Errorf("sent %d times, and told so %d times", submissions, happened["submit "])
	}
	if !fought() {
		t.Errorf("hardly anything happened: %v", happened)
	}
}

// turn reads where the answer stands, thinks, and does one thing about it; sends it only when it is late.
func (h *house) turn(t *testing.T, actor portal.Actor, r portal.Response, rnd *rand.Rand, client int, late bool, began time.Time) []porcupine.Operation {
	var done []porcupine.Operation
	record := func(d deed, do func() (result, error)) result {
		call := time.Since(began)
		out, err := do()
		var known *portal.Error
		if errors.As(err, &known) {
			out.code = known.Code
		} else if err != nil {
			t.Errorf("%s: %v", d.what, err)
		}
		done = append(done, porcupine.Operation{ClientId: client, Input: d, Call: int64(call), Output: out, Return: int64(time.Since(began))})
		return out
	}
	ctx := context.Background()
	var now portal.Response
	seen := record(deed{what: "read"}, func() (result, error) {
		var err error
		now, err = h.consult.Response(ctx, actor, r.ID)
		out := result{state: string(now.State)}
		if now.Freeze != nil {
			out.freeze = string(now.Freeze.ID)
		}
		return out, err
	})
	time.Sleep(time.Duration(rnd.IntN(1500)) * time.Millisecond)
	deeds := []string{"edit", "edit", "freeze", "freeze", "freeze"}
	switch seen.state {
	case "submitted": // opening it anew would send it anew
		deeds = []string{"approve", "reject", "withdraw", "edit", "submit"}
	case "approval":
		deeds = []string{"approve", "approve", "approve", "reject", "withdraw", "reopen", "reopen", "edit"}
		if late { // so that there is something to fight over before
			deeds = append(deeds, "submit", "submit")
		}
	}
	d := deed{deeds[rnd.IntN(len(deeds))], seen.freeze}
	record(d, func() (out result, err error) {
		switch d.what {
		case "edit":
			var update []byte
			if update, err = h.renderer.FromJSON(ctx, []byte(fmt.Sprintf(`{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"%d"}]}]}`, rnd.Int()))); err == nil {
				err = postgres.NewLiveDocuments(h.db.Pool()).Write(ctx, r.Answers[0].Document, actor, update)
			}
		case "freeze":
			var f portal.Freeze
			f, err = h.document.Freeze(ctx, actor, r.ID, now.Version)
			out.freeze = string(f.ID)
		case "reopen":
			err = h.document.Reopen(ctx, actor, r.ID, now.Version, "Vi vil endre noe.")
		case "approve", "reject":
			position := signoff.Position{Freeze: now.Freeze.ID, Hashes: now.Hashes(), Kind: portal.Approved}
			if d.what == "reject" {
				position.Kind, position.Reason = portal.Rejected, "Nei."
			}
			err = h.signoff.TakePosition(ctx, actor, r.ID, position)
		case "withdraw":
			err = h.signoff.Withdraw(ctx, actor, r.ID, now.Freeze.ID, "Vi venter.")
		case "submit":
			_, err = h.consult.Submit(ctx, actor, r.ID, now.Freeze.ID, now.Freeze.Hash)
		}
		return out, err
	})
	return done
}
