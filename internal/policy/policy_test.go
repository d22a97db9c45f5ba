package policy

import (
	"errors"
	"testing"

	"samsvar/internal/portal"
)

func actor(org portal.OrganisationID, roles ...portal.Role) portal.Actor {
	return portal.Actor{Account: "somebody", Organisation: org, Roles: roles}
}

func kind(err error) portal.Kind {
	var e *portal.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return -1
}

func TestResponseIsUnknownToEverybodyOutside(t *testing.T) {
	response := Object{State: "draft", Owner: "agder", Parties: []portal.OrganisationID{"k-1", "hf-1"}}
	outsiders := []portal.Actor{
		actor("hod", portal.CaseOfficer), actor("drift", portal.Administrator), actor("rhf", portal.RegionalContact),
		actor("bergen", portal.Secretariat, portal.Reader), actor("k-2", portal.Coordinator, portal.Approver, portal.Reader),
		actor("hf-2", portal.Writer, portal.Approver), actor("k-1"), actor("agder"),
	}
	for _, a := range outsiders {
		for _, row := range Table {
			if k := kindOf(row.Action); k != "response" && k != "document" && k != "submission" || row.Action == "response.start" {
				continue
			}
			if err := Decide(a, row.Action, response); kind(err) != portal.NotFound {
				t.Errorf("%s as %s %v: %v", row.Action, a.Organisation, a.Roles, err)
			}
		}
	}
}

func TestWhoDoesWhatToAResponse(t *testing.T) {
	const ok = portal.Kind(-1)
	secretariat, coordinator := actor("agder", portal.Secretariat), actor("k-1", portal.Coordinator)
	approver, reader, ministry := actor("k-1", portal.Approver), actor("k-1", portal.Reader), actor("hod", portal.CaseOfficer)
	for _, c := range []struct {
		who    portal.Actor
		action Action
		state  string
		want   portal.Kind
	}{
		{secretariat, "response.freeze", "draft", ok},
		{secretariat, "response.freeze", "approval", portal.Conflict},
		{coordinator, "response.freeze", "draft", portal.Denied},
		{coordinator, "document.write", "draft", ok},
		{coordinator, "document.write", "approval", portal.Conflict},
		{approver, "document.write", "draft", portal.Denied},
		{approver, "response.position", "approval", ok},
		{approver, "response.position", "draft", portal.Conflict},
		{secretariat, "response.position", "approval", portal.Denied},
		{reader, "response.text", "draft", ok},
		{reader, "response.set_status", "draft", portal.Denied},
		{ministry, "submission.read", "ready", portal.NotFound},
		{ministry, "submission.read", "submitted", ok},
		{coordinator, "submission.receive", "submitted", portal.Denied},
	} {
		o := Object{State: c.state, Owner: "agder", Parties: []portal.OrganisationID{"k-1"}}
		if got := kind(Decide(c.who, c.action, o)); got != c.want {
			t.Errorf("%v %s while %s: kind %d, want %d", c.who.Roles, c.action, c.state, got, c.want)
		}
	}
}

func TestDraftRoundIsTheMinistrysAlone(t *testing.T) {
	o := Object{State: "draft", Invited: true}
	if err := Decide(actor("k-1", portal.Coordinator), "round.read", o); kind(err) != portal.NotFound {
		t.Error(err)
	}
	if err := Decide(actor("hod", portal.CaseOfficer), "round.read", o); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNotInTheTableIsRefused(t *testing.T) {
	everything := actor("x", portal.Roles()...)
	if err := Decide(everything, "audit.delete", Object{Owner: "x", Invited: true}); kind(err) != portal.Denied {
		t.Error(err)
	}
}

func TestAbilitiesSayWhatStandsInTheWay(t *testing.T) {
	got := Abilities(actor("agder", portal.Secretariat), Object{State: "approval", Owner: "agder"}, "response.freeze", "response.reopen", "response.position")
	if len(got) != 2 || got[0].Allowed || got[0].Why != "wrong_state" || !got[1].Allowed {
		t.Errorf("%+v", got)
	}
}
