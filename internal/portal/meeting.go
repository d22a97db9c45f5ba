package portal

import "time"

type (
	BodyID    string
	MeetingID string
	CaseID    string
)

// BodyLevel is where in a community a body stands.
type BodyLevel string

const (
	PartnershipLevel  BodyLevel = "partnership"
	StrategicLevel    BodyLevel = "strategic"
	ProfessionalLevel BodyLevel = "professional"
)

// Body is a committee of a community, by the name that it has there.
type Body struct {
	ID        BodyID
	Community OrganisationID
	Level     BodyLevel
	Name      string
	Members   []Member
	Ended     bool // meets no more; what it decided stands
	Version   int
	SetAt     time.Time
	SetBy     string // the person
}

// Member is somebody with a seat in a body: an account, or a person by name alone.
type Member struct {
	Account          AccountID      `json:"account,omitempty"`
	Name             string         `json:"name"`
	Organisation     OrganisationID `json:"organisation,omitempty"` // empty for one that the portal does not know
	OrganisationName string         `json:"organisationName"`
	Part             Part           `json:"part"`
	Chairs           []Period       `json:"chairs,omitempty"`
}

// Part is what a member does in the meetings.
type Part string

const (
	Voting    Part = "voting"
	Moving    Part = "moving" // speaks, and makes proposals
	Speaking  Part = "speaking"
	Attending Part = "attending"
)

// Period is from one calendar date to another, both included; a zero one is open.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// Holds says whether the period holds on the date.
func (p Period) Holds(day time.Time) bool {
	on := day.Format(time.DateOnly)
	return p.From.Format(time.DateOnly) <= on && (p.To.IsZero() || on <= p.To.Format(time.DateOnly))
}

// ChairOn is who leads the body on the date; nil when nobody is said to.
func (b Body) ChairOn(day time.Time) *Member {
	for i, m := range b.Members {
		for _, p := range m.Chairs {
			if p.Holds(day) {
				return &b.Members[i]
			}
		}
	}
	return nil
}

// Meeting is one meeting of a body.
type Meeting struct {
	ID                  MeetingID
	Community           Organisation
	Body                Body
	StartsAt, PapersDue time.Time // papers are to be there by the latter
	Place               string
	State               MeetingState
	Reason              string // of one that was cancelled
	Cases               []Case
	Remarks             []MinuteRemark // to the minutes, in the order they were made
	Version             int
}

// MeetingState is where a meeting is.
type MeetingState string

const (
	Called    MeetingState = "called"
	Held      MeetingState = "held" // something stands in the minutes
	Cancelled MeetingState = "cancelled"
)

// Case is one thing on a meeting's agenda: an answer, or what its title says.
type Case struct {
	ID         CaseID
	Number     int
	Title      string
	Response   ResponseID // empty for other matters
	RoundTitle Text       // of the response
	Minute     *Minute    // the newest; nil before the meeting
}

// CaseOutcome is what became of a case in the meeting.
type CaseOutcome string

const (
	CaseDecided   CaseOutcome = "decided"
	CasePostponed CaseOutcome = "postponed"
	CaseDeclined  CaseOutcome = "declined"
	CaseNoted     CaseOutcome = "noted"
)

// Minute is what the minutes say of a case.
type Minute struct {
	Outcome    CaseOutcome
	Text       string
	CaseNumber string
	Freeze     FreezeID // the text that lay before the meeting; empty where none did
	Decision   bool     // it is the response's own
	RecordedAt time.Time
	RecordedBy string
}

// MinuteRemark is a protokolltilførsel: an organisation's remark to the minutes. It belongs to the meeting.
type MinuteRemark struct {
	ID           string
	Case         CaseID // empty: to the minutes as a whole
	Organisation Organisation
	Text         string
	RecordedAt   time.Time
	RecordedBy   string
}

// Seats are the organisations with a seat in the body.
func (b Body) Seats() (seats []OrganisationID) {
	for _, m := range b.Members {
		if m.Organisation != "" {
			seats = append(seats, m.Organisation)
		}
	}
	return seats
}

// OwnDates are when a party treats an answer in its own organisation: calendar dates, zero when not said.
type OwnDates struct {
	Meeting, PapersDue time.Time
	SetBy              string // the person
	SetAt              time.Time
}
