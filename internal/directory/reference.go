package directory

import (
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"samsvar/internal/portal"
)

//go:embed data/*.csv
var data embed.FS

// Embedded gives the reference data the program was built with. Where it comes
// from stands in data/SOURCES.md.
func Embedded() fs.FS {
	sub, err := fs.Sub(data, "data")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Day is a calendar date as 2006-01-02; the empty one is "until further notice".
type Day string

// Reference is the reference data, as a set of files says it or as it is stored.
type Reference struct {
	Organisations []OrganisationRecord
	Periods       []PeriodRecord
	Memberships   []MembershipRecord
}

// OrganisationRecord is an organisation. A municipality has its newest name here.
type OrganisationRecord struct {
	ID            portal.OrganisationID
	Kind          portal.OrganisationKind
	Name          string
	Parent        portal.OrganisationID
	Unverified    bool
	Website, Note string
}

// PeriodRecord is the number and name of a municipality from a day until, and without, another.
type PeriodRecord struct {
	Organisation               portal.OrganisationID
	Number, Name, OfficialName string
	County                     string
	LanguageForm               string // nb, nn, neutral, or empty when unknown
	ValidFrom, ValidTo         Day
}

// MembershipRecord is a party of a community from a day until, and without, another.
type MembershipRecord struct {
	Community, Party   portal.OrganisationID
	Side               portal.Side
	Certainty, Note    string
	ValidFrom, ValidTo Day
}

// Parse reads helsefellesskap.csv, kommuner.csv and kommuneendringer.csv. The
// error names file, line and column of everything that is wrong.
//
// A municipality is called k- and the first number the files know it by, so
// that it stays the same organisation when it is renumbered; one that is merged
// or split into another number is new. Others are called by their names.
func Parse(files fs.FS) (Reference, error) {
	p := &parser{files: files, known: map[portal.OrganisationID]OrganisationRecord{}, rows: map[portal.OrganisationID]record{}}
	p.add(OrganisationRecord{ID: "hod", Kind: portal.Ministry, Name: "Helse- og omsorgsdepartementet"})
	p.add(OrganisationRecord{ID: "ks", Kind: portal.Association, Name: "KS"})
	p.add(OrganisationRecord{ID: "drift", Kind: portal.Operator, Name: "Drift av Samsvar"})
	p.communities()
	p.municipalities()
	if len(p.faults) == 0 {
		p.dateHospitals()
	}
	return p.Reference, errors.Join(p.faults...)
}

type parser struct {
	Reference
	files  fs.FS
	known  map[portal.OrganisationID]OrganisationRecord
	rows   map[portal.OrganisationID]record // of the communities
	faults []error
}

func (p *parser) add(o OrganisationRecord) {
	if _, there := p.known[o.ID]; !there {
		p.known[o.ID] = o
		p.Organisations = append(p.Organisations, o)
	}
}

func (p *parser) communities() {
	for _, r := range p.read("helsefellesskap.csv", "id", "navn", "navn_status", "helseforetak", "andre_parter", "rhf", "nettsted", "merknad") {
		id := portal.OrganisationID(r.need("id"))
		if _, taken := p.known[id]; taken || !slugForm.MatchString(string(id)) {
			r.fail("id", "%q is taken, or is not small letters, digits and hyphens", id)
		}
		p.rows[id] = r
		authority := OrganisationRecord{Kind: portal.RegionalHealthAuthority, Name: r.need("rhf")}
		authority.ID = slug(authority.Name)
		p.add(authority)
		p.add(OrganisationRecord{ID: id, Kind: portal.HealthCommunity, Name: r.need("navn"), Website: r.value("nettsted"), Note: r.value("merknad"),
			Unverified: r.oneOf("navn_status", "verifisert", "ikke_verifisert") == "ikke_verifisert"})
		r.need("helseforetak")
		p.hospitals(id, authority.ID, portal.HealthTrust, r.value("helseforetak"))
		p.hospitals(id, authority.ID, portal.Hospital, r.value("andre_parter"))
	}
}

// hospitals are names with semicolons between. Observers are no parties.
func (p *parser) hospitals(community, authority portal.OrganisationID, kind portal.OrganisationKind, names string) {
	for name := range strings.SplitSeq(names, ";") {
		name = strings.TrimSpace(name)
		if name == "" || strings.HasPrefix(name, "observatør:") {
			continue
		}
		p.add(OrganisationRecord{ID: slug(name), Kind: kind, Name: name, Parent: authority})
		p.Memberships = append(p.Memberships, MembershipRecord{Community: community, Party: slug(name), Side: portal.HospitalSide})
	}
}

// dateHospitals lets the hospital parties begin with the first municipality of
// their community: the files date the municipal side alone.
func (p *parser) dateHospitals() {
	first := map[portal.OrganisationID]Day{}
	for _, m := range p.Memberships {
		if day, seen := first[m.Community]; m.Side == portal.MunicipalSide && (!seen || m.ValidFrom < day) {
			first[m.Community] = m.ValidFrom
		}
	}
	for i := range p.Memberships {
		m := &p.Memberships[i]
		if m.Side != portal.HospitalSide {
			continue
		}
		if m.ValidFrom = first[m.Community]; m.ValidFrom == "" {
			p.rows[m.Community].fail("id", "%q has no municipality in kommuner.csv", m.Community)
		}
	}
}

// record is one line of a file.
type record struct {
	*parser
	file   string
	line   int
	values map[string]string
}

// read gives the lines of a file that has at least the columns.
func (p *parser) read(file string, columns ...string) []record {
	f, err := p.files.Open(file)
	if err != nil {
		p.faults = append(p.faults, err)
		return nil
	}
	defer f.Close()
	lines := csv.NewReader(f)
	header, err := lines.Read()
	if err != nil {
		p.faults = append(p.faults, fmt.Errorf("%s: %w", file, err))
		return nil
	}
	columns = slices.DeleteFunc(columns, func(c string) bool { return slices.Contains(header, c) })
	if len(columns) > 0 {
		p.fail(file, 1, strings.Join(columns, ", "), "missing")
		return nil
	}
	var out []record
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			p.faults = append(p.faults, fmt.Errorf("%s: %w", file, err))
			return nil
		}
		r := record{parser: p, file: file, values: map[string]string{}}
		r.line, _ = lines.FieldPos(0)
		for i, c := range header {
			r.values[c] = strings.TrimSpace(fields[i])
		}
		out = append(out, r)
	}
}

func (p *parser) fail(file string, line int, column, format string, args ...any) {
	p.faults = append(p.faults, fmt.Errorf("%s, line %d, %s: %s", file, line, column, fmt.Sprintf(format, args...)))
}

func (r record) fail(column, format string, args ...any) {
	r.parser.fail(r.file, r.line, column, format, args...)
}

func (r record) value(column string) string { return r.values[column] }

func (r record) need(column string) string {
	if r.values[column] == "" {
		r.fail(column, "is empty")
	}
	return r.values[column]
}

func (r record) oneOf(column string, allowed ...string) string {
	if !slices.Contains(allowed, r.values[column]) {
		r.fail(column, "%q is not one of %q", r.values[column], allowed)
	}
	return r.values[column]
}

func (r record) number(column string) string {
	if !numberForm.MatchString(r.values[column]) {
		r.fail(column, "%q is not four digits", r.values[column])
	}
	return r.values[column]
}

func (r record) day(column string) Day {
	if _, err := time.Parse(time.DateOnly, r.values[column]); err != nil {
		r.fail(column, "%q is not a date such as 2024-01-01", r.values[column])
	}
	return Day(r.values[column])
}

var (
	numberForm = regexp.MustCompile(`^[0-9]{4}$`)
	slugForm   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	notInSlug  = regexp.MustCompile(`[^a-z0-9]+`)
	ascii      = strings.NewReplacer("æ", "ae", "ø", "o", "å", "a", "é", "e", "ü", "u")
)

// slug makes an id of a name.
func slug(name string) portal.OrganisationID {
	return portal.OrganisationID(strings.Trim(notInSlug.ReplaceAllString(ascii.Replace(strings.ToLower(name)), "-"), "-"))
}
