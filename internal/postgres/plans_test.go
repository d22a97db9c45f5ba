package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/consult"
	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/workflow"
)

// drafted is a joint response of Vestfold that is being written, ten days before the deadline.
type drafted struct {
	*house
	v           consult.RoundView
	id          portal.ResponseID
	secretariat portal.Actor
	body        portal.Body
}

func newDraft(t *testing.T) drafted {
	t.Helper()
	d := drafted{house: newHouse(t)}
	d.now = time.Date(2022, 3, 22, 10, 0, 0, 0, workflow.Oslo)
	d.secretariat = d.as("vestfold", portal.Secretariat)
	d.v = d.openRound(d.as("hod", portal.CaseOfficer))
	r, err := d.consult.Start(t.Context(), d.secretariat, d.v.ID, portal.Joint, portal.Bokmal)
	must(t, err)
	d.id = r.ID
	d.body = d.setBody(d.secretariat, strategic("vestfold", "SSU Vestfold"))
	return d
}

func (d drafted) meets(at time.Time) {
	d.t.Helper()
	_, err := d.meeting.Call(d.t.Context(), d.secretariat, "vestfold", meeting.Input{Body: d.body.ID, StartsAt: at, PapersDue: workflow.EndOfDay(at.AddDate(0, 0, -3))})
	must(d.t, err)
}

func (d drafted) warnings(who portal.Actor) string {
	d.t.Helper()
	p, err := d.meeting.Plan(d.t.Context(), who, d.id)
	must(d.t, err)
	var all []string
	for _, s := range p.Steps {
		if s.Warning != "" {
			all = append(all, s.Kind+" "+s.Warning)
		}
	}
	for _, line := range p.Parties {
		if line.Warning != "no_dates" {
			all = append(all, string(line.Organisation)+" "+line.Warning)
		}
	}
	return strings.Join(all, ", ")
}

func day(n int) time.Time { return time.Date(2022, 3, n, 0, 0, 0, 0, time.UTC) }

func TestThePlanFollowsWhatIsDecided(t *testing.T) {
	d := newDraft(t)
	ctx := t.Context()
	town, ministry := d.as("k-3803", portal.Coordinator), d.as("hod", portal.CaseOfficer)
	want := func(what, want string) {
		t.Helper()
		if got := d.warnings(town); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	want("without meetings", "committee no_meeting")
	d.meets(time.Date(2022, 4, 8, 9, 0, 0, 0, workflow.Oslo))
	want("a meeting after the deadline", "committee no_meeting")
	d.meets(time.Date(2022, 3, 30, 9, 0, 0, 0, workflow.Oslo)) // papers on the 27th, the day of summer time
	must(t, d.meeting.SetDates(ctx, town, d.id, portal.OwnDates{Meeting: day(28), PapersDue: day(24)}))
	want("our meeting is after the papers are due", "k-3803 meets_too_late")
	must(t, d.meeting.SetDates(ctx, town, d.id, portal.OwnDates{Meeting: day(27)}))
	want("our meeting on that very day", "k-3803 ")
	must(t, d.meeting.SetDates(ctx, town, d.id, portal.OwnDates{Meeting: day(28)}))
	_, err := d.consult.Extend(ctx, ministry, d.v.ID, "vestfold", workflow.EndOfDay(time.Date(2022, 4, 15, 0, 0, 0, 0, workflow.Oslo)), "Påske.")
	must(t, err)
	want("more time: the later meeting fits, and so do we", "k-3803 ")
}

func TestAPartySaysItsOwnDatesAlone(t *testing.T) {
	d := newDraft(t)
	ctx := t.Context()
	town, approver, other := d.as("k-3803", portal.Coordinator), d.as("k-3804", portal.Approver), d.as("agder", portal.Secretariat)
	before := d.audits()
	wantCode(t, d.meeting.SetDates(ctx, approver, d.id, portal.OwnDates{Meeting: day(28)}), "not_yours")
	wantCode(t, d.meeting.SetDates(ctx, d.secretariat, d.id, portal.OwnDates{Meeting: day(28)}), "not_yours")
	wantCode(t, d.meeting.SetDates(ctx, other, d.id, portal.OwnDates{Meeting: day(28)}), "not_found")
	wantCode(t, d.meeting.SetDates(ctx, town, d.id, portal.OwnDates{Meeting: day(28), PapersDue: day(29)}), "invalid_input")
	wantCode(t, d.meeting.SetDates(ctx, town, d.id, portal.OwnDates{PapersDue: day(29)}), "invalid_input")
	_, err := d.meeting.Plan(ctx, other, d.id)
	wantCode(t, err, "not_found")
	if n := d.audits() - before; n != 0 {
		t.Errorf("%d events for what was refused", n)
	}
	must(t, d.meeting.SetDates(ctx, town, d.id, portal.OwnDates{Meeting: day(28), PapersDue: day(24)}))
	must(t, d.meeting.SetDates(ctx, town, d.id, portal.OwnDates{}))
	program := loggedIn(t, d.url, postgres.ProgramRole)
	for who, want := range map[string]int{"vestfold": 1, "k-3804": 1, "agder": 0, "hod": 0} {
		within(t, program, acting(who), func(tx pgx.Tx) {
			var n int
			must(t, tx.QueryRow(ctx, "select count(*) from own_dates").Scan(&n))
			if n != want {
				t.Errorf("%q sees the dates of %d parties", who, n)
			}
		})
	}
}

func TestACalendarShowsWhatOneMaySeeNow(t *testing.T) {
	d := newDraft(t)
	ctx := t.Context()
	d.meets(time.Date(2022, 3, 30, 9, 0, 0, 0, workflow.Oslo))
	town := d.as("k-3803", portal.Coordinator)
	must(t, d.meeting.SetDates(ctx, town, d.id, portal.OwnDates{Meeting: day(28), PapersDue: day(24)}))
	kinds := func(who portal.Actor) string {
		events, err := d.meeting.Events(portal.Acting(ctx, who), who)
		must(t, err)
		var all []string
		for _, e := range events {
			all = append(all, e.Kind)
		}
		return strings.Join(all, " ")
	}
	for name, c := range map[string]struct {
		who  portal.Actor
		want string
	}{
		"a party":         {town, "deadline answer_by own_meeting own_papers meeting papers"},
		"the secretariat": {d.secretariat, "deadline freeze_by meeting papers"},
		"others":          {d.as("agder", portal.Secretariat), ""},
		"the ministry":    {d.as("hod", portal.CaseOfficer), ""},
	} {
		if got := kinds(c.who); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestTheCalendarsSecretIsNotKept(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	who, other := h.as("vestfold", portal.Secretariat), h.as("agder", portal.Secretariat)
	before := h.audits()
	must(t, h.meeting.EndCalendarLink(ctx, who)) // there is none
	first, err := h.meeting.MakeCalendarLink(ctx, who)
	must(t, err)
	second, err := h.meeting.MakeCalendarLink(ctx, who)
	must(t, err)
	_, err = h.meeting.CalendarOf(ctx, first)
	wantCode(t, err, "not_found")
	id, err := h.meeting.CalendarOf(ctx, second)
	must(t, err)
	var kept string
	must(t, h.db.Pool().QueryRow(ctx, "select calendar_link::text from calendar_link").Scan(&kept))
	if id != who.Account || len(second) < 40 || strings.Contains(kept, second) {
		t.Errorf("%s opens that of %s; kept is %s", second, id, kept)
	}
	if link, err := h.meeting.CalendarLink(portal.Acting(ctx, other), other); link != nil || err != nil {
		t.Errorf("another one's: %+v, %v", link, err)
	}
	must(t, h.meeting.EndCalendarLink(ctx, who))
	_, err = h.meeting.CalendarOf(ctx, second)
	wantCode(t, err, "not_found")
	if n := h.audits() - before; n != 3 {
		t.Errorf("%d events for making two and ending one", n)
	}
}
