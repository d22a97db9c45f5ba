package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// sample is a sealed package with something in every field but those of relations, which separate fills.
func sample(t *testing.T) Package {
	t.Helper()
	at := func(hour int) time.Time { return time.Date(2022, 4, 1, hour, 30, 0, 0, time.UTC) }
	second, delivered := "answer-2", at(9)
	p := Package{
		Submission: Submission{Number: "2022-0007", SubmittedAt: at(20), Deadline: at(19),
			SubmittedBy: Person{"Rådgiver i sekretariatet", "Helsefellesskapet Agder"}, Replaces: &Earlier{"2022-0003", Hash("sha256:" + strings.Repeat("0c", 32))}},
		Round: Round{ID: "round-1", Slug: "plan", Title: Text{"Innspill til planen", "Innspel til planen"},
			Sender: "Helse- og omsorgsdepartementet", Reference: "21/1", Issued: "2021-09-21", Version: 2},
		Response: Response{ID: "response-1", Kind: "joint", Language: "nb", Owner: Owner{"agder", "Agder", "health_community"}},
		Freeze:   Freeze{ID: "freeze-1", Number: 3, FrozenAt: at(10)},
		Answers: []Answer{
			{ID: "answer-1", Number: 1, QuestionID: "q-1", Question: Text{"Hva har dere lært?", "Kva har de lært?"}, Status: "ready", Language: "nb",
				Content: json.RawMessage(`{"type":"doc","content":[{"type":"heading","attrs":{"level":1},"content":[{"type":"text","text":"Erfaringer"}]},{"type":"paragraph","content":[{"type":"text","marks":[{"type":"bold"}],"text":"Vi møtes 😀 oftere."}]}]}`)},
			{ID: second, Number: 2, QuestionID: "q-2", Question: Text{NB: "Hva er krevende?"}, Status: "not_answered", Language: "nn", Content: json.RawMessage(`{"type":"doc"}`)},
		},
		Remarks: []Remark{
			{ID: "remark-1", AnswerID: &second, Quote: "Hva er krevende?", Authors: []RemarkAuthor{{"4203", "Arendal kommune"}}, Text: "Vi savner IKT.\n\nDet haster.", RecordedAt: at(12),
				Reply: &Reply{"De andre står ved teksten.", at(13)}},
			{ID: "remark-2", Authors: []RemarkAuthor{{"4203", "Arendal kommune"}, {"sshf", "Sørlandet sykehus HF"}}, Text: "Takk for prosessen.", RecordedAt: at(13)},
		},
		Decision: &Decision{"Strategisk samarbeidsutvalg", "strategic", "2022-03-30", "22/17", at(14)},
		Rule:     []Text{{"Ingen avviser.", "Ingen avviser."}, {"Den som er varslet og ikke svarer, regnes som enig.", ""}},
	}
	hashes := map[string]Hash{}
	for _, a := range p.Answers {
		hash, err := AnswerHash(a.SignedContent())
		if err != nil {
			t.Fatal(err)
		}
		hashes[a.ID] = hash
	}
	p.Parties = []Party{
		{ID: "sshf", Name: "Sørlandet sykehus HF", Side: "hospital",
			Position: &Position{ID: "p-1", Kind: "approved", RecordedAt: at(11), By: Person{"Direktør", "Sørlandet sykehus HF"}, AnswerHashes: hashes,
				TreatmentID: "t-2", Coverage: &Coverage{true, "Endringen er språklig."}},
			Treatments: []Treatment{
				{ID: "t-1", FreezeNumber: 1, AnswerHashes: map[string]Hash{second: hashes[second]}, Level: "administrative", Body: "Ledergruppen", Date: "2022-02-28",
					Outcome: "noted", RecordedAt: at(9), By: Person{"Direktør", "Sørlandet sykehus HF"}},
				{ID: "t-2", FreezeNumber: 2, AnswerHashes: map[string]Hash{second: hashes[second]}, Level: "political", Body: "Styret", CaseNumber: "12/22", Date: "2022-03-01",
					Outcome: "endorsed", Decision: "Styret slutter seg til.", Votes: &Votes{7, 1, 2}, Corrects: "t-1", RecordedAt: at(10), By: Person{"Direktør", "Sørlandet sykehus HF"},
					Attachments: []Attachment{{"file-1", "Vedtak.pdf", "application/pdf", 1200, Hash("sha256:" + strings.Repeat("0a", 32)), at(11)}}}}},
		{ID: "4203", Name: "Arendal kommune", Number: "4203", Side: "municipal",
			Position: &Position{ID: "p-2", Kind: "approved_with_remark", Reason: "Se merknaden.", RecordedAt: at(12), By: Person{"Kommunedirektør", "Arendal kommune"}, AnswerHashes: hashes,
				Mandate: &Mandate{"on_behalf", "Grimstad kommune", "Regionrådet samordner.", "Avtale av 2020"},
				Needed:  2, Approvers: []Approver{{Person{"Ordfører", "Arendal kommune"}, at(11), &Mandate{Kind: "stand_in", Organisation: "Arendal kommune"}},
					{Person{"Kommunedirektør", "Arendal kommune"}, at(12), nil}}}},
		{ID: "4204", Name: "Kristiansand kommune", Number: "4204", Side: "municipal", Silence: &Silence{WarnedAt: at(8), CountsFrom: at(15), Counted: true, DeliveredAt: &delivered}},
		{ID: "4205", Name: "Lindesnes kommune", Number: "4205", Side: "municipal"},
		{ID: "4206", Name: "Farsund kommune", Number: "4206", Side: "municipal",
			Position: &Position{ID: "p-3", Kind: "approved", RecordedAt: at(11), By: Person{"Ordfører", "Farsund kommune"}, AnswerHashes: hashes, Uncounted: "parties"}},
	}
	if err := p.Seal(); err != nil {
		t.Fatal(err)
	}
	return p
}

// What no sample holds is tried by no manipulation, and by no other verifier.
func TestTheSamplesHoldSomethingInEveryField(t *testing.T) {
	filled := map[string]bool{}
	for _, p := range []Package{sample(t), separate(t)} {
		fill(reflect.ValueOf(p), "Package", filled)
	}
	for field, ok := range filled {
		if !ok {
			t.Errorf("no sample has a %s", field)
		}
	}
}

func fill(v reflect.Value, at string, filled map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), at, filled)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), at, filled)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				field := v.Type().Name() + "." + v.Type().Field(i).Name
				filled[field] = filled[field] || !v.Field(i).IsZero()
				fill(v.Field(i), field, filled)
			}
		}
	}
}

func encode(t *testing.T, p Package) []byte {
	t.Helper()
	raw, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAnUntouchedPackagePasses(t *testing.T) {
	p := sample(t)
	r := Verify(encode(t, p))
	r.CompareReceipt(p.PackageHash)
	if !r.OK() {
		t.Fatalf("\n%s", r)
	}
	if p.Submission.LateSeconds != 3600 || r.Number != "2022-0007" {
		t.Errorf("late %d s, number %s", p.Submission.LateSeconds, r.Number)
	}
	if !strings.Contains(r.String(), "note  positions      Lindesnes kommune has not answered.\n") {
		t.Errorf("silence is not told:\n%s", r)
	}
	if canonical, _ := Canonical(p); !Verify(canonical).OK() {
		t.Error("another spacing or order of members is the same package")
	}
}

// The published hashes of the specification: whoever writes another verifier can check it on these.
func TestHashesOfTheSpecification(t *testing.T) {
	answer, err := AnswerHash(AnswerContent{"a", "q", "ready", "nb", json.RawMessage(`{"type":"doc","content":[]}`), nil})
	if err != nil || answer != "sha256:9df5c445ce871a51b722655ab6a2a1b19d7d09a72a08a2cb046528f512f2b2dd" {
		t.Errorf("answer %s, %v", answer, err)
	}
	freeze, err := FreezeHash("r", 1, []Hash{answer}, []string{"å", "b"})
	if err != nil || freeze != "sha256:bfcecc71cbf6c5ce10f58d9968aaf29126cd90f9b9a959a24b09b42647db3237" {
		t.Errorf("freeze %s, %v", freeze, err)
	}
	other, err := FreezeHash("r", 1, []Hash{answer}, []string{"b", "å"})
	if err != nil || other != freeze {
		t.Errorf("the order of parties matters: %s, %v", other, err)
	}
}

func TestSealRefusesOtherTextThanWasFrozen(t *testing.T) {
	p := sample(t)
	p.Answers[0].Content = json.RawMessage(`{"type":"doc"}`)
	if err := p.Seal(); err == nil {
		t.Error("an answer changed after the freeze was sealed")
	}
	p = sample(t)
	p.Parties = p.Parties[:2]
	if err := p.Seal(); err == nil {
		t.Error("parties changed after the freeze were sealed")
	}
}

// manipulated is the package with one thing changed somewhere, and what it was.
func manipulated(t *testing.T, of Package, seed uint64) (raw []byte, what string) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 1))
	if seed == 0 && of.Format == Format {
		of.Format = PublicFormat
		return encode(t, of), "called a publication"
	}
	var tree any
	if err := json.Unmarshal(encode(t, of), &tree); err != nil {
		t.Fatal(err)
	}
	what = manipulate(rnd, tree, "")
	raw, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return raw, what
}

func TestManipulationsAreFound(t *testing.T) {
	for _, whole := range []Package{sample(t), separate(t)} {
		for seed := range uint64(1000) {
			raw, what := manipulated(t, whole, seed)
			if r := Verify(raw); r.OK() {
				t.Errorf("seed %d: %s was not found:\n%s", seed, what, r)
			}
		}
	}
}

// manipulate changes one thing somewhere in the tree, and says what.
func manipulate(rnd *rand.Rand, tree any, path string) string {
	switch node := tree.(type) {
	case map[string]any:
		var keys []string
		for key := range node {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		if len(keys) == 0 || rnd.IntN(12) == 0 {
			node["extra"] = rnd.IntN(100)
			return "added " + path + "/extra"
		}
		key := keys[rnd.IntN(len(keys))]
		here := path + "/" + key
		if rnd.IntN(12) == 0 {
			delete(node, key)
			return "deleted " + here
		}
		if done := manipulate(rnd, node[key], here); done != "" {
			return done
		}
		node[key] = otherLeaf(rnd, node[key])
		return fmt.Sprintf("%s became %v", here, node[key])
	case []any:
		if len(node) == 0 {
			return ""
		}
		if i := rnd.IntN(len(node)); rnd.IntN(4) > 0 {
			return manipulate(rnd, node[i], fmt.Sprintf("%s/%d", path, i))
		}
		if last := len(node) - 1; last > 0 {
			node[0], node[last] = node[last], node[0]
			return "swapped the ends of " + path
		}
		element := node[0].(map[string]any)
		element["copy"] = element["id"]
		return "added " + path + "/0/copy"
	}
	return ""
}

func otherLeaf(rnd *rand.Rand, leaf any) any {
	switch value := leaf.(type) {
	case string:
		if value == "" {
			return "x"
		}
		flipped := []byte(value)
		flipped[rnd.IntN(len(flipped))] ^= 1
		return string(flipped)
	case float64:
		return value + 1
	case nil:
		return "x"
	}
	return nil
}

// A flipped bit is found, unless the data stayed what it was (white space, or the spelling of an escape).
func TestFlippedBitsAreFound(t *testing.T) {
	untouched := encode(t, sample(t))
	before, err := CanonicalJSON(untouched)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		raw := bytes.Clone(untouched)
		at, bit := rnd.IntN(len(raw)), byte(1)<<rnd.IntN(8)
		raw[at] ^= bit
		after, err := CanonicalJSON(raw)
		if same := err == nil && bytes.Equal(before, after); Verify(raw).OK() != same {
			t.Errorf("bit %#x of byte %d (%q)", bit, at, untouched[max(0, at-20):at+1])
		}
	}
}

// forgeries are by somebody who also makes the outer hash anew; each names the check that finds it.
var forgeries = map[string]struct {
	forge func(*Package)
	found string
}{
	"text":                     {func(p *Package) { p.Answers[0].Content = json.RawMessage(`{"type":"doc"}`) }, "answer hash"},
	"status":                   {func(p *Package) { p.Answers[1].Status = "ready" }, "answer hash"},
	"party left out":           {func(p *Package) { p.Parties = p.Parties[:2] }, "freeze hash"},
	"answers swapped":          {func(p *Package) { p.Answers[0], p.Answers[1] = p.Answers[1], p.Answers[0] }, "freeze hash"},
	"party twice":              {func(p *Package) { p.Parties = append(p.Parties, p.Parties[0]) }, "identities"},
	"unknown position":         {func(p *Package) { p.Parties[0].Position.Kind = "agreed" }, "words"},
	"reason dropped":           {func(p *Package) { p.Parties[0].Position.Kind = "rejected" }, "words"},
	"earlier submission":       {func(p *Package) { p.Submission.SubmittedAt = p.Submission.SubmittedAt.Add(-3 * time.Hour) }, "times"},
	"delay hidden":             {func(p *Package) { p.Submission.LateSeconds = 0 }, "times"},
	"position elsewhere":       {func(p *Package) { p.Parties[0].Position.AnswerHashes["answer-9"] = "sha256:0" }, "positions"},
	"remark elsewhere":         {func(p *Package) { id := "answer-9"; p.Remarks[0].AnswerID = &id }, "remarks"},
	"remark of nobody":         {func(p *Package) { p.Remarks[0].Authors = nil }, "remarks"},
	"change not spoken of":     {func(p *Package) { p.Parties[0].Position.Coverage = nil }, "treatments"},
	"another's treatment":      {func(p *Package) { p.Parties[0].Position.TreatmentID = "t-9" }, "treatments"},
	"corrects what is to come": {func(p *Package) { p.Parties[0].Treatments[0].Corrects = "t-2" }, "treatments"},
	"votes below none":         {func(p *Package) { p.Parties[0].Treatments[1].Votes.Against = -1 }, "treatments"},
	"treated elsewhere":        {func(p *Package) { p.Parties[0].Treatments[0].AnswerHashes["x"] = "sha256:0" }, "treatments"},
	"unknown level":            {func(p *Package) { p.Parties[0].Treatments[0].Level = "royal" }, "words"},
	"treated afterwards":       {func(p *Package) { p.Parties[0].Treatments[0].RecordedAt = p.Submission.SubmittedAt.Add(time.Hour) }, "times"},
	"mandate without ground":   {func(p *Package) { p.Parties[1].Position.Mandate.RestsOn = "" }, "words"},
	"unknown reason":           {func(p *Package) { p.Parties[4].Position.Uncounted = "weather" }, "words"},
	"unknown mandate":          {func(p *Package) { p.Parties[1].Position.Mandate.Kind = "borrowed" }, "words"},
	"approver dropped":         {func(p *Package) { p.Parties[1].Position.Approvers = p.Parties[1].Position.Approvers[:1] }, "positions"},
	"approvers dropped":        {func(p *Package) { p.Parties[1].Position.Approvers = nil }, "positions"},
	"approvers unasked for":    {func(p *Package) { p.Parties[1].Position.Needed = 0 }, "positions"},
	"another approver":         {func(p *Package) { p.Parties[1].Position.Approvers[1].By.Name = "Rådmann" }, "positions"},
	"approved afterwards": {func(p *Package) {
		p.Parties[1].Position.Approvers[0].RecordedAt = p.Submission.SubmittedAt.Add(time.Hour)
	}, "times"},
	"approver's mandate":       {func(p *Package) { p.Parties[1].Position.Approvers[0].Mandate.Kind = "borrowed" }, "words"},
	"attachment without hash":  {func(p *Package) { p.Parties[0].Treatments[1].Attachments[0].Hash = "sha256:0A" }, "treatments"},
	"attachment below nothing": {func(p *Package) { p.Parties[0].Treatments[1].Attachments[0].Size = -1 }, "treatments"},
	"attached afterwards": {func(p *Package) {
		p.Parties[0].Treatments[1].Attachments[0].AddedAt = p.Submission.SubmittedAt.Add(time.Hour)
	}, "times"},
	"treated twice":                  {func(p *Package) { p.Parties[0].Treatments[0].ID = "t-2" }, "identities"},
	"called a publication":           {func(p *Package) { p.Format = PublicFormat }, "persons"},
	"answered, and silent":           {func(p *Package) { p.Parties[1].Silence = p.Parties[2].Silence }, "positions"},
	"silence that was not warned of": {func(p *Package) { p.Parties[2].Silence.DeliveredAt = nil }, "positions"},
	"silence counted too soon":       {func(p *Package) { p.Parties[2].Silence.CountsFrom = p.Submission.SubmittedAt.Add(time.Hour) }, "times"},
	"warned afterwards":              {func(p *Package) { p.Parties[2].Silence.WarnedAt = p.Submission.SubmittedAt.Add(time.Hour) }, "times"},
	"warned after it came":           {func(p *Package) { p.Parties[2].Silence.WarnedAt = p.Parties[2].Silence.DeliveredAt.Add(time.Second) }, "times"},
	"counted before it came":         {func(p *Package) { p.Parties[2].Silence.CountsFrom = p.Parties[2].Silence.DeliveredAt.Add(-time.Second) }, "times"},
	"counted before it was given": {func(p *Package) {
		p.Parties[2].Silence = &Silence{WarnedAt: p.Freeze.FrozenAt, CountsFrom: p.Freeze.FrozenAt.Add(-time.Second)}
	}, "times"},
	"replied afterwards":        {func(p *Package) { p.Remarks[0].Reply.RecordedAt = p.Submission.SubmittedAt.Add(time.Hour) }, "times"},
	"a joint answer to another": {func(p *Package) { p.Answers[0].Relation = aRelation("elaborates") }, "relations"},
	"remark of others":          {func(p *Package) { p.Remarks[0].Authors[0].Name = "Grimstad kommune" }, "remarks"},
}

// forged is the sample after the forgery, sealed anew.
func forged(t *testing.T, forge func(*Package)) Package {
	t.Helper()
	p := sample(t)
	forge(&p)
	late := p.Submission.LateSeconds
	p.normalise()
	p.Submission.LateSeconds = late
	hash, err := p.Hash()
	if err != nil {
		t.Fatal(err)
	}
	p.PackageHash = hash
	return p
}

func TestForgeriesThatAreSealedAnew(t *testing.T) {
	receipt := sample(t).PackageHash
	for name, c := range forgeries {
		r := Verify(encode(t, forged(t, c.forge)))
		if !failed(r, c.found) {
			t.Errorf("%s: not found by %s:\n%s", name, c.found, r)
		}
		if r.CompareReceipt(receipt); !failed(r, "receipt") {
			t.Errorf("%s: not found by the receipt", name)
		}
	}
}

func failed(r Report, check string) bool {
	for _, c := range r.Checks {
		if c.Name == check && c.Outcome == Fail {
			return true
		}
	}
	return false
}

func TestStalePositionsAreToldNotRefused(t *testing.T) {
	p := sample(t)
	p.Parties[0].Position.AnswerHashes = map[string]Hash{"answer-1": p.Answers[0].Hash, "answer-2": "sha256:" + Hash(strings.Repeat("0", 64))}
	if err := p.Seal(); err != nil {
		t.Fatal(err)
	}
	r := Verify(encode(t, p))
	if !r.OK() || !strings.Contains(r.String(), "Sørlandet sykehus HF was not taken on the frozen text of answer 2.") {
		t.Errorf("\n%s", r)
	}
}

func TestWhatIsNoPackage(t *testing.T) {
	p := encode(t, sample(t))
	for name, c := range map[string]struct{ raw, found string }{
		"nothing":          {"", "json"},
		"a list":           {"[]", "format"},
		"another format":   {`{"format":"samsvar-submission/2"}`, "format"},
		"hardly anything":  {`{"format":"samsvar-submission/1"}`, "form"},
		"a misspelt field": {strings.Replace(string(p), `"lateSeconds"`, `"LateSeconds"`, 1), "form"},
		"a second field":   {strings.Replace(string(p), `"lateSeconds"`, `"lateSeconds":0,"lateSeconds"`, 1), "json"},
		"local time":       {strings.Replace(string(p), `"2022-04-01T20:30:00Z"`, `"2022-04-01T22:30:00+02:00"`, 1), "form"},
	} {
		if r := Verify([]byte(c.raw)); !failed(r, c.found) {
			t.Errorf("%s: not found by %s:\n%s", name, c.found, r)
		}
	}
}

func TestNamesCannotWriteLinesOfTheReport(t *testing.T) {
	p := sample(t)
	p.Parties[2].Name, p.Submission.Number = "X\npass  package hash", "2022-0007\n\x1b[2Kpass  receipt"
	if err := p.Seal(); err != nil {
		t.Fatal(err)
	}
	r := Verify(encode(t, p))
	if got := strings.Count(r.String(), "\n"); got != len(r.Checks) {
		t.Errorf("%d lines for %d checks:\n%s", got, len(r.Checks), r)
	}
	if strings.ContainsAny(r.Number, "\n\x1b") || !r.OK() {
		t.Errorf("%q", r.Number)
	}
}

// What one of two approvers said is on record, and counts for nothing but a rejection.
func TestTooFewApproversAreNotTheirParty(t *testing.T) {
	p := sample(t)
	position := p.Parties[1].Position
	if !position.Approves() || !position.Of(p.Answers[0]) {
		t.Error("both have approved, and it does not count")
	}
	position.Approvers = position.Approvers[1:]
	if position.Approves() || position.Of(p.Answers[0]) {
		t.Error("one of two has approved, and it counts")
	}
	if err := p.Seal(); err != nil {
		t.Fatal(err)
	}
	if r := Verify(encode(t, p)); !r.OK() || !strings.Contains(r.String(), "The position of Arendal kommune was taken by 1 of the 2 approvers") {
		t.Errorf("it is not noted:\n%s", r)
	}
	position.Kind = "rejected"
	if !position.Of(p.Answers[0]) {
		t.Error("one of two rejects, and it does not count")
	}
}

// A position on the very text that was sent did not count where the portal says so, and nobody is told that its party stands
// behind it. Where the package says nothing, as those did that were sent before it could, it counted.
func TestWhatDidNotCountIsNoApproval(t *testing.T) {
	p := sample(t)
	for why, said := range map[string]string{"parties": "others were parties", "mandate": "a mandate", "": ""} {
		party := &p.Parties[4]
		party.Position.Uncounted = why
		counted := why == ""
		if p.Behind(*party) != counted || party.Position.Approves() != counted || party.Position.Of(p.Answers[0]) != counted {
			t.Errorf("%q: counted otherwise", why)
		}
		if err := p.Seal(); err != nil {
			t.Fatal(err)
		}
		r := Verify(encode(t, p))
		if told := strings.Contains(r.String(), "The position of Farsund kommune did not count: "+said); !r.OK() || told == counted {
			t.Errorf("%q: %s", why, r)
		}
	}
	uncovered := Position{Kind: "approved", AnswerHashes: p.Parties[4].Position.AnswerHashes, Coverage: &Coverage{Covers: false}}
	if uncovered.Approves() || uncovered.Of(p.Answers[0]) {
		t.Error("what its own party's treatment does not cover counts")
	}
}

// A package from before treatments has none of their members, the same hash as then, and passes.
func TestAPackageWithoutTreatmentsIsWhatItWas(t *testing.T) {
	p := sample(t)
	p.Parties[0].Treatments, p.Parties[0].Position.TreatmentID, p.Parties[0].Position.Coverage, p.Parties[1].Position.Reason = nil, "", nil, ""
	p.Parties[1].Position.Mandate, p.Parties[1].Position.Needed, p.Parties[1].Position.Approvers = nil, 0, nil
	p.Submission.Replaces, p.Remarks[0].Quote, p.Remarks[0].Reply, p.Rule = nil, "", nil, nil
	p.Parties, p.Parties[2].Silence, p.Freeze.Hash = p.Parties[:3], nil, ""
	if err := p.Seal(); err != nil {
		t.Fatal(err)
	}
	raw := encode(t, p)
	if r := Verify(raw); !r.OK() || bytes.Contains(raw, []byte("treatment")) || bytes.Contains(raw, []byte("coverage")) {
		t.Errorf("%s\n%s", r, raw)
	}
	if p.PackageHash != "sha256:852e8db3f624a627bf22762735b648f22a9083176c2fed9425500462c9a203e8" {
		t.Errorf("the hash is another than before there were treatments: %s", p.PackageHash)
	}
}

func TestWhatAPositionRestsOnIsTold(t *testing.T) {
	for said, change := range map[string]func(*Party){
		"treated an earlier text (version 2), and says that this covers": func(*Party) {},
		"its position did not count":                                     func(p *Party) { p.Position.Coverage.Covers = false },
		"Every position that rests":                                      func(p *Party) { p.Position.Coverage, p.Treatments[1].AnswerHashes = nil, p.Position.AnswerHashes },
	} {
		p := forged(t, func(p *Package) { change(&p.Parties[0]) })
		if r := Verify(encode(t, p)); !r.OK() || !strings.Contains(r.String(), said) {
			t.Errorf("%q is not said:\n%s", said, r)
		}
	}
}
