package postgres_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
)

// sent is the package as the secretariat and the ministry have it.
func (f frozen) sent() (p evidence.Package, raw []byte) {
	f.t.Helper()
	_, _, raw, err := f.consult.Submission(f.t.Context(), f.secretariat, f.id, "", "submission.read")
	must(f.t, err)
	must(f.t, json.Unmarshal(raw, &p))
	return p, raw
}

// A position that the portal does not count when the answer is sent is approval to nobody: not in the package, nor
// in what is counted.
func TestWhatDidNotCountWhenItWasSentIsNoApproval(t *testing.T) {
	for why, lose := range map[string]func(frozen, portal.Actor) (silent portal.Actor){
		"parties": func(f frozen, who portal.Actor) portal.Actor {
			for _, one := range f.approvers {
				must(t, f.approve(one, f.id, portal.Approved))
			}
			last := f.approvers[len(f.approvers)-1]
			must(t, f.remove(last))
			for _, one := range f.approvers[:len(f.approvers)-1] {
				if one.Organisation != who.Organisation {
					must(t, f.confirm(one, nil))
				}
			}
			return last
		},
		"mandate": func(f frozen, who portal.Actor) portal.Actor {
			deputy := f.as(who.Organisation, portal.Reader)
			m, err := f.give(who, deputy, nil)
			must(t, err)
			must(t, f.approve(f.again(deputy), f.id, portal.Approved))
			for _, one := range f.approvers {
				if one.Organisation != who.Organisation {
					must(t, f.approve(one, f.id, portal.Approved))
				}
			}
			must(t, f.end(who, m))
			return portal.Actor{}
		},
	} {
		t.Run(why, func(t *testing.T) {
			f := newHouse(t).freezeJoint(portal.Rule{Kind: portal.Consensus, HospitalPercent: 100, MunicipalPercent: 50})
			who := f.approvers[2]
			lose(f, who)
			must(t, f.decide())
			must(t, f.submit())
			p, raw := f.sent()
			if report := verified(t, f.db, raw); !report.OK() || !strings.Contains(report.String(), "laid these answers before these parties") {
				t.Error(report)
			}
			behind := 0
			for _, party := range p.Parties {
				if is := party.ID == string(who.Organisation); p.Behind(party) == is || is && party.Position.Uncounted != why {
					t.Errorf("%s: behind %v, %+v", party.Name, p.Behind(party), party.Position)
				}
				if party.Side == "municipal" && p.Behind(party) {
					behind++
				}
			}
			ministry := f.as("hod", portal.CaseOfficer)
			overview, err := f.consult.Overview(t.Context(), ministry, f.now().Round.ID)
			must(t, err)
			across, err := f.consult.ReadAcross(t.Context(), ministry, f.now().Round.ID, f.now().Answers[0].Question.ID)
			must(t, err)
			if overview.Reach.Behind != behind || across.Count.Municipalities != behind || len(across.Answers[0].Silent) != 1 {
				t.Errorf("%d stand behind it; the ministry counts %d and %d, silent are %v", behind, overview.Reach.Behind, across.Count.Municipalities, across.Answers[0].Silent)
			}
		})
	}
}

// What could never be proven is not sent: the clock of the instance that takes a position may be ahead of the one that sends.
func TestWhatFailsItsOwnCheckIsNotSent(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	now := f.house.now
	f.house.now = now.Add(time.Hour)
	for _, who := range f.approvers {
		must(t, f.approve(who, f.id, portal.Approved))
	}
	must(t, f.decide())
	f.house.now = now
	before := f.audits()
	wantCode(t, f.submit(), "package_uncertain")
	if r := f.now(); r.Last() != nil || f.audits() != before {
		t.Errorf("something was sent: %+v", r.Last())
	}
	f.house.now = now.Add(time.Hour)
	must(t, f.submit())
	if p, raw := f.sent(); !verified(t, f.db, raw).OK() || !strings.HasSuffix(p.Submission.Number, "-0001") {
		t.Errorf("%s", p.Submission.Number)
	}
}

// What a party says that its own treatment does not cover supports nothing, in time or late.
func TestWhatIsNotCoveredSupportsNothing(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{Kind: portal.Consensus, HospitalPercent: 100, MunicipalPercent: 20})
	inTime, late := f.approvers[2], f.approvers[3]
	for _, who := range []portal.Actor{inTime, late} {
		must(t, f.treat(who, f.council()))
	}
	f.reopen()
	f.write(f.now(), 4, "En presisering.")
	f.ready(f.secretariat, f.now())
	f.freeze()
	uncovered := func(who portal.Actor) error {
		r := f.now()
		return f.signoff.TakePosition(t.Context(), who, f.id, positionOn(r, &portal.Coverage{Reason: "Vedtaket gjaldt ikke svar 4."}))
	}
	must(t, uncovered(inTime))
	for _, who := range f.approvers {
		if who.Organisation != inTime.Organisation && who.Organisation != late.Organisation {
			must(t, f.approve(who, f.id, portal.Approved))
		}
	}
	must(t, f.decide())
	must(t, f.submit())
	must(t, uncovered(late))
	ministry := f.as("hod", portal.CaseOfficer)
	r := f.now()
	across, err := f.consult.ReadAcross(t.Context(), ministry, r.Round.ID, r.Answers[0].Question.ID)
	must(t, err)
	if a := across.Answers[0]; len(a.Supporters) != len(f.approvers)-2 || len(a.Silent) != 2 || len(a.Outside) != 0 {
		t.Errorf("supporters %v, outside %v, silent %v", a.Supporters, a.Outside, a.Silent)
	}
	_, err = f.consult.Receive(t.Context(), ministry, f.id)
	must(t, err)
	must(t, f.consult.Publish(t.Context(), ministry, f.id, r.Last().Number))
	one, err := f.consult.PublishedOne(t.Context(), r.Last().Number)
	must(t, err)
	if len(one.Late) != 0 {
		t.Errorf("the public is told that they approved: %+v", one.Late)
	}
}

func positionOn(r portal.Response, said *portal.Coverage) signoff.Position {
	return signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes(), Kind: portal.Approved, Coverage: said}
}
