package export

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
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
	"unicode"

	"golang.org/x/sync/errgroup"

	"samsvar/internal/evidence"
)

func renderer(t testing.TB) Renderer {
	t.Helper()
	if _, err := os.Stat(filepath.Join("renderer", "node_modules")); err != nil {
		t.Skip("the renderer is not installed: run npm ci in internal/export/renderer")
	}
	return NewRenderer("renderer")
}

// render keeps what it rendered among the test's artifacts, for people to look at (go test -artifacts).
func render(t testing.TB, format, language string, p evidence.Package) []byte {
	t.Helper()
	document, err := renderer(t).Render(t.Context(), format, language, p)
	if err != nil {
		t.Fatalf("%s in %s: %v", format, language, err)
	}
	name := filepath.Join(t.ArtifactDir(), language+"."+strings.Replace(format, "pdfa", "a.pdf", 1))
	if err := os.WriteFile(name, document, 0o600); err != nil {
		t.Fatal(err)
	}
	return document
}

// pdfFacts is what a PDF says of itself and holds, as another program reads it.
type pdfFacts struct {
	Title, Language, Standard string
	Tagged                    bool
	Roles                     map[string]int
	Headings                  [][2]any // level, text
	Languages, Outline, Pages []string
	Text                      string // of everything but headers and footers
}

func inspect(t testing.TB, pdf []byte) pdfFacts {
	t.Helper()
	if _, err := os.Stat(filepath.Join("renderer", "node_modules", "pdfjs-dist")); err != nil {
		t.Skip("the renderer is installed without what its tests need: run npm ci in internal/export/renderer")
	}
	command := exec.CommandContext(t.Context(), "node", "renderer/test/inspect.js")
	command.Stdin, command.Stderr = bytes.NewReader(pdf), os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var facts pdfFacts
	if err := json.Unmarshal(out, &facts); err != nil {
		t.Fatal(err)
	}
	return facts
}

// wordFacts is what a Word document holds.
type wordFacts struct {
	Text                 string
	Headings             []string // style of each heading, in order
	Languages            map[string]bool
	HeaderRows, Untagged int // rows that repeat; runs with text but without a language
}

func readWord(t testing.TB, docx []byte) wordFacts {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(docx), int64(len(docx)))
	if err != nil {
		t.Fatal(err)
	}
	facts := wordFacts{Languages: map[string]bool{}}
	for _, file := range archive.File {
		if !strings.HasSuffix(file.Name, ".xml") && !strings.HasSuffix(file.Name, ".rels") {
			continue
		}
		content, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if err := facts.read(content, file.Name == "word/document.xml"); err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
	}
	return facts
}

func (f *wordFacts) read(content io.Reader, body bool) error {
	decoder := xml.NewDecoder(content)
	inText, hasLanguage := false, false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || !body {
			if err != nil {
				return err
			}
			continue
		}
		switch token := token.(type) {
		case xml.StartElement:
			value := ""
			for _, attribute := range token.Attr {
				if attribute.Name.Local == "val" {
					value = attribute.Value
				}
			}
			switch token.Name.Local {
			case "r":
				hasLanguage = false
			case "lang":
				f.Languages[value] = true
				hasLanguage = true
			case "t":
				inText = true
				if !hasLanguage {
					f.Untagged++
				}
			case "tblHeader":
				if value != "off" {
					f.HeaderRows++
				}
			case "pStyle":
				if strings.HasPrefix(value, "Heading") {
					f.Headings = append(f.Headings, value)
				}
			}
		case xml.EndElement:
			inText = inText && token.Name.Local != "t"
			if token.Name.Local == "p" {
				f.Text += " "
			}
		case xml.CharData:
			if inText {
				f.Text += string(token)
			}
		}
	}
}

// squeeze leaves only what must be the same however lines are broken.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u00ad' || r == '\u200b' || r == '-' {
			return -1
		}
		return r
	}, s)
}

// wants lists every text of the package that a reader must find.
func wants(t testing.TB, p evidence.Package) []string {
	var texts []string
	for _, a := range p.Answers {
		texts = append(texts, a.Question.NB, string(a.Hash))
		var root any
		if err := json.Unmarshal(a.Content, &root); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, leaves(root)...)
	}
	for _, remark := range p.Remarks {
		texts = append(texts, strings.Split(remark.Text, "\n\n")...)
	}
	for _, party := range p.Parties {
		texts = append(texts, party.Name)
		if party.Position != nil {
			texts = append(texts, party.Position.Reason, party.Position.By.Name)
			for _, one := range party.Position.Approvers {
				texts = append(texts, one.By.Name, fmt.Sprintf("%d av de %d godkjennerne", len(party.Position.Approvers), party.Position.Needed))
			}
			if c := party.Position.Coverage; c != nil {
				texts = append(texts, c.Reason)
			}
			texts = append(texts, map[string]string{"parties": "Partene ble andre etter at standpunktet ble tatt", "mandate": "Fullmakten som standpunktet ble tatt etter", "": ""}[party.Position.Uncounted])
			if m := party.Position.Mandate; m != nil {
				texts = append(texts, m.RestsOn)
			}
		}
		if n := len(party.Treatments); n > 0 { // the last one corrects the others
			texts = append(texts, party.Treatments[n-1].Body, party.Treatments[n-1].CaseNumber, party.Treatments[n-1].Decision)
			for _, a := range party.Treatments[n-1].Attachments {
				texts = append(texts, a.Name, string(a.Hash))
			}
		}
	}
	return append(texts, p.Submission.Number, p.Decision.CaseNumber, p.Decision.Body, string(p.PackageHash), string(p.Freeze.Hash))
}

func leaves(value any) []string {
	var texts []string
	switch value := value.(type) {
	case map[string]any:
		if s, ok := value["text"].(string); ok {
			texts = append(texts, s)
		}
		return append(texts, leaves(value["content"])...)
	case []any:
		for _, child := range value {
			texts = append(texts, leaves(child)...)
		}
	}
	return texts
}

func holds(t testing.TB, text string, wanted ...string) {
	t.Helper()
	text = squeeze(text)
	for _, want := range wanted {
		if !strings.Contains(text, squeeze(want)) {
			t.Errorf("missing: %q", want)
		}
	}
}

func TestPDFSaysEverythingAccessibly(t *testing.T) {
	for format, standard := range map[string]string{PDF: "PDF/UA-1", PDFA: "PDF/A-2a"} {
		p := sample(t, 42, 2, "nb")
		facts := inspect(t, render(t, format, "nb", p))
		if facts.Title != p.Round.Title.NB || facts.Language != "nb-NO" || facts.Standard != standard || !facts.Tagged {
			t.Errorf("title %q, language %s, standard %s, tagged %v", facts.Title, facts.Language, facts.Standard, facts.Tagged)
		}
		holds(t, facts.Text, wants(t, p)...)
		holds(t, strings.Join(facts.Outline, " "), "Spørsmål 4: Hvordan kan staten støtte dere?", "Særmerknad fra Åmli kommune", "Kontroll av innspillet")
		for i, page := range facts.Pages {
			holds(t, page, fmt.Sprintf("Side %d av %d", i+1, len(facts.Pages)), "Kvittering 2022-0007")
		}
		noSkippedLevels(t, facts.Headings)
		for role, least := range map[string]int{"TH": 3, "THead": 7, "LI": 25, "Link": 5} {
			if facts.Roles[role] < least {
				t.Errorf("%s: %d of role %s, want at least %d", format, facts.Roles[role], role, least)
			}
		}
	}
}

func TestReceiptProvesWithoutTheText(t *testing.T) {
	p := sample(t, 12, 2, "nb")
	p.Submission.Replaces = &evidence.Earlier{Number: "2022-0003", PackageHash: p.Answers[0].Hash}
	if err := p.Seal(); err != nil {
		t.Fatal(err)
	}
	for language, words := range map[string][]string{"nb": {"Dette er sendt", "samsvar verify", "Erstatter"}, "nn": {"Dette er sendt", "samsvar verify", "Erstattar"}} {
		facts := inspect(t, render(t, Receipt, language, p))
		if facts.Standard != "PDF/UA-1" || !facts.Tagged || !strings.HasPrefix(facts.Title, "Kvittering 2022-0007") {
			t.Errorf("%q, %s, tagged %v", facts.Title, facts.Standard, facts.Tagged)
		}
		holds(t, facts.Text, append(words, "2022-0003", "Åmli kommune", "Rådgiver i sekretariatet", "2022-03-31T23:41:00Z")...)
		if text := strings.Join(strings.Fields(facts.Text), ""); !strings.Contains(text, string(p.PackageHash)) || strings.Contains(text, "Dettersvarnummer") {
			t.Error("the hash is missing, or the text is there")
		}
		noSkippedLevels(t, facts.Headings)
	}
}

func noSkippedLevels(t *testing.T, headings [][2]any) {
	t.Helper()
	previous := 0.0
	for _, heading := range headings {
		if level := heading[0].(float64); level > previous+1 {
			t.Errorf("level %v follows level %v at %q", level, previous, heading[1])
		}
		previous = heading[0].(float64)
	}
}

func TestPDFInNynorskMarksWhatIsBokmal(t *testing.T) {
	p := sample(t, 1, 0, "nn")
	p.Answers[0].Language = "nb"
	reseal(t, &p)
	facts := inspect(t, render(t, PDF, "nn", p))
	if facts.Language != "nn-NO" || !slices.Contains(facts.Languages, "nb-NO") || facts.Title != p.Round.Title.NN {
		t.Errorf("document in %s, stretches in %v, title %q", facts.Language, facts.Languages, facts.Title)
	}
	holds(t, facts.Text, "Partane og standpunkta deira", "1 time og 42 minutt etter fristen", "Særmerknad frå", "Korleis kan staten støtte dykk?",
		"1 sjukehuspart og 1 kommune", p.Answers[4].Question.NB)
}

func reseal(t testing.TB, p *evidence.Package) {
	t.Helper()
	for i := range p.Answers {
		p.Answers[i].Hash = ""
	}
	p.Freeze.Hash, p.PackageHash = "", ""
	if err := p.Seal(); err != nil {
		t.Fatal(err)
	}
}

func TestRemarksFollowTheirAnswerAndPartiesAreSorted(t *testing.T) {
	p := sample(t, 21, 0, "nb")
	text := squeeze(inspect(t, render(t, PDF, "nb", p)).Text)
	text = text[strings.Index(text, squeeze("Dette er svar nummer 1")):] // after the contents
	inOrder(t, text, "Dette er svar nummer 3.", "Om: «Dette er svar nummer 3.»", p.Remarks[0].Text[:30], "Svar fra de andre", p.Remarks[0].Reply.Text, "Spørsmål 4:", "Særmerknader til hele innspillet", p.Remarks[1].Text[:30],
		"Partene og standpunktene deres", "Alle sykehus må ha svart.", "Sykehussiden", "Kommunesiden", "Arendal kommune 4202", "Sirdal kommune", "Ærfugl kommune", "Øvrebø kommune",
		"Åmli kommune", "Kontroll av innspillet")
}

func inOrder(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		i := strings.Index(text, squeeze(want))
		if i < 0 {
			t.Fatalf("%q is missing or comes too early", want)
		}
		text = text[i:]
	}
}

func TestWordDocumentSaysEverythingWithStyles(t *testing.T) {
	p := sample(t, 42, 1, "nn")
	p.Answers[0].Language = "nb"
	reseal(t, &p)
	facts := readWord(t, render(t, DOCX, "nb", p))
	holds(t, facts.Text, wants(t, p)...)
	if !facts.Languages["nb-NO"] || !facts.Languages["nn-NO"] || facts.Untagged > 0 {
		t.Errorf("languages %v, %d runs without one", facts.Languages, facts.Untagged)
	}
	if facts.HeaderRows != 5+3 { // a table in each of five answers, two of parties, one of hashes
		t.Errorf("%d header rows", facts.HeaderRows)
	}
	for _, style := range []string{"Heading1", "Heading2", "Heading3"} {
		if !slices.Contains(facts.Headings, style) {
			t.Errorf("no %s in %v", style, facts.Headings)
		}
	}
}

func TestAnUnsealedPackageIsADraft(t *testing.T) {
	p := sample(t, 3, 0, "nb")
	p.PackageHash = ""
	for _, text := range []string{
		inspect(t, render(t, PDF, "nb", p)).Text,
		readWord(t, render(t, DOCX, "nb", p)).Text,
	} {
		holds(t, text, "Utkast. Dette er ikke sendt inn", "Dette er svar nummer 2.")
		for _, forbidden := range []string{"sha256:", "Kvittering", "2022-0007"} {
			if strings.Contains(text, forbidden) {
				t.Errorf("a draft says %q", forbidden)
			}
		}
	}
}

func TestTheSamePackageGivesTheSameBytes(t *testing.T) {
	p := sample(t, 3, 0, "nb")
	for _, format := range []string{PDF, DOCX} {
		first := render(t, format, "nb", p)
		time.Sleep(2 * time.Second) // the step of the clock in a zip
		if !bytes.Equal(first, render(t, format, "nb", p)) {
			t.Errorf("two renderings as %s differ", format)
		}
	}
}

// All hard contents stand in one package; if it cannot be rendered, each is tried alone to name the culprit.
func TestHardContent(t *testing.T) {
	contents := hardContents()
	names := slices.Sorted(maps.Keys(contents))
	p := hardPackage(t, contents, names...)
	if _, err := renderer(t).Render(t.Context(), PDF, "nb", p); err != nil {
		for _, name := range names {
			t.Run(name, func(t *testing.T) { render(t, PDF, "nb", hardPackage(t, contents, name)) })
		}
		t.Fatal(err)
	}
	facts := inspect(t, render(t, PDF, "nb", p))
	noSkippedLevels(t, facts.Headings)
	word := readWord(t, render(t, DOCX, "nb", p))
	for _, text := range []string{facts.Text, word.Text} {
		holds(t, text, "Kontroll av innspillet", "bunnen", "Kolonne39", "løs tekst", `#import "x" *a* _b_ $c$ <d> @e \ // /* ]]> & "`)
		for i, name := range names {
			holds(t, text, fmt.Sprintf("Spørsmål %d: %s", i+1, name))
		}
	}
}

func hardPackage(t *testing.T, contents map[string]json.RawMessage, names ...string) evidence.Package {
	p := sample(t, 1, 0, "nb")
	p.Answers, p.Remarks = nil, nil
	for i, name := range names {
		p.Answers = append(p.Answers, evidence.Answer{ID: name, QuestionID: name, Number: i + 1, Question: evidence.Text{NB: name},
			Status: "ready", Language: "nb", Content: contents[name]})
	}
	reseal(t, &p)
	return p
}

func TestHardPackages(t *testing.T) {
	for name, change := range map[string]func(*evidence.Package){
		"nothing at all": func(p *evidence.Package) {
			*p = evidence.Package{Response: evidence.Response{Kind: "separate", Language: "nb"}}
		},
		"22 hospital parties": func(p *evidence.Package) {
			for i := range p.Parties[:22] {
				p.Parties[i].Side = "hospital"
			}
		},
		"names that look like markup": func(p *evidence.Package) {
			p.Response.Owner.Name = `#panic("x") <b>&amp; *_$ \ {page} @ref [x`
			p.Parties[3].Name = "\u0000\u202eNavn 😀 漢字 " + strings.Repeat("lang", 50)
		},
		"a long title": func(p *evidence.Package) {
			p.Round.Title.NB = strings.Repeat("En svært lang tittel på en runde ", 20)
		},
		"long remarks": func(p *evidence.Package) { p.Remarks[0].Text = strings.Repeat("Vi mener dette.\nOg dette.\n\n", 300) },
		"long reasons": func(p *evidence.Package) {
			p.Parties[1].Position.Kind, p.Parties[1].Position.Reason = "rejected", strings.Repeat(prose, 30)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := sample(t, 42, 0, "nb")
			change(&p)
			reseal(t, &p)
			holds(t, inspect(t, render(t, PDF, "nn", p)).Text, "Kontroll av innspelet")
			holds(t, readWord(t, render(t, DOCX, "nn", p)).Text, "Kontroll av innspelet")
		})
	}
}

func TestCharactersWithoutGlyphAreNumbered(t *testing.T) {
	p := sample(t, 1, 0, "nb")
	p.Answers[0].Content = doc(para(text("Smil 😀 på čáŋŧŋ, ≥ 10 %")))
	reseal(t, &p)
	holds(t, inspect(t, render(t, PDF, "nb", p)).Text, "Smil [U+1F600] på čáŋŧŋ, ≥ 10 %", "Tegn som skrifttypene i dette dokumentet mangler")
	holds(t, readWord(t, render(t, DOCX, "nb", p)).Text, "Smil 😀 på čáŋŧŋ")
}

func TestRenderFailsPlainly(t *testing.T) {
	r, p := renderer(t), sample(t, 1, 0, "nb")
	if _, err := r.Render(t.Context(), "odt", "nb", p); err == nil || !strings.HasSuffix(err.Error(), ": unknown format odt") {
		t.Errorf("got %v", err)
	}
	if _, err := r.Render(t.Context(), PDF, "en", p); err == nil || !strings.HasSuffix(err.Error(), ": unknown language en") {
		t.Errorf("got %v", err)
	}
	slow := r
	slow.Timeout = 20 * time.Millisecond
	if _, err := slow.Render(t.Context(), PDF, "nb", p); !errors.Is(err, ErrTooSlow) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat("/proc/self/statm"); err == nil {
		small := r
		small.Memory = 16 << 20
		if _, err := small.Render(t.Context(), PDF, "nb", sample(t, 42, 2000, "nb")); !errors.Is(err, ErrTooLarge) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := NewRenderer("nowhere").Render(t.Context(), PDF, "nb", p); err == nil {
		t.Error("a renderer that is not there rendered")
	}
}

func TestRenderWaitsForAPlaceNoLongerThanItsCaller(t *testing.T) {
	r := renderer(t)
	for range cap(r.places) {
		r.places <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := r.Render(ctx, PDF, "nb", sample(t, 1, 0, "nb")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// The renderer's own tests of words, answers and tables.
func TestRendererProgram(t *testing.T) {
	renderer(t)
	files, err := filepath.Glob("renderer/test/*.test.js")
	if err != nil || len(files) == 0 {
		t.Fatal("the renderer's tests are gone")
	}
	if out, err := exec.CommandContext(t.Context(), "node", append([]string{"--test"}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// BenchmarkRender times a response of six answers of three pages each, alone and as 19 responses that are asked for at once.
func BenchmarkRender(b *testing.B) {
	r, p := renderer(b), sample(b, 21, 8, "nb")
	for _, format := range []string{PDF, PDFA, DOCX} {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Render(b.Context(), format, "nb", p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("all 19 as pdf", func(b *testing.B) {
		for b.Loop() {
			all, ctx := errgroup.WithContext(b.Context())
			for range 19 {
				all.Go(func() error {
					_, err := r.Render(ctx, PDF, "nb", p)
					return err
				})
			}
			if err := all.Wait(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
