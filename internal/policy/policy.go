// Package policy says who may do what: one table, deny by default. A row names
// an action, the relations to this very object that carry it, and the states
// in which it is possible. Nothing else in the program decides about rights.
package policy

import (
	"slices"

	"samsvar/internal/portal"
)

// Action is something that can be asked for, named object.verb.
type Action string

// Relation is what an actor is to one object.
type Relation string

const (
	LoggedIn             Relation = "logged in"
	CaseOfficer          Relation = "ministry case officer"
	Forwarder            Relation = "regional contact of an authority that was asked to forward"
	Recipient            Relation = "anyone acting for an invited organisation or its community"
	MayAnswer            Relation = "secretariat of an invited community; writer of an invited organisation"
	OwnEditor            Relation = "secretariat of the community that answers; writer of the one that answers alone"
	PartyWriter          Relation = "coordinator or writer of a party"
	PartyApprover        Relation = "approver of a party, or its stand-in"
	Representative       Relation = "anyone whom a party has given a mandate to speak on its behalf"
	OwnPerson            Relation = "anyone acting for the organisation"
	OwnApprover          Relation = "approver of the organisation"
	PartyReader          Relation = "reader of a party or of the community"
	PartyPerson          Relation = "anyone acting for a party"
	JointWriter          Relation = "coordinator or writer of a party to a joint answer"
	Offered              Relation = "anyone acting for an organisation that is offered to join a separate answer"
	OfferedApprover      Relation = "approver of an organisation that is offered to join a separate answer"
	CommunityActor       Relation = "anyone acting for the community or one of its parties"
	CommunitySecretariat Relation = "secretariat of the community"
	SeatHolder           Relation = "approver, coordinator or writer of an organisation with a seat in the body"
	Administrator        Relation = "administrator"
	Starter              Relation = "the account that started it, with a role in the organisation it was started for"
)

// Object is what an action is asked for: the facts that relations and states are read from.
type Object struct {
	State string // of the object itself; empty when it has none
	// Invited and AskedToForward speak of the actor's organisation and a round.
	Invited, AskedToForward bool
	// Owner and Parties speak of a response, or of a community and its members.
	Owner   portal.OrganisationID
	Parties []portal.OrganisationID
	// Separate responses are written by their owner alone; Offered may join them.
	Separate bool
	Offered  []portal.OrganisationID
	// Seats are the organisations that sit in the body whose meeting it is.
	Seats []portal.OrganisationID
	// Response and Round are those that a mandate may be for.
	Response portal.ResponseID
	Round    portal.RoundID
	// Account is who started a job.
	Account portal.AccountID
}

// Row is one line of the table.
type Row struct {
	Action Action
	Who    []Relation
	While  []string // empty: in every state
}

var (
	inside    = []Relation{OwnEditor, PartyWriter, PartyApprover, PartyReader}
	writers   = []Relation{OwnEditor, JointWriter}
	published = []string{"open", "closed"}
	standing  = []string{"submitted", "received", "published"}
	sent      = []string{"submitted", "received", "published", "withdrawn", "returned", "replaced"}
)

// Table is the whole policy. What does not stand here is refused.
var Table = []Row{
	{"self", []Relation{LoggedIn}, nil},

	{"round.list", []Relation{LoggedIn}, nil},
	{"round.create", []Relation{CaseOfficer}, nil},
	{"round.read", []Relation{CaseOfficer}, nil},
	{"round.read", []Relation{Recipient}, published},
	{"round.edit", []Relation{CaseOfficer}, []string{"draft"}},
	{"round.open", []Relation{CaseOfficer}, []string{"draft"}},
	{"round.close", []Relation{CaseOfficer}, []string{"open"}},
	{"round.extend", []Relation{CaseOfficer}, []string{"open"}},
	{"round.mark_opened", []Relation{Recipient}, published},
	{"round.forward", []Relation{Forwarder}, []string{"open"}},
	{"round.recipients", []Relation{CaseOfficer}, nil},
	{"round.recipients", []Relation{Forwarder}, published},
	{"round.overview", []Relation{CaseOfficer}, published},
	{"round.submissions", []Relation{CaseOfficer}, published},
	{"round.read_across", []Relation{CaseOfficer}, published},
	{"round.export", []Relation{CaseOfficer}, published},

	{"response.start", []Relation{MayAnswer}, []string{"open"}},
	{"round.wish", []Relation{MayAnswer}, []string{"open"}},
	{"response.read", inside, nil},
	{"response.read", []Relation{Offered}, []string{"approval"}},
	{"response.text", inside, nil},
	{"response.text", []Relation{Offered}, []string{"approval"}},
	{"response.history", inside, nil},
	{"response.readings", []Relation{OwnEditor}, nil},
	{"response.versions", inside, nil},
	{"response.name_version", writers, nil},
	{"response.comments", inside, nil},
	{"response.comment", inside, []string{"draft", "approval", "ready"}},
	{"response.suggest", inside, []string{"draft"}},
	{"response.settle_suggestion", writers, []string{"draft", "approval", "ready"}}, // putting it in is document.write as well
	{"response.case_paper", []Relation{PartyPerson}, nil},
	{"response.assign", []Relation{OwnEditor}, []string{"draft"}},
	{"response.set_status", writers, []string{"draft"}},
	{"response.relate", []Relation{OwnEditor}, []string{"draft"}},
	{"response.freeze", []Relation{OwnEditor}, []string{"draft"}},
	{"response.reopen", []Relation{OwnEditor}, []string{"approval", "ready", "submitted", "received", "withdrawn"}},
	{"response.parties", []Relation{OwnEditor}, []string{"draft", "approval", "ready"}},
	{"response.position", []Relation{PartyApprover, Representative}, []string{"approval", "ready", "submitted", "received"}},
	{"response.offer", []Relation{OwnEditor}, []string{"draft", "approval"}},
	{"response.endorse", []Relation{OfferedApprover}, []string{"approval"}},
	{"response.remark", []Relation{PartyApprover}, []string{"approval", "ready"}},
	{"response.see_remarks", []Relation{PartyApprover}, []string{"approval", "ready"}},
	{"response.reply", []Relation{OwnEditor}, []string{"approval", "ready"}},
	{"response.withdraw_position", []Relation{PartyApprover}, []string{"approval", "ready"}},
	{"response.attachment", inside, nil},
	{"response.treat", []Relation{PartyWriter, PartyApprover}, []string{"draft", "approval", "ready"}},
	{"response.warn", []Relation{OwnEditor}, []string{"approval", "ready"}},
	{"response.decide", []Relation{OwnEditor}, []string{"approval"}},
	{"response.submit", []Relation{OwnEditor}, []string{"approval", "ready"}},
	{"response.plan_dates", []Relation{PartyWriter}, []string{"draft", "approval", "ready"}},

	{"document.read", inside, nil},
	{"document.write", writers, []string{"draft"}},

	{"submission.read", append([]Relation{CaseOfficer}, inside...), sent},
	{"submission.download", append([]Relation{CaseOfficer}, inside...), sent},
	{"submission.receive", []Relation{CaseOfficer}, standing},
	{"submission.withdraw", []Relation{OwnEditor}, standing},
	{"submission.return", []Relation{CaseOfficer}, []string{"submitted", "received"}},
	{"submission.publish", []Relation{CaseOfficer}, []string{"received"}},
	{"submission.take_down", []Relation{CaseOfficer}, sent},

	{"job.read", []Relation{Starter}, nil},
	{"job.cancel", []Relation{Starter}, nil},

	{"community.list", []Relation{LoggedIn}, nil},
	{"community.read", []Relation{CommunityActor, CaseOfficer, Administrator}, nil},
	{"community.set_rule", []Relation{CommunitySecretariat}, nil},
	{"community.undelivered", []Relation{CommunitySecretariat}, nil},
	{"community.bodies", []Relation{CommunityActor}, nil},
	{"community.set_bodies", []Relation{CommunitySecretariat}, nil},

	{"meeting.read", []Relation{CommunityActor}, nil},
	{"meeting.pack", []Relation{CommunityActor}, []string{"called", "held"}},
	{"meeting.call", []Relation{CommunitySecretariat}, nil},
	{"meeting.change", []Relation{CommunitySecretariat}, []string{"called"}},
	{"meeting.cancel", []Relation{CommunitySecretariat}, []string{"called"}},
	{"meeting.minute", []Relation{CommunitySecretariat}, []string{"called", "held"}},
	{"meeting.remark", []Relation{SeatHolder}, []string{"held"}},

	{"mandate.list", []Relation{OwnPerson}, nil},
	{"mandate.give", []Relation{OwnApprover}, nil},
	{"mandate.end", []Relation{OwnApprover}, nil},
	{"quorum.set", []Relation{OwnApprover}, nil},
	{"organisation.list", []Relation{Administrator}, nil},
	{"account.list", []Relation{Administrator}, nil},
	{"account.grant", []Relation{Administrator}, nil},
	{"account.revoke", []Relation{Administrator}, nil},
	{"account.close", []Relation{Administrator}, nil},
	{"account.end_sessions", []Relation{Administrator}, nil},
	{"mail.read", []Relation{Administrator}, nil},
}

// sight names, for each kind of object, the action without which it does not
// exist for the actor.
var sight = map[string]Action{
	"round": "round.read", "response": "response.read", "document": "document.read",
	"submission": "submission.read", "job": "job.read", "community": "community.read", "meeting": "meeting.read", "mandate": "mandate.list",
}

// Decide answers nil, or an error: not found when the actor may not know that
// the object exists, denied when it is not theirs to do, a conflict when the
// object's state stands in the way.
func Decide(actor portal.Actor, action Action, o Object) error {
	related, allowed := judge(actor, action, o)
	switch {
	case allowed:
		return nil
	case !Visible(actor, action, o):
		return portal.Missing()
	case related:
		return portal.Conflictf("wrong_state", "%s is not possible while %s", action, o.State).With("state", o.State)
	default:
		return portal.Deniedf("not_yours", "%s is not for this role", action)
	}
}

// Visible says whether the object of the action exists for the actor at all.
func Visible(actor portal.Actor, action Action, o Object) bool {
	look, special := sight[kindOf(action)]
	switch {
	case action == "response.start": // asked of a round
		look = "round.read"
	case !special || actsOnNothing(action):
		return true
	}
	_, seen := judge(actor, look, o)
	return seen
}

// Ability is an action the actor's relations carry, and what stands in the way of it now.
type Ability struct {
	Action  Action
	Allowed bool
	Why     string
}

// Abilities lists those of the actions that the actor may ever take on the object.
func Abilities(actor portal.Actor, o Object, actions ...Action) []Ability {
	var out []Ability
	for _, action := range actions {
		related, allowed := judge(actor, action, o)
		switch {
		case allowed:
			out = append(out, Ability{Action: action, Allowed: true})
		case related:
			out = append(out, Ability{Action: action, Why: "wrong_state"})
		}
	}
	return out
}

func judge(actor portal.Actor, action Action, o Object) (related, allowed bool) {
	for _, row := range Table {
		if row.Action != action || !slices.ContainsFunc(row.Who, func(r Relation) bool { return holds(actor, r, o) }) {
			continue
		}
		related = true
		if len(row.While) == 0 || slices.Contains(row.While, o.State) {
			return true, true
		}
	}
	return related, false
}

// holds is the meaning of every relation, in terms of roles and the object's facts.
func holds(a portal.Actor, r Relation, o Object) bool {
	own := o.Owner != "" && a.Organisation == o.Owner
	party := slices.Contains(o.Parties, a.Organisation)
	offered := slices.Contains(o.Offered, a.Organisation) && !party
	writes := a.Has(portal.Coordinator) || a.Has(portal.Writer)
	switch r {
	case LoggedIn:
		return a.Account != ""
	case CaseOfficer:
		return a.Has(portal.CaseOfficer)
	case Forwarder:
		return a.Has(portal.RegionalContact) && o.AskedToForward
	case Recipient:
		return len(a.Roles) > 0 && o.Invited
	case MayAnswer:
		return o.Invited && (a.Has(portal.Secretariat) || writes)
	case OwnEditor:
		return own && (a.Has(portal.Secretariat) || writes)
	case PartyWriter:
		return party && writes
	case JointWriter:
		return party && writes && !o.Separate
	case Offered:
		return offered && len(a.Roles) > 0
	case OfferedApprover:
		return offered && a.Has(portal.Approver)
	case PartyApprover:
		_, speaks := a.Speaks(a.Organisation, o.Response, o.Round)
		return party && speaks
	case Representative:
		return party && slices.ContainsFunc(o.Parties, func(p portal.OrganisationID) bool {
			_, speaks := a.Speaks(p, o.Response, o.Round)
			return p != a.Organisation && speaks
		})
	case OwnPerson:
		return own && len(a.Roles) > 0 && slices.Contains(portal.RolesFor(a.Kind), portal.Approver)
	case OwnApprover:
		return own && a.Has(portal.Approver)
	case PartyReader:
		return (own || party) && a.Has(portal.Reader)
	case PartyPerson:
		return party && len(a.Roles) > 0
	case CommunityActor:
		return (own || party) && len(a.Roles) > 0
	case CommunitySecretariat:
		return own && a.Has(portal.Secretariat)
	case SeatHolder:
		return slices.Contains(o.Seats, a.Organisation) && (own || party) && (writes || a.Has(portal.Approver))
	case Administrator:
		return a.Has(portal.Administrator)
	case Starter:
		return o.Account != "" && a.Account == o.Account && own && len(a.Roles) > 0
	}
	return false
}

func kindOf(action Action) string {
	for i, c := range action {
		if c == '.' {
			return string(action[:i])
		}
	}
	return string(action)
}

// actsOnNothing marks actions that ask for no object yet, so that refusing them hides nothing.
func actsOnNothing(action Action) bool {
	return slices.Contains([]Action{"round.list", "round.create", "community.list", "mandate.list", "mandate.give", "quorum.set"}, action)
}
