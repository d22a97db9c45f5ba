package portal

import "time"

// TreatmentLevel is who in a party's own organisation decided.
type TreatmentLevel string

const (
	Political      TreatmentLevel = "political"      // a council, a board
	Delegated      TreatmentLevel = "delegated"      // somebody to whom the power was delegated
	Administrative TreatmentLevel = "administrative" // the administration, within its own powers
)

// TreatmentOutcome is what was decided there.
type TreatmentOutcome string

const (
	Endorsed        TreatmentOutcome = "endorsed"
	EndorsedChanged TreatmentOutcome = "endorsed_with_changes" // on conditions that the decision names
	Declined        TreatmentOutcome = "declined"
	Noted           TreatmentOutcome = "noted" // taken note of, no stand
)

// Votes are those for, against and abstained.
type Votes struct{ For, Against, Abstained int }

// Treatment is what a party's position rests on: who in its own organisation
// decided what, about which version. One that was wrong is corrected by another.
type Treatment struct {
	ID           TreatmentID
	Freeze       FreezeID // the version that was treated
	FreezeNumber int
	Hashes       Hashes // of that version
	Level        TreatmentLevel
	Body         string
	CaseNumber   string
	MetOn        time.Time
	Outcome      TreatmentOutcome
	Decision     string
	Votes        *Votes      // nil where they were not counted
	Corrects     TreatmentID // the record that this one takes the place of
	Account      AccountID
	Name         string // of the person who recorded it
	RecordedAt   time.Time
	Attachments  []Attachment
}

// Attachment is a file that lies beside the record of a treatment, such as the minutes.
type Attachment struct {
	ID        AttachmentID
	Name      string
	MediaType string // by its bytes
	Size      int    // in bytes
	Hash      string // SHA-256 of the bytes
	Account   AccountID
	By        string // the person who added it
	AddedAt   time.Time
}

// Coverage is what an approver says of a treatment of an earlier text: whether
// what was decided there covers the text as it now stands, and why.
type Coverage struct {
	Covers bool
	Reason string
}

// Treatments are those that no other corrects.
func (p Party) Treatments() (standing []Treatment) {
	for _, t := range p.AllTreatments {
		if !p.Corrected(t.ID) {
			standing = append(standing, t)
		}
	}
	return standing
}

// Corrected says whether a later record takes the treatment's place.
func (p Party) Corrected(id TreatmentID) bool {
	for _, t := range p.AllTreatments {
		if t.Corrects == id {
			return true
		}
	}
	return false
}

// Treated is the newest of them: what the party's next position rests on. Nil when there is none.
func (p Party) Treated() *Treatment {
	standing := p.Treatments()
	if len(standing) == 0 {
		return nil
	}
	return &standing[len(standing)-1]
}
