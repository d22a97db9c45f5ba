package notice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// Kind is what somebody is told; its words stand in words.go.
type Kind string

// Speed is how soon somebody is told by mail. In the page it stands at once.
type Speed string

const (
	AtOnce   Speed = "at once"             // must be known, whatever the person has chosen
	Reminder Speed = "with the reminder"   // at once to those who have chosen that, else with what is owed once a day
	Daily    Speed = "with the day's mail" // at once to those who have chosen that, else once a day, whatever is owed
	InPage   Speed = "never"               // in the page alone
)

// Audience is who is told, among those who take part.
type Audience string

const (
	Editors    Audience = "secretariat of the community that answers; writer of the one that answers alone"
	Writers    Audience = "coordinator or writer of a party"
	Approvers  Audience = "approver or stand-in of a party"
	Signed     Audience = "approver or stand-in of a party that has taken a position"
	Warned     Audience = "approver or stand-in of a party that was warned"
	Assigned   Audience = "coordinator or writer of the party that the answer was given to"
	Offered    Audience = "approver of an organisation that is offered to join"
	OfferedNow Audience = "approver of the organisation that is offered to join by this"
	Remarking  Audience = "approver or stand-in of a party that has a remark"
	Recipients Audience = "secretariat, coordinator, writer or regional contact where it concerns"
	Holder     Audience = "who holds the mandate"
	Seated     Audience = "secretariat of the community; approver, coordinator or writer of an organisation with a seat in the body"
	Mentioned  Audience = "whoever is mentioned"
	Proposer   Audience = "whoever made the suggestion"
	Answering  Audience = "whoever writes, approves or sends where it concerns"
)

// Row is one line of the table.
type Row struct {
	Kind   Kind
	Action policy.Action // what was recorded
	With   string        // and a fact that must be in it: "kind=rejected"; empty for any
	While  []portal.ResponseState
	Who    []Audience
	Mail   Speed
	// Asks says that it asks for something: nothing is mailed to whoever owes nothing there by then.
	Asks bool
}

var frozen = []portal.ResponseState{portal.Approval, portal.Ready}

// Table is all that people are told. Whoever did it is not told; whom several
// rows would tell of one event is told by the first.
var Table = []Row{
	{"invited", "round.open", "", nil, []Audience{Recipients}, AtOnce, true},
	{"invited", "round.forward", "", nil, []Audience{Recipients}, AtOnce, true},
	{"extended", "round.extend", "", nil, []Audience{Answering}, AtOnce, false},

	{"begun", "response.start", "", nil, []Audience{Writers}, Reminder, true},
	{"assigned", "response.assign", "", nil, []Audience{Assigned}, Reminder, true},

	{"laid_before", "response.freeze", "", frozen, []Audience{Approvers}, AtOnce, true},
	{"offered", "response.freeze", "", frozen, []Audience{Offered}, AtOnce, true},
	{"offered", "response.offer", "offered=true", frozen, []Audience{OfferedNow}, AtOnce, true},
	{"parties_changed", "response.parties", "", frozen, []Audience{Approvers}, AtOnce, true},
	{"reopened", "response.reopen", "", nil, []Audience{Signed, Writers}, AtOnce, false},

	{"rejected", "response.position", "kind=rejected", nil, []Audience{Editors, Signed}, AtOnce, false},
	{"position_withdrawn", "response.withdraw_position", "", nil, []Audience{Editors}, InPage, false},
	{"remark", "response.position", "kind=approved_with_remark", frozen, []Audience{Editors, Signed}, Reminder, true},
	{"remark", "response.remark", "step=write", frozen, []Audience{Editors, Signed}, Reminder, true},
	{"reply", "response.reply", "", nil, []Audience{Remarking}, InPage, false},
	{"silence_warning", "response.warn", "", frozen, []Audience{Warned}, AtOnce, true},
	{"treated", "response.treat", "", nil, []Audience{Editors}, InPage, false},
	{"decided", "response.decide", "", nil, []Audience{Approvers, Writers}, InPage, false},

	{"mandate_given", "mandate.give", "", nil, []Audience{Holder}, AtOnce, false},
	{"mandate_ended", "mandate.end", "", nil, []Audience{Holder}, AtOnce, false},
	{"meeting_called", "meeting.call", "", nil, []Audience{Seated}, Reminder, false},
	{"meeting_changed", "meeting.change", "", nil, []Audience{Seated}, Reminder, false},
	{"meeting_cancelled", "meeting.cancel", "", nil, []Audience{Seated}, AtOnce, false},
	{"mentioned", "response.comment", "", nil, []Audience{Mentioned}, Daily, false},
	{"suggestion_accepted", "response.settle_suggestion", "step=accept", nil, []Audience{Proposer}, InPage, false},
	{"suggestion_rejected", "response.settle_suggestion", "step=reject", nil, []Audience{Proposer}, InPage, false},

	{"submitted", "response.submit", "", nil, []Audience{Editors, Approvers, Writers}, AtOnce, false},
	{"received", "submission.receive", "", nil, []Audience{Editors, Approvers}, InPage, false},
	{"returned", "submission.return", "", nil, []Audience{Editors, Approvers, Writers}, AtOnce, false},
	{"withdrawn", "submission.withdraw", "", nil, []Audience{Editors, Approvers, Writers}, AtOnce, false},
	{"published", "submission.publish", "", nil, []Audience{Editors, Approvers, Writers}, Reminder, false},
	{"taken_down", "submission.take_down", "", nil, []Audience{Editors, Approvers, Writers}, Reminder, false},
}

// rowsFor are those that speak of the event.
func rowsFor(e Event) (rows []Row) {
	for _, row := range Table {
		if row.Action == e.Action && row.holds(e) {
			rows = append(rows, row)
		}
	}
	return rows
}

func (row Row) holds(e Event) bool {
	name, value, _ := strings.Cut(row.With, "=")
	return row.With == "" || fmt.Sprint(e.Detail[name]) == value
}

// asks says whether notices of the kind ask for something.
func asks(kind Kind) bool { return of(kind).Asks }

// of is the first row that tells of the kind.
func of(kind Kind) Row {
	if i := slices.IndexFunc(Table, func(row Row) bool { return row.Kind == kind }); i >= 0 {
		return Table[i]
	}
	return Row{}
}

// tells says whether the row tells the person of what has happened to the response.
func (row Row) tells(p Person, e Event, r portal.Response) bool {
	if len(row.While) > 0 && !slices.Contains(row.While, r.State) {
		return false
	}
	return slices.ContainsFunc(row.Who, func(a Audience) bool { return belongs(p, a, e, r) })
}

// belongs is the meaning of every audience.
func belongs(p Person, a Audience, e Event, r portal.Response) bool {
	writes := p.Has(portal.Coordinator) || p.Has(portal.Writer)
	party, takesPart := r.Party(p.Organisation)
	_, speaks := p.Speaks(p.Organisation, r.ID, r.Round.ID)
	approves := takesPart && speaks
	switch a {
	case Editors:
		return r.Owner.ID == p.Organisation && (p.Has(portal.Secretariat) || writes)
	case Writers:
		return takesPart && writes
	case Approvers:
		return approves
	case Signed:
		return approves && party.Position != nil
	case Warned:
		names, _ := e.Detail["parties"].([]any)
		return approves && slices.Contains(names, any(party.Organisation.Name))
	case Assigned:
		return takesPart && writes && fmt.Sprint(e.Detail["coordinator"]) == string(p.Organisation)
	case Offered:
		return offered(r, p)
	case OfferedNow:
		return offered(r, p) && e.Detail["organisation"] == string(p.Organisation)
	case Remarking:
		return approves && slices.ContainsFunc(r.Remarks, func(m portal.Remark) bool { return m.By(p.Organisation) })
	case Holder:
		return e.Detail["account"] == string(p.Account)
	case Mentioned:
		people, _ := e.Detail["mentions"].([]any)
		return slices.Contains(people, any(string(p.Account)+" "+string(p.Organisation)))
	case Proposer:
		return e.Detail["by"] == string(p.Account)+" "+string(p.Organisation)
	case Recipients:
		return writes || p.Has(portal.Secretariat) || p.Has(portal.RegionalContact)
	case Answering, Seated:
		return writes || p.Has(portal.Secretariat) || p.Has(portal.Approver)
	}
	return false
}

func offered(r portal.Response, p Person) bool {
	return p.Has(portal.Approver) && slices.ContainsFunc(r.Offered, func(o portal.Organisation) bool { return o.ID == p.Organisation })
}

// mailed says whether the person gets a mail of what is that old.
func (row Row) mailed(p Person, age time.Duration) bool {
	wanted := row.Mail == AtOnce || (row.Mail == Reminder || row.Mail == Daily) && p.Reminders == portal.RemindAtOnce
	return wanted && p.Email != "" && age < mailedFor
}
