package evidence

import (
	"encoding/json"
	"fmt"
	"time"
)

// Signed are the events of a trail that its heads prove: none when the trail cannot be relied upon.
type Signed struct {
	whole  bool
	events []Event // of responses alone
}

// toldOf is what an event's detail says of what is sent.
type toldOf struct {
	Number      string          `json:"number"` // of a submission
	Publication Hash            `json:"publication"`
	Replaces    string          `json:"replaces"`
	Hash        Hash            `json:"hash"`   // of a submission's package, or of the text that was laid before the parties
	Freeze      int             `json:"freeze"` // its number
	PartyID     string          `json:"partyId"`
	Removed     string          `json:"removed"` // the party's name, when it left
	Said        map[string]Hash `json:"said"`
}

func (e Event) told() (t toldOf) {
	_ = json.Unmarshal(e.Detail, &t) // what has another form tells nothing of it
	return t
}

// Vouch adds what a signed trail says of the package: whether this is what was submitted, and what became of it.
func (s Signed) Vouch(r *Report) {
	if r.of.Format == "" {
		return // nothing was read that could be vouched for
	}
	if !s.whole {
		r.add("trail", Fail, "The audit trail that was given cannot be relied upon, and vouches for nothing.")
		return
	}
	submitted, at := 0, -1
	for i, e := range s.events {
		if e.Action == "response.submit" && e.told().Number == r.of.Submission.Number {
			submitted++
			at = i
		}
	}
	if !r.check("trail", submitted == 1, fmt.Sprintf("A signed event tells that %s was submitted.", r.Number),
		fmt.Sprintf("%d signed events tell that %s was submitted, not one.", submitted, r.Number)) {
		return
	}
	r.submitted(s.events[at])
	before := s.saidBefore(s.events[at])
	r.laid(before.laid)
	r.said(before)
	for _, e := range s.events[at+1:] {
		if what := becameOf(e, r.of.Submission.Number); what != "" {
			r.add("trail", Note, fmt.Sprintf("%s: event %d, %s.", what, e.Sequence, e.At.Format(time.RFC3339)))
		}
	}
}

// submitted holds the package against the event of its submission.
func (r *Report) submitted(e Event) {
	said, computed, what := e.told().Hash, r.PackageHash, "package"
	if r.PublicationHash != "" {
		said, computed, what = e.told().Publication, r.PublicationHash, "publication"
	}
	switch {
	case said == "":
		r.add("trail", Fail, fmt.Sprintf("Event %d holds no hash of the %s: it cannot be vouched for.", e.Sequence, what))
	case said != computed || e.Response != r.of.Response.ID:
		r.add("trail", Fail, fmt.Sprintf("The %s is not the one of event %d, which was signed: that is %s of response %s.", what, e.Sequence, said, e.Response))
	default:
		r.add("trail", Pass, fmt.Sprintf("The %s is the one of event %d, which was signed.", what, e.Sequence))
	}
}

// laid holds the freeze against the event that laid it before the parties: whoever is left out of both before it is sent is
// missing nowhere else.
func (r *Report) laid(e Event) {
	told, of := e.told(), r.of.Freeze
	switch {
	case e.Hash == "":
		r.add("laid", Fail, "No signed event tells that a text was laid before parties.")
	case told.Hash == "":
		r.add("laid", Note, fmt.Sprintf("Event %d laid the text before other parties, and is from before such events held a hash.", e.Sequence))
	default:
		r.check("laid", told.Hash == of.Hash && told.Freeze == of.Number, fmt.Sprintf("Event %d laid these answers before these parties.", e.Sequence),
			fmt.Sprintf("Event %d laid other answers, or before other parties: version %d (%s), and the package has version %d (%s).", e.Sequence, told.Freeze, told.Hash, of.Number, of.Hash))
	}
}

// becameOf says in words what the event did with a submission; empty when it did nothing with it.
func becameOf(e Event, number string) string {
	said := e.told()
	if e.Action == "response.submit" && said.Replaces == number {
		return said.Number + " was submitted after it by the same, and replaces it where it still stood"
	}
	if said.Number != number {
		return ""
	}
	return map[string]string{
		"submission.withdraw":  "It was withdrawn afterwards",
		"submission.return":    "It was returned afterwards to those who sent it",
		"submission.publish":   "It was published afterwards",
		"submission.take_down": "It was published, and taken down again",
	}[e.Action]
}
