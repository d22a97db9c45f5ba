package postgres_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

// met is a frozen joint response of Vestfold that every party stands behind, and its strategic body, where the trust and
// the first municipality sit.
type met struct {
	frozen
	body portal.Body
}

func (h *house) meets(rule portal.Rule) met {
	h.t.Helper()
	m := met{frozen: h.freezeJoint(rule)}
	if rule.Kind != portal.Recommendation {
		for _, who := range m.approvers {
			must(h.t, m.approve(who, m.id, portal.Approved))
		}
	}
	m.body = h.setBody(m.secretariat, strategic("vestfold", "SSU Vestfold", seat("Eva Eksempel", m.approvers[0].Organisation), seat("Ole Eksempel", m.approvers[1].Organisation)))
	return m
}

func (m met) input(at time.Time) meeting.Input {
	return meeting.Input{Body: m.body.ID, StartsAt: at, PapersDue: at.AddDate(0, 0, -7), Place: "Tønsberg", Cases: []portal.Case{{Response: m.id}, {Title: "Budsjett"}}}
}

func (m met) call(at time.Time) meeting.View {
	m.t.Helper()
	id, err := m.meeting.Call(m.t.Context(), m.secretariat, "vestfold", m.input(at))
	must(m.t, err)
	return m.see(m.secretariat, id)
}

func (m met) see(who portal.Actor, id portal.MeetingID) meeting.View {
	m.t.Helper()
	v, _, err := m.meeting.Meeting(m.t.Context(), who, id)
	must(m.t, err)
	return v
}

func (m met) minute(v meeting.View, number int, in portal.Minute) error {
	return m.meeting.Minute(m.t.Context(), m.secretariat, v.ID, v.Cases[number-1].ID, m.now().Freeze.ID, in)
}

func TestAMeetingIsItsCommunitysAlone(t *testing.T) {
	m := newHouse(t).meets(portal.Rule{})
	ctx := t.Context()
	v := m.call(m.house.now.AddDate(0, 0, 14))
	outside := map[string]portal.Actor{"other community": m.as("agder", portal.Secretariat), "ministry": m.as("hod", portal.CaseOfficer),
		"administrator": m.as("drift", portal.Administrator), "other town": m.as("k-4204", portal.Approver, portal.Coordinator)}
	before := m.audits()
	for name, who := range outside {
		_, _, err := m.meeting.Meeting(portal.Acting(ctx, who), who, v.ID)
		wantCode(t, err, "not_found")
		_, err = m.meeting.Pack(ctx, who, v.ID, v.Cases[0].ID)
		wantCode(t, err, "not_found")
		_, err = m.meeting.Meetings(ctx, who, "vestfold")
		wantCode(t, err, "not_found")
		_, err = m.meeting.Call(ctx, who, "vestfold", m.input(m.house.now))
		wantCode(t, err, "not_found")
		wantCode(t, m.meeting.Remark(ctx, who, v.ID, "", "x"), "not_found")
		if t.Failed() {
			t.Fatal(name)
		}
	}
	wantCode(t, m.meeting.Cancel(ctx, m.approvers[0], v.ID, v.Version, "x"), "not_yours")
	if n := m.audits() - before; n != 0 {
		t.Errorf("%d events for what was refused", n)
	}
	if seated := m.see(m.approvers[0], v.ID); len(seated.Cases) != 2 {
		t.Errorf("one with a seat sees %d cases", len(seated.Cases))
	}
	if party := m.see(m.approvers[3], v.ID); len(party.Cases) != 1 || party.Cases[0].Response != m.id {
		t.Errorf("one without a seat sees %+v", party.Cases)
	}
	program := loggedIn(t, m.url, postgres.ProgramRole)
	for who, want := range map[string]int{"vestfold": 2, "agder": 0, "hod": 0, "": 0} {
		within(t, program, acting(who), func(tx pgx.Tx) {
			var n int
			must(t, tx.QueryRow(ctx, "select count(*) from meeting_case").Scan(&n))
			if n != want {
				t.Errorf("%q sees %d cases", who, n)
			}
		})
	}
}

func TestTheAgendaChangesUntilTheMeeting(t *testing.T) {
	m := newHouse(t).meets(portal.Rule{})
	ctx := t.Context()
	at := m.house.now.AddDate(0, 0, 14)
	v := m.call(at)
	late, twice, theirs := m.input(at), m.input(at), m.input(at)
	late.PapersDue = at.Add(time.Minute)
	twice.Cases = append(twice.Cases, portal.Case{Response: m.id})
	theirs.Cases = []portal.Case{{Response: "11111111-1111-4111-8111-111111111111"}}
	for _, in := range []meeting.Input{late, twice, theirs} {
		wantCode(t, m.meeting.Change(ctx, m.secretariat, v.ID, v.Version, in), "invalid_input")
	}
	in := m.input(at.AddDate(0, 0, 1))
	in.Cases = []portal.Case{{Title: "Nytt"}, {ID: v.Cases[0].ID, Response: m.id}}
	must(t, m.meeting.Change(ctx, m.secretariat, v.ID, v.Version, in))
	wantCode(t, m.meeting.Change(ctx, m.secretariat, v.ID, v.Version, in), "changed_meanwhile")
	moved := m.see(m.secretariat, v.ID)
	if !moved.StartsAt.Equal(in.StartsAt) || moved.Cases[1].ID != v.Cases[0].ID || moved.Cases[1].Number != 2 {
		t.Errorf("%+v", moved.Cases)
	}
	wantCode(t, m.minute(moved, 1, portal.Minute{Outcome: portal.CaseNoted}), "meeting_not_held")
	must(t, m.meeting.Cancel(ctx, m.secretariat, v.ID, moved.Version, "For få kunne komme."))
	wantCode(t, m.meeting.Change(ctx, m.secretariat, v.ID, moved.Version+1, in), "wrong_state")
	if over := m.see(m.secretariat, v.ID); over.State != portal.Cancelled || over.Reason != "For få kunne komme." {
		t.Errorf("%+v", over)
	}
}

func TestTheMinutesAreTheDecision(t *testing.T) {
	m := newHouse(t).meets(portal.Rule{})
	ctx := t.Context()
	v := m.call(m.house.now.Add(-time.Hour))
	before := m.audits()
	wantCode(t, m.minute(v, 1, portal.Minute{Outcome: portal.CaseDecided}), "invalid_input") // no case number
	stale := m.secretariat
	stale.Login.Age = 24 * time.Hour
	err := m.meeting.Minute(ctx, stale, v.ID, v.Cases[0].ID, m.now().Freeze.ID, portal.Minute{Outcome: portal.CaseDecided, CaseNumber: "4/22"})
	wantCode(t, err, "reauthentication_required")
	if m.now().State != portal.Approval || m.see(m.secretariat, v.ID).Cases[0].Minute != nil || m.audits() != before {
		t.Error("half of it was recorded")
	}
	must(t, m.minute(v, 1, portal.Minute{Outcome: portal.CaseDecided, CaseNumber: "4/22", Text: "Enstemmig."}))
	r := m.now()
	if d := r.Decisions[0]; r.State != portal.Ready || d.Body != "SSU Vestfold" || d.CaseNumber != "4/22" || !d.DecidedOn.Equal(time.Date(2021, 9, 21, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%s, %+v", r.State, r.Decisions)
	}
	if n := m.audits() - before; n != 2 {
		t.Errorf("%d events for a minute that is a decision", n)
	}
	wantCode(t, m.minute(v, 1, portal.Minute{Outcome: portal.CasePostponed}), "already_decided")
	must(t, m.minute(v, 2, portal.Minute{Outcome: portal.CasePostponed, Text: "Kom tilbake."}))
	must(t, m.minute(v, 2, portal.Minute{Outcome: portal.CaseNoted, Text: "Likevel tatt til orientering."}))

	wantCode(t, m.meeting.Remark(ctx, m.approvers[3], v.ID, v.Cases[0].ID, "Vi ville sagt noe annet."), "not_yours") // no seat
	must(t, m.meeting.Remark(ctx, m.approvers[1], v.ID, v.Cases[0].ID, "Vi ville sagt noe annet."))
	held := m.see(m.secretariat, v.ID)
	if held.State != portal.Held || held.Cases[1].Minute.Outcome != portal.CaseNoted || len(held.Remarks) != 1 || held.Remarks[0].Organisation.ID != m.approvers[1].Organisation {
		t.Errorf("%+v", held)
	}
	var kept int
	must(t, m.db.Pool().QueryRow(ctx, "select count(*) from minute").Scan(&kept))
	if kept != 3 {
		t.Errorf("%d minutes are kept", kept)
	}
	for _, statement := range []string{"update minute set body = 'x'", "delete from minute", "update minute_remark set body = 'x'", "delete from minute_remark", "delete from meeting"} {
		if _, err := m.db.Pool().Exec(ctx, statement); err == nil {
			t.Errorf("%s was carried out", statement)
		}
	}
}

// The rule says which levels decide: what the partnership says is in the minutes alone, unless it is asked.
func TestTheRuleSaysWhoseDecisionItIs(t *testing.T) {
	for _, asked := range []bool{false, true} {
		m := newHouse(t).meets(portal.Rule{Kind: portal.Consensus, HospitalPercent: 100, MunicipalPercent: 50, PartnershipDecision: asked})
		partnership := m.body
		partnership.ID, partnership.Version, partnership.Level, partnership.Name = "", 0, portal.PartnershipLevel, "Partnerskapsmøtet"
		m.body = m.setBody(m.secretariat, partnership)
		v := m.call(m.house.now.Add(-time.Hour))
		must(t, m.minute(v, 1, portal.Minute{Outcome: portal.CaseDecided, CaseNumber: "1/22"}))
		if got := m.see(m.secretariat, v.ID).Cases[0].Minute.Decision; got != asked || len(m.now().Decisions) == 1 != asked {
			t.Errorf("asked %v: a decision %v, %+v", asked, got, m.now().Decisions)
		}
	}
}

func TestThePackShowsWhatAMeetingTreatedLast(t *testing.T) {
	m := newHouse(t).meets(portal.Rule{})
	ctx := t.Context()
	first := m.call(m.house.now.Add(-2 * time.Hour))
	p, err := m.meeting.Pack(ctx, m.approvers[3], first.ID, first.Cases[0].ID)
	must(t, err)
	if p.Earlier != nil || len(p.Answers) != 6 {
		t.Errorf("%+v", p.Earlier)
	}
	_, err = m.meeting.Pack(ctx, m.secretariat, first.ID, first.Cases[1].ID)
	wantCode(t, err, "not_found") // another matter has no text
	must(t, m.minute(first, 1, portal.Minute{Outcome: portal.CasePostponed}))
	m.reopen()
	_, err = m.meeting.Pack(ctx, m.secretariat, first.ID, first.Cases[0].ID)
	wantCode(t, err, "not_frozen")
	m.write(m.now(), 1, "Nytt avsnitt.")
	m.freeze()
	second := m.call(m.house.now.Add(-time.Hour))
	p, err = m.meeting.Pack(ctx, m.secretariat, second.ID, second.Cases[0].ID)
	must(t, err)
	if p.Earlier == nil || p.Earlier.Number != 1 || p.Response.Freeze.Number != 2 || string(p.Before[0].Content) == string(p.Answers[0].Content) || string(p.Before[1].Content) != string(p.Answers[1].Content) {
		t.Errorf("%+v", p.Earlier)
	}
}
