package workflow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"samsvar/internal/portal"
)

// DefaultRule: every hospital party and at least half of the municipalities
// have answered, nobody rejects.
func DefaultRule() portal.Rule {
	return portal.Rule{Kind: portal.Consensus, HospitalPercent: 100, MunicipalPercent: 50}
}

// SeparateRule: the sender stands behind its own answer. Those who join it neither help nor hinder.
func SeparateRule(sender portal.Organisation) portal.Rule {
	return portal.Rule{Kind: portal.Alone, Voters: []portal.Voter{{ID: sender.ID, Name: sender.Name}}}
}

// maxSilence is the longest time that a community may give before silence counts.
const maxSilence = 90

// CheckRule gives the rule as it is kept, without what its kind does not use;
// or says which field is wrong.
func CheckRule(r portal.Rule) (portal.Rule, error) {
	percent := func(p int) bool { return 0 <= p && p <= 100 }
	switch {
	case !slices.Contains([]portal.RuleKind{portal.Consensus, portal.NamedVoters, portal.Recommendation}, r.Kind):
		return r, portal.InvalidField("kind", "not_supported", "no such kind of rule")
	case !percent(r.HospitalPercent):
		return r, portal.InvalidField("hospitalPercent", "invalid", "a share is 0 to 100 per cent")
	case !percent(r.MunicipalPercent):
		return r, portal.InvalidField("municipalPercent", "invalid", "a share is 0 to 100 per cent")
	case r.SilenceDays < 0 || r.SilenceDays > maxSilence:
		return r, portal.InvalidField("silenceDays", "invalid", "silence counts after 1 to 90 days, or never")
	case r.Kind == portal.NamedVoters && len(r.Voters) == 0:
		return r, portal.InvalidField("voters", "required", "somebody must be named")
	}
	if r.Kind == portal.NamedVoters {
		r.HospitalPercent, r.MunicipalPercent = 0, 0
	} else {
		r.Voters = nil
	}
	return r, nil
}

// SilenceCountsFrom is the first moment at which silence counts for a party that a warning came to at the
// time: midnight in Oslo after the whole days that the rule gives.
func SilenceCountsFrom(r portal.Rule, came time.Time) time.Time {
	day := came.In(Oslo)
	return time.Date(day.Year(), day.Month(), day.Day()+r.SilenceDays+1, 0, 0, 0, 0, Oslo)
}

// RuleInWords says the rule in sentences that together are all of it: the one
// place where it is put into words, for pages and documents alike.
func RuleInWords(r portal.Rule) []portal.Text {
	if r.Kind == portal.Alone {
		return []portal.Text{{NB: "Avsenderen må selv ha godkjent teksten.", NN: "Avsendaren må sjølv ha godkjent teksten."}, whoseWord, whatWasTreated}
	}
	var words []portal.Text
	say := func(nb, nn string) { words = append(words, portal.Text{NB: nb, NN: nn}) }
	bodies := both("strategisk samarbeidsutvalg", "strategisk samarbeidsutval")
	if r.PartnershipDecision {
		bodies = both("strategisk samarbeidsutvalg og partnerskapsmøtet", "strategisk samarbeidsutval og partnarskapsmøtet")
	}
	if r.Kind == portal.Recommendation {
		say(upper(bodies.NB)+" gir først sin anbefaling. Så tar hver part standpunkt for seg selv.",
			upper(bodies.NN)+" gir først si tilråding. Så tek kvar part standpunkt for seg sjølv.")
	}
	who := whoMustAnswer(r)
	say(upper(who.NB)+" må ha svart på nøyaktig den teksten som sendes.", upper(who.NN)+" må ha svart på nøyaktig den teksten som blir send.")
	say("Ingen part kan ha avvist teksten.", "Ingen part kan ha avvist teksten.")
	if r.Kind != portal.Recommendation {
		say("Deretter gjør "+bodies.NB+" vedtak.", "Deretter gjer "+bodies.NN+" vedtak.")
	}
	if r.SilenceDays == 0 {
		say("Den som ikke svarer, regnes aldri som enig.", "Den som ikkje svarer, blir aldri rekna som einig.")
	} else {
		say(fmt.Sprintf("Den som aldri har svart, regnes som enig når det har gått %s etter at varselet om det kom fram.", days(r.SilenceDays, "hel dag", "hele dager")),
			fmt.Sprintf("Den som aldri har svart, blir rekna som einig når det har gått %s etter at varselet om det kom fram.", days(r.SilenceDays, "heil dag", "heile dagar")))
	}
	return append(words, whoseWord, whatWasTreated)
}

// whoseWord: a position is the party's, taken with right at the time, and does not go with the person.
// One under a mandate does: it rests on what the mandate's end takes away.
var whoseWord = portal.Text{
	NB: "Et standpunkt er partens. Det står selv om den som tok det, senere ikke er godkjenner. Et standpunkt etter fullmakt må stadfestes når fullmakten er over.",
	NN: "Eit standpunkt høyrer til parten. Det står sjølv om den som tok det, seinare ikkje er godkjennar. Eit standpunkt etter fullmakt må stadfestast når fullmakta er over.",
}

// whatWasTreated: a party's own treatment speaks of the text that it was of, and whether it reaches further is for its approver to say.
var whatWasTreated = portal.Text{
	NB: "Har en part behandlet en annen tekst enn den som ligger foran partene, sier godkjenneren om behandlingen dekker endringene. Dekker den dem ikke, teller ikke standpunktet.",
	NN: "Har ein part behandla ein annan tekst enn den som ligg framfor partane, seier godkjennaren om behandlinga dekkjer endringane. Dekkjer ho dei ikkje, tel ikkje standpunktet.",
}

func whoMustAnswer(r portal.Rule) portal.Text {
	if r.Kind == portal.NamedVoters {
		names := make([]string, len(r.Voters))
		for i, v := range r.Voters {
			names[i] = v.Name
		}
		return both("de som avgjør ("+listed(names)+"),", "dei som avgjer ("+listed(names)+"),")
	}
	var nb, nn []string
	side := func(percent int, allNB, allNN, theNB, theNN string) {
		switch {
		case percent >= 100:
			nb, nn = append(nb, "alle "+allNB), append(nn, "alle "+allNN)
		case percent == 50:
			nb, nn = append(nb, "minst halvparten av "+theNB), append(nn, "minst halvparten av "+theNN)
		case percent > 0:
			nb, nn = append(nb, fmt.Sprintf("minst %d prosent av %s", percent, theNB)), append(nn, fmt.Sprintf("minst %d prosent av %s", percent, theNN))
		}
	}
	side(r.HospitalPercent, "sykehus", "sjukehus", "sykehusene", "sjukehusa")
	side(r.MunicipalPercent, "kommuner", "kommunar", "kommunene", "kommunane")
	if len(nb) == 0 {
		return both("minst én part", "minst éin part")
	}
	return both(listed(nb), listed(nn))
}

func both(nb, nn string) portal.Text { return portal.Text{NB: nb, NN: nn} }

func days(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// upper makes a sentence of a phrase. All phrases here begin with an ASCII letter.
func upper(phrase string) string { return strings.ToUpper(phrase[:1]) + phrase[1:] }

// listed joins names as both written forms do: a, b og c.
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " og " + names[last]
}
