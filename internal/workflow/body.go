package workflow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"samsvar/internal/portal"
)

// CheckBody gives the body as it is kept, or says which field is wrong. Whoever
// sits in it is named, and nobody leads it together with another.
func CheckBody(b portal.Body) (portal.Body, error) {
	b.Name = strings.TrimSpace(b.Name)
	switch {
	case !slices.Contains([]portal.BodyLevel{portal.PartnershipLevel, portal.StrategicLevel, portal.ProfessionalLevel}, b.Level):
		return b, portal.InvalidField("level", "not_supported", "no such level")
	case b.Name == "":
		return b, portal.InvalidField("name", "required", "a body has a name")
	}
	b.Members = slices.Clone(b.Members)
	var led []portal.Period
	for i := range b.Members {
		m := &b.Members[i]
		field := func(name string) string { return fmt.Sprintf("members.%d.%s", i, name) }
		m.Name, m.OrganisationName = strings.TrimSpace(m.Name), strings.TrimSpace(m.OrganisationName)
		switch {
		case m.Name == "":
			return b, portal.InvalidField(field("name"), "required", "a member has a name")
		case m.OrganisationName == "":
			return b, portal.InvalidField(field("organisation"), "required", "a member sits for somebody")
		case !slices.Contains([]portal.Part{portal.Voting, portal.Moving, portal.Speaking, portal.Attending}, m.Part):
			return b, portal.InvalidField(field("part"), "not_supported", "no such part")
		}
		for _, p := range m.Chairs {
			if !p.To.IsZero() && p.To.Before(p.From) {
				return b, portal.InvalidField(field("chairs"), "ends_before", "a period ends before it begins")
			}
			if slices.ContainsFunc(led, func(other portal.Period) bool { return overlap(p, other) }) {
				return b, portal.InvalidField(field("chairs"), "two_chairs", "somebody else leads the body then")
			}
			led = append(led, p)
		}
	}
	return b, nil
}

func overlap(a, b portal.Period) bool { return startsWithin(a, b) || startsWithin(b, a) }

func startsWithin(a, b portal.Period) bool {
	return !a.From.Before(b.From) && (b.To.IsZero() || !a.From.After(b.To))
}

// DecisionHindrance names what stands in the way of a committee's decision now; empty when nothing does.
func DecisionHindrance(r portal.Response, now time.Time) string {
	return first(only(r.State != portal.Approval, "wrong_state"), Hindrance(r, "decide", now))
}

// Decide gives the state of a response after a committee's decision about the
// frozen text that was seen, or says what stands in its way.
func Decide(r portal.Response, seen portal.FreezeID, d portal.Decision, now time.Time) (portal.ResponseState, error) {
	if r.Freeze.ID != seen {
		return r.State, portal.Conflictf("text_changed", "the frozen text is not the one that was seen")
	}
	if why := Hindrance(r, "decide", now); why != "" {
		return r.State, portal.Conflictf(why, "the response does not allow to decide now")
	}
	if !slices.Contains(Deciding(r.Rule), d.Level) {
		return r.State, portal.InvalidField("level", "not_asked", "the community's rule does not ask this level")
	}
	if d.DecidedOn.After(now) {
		return r.State, portal.InvalidField("decidedOn", "in_future", "the meeting has not been held")
	}
	r.Decisions = append(slices.Clip(r.Decisions), d)
	return AfterDecision(r)
}
