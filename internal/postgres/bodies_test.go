package postgres_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

func strategic(community portal.OrganisationID, name string, members ...portal.Member) portal.Body {
	return portal.Body{Community: community, Level: portal.StrategicLevel, Name: name, Members: members}
}

func seat(name string, organisation portal.OrganisationID) portal.Member {
	return portal.Member{Name: name, Organisation: organisation, Part: portal.Voting}
}

// setBody makes a body and gives it as it is kept.
func (h *house) setBody(actor portal.Actor, b portal.Body) portal.Body {
	h.t.Helper()
	must(h.t, h.directory.SetBody(h.t.Context(), actor, b))
	bodies, _, err := h.directory.Bodies(h.t.Context(), actor, b.Community)
	must(h.t, err)
	for _, kept := range bodies {
		if kept.Name == b.Name {
			return kept
		}
	}
	h.t.Fatalf("%s is not among %+v", b.Name, bodies)
	return b
}

func TestBodiesChangeWithATrace(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	secretariat, other := h.as("telemark", portal.Secretariat), h.as("agder", portal.Secretariat)
	c, err := h.directory.Community(ctx, secretariat, "telemark")
	must(t, err)
	town := c.Parties[len(c.Parties)-1].Organisation
	party, ministry := h.as(town.ID, portal.Approver), h.as("hod", portal.CaseOfficer)
	before := h.audits()

	for code, b := range map[string]portal.Body{
		"not_found":     strategic("agder", "SSU"),
		"invalid_input": strategic("telemark", "SSU", seat("Kari Eksempel", "agder")),
	} {
		wantCode(t, h.directory.SetBody(ctx, secretariat, b), code)
	}
	stranger := seat("", town.ID)
	stranger.Account = other.Account
	wantCode(t, h.directory.SetBody(ctx, secretariat, strategic("telemark", "SSU", stranger)), "invalid_input")
	wantCode(t, h.directory.SetBody(ctx, party, strategic("telemark", "SSU")), "not_yours")
	_, _, err = h.directory.Bodies(ctx, other, "telemark")
	wantCode(t, err, "not_found")
	_, _, err = h.directory.Bodies(ctx, ministry, "telemark")
	wantCode(t, err, "not_yours")
	if n := h.audits() - before; n != 0 {
		t.Errorf("%d events for what was refused", n)
	}

	known := seat("noe annet", town.ID)
	known.Account = party.Account
	one := h.setBody(secretariat, strategic("telemark", "SSU Grenland", known))
	h.setBody(secretariat, strategic("telemark", "SSU Øvre Telemark"))
	wantCode(t, h.directory.SetBody(ctx, secretariat, strategic("telemark", "SSU Grenland")), "invalid_input")
	if m := one.Members[0]; m.Name != party.Name || m.OrganisationName != town.Name {
		t.Errorf("%+v", m)
	}
	renamed := one
	renamed.Name = "SSU nedre"
	renamed = h.setBody(secretariat, renamed)
	wantCode(t, h.directory.SetBody(ctx, secretariat, one), "changed_meanwhile")
	if renamed.ID != one.ID || renamed.Version != 2 || renamed.SetBy != secretariat.Name {
		t.Errorf("%+v", renamed)
	}
	ours, abilities, err := h.directory.Bodies(ctx, party, "telemark")
	must(t, err)
	if len(ours) != 2 || len(abilities) != 0 {
		t.Errorf("a party sees %d bodies and may %+v", len(ours), abilities)
	}
	if n := h.audits() - before; n != 3 {
		t.Errorf("%d events for three changes", n)
	}
}

func TestBodiesStandBehindTheWall(t *testing.T) {
	h := newHouse(t)
	h.setBody(h.as("vestfold", portal.Secretariat), strategic("vestfold", "SSU"))
	h.setBody(h.as("agder", portal.Secretariat), strategic("agder", "SSU"))
	program := loggedIn(t, h.url, postgres.ProgramRole)
	for who, want := range map[string]int{"vestfold": 1, "k-3803": 1, "agder": 1, "oslo": 0, "hod": 0, "drift": 0, "": 0, "*": 2} {
		within(t, program, acting(who), func(tx pgx.Tx) {
			var n int
			must(t, tx.QueryRow(t.Context(), "select count(*) from body").Scan(&n))
			if n != want {
				t.Errorf("%q sees %d bodies", who, n)
			}
		})
	}
	within(t, program, acting("vestfold"), func(tx pgx.Tx) {
		if _, err := tx.Exec(t.Context(), "insert into body_version select gen_random_uuid(), 1, 'agder', level, name, members, ended, set_at, set_by from body"); err == nil {
			t.Error("Vestfold made a body for Agder")
		}
	})
}

func TestADecisionIsOfABodyOfItsCommunity(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	for _, who := range f.approvers[:4] {
		must(t, f.approve(who, f.id, portal.Approved))
	}
	ours := f.setBody(f.secretariat, strategic("vestfold", "SSU Vestfold"))
	experts := strategic("vestfold", "FSU")
	experts.Level = portal.ProfessionalLevel
	experts = f.setBody(f.secretariat, experts)
	theirs := f.setBody(f.as("agder", portal.Secretariat), strategic("agder", "SSU Agder"))
	decide := func(body portal.BodyID) error {
		return f.signoff.Decide(t.Context(), f.secretariat, f.id, f.now().Freeze.ID,
			portal.Decision{Level: "strategic", Body: "noe annet", BodyID: body, DecidedOn: f.house.now.Add(-time.Hour), CaseNumber: "12/22"})
	}
	wantCode(t, decide(theirs.ID), "invalid_input")
	wantCode(t, decide(experts.ID), "invalid_input")
	wantCode(t, decide("11111111-1111-4111-8111-111111111111"), "invalid_input")
	must(t, decide(ours.ID))
	if d := f.now().Decisions[0]; d.Body != "SSU Vestfold" || d.BodyID != ours.ID {
		t.Errorf("%+v", d)
	}
}
