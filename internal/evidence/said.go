package evidence

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The hash of what was said stands in the event that tells of it, under a name: what is changed after it was said and
// before it is sent agrees with the package, and with no event. Persons' names are no part of it: the event names them,
// and a publication does not.

// PositionSaid is the name and the hash of a party's position. The newest of a name is the party's word.
func PositionSaid(party string, p Position) (name string, hash Hash, err error) {
	if p.AnswerHashes == nil {
		p.AnswerHashes = map[string]Hash{}
	}
	approved := []time.Time{}
	for _, one := range p.Approvers {
		approved = append(approved, second(one.RecordedAt))
	}
	hash, err = hashOf(struct {
		Format       string          `json:"format"`
		PartyID      string          `json:"partyId"`
		ID           string          `json:"id"`
		Kind         string          `json:"kind"`
		Reason       string          `json:"reason"`
		RecordedAt   time.Time       `json:"recordedAt"`
		AnswerHashes map[string]Hash `json:"answerHashes"`
		TreatmentID  string          `json:"treatmentId"`
		Coverage     *Coverage       `json:"coverage"`
		Needed       int             `json:"needed"`
		Approved     []time.Time     `json:"approved"`
	}{"samsvar-position/1", party, p.ID, p.Kind, p.Reason, second(p.RecordedAt), p.AnswerHashes, p.TreatmentID, p.Coverage, max(1, p.Needed), approved})
	return "position/" + party, hash, err
}

// RemarkSaid is that of a remark as it was last written. Who stands behind it is in the events of those who joined and left.
func RemarkSaid(r Remark) (name string, hash Hash, err error) {
	hash, err = hashOf(struct {
		Format     string    `json:"format"`
		ID         string    `json:"id"`
		AnswerID   *string   `json:"answerId"`
		Quote      string    `json:"quote"`
		Text       string    `json:"text"`
		RecordedAt time.Time `json:"recordedAt"`
	}{"samsvar-remark/1", r.ID, r.AnswerID, r.Quote, r.Text, second(r.RecordedAt)})
	return "remark/" + r.ID, hash, err
}

// ReplySaid is that of the reply to a remark.
func ReplySaid(remark string, r Reply) (name string, hash Hash, err error) {
	hash, err = hashOf(struct {
		Format     string    `json:"format"`
		RemarkID   string    `json:"remarkId"`
		Text       string    `json:"text"`
		RecordedAt time.Time `json:"recordedAt"`
	}{"samsvar-reply/1", remark, r.Text, second(r.RecordedAt)})
	return "reply/" + remark, hash, err
}

// TreatmentSaid is that of a treatment; the files beside it have their own.
func TreatmentSaid(party string, t Treatment) (name string, hash Hash, err error) {
	if t.AnswerHashes == nil {
		t.AnswerHashes = map[string]Hash{}
	}
	hash, err = hashOf(struct {
		Format       string          `json:"format"`
		PartyID      string          `json:"partyId"`
		ID           string          `json:"id"`
		FreezeNumber int             `json:"freezeNumber"`
		AnswerHashes map[string]Hash `json:"answerHashes"`
		Level        string          `json:"level"`
		Body         string          `json:"body"`
		CaseNumber   string          `json:"caseNumber"`
		Date         string          `json:"date"`
		Outcome      string          `json:"outcome"`
		Decision     string          `json:"decision"`
		Votes        *Votes          `json:"votes"`
		Corrects     string          `json:"corrects"`
		RecordedAt   time.Time       `json:"recordedAt"`
	}{"samsvar-treatment/1", party, t.ID, t.FreezeNumber, t.AnswerHashes, t.Level, t.Body, t.CaseNumber, t.Date, t.Outcome, t.Decision, t.Votes, t.Corrects, second(t.RecordedAt)})
	return "treatment/" + t.ID, hash, err
}

// AttachmentSaid is that of a file beside a treatment.
func AttachmentSaid(treatment string, a Attachment) (name string, hash Hash, err error) {
	hash, err = hashOf(struct {
		Format      string    `json:"format"`
		TreatmentID string    `json:"treatmentId"`
		ID          string    `json:"id"`
		Name        string    `json:"name"`
		MediaType   string    `json:"mediaType"`
		Size        int       `json:"size"`
		Hash        Hash      `json:"hash"`
		AddedAt     time.Time `json:"addedAt"`
	}{"samsvar-attachment/1", treatment, a.ID, a.Name, a.MediaType, a.Size, a.Hash, second(a.AddedAt)})
	return "attachment/" + a.ID, hash, err
}

// DecisionSaid is that of a committee's decision about a frozen version.
func DecisionSaid(freeze int, d Decision) (name string, hash Hash, err error) {
	hash, err = hashOf(struct {
		Format       string    `json:"format"`
		FreezeNumber int       `json:"freezeNumber"`
		Body         string    `json:"body"`
		Level        string    `json:"level"`
		Date         string    `json:"date"`
		CaseNumber   string    `json:"caseNumber"`
		RecordedAt   time.Time `json:"recordedAt"`
	}{"samsvar-decision/1", freeze, d.Body, d.Level, d.Date, d.CaseNumber, second(d.RecordedAt)})
	return "decision/" + d.Level, hash, err
}

func second(t time.Time) time.Time {
	inUTC(&t)
	return t
}

// saidBefore are the newest hashes of a response, by name, and the events that hold them.
type saidBefore struct {
	hashes map[string]Hash
	events map[string]Event
	by     map[string][]string // the names of all who said something under the name
	old    bool                // some events are from before they held hashes

	laid      Event            // the newest that laid a text before parties
	decided   Event            // the newest that tells of a decision
	left      map[string]int64 // the newest that tells that a party left, by its id
	leftOld   int64            // the newest that does, and is from before they held ids
	submitted Event
}

// telling are the actions that say something: their events hold a hash each.
var telling = map[string]bool{"response.position": true, "response.endorse": true, "response.withdraw_position": true, "response.remark": true,
	"response.reply": true, "response.treat": true, "response.decide": true}

func (s Signed) saidBefore(submitted Event) saidBefore {
	all := saidBefore{hashes: map[string]Hash{}, events: map[string]Event{}, by: map[string][]string{}, left: map[string]int64{}, submitted: submitted}
	for _, e := range s.events {
		if e.Response != submitted.Response || e.Sequence > submitted.Sequence {
			continue
		}
		all.circle(e)
		if !telling[e.Action] {
			continue
		}
		told := e.told()
		if told.Said == nil {
			all.old = true
		}
		for name, hash := range told.Said {
			all.hashes[name], all.events[name], all.by[name] = hash, e, append(all.by[name], e.AccountName)
		}
	}
	return all
}

// circle remembers who was to say something of what.
func (b *saidBefore) circle(e Event) {
	switch e.Action {
	case "response.freeze", "response.endorse", "response.parties":
		b.laid = e
	case "response.decide":
		b.decided = e
	}
	switch told := e.told(); {
	case e.Action != "response.parties" || told.Removed == "":
	case told.PartyID == "":
		b.leftOld = e.Sequence
	default:
		b.left[told.PartyID] = e.Sequence
	}
}

// leftOut are those who said something and are not among the parties, though no event tells that they left since; unsure
// are those of whom an event may tell it, that does not say who left.
func (b saidBefore) leftOut(parties []Party) (out, unsure []string) {
	for _, name := range slices.Sorted(maps.Keys(b.events)) {
		id, is := strings.CutPrefix(name, "position/")
		e := b.events[name]
		if !is || b.left[id] > e.Sequence || slices.ContainsFunc(parties, func(p Party) bool { return p.ID == id }) {
			continue
		}
		if b.leftOld > e.Sequence {
			unsure = append(unsure, "that party "+id+" left")
		} else {
			out = append(out, fmt.Sprintf("Party %s, whose position event %d tells of, is not in the package, and did not leave.", id, e.Sequence))
		}
	}
	return out, unsure
}

// undecided says which decision about the text is not the one in the package; empty when none is.
func (b saidBefore) undecided(p Package) string {
	e := b.decided
	if e.Hash == "" || e.told().Freeze != p.Freeze.Number {
		return ""
	}
	if p.Decision == nil {
		return fmt.Sprintf("The decision that event %d tells of is not in the package.", e.Sequence)
	}
	if _, same := e.told().Said["decision/"+p.Decision.Level]; !same && second(e.At).After(p.Decision.RecordedAt) {
		return fmt.Sprintf("The decision in the package is not the last one: event %d tells of a later one.", e.Sequence)
	}
	return ""
}

// said holds what the package says that was said against the events of when it was.
func (r *Report) said(before saidBefore) {
	findings, untold := before.leftOut(r.of.Parties)
	if missing := before.undecided(r.of); missing != "" {
		findings = append(findings, missing)
	}
	findings = append(findings, r.persons(before)...)
	held := 0
	hold := func(what string) func(string, Hash, error) {
		return func(name string, hash Hash, err error) {
			told, there := before.hashes[name]
			switch {
			case err == nil && told == hash:
				held++
			case !there && before.old:
				untold = append(untold, what)
			case !there:
				findings = append(findings, fmt.Sprintf("No signed event tells of %s.", what))
			default:
				findings = append(findings, fmt.Sprintf("What event %d tells of is another than %s in the package.", before.events[name].Sequence, what))
			}
		}
	}
	for _, party := range r.of.Parties {
		if p := party.Position; p != nil {
			hold("the position of " + party.Name)(PositionSaid(party.ID, *p))
		} else if e := before.events["position/"+party.ID]; e.Hash != "" && e.Action != "response.withdraw_position" {
			findings = append(findings, fmt.Sprintf("The position of %s, which event %d tells of, is not in the package.", party.Name, e.Sequence))
		}
		for _, t := range party.Treatments {
			hold("a treatment by " + party.Name)(TreatmentSaid(party.ID, t))
			for _, a := range t.Attachments {
				hold("an attachment of " + party.Name)(AttachmentSaid(t.ID, a))
			}
		}
	}
	for _, remark := range r.of.Remarks {
		hold("remark " + remark.ID)(RemarkSaid(remark))
		if remark.Reply != nil {
			hold("the reply to remark " + remark.ID)(ReplySaid(remark.ID, *remark.Reply))
		}
	}
	if d := r.of.Decision; d != nil {
		hold("the decision")(DecisionSaid(r.of.Freeze.Number, *d))
	}
	r.none("said", findings, fmt.Sprintf("%d positions, treatments, attachments, remarks, replies and decisions are those that signed events tell of.", held))
	if len(untold) > 0 {
		r.add("said", Note, "No signed event holds a hash of this: it was said before events held any, or not at all: "+strings.Join(untold, "; ")+".")
	}
}

// persons holds those whom a package names against the events of what they did. A publication names nobody.
func (r *Report) persons(before saidBefore) (findings []string) {
	if r.of.Format == PublicFormat {
		return nil
	}
	by := func(what, name string, e Event) {
		if e.Hash != "" && e.AccountName != name {
			findings = append(findings, fmt.Sprintf("%s is by %q in the package, and by %q in event %d.", what, name, e.AccountName, e.Sequence))
		}
	}
	by("The submission", r.of.Submission.SubmittedBy.Name, before.submitted)
	for _, party := range r.of.Parties {
		for _, t := range party.Treatments {
			by("A treatment by "+party.Name, t.By.Name, before.events["treatment/"+t.ID])
		}
		if party.Position == nil {
			continue
		}
		said := "position/" + party.ID
		by("The position of "+party.Name, party.Position.By.Name, before.events[said])
		for _, one := range party.Position.Approvers {
			if !before.old && !slices.Contains(before.by[said], one.By.Name) {
				findings = append(findings, fmt.Sprintf("No signed event tells that %q approved for %s.", one.By.Name, party.Name))
			}
		}
	}
	return findings
}
