package postgres_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
	what, freeze   string
	party, version int
}
type result struct {
	code, state, freeze string
	version             int
}

// standing is all that decides about an answer. A separate one has one party, whose approval of this very text is enough. A
// joint one has three of which the rule names the first two: both approve, nobody rejects, and then a committee decides.
type standing struct {
	joint         bool
	state, freeze string
	version       int       // one more with every change of state
	edited        bool      // since it was frozen last
	said          [3]string // by each party, last of all
	ofThis        [3]bool   // what was said is about the text that was frozen last
}

// stands says whether the party approves this very text.
func (s standing) stands(party int) bool { return s.said[party] == "approved" && s.ofThis[party] }

// approved says whether the rule is met. What is seen is the text: one that was opened and frozen again without an edit is the same.
func (s standing) approved() bool {
	return s.stands(0) && (!s.joint || s.stands(1) && !slices.Contains(s.said[:], "rejected"))
}

// model says what may come of a deed when everything happens one after the other, from a draft of that version.
func model(joint bool, version int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return standing{joint: joint, state: "draft", version: version} },
		Step: func(state, input, output any) (bool, any) {
			ok, next := state.(standing).after(input.(deed), output.(result))
			return ok, next
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprint(input, " -> ", output) },
	}
}

func (s standing) after(d deed, r result) (bool, standing) {
	draft, approval, ready, sent := s.state == "draft", s.state == "approval", s.state == "ready", s.state == "submitted"
	open, this, by := approval || ready, s.freeze == d.freeze, max(0, d.party)
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
		if s.edited {
			s.ofThis = [3]bool{}
		}
		s.state, s.freeze, s.edited = "approval", r.freeze, false
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
		late := sent && d.what == "approve" && !s.stands(by) // by a party that what was sent does not rest on
		s.said[by], s.ofThis[by] = map[string]string{"approve": "approved", "reject": "rejected"}[d.what], true
		return (open || late) && this, s
	case "approve wrong_state", "reject wrong_state", "submit wrong_state":
		return draft, s
	case "approve text_changed", "reject text_changed", "submit text_changed", "withdraw text_changed":
		return !draft && !this, s
	case "approve already_sent", "reject already_sent":
		return sent && s.stands(by), s
	case "reject invalid_input":
		return sent && !s.stands(by), s
	case "withdraw ":
		spoken := s.said[by] != ""
		s.said[by] = "withdrawn"
		return open && spoken && this, s
	case "withdraw no_position":
		return open && s.said[by] == "", s
	case "withdraw wrong_state":
		return !open, s
	case "decide ":
		s.state = "ready"
		s.version++
		return approval && s.approved() && this, s
	case "decide wrong_state":
		return !approval, s
	case "decide text_changed":
		return approval && !this, s
	case "decide rule_not_met":
		return approval && !s.approved(), s
	case "submit ":
		if s.state = "submitted"; !sent {
			s.version++
		}
		return sent || (ready || approval && !s.joint) && s.approved() && this, s
	case "submit not_decided":
		return s.joint && approval, s
	case "submit rule_not_met":
		return (ready || approval && !s.joint) && !s.approved(), s
	}
	return false, s
}

// fighter is one of them, with an account of their own: who may freeze, reopen and send, who speaks for a party, or both.
type fighter struct {
	portal.Actor
	leads bool
	party int // -1: for none
}

// fighters are fifty of one municipality, or of a community's secretariat and three of its parties.
func (h *house) fighters(joint bool, owner portal.OrganisationID) (all []fighter) {
	for n := range people {
		switch party := n%4 - 1; {
		case !joint:
			all = append(all, fighter{h.as(owner, portal.Coordinator, portal.Approver), true, 0})
		case party < 0:
			all = append(all, fighter{h.as(owner, portal.Secretariat), true, -1})
		default:
			all = append(all, fighter{h.as(jointParties[party], portal.Approver), false, party})
		}
	}
	return all
}

// jointParties are those who fight over a joint answer; the rule names the first two of them.
var jointParties = [3]portal.OrganisationID{"sykehuset-i-vestfold-hf", "k-3801", "k-3803"}

// Fifty people sign, reopen, edit, withdraw, decide about and send one answer at random, on real PostgreSQL: of one
// municipality, or of a community and several parties. There is an order of all that they did, one after the other and as each of them saw it, in which the rules hold (the history is
// linearizable); and what was sent was sent once.
func TestFiftyPeopleAtOnce(t *testing.T) {
	t.Parallel() // with the random walk, in a database of its own
	h := newHouse(t)
	wide, err := postgres.Open(t.Context(), h.url+"&pool_max_conns=24")
	must(t, err)
	t.Cleanup(wide.Close)
	h.db, h.consult.Store, h.document.Store, h.signoff.Store = wide, wide.Consult(), wide.Documents(), wide.Signoff()
	_, err = h.directory.SetRule(t.Context(), h.as("vestfold", portal.Secretariat), "vestfold",
		portal.Rule{Kind: portal.NamedVoters, Voters: []portal.Voter{{ID: jointParties[0]}, {ID: jointParties[1]}}}, "Vedtatt.", 0)
	must(t, err)
	rounds := 0
	letter := func() portal.RoundID {
		rounds++
		return h.openLetter(h.as("hod", portal.CaseOfficer), strings.Replace(invitation, "plan-2024", fmt.Sprintf("plan-%d", rounds), 1)).ID
	}
	for n := range *crowds {
		owner := []portal.OrganisationID{"k-4204", "k-4203", "vestfold"}[n%3]
		t.Run(string(owner), func(t *testing.T) {
			for again := 1; h.crowd(t, letter(), owner, uint64(n)) == porcupine.Unknown; again++ {
				if again == 3 {
					t.Fatal("three histories, and no verdict on any of them within a minute")
				}
			}
		})
	}
}

func (h *house) crowd(t *testing.T, round portal.RoundID, owner portal.OrganisationID, seed uint64) porcupine.CheckResult {
	joint, kind := owner == "vestfold", portal.Separate
	if joint {
		kind = portal.Joint
	}
	all := h.fighters(joint, owner)
	r, err := h.consult.Start(t.Context(), all[0].Actor, round, kind, portal.Bokmal)
	must(t, err)
	for n := 1; n <= 6; n++ {
		h.write(r, n, "Begynnelsen.")
	}
	begins := h.ready(all[0].Actor, r).Version
	var history []porcupine.Operation
	happened := map[string]int{}
	var mu sync.Mutex
	// Whoever is slow finds that others came first: nobody sends before each of these was done once, and nobody stops before it was sent.
	did := func(what string) bool {
		mu.Lock()
		defer mu.Unlock()
		return happened[what+" "] > 0
	}
	fought := func() bool { return did("edit") && did("freeze") && did("reopen") && did("approve") }
	var fight sync.WaitGroup
	began := time.Now()
	for client, who := range all {
		fight.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, uint64(client)))
			for n := 0; n < turns || n < most && !(fought() && did("submit")); n++ {
				for _, op := range h.turn(t, who, r, rnd, client, n > turns/2 && fought(), began) {
					mu.Lock()
					history = append(history, op)
					happened[op.Input.(deed).what+" "+op.Output.(result).code]++
					mu.Unlock()
				}
			}
		})
	}
	fight.Wait()
	t.Logf("%d deeds in %v: %v", len(history), time.Since(began), happened)
	began = time.Now()
	verdict := porcupine.CheckOperationsTimeout(model(joint, begins), tightened(history), time.Minute)
	t.Logf("checked in %v", time.Since(began))
	if verdict == porcupine.Illegal {
		t.Errorf("the history is %s", verdict)
	}
	var submissions int
	must(t, h.db.Pool().QueryRow(t.Context(), "select count(*) from submission where response_id = $1", r.ID).Scan(&submissions))
	if submissions != 1 || happened["submit "] == 0 {
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
		if verdict := porcupine.CheckOperationsTimeout(model(false, 1), tightened([]porcupine.Operation{frozen, second}), time.Second); verdict != porcupine.Illegal {
			t.Errorf("%s: %s", name, verdict)
		}
	}
	joint := []porcupine.Operation{frozen}
	for n, d := range []deed{{what: "approve", freeze: "a"}, {what: "decide", freeze: "a"}} { // which asks two parties
		joint = append(joint, porcupine.Operation{ClientId: 1, Input: d, Output: result{}, Call: int64(20 + 20*n), Return: int64(30 + 20*n)})
	}
	if verdict := porcupine.CheckOperationsTimeout(model(true, 1), tightened(joint), time.Second); verdict != porcupine.Illegal {
		t.Errorf("decided when one of two parties had said anything: %s", verdict)
	}
	read := porcupine.Operation{ClientId: 1, Input: deed{what: "read"}, Output: result{state: "draft", version: 1}, Call: 5, Return: 30}
	if verdict := porcupine.CheckOperationsTimeout(model(false, 1), tightened([]porcupine.Operation{frozen, read}), time.Second); verdict != porcupine.Ok {
		t.Errorf("a draft read while it is frozen: %s", verdict)
	}
}

// turn reads where the answer stands, thinks, and does one thing about it; sends it only when it is late.
func (h *house) turn(t *testing.T, who fighter, r portal.Response, rnd *rand.Rand, client int, late bool, began time.Time) []porcupine.Operation {
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
	ctx, actor := context.Background(), who.Actor
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
	deeds := who.mayTry(seen.state, late, r.Kind == portal.Joint)
	d := deed{deeds[rnd.IntN(len(deeds))], seen.freeze, who.party, seen.version}
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
		case "decide":
			err = h.signoff.Decide(ctx, actor, r.ID, now.Freeze.ID, portal.Decision{Level: "strategic", Body: "SSU", DecidedOn: h.now.AddDate(0, 0, -1), CaseNumber: "1"})
		case "submit":
			_, err = h.consult.Submit(ctx, actor, r.ID, now.Freeze.ID, now.Freeze.Hash)
		}
		return out, err
	})
	return done
}

// mayTry are the deeds to choose from in a state, what is likelier more often. It is sent late, so that there is something to
// fight over before; a joint answer, which takes three parts, is then left standing.
func (who fighter) mayTry(state string, late, joint bool) (deeds []string) {
	lead, speak := func(more ...string) {
		if who.leads {
			deeds = append(deeds, more...)
		}
	}, func(more ...string) {
		if who.party >= 0 {
			deeds = append(deeds, more...)
		}
	}
	deeds = []string{"edit"}
	switch state {
	case "draft":
		lead("edit", "freeze", "freeze", "freeze")
	case "submitted": // opening it anew would send it anew
		speak("approve", "reject", "withdraw")
		lead("submit")
	default:
		speak("approve", "approve", "approve", "reject", "withdraw")
		if !joint || !late {
			lead("reopen", "reopen")
		} else {
			speak("approve", "approve", "approve")
		}
		if joint {
			lead("decide", "decide")
		}
		if late {
			lead("submit", "submit")
		}
	}
	return deeds
}
