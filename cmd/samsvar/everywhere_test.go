package main

import (
	"archive/zip"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"samsvar/internal/evidence"
	"samsvar/internal/httpapi"
)

// told is what a response is known by, wherever it is shown: who its parties
// are and what they say, and the hashes of what they say it about.
type told struct {
	parties, answers map[string]string
	freeze, sealed   string
}

func (t told) same(other told) bool {
	return maps.Equal(t.parties, other.parties) && maps.Equal(t.answers, other.answers) && t.freeze == other.freeze && t.sealed == other.sealed
}

// everywhere: the parties, what they say and the hashes are the same before a
// response is sent, on its pages afterwards, and in every file that can be had of it.
func (p *program) everywhere(t *testing.T) {
	secretariat, ministry := p.as("sekretariat-fonna"), p.as("departement")
	var id string
	check(t, p.db.Pool().QueryRow(t.Context(), "select id::text from response where owner_id = 'fonna' and state = 'ready'").Scan(&id))
	before := get[httpapi.Response](secretariat, "/responses/"+id)
	a := secretariat.call("POST", "/responses/"+id+"/submit", map[string]any{"freezeId": before.Freeze.Id, "freezeHash": before.Freeze.Hash})
	if a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	after := get[httpapi.Response](secretariat, "/responses/"+id)
	if len(before.Parties) < 10 || after.Receipt == nil || after.Receipt.PackageHash == "" {
		t.Fatalf("%d parties, receipt %+v", len(before.Parties), after.Receipt)
	}
	want := tellResponse(before, after.Receipt.PackageHash)

	if got := tellResponse(after, after.Receipt.PackageHash); !got.same(want) {
		t.Errorf("the page afterwards: %+v\nbefore: %+v", got, want)
	}
	var read evidence.Package
	for who, person := range map[string]person{"the ministry": ministry, "those who sent": secretariat} {
		check(t, json.Unmarshal(get[json.RawMessage](person, "/submissions/"+id+"/file/json?language=nb"), &read))
		if got := tellPackage(read); !got.same(want) {
			t.Errorf("the data file for %s: %+v\nwant: %+v", who, got, want)
		}
	}
	download := func(format string) string {
		return ministry.do(request(t, "GET", p.base+"/api/v1/submissions/"+id+"/file/"+format+"?language=nb")).body
	}
	archive := unzipped(t, download("archive"))
	if got := tellArchive(t, archive["arkivmelding.xml"], read); !got.same(want) {
		t.Errorf("the archive: %+v\nwant: %+v", got, want)
	}
	in := "innspill-" + after.Receipt.Number + "-fonna."
	if len(archive) != 4 || archive[in+"json"] != download("json") {
		t.Errorf("the archive holds %v, and its data file is another one", slices.Collect(maps.Keys(archive)))
	}
	for format, text := range map[string]string{"pdf": pdfText(t, download("pdf")), "docx": wordText(t, download("docx")), "receipt": pdfText(t, download("receipt")),
		"pdf in the archive": pdfText(t, archive[in+"pdf"]), "docx in the archive": wordText(t, archive[in+"docx"])} {
		text = squeezed(text)
		wanted := slices.Concat(slices.Collect(maps.Keys(want.parties)), slices.Collect(maps.Values(want.answers)), []string{want.freeze, want.sealed})
		for _, w := range wanted {
			if !strings.Contains(text, squeezed(w)) {
				t.Errorf("%s does not hold %s", format, w)
			}
		}
		hashes := map[string]bool{}
		for _, hash := range regexp.MustCompile(`sha256:[0-9a-f]{64}`).FindAllString(text, -1) {
			if hashes[hash] = true; !slices.ContainsFunc(wanted, func(w string) bool { return w == hash }) {
				t.Errorf("%s holds another hash, %s", format, hash)
			}
		}
		if len(hashes) != len(want.answers)+2 {
			t.Errorf("%s holds %d hashes", format, len(hashes))
		}
	}
}

func tellResponse(r httpapi.Response, sealed string) told {
	out := told{parties: map[string]string{}, answers: map[string]string{}, freeze: r.Freeze.Hash, sealed: sealed}
	for _, party := range r.Parties {
		if out.parties[party.Organisation.Name] = ""; party.Position != nil {
			out.parties[party.Organisation.Name] = string(party.Position.Kind)
		}
	}
	for _, answer := range r.Answers {
		if answer.Hash != nil {
			out.answers[answer.Id] = *answer.Hash
		}
	}
	return out
}

func tellPackage(p evidence.Package) told {
	out := told{parties: map[string]string{}, answers: map[string]string{}, freeze: string(p.Freeze.Hash), sealed: string(p.PackageHash)}
	for _, party := range p.Parties {
		if out.parties[party.Name] = ""; party.Position != nil {
			out.parties[party.Name] = party.Position.Kind
		}
	}
	for _, answer := range p.Answers {
		out.answers[answer.ID] = string(answer.Hash)
	}
	return out
}

// tellArchive reads what a records system is told: who corresponds, and the notes.
func tellArchive(t testing.TB, message string, p evidence.Package) told {
	var read struct {
		Notes          []string `xml:"registrering>merknad>merknadstekst"`
		Correspondents []string `xml:"registrering>korrespondansepart>korrespondansepartNavn"`
	}
	check(t, xml.Unmarshal([]byte(message), &read))
	lines := map[string]string{}
	for _, line := range strings.Split(strings.Join(read.Notes, "\n"), "\n") {
		name, value, _ := strings.Cut(line, ": ")
		lines[name] = value
	}
	kinds := map[string]string{"godkjent": "approved", "godkjent med særmerknad": "approved_with_remark", "står utenfor": "stands_outside", "har ikke svart": ""}
	out := told{parties: map[string]string{}, answers: map[string]string{}, freeze: lines[fmt.Sprintf("Lås for godkjenning nr. %d", p.Freeze.Number)], sealed: lines["Pakken"]}
	for _, name := range read.Correspondents {
		if kind, known := kinds[lines[name]]; known {
			out.parties[name] = kind
		} else if name != p.Response.Owner.Name && name != p.Round.Sender {
			t.Errorf("%s: %q", name, lines[name])
		}
	}
	for _, a := range p.Answers {
		out.answers[a.ID] = lines[fmt.Sprintf("Svar %d", a.Number)]
	}
	return out
}

// squeezed is a text without what differs when lines are broken elsewhere.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u00ad' || r == '\u200b' || r == '-' {
			return -1
		}
		return r
	}, s)
}

func pdfText(t testing.TB, pdf string) string {
	command := exec.CommandContext(t.Context(), "node", "../../internal/export/renderer/test/inspect.js")
	command.Stdin = strings.NewReader(pdf)
	out, err := command.Output()
	check(t, err)
	var facts struct{ Text string }
	check(t, json.Unmarshal(out, &facts))
	return facts.Text
}

func wordText(t testing.TB, docx string) string {
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(unzipped(t, docx)["word/document.xml"], "")
}

func unzipped(t testing.TB, archive string) map[string]string {
	read, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	check(t, err)
	files := map[string]string{}
	for _, file := range read.File {
		content, err := file.Open()
		check(t, err)
		raw, err := io.ReadAll(content)
		check(t, err)
		files[file.Name] = string(raw)
	}
	return files
}
