package export

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"samsvar/internal/evidence"
)

// node is a ProseMirror node, as short as Go can write it.
type node map[string]any

func doc(content ...node) json.RawMessage {
	raw, err := json.Marshal(branch("doc", content...))
	if err != nil {
		panic(err)
	}
	return raw
}

func branch(kind string, content ...node) node { return node{"type": kind, "content": content} }

func text(s string, marks ...node) node {
	leaf := node{"type": "text", "text": s}
	if len(marks) > 0 {
		leaf["marks"] = marks
	}
	return leaf
}

func para(content ...node) node { return branch("paragraph", content...) }

func heading(level int, s string) node {
	h := branch("heading", text(s))
	h["attrs"] = node{"level": level}
	return h
}

func items(kind string, texts ...string) node {
	list := branch(kind)
	content := make([]node, len(texts))
	for i, s := range texts {
		content[i] = branch("listItem", para(text(s)))
	}
	list["content"] = content
	return list
}

func table(header []string, rows ...[]string) node {
	cells := func(kind string, texts []string) node {
		row := make([]node, len(texts))
		for i, s := range texts {
			row[i] = branch(kind, para(text(s)))
		}
		return branch("tableRow", row...)
	}
	all := []node{cells("tableHeader", header)}
	for _, row := range rows {
		all = append(all, cells("tableCell", row))
	}
	return branch("table", all...)
}

var (
	bold   = node{"type": "bold"}
	italic = node{"type": "italic"}
)

func link(href string) node { return node{"type": "link", "attrs": node{"href": href}} }

func at(day, hour, minute int) time.Time {
	return time.Date(2022, 3, day, hour, minute, 0, 0, time.UTC)
}

var questions = []evidence.Text{
	{NB: "Hvilke erfaringer har dere med samarbeidet mellom kommunene og sykehuset, og hvordan tar dere beslutninger sammen?",
		NN: "Kva erfaringar har de med samarbeidet mellom kommunane og sjukehuset, og korleis tek de avgjerder saman?"},
	{NB: "Hva er det vanskeligste i arbeidet for pasienter som trenger flere tjenester samtidig?",
		NN: "Kva er det vanskelegaste i arbeidet for pasientar som treng fleire tenester samstundes?"},
	{NB: "Hvilke tjenester har dere utviklet sammen som andre kan lære av?", NN: "Kva tenester har de utvikla saman som andre kan lære av?"},
	{NB: "Hvordan kan staten støtte dere?", NN: "Korleis kan staten støtte dykk?"},
	{NB: "Hvordan kan regionale aktører støtte dere?"},
	{NB: "Er det noe annet dere vil si?", NN: "Er det noko anna de vil seie?"},
}

const prose = "Vi har hatt et felles sekretariat i to år, med én person fra sykehuset og én fra kommunene. Det har gjort det lettere å " +
	"forberede saker slik at de er kjent på begge sider før møtene. De minste kommunene har likevel få folk å sende, og det tar tid før en sak " +
	"har vært innom alle. Vi ser at beslutninger som er forankret hos lederne, blir fulgt opp; de andre blir liggende. "

const prosa = "Vi har hatt eit felles sekretariat i to år, med éin person frå sjukehuset og éin frå kommunane. Det har gjort det lettare å " +
	"førebu saker slik at dei er kjende på begge sider før møta. Dei minste kommunane har likevel få folk å sende, og det tek tid før ei sak " +
	"har vore innom alle. Vi ser at avgjerder som er forankra hos leiarane, blir følgde opp; dei andre blir liggjande. "

// answerText has everything an answer may hold, and a marker that tests look for.
func answerText(number, paragraphs int, language string) json.RawMessage {
	body := prose
	if language == "nn" {
		body = prosa
	}
	content := []node{
		para(text(fmt.Sprintf("Dette er svar nummer %d. ", number)), text(body)),
		heading(2, "Det som virker"),
		para(text("Tre ting har "), text("betydd mest", bold), text(", og det siste kom "), text("uventet", italic), text(". Se "),
			text("samarbeidsavtalen", link("https://example.org/avtale")), text(" for detaljene.")),
		items("orderedList", "Faste møter mellom lederne, fire ganger i året.", "Ett telefonnummer inn til sykehuset for kommunelegene.",
			"Felles opplæring av nye medarbeidere, som begge sider betaler for."),
	}
	for range paragraphs {
		content = append(content, para(text(strings.Repeat(body, 2))))
	}
	content = append(content,
		heading(3, "Tallene"),
		table([]string{"Tiltak", "Kommuner", "Brukere i 2021"},
			[]string{"Tverrfaglig team for barn og unge", "14", "312"},
			[]string{"Digital hjemmeoppfølging av personer med flere kroniske lidelser", "9", "127"},
			[]string{"Oppsøkende behandlingsteam", "6", "58"}),
		heading(2, "Det vi vil endre"),
		items("bulletList", "Saker skal være kjent tre uker før møtet.", "De minste kommunene kan la en annen kommune møte for seg."),
		para(text(body)),
	)
	return doc(content...)
}

// sample is a sealed package of six answers, each with so many filling paragraphs, and so many municipalities.
func sample(t testing.TB, municipalities, paragraphs int, language string) evidence.Package {
	t.Helper()
	p := evidence.Package{
		Submission: evidence.Submission{Number: "2022-0007", SubmittedAt: at(31, 23, 41), Deadline: at(31, 21, 59),
			SubmittedBy: evidence.Person{Name: "Rådgiver i sekretariatet", Organisation: "Sørlandet sykehus HF"}},
		Round: evidence.Round{ID: "round", Slug: "plan", Version: 1, Issued: "2021-09-21", Reference: "21/1234", Sender: "Helse- og omsorgsdepartementet",
			Title: evidence.Text{NB: "Innspill til plan for helse og sykehus 2024–2027", NN: "Innspel til plan for helse og sjukehus 2024–2027"}},
		Response: evidence.Response{ID: "response", Kind: "joint", Language: language,
			Owner: evidence.Owner{ID: "agder", Name: "Helsefellesskapet Agder", Kind: "health_community"}},
		Freeze: evidence.Freeze{ID: "freeze", Number: 2, FrozenAt: at(20, 9, 0)},
		Decision: &evidence.Decision{Body: "Strategisk samarbeidsutvalg", Level: "strategic", Date: "2022-03-28", CaseNumber: "22/17",
			RecordedAt: at(29, 8, 0)},
	}
	for i, question := range questions {
		a := evidence.Answer{ID: fmt.Sprintf("answer-%d", i+1), Number: i + 1, QuestionID: fmt.Sprintf("question-%d", i+1),
			Question: question, Status: "ready", Language: language, Content: answerText(i+1, paragraphs, language)}
		if i == 5 && paragraphs < 6 { // the shorter samples leave the last question open
			a.Status, a.Content = "not_answered", doc()
		}
		p.Answers = append(p.Answers, a)
	}
	addParties(t, &p, municipalities)
	addTreatments(&p)
	p.Rule = []evidence.Text{{NB: "Alle sykehus må ha svart.", NN: "Alle sjukehus må ha svart."}}
	third := p.Answers[2].ID
	p.Remarks = []evidence.Remark{
		{ID: "remark-1", AnswerID: &third, Authors: authors(p.Parties[1]), RecordedAt: at(24, 12, 0), Quote: "Dette er svar nummer 3.",
			Reply: &evidence.Reply{Text: "De andre partene står ved svaret.", RecordedAt: at(25, 9, 0)},
			Text:  "Kommunen støtter svaret, men mener at eksemplet om barn og unge bør følges av penger.\n\nVi ber om at dette blir sagt tydelig."},
		{ID: "remark-2", Authors: authors(p.Parties[0], p.Parties[len(p.Parties)-1]), RecordedAt: at(25, 12, 0),
			Text: "Vi ønsker en felles oppsummering når planen er lagt frem."},
	}
	if err := p.Seal(); err != nil {
		t.Fatal(err)
	}
	return p
}

// minutes are the bytes of the file that lies beside the second treatment.
var minutes = []byte("%PDF-1.7 møteboka")

// addTreatments has the third municipality treat the text twice: an earlier one, recorded wrongly first.
func addTreatments(p *evidence.Package) {
	if len(p.Parties) < 4 || p.Parties[3].Position == nil {
		return
	}
	party := &p.Parties[3]
	by := evidence.Person{Name: "Kommunedirektør", Organisation: party.Name}
	earlier := map[string]evidence.Hash{p.Answers[0].ID: "sha256:" + evidence.Hash(strings.Repeat("1", 64))}
	party.Treatments = []evidence.Treatment{
		{ID: "treatment-1", FreezeNumber: 1, AnswerHashes: earlier, Level: "political", Body: "Feil råd", Date: "2022-03-14", Outcome: "noted", RecordedAt: at(15, 9, 0), By: by},
		{ID: "treatment-2", FreezeNumber: 1, AnswerHashes: earlier, Level: "political", Body: "Formannskapet", CaseNumber: "22/31", Date: "2022-03-15", Outcome: "endorsed",
			Decision: "Formannskapet slutter seg til innspillet.", Votes: &evidence.Votes{For: 7, Against: 2}, Corrects: "treatment-1", RecordedAt: at(16, 9, 0), By: by,
			Attachments: []evidence.Attachment{{ID: "file-1", Name: "Møtebok.pdf", MediaType: "application/pdf", Size: len(minutes), Hash: evidence.Hash(fmt.Sprintf("sha256:%x", sha256.Sum256(minutes))), AddedAt: at(16, 9, 5)}}},
	}
	party.Position.Mandate = &evidence.Mandate{Kind: "on_behalf", Organisation: "Arendal kommune", Reason: "Regionrådet samordner.", RestsOn: "Avtale av 2020"}
	party.Position.Needed, party.Position.Approvers = 3, []evidence.Approver{{By: evidence.Person{Name: "Ordfører", Organisation: party.Name}, RecordedAt: at(29, 12, 0)},
		{By: party.Position.By, RecordedAt: party.Position.RecordedAt, Mandate: party.Position.Mandate}}
	party.Position.TreatmentID, party.Position.Coverage = "treatment-2", &evidence.Coverage{Covers: true, Reason: "Endringen er språklig."}
}

func authors(parties ...evidence.Party) []evidence.RemarkAuthor {
	var list []evidence.RemarkAuthor
	for _, party := range parties {
		list = append(list, evidence.RemarkAuthor{ID: party.ID, Name: party.Name})
	}
	return list
}

var names = []string{"Åmli", "Arendal", "Bygland", "Bykle", "Øvrebø", "Evje", "Farsund", "Flekkefjord", "Froland", "Gjerstad", "Grimstad", "Ærfugl",
	"Hægebostad", "Iveland", "Kristiansand", "Kvinesdal", "Lillesand", "Lindesnes", "Lyngdal", "Risør", "Sirdal"}

// addParties takes in turn every position that there is.
func addParties(t testing.TB, p *evidence.Package, municipalities int) {
	hashes := map[string]evidence.Hash{}
	for _, a := range p.Answers {
		hash, err := evidence.AnswerHash(a.SignedContent())
		if err != nil {
			t.Fatal(err)
		}
		hashes[a.ID] = hash
	}
	position := func(i int, kind, reason, by, organisation string) *evidence.Position {
		return &evidence.Position{ID: fmt.Sprintf("position-%d", i), Kind: kind, Reason: reason, RecordedAt: at(22, 10, i%60),
			By: evidence.Person{Name: by, Organisation: organisation}, AnswerHashes: hashes}
	}
	p.Parties = append(p.Parties, evidence.Party{ID: "hf", Name: "Sørlandet sykehus HF", Side: "hospital",
		Position: position(0, "approved", "", "Administrerende direktør", "Sørlandet sykehus HF")})
	for i := range municipalities {
		name := names[i%len(names)]
		if i >= len(names) {
			name += fmt.Sprintf(" %d", i/len(names)+1)
		}
		name += " kommune"
		party := evidence.Party{ID: fmt.Sprintf("m%02d", i), Name: name, Number: fmt.Sprint(4201 + i), Side: "municipal"}
		by := "Kommunedirektør"
		switch {
		case i%9 == 0:
			party.Position = position(i+1, "approved_with_remark", "", by, name)
		case i%9 == 5:
			party.Position = position(i+1, "stands_outside", "Kommunestyret har ikke hatt møte i perioden.", by, name)
		case i == 7:
			party.Position = position(i+1, "approved", "", by, name)
			stale := map[string]evidence.Hash{}
			for id, hash := range hashes {
				stale[id] = hash
			}
			stale["answer-4"] = "sha256:" + evidence.Hash(strings.Repeat("0", 64))
			party.Position.AnswerHashes = stale
		case i%9 != 8:
			party.Position = position(i+1, "approved", "", by, name)
			party.Position.Uncounted = map[int]string{10: "parties", 11: "mandate"}[i]
		default:
			party.Silence = &evidence.Silence{WarnedAt: at(10, 9, 0), CountsFrom: at(24, 22, 0), DeliveredAt: new(at(10, 9, 1)), Counted: true}
		}
		p.Parties = append(p.Parties, party)
	}
}
