package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Outcome of one check.
type Outcome string

const (
	Pass Outcome = "pass"
	Note Outcome = "note" // nothing is wrong with the package, but a reader should know
	Fail Outcome = "FAIL"
)

// Check is one thing that was looked at, and what was found, in one sentence.
type Check struct {
	Name    string
	Outcome Outcome
	Text    string
}

// Report lists every check that was made, in the order it was made.
type Report struct {
	Number          string // receipt number that the package states, fit to be printed
	PackageHash     Hash   // hash of the package as computed; empty if it could not be
	PublicationHash Hash   // hash of a publication as computed; empty for anything else
	Checks          []Check

	of Package
}

// OK says that no check failed.
func (r Report) OK() bool {
	return !slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Outcome == Fail })
}

// Err is what failed; nil when nothing did.
func (r Report) Err() error {
	var all []error
	for _, c := range r.Checks {
		if c.Outcome == Fail {
			all = append(all, errors.New(c.Name+": "+c.Text))
		}
	}
	return errors.Join(all...)
}

// What names what was read by its computed hash.
func (r Report) What() string {
	if r.PublicationHash != "" {
		return "publication " + string(r.PublicationHash)
	}
	return "package " + string(r.PackageHash)
}

// String has one line per finding.
func (r Report) String() string {
	var s strings.Builder
	for _, c := range r.Checks {
		fmt.Fprintf(&s, "%-5s %-14s %s\n", c.Outcome, c.Name, c.Text)
	}
	return s.String()
}

// CompareReceipt adds the check that a package cannot make of itself: that its hash is the one on a
// receipt, which every party and the ministry got at submission. A package that somebody changed and
// then sealed anew agrees with itself and fails only here. A publication always does: the hash of the package that
// it states is its own word.
func (r *Report) CompareReceipt(expected Hash) {
	if r.PublicationHash != "" {
		r.add("receipt", Fail, "A publication names no persons, so its package hash cannot be computed from it: only the package itself can be held against a receipt.")
		return
	}
	r.check("receipt", r.PackageHash != "" && r.PackageHash == expected,
		"The package hash is the one on the receipt.",
		fmt.Sprintf("The receipt says %s, the package is %s.", expected, r.PackageHash))
}

// Verify checks one package, as its bytes came, with nothing but the bytes.
func Verify(raw []byte) Report {
	var r Report
	canonical, err := CanonicalJSON(raw)
	if !r.check("json", err == nil, "The file is well-formed JSON in which no member occurs twice.", fmt.Sprintf("The file cannot be read: %v.", err)) {
		return r
	}
	format := formatOf(canonical)
	if !r.check("format", format == Format || format == PublicFormat, "The format is "+format+".",
		fmt.Sprintf("The format %q is unknown; this program knows %s and %s.", format, Format, PublicFormat)) {
		return r
	}
	p, err := decode(raw, canonical)
	if !r.check("form", err == nil, "Every field of the format is there, in its exact form, and no other.", fmt.Sprintf("The package is not of this format: %v.", err)) {
		return r
	}
	r.Number, r.of = printable(p.Submission.Number), p
	r.hashes(p)
	r.words(p)
	r.relations(p)
	r.identities(p)
	r.times(p)
	r.positions(p)
	r.treatments(p)
	r.remarks(p)
	return r
}

// formatOf is what the member of exactly that name says; what is not an object has no format.
func formatOf(canonical []byte) (format string) {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(canonical, &members)
	_ = json.Unmarshal(members["format"], &format)
	return format
}

// decode reads the package and makes sure that nothing was lost, ignored or assumed on the way.
func decode(raw, canonical []byte) (Package, error) {
	var p Package
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return p, err
	}
	if p.PackageHash == "" {
		return p, errors.New("there is no packageHash")
	}
	late := p.Submission.LateSeconds
	p.normalise()
	p.Submission.LateSeconds = late // has a check of its own
	again, err := Canonical(p)
	if err != nil {
		return p, err
	}
	if !bytes.Equal(again, canonical) {
		at := 0
		for at < min(len(again), len(canonical)) && again[at] == canonical[at] {
			at++
		}
		return p, fmt.Errorf("a field is missing, misspelt or not in its exact form, near %q",
			canonical[max(0, at-30):min(len(canonical), at+30)])
	}
	return p, nil
}

func (r *Report) add(name string, outcome Outcome, text string) {
	r.Checks = append(r.Checks, Check{name, outcome, printable(text)})
}

func (r *Report) check(name string, ok bool, pass, fail string) bool {
	if ok {
		r.add(name, Pass, pass)
	} else {
		r.add(name, Fail, fail)
	}
	return ok
}

// none passes when nothing was found, and fails once per finding otherwise.
func (r *Report) none(name string, findings []string, pass string) {
	if len(findings) == 0 {
		r.add(name, Pass, pass)
	}
	for _, finding := range findings {
		r.add(name, Fail, finding)
	}
}

// printable keeps what a package says from writing lines of its own into the report.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

func (r *Report) hashes(p Package) {
	for _, a := range p.Answers {
		hash, err := AnswerHash(a.SignedContent())
		r.check("answer hash", err == nil && hash == a.Hash,
			fmt.Sprintf("Answer %d is the text that its hash was made of.", a.Number),
			fmt.Sprintf("Answer %d is not the text that its hash was made of: stated %s, computed %s.", a.Number, a.Hash, hash))
	}
	freeze, err := p.freezeHash()
	r.check("freeze hash", err == nil && freeze == p.Freeze.Hash,
		"These answers, in this order, were laid before these parties.",
		fmt.Sprintf("The answers or the parties are not those that were frozen: stated %s, computed %s.", p.Freeze.Hash, freeze))
	if p.Format == PublicFormat {
		r.publication(p)
		return
	}
	r.PackageHash, err = p.Hash()
	r.check("package hash", err == nil && r.PackageHash == p.PackageHash,
		"The package is whole and unchanged since it was sealed.",
		fmt.Sprintf("The package was changed after it was sealed: stated %s, computed %s.", p.PackageHash, r.PackageHash))
}

// words checks every field that takes one of a few words, and dates.
func (r *Report) words(p Package) {
	var findings []string
	oneOf := func(field, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			findings = append(findings, fmt.Sprintf("%s is %q, not one of %s.", field, value, strings.Join(allowed, ", ")))
		}
	}
	date := func(field, value string) {
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			findings = append(findings, fmt.Sprintf("%s is %q, not a date.", field, value))
		}
	}
	date("The date of the invitation", p.Round.Issued)
	oneOf("The kind of response", p.Response.Kind, "joint", "separate")
	oneOf("The language of the response", p.Response.Language, "nb", "nn")
	for _, a := range p.Answers {
		oneOf(fmt.Sprintf("The status of answer %d", a.Number), a.Status, "ready", "not_answered")
		oneOf(fmt.Sprintf("The language of answer %d", a.Number), a.Language, "nb", "nn")
	}
	for _, party := range p.Parties {
		oneOf("The side of "+party.Name, party.Side, "hospital", "municipal")
		for _, t := range party.Treatments {
			oneOf("The level of a treatment by "+party.Name, t.Level, "political", "delegated", "administrative")
			oneOf("The outcome of a treatment by "+party.Name, t.Outcome, "endorsed", "endorsed_with_changes", "declined", "noted")
			date("The date of a treatment by "+party.Name, t.Date)
		}
		if party.Position == nil {
			continue
		}
		oneOf("The position of "+party.Name, party.Position.Kind, "approved", "approved_with_remark", "rejected", "stands_outside")
		for _, m := range party.Position.mandates() {
			oneOf("The mandate of "+party.Name, m.Kind, "stand_in", "on_behalf")
			if m.Kind == "on_behalf" && (m.Reason == "" || m.RestsOn == "") {
				findings = append(findings, fmt.Sprintf("The mandate of %s has no reason, or rests on nothing.", party.Name))
			}
		}
		if why := party.Position.Uncounted; why != "" {
			oneOf("Why the position of "+party.Name+" did not count", why, "parties", "mandate")
		}
		if party.Position.Kind == "rejected" && party.Position.Reason == "" {
			findings = append(findings, fmt.Sprintf("%s rejects without a reason.", party.Name))
		}
	}
	if p.Decision != nil {
		oneOf("The level of the decision", p.Decision.Level, "strategic", "partnership")
		date("The date of the decision", p.Decision.Date)
	}
	r.none("words", findings, "Every kind, status, language, side, level and date is one that the format knows.")
}

// relations checks what the answers say of joint ones.
func (r *Report) relations(p Package) {
	var findings []string
	for _, a := range p.Answers {
		switch relation := a.Relation; {
		case relation == nil:
		case p.Response.Kind != "separate":
			findings = append(findings, fmt.Sprintf("Answer %d is a joint one, and is said to stand to another.", a.Number))
		case !slices.Contains([]string{"joins", "elaborates", "deviates"}, relation.Kind):
			findings = append(findings, fmt.Sprintf("Answer %d is said to stand to a joint one as %q.", a.Number, relation.Kind))
		case relation.Community.ID == "" || relation.ResponseID == "" || relation.AnswerID == "" || relation.AnswerHash == "" || relation.FreezeNumber < 1:
			findings = append(findings, fmt.Sprintf("Answer %d does not name the joint answer that it stands to.", a.Number))
		case relation.Kind == "joins" && hasText(a.Content):
			findings = append(findings, fmt.Sprintf("Answer %d joins another, and has a text of its own.", a.Number))
		default:
			r.add("relations", Note, fmt.Sprintf("Answer %d %s the joint answer of %s, in version %d: %s.", a.Number, relation.Kind, relation.Community.Name,
				relation.FreezeNumber, relation.AnswerHash))
		}
	}
	r.none("relations", findings, "What answers say of joint ones is whole.")
}

// hasText looks in the canonical form, in which a word has one spelling.
func hasText(content []byte) bool {
	canonical, err := CanonicalJSON(content)
	return err != nil || bytes.Contains(canonical, []byte(`"text"`))
}

// identities checks that nothing occurs twice and that answers are numbered 1, 2, 3 ...
func (r *Report) identities(p Package) {
	var findings []string
	seen := map[string]bool{}
	unique := func(what, id string) {
		if id == "" || seen[what+id] {
			findings = append(findings, fmt.Sprintf("%s %q is empty or occurs twice.", what, id))
		}
		seen[what+id] = true
	}
	for i, a := range p.Answers {
		unique("Answer", a.ID)
		unique("Question", a.QuestionID)
		if a.Number != i+1 {
			findings = append(findings, fmt.Sprintf("Answer %d stands in place %d.", a.Number, i+1))
		}
	}
	for _, party := range p.Parties {
		unique("Party", party.ID)
		if party.Number != "" {
			unique("Municipality number", party.Number)
		}
		if party.Position != nil {
			unique("Position", party.Position.ID)
		}
		for _, t := range party.Treatments {
			for _, a := range t.Attachments {
				unique("Attachment", a.ID)
			}
			unique("Treatment", t.ID)
		}
	}
	for _, remark := range p.Remarks {
		unique("Remark", remark.ID)
	}
	r.none("identities", findings, "No answer, question, party, position, treatment or remark occurs twice; the answers are numbered in order.")
}

func (r *Report) times(p Package) {
	sent := p.Submission.SubmittedAt
	late := max(0, int64(sent.Sub(p.Submission.Deadline)/time.Second))
	var findings []string
	if p.Submission.LateSeconds != late {
		findings = append(findings, fmt.Sprintf("The receipt says %d s late, the times say %d s.", p.Submission.LateSeconds, late))
	}
	notAfter := func(what string, t time.Time) {
		if t.After(sent) {
			findings = append(findings, fmt.Sprintf("%s is of %s, after the submission.", what, t.Format(time.RFC3339)))
		}
	}
	notAfter("The freeze", p.Freeze.FrozenAt)
	for _, party := range p.Parties {
		if party.Position != nil {
			notAfter("The position of "+party.Name, party.Position.RecordedAt)
			for _, one := range party.Position.Approvers {
				notAfter("What "+one.By.Name+" said for "+party.Name, one.RecordedAt)
			}
		}
		for _, t := range party.Treatments {
			notAfter("A treatment by "+party.Name, t.RecordedAt)
			for _, a := range t.Attachments {
				notAfter("An attachment of "+party.Name, a.AddedAt)
			}
		}
		if s := party.Silence; s != nil {
			if !s.inOrder() {
				findings = append(findings, fmt.Sprintf("The warning to %s was not first given, then delivered, and counted from after that.", party.Name))
			}
			notAfter("The warning to "+party.Name, s.WarnedAt)
			if s.DeliveredAt != nil {
				notAfter("The delivery of the warning to "+party.Name, *s.DeliveredAt)
			}
			if s.Counted {
				notAfter("The time from which the silence of "+party.Name+" counts", s.CountsFrom)
			}
		}
	}
	for _, remark := range p.Remarks {
		notAfter("Remark "+remark.ID, remark.RecordedAt)
		if remark.Reply != nil {
			notAfter("The reply to remark "+remark.ID, remark.Reply.RecordedAt)
		}
	}
	if p.Decision != nil {
		notAfter("The record of the decision", p.Decision.RecordedAt)
	}
	r.none("times", findings, "Everything was recorded before the submission, and the delay is the one the times show.")
}

// inOrder says whether the warning was given before it came, and came before silence counts.
func (s Silence) inOrder() bool {
	came := s.WarnedAt
	if s.DeliveredAt != nil {
		came = *s.DeliveredAt
	}
	return !s.WarnedAt.After(came) && !came.After(s.CountsFrom)
}

func (r *Report) positions(p Package) {
	frozen := map[string]Hash{}
	for _, a := range p.Answers {
		frozen[a.ID] = a.Hash
	}
	var findings []string
	var notes []string
	for _, party := range p.Parties {
		if party.Position == nil {
			if s := party.Silence; s != nil && s.Counted && s.DeliveredAt == nil {
				findings = append(findings, fmt.Sprintf("The silence of %s is counted, and the warning never came.", party.Name))
			}
			notes = append(notes, party.Name+unanswered(party))
			continue
		}
		if wrong := party.Position.approversWrong(); wrong != "" {
			findings = append(findings, fmt.Sprintf("The approvers of %s: %s.", party.Name, wrong))
		}
		if !party.Position.Enough() {
			notes = append(notes, fmt.Sprintf("The position of %s was taken by %d of the %d approvers that its own rule asks for: it does not count.",
				party.Name, len(party.Position.Approvers), party.Position.Needed))
		}
		if because := uncounted[party.Position.Uncounted]; because != "" {
			notes = append(notes, fmt.Sprintf("The position of %s did not count: %s.", party.Name, because))
		}
		if party.Silence != nil {
			findings = append(findings, fmt.Sprintf("%s has answered, and is said to be silent.", party.Name))
		}
		for _, id := range slices.Sorted(maps.Keys(party.Position.AnswerHashes)) {
			if frozen[id] == "" {
				findings = append(findings, fmt.Sprintf("The position of %s names an answer that is not in the package: %s.", party.Name, id))
			}
		}
		if old := staleAnswers(p.Answers, party.Position.AnswerHashes); old != "" {
			notes = append(notes, fmt.Sprintf("The position of %s was not taken on the frozen text of answer %s.", party.Name, old))
		}
	}
	r.none("positions", findings, "Every position names answers of this package.")
	for _, text := range notes {
		r.add("positions", Note, text)
	}
}

// uncounted is, in words, why a position did not count.
var uncounted = map[string]string{
	"parties": "others were parties when the answer was sent than when it was taken",
	"mandate": "a mandate that it was taken under had ended when the answer was sent",
}

// approversWrong says what is wrong with the list of those who said it; empty when nothing is.
func (p *Position) approversWrong() string {
	n := len(p.Approvers)
	switch {
	case n == 0 && p.Needed <= 1:
		return ""
	case n == 0 || p.Needed <= 1:
		return "the list of them does not go with how many are needed"
	case p.Approvers[n-1].By != p.By || !p.Approvers[n-1].RecordedAt.Equal(p.RecordedAt):
		return "the last of them is not the one who took the position"
	}
	return ""
}

func (p *Position) mandates() (all []*Mandate) {
	if p.Mandate != nil {
		all = append(all, p.Mandate)
	}
	for _, one := range p.Approvers {
		if one.Mandate != nil {
			all = append(all, one.Mandate)
		}
	}
	return all
}

func unanswered(party Party) string {
	if party.Silence != nil && party.Silence.Counted {
		return " has not answered. It was warned, and its silence was counted as consent."
	}
	return " has not answered."
}

// staleAnswers are the numbers of the answers whose frozen text is not what was seen.
func staleAnswers(answers []Answer, seen map[string]Hash) string {
	var numbers []string
	for _, a := range answers {
		if seen[a.ID] != a.Hash {
			numbers = append(numbers, fmt.Sprint(a.Number))
		}
	}
	return strings.Join(numbers, ", ")
}

func (r *Report) remarks(p Package) {
	var findings []string
	for _, remark := range p.Remarks {
		if remark.AnswerID != nil && !slices.ContainsFunc(p.Answers, func(a Answer) bool { return a.ID == *remark.AnswerID }) {
			findings = append(findings, fmt.Sprintf("Remark %s belongs to an answer that is not in the package: %s.", remark.ID, *remark.AnswerID))
		}
		if len(remark.Authors) == 0 {
			findings = append(findings, fmt.Sprintf("Remark %s has no author.", remark.ID))
		}
		for _, author := range remark.Authors {
			if !slices.ContainsFunc(p.Parties, func(party Party) bool { return party.ID == author.ID && party.Name == author.Name }) {
				findings = append(findings, fmt.Sprintf("Remark %s is by %s (%s), which is no party.", remark.ID, author.Name, author.ID))
			}
		}
	}
	r.none("remarks", findings, "Every remark is by parties, and belongs to an answer of this package or to the whole.")
}
