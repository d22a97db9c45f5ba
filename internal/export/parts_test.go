package export

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"samsvar/internal/portal"
)

func with(n node, attrs node) node {
	n["attrs"] = attrs
	return n
}

func field(name string, content ...node) node {
	return with(branch("exampleField", content...), node{"name": name})
}

func example(status string, fields ...node) node {
	return with(branch("goodExample", fields...), node{"group": "frail_elderly", "status": status})
}

func alternative(attrs node, content ...node) node {
	return with(branch("alternative", content...), attrs)
}

// partsText has two good examples, two parts where the parties do not agree, and text in Northern Sami in every place that it may stand in.
func partsText(status string) json.RawMessage {
	sami := func(s string) node { return with(para(text(s)), node{"lang": "se"}) }
	return doc(heading(1, "Det vi har fått til"),
		example(status, field("link", text("https://example.org/vaktlag")), field("title", text("Felles ")), field("contact"), field("title", text("vaktlag")),
			field("parties", text("Alle kommunene"))),
		example("idea", field("title", text("Pasientens time"))),
		branch("goodExample", field("title")),
		with(heading(2, "Buorre ovdamearka"), node{"lang": "se"}), sami("Dát lea hutkojuvvon teaksta."),
		branch("bulletList", branch("listItem", sami("Vuosttas"))),
		branch("alternatives",
			alternative(node{"side": "municipal"}, heading(1, "Vakten"), para(text("Kommunene bør ha vakten.")), items("bulletList", "om dagen", "om natten"),
				table([]string{"Kommune", "Leger"}, []string{"Åmli", "2"})),
			alternative(node{"side": "other", "label": "Oslo kommune"}, para())),
		branch("alternatives", alternative(node{}, para(text("Uten navn.")))),
		para(text("Etter alt.")))
}

var partsWords = map[string][]string{
	"nb": {"Godt eksempel", "Felles vaktlag", "Pasientgruppe: skrøpelige eldre", "Status: prøves ut", "Hvem deltar: Alle kommunene", "Lenke: https://example.org/vaktlag", "Godt eksempel", "Pasientens time",
		"Status: idé", "Buorre ovdamearka", "hutkojuvvon", "Partene er uenige her", "Kommunenes tekst", "Vakten", "Kommunene bør ha vakten.", "om natten", "Åmli", "Oslo kommune", "Ingen tekst", "Alternativ 1", "Etter alt."},
	"nn": {"Godt døme", "Felles vaktlag", "Pasientgruppe: skrøpelege eldre", "Status: blir prøvd ut", "Kven deltek: Alle kommunene", "Lenkje: https://example.org/vaktlag", "Godt døme", "Pasientens time",
		"Status: idé", "Buorre ovdamearka", "hutkojuvvon", "Partane er ikkje samde her", "Teksten til kommunane", "Vakten", "Kommunene bør ha vakten.", "om natten", "Åmli", "Oslo kommune", "Ingen tekst", "Alternativ 1", "Etter alt."},
}

func TestGoodExamplesAndAlternativesOnPaper(t *testing.T) {
	p := sample(t, 1, 0, "nb")
	p.Answers[0].Content = partsText("pilot")
	reseal(t, &p)
	for language, words := range partsWords {
		for format, standard := range map[string]string{PDF: "PDF/UA-1", PDFA: "PDF/A-2a"} {
			facts := inspect(t, render(t, format, language, p))
			if facts.Standard != standard || !slices.Contains(facts.Languages, "se-NO") {
				t.Errorf("%s, stretches in %v", facts.Standard, facts.Languages)
			}
			noSkippedLevels(t, facts.Headings)
			inOrder(t, squeeze(facts.Text[strings.LastIndex(facts.Text, "Det vi har fått til"):]), words...)
		}
		facts := readWord(t, render(t, DOCX, language, p))
		inOrder(t, squeeze(facts.Text), words...)
		if !facts.Languages["se-NO"] || facts.Untagged > 0 {
			t.Errorf("languages %v, %d runs without one", facts.Languages, facts.Untagged)
		}
	}
}

func TestCasePaperSaysWhatChangedInAnExampleAndInWhoseText(t *testing.T) {
	p := sample(t, 4, 0, "nb")
	before := map[string]json.RawMessage{}
	for _, a := range p.Answers {
		before[a.ID] = a.Content
	}
	p.Answers[0].Content = partsText("running")
	before[p.Answers[0].ID] = json.RawMessage(strings.NewReplacer("bør ha", "kan ha", `"lang":"se"`, `"lang":"nn"`).Replace(string(partsText("pilot"))))
	reseal(t, &p)
	facts := casePaper(t, "nb", p, CasePaper{Organisation: "Arendal kommune", Kind: portal.Municipality, Frozen: true,
		Treated: &Treated{Version: 1, Body: "Formannskapet", Date: "2022-03-15", Answers: before}})
	inOrder(t, squeeze(facts.Text), "Fjernet: Felles vaktlag: Status: prøves ut", "Nytt: Felles vaktlag: Status: i drift", "Fjernet: (nynorsk) Dát lea", "Nytt: (nordsamisk) Dát lea",
		"Fjernet: Kommunenes tekst: Kommunene kan ha vakten.", "Nytt: Kommunenes tekst: Kommunene bør ha vakten.", "Innspillet")
	if strings.Contains(facts.Text, "Fjernet: Pasientens") {
		t.Error("it says that something changed which has not")
	}
}
