package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// frozen is a joint response of Vestfold with a text that is frozen, and an approver of each party.
type frozen struct {
	*house
	id          portal.ResponseID
	secretariat portal.Actor
	approvers   []portal.Actor // the trust first
}

// freezeJoint begins, writes and freezes under the rule; the zero rule leaves the community the one it begins with.
func (h *house) freezeJoint(rule portal.Rule) frozen {
	h.t.Helper()
	f := frozen{house: h, secretariat: h.as("vestfold", portal.Secretariat)}
	if rule.Kind != "" {
		f.setRule(rule, 0)
	}
	v := h.openRound(h.as("hod", portal.CaseOfficer))
	r, err := h.consult.Start(h.t.Context(), f.secretariat, v.ID, portal.Joint, portal.Bokmal)
	must(h.t, err)
	f.id = r.ID
	for _, p := range r.Parties {
		f.approvers = append(f.approvers, h.as(p.Organisation.ID, portal.Approver))
	}
	for n := range r.Answers {
		h.write(r, n+1, fmt.Sprintf("Svar nummer %d.", n+1))
	}
	h.ready(f.secretariat, r)
	f.freeze()
	return f
}

func (f frozen) now() portal.Response {
	f.t.Helper()
	r, err := f.consult.Response(f.t.Context(), f.secretariat, f.id)
	must(f.t, err)
	return r
}

func (f frozen) freeze() {
	f.t.Helper()
	_, err := f.document.Freeze(f.t.Context(), f.secretariat, f.id, f.now().Version)
	must(f.t, err)
}

func (f frozen) reopen() {
	f.t.Helper()
	must(f.t, f.document.Reopen(f.t.Context(), f.secretariat, f.id, f.now().Version, "Noe måtte endres."))
}

func (f frozen) setRule(rule portal.Rule, version int) {
	f.t.Helper()
	_, err := f.directory.SetRule(f.t.Context(), f.secretariat, "vestfold", rule, "Vedtatt i partnerskapsmøtet.", version)
	must(f.t, err)
}

func (f frozen) decide() error {
	return f.signoff.Decide(f.t.Context(), f.secretariat, f.id, f.now().Freeze.ID,
		portal.Decision{Level: "strategic", Body: "SSU", DecidedOn: f.house.now.AddDate(0, 0, -1), CaseNumber: "12/22"})
}

func (f frozen) submit() error {
	r := f.now()
	_, err := f.consult.Submit(f.t.Context(), f.secretariat, f.id, r.Freeze.ID, r.Freeze.Hash)
	return err
}

func (f frozen) warn() error {
	return f.signoff.WarnOfSilence(f.t.Context(), f.secretariat, f.id, f.now().Freeze.ID)
}

func (f frozen) met() bool { return workflow.CountResponse(f.now(), f.house.now).Met }

func TestTheRuleChangesWithATrace(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	secretariat, other := h.as("vestfold", portal.Secretariat), h.as("agder", portal.Secretariat)
	c, err := h.directory.Community(ctx, secretariat, "vestfold")
	must(t, err)
	town := c.Parties[len(c.Parties)-1].Organisation
	party := h.as(town.ID, portal.Approver, portal.Reader)
	rule := portal.Rule{Kind: portal.NamedVoters, Voters: []portal.Voter{{ID: town.ID}}, SilenceDays: 14}
	before := h.audits()
	_, err = h.directory.SetRule(ctx, party, "vestfold", rule, "x", 0)
	wantCode(t, err, "not_yours")
	_, err = h.directory.SetRule(ctx, other, "vestfold", rule, "x", 0)
	wantCode(t, err, "not_found")
	_, err = h.directory.SetRule(ctx, secretariat, "vestfold", portal.Rule{Kind: portal.NamedVoters, Voters: []portal.Voter{{ID: "k-4204"}}}, "x", 0)
	wantCode(t, err, "invalid_input")
	if n := h.audits() - before; n != 0 {
		t.Errorf("%d events for what was refused", n)
	}
	_, err = h.directory.SetRule(ctx, secretariat, "vestfold", rule, "Vedtatt i partnerskapsmøtet.", 0)
	must(t, err)
	_, err = h.directory.SetRule(ctx, secretariat, "vestfold", workflow.DefaultRule(), "Samtidig.", 0)
	wantCode(t, err, "changed_meanwhile")
	c, err = h.directory.SetRule(ctx, secretariat, "vestfold", workflow.DefaultRule(), "Tilbake igjen.", 1)
	must(t, err)
	if len(c.Rules) != 3 || c.Rules[0].Version != 2 || c.Rules[1].Rule.Voters[0].Name != town.Name || c.Rules[1].SetBy != secretariat.Name || c.Rules[2].Version != 0 {
		t.Errorf("%+v", c.Rules)
	}
	if n := h.audits() - before; n != 2 {
		t.Errorf("%d events for two rules", n)
	}
	for _, statement := range []string{"update community_rule set reason = 'x'", "delete from community_rule", "truncate community_rule"} {
		if _, err := h.db.Pool().Exec(ctx, statement); err == nil {
			t.Errorf("%s was carried out", statement)
		}
	}
}

func TestTheRuleOfTheFreezeCounts(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	f.setRule(portal.Rule{Kind: portal.Consensus, HospitalPercent: 100}, 0)
	must(t, f.approve(f.approvers[0], f.id, portal.Approved))
	if f.met() || f.now().Rule.MunicipalPercent != 50 {
		t.Errorf("a rule made after the freeze counts: %+v", f.now().Rule)
	}
	f.reopen()
	f.freeze()
	if !f.met() || f.now().Rule.MunicipalPercent != 0 {
		t.Errorf("the rule at the new freeze does not count: %+v", f.now().Rule)
	}
}

func TestRecommendationComesFirst(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{Kind: portal.Recommendation, HospitalPercent: 100, MunicipalPercent: 50})
	wantCode(t, f.approve(f.approvers[0], f.id, portal.Approved), "not_recommended")
	must(t, f.decide())
	wantCode(t, f.decide(), "already_decided")
	for _, who := range f.approvers[:3] {
		must(t, f.approve(who, f.id, portal.Approved))
	}
	wantCode(t, f.submit(), "rule_not_met")
	must(t, f.approve(f.approvers[3], f.id, portal.Approved))
	must(t, f.submit())
}

func TestSilenceCountsAfterAWarningAlone(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{Kind: portal.Consensus, HospitalPercent: 100, MunicipalPercent: 100, SilenceDays: 7})
	must(t, f.approve(f.approvers[0], f.id, portal.Approved))
	f.house.now = f.house.now.AddDate(0, 1, 0)
	if f.met() {
		t.Error("silence counts without a warning")
	}
	before := f.audits()
	for range 2 { // the second time there is nobody left to warn
		must(t, f.warn())
	}
	if n := f.audits() - before; n != 1 {
		t.Errorf("%d events for one warning", n)
	}
	f.house.now = f.house.now.AddDate(0, 0, 30)
	if tally := workflow.CountResponse(f.now(), f.house.now); tally.Met || tally.Silent != 0 {
		t.Errorf("a warning that never came counts: %+v", tally)
	}
	f.warningCame()
	from := f.now().Parties[1].Warning.CountsFrom
	if want := workflow.SilenceCountsFrom(f.now().Rule, f.house.now); !from.Equal(want) {
		t.Errorf("it counts from %s, and came so that it counts from %s", from, want)
	}
	if f.now().Parties[0].Warning != nil {
		t.Error("one who had answered was warned")
	}
	f.house.now = from.Add(-time.Second)
	if f.met() {
		t.Error("silence counts before its time")
	}
	f.house.now = from
	if tally := workflow.CountResponse(f.now(), from); !tally.Met || tally.Silent != 6 {
		t.Errorf("%+v", tally)
	}
	must(t, f.approve(f.approvers[1], f.id, portal.Rejected))
	if f.met() {
		t.Error("the warned party's own word does not count")
	}
	f.reopen()
	f.freeze()
	if tally := workflow.CountResponse(f.now(), f.house.now); tally.Silent != 0 {
		t.Error("a warning about another version counts")
	}
}

// warningCame has every party's warning come now, as TestSilenceIsWarnedOfWithItsDate has it come by mail and in the page.
func (f frozen) warningCame() {
	f.t.Helper()
	_, err := f.db.Pool().Exec(f.t.Context(), `insert into warning_delivery (freeze_id, organisation_id, account_id, means, delivered_at)
		select freeze_id, organisation_id, warned_by, 'mail', $1 from silence_warning where freeze_id = $2`, f.house.now, f.now().Freeze.ID)
	must(f.t, err)
}

func TestSilenceNeverCountsUnlessTheRuleSaysSo(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	wantCode(t, f.warn(), "silence_never_counts")
}
