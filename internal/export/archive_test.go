package export

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

// received is what a records system reads in an archive.
type received struct {
	files   map[string][]byte
	message struct {
		Files int `xml:"antallFiler"`
		Case  struct {
			Title string `xml:"tittel"`
			Key   string `xml:"referanseEksternNoekkel>noekkel"`
		} `xml:"mappe"`
		Record struct {
			In             string   `xml:"referanseForelderMappe>referanseEksternNoekkel>noekkel"`
			Title          string   `xml:"tittel"`
			Key            string   `xml:"referanseEksternNoekkel>noekkel"`
			Earlier        string   `xml:"kryssreferanse>referanseTilRegistrering>referanseEksternNoekkel>noekkel"`
			Direction      string   `xml:"journalposttype>kode"`
			Date           string   `xml:"dokumentetsDato"`
			Sent           string   `xml:"sendtDato"`
			Received       string   `xml:"mottattDato"`
			Attachments    int      `xml:"antallVedlegg"`
			Notes          []string `xml:"merknad>merknadstekst"`
			Correspondents []struct {
				Type string `xml:"korrespondanseparttype>kode"`
				Name string `xml:"korrespondansepartNavn"`
			} `xml:"korrespondansepart"`
			Documents []struct {
				Key     string `xml:"referanseEksternNoekkel>noekkel"`
				Objects []struct {
					Format   string `xml:"format>kode"`
					File     string `xml:"referanseDokumentfil"`
					Checksum string `xml:"sjekksum"`
					Size     int    `xml:"filstoerrelse"`
				} `xml:"dokumentobjekt"`
			} `xml:"dokumentbeskrivelse"`
		} `xml:"registrering"`
	}
}

func archived(t *testing.T, p evidence.Package, language string, incoming bool) (received, []byte) {
	t.Helper()
	raw, err := evidence.Canonical(p)
	if err != nil {
		t.Fatal(err)
	}
	attached := func(_ context.Context, r portal.ResponseID, id portal.AttachmentID) ([]byte, error) {
		if string(r) != p.Response.ID || id != "file-1" {
			return nil, portal.Missing()
		}
		return minutes, nil
	}
	whole, err := Service{Renderer: renderer(t), Attached: attached}.File(t.Context(), raw, Archive, language, incoming)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	out := received{files: map[string][]byte{}}
	for _, f := range archive.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out.files[f.Name], err = io.ReadAll(content); err != nil {
			t.Fatal(err)
		}
		if !f.Modified.Equal(p.Submission.SubmittedAt) {
			t.Errorf("%s is of %v", f.Name, f.Modified)
		}
	}
	if err := xml.Unmarshal(out.files["arkivmelding.xml"], &out.message); err != nil {
		t.Fatal(err)
	}
	return out, whole
}

// faults holds a description against the schema of Fiks Arkiv.
func faults(t *testing.T, message []byte) string {
	t.Helper()
	const shared = "../../../shared/archive/fiks/"
	if _, err := os.Stat(shared); err != nil {
		t.Skip("the schemas are not beside this checkout (../shared/archive)")
	}
	if _, err := os.Stat(filepath.Join("renderer", "node_modules", "xmllint-wasm")); err != nil {
		t.Skip("the renderer is installed without what its tests need: run npm ci in internal/export/renderer")
	}
	command := exec.CommandContext(t.Context(), "node", "renderer/test/validate.js", shared+"no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett.xsd", shared+"metadatakatalog.xsd")
	command.Stdin, command.Stderr = bytes.NewReader(message), os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAnArchiveIsWhatARecordsSystemReads(t *testing.T) {
	p := sample(t, 12, 0, "nb")
	p.Submission.Replaces = &evidence.Earlier{Number: "2022-0003", PackageHash: p.Answers[0].Hash}
	reseal(t, &p)
	got, _ := archived(t, p, "nb", true)
	if said := faults(t, got.files["arkivmelding.xml"]); said != "" {
		t.Errorf("%s\n%s", said, got.files["arkivmelding.xml"])
	}
	r := got.message.Record
	if got.message.Case.Title != p.Round.Title.NB || got.message.Case.Key != p.Round.ID || r.In != p.Round.ID || r.Title != "Felles innspill fra Helsefellesskapet Agder" ||
		r.Key != "2022-0007" || r.Earlier != "2022-0003" || r.Date != "2022-04-01" || got.message.Files != 4 || len(got.files) != 5 || r.Attachments != 2 {
		t.Errorf("%+v", got.message)
	}
	var formats []string
	for _, d := range r.Documents {
		for _, o := range d.Objects {
			formats = append(formats, o.Format)
			if content := got.files[o.File]; o.Checksum != fmt.Sprintf("%x", sha256.Sum256(content)) || o.Size != len(content) || o.Size == 0 {
				t.Errorf("%s: %s, %d bytes", o.File, o.Checksum, o.Size)
			}
		}
	}
	if !bytes.Equal(got.files["vedlegg-1-Møtebok.pdf"], minutes) || r.Documents[2].Objects[0].File != "vedlegg-1-Møtebok.pdf" || r.Documents[2].Key != "file-1" {
		t.Errorf("the minutes are not among %v", slices.Collect(maps.Keys(got.files)))
	}
	if !slices.Equal(formats, []string{"fmt/476", "fmt/412", "fmt/817", ""}) || r.Documents[1].Key != string(p.PackageHash) {
		t.Errorf("%v, %s", formats, r.Documents[1].Key)
	}
	if facts := inspect(t, got.files["innspill-2022-0007-agder.pdf"]); facts.Standard != "PDF/A-2a" {
		t.Errorf("for archives, a PDF that is %s", facts.Standard)
	}
	var sent evidence.Package
	if err := json.Unmarshal(got.files["innspill-2022-0007-agder.json"], &sent); err != nil || sent.PackageHash != p.PackageHash {
		t.Errorf("%v, %s", err, sent.PackageHash)
	}
}

// Whoever does not stand behind the whole of it is no sender, and everybody's position is told.
func TestAnArchiveNamesSendersAndTheOthers(t *testing.T) {
	p := sample(t, 12, 0, "nn")
	p.Parties[2].Position.Coverage = &evidence.Coverage{Reason: "Må behandlast på nytt."}
	reseal(t, &p)
	got, _ := archived(t, p, "nn", false)
	names := map[string][]string{}
	for _, c := range got.message.Record.Correspondents {
		names[c.Type] = append(names[c.Type], c.Name)
	}
	behind := []string{"Helsefellesskapet Agder", "Sørlandet sykehus HF"}
	for _, party := range p.Parties[1:] {
		if approves := party.Position.Approves(); approves && party.Position.Of(p.Answers[3]) && party.ID != p.Parties[2].ID {
			behind = append(behind, party.Name)
		}
	}
	if !slices.Equal(names["EA"], behind) || !slices.Equal(names["EM"], []string{p.Round.Sender}) || len(names["EK"]) != len(p.Parties)+1-len(behind) || len(behind) < 6 {
		t.Errorf("%v", names)
	}
	notes := strings.Join(got.message.Record.Notes, "\n")
	for _, line := range []string{"Evje kommune: står utanfor", "Arendal kommune: godkjent, men ikkje heile teksten slik han er send", "Bygland kommune: ikkje avgjort\n", "Bykle kommune: godkjent\n", "Grimstad kommune: godkjent, men det talde ikkje: partane vart andre etterpå\n", "Ærfugl kommune: godkjent, men det talde ikkje: fullmakta var avslutta",
		"Froland kommune: har ikkje svart, og blir etter regelen rekna som einig",
		"Pakken: " + string(p.PackageHash), "Svar 6: " + string(p.Answers[5].Hash)} {
		if !strings.Contains(notes, line) {
			t.Errorf("no %q in\n%s", line, notes)
		}
	}
	if strings.Count(notes, " kommune: ") != 12 || strings.Count(notes, "sha256:") != 2+len(p.Answers) {
		t.Error(notes)
	}
}

func TestAnArchiveIsOutgoingOrIncomingAndOtherwiseTheSame(t *testing.T) {
	p := sample(t, 2, 0, "nb")
	out, first := archived(t, p, "nb", false)
	time.Sleep(2 * time.Second) // the step of the clock in a zip
	_, second := archived(t, p, "nb", false)
	in, _ := archived(t, p, "nb", true)
	if !bytes.Equal(first, second) {
		t.Error("the same submission gave other bytes")
	}
	at := p.Submission.SubmittedAt.Format(time.RFC3339)
	if o, i := out.message.Record, in.message.Record; o.Direction != "U" || o.Sent != at || o.Received != "" || i.Direction != "I" || i.Received != at || i.Sent != "" {
		t.Errorf("%+v\n%+v", o, i)
	}
	delete(in.files, "arkivmelding.xml")
	for name, content := range in.files {
		if !bytes.Equal(content, out.files[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

// What people have named oddly is still well-formed, and keeps the schema; and the schema is no formality.
func TestTheSchemaIsKept(t *testing.T) {
	p := sample(t, 3, 0, "nb")
	p.Response.Kind, p.Response.Owner = "separate", evidence.Owner{ID: p.Parties[1].ID, Name: p.Parties[1].Name, Kind: "municipality"}
	p.Round.Title, p.Round.Reference = evidence.Text{NN: "Berre <nynorsk> & \"hermeteikn\""}, ""
	p.Parties[2].Name = "\u0000\u202eNavn 😀 ]]> 漢字"
	reseal(t, &p)
	for _, language := range []string{"nb", "nn"} {
		got, _ := archived(t, p, language, false)
		if said := faults(t, got.files["arkivmelding.xml"]); said != "" || got.message.Case.Title != p.Round.Title.NN {
			t.Errorf("%s: %s\n%s", language, said, got.files["arkivmelding.xml"])
		}
		broken := bytes.Replace(got.files["arkivmelding.xml"], []byte("<filnavn>"), []byte("<filnamn>"), 1)
		broken = bytes.Replace(broken, []byte("</filnavn>"), []byte("</filnamn>"), 1)
		if !strings.Contains(faults(t, broken), "filnamn") {
			t.Error("the schema takes what it does not know")
		}
	}
}
