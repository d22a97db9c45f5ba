package postgres_test

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"samsvar/internal/directory"
	"samsvar/internal/portal"
)

// editedFiles gives the embedded files with texts in them replaced, in pairs of file name, old and new.
func editedFiles(t *testing.T, replacements ...string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"helsefellesskap.csv", "kommuner.csv", "kommuneendringer.csv"} {
		raw, err := fs.ReadFile(directory.Embedded(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: raw}
	}
	for r := range slices.Chunk(replacements, 3) {
		text := string(files[r[0]].Data)
		if strings.Count(text, r[1]) != 1 {
			t.Fatalf("%s has %q %d times", r[0], r[1], strings.Count(text, r[1]))
		}
		files[r[0]].Data = []byte(strings.Replace(text, r[1], r[2], 1))
	}
	return files
}

func TestMembershipsAreThoseOfTheDate(t *testing.T) {
	h := loadedRegister(t)
	f, err := directory.Embedded().Open("helsefellesskap.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for date, c := range map[string]struct {
		column string
		total  int
	}{"2021-09-21": {"antall_kommuner_2021_09_21", 356}, "2024-04-01": {"antall_kommuner_2024_04_01", 357}} {
		all, err := h.Store.MunicipalitiesOn(t.Context(), dateIn(date))
		if err != nil || len(all) != c.total {
			t.Errorf("%s: %d municipalities, want %d (%v)", date, len(all), c.total, err)
		}
		column := slices.Index(lines[0], c.column)
		for _, line := range lines[1:] {
			parties, err := h.Store.PartiesOf(t.Context(), portal.OrganisationID(line[0]), dateIn(date))
			if err != nil {
				t.Fatal(err)
			}
			municipal := len(slices.DeleteFunc(parties, func(p directory.CommunityParty) bool { return p.Side != portal.MunicipalSide }))
			if fmt.Sprint(municipal) != line[column] {
				t.Errorf("%s on %s: %d municipalities, want %s", line[0], date, municipal, line[column])
			}
		}
	}
}

func TestNamesAndNumbersAreThoseOfTheDate(t *testing.T) {
	h := loadedRegister(t)
	admin := h.actor("Administrator", "drift:administrator")
	for date, want := range map[string][2]string{
		"2021-09-21": {"3018 Våler (Viken)", "1507 Ålesund"},
		"2023-12-31": {"3018 Våler (Viken)", "1507 Ålesund"},
		"2024-01-01": {"3114 Våler (Østfold)", " Ålesund"},
	} {
		h.now = dateIn(date)
		all, err := h.Organisations(t.Context(), admin)
		if err != nil {
			t.Fatal(err)
		}
		got := map[portal.OrganisationID]string{}
		for _, d := range all {
			got[d.Organisation.ID] = d.Organisation.Number + " " + d.Organisation.Name
		}
		if got["k-3018"] != want[0] || got["k-1507"] != want[1] {
			t.Errorf("%s: %q and %q", date, got["k-3018"], got["k-1507"])
		}
	}
	h.now = dateIn("2024-01-01").Add(-time.Minute)
	if c, err := h.Community(t.Context(), admin, "more-og-romsdal"); err != nil || len(c.Parties) != 27 {
		t.Errorf("a minute before midnight in Norway it is already next year: %d parties (%v)", len(c.Parties), err)
	}
}

func TestLoadingAgainChangesNothing(t *testing.T) {
	h := loadedRegister(t)
	if got := h.events(); got != "reference.load 1" {
		t.Errorf("after the first load: %s", got)
	}
	h.now = dateIn("2026-05-05")
	if changes := h.load(directory.Embedded()); changes.Any() {
		t.Errorf("%+v", changes)
	}
	if got := h.events(); got != "none" {
		t.Errorf("after the second load: %s", got)
	}
	var account *string
	var name string
	if err := h.db.Pool().QueryRow(t.Context(), `select account_id, account_name from audit_event`).Scan(&account, &name); err != nil || account != nil || name != "samsvar" {
		t.Errorf("loaded by %q, account %v (%v)", name, account, err)
	}
}

func TestLoadsAtOnceLoadOnce(t *testing.T) {
	h := openRegister(t)
	ref, err := directory.Parse(directory.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := h.Load(t.Context(), ref); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := h.events(); got != "reference.load 1" {
		t.Error(got)
	}
}

// newerFiles has Halden and Hvaler merged into a new municipality in 2027, Ås moved to
// another community, a community's name found, and a hospital come and one gone.
func newerFiles(t *testing.T) fs.FS {
	const k, c, e = "kommuner.csv", "helsefellesskap.csv", "kommuneendringer.csv"
	return editedFiles(t,
		k, "3101,Halden,Halden,Halden,,,,31,Østfold,2024-01-01,,bokmål,ostfold,middels,\n",
		"3101,Halden,Halden,Halden,,,,31,Østfold,2024-01-01,2027-01-01,bokmål,ostfold,middels,\n"+
			"3199,Haldenøyene,Haldenøyene,Haldenøyene,,,,31,Østfold,2027-01-01,,bokmål,ostfold,hoy,\n",
		k, "3110,Hvaler,Hvaler,Hvaler,,,,31,Østfold,2024-01-01,,bokmål,ostfold,middels,",
		"3110,Hvaler,Hvaler,Hvaler,,,,31,Østfold,2024-01-01,2027-01-01,bokmål,ostfold,middels,",
		k, "3218,Ås,Ås,Ås,,,,32,Akershus,2024-01-01,,nøytral,ahus,middels,",
		"3218,Ås,Ås,Ås,,,,32,Akershus,2024-01-01,2026-01-01,nøytral,ahus,middels,\n"+
			"3218,Ås,Ås,Ås,,,,32,Akershus,2026-01-01,,nøytral,ostfold,hoy,",
		c, "ostfold,Helsefellesskapet Østfold,ikke_verifisert,", "ostfold,Helsefellesskapet i Østfold,verifisert,",
		c, "; Diakonhjemmet Sykehus;", "; Nytt sykehus;",
		e, "2024-01-01,3001,", "2027-01-01,3101,Halden,3199,Haldenøyene,merge,\n2027-01-01,3110,Hvaler,3199,Haldenøyene,merge,\n2024-01-01,3001,")
}

func TestNewerFilesAreLoadedOverOlder(t *testing.T) {
	h := loadedRegister(t)
	h.person("Koordinator", "k-3001:coordinator")
	h.forget()
	h.now = dateIn("2026-05-05")
	want := directory.Changes{
		Organisations: directory.Count{Added: 2, Changed: 1}, // Haldenøyene, Nytt sykehus; Østfold
		Periods:       directory.Count{Added: 2, Changed: 3}, // Haldenøyene, Ås; Halden, Hvaler, Ås
		Memberships:   directory.Count{Added: 3, Changed: 4}, // Haldenøyene, Ås, Nytt sykehus; Halden, Hvaler, Ås, Diakonhjemmet
	}
	if got := h.load(newerFiles(t)); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := h.events(); got != "reference.load 1" {
		t.Error(got)
	}
	admin := h.actor("Administrator", "drift:administrator")
	for _, c := range []struct{ date, community, in, out string }{
		{"2025-12-31", "ostfold", "Halden", "Ås"},
		{"2026-01-01", "ostfold", "Ås", "Haldenøyene"},
		{"2027-01-01", "ostfold", "Haldenøyene", "Hvaler"},
		{"2026-01-01", "ahus", "Nesodden", "Ås"},
		{"2026-05-04", "oslo", "Diakonhjemmet Sykehus", "Nytt sykehus"},
		{"2026-05-05", "oslo", "Nytt sykehus", "Diakonhjemmet Sykehus"},
	} {
		h.now = dateIn(c.date)
		got, err := h.Community(t.Context(), admin, portal.OrganisationID(c.community))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range got.Parties {
			names = append(names, p.Organisation.Name)
		}
		if !slices.Contains(names, c.in) || slices.Contains(names, c.out) {
			t.Errorf("%s on %s: %q", c.community, c.date, names)
		}
		if c.community == "ostfold" && (got.Organisation.Unverified || got.Organisation.Name != "Helsefellesskapet i Østfold") {
			t.Errorf("%+v", got.Organisation)
		}
	}
	h.now = dateIn("2027-02-02")
	if again := h.load(newerFiles(t)); again.Any() {
		t.Errorf("the newer files loaded again: %+v", again)
	}
}

func TestFilesThatForgetAMunicipalityAreRefused(t *testing.T) {
	h := loadedRegister(t)
	h.forget()
	// Halden's new number becomes a new municipality, and the old one has no rows.
	ref, err := directory.Parse(editedFiles(t, "kommuner.csv", "3001,Halden,Halden,Halden,,,,30,Viken,2020-01-01,2024-01-01,bokmål,ostfold,middels,\n", "",
		"kommuneendringer.csv", "2024-01-01,3001,Halden,3101,Halden,renumber,\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Load(t.Context(), ref)
	h.expect(err, "reference_incomplete")
	if !strings.Contains(fmt.Sprint(err), "k-3001 Halden") {
		t.Error(err)
	}
	if got := h.events(); got != "none" {
		t.Error(got)
	}
}
