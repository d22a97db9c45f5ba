package portal

import "time"

// Mandate lets somebody act for an organisation as its approver does, in a period and a scope: a stand-in from its own
// people, or somebody from another organisation on its behalf.
type Mandate struct {
	ID           MandateID
	Organisation Organisation // that gives it
	Holder       AccountID
	HolderName   string
	From         Organisation // that the holder belongs to; for a stand-in the one that gives it
	Response     ResponseID   // the scope: one response,
	Round        RoundID      // one round, or neither: all
	Begins, Ends time.Time    // the first moment and the last
	Reason       string
	RestsOn      string // what gives the organisation's approver the right to give it
	GivenBy      string
	GivenAt      time.Time
	Ended        *Tombstone // before its time
}

// StandIn says whether the holder is one of the organisation's own people.
func (m Mandate) StandIn() bool { return m.From.ID == m.Organisation.ID }

// Over says whether it has come to its end by the moment: its time is up, or somebody ended it.
func (m Mandate) Over(at time.Time) bool {
	return at.After(m.Ends) || m.Ended != nil && !at.Before(m.Ended.At)
}

// Holds says whether it can be acted under at the moment.
func (m Mandate) Holds(at time.Time) bool { return !at.Before(m.Begins) && !m.Over(at) }

// Speaks says whether the actor may say what the organisation's approver says about the response, and under which
// mandate: none for its own approver.
func (a Actor) Speaks(organisation OrganisationID, response ResponseID, round RoundID) (under *Mandate, may bool) {
	if a.Organisation == organisation && a.Has(Approver) {
		return nil, true
	}
	for i, m := range a.Mandates {
		if m.Organisation.ID == organisation && m.Reaches(response, round) && (m.StandIn() || a.Organisation == m.From.ID) {
			return &a.Mandates[i], true
		}
	}
	return nil, false
}

// Reaches says whether the response is within its scope.
func (m Mandate) Reaches(response ResponseID, round RoundID) bool {
	return m.Response == response || m.Response == "" && (m.Round == round || m.Round == "")
}
