package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
	"samsvar/internal/workflow"
)

var (
	walkSeed  = flag.Uint64("walk.seed", 0, "play the random walk of this seed again")
	walkSteps = flag.Int("walk.steps", 500, "how far a random walk goes")
	walks     = flag.Int("walks", 4, "how many random walks there are, the first of them always the same")
)

// walker plays random people in a community's joint response and a party's
// separate one, and holds the use cases against what must always be so.
type walker struct {
	*beside
	rnd     *rand.Rand
	seed    uint64
	step    int
	parties []portal.Organisation
	people  map[portal.OrganisationID]portal.Actor // one approver, and where it matters writer, of each party
	sent    map[string]string                      // what was ever sent: number and package hash
	public  map[string]bool                        // what is public
	done    map[string]int                         // operations that were carried out
	stands  map[portal.ResponseID]portal.Response  // both answers, as they were after the last step
}

func newWalker(t *testing.T, seed uint64) *walker {
	w := &walker{beside: newBeside(newHouse(t)), seed: seed, rnd: rand.New(rand.NewPCG(seed, 1)), people: map[portal.OrganisationID]portal.Actor{},
		sent: map[string]string{}, public: map[string]bool{}, done: map[string]int{}, stands: map[portal.ResponseID]portal.Response{}}
	for _, p := range w.jointNow().Parties {
		role := portal.Coordinator
		if p.Side == portal.HospitalSide {
			role = portal.Writer
		}
		w.parties = append(w.parties, p.Organisation)
		w.people[p.Organisation.ID] = w.as(p.Organisation.ID, portal.Approver, role)
	}
	w.writeJoint()
	for n := 1; n <= 6; n++ {
		w.write(w.response(), n, "Eget.")
	}
	w.ready(w.secretariat, w.jointNow())
	w.ready(w.writer, w.response())
	w.look(w.joint, w.id)
	return w
}

// operation is something that somebody tries; what the rules refuse is refused, and changes nothing.
type operation struct {
	name string
	try  func(ctx context.Context, id portal.ResponseID, r portal.Response) error
}

func (w *walker) editor(id portal.ResponseID) portal.Actor {
	if id == w.joint {
		return w.secretariat
	}
	return w.writer
}

func (w *walker) someone() portal.Actor { return w.people[w.parties[w.rnd.IntN(len(w.parties))].ID] }

// seen is the text that was seen: mostly the one that stands, at times an old one or none.
func (w *walker) seen(r portal.Response) (portal.FreezeID, string, portal.Hashes) {
	if r.Freeze == nil || w.rnd.IntN(20) == 0 {
		return portal.FreezeID(portal.NewID()), "sha256:0", portal.Hashes{}
	}
	hashes := r.Hashes()
	if w.rnd.IntN(20) == 0 {
		hashes[r.Answers[w.rnd.IntN(len(r.Answers))].ID] = "sha256:0"
	}
	return r.Freeze.ID, r.Freeze.Hash, hashes
}

func (w *walker) number(r portal.Response) string {
	if last := r.Last(); last != nil && w.rnd.IntN(10) > 0 {
		return r.Submissions[w.rnd.IntN(len(r.Submissions))].Number
	}
	return "1999-0001"
}

func (w *walker) operations() []operation {
	kinds := []portal.PositionKind{portal.Approved, portal.Approved, portal.Approved, portal.Approved, portal.ApprovedWithRemark, portal.StandsOutside, portal.Rejected}
	relations := []portal.RelationKind{portal.Joins, portal.Elaborates, portal.Deviates, ""}
	position := func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
		who := w.someone()
		freeze, _, hashes := w.seen(r)
		in := signoff.Position{Freeze: freeze, Hashes: hashes, Kind: kinds[w.rnd.IntN(len(kinds))]}
		switch in.Kind {
		case portal.Rejected:
			in.Reason = "Nei."
		case portal.ApprovedWithRemark:
			in.Remarks = []signoff.Remark{{Answer: r.Answers[0].ID, Text: fmt.Sprint("Merknad ", w.step)}}
		}
		return w.signoff.TakePosition(ctx, who, id, in)
	}
	confirm := func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
		freeze, _, hashes := w.seen(r)
		return w.signoff.Confirm(ctx, w.someone(), id, signoff.Position{Freeze: freeze, Hashes: hashes})
	}
	freeze := func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
		_, err := w.document.Freeze(ctx, w.editor(id), id, r.Version)
		return err
	}
	submit := func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
		freeze, hash, _ := w.seen(r)
		_, err := w.consult.Submit(ctx, w.editor(id), id, freeze, hash)
		return err
	}
	decide := func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
		freeze, _, _ := w.seen(r)
		return w.signoff.Decide(ctx, w.editor(id), id, freeze, portal.Decision{Level: "strategic", Body: "SSU", DecidedOn: w.now.AddDate(0, 0, -1), CaseNumber: "1/22"})
	}
	// agree has everybody stand behind the text: chance alone seldom does.
	agree := func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
		for _, p := range r.Parties {
			if r.Freeze == nil || p.Position != nil && p.Position.Kind != portal.Rejected && w.rnd.IntN(4) == 0 {
				continue
			}
			who := w.people[p.Organisation.ID]
			err := w.signoff.TakePosition(ctx, who, id, signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes(), Kind: portal.Approved})
			if err != nil {
				return err
			}
		}
		return nil
	}
	return []operation{
		{"position", position}, {"position", position}, {"confirm", confirm}, {"freeze", freeze}, {"freeze", freeze}, {"freeze", freeze},
		{"agree", agree}, {"agree", agree}, {"agree", agree}, {"submit", submit}, {"submit", submit}, {"submit", submit}, {"submit", submit},
		{"take back", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			freeze, _, _ := w.seen(r)
			return w.signoff.Withdraw(ctx, w.someone(), id, freeze, "Vi har snudd.")
		}},
		{"see", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			return w.signoff.See(ctx, w.someone(), id, nil)
		}},
		{"settle", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			if len(r.Remarks) == 0 {
				return portal.Missing()
			}
			m := r.Remarks[w.rnd.IntN(len(r.Remarks))]
			return w.signoff.RemarkStep(ctx, w.people[m.Authors[0].ID], id, m.ID, []string{"keep", "leave"}[w.rnd.IntN(2)], m.Version, "")
		}},
		{"decide", decide}, {"decide", decide}, {"decide", decide},
		{"reopen", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			err := w.document.Reopen(ctx, w.editor(id), id, r.Version, "Mer.")
			if err == nil && w.rnd.IntN(2) == 0 {
				w.write(r, 1+w.rnd.IntN(6), fmt.Sprint("Endret ", w.step))
			}
			return err
		}},
		{"parties", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			organisation := w.parties[w.rnd.IntN(len(w.parties))].ID
			if w.rnd.IntN(2) == 0 {
				return w.document.AddParty(ctx, w.editor(id), id, r.Version, organisation)
			}
			return w.document.RemoveParty(ctx, w.editor(id), id, r.Version, organisation, "Ut.")
		}},
		{"relate", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			a := r.Answers[w.rnd.IntN(len(r.Answers))]
			_, err := w.consult.Relate(ctx, w.editor(id), id, a.ID, relations[w.rnd.IntN(len(relations))], "vestfold", a.Version)
			if err == nil {
				r, err = w.consult.Response(ctx, w.editor(id), id)
				must(w.t, err)
				w.ready(w.editor(id), r)
			}
			return err
		}},
		{"offer", func(ctx context.Context, id portal.ResponseID, _ portal.Response) error {
			_, err := w.consult.Offer(ctx, w.editor(id), id, w.parties[w.rnd.IntN(len(w.parties))].ID)
			return err
		}},
		{"endorse", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			freeze, _, hashes := w.seen(r)
			return w.document.Endorse(ctx, w.someone(), id, freeze, hashes)
		}},
		{"receive", func(ctx context.Context, id portal.ResponseID, _ portal.Response) error {
			_, err := w.consult.Receive(ctx, w.ministry, id)
			return err
		}},
		{"withdraw", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			return w.consult.Withdraw(ctx, w.editor(id), id, w.number(r), "Vi trekker det.")
		}},
		{"return", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			return w.consult.Return(ctx, w.ministry, id, w.number(r), "Noe mangler.")
		}},
		{"publish", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			number := w.number(r)
			err := w.consult.Publish(ctx, w.ministry, id, number)
			if err == nil {
				w.public[number] = true
			}
			return err
		}},
		{"take down", func(ctx context.Context, id portal.ResponseID, r portal.Response) error {
			number := w.number(r)
			err := w.consult.TakeDown(ctx, w.ministry, id, number, "Feil.")
			if err == nil {
				delete(w.public, number)
			}
			return err
		}},
	}
}

func (w *walker) look(ids ...portal.ResponseID) {
	for _, id := range ids {
		r, err := w.consult.Response(w.t.Context(), w.editor(id), id)
		must(w.t, err)
		w.stands[id] = r
	}
}

func (w *walker) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("step %d of -walk.seed %d: "+format, append([]any{w.step, w.seed}, args...)...)
}

// play takes one step, and looks whether all is as it must be.
func (w *walker) play(all []operation) {
	ctx := w.t.Context()
	w.now = w.now.Add(time.Duration(w.rnd.IntN(900)) * time.Second)
	id := []portal.ResponseID{w.joint, w.id}[w.rnd.IntN(2)]
	before, audits := w.stands[id], w.audits()
	o := all[w.rnd.IntN(len(all))]
	err := o.try(ctx, id, before)
	var refused *portal.Error
	switch {
	case err == nil:
		w.done[o.name]++
	case !errors.As(err, &refused) || refused.Kind == portal.Internal:
		w.fail("%s failed: %v", o.name, err)
	case o.name != "agree" && w.audits() != audits: // which is many, one after another
		w.fail("%s was refused, and left an event: %v", o.name, err)
	}
	if err == nil || w.audits() != audits {
		w.look(w.joint, w.id)
	} else {
		w.look(id)
	}
	after := w.stands[id]
	if len(after.Submissions) > len(before.Submissions) {
		w.checkSent(after, before)
	}
	for _, r := range w.stands {
		w.checkPositions(r)
		w.checkKept(r)
	}
	// What the ministry counts is dear to ask for: always when something of what was sent has changed, and now and then besides.
	if err == nil && (!reflect.DeepEqual(before.Submissions, after.Submissions) || w.step%5 == 0) {
		w.checkMinistry()
	}
}

// checkSent: what went was frozen, met its rule, and held no rejection; its package stands its own check.
func (w *walker) checkSent(r, before portal.Response) {
	if tally := workflow.CountResponse(before, w.now); !tally.Met || tally.Rejected > 0 || !workflow.Decided(before) {
		w.fail("sent with %+v", tally)
	}
	last := r.Last()
	_, _, raw, err := w.consult.Submission(w.t.Context(), w.ministry, r.ID, last.Number, "submission.read")
	must(w.t, err)
	var p evidence.Package
	must(w.t, json.Unmarshal(raw, &p))
	if report := verified(w.t, w.db, raw); !report.OK() || string(p.PackageHash) != last.PackageHash {
		w.fail("the package:\n%s", report)
	}
	for _, said := range before.Parties {
		validity, _ := workflow.Judge(workflow.StandingOf(before, said, w.now), workflow.LaidBefore(before))
		i := slices.IndexFunc(p.Parties, func(party evidence.Party) bool { return party.ID == string(said.Organisation.ID) })
		if counted := validity == workflow.Valid && said.Position.Kind != portal.StandsOutside; counted != p.Behind(p.Parties[i]) {
			w.fail("the position of %s is %s, and in the package it stands behind the text: %v", said.Organisation.Name, validity, !counted)
		}
	}
	for _, party := range p.Parties {
		if party.Position != nil && party.Position.Kind == string(portal.Rejected) {
			w.fail("%s rejects what was sent", party.Name)
		}
		if p.Response.Kind == "separate" && party.ID == string(r.Owner.ID) && (party.Position == nil || !approves(party, p)) {
			w.fail("the sender has not approved what was sent")
		}
	}
	w.sent[last.Number] = last.PackageHash
}

// approves says whether the party stands behind every answer as it was sent.
func approves(party evidence.Party, p evidence.Package) bool {
	if party.Position == nil || party.Position.Uncounted != "" || party.Position.Kind != string(portal.Approved) && party.Position.Kind != string(portal.ApprovedWithRemark) {
		return false
	}
	for _, a := range p.Answers {
		if party.Position.AnswerHashes[a.ID] != a.Hash {
			return false
		}
	}
	return true
}

// checkPositions: nothing that was said is valid on another text than it was said of.
func (w *walker) checkPositions(r portal.Response) {
	laid := workflow.LaidBefore(r)
	for _, p := range r.Parties {
		if validity, _ := workflow.Judge(workflow.StandingOf(r, p, w.now), laid); validity != workflow.Valid {
			continue
		}
		for answer, hash := range laid.Hashes {
			if p.Position.Hashes[answer] != hash {
				w.fail("the position of %s is valid on a text that it has not seen", p.Organisation.Name)
			}
		}
	}
}

// checkKept: nothing that was sent disappears or changes, and one at most stands.
func (w *walker) checkKept(r portal.Response) {
	standing := 0
	for _, sent := range r.Submissions {
		if w.sent[sent.Number] != sent.PackageHash {
			w.fail("%s is another now", sent.Number)
		}
		if sent.Stands() {
			standing++
		}
		if public := sent.PublishedAt != nil && sent.TakenDown == nil; public != w.public[sent.Number] {
			w.fail("%s is public: %v", sent.Number, public)
		}
	}
	if standing > 1 || standing == 1 && !r.Last().Stands() {
		w.fail("%d submissions stand", standing)
	}
}

// checkMinistry: what the ministry counts is what the packages that stand say, everybody once.
func (w *walker) checkMinistry() {
	ctx := w.t.Context()
	overview, err := w.consult.Overview(ctx, w.ministry, w.round.ID)
	must(w.t, err)
	all, err := w.consult.Submissions(ctx, w.ministry, w.round.ID)
	must(w.t, err)
	behind, kept, joint := map[string]bool{}, 0, 0
	for _, r := range all {
		kept += len(r.Submissions)
		if !r.Last().Stands() {
			continue
		}
		if r.Kind == portal.Joint {
			joint++
		}
		_, _, raw, err := w.consult.Submission(ctx, w.ministry, r.ID, "", "submission.read")
		must(w.t, err)
		var p evidence.Package
		must(w.t, json.Unmarshal(raw, &p))
		for _, party := range p.Parties {
			if party.Side == string(portal.MunicipalSide) && approves(party, p) {
				behind[party.ID] = true
			}
		}
	}
	if overview.Reach.Behind != len(behind) || overview.Submitted != joint || kept != len(w.sent) {
		w.fail("the ministry counts %d municipalities and %d joint answers, the packages say %d and %d; %d of %d are kept", overview.Reach.Behind, overview.Submitted,
			len(behind), joint, kept, len(w.sent))
	}
}

// Random people try random things, with the clock going past the deadline; make walk plays for longer.
func TestRandomWalkOverTheUseCases(t *testing.T) {
	t.Parallel() // with the fifty people, in a database of its own
	seeds, steps := []uint64{1}, *walkSteps
	for len(seeds) < *walks {
		seeds = append(seeds, rand.Uint64())
	}
	switch {
	case *walkSeed != 0:
		seeds = []uint64{*walkSeed}
	case testing.Short():
		seeds, steps = []uint64{rand.Uint64()}, 120
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWalker(t, seed)
			w.now = time.Date(2022, 3, 30, 9, 0, 0, 0, workflow.Oslo)
			all := w.operations()
			for w.step = range steps {
				w.play(all)
			}
			t.Logf("-walk.seed %d: %v, %d sent", seed, w.done, len(w.sent))
		})
	}
}
