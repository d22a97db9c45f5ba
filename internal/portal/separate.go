package portal

import "time"

// RelationKind is how an answer of a separate response stands to the joint
// answer of a community to the same question.
type RelationKind string

const (
	Joins      RelationKind = "joins"      // the joint answer is theirs too; they have no text of their own
	Elaborates RelationKind = "elaborates" // own text in addition
	Deviates   RelationKind = "deviates"   // own text instead
)

// Relation ties an answer to a joint one, in the frozen version that was read.
type Relation struct {
	Kind      RelationKind   `json:"kind"`
	Community OrganisationID `json:"community"`
	Name      string         `json:"name"` // of the community, then
	Response  ResponseID     `json:"response"`
	Answer    AnswerID       `json:"answer"`
	Freeze    FreezeID       `json:"freeze"`
	Version   int            `json:"version"` // the number of that freeze
	Hash      string         `json:"hash"`    // of the joint answer in it
	// Newer is the number of the freeze in which the joint answer has another text by now; 0 while it has not.
	Newer int `json:"-"`
}

// RelatedAnswer is what one of the answers that were sent says of a joint one.
type RelatedAnswer struct {
	Number int `json:"number"`
	Relation
}

// Wish is that an organisation has asked to join what another sends.
type Wish struct {
	Organisation Organisation
	AskedAt      time.Time
	AskedBy      string // the person
}
