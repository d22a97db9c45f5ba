package workflow

import (
	"maps"
	"slices"
	"time"

	"samsvar/internal/portal"
)

// Validity says whether a party's position speaks of the text as it now stands.
type Validity string

const (
	NoPosition Validity = "none"
	Pending    Validity = "pending" // said by fewer of the party's approvers than have to say it
	Valid      Validity = "valid"
	Stale      Validity = "stale"
)

// Laid is what lies before the parties: the frozen answers, and which circle of
// parties they are laid before.
type Laid struct {
	Hashes portal.Hashes // nil while nothing is frozen
	Circle int
}

// LaidBefore is what the parties of the response have before them.
func LaidBefore(r portal.Response) Laid { return Laid{Hashes: r.Hashes(), Circle: r.Circle} }

// Standing is a party and its newest position.
type Standing struct {
	Organisation portal.OrganisationID
	Side         portal.Side
	Kind         portal.PositionKind // empty when the party has not answered
	Seen         Laid                // what the position was bound to
	Warned       bool                // it has said nothing, and was told that its silence counts by now
	Untreated    bool                // its approver has said that the text asks for a new treatment
	Lapsed       bool                // a mandate that it was taken under has ended
	Short        bool                // too few of its approvers have said it
}

// Judge compares what was seen with what lies there now. An answer that was not
// seen, or is no longer there, makes the position stale as surely as a changed
// one; another circle of parties makes it stale though no answer has changed,
// and so does the approver's own word that the text must be treated anew, or that
// the mandate it was taken under has ended.
func Judge(s Standing, now Laid) (Validity, []portal.AnswerID) {
	if s.Kind == "" {
		return NoPosition, nil
	}
	var stale []portal.AnswerID
	for id, hash := range now.Hashes {
		if s.Seen.Hashes[id] != hash {
			stale = append(stale, id)
		}
	}
	for id := range s.Seen.Hashes {
		if _, there := now.Hashes[id]; !there {
			stale = append(stale, id)
		}
	}
	if len(stale) > 0 || s.Seen.Circle != now.Circle || s.Untreated || s.Lapsed {
		return Stale, stale
	}
	if s.Short {
		return Pending, nil
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
// nothing is met, nor by silence alone.
func Count(rule portal.Rule, standings []Standing, laid Laid) Tally {
	t, spoken := Tally{Rule: rule}, false
	for _, s := range standings {
		validity, _ := Judge(s, laid)
		silent := validity == NoPosition && s.Warned && rule.SilenceDays > 0
		answered := validity == Valid && counts(rule, s.Kind)
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
	if rule.Kind == portal.NamedVoters || rule.Kind == portal.Alone {
		t.Voters.Required = max(1, len(rule.Voters))
	} else {
		t.Hospital.Required = share(rule.HospitalPercent, t.Hospital.Total)
		t.Municipal.Required = share(rule.MunicipalPercent, t.Municipal.Total)
	}
	t.Met = laid.Hashes != nil && spoken && t.Rejected == 0 && t.Hospital.met() && t.Municipal.met() && t.Voters.met()
	return t
}

// counts says whether the kind of position counts as an answer. Who answers alone has to approve; in a
// joint answer it is enough to have said that one stands outside.
func counts(rule portal.Rule, kind portal.PositionKind) bool {
	return kind != portal.Rejected && (rule.Kind != portal.Alone || kind != portal.StandsOutside)
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
		standings[i] = StandingOf(r, p, now)
	}
	return Count(r.Rule, standings, LaidBefore(r))
}

// StandingOf is what a party's newest position says, or what its silence has come to mean. Of what has been sent it
// is what it was then: a mandate that ends afterwards changes nothing.
func StandingOf(r portal.Response, p portal.Party, now time.Time) Standing {
	if sent := r.Receipt(); sent != nil {
		now = sent.SubmittedAt
	}
	s := Standing{Organisation: p.Organisation.ID, Side: p.Side}
	if p.Position != nil {
		s.Kind, s.Seen = p.Position.Kind, Laid{Hashes: p.Position.Hashes, Circle: p.Position.Circle}
		s.Lapsed, s.Short = p.Position.Lapsed(now), !p.Position.Enough()
		s.Untreated = !p.Position.Covered()
	}
	s.Warned = p.Position == nil && p.Withdrawn == nil && p.Warning.Counts(now)
	return s
}

// Because says why a stale position is stale: the text, the parties, or the
// treatment that the approver asks for, or the mandate. Empty for a position that is not, and
// while nothing is frozen.
func Because(s Standing, now Laid) string {
	validity, answers := Judge(s, now)
	switch {
	case validity != Stale || now.Hashes == nil:
		return ""
	case len(answers) > 0:
		return "text"
	case s.Untreated && s.Seen.Circle == now.Circle:
		return "treatment"
	}
	return BesideText(s, now)
}

// BesideText says what makes a position stale that its text and its treatment do not show: the parties, or
// else the mandate. Empty when neither does.
func BesideText(s Standing, now Laid) string {
	switch {
	case s.Kind == "" || now.Hashes == nil:
		return ""
	case s.Seen.Circle != now.Circle:
		return "parties"
	case s.Lapsed:
		return "mandate"
	}
	return ""
}

// TreatedEarlier says whether what the party treated last is another text than
// the one that lies before it: then its approver says whether that covers it.
func TreatedEarlier(p portal.Party, now Laid) bool {
	t := p.Treated()
	return t != nil && now.Hashes != nil && !Speaks(*t, now)
}

// Speaks says whether what was treated is the text that lies there now.
func Speaks(t portal.Treatment, now Laid) bool { return maps.Equal(t.Hashes, now.Hashes) }
