package workflow

import (
	"slices"
	"time"

	"samsvar/internal/portal"
)

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
	Warned       bool                // it has said nothing, and was told that its silence counts by now
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

// SideTally counts one side. Answered are valid positions that do not reject,
// and silence where the rule lets it count.
type SideTally struct{ Answered, Required, Total int }

func (t SideTally) met() bool { return t.Answered >= t.Required }

// Tally is how far a response is from its rule.
type Tally struct {
	Rule                portal.Rule
	Hospital, Municipal SideTally
	Voters              SideTally // of the parties that the rule names
	Rejected            int       // stale rejections block as well: silence about new text lifts nothing
	Stale               int
	Silent              int // counted because they were warned and said nothing
	Met                 bool
}

// Count tallies the standings against the rule. Without a frozen text
// (current is nil) nothing is met, nor by silence alone.
func Count(rule portal.Rule, standings []Standing, current portal.Hashes) Tally {
	t, spoken := Tally{Rule: rule}, false
	for _, s := range standings {
		validity, _ := Judge(s, current)
		silent := validity == NoPosition && s.Warned && rule.SilenceDays > 0
		answered := validity == Valid && s.Kind != portal.Rejected
		spoken = spoken || answered
		for _, side := range t.sidesOf(s) {
			side.Total++
			if answered || silent {
				side.Answered++
			}
		}
		if s.Kind == portal.Rejected {
			t.Rejected++
		}
		if validity == Stale {
			t.Stale++
		}
		if silent {
			t.Silent++
		}
	}
	if rule.Kind == portal.NamedVoters {
		t.Voters.Required = max(1, len(rule.Voters))
	} else {
		t.Hospital.Required = share(rule.HospitalPercent, t.Hospital.Total)
		t.Municipal.Required = share(rule.MunicipalPercent, t.Municipal.Total)
	}
	t.Met = current != nil && spoken && t.Rejected == 0 && t.Hospital.met() && t.Municipal.met() && t.Voters.met()
	return t
}

func (t *Tally) sidesOf(s Standing) []*SideTally {
	sides := []*SideTally{&t.Municipal}
	if s.Side == portal.HospitalSide {
		sides[0] = &t.Hospital
	}
	if slices.ContainsFunc(t.Rule.Voters, func(v portal.Voter) bool { return v.ID == s.Organisation }) {
		sides = append(sides, &t.Voters)
	}
	return sides
}

func share(percent, of int) int { return (of*percent + 99) / 100 }

// CountResponse tallies the parties of a response as they stand at the moment.
func CountResponse(r portal.Response, now time.Time) Tally {
	standings := make([]Standing, len(r.Parties))
	for i, p := range r.Parties {
		standings[i] = StandingOf(p, now)
	}
	return Count(r.Rule, standings, r.Hashes())
}

// StandingOf is what a party's newest position says, or what its silence has come to mean.
func StandingOf(p portal.Party, now time.Time) Standing {
	s := Standing{Organisation: p.Organisation.ID, Side: p.Side}
	if p.Position != nil {
		s.Kind, s.Seen = p.Position.Kind, p.Position.Hashes
	}
	s.Warned = p.Position == nil && p.Warning != nil && !now.Before(p.Warning.CountsFrom)
	return s
}
