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
type deed struct {
	what, freeze string
	version      int
}
type result struct {
	code, state, freeze string
	version             int
}

// standing is all that decides about a separate answer: one party, whose approval of this very text is enough.
type standing struct {
	state, freeze string
	version       int    // one more with every change of state
	edited        bool   // since it was frozen last
	said          string // by the party, last of all
	ofThis        bool   // what was said is about the text that was frozen last
}

// model says what may come of a deed when everything happens one after the other, from a draft of that version.
func model(version int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return standing{state: "draft", version: version} },
		Step: func(state, input, output any) (bool, any) {
			ok, next := state.(standing).after(input.(deed), output.(result))
			return ok, next
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprint(input, " -> ", output) },
	}
}

func (s standing) after(d deed, r result) (bool, standing) {
	draft, open, sent := s.state == "draft", s.state == "approval", s.state == "submitted"
	// What is seen is the text: a text that was opened and frozen again without an edit is the same one.
	approves := s.said == "approved" && s.ofThis
	switch d.what + " " + r.code {
	case "read ":
		return r.state == s.state && r.freeze == s.freeze && r.version == s.version, s
	case "freeze changed_meanwhile", "reopen changed_meanwhile": // somebody came first
		return d.version != s.version, s
	case "edit ":
		s.edited = true
		return draft, s
	case "edit document_locked":
		return !draft, s
	case "freeze ":
		s.state, s.freeze, s.ofThis, s.edited = "approval", r.freeze, s.ofThis && !s.edited, false
		s.version++
		return draft && d.version == s.version-1, s
	case "freeze wrong_state":
		return !draft, s
	case "reopen ":
		s.state, s.freeze = "draft", ""
		s.version++
		return open && d.version == s.version-1, s
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
		if s.state = "submitted"; !sent {
			s.version++
		}
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
	t.Parallel() // with the random walk, in a database of its own
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
		t.Run(string(town), func(t *testing.T) {
			for again := 1; h.crowd(t, v.ID, town, uint64(n)) == porcupine.Unknown; again++ {
				if again == 3 {
					t.Fatal("three histories, and no verdict on any of them within a minute")
				}
				v = h.openLetter(h.as("hod", portal.CaseOfficer), fmt.Sprintf("plan-%d-%d", n, again))
			}
		})
	}
}

func (h *house) crowd(t *testing.T, round portal.RoundID, town portal.OrganisationID, seed uint64) porcupine.CheckResult {
	actor := h.as(town, portal.Coordinator, portal.Approver)
	r, err := h.consult.Start(t.Context(), actor, round, portal.Separate, portal.Bokmal)
	must(t, err)
	for n := 1; n <= 6; n++ {
		h.write(r, n, "Begynnelsen.")
	}
	begins := h.ready(actor, r).Version
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
	began = time.Now()
	verdict := porcupine.CheckOperationsTimeout(model(begins), tightened(history), time.Minute)
	t.Logf("checked in %v", time.Since(began))
	if verdict == porcupine.Illegal {
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
	return verdict
}

// tightened narrows when each deed can have happened, by what is known of versions: whatever saw one came after the freezing
// or opening that made it, and before the next. Every order of the whole history keeps to that; without it, finding one
// takes for ever when the machine is slow and all fifty wait for each other.
func tightened(history []porcupine.Operation) []porcupine.Operation {
	const fine = 1 << 16 // room for what comes strictly before what
	ops := slices.Clone(history)
	for i := range ops {
		ops[i].Call, ops[i].Return = ops[i].Call*fine, ops[i].Return*fine
	}
	makes, frozenAt := map[int]*porcupine.Operation{}, map[string]int{}
	for i := range ops {
		d, r := ops[i].Input.(deed), ops[i].Output.(result)
		if r.code == "" && (d.what == "freeze" || d.what == "reopen") {
			makes[d.version+1] = &ops[i]
			if d.what == "freeze" {
				frozenAt[r.freeze] = d.version + 1
			}
		}
	}
	for i := range 3 * len(ops) { // what one pass has narrowed narrows others in the next
		op := &ops[i%len(ops)]
		d, r := op.Input.(deed), op.Output.(result)
		saw := r.version
		if r.code == "" && slices.Contains([]string{"approve", "reject", "withdraw"}, d.what) {
			saw = frozenAt[d.freeze]
		}
		if since := makes[d.version+1]; r.code == "changed_meanwhile" && since != nil {
			op.Call, since.Return = max(op.Call, since.Call+1), min(since.Return, op.Return-1)
		}
		if saw == 0 {
			continue
		}
		if made := makes[saw]; made != nil {
			op.Call, made.Return = max(op.Call, made.Call+1), min(made.Return, op.Return-1)
		}
		if next := makes[saw+1]; next != nil {
			op.Return, next.Call = min(op.Return, next.Return-1), max(next.Call, op.Call+1)
		}
	}
	return ops
}

// What cannot have happened is found: a draft that is read after it was frozen, and a text frozen twice.
func TestAnImpossibleHistoryIsFound(t *testing.T) {
	frozen := porcupine.Operation{Input: deed{what: "freeze", version: 1}, Output: result{freeze: "a"}, Call: 0, Return: 10}
	for name, second := range map[string]porcupine.Operation{
		"read as a draft":   {ClientId: 1, Input: deed{what: "read"}, Output: result{state: "draft", version: 1}, Call: 20, Return: 30},
		"edited":            {ClientId: 1, Input: deed{what: "edit"}, Call: 20, Return: 30, Output: result{}},
		"nobody approves":   {ClientId: 1, Input: deed{what: "submit", freeze: "a", version: 2}, Output: result{}, Call: 5, Return: 30},
		"frozen once again": {ClientId: 1, Input: deed{what: "freeze", version: 1}, Output: result{freeze: "b"}, Call: 5, Return: 30},
	} {
		if verdict := porcupine.CheckOperationsTimeout(model(1), tightened([]porcupine.Operation{frozen, second}), time.Second); verdict != porcupine.Illegal {
			t.Errorf("%s: %s", name, verdict)
		}
	}
	read := porcupine.Operation{ClientId: 1, Input: deed{what: "read"}, Output: result{state: "draft", version: 1}, Call: 5, Return: 30}
	if verdict := porcupine.CheckOperationsTimeout(model(1), tightened([]porcupine.Operation{frozen, read}), time.Second); verdict != porcupine.Ok {
		t.Errorf("a draft read while it is frozen: %s", verdict)
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
		out := result{state: string(now.State), version: now.Version}
		if now.Freeze != nil {
			out.freeze = string(now.Freeze.ID)
		}
		return out, err
	})
	time.Sleep(time.Duration(rnd.IntN(2500)) * time.Millisecond)
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
	d := deed{deeds[rnd.IntN(len(deeds))], seen.freeze, seen.version}
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
