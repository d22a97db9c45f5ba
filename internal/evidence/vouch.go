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

// toldOf is what an event's detail says of a submission.
type toldOf struct {
	Number      string `json:"number"`
	Hash        Hash   `json:"hash"`
	Publication Hash   `json:"publication"`
	Replaces    string `json:"replaces"`
}

func (e Event) told() (t toldOf) {
	_ = json.Unmarshal(e.Detail, &t) // what has another form tells nothing of a submission
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
		if e.Action == "response.submit" && e.told().Number == r.Number {
			submitted++
			at = i
		}
	}
	if !r.check("trail", submitted == 1, fmt.Sprintf("A signed event tells that %s was submitted.", r.Number),
		fmt.Sprintf("%d signed events tell that %s was submitted, not one.", submitted, r.Number)) {
		return
	}
	r.submitted(s.events[at])
	r.said(s.saidBefore(s.events[at]))
	for _, e := range s.events[at+1:] {
		if what := becameOf(e, r.Number); what != "" {
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
