// Package evidence knows what a submitted package is: its form, its hashes, and how anyone can check
// it offline. It is the Go side of docs/evidence.md, which says the same for other languages.
package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Format is the only value of Package.Format that this version writes and reads.
const Format = "samsvar-submission/1"

// Hash is "sha256:" and 64 lower-case hexadecimal digits.
type Hash string

// Package is one submission, whole: what was sent, who stands behind it, and the proof. It is what the
// sender keeps, the ministry receives and `samsvar verify` reads. Build one, then Seal it.
type Package struct {
	Format      string     `json:"format"`
	Submission  Submission `json:"submission"`
	Round       Round      `json:"round"`
	Response    Response   `json:"response"`
	Freeze      Freeze     `json:"freeze"`
	Answers     []Answer   `json:"answers"`        // in the order of the questions
	Parties     []Party    `json:"parties"`        // everyone who was asked to take a position
	Remarks     []Remark   `json:"remarks"`        // in the order they are to be read
	Decision    *Decision  `json:"decision"`       // nil where the community's rule asks for none
	Rule        []Text     `json:"rule,omitempty"` // in sentences: by which the parties' positions were enough
	PackageHash Hash       `json:"packageHash,omitempty"`
}

// Submission is the receipt: who sent what when.
type Submission struct {
	Number      string    `json:"number"`      // receipt number, such as 2022-0007
	SubmittedAt time.Time `json:"submittedAt"` // the server's clock at the request
	Deadline    time.Time `json:"deadline"`    // the deadline that held at that moment
	LateSeconds int64     `json:"lateSeconds"` // whole seconds after the deadline, 0 if in time
	SubmittedBy Person    `json:"submittedBy"`
	Replaces    *Earlier  `json:"replaces,omitempty"` // what the same response sent before; absent when this is the first
}

// Earlier points to a package that was sent before.
type Earlier struct {
	Number      string `json:"number"`
	PackageHash Hash   `json:"packageHash"`
}

// Person is who acted, and for whom, as they were named at that moment.
type Person struct {
	Name         string `json:"name"`
	Organisation string `json:"organisation"`
}

// Text is one text in Norway's two written languages. An empty one was not given.
type Text struct {
	NB string `json:"nb"`
	NN string `json:"nn"`
}

// Round is the invitation that was answered, in the version that held.
type Round struct {
	ID        string `json:"id"`
	Slug      string `json:"slug"`
	Title     Text   `json:"title"`
	Sender    string `json:"sender"`    // who asked
	Reference string `json:"reference"` // the sender's case number
	Issued    string `json:"issued"`    // date of the letter, YYYY-MM-DD
	Version   int    `json:"version"`   // counts from 1
}

// Response says who answers together, or alone.
type Response struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`     // joint or separate
	Language string `json:"language"` // nb or nn: the language of remarks, reasons and documents
	Owner    Owner  `json:"owner"`
}

// Owner is the health community or organisation whose response it is.
type Owner struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// Freeze is the moment from which the text stood still.
type Freeze struct {
	ID       string    `json:"id"`
	Number   int       `json:"number"` // counts from 1 within the response
	FrozenAt time.Time `json:"frozenAt"`
	Hash     Hash      `json:"hash"` // see FreezeHash
}

// Answer is the frozen answer to one question.
type Answer struct {
	ID         string          `json:"id"`
	Number     int             `json:"number"` // 1, 2, 3 ... without holes
	QuestionID string          `json:"questionId"`
	Question   Text            `json:"question"`
	Status     string          `json:"status"`   // ready or not_answered
	Language   string          `json:"language"` // nb or nn
	Content    json.RawMessage `json:"content"`  // ProseMirror document, as the server rendered it
	Relation   *Relation       `json:"relation,omitempty"`
	Hash       Hash            `json:"hash"` // see AnswerHash
}

// Relation is how an answer of a separate response stands to a community's joint answer to the same
// question. It is part of what is signed: the joint answer is named by the hash of its text.
type Relation struct {
	Kind         string    `json:"kind"` // joins, elaborates or deviates; one that joins has no text of its own
	Community    Community `json:"community"`
	ResponseID   string    `json:"responseId"`
	AnswerID     string    `json:"answerId"`
	FreezeNumber int       `json:"freezeNumber"` // of the joint response
	AnswerHash   Hash      `json:"answerHash"`   // of the joint answer, as it was read
}

// Community is whose joint answer it is.
type Community struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// AnswerContent is what a party puts its name to when it approves one answer.
type AnswerContent struct {
	AnswerID   string          `json:"answerId"`
	QuestionID string          `json:"questionId"`
	Status     string          `json:"status"`
	Language   string          `json:"language"`
	Content    json.RawMessage `json:"content"`
	Relation   *Relation       `json:"relation,omitempty"`
}

// SignedContent is the part of the answer that its hash covers.
func (a Answer) SignedContent() AnswerContent {
	return AnswerContent{AnswerID: a.ID, QuestionID: a.QuestionID, Status: a.Status, Language: a.Language, Content: a.Content, Relation: a.Relation}
}

// Party is one municipality or hospital party, and where it stands.
type Party struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Number   string    `json:"number"` // municipality number, such as 4203; empty for others
	Side     string    `json:"side"`   // hospital or municipal
	Position *Position `json:"position"`
	Silence  *Silence  `json:"silence,omitempty"` // of a party that was warned and has not answered
	// Treatments are in its own organisation, in the order they were recorded.
	Treatments []Treatment `json:"treatments,omitempty"`
}

// Treatment is how a party treated a version of the answer in its own organisation.
type Treatment struct {
	ID           string          `json:"id"`
	FreezeNumber int             `json:"freezeNumber"` // the version that was treated
	AnswerHashes map[string]Hash `json:"answerHashes"` // of that version, by the id of the answer
	Level        string          `json:"level"`        // political, delegated or administrative
	Body         string          `json:"body"`
	CaseNumber   string          `json:"caseNumber"`
	Date         string          `json:"date"`    // of the meeting, YYYY-MM-DD
	Outcome      string          `json:"outcome"` // endorsed, endorsed_with_changes, declined or noted
	Decision     string          `json:"decision"`
	Votes        *Votes          `json:"votes,omitempty"`    // nil where they were not counted
	Corrects     string          `json:"corrects,omitempty"` // id of the treatment whose place it takes
	RecordedAt   time.Time       `json:"recordedAt"`
	By           Person          `json:"by"`
	Attachments  []Attachment    `json:"attachments,omitempty"`
}

// Attachment is a file beside a treatment, in the order they came. Its bytes are not in the package; the hash is of them.
type Attachment struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	MediaType string    `json:"mediaType"`
	Size      int       `json:"size"` // in bytes
	Hash      Hash      `json:"hash"` // SHA-256 of the bytes
	AddedAt   time.Time `json:"addedAt"`
}

// Votes are those for, against and abstained.
type Votes struct {
	For       int `json:"for"`
	Against   int `json:"against"`
	Abstained int `json:"abstained"`
}

// Mandate is what let somebody else than the party's approver take its position.
type Mandate struct {
	Kind         string `json:"kind"`         // stand_in, of the party's own people, or on_behalf
	Organisation string `json:"organisation"` // that the person belongs to
	Reason       string `json:"reason"`
	RestsOn      string `json:"restsOn"`
}

// Coverage is what the approver said of a treatment of an earlier text.
type Coverage struct {
	Covers bool   `json:"covers"`
	Reason string `json:"reason"`
}

// Silence is that a party was told what its silence would come to mean.
type Silence struct {
	WarnedAt   time.Time `json:"warnedAt"`
	CountsFrom time.Time `json:"countsFrom"`
	Counted    bool      `json:"counted"` // as consent, by the rule, when the answer was sent
	// DeliveredAt is when the warning came to somebody who may answer for the party; nil: to nobody, when the answer was sent.
	DeliveredAt *time.Time `json:"deliveredAt,omitempty"`
}

// Position is a party's last word on the text. A party without one has not answered.
type Position struct {
	ID           string          `json:"id"`
	Kind         string          `json:"kind"`   // approved, approved_with_remark, rejected or stands_outside
	Reason       string          `json:"reason"` // demanded when rejected
	RecordedAt   time.Time       `json:"recordedAt"`
	By           Person          `json:"by"`
	AnswerHashes map[string]Hash `json:"answerHashes"`          // the hash of each answer, by its id, that was seen
	TreatmentID  string          `json:"treatmentId,omitempty"` // of the party, that it rests on
	Coverage     *Coverage       `json:"coverage,omitempty"`    // where another text was treated than is approved
	Mandate      *Mandate        `json:"mandate,omitempty"`     // under which it was taken; nil: by the party's own approver
	Needed       int             `json:"needed,omitempty"`      // how many of its approvers have to say it; 0: one
	Approvers    []Approver      `json:"approvers,omitempty"`   // who said it, By the last of them, where more than one have to
	// Uncounted is why it did not count when the answer was sent, though it may be about this very text: parties, when the
	// circle of them became another after it was taken, or mandate, when one it was taken under had ended. Empty: nothing of the kind.
	Uncounted string `json:"uncounted,omitempty"`
}

// Approver is one of several who say what their party says.
type Approver struct {
	By         Person    `json:"by"`
	RecordedAt time.Time `json:"recordedAt"`
	Mandate    *Mandate  `json:"mandate,omitempty"`
}

// Of says whether it is about this very answer. Whoever last spoke of another text has said nothing of it, and so has a
// party whose position did not count.
func (p *Position) Of(a Answer) bool { return p.Counted() && p.AnswerHashes[a.ID] == a.Hash }

// Approves says whether the party stands behind what the position is about.
func (p *Position) Approves() bool {
	return p.Counted() && p.says("approved", "approved_with_remark")
}

// Counted says whether the portal counted it, if the text was the one that was sent.
func (p *Position) Counted() bool {
	return p.Enough() && p.Uncounted == "" && (p.Coverage == nil || p.Coverage.Covers)
}

// Enough says whether as many of the party's approvers have said it as have to. One alone can reject.
func (p *Position) Enough() bool {
	return p != nil && (p.Kind == "rejected" || p.Needed <= max(1, len(p.Approvers)))
}

// Behind says whether the party approves all of the answers as they are sent.
func (p Package) Behind(party Party) bool {
	unanswered := func(a Answer) bool { return !party.Position.Of(a) }
	return party.Position.Approves() && !slices.ContainsFunc(p.Answers, unanswered)
}

// Remark is a særmerknad: what some parties add to an answer, or to the whole.
type Remark struct {
	ID         string         `json:"id"`
	AnswerID   *string        `json:"answerId"`        // nil: belongs to the response as a whole
	Quote      string         `json:"quote,omitempty"` // the passage that it is about
	Authors    []RemarkAuthor `json:"authors"`
	Text       string         `json:"text"` // plain text; blank lines separate paragraphs
	RecordedAt time.Time      `json:"recordedAt"`
	Reply      *Reply         `json:"reply,omitempty"`
}

// Reply is what the others say to a remark, by the secretariat.
type Reply struct {
	Text       string    `json:"text"`
	RecordedAt time.Time `json:"recordedAt"`
}

// RemarkAuthor is a party behind a remark.
type RemarkAuthor struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Decision is what the community's committee decided.
type Decision struct {
	Body       string    `json:"body"`  // the committee's own name
	Level      string    `json:"level"` // strategic or partnership
	Date       string    `json:"date"`  // date of the meeting, YYYY-MM-DD
	CaseNumber string    `json:"caseNumber"`
	RecordedAt time.Time `json:"recordedAt"`
}

// Seal brings the package into its exact form and fills in what follows from the rest: the format,
// every instant in UTC and whole seconds, LateSeconds, and the hashes of the answers, of the freeze
// and of the package. Positions keep the hashes they were given. It fails when an answer or the freeze
// already carries a hash and that is another one: then this is not the text that was frozen.
func (p *Package) Seal() error {
	p.Format = Format
	p.normalise()
	for i := range p.Answers {
		a := &p.Answers[i]
		hash, err := AnswerHash(a.SignedContent())
		if err := settle(&a.Hash, hash, err); err != nil {
			return fmt.Errorf("answer %d: %w", a.Number, err)
		}
	}
	hash, err := p.freezeHash()
	if err := settle(&p.Freeze.Hash, hash, err); err != nil {
		return fmt.Errorf("freeze %d: %w", p.Freeze.Number, err)
	}
	p.PackageHash, err = p.Hash()
	return err
}

func settle(recorded *Hash, computed Hash, err error) error {
	if err != nil {
		return err
	}
	if *recorded != "" && *recorded != computed {
		return fmt.Errorf("frozen as %s, but is now %s", *recorded, computed)
	}
	*recorded = computed
	return nil
}

// Hash is the SHA-256 of the canonical JSON of the package without its own packageHash.
func (p Package) Hash() (Hash, error) {
	p.PackageHash = ""
	return hashOf(p)
}

// AnswerHash is the hash a party signs: SHA-256 of the canonical JSON of the content together with
// "format":"samsvar-answer/1". Equal hashes mean equal text, status and language of the same answer.
func AnswerHash(content AnswerContent) (Hash, error) {
	return hashOf(struct {
		Format string `json:"format"`
		AnswerContent
	}{"samsvar-answer/1", content})
}

// FreezeHash covers which texts were laid before which parties: the response, the number of the
// freeze, the hashes of its answers in order, and the ids of the parties, whose order does not matter.
func FreezeHash(responseID string, number int, answers []Hash, partyIDs []string) (Hash, error) {
	return hashOf(struct {
		Format     string   `json:"format"`
		ResponseID string   `json:"responseId"`
		Number     int      `json:"number"`
		Answers    []Hash   `json:"answers"`
		Parties    []string `json:"parties"`
	}{"samsvar-freeze/1", responseID, number, orEmpty(answers), sortedIDs(partyIDs)})
}

func (p Package) freezeHash() (Hash, error) {
	answers := make([]Hash, len(p.Answers))
	for i, a := range p.Answers {
		answers[i] = a.Hash
	}
	parties := make([]string, len(p.Parties))
	for i, party := range p.Parties {
		parties[i] = party.ID
	}
	return FreezeHash(p.Response.ID, p.Freeze.Number, answers, parties)
}

func hashOf(v any) (Hash, error) {
	canonical, err := Canonical(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(canonical)
	return Hash("sha256:" + hex.EncodeToString(sum[:])), nil
}

func sortedIDs(ids []string) []string {
	sorted := append([]string{}, ids...)
	slices.SortFunc(sorted, compareUTF16)
	return sorted
}

// normalise gives equal packages equal JSON: lists are never null, instants are UTC in whole seconds.
func (p *Package) normalise() {
	inUTC(&p.Submission.SubmittedAt, &p.Submission.Deadline, &p.Freeze.FrozenAt)
	p.Submission.LateSeconds = max(0, int64(p.Submission.SubmittedAt.Sub(p.Submission.Deadline)/time.Second))
	p.Answers, p.Parties, p.Remarks = orEmpty(p.Answers), orEmpty(p.Parties), orEmpty(p.Remarks)
	for _, party := range p.Parties {
		for i := range party.Treatments {
			inUTC(&party.Treatments[i].RecordedAt)
			for n := range party.Treatments[i].Attachments {
				inUTC(&party.Treatments[i].Attachments[n].AddedAt)
			}
			if party.Treatments[i].AnswerHashes == nil {
				party.Treatments[i].AnswerHashes = map[string]Hash{}
			}
		}
		if party.Silence != nil {
			inUTC(&party.Silence.WarnedAt, &party.Silence.CountsFrom)
			if came := party.Silence.DeliveredAt; came != nil {
				whole := came.UTC().Truncate(time.Second)
				party.Silence.DeliveredAt = &whole
			}
		}
		if party.Position == nil {
			continue
		}
		inUTC(&party.Position.RecordedAt)
		for i := range party.Position.Approvers {
			inUTC(&party.Position.Approvers[i].RecordedAt)
		}
		if party.Position.AnswerHashes == nil {
			party.Position.AnswerHashes = map[string]Hash{}
		}
	}
	for i := range p.Remarks {
		inUTC(&p.Remarks[i].RecordedAt)
		p.Remarks[i].Authors = orEmpty(p.Remarks[i].Authors)
		if p.Remarks[i].Reply != nil {
			inUTC(&p.Remarks[i].Reply.RecordedAt)
		}
	}
	if p.Decision != nil {
		inUTC(&p.Decision.RecordedAt)
	}
}

func inUTC(instants ...*time.Time) {
	for _, t := range instants {
		*t = t.UTC().Truncate(time.Second)
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
