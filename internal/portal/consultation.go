package portal

import (
	"encoding/json"
	"slices"
	"time"
)

// RoundState is where a round is.
type RoundState string

const (
	RoundDraft  RoundState = "draft"
	RoundOpen   RoundState = "open"
	RoundClosed RoundState = "closed"
)

// Paragraphs are paragraphs or list items in one or both written forms.
type Paragraphs struct {
	NB []string `json:"nb,omitempty"`
	NN []string `json:"nn,omitempty"`
}

// Round is an invitation with its questions.
type Round struct {
	ID                            RoundID
	Slug                          string
	Title                         Text
	Sender, SignedByRole          string
	Reference                     string
	Kind                          string    // addressed, open, internal
	Issued                        time.Time // the letter's date; memberships are read as of it
	Deadline                      time.Time
	State                         RoundState
	JointAnswers, SeparateAnswers string // encouraged, allowed, no
	AcceptsLate                   bool
	LogsReading                   bool  // who reads the texts is written down
	Login                         Login // the oldest and least sure that signs and sends
	Background, PriorityGroups    Paragraphs
	Addressees, CopyTo            []string
	SendTo                        string
	Questions                     []Question
	Version                       int
}

// Extension is more time, with its reason: for everybody, for a community and
// its parties, or for one organisation alone.
type Extension struct {
	For       *Organisation // nil for everybody
	Deadline  time.Time
	Reason    string
	GrantedBy string // the person
	GrantedAt time.Time
}

// Question is one of the round's questions. GuidanceWords is a suggested length; 0 for none.
type Question struct {
	ID            QuestionID
	Number        int
	Text          Text
	Optional      bool
	Collects      string // "good_examples" or empty
	GuidanceWords int
}

// Recipient is an organisation on a round's list.
type Recipient struct {
	Organisation   Organisation
	Relation       string // addressed, copy, forwarded
	AskedToForward bool
	ForwardedBy    string // name of the authority
	ForwardedAt    *time.Time
	OpenedAt       *time.Time
	Community      string // name, for municipalities and trusts
}

// ResponseKind tells one answer of a whole community from one of a single organisation.
type ResponseKind string

const (
	Joint    ResponseKind = "joint"
	Separate ResponseKind = "separate"
)

// ResponseState is where a response is on its way from first word to the ministry.
type ResponseState string

const (
	Draft     ResponseState = "draft"     // being written
	Approval  ResponseState = "approval"  // frozen; the parties take positions
	Ready     ResponseState = "ready"     // decided; may be submitted
	Submitted ResponseState = "submitted" // sent, receipt given
	Received  ResponseState = "received"  // the ministry has journaled it
	Withdrawn ResponseState = "withdrawn" // what was sent no longer stands; nothing new is being written
)

// SubmissionState is what became of something that was sent. What no longer
// stands is kept, and read as what it is.
type SubmissionState string

const (
	Sent            SubmissionState = "submitted"
	Journaled       SubmissionState = "received"
	Public          SubmissionState = "published" // anybody may read it
	TakenBack       SubmissionState = "withdrawn" // by those who sent it
	SentBack        SubmissionState = "returned"  // by the ministry, for formal reasons
	ReplacedByNewer SubmissionState = "replaced"  // a later submission of the same response stands
)

// RuleKind is the way in which a community comes to an answer.
type RuleKind string

const (
	Consensus      RuleKind = "consensus"      // enough parties on both sides have answered, and nobody rejects
	NamedVoters    RuleKind = "named_voters"   // the named parties have all answered
	Recommendation RuleKind = "recommendation" // the committee recommends first, then each party for itself
	Alone          RuleKind = "alone"          // an organisation that answers for itself
)

// Rule is a community's own rule for when its answer may be sent. Percentages
// are of the parties on a side, rounded up.
type Rule struct {
	Kind                RuleKind `json:"kind"`
	HospitalPercent     int      `json:"hospitalPercent"`
	MunicipalPercent    int      `json:"municipalPercent"`
	Voters              []Voter  `json:"voters,omitempty"`
	PartnershipDecision bool     `json:"partnershipDecision"`
	// SilenceDays is how long after a recorded warning silence counts as consent; 0: never.
	SilenceDays int `json:"silenceDays"`
}

// Voter is a party that the rule names, as it was called then.
type Voter struct {
	ID   OrganisationID `json:"id"`
	Name string         `json:"name"`
}

// Hashes maps answer ids to the hash of their content.
type Hashes map[AnswerID]string

// PositionKind is what a party can say about the text.
type PositionKind string

const (
	Approved           PositionKind = "approved"
	ApprovedWithRemark PositionKind = "approved_with_remark"
	Rejected           PositionKind = "rejected"       // blocks; reason required
	StandsOutside      PositionKind = "stands_outside" // does not block; is listed
	PositionWithdrawn  PositionKind = "withdrawn"      // takes back what was said before: the party has no position
)

// Response is one answer to a round as a whole, with all that says where it stands.
type Response struct {
	ID       ResponseID
	Round    Round // without questions' texts when listed
	Kind     ResponseKind
	Language Language
	Owner    Organisation
	State    ResponseState
	Rule     Rule
	Circle   int // counts the changes of who the parties are that concern all of them
	Version  int

	Freeze         *Freeze  // the frozen version being treated; nil while drafting
	Versions       []Freeze // every frozen version there was, the oldest first
	ReopenedReason string   // of the last frozen version, while drafting

	Answers     []Answer
	Parties     []Party
	Decisions   []Decision     // those that speak of Freeze
	Remarks     []Remark       // those that stand, in the order they are read
	Submissions []Receipt      // all that was ever sent, newest first; the newest alone can stand
	Offered     []Organisation // that may join a separate response
}

// Receipt is that of the text as it now stands; nil when that has not been sent, or stands no longer.
func (r Response) Receipt() *Receipt {
	if last := r.Last(); last != nil && last.Stands() && r.Freeze != nil && last.Freeze == r.Freeze.ID {
		return last
	}
	return nil
}

// Last is the newest submission, whether it stands or not; nil when nothing was ever sent.
func (r Response) Last() *Receipt {
	if len(r.Submissions) == 0 {
		return nil
	}
	return &r.Submissions[0]
}

// Answer is the one of that id, or Missing.
func (r Response) Answer(id AnswerID) (Answer, error) {
	for _, a := range r.Answers {
		if a.ID == id {
			return a, nil
		}
	}
	return Answer{}, Missing()
}

// Party is the organisation as a party of it, and whether it is one.
func (r Response) Party(id OrganisationID) (Party, bool) {
	for _, p := range r.Parties {
		if p.Organisation.ID == id {
			return p, true
		}
	}
	return Party{}, false
}

// Documents are those that the answers are written in.
func (r Response) Documents() []DocumentID {
	ids := make([]DocumentID, len(r.Answers))
	for i, a := range r.Answers {
		ids[i] = a.Document
	}
	return ids
}

// Answer is the answer to one question. Its text lives in the document.
type Answer struct {
	ID          AnswerID
	Number      int
	Question    Question
	Document    DocumentID
	Status      AnswerStatus
	Coordinator *Organisation
	Version     int
	Hash        string    // of the frozen text, when frozen
	Relation    *Relation // to a joint answer; nil for an answer by itself
	Suggestions int       // that nobody has decided on yet
}

// AnswerStatus is how far an answer has come, as its writers say.
type AnswerStatus string

const (
	AnswerEmpty       AnswerStatus = "empty"
	AnswerWriting     AnswerStatus = "writing"
	AnswerReady       AnswerStatus = "ready"
	AnswerNotAnswered AnswerStatus = "not_answered"
)

// Party is an organisation that the answer speaks for, and its newest position.
type Party struct {
	Organisation Organisation
	Side         Side
	Position     *Position
	Withdrawn    *Position       // the record that took the newest one back; Position is nil then
	Warning      *SilenceWarning // that it was given about the frozen text
	// AllTreatments are in its own organisation, as they were recorded; see Treatments for those that stand.
	AllTreatments []Treatment
	Needed        int // how many of its approvers have to say the same about the frozen text
}

// SilenceWarning is the record that a party was told what its silence will mean, and from when.
type SilenceWarning struct {
	WarnedAt, CountsFrom time.Time  // CountsFrom as if it came at once, until it has
	DeliveredAt          *time.Time // to somebody who may answer for the party
	By                   string
}

// Again says whether the party may be warned once more: after a day the warning had not come.
func (w *SilenceWarning) Again(now time.Time) bool {
	return w.DeliveredAt == nil && now.Sub(w.WarnedAt) > 24*time.Hour
}

// Counts says whether the party's silence counts by the time.
func (w *SilenceWarning) Counts(now time.Time) bool {
	return w != nil && w.DeliveredAt != nil && !now.Before(w.CountsFrom)
}

// Position is what a party has said, bound to the hashes that were seen.
type Position struct {
	ID           PositionID
	Freeze       FreezeID
	FreezeNumber int
	Kind         PositionKind
	Reason       string
	Hashes       Hashes
	Circle       int         // of the response when it was taken
	Late         bool        // taken after the answer was sent: on record, and no part of what was sent
	Treatment    TreatmentID // what it rests on in the party's own organisation; empty: nothing is recorded
	Coverage     *Coverage   // what was said of a treatment of an earlier text
	Mandate      *Mandate    // under which it was taken; nil: by the party's own approver
	Needed       int         // how many of the party's approvers have to say it
	Joined       []Position  // what others of them said first, and this one joins; the first of them first
	Account      AccountID
	Name         string // of the person
	RecordedAt   time.Time
}

// Enough says whether as many of the party's approvers have said it as have to. One alone can reject.
func (p Position) Enough() bool { return p.Kind == Rejected || len(p.Joined)+1 >= p.Needed }

// Covered says whether what the party treated covers what it approves, as its approver says where that is another text.
func (p Position) Covered() bool { return p.Coverage == nil || p.Coverage.Covers }

// SaidBy says whether the person is one of those who said it.
func (p Position) SaidBy(account AccountID) bool {
	return p.Account == account || slices.ContainsFunc(p.Joined, func(x Position) bool { return x.Account == account })
}

// Lapsed says whether a mandate that it was said under is over.
func (p Position) Lapsed(now time.Time) bool {
	over := func(x Position) bool { return x.Mandate != nil && x.Mandate.Over(now) }
	return over(p) || slices.ContainsFunc(p.Joined, over)
}

// First is the record that was taken first of those that say the same.
func (p Position) First() PositionID {
	if len(p.Joined) > 0 {
		return p.Joined[0].ID
	}
	return p.ID
}

// Freeze is a version of the text that parties take positions on.
type Freeze struct {
	ID       FreezeID
	Number   int
	Hash     string
	FrozenAt time.Time
	FrozenBy string
	Answers  []FrozenAnswer // only where texts are asked for
}

// Hashes gives the frozen hash of every answer.
func (r Response) Hashes() Hashes {
	if r.Freeze == nil {
		return nil
	}
	hashes := Hashes{}
	for _, a := range r.Answers {
		hashes[a.ID] = a.Hash
	}
	return hashes
}

// FrozenAnswer is the text of an answer as the server rendered it.
type FrozenAnswer struct {
	Answer   AnswerID
	Number   int
	Status   AnswerStatus
	Content  json.RawMessage
	Hash     string
	Relation *Relation
}

// HoldsText says whether what was written is in it: what is marked as not
// answered, or joins another answer, carries no text of its own.
func (a FrozenAnswer) HoldsText() bool {
	return a.Status == AnswerReady && (a.Relation == nil || a.Relation.Kind != Joins)
}

// Remark is a særmerknad as it stands: on the whole answer, on one of its
// answers, or on a passage of that. One or more parties are its authors.
type Remark struct {
	ID         RemarkID
	Answer     AnswerID // empty: about the whole
	Quote      string   // the passage; empty: about all of it
	Authors    []Organisation
	Text       string
	Version    int    // counts what was written
	Disputed   string // the hash of what it speaks of, when it was last written or kept
	RecordedAt time.Time
	Reply      string // of the others, by the secretariat
	RepliedAt  *time.Time
	Seen       map[OrganisationID]int // the newest version that each has seen
}

// By says whether the organisation is among the authors.
func (r Remark) By(id OrganisationID) bool {
	for _, a := range r.Authors {
		if a.ID == id {
			return true
		}
	}
	return false
}

// RemarkStep is something that was done with a remark.
type RemarkStep struct {
	Remark       RemarkID
	Kind         string // write, join, leave, keep, reply, see
	Organisation OrganisationID
	Account      AccountID
	Name         string
	Version      int
	Text         string
	Disputed     string
	At           time.Time
}

// Decision is what a committee of the community has decided about a frozen version.
type Decision struct {
	Level      string    // strategic, partnership
	Body       string    // its name at that time
	BodyID     BodyID    // empty where the community has not said who its bodies are
	Meeting    MeetingID // empty where it was not made in a meeting of the portal's
	DecidedOn  time.Time
	CaseNumber string
	RecordedAt time.Time
	RecordedBy string
}

// Receipt says what the ministry has got, and when.
type Receipt struct {
	Response     ResponseID
	Number       string
	State        SubmissionState
	Freeze       FreezeID // the text that was sent
	Replaces     string   // number of the one that was sent before it
	SubmittedAt  time.Time
	LateSeconds  int64
	PackageHash  string
	SubmittedBy  string // the person
	Organisation string // acted for
	ReceivedAt   *time.Time
	Ended        *Tombstone // when it no longer stands
	PublishedAt  *time.Time
	TakenDown    *Tombstone      // when it was public, and is no longer
	Related      []RelatedAnswer // those of its answers that stand to a joint one
}

// Stands says whether this is what the ministry reads and counts.
func (r Receipt) Stands() bool { return r.State == Sent || r.State == Journaled || r.State == Public }

// Tombstone says who took something away, and why. What it was is kept.
type Tombstone struct {
	At     time.Time
	By     string // the person
	For    string // name of the organisation acted for
	Reason string
}
