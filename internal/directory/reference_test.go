package directory

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"samsvar/internal/portal"
)

func embedded(t *testing.T) Reference {
	t.Helper()
	ref, err := Parse(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// edited gives the embedded files with one text in one of them replaced.
func edited(t *testing.T, file, old, fresh string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"helsefellesskap.csv", "kommuner.csv", "kommuneendringer.csv"} {
		raw, err := fs.ReadFile(Embedded(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: raw}
	}
	if !bytes.Contains(files[file].Data, []byte(old)) {
		t.Fatalf("%s does not contain %q", file, old)
	}
	files[file].Data = bytes.Replace(files[file].Data, []byte(old), []byte(fresh), 1)
	return files
}

func (r Reference) periodsOf(id portal.OrganisationID) (out []string) {
	for _, p := range r.Periods {
		if p.Organisation == id {
			out = append(out, p.Number+" "+p.OfficialName+" "+string(p.ValidFrom)+"/"+string(p.ValidTo))
		}
	}
	return out
}

func TestMunicipalityStaysTheSameWhenRenumberedOrRenamed(t *testing.T) {
	ref := embedded(t)
	for id, want := range map[portal.OrganisationID][]string{
		"k-3001": {"3001 Halden 2020-01-01/2024-01-01", "3101 Halden 2024-01-01/"},
		"k-3101": nil,
		"k-5001": {"5001 Trondheim 2020-01-01/2022-09-09", "5001 Trondheim - Tråante 2022-09-09/"},
		"k-5414": {"5414 Gratangen 2020-01-01/2024-01-01", "5516 Gratangen 2024-01-01/2024-02-16", "5516 Gratangen - Rivtták 2024-02-16/"},
		"k-1507": {"1507 Ålesund 2020-01-01/2024-01-01"},
		"k-1508": {"1508 Ålesund 2024-01-01/"},
		"k-1580": {"1580 Haram 2024-01-01/"},
	} {
		if got := ref.periodsOf(id); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	for _, m := range ref.Memberships {
		if m.Party == "k-5414" && (m.ValidFrom != "2020-01-01" || m.ValidTo != "") {
			t.Errorf("the membership of k-5414 was cut by its new number: %+v", m)
		}
	}
}

func TestOrganisationsAreCalledByTheirNames(t *testing.T) {
	ref := embedded(t)
	byID := map[portal.OrganisationID]OrganisationRecord{}
	kinds := map[portal.OrganisationKind]int{}
	for _, o := range ref.Organisations {
		byID[o.ID] = o
		kinds[o.Kind]++
	}
	for kind, want := range map[portal.OrganisationKind]int{portal.HealthCommunity: 19, portal.RegionalHealthAuthority: 4, portal.HealthTrust: 19,
		portal.Hospital: 7, portal.Municipality: 358, portal.Ministry: 1, portal.Association: 1, portal.Operator: 1} {
		if kinds[kind] != want {
			t.Errorf("%d of kind %s, want %d", kinds[kind], kind, want)
		}
	}
	if o := byID["sorlandet-sykehus-hf"]; o.Name != "Sørlandet sykehus HF" || o.Parent != "helse-sor-ost-rhf" || o.Kind != portal.HealthTrust {
		t.Errorf("%+v", o)
	}
	if !byID["ahus"].Unverified || byID["agder"].Unverified {
		t.Error("working titles are not told from names")
	}
	var ahus []portal.OrganisationID
	for _, m := range ref.Memberships {
		if m.Party == "akershus-universitetssykehus-hf" {
			ahus = append(ahus, m.Community)
		}
	}
	if !slices.Equal(ahus, []portal.OrganisationID{"ahus", "oslo"}) {
		t.Errorf("Akershus universitetssykehus HF is a party of %q", ahus)
	}
	if _, there := byID["observator-sunnaas-sykehus-hf"]; there {
		t.Error("an observer became a party")
	}
}

func TestFaultsNameFileLineAndColumn(t *testing.T) {
	for _, c := range []struct{ file, old, fresh, want string }{
		{"kommuner.csv", "1101,Eigersund,Eigersund,Eigersund,,,,11,Rogaland,2020-01-01", "1101,Eigersund,Eigersund,Eigersund,,,,11,Rogaland,1. januar",
			`kommuner.csv, line 3, valid_from: "1. januar" is not a date such as 2024-01-01`},
		{"kommuner.csv", "1101,", "11O1,", `kommuner.csv, line 3, kommunenummer: "11O1" is not four digits`},
		{"kommuner.csv", "bokmål,sor-rogaland", "bokmål,nord-rogaland", `kommuner.csv, line 3, helsefellesskap: "nord-rogaland" is not in helsefellesskap.csv`},
		{"kommuner.csv", ",bokmål,", ",dansk,", `kommuner.csv, line 3, malform: "dansk" is not one of ["bokmål" "nynorsk" "nøytral" ""]`},
		{"kommuner.csv", ",sikkerhet,", ",visshet,", `kommuner.csv, line 1, sikkerhet: missing`},
		{"kommuner.csv", "1103,", "1101,", `kommuner.csv, line 4, kommunenummer: 1101 is already in use on 2020-01-01, or was by another municipality`},
		{"kommuner.csv", "1103,Stavanger,Stavanger,", "1103,Stavanger,Eigersund,", `kommuner.csv, line 4, visningsnavn: 1101 is called "Eigersund" as well on 2020-01-01`},
		{"kommuner.csv", "1507,Ålesund,Ålesund,Ålesund,,,,15,Møre og Romsdal,2020-01-01,2024-01-01", "1507,Ålesund,Ålesund,Ålesund,,,,15,Møre og Romsdal,2020-01-01,2019-01-01",
			`valid_to: 2019-01-01 is not after valid_from 2020-01-01`},
		{"kommuneendringer.csv", "2024-01-01,3001,", "2024-01-01,3999,", `gammelt_nummer: no municipality has the number 3999 until 2024-01-01`},
		{"kommuneendringer.csv", ",renumber,", ",rename,", `kommuneendringer.csv, line 2, type: "rename" is not one of ["renumber" "merge" "split"]`},
		{"helsefellesskap.csv", "finnmark,Helsefellesskapet Finnmark,verifisert,", "finnmark,Helsefellesskapet Finnmark,kanskje,",
			`helsefellesskap.csv, line 2, navn_status: "kanskje" is not one of ["verifisert" "ikke_verifisert"]`},
		{"helsefellesskap.csv", "\ntelemark,", "\ngrenland,", `kommuner.csv, line `},
		{"helsefellesskap.csv", "Helgelandssykehuset HF,,", "Helgelandssykehuset HF,", `record on line 5: wrong number of fields`},
	} {
		_, err := Parse(edited(t, c.file, c.old, c.fresh))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: %v\nwant %s", c.file, c.fresh, err, c.want)
		}
	}
	if _, err := Parse(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "helsefellesskap.csv") {
		t.Errorf("no files: %v", err)
	}
}

func TestEmbeddedDataIsWhatIsShared(t *testing.T) {
	const shared = "../../../shared/reference"
	if _, err := os.Stat(shared); err != nil {
		t.Skip("the shared reference data does not stand beside the checkout; the embedded copy is not compared with it")
	}
	for _, name := range []string{"helsefellesskap.csv", "kommuner.csv", "kommuneendringer.csv", "SOURCES.md"} {
		want, err := os.ReadFile(shared + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile("data/" + name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("data/%s differs from %s/%s (%v)", name, shared, name, err)
		}
	}
}
