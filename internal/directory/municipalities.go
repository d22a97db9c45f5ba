package directory

import (
	"cmp"
	"slices"

	"samsvar/internal/portal"
)

// numberDay is a municipality number on the day something happens to it.
type numberDay struct {
	number string
	day    Day
}

// municipalities reads the rows in the order of their dates and follows each
// municipality from number to number.
func (p *parser) municipalities() {
	rows := p.read("kommuner.csv", "kommunenummer", "visningsnavn", "offisielt_navn", "fylkesnavn", "valid_from", "valid_to",
		"malform", "helsefellesskap", "sikkerhet", "merknad")
	slices.SortStableFunc(rows, func(a, b record) int { return cmp.Compare(a.value("valid_from"), b.value("valid_from")) })
	if len(rows) == 0 {
		return
	}
	changes := p.renumberings(Day(rows[0].value("valid_from")))
	ended := map[numberDay]portal.OrganisationID{} // who had the number until the day
	for _, r := range rows {
		period := r.period()
		begins := numberDay{period.Number, period.ValidFrom}
		switch change, renumbered := changes[begins]; {
		case renumbered && ended[change.old] == "":
			change.row.fail("gammelt_nummer", "no municipality has the number %s until %s", change.old.number, change.old.day)
			continue
		case renumbered:
			period.Organisation = ended[change.old]
		case ended[begins] != "":
			period.Organisation = ended[begins]
		default:
			period.Organisation = portal.OrganisationID("k-" + period.Number)
			if _, taken := p.known[period.Organisation]; taken {
				r.fail("kommunenummer", "%s is already in use on %s, or was by another municipality", period.Number, period.ValidFrom)
			}
			p.add(OrganisationRecord{ID: period.Organisation, Kind: portal.Municipality})
		}
		if period.ValidTo != "" {
			ended[numberDay{period.Number, period.ValidTo}] = period.Organisation
		}
		p.uniqueName(r, period)
		p.Periods = append(p.Periods, period)
		p.municipalMembership(r, period)
	}
	p.nameMunicipalities()
}

// renumbering is the row that says so, and the old number on its last day.
type renumbering struct {
	row record
	old numberDay
}

// renumberings maps a new number on its first day to the old one. Changes that
// took effect on the day the files begin, or before, have no old row to continue.
func (p *parser) renumberings(begin Day) map[numberDay]renumbering {
	out := map[numberDay]renumbering{}
	for _, r := range p.read("kommuneendringer.csv", "dato", "gammelt_nummer", "nytt_nummer", "type") {
		day := r.day("dato")
		old, fresh := r.number("gammelt_nummer"), r.number("nytt_nummer")
		if r.oneOf("type", "renumber", "merge", "split") == "renumber" && day > begin {
			out[numberDay{fresh, day}] = renumbering{r, numberDay{old, day}}
		}
	}
	return out
}

var languageForms = map[string]string{"bokmål": "nb", "nynorsk": "nn", "nøytral": "neutral", "": ""}

func (r record) period() PeriodRecord {
	out := PeriodRecord{Number: r.number("kommunenummer"), Name: r.need("visningsnavn"), OfficialName: r.value("offisielt_navn"),
		County: r.value("fylkesnavn"), LanguageForm: languageForms[r.oneOf("malform", "bokmål", "nynorsk", "nøytral", "")], ValidFrom: r.day("valid_from")}
	if r.value("valid_to") != "" {
		if out.ValidTo = r.day("valid_to"); out.ValidTo <= out.ValidFrom {
			r.fail("valid_to", "%s is not after valid_from %s", out.ValidTo, out.ValidFrom)
		}
	}
	return out
}

// municipalMembership continues the municipality's last membership when the
// row begins where that ended, in the same community; else it begins a new one.
func (p *parser) municipalMembership(r record, period PeriodRecord) {
	m := MembershipRecord{Community: portal.OrganisationID(r.need("helsefellesskap")), Party: period.Organisation, Side: portal.MunicipalSide,
		Certainty: r.oneOf("sikkerhet", "hoy", "middels"), Note: r.value("merknad"), ValidFrom: period.ValidFrom, ValidTo: period.ValidTo}
	if p.known[m.Community].Kind != portal.HealthCommunity {
		r.fail("helsefellesskap", "%q is not in helsefellesskap.csv", m.Community)
	}
	for i, last := range p.Memberships {
		if last.Community == m.Community && last.Party == m.Party && last.ValidTo == m.ValidFrom {
			m.ValidFrom = last.ValidFrom
			p.Memberships[i] = m
			return
		}
	}
	p.Memberships = append(p.Memberships, m)
}

// uniqueName sees to it that no two municipalities have the same name at the same time.
func (p *parser) uniqueName(r record, period PeriodRecord) {
	for _, other := range p.Periods {
		if other.Name == period.Name && other.Organisation != period.Organisation && (other.ValidTo == "" || other.ValidTo > period.ValidFrom) {
			r.fail("visningsnavn", "%s is called %q as well on %s", other.Number, period.Name, period.ValidFrom)
		}
	}
}

// nameMunicipalities gives each its newest name.
func (p *parser) nameMunicipalities() {
	newest := map[portal.OrganisationID]string{}
	for _, period := range p.Periods {
		newest[period.Organisation] = period.Name
	}
	for i := range p.Organisations {
		if o := &p.Organisations[i]; o.Kind == portal.Municipality {
			o.Name = newest[o.ID]
		}
	}
}
