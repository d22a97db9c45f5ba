// Package portal holds the nouns that every other package speaks in: typed
// identifiers, the people and organisations, who acts, what can go wrong and
// what is recorded about it. It knows nothing of storage or transport.
package portal

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
)

type (
	// OrganisationID is a short readable slug, stable over renumbering and renaming.
	OrganisationID string
	// The remaining identifiers are UUIDs. They are random, so that knowing one says nothing of others.
	AccountID    string
	RoundID      string
	QuestionID   string
	ResponseID   string
	AnswerID     string
	DocumentID   string
	FreezeID     string
	PositionID   string
	RemarkID     string
	AttachmentID string
	TreatmentID  string
	MandateID    string
	ThreadID     string
	JobID        string
	SessionID    string // says nothing of what opens the session
)

// NewID makes the text of a fresh random identifier.
func NewID() string { return uuid.NewString() }

// OrganisationKind says what an organisation is in the health service.
type OrganisationKind string

const (
	Ministry                OrganisationKind = "ministry"
	RegionalHealthAuthority OrganisationKind = "regional_health_authority"
	HealthCommunity         OrganisationKind = "health_community" // not a legal entity: its secretariat acts for it
	HealthTrust             OrganisationKind = "health_trust"
	Hospital                OrganisationKind = "hospital" // private non-profit hospital party
	Municipality            OrganisationKind = "municipality"
	Association             OrganisationKind = "association" // KS
	Operator                OrganisationKind = "operator"    // whoever runs the portal; its administrators
)

// Organisation is anybody that an account can act for.
type Organisation struct {
	ID         OrganisationID
	Kind       OrganisationKind
	Name       string
	Number     string         // municipality number on the date asked for; empty for others
	Parent     OrganisationID // a trust's regional authority
	Unverified bool           // the name is a working title in the reference data
}

// Role is what an account may be for one organisation.
type Role string

const (
	CaseOfficer     Role = "case_officer"     // ministry
	RegionalContact Role = "regional_contact" // regional health authority
	Secretariat     Role = "secretariat"      // health community
	Coordinator     Role = "coordinator"      // writes for a municipality
	Writer          Role = "writer"           // writes for a hospital party
	Approver        Role = "approver"         // takes the party's position
	Reader          Role = "reader"           // reads and follows; observers too
	Administrator   Role = "administrator"    // gives roles; reads no drafts by virtue of it
)

// Roles lists every role, in the order they are shown.
func Roles() []Role {
	return []Role{CaseOfficer, RegionalContact, Secretariat, Coordinator, Writer, Approver, Reader, Administrator}
}

// RolesFor says which roles an organisation of the kind can give.
func RolesFor(kind OrganisationKind) []Role {
	switch kind {
	case Ministry:
		return []Role{CaseOfficer}
	case RegionalHealthAuthority:
		return []Role{RegionalContact, Reader}
	case HealthCommunity:
		return []Role{Secretariat, Reader}
	case Municipality:
		return []Role{Coordinator, Approver, Reader}
	case HealthTrust, Hospital:
		return []Role{Writer, Approver, Reader}
	case Association:
		return []Role{Reader}
	case Operator:
		return []Role{Administrator}
	}
	return nil
}

// Account is a person as an identity provider vouches for them. Issuer and
// Subject together are the identity; accounts are never joined by e-mail.
type Account struct {
	ID       AccountID
	Issuer   string
	Subject  string
	Name     string
	Email    string
	Language Language
	// Reminders is how often they want to be reminded by e-mail.
	Reminders Reminders
	Closed    bool // nobody logs in with it
}

// Reminders is how often somebody is reminded of what they owe. What they must
// know is told them anyway.
type Reminders string

const (
	RemindAtOnce Reminders = "at_once" // as soon as something is owed, and once a day while it is
	RemindDaily  Reminders = "daily"
	RemindNever  Reminders = "none"
)

// Actor is an account acting for exactly one organisation. It is always a
// parameter, never fished out of a context.
type Actor struct {
	Account          AccountID
	Name             string
	Organisation     OrganisationID
	OrganisationName string
	Kind             OrganisationKind
	Roles            []Role
	Language         Language
	Login            Login
	Mandates         []Mandate // that the account holds now
}

// Addressed is the organisation as one addresses it: a municipality's register name is only the place.
func (a Actor) Addressed() string {
	if a.Kind == Municipality && !strings.HasSuffix(a.OrganisationName, "kommune") {
		return a.OrganisationName + " kommune"
	}
	return a.OrganisationName
}

// Login is how the person behind an account came in: how long ago they last
// proved who they are, and how surely the identity provider knows it.
type Login struct {
	Age     time.Duration
	Level   Level
	Session SessionID
	Device  string // known at the moment of the login alone
}

// Session is an account's login in one browser, by the clock of the database.
type Session struct {
	ID          SessionID
	Device      string // family of browser and of platform; empty for others
	Begun, Seen time.Time
}

// Level is how surely an identity provider knows who somebody is; empty for any way.
type Level string

const (
	Substantial Level = "substantial"
	High        Level = "high"
)

// Reaches says whether the level is the one asked for, or above it.
func (l Level) Reaches(asked Level) bool {
	return asked == "" || l == High || l == asked
}

// Has says whether the actor holds the role for the organisation acted for.
func (a Actor) Has(role Role) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

type actingKey struct{}

// Acting marks all that is done in the context as done for the actor. It is for the database's own wall between
// organisations, and set at the doors of the program; rights are decided by the actor that is a parameter.
func Acting(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actingKey{}, a)
}

// ActingIn gives the actor that the context is marked with, or false for the program's own work.
func ActingIn(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actingKey{}).(Actor)
	return a, ok
}

// Language is a written form of Norwegian. The two are equals.
type Language string

const (
	Bokmal  Language = "nb"
	Nynorsk Language = "nn"
)

// Text is what people read, in one or both written forms.
type Text struct {
	NB string `json:"nb,omitempty" yaml:"nb"`
	NN string `json:"nn,omitempty" yaml:"nn"`
}

// In gives the text in the language asked for, else the other one.
func (t Text) In(l Language) string {
	if (l == Nynorsk && t.NN != "") || t.NB == "" {
		return t.NN
	}
	return t.NB
}

// Side is which half of a health community a party belongs to.
type Side string

const (
	HospitalSide  Side = "hospital"
	MunicipalSide Side = "municipal"
)

// AuditEvent says what was done to which object; the actor goes with it. It is
// written in the transaction of the write it tells of, and never changed.
type AuditEvent struct {
	At       time.Time
	Action   string // the policy action
	Round    RoundID
	Response ResponseID
	Object   string         // id of what was touched, when it is neither round nor response
	Detail   map[string]any // small facts that make the line readable; never texts of answers
}
