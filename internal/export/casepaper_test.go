package export

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

func casePaper(t *testing.T, language string, p evidence.Package, paper CasePaper) wordFacts {
	t.Helper()
	p.PackageHash, p.Submission.Number = "", ""
	file, err := Service{Renderer: renderer(t)}.CasePaper(t.Context(), language, p, paper)
	if err != nil {
		t.Fatal(err)
	}
	return readWord(t, file)
}

func TestCasePaperSaysWhatACouncilNeeds(t *testing.T) {
	for language, words := range map[string][]string{
		"nb": {"Bakgrunn", "Helse- og omsorgsdepartementet har invitert", "21/1234, invitasjon av 21. september 2021", "Fristen er 31. mars 2022 kl. 23.59", "Endret siden forrige behandling",
			"Formannskapet behandlet versjon 1 15. mars 2022.", "Svar 2", "Fjernet: Dette sto her før.", "Nytt: Dette er svar nummer 2.", "Innspillet", "versjon 2, låst 20. mars 2022", "Spørsmål 1:",
			"Partene og standpunktene deres", "Forslag til vedtak", "Arendal kommune slutter seg til innspillet", "Kommunedirektøren får fullmakt"},
		"nn": {"Bakgrunn", "Helse- og omsorgsdepartementet har invitert", "Fristen er", "Endra sidan førre behandling", "Formannskapet behandla versjon 1", "Svar 2", "Fjerna: Dette sto her før.", "Nytt:",
			"Innspelet", "Spørsmål 1:", "Partane og standpunkta deira", "Forslag til vedtak", "Arendal kommune sluttar seg til innspelet", "Kommunedirektøren får fullmakt"},
	} {
		p := sample(t, 4, 0, language)
		before := map[string]json.RawMessage{}
		for _, a := range p.Answers {
			before[a.ID] = a.Content
		}
		before["answer-2"] = doc(para(text("Dette sto her før.")))
		facts := casePaper(t, language, p, CasePaper{Organisation: "Arendal kommune", Kind: portal.Municipality, Frozen: true,
			Treated: &Treated{Version: 1, Body: "Formannskapet", Date: "2022-03-15", Answers: before}})
		inOrder(t, squeeze(facts.Text), words...)
		for _, a := range p.Answers {
			var content any
			if err := json.Unmarshal(a.Content, &content); err != nil {
				t.Fatal(err)
			}
			holds(t, facts.Text, leaves(content)...)
		}
		holds(t, facts.Text, p.Remarks[0].Text[:30], p.Parties[1].Name, "Formannskapet slutter seg til innspillet.")
		for _, forbidden := range []string{"utkast", "Utkast", "Kvittering", "sha256:"} {
			if strings.Contains(facts.Text, forbidden) {
				t.Errorf("%s: it says %q", language, forbidden)
			}
		}
		level := 0
		for _, style := range facts.Headings {
			next := int(style[len(style)-1] - '0')
			if next > level+1 {
				t.Errorf("%s after level %d", style, level)
			}
			level = next
		}
		if facts.Untagged > 0 || !slices.Contains(facts.Headings, "Heading2") {
			t.Errorf("%d runs without a language, %v", facts.Untagged, facts.Headings)
		}
	}
}

func TestCasePaperOfADraftSaysSo(t *testing.T) {
	p := sample(t, 4, 0, "nb")
	for i := range p.Answers {
		p.Answers[i].Hash = ""
	}
	p.Freeze = evidence.Freeze{}
	facts := casePaper(t, "nb", p, CasePaper{Organisation: "Sørlandet sykehus HF", Kind: portal.HealthTrust, At: at(15, 9, 0)})
	inOrder(t, squeeze(facts.Text), "Dette er et utkast.", "utkast 15. mars 2022", "Bakgrunn", "Innspillet", "Dette er et utkast.", "Forslag til vedtak", "utkast 15. mars 2022", "Administrerende direktør")
	for _, forbidden := range []string{"Endret siden", "er endret siden parten", ", låst"} {
		if strings.Contains(facts.Text, forbidden) {
			t.Errorf("a draft says %q", forbidden)
		}
	}
}

// The paper is an ordinary Word file: a title and real heading styles, and nothing that is run or fetched.
func TestCasePaperOpensAnywhere(t *testing.T) {
	p := sample(t, 2, 0, "nb")
	file, err := Service{Renderer: renderer(t)}.CasePaper(t.Context(), "nb", p, CasePaper{Organisation: "Arendal kommune", Kind: portal.Municipality, Frozen: true})
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range archive.File {
		names = append(names, f.Name)
		if strings.Contains(f.Name, "vba") || strings.Contains(f.Name, "embeddings") {
			t.Errorf("it holds %s", f.Name)
		}
	}
	for _, want := range []string{"[Content_Types].xml", "word/document.xml", "word/styles.xml", "docProps/core.xml"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s in %v", want, names)
		}
	}
}
