package workflow

import "samsvar/internal/portal"

// DefaultRule: every hospital party and at least half of the municipalities
// have answered, nobody rejects.
func DefaultRule() portal.Rule { return portal.Rule{HospitalPercent: 100, MunicipalPercent: 50} }

// SeparateRule: the one party stands behind its own answer.
func SeparateRule() portal.Rule { return portal.Rule{HospitalPercent: 100, MunicipalPercent: 100} }

// Validity says whether a party's position speaks of the text as it now stands.
type Validity string

const (
	NoPosition Validity = "none"
	Valid      Validity = "valid"
	Stale      Validity = "stale"
)

// Standing is a party and its newest position.
type Standing struct {
	Organisation portal.OrganisationID
	Side         portal.Side
	Kind         portal.PositionKind // empty when the party has not answered
	Seen         portal.Hashes       // the hashes the position was bound to
}

// Judge compares what was seen with what stands. An answer that was not seen,
// or is no longer there, makes the position stale as surely as a changed one.
func Judge(s Standing, current portal.Hashes) (Validity, []portal.AnswerID) {
	if s.Kind == "" {
		return NoPosition, nil
	}
	var stale []portal.AnswerID
	for id, hash := range current {
		if s.Seen[id] != hash {
			stale = append(stale, id)
		}
	}
	for id := range s.Seen {
		if _, there := current[id]; !there {
			stale = append(stale, id)
		}
	}
	if len(stale) > 0 {
		return Stale, stale
	}
	return Valid, nil
}

// SideTally counts one side. Answered are valid positions that do not reject.
type SideTally struct{ Answered, Required, Total int }

func (t SideTally) met() bool { return t.Answered >= t.Required }

// Tally is how far a response is from its rule.
type Tally struct {
	Rule                portal.Rule
	Hospital, Municipal SideTally
	Rejected            int // stale rejections block as well: silence about new text lifts nothing
	Stale               int
	Met                 bool
}

// Count tallies the standings against the rule. Without a frozen text
// (current is nil) nothing is met.
func Count(rule portal.Rule, standings []Standing, current portal.Hashes) Tally {
	t := Tally{Rule: rule}
	for _, s := range standings {
		side := &t.Municipal
		if s.Side == portal.HospitalSide {
			side = &t.Hospital
		}
		side.Total++
		validity, _ := Judge(s, current)
		switch {
		case s.Kind == portal.Rejected:
			t.Rejected++
		case validity == Valid:
			side.Answered++
		}
		if validity == Stale {
			t.Stale++
		}
	}
	t.Hospital.Required = share(rule.HospitalPercent, t.Hospital.Total)
	t.Municipal.Required = share(rule.MunicipalPercent, t.Municipal.Total)
	behind := t.Hospital.Answered+t.Municipal.Answered > 0
	t.Met = current != nil && behind && t.Rejected == 0 && t.Hospital.met() && t.Municipal.met()
	return t
}

func share(percent, of int) int { return (of*percent + 99) / 100 }

// CountResponse tallies the parties of a response as they now stand.
func CountResponse(r portal.Response) Tally {
	standings := make([]Standing, len(r.Parties))
	for i, p := range r.Parties {
		standings[i] = StandingOf(p)
	}
	return Count(r.Rule, standings, r.Hashes())
}

// StandingOf is what a party's newest position says.
func StandingOf(p portal.Party) Standing {
	s := Standing{Organisation: p.Organisation.ID, Side: p.Side}
	if p.Position != nil {
		s.Kind, s.Seen = p.Position.Kind, p.Position.Hashes
	}
	return s
}
