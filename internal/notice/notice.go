// Package notice tells people what they must know or owe: in the page, and by
// e-mail in their own written form of Norwegian. Whatever is audited can be
// told of: who is told what, and how soon, is one table (Table), and a new kind
// of notice is a row there and a line in its words, with no call anywhere.
//
// The audit trail is the outbox. Its events are read in their order after the
// commit, each exactly once, by whichever process comes first; so a notice is
// never lost, never of something that was rolled back, and nobody who records
// something waits for a mail server. What a mail says, and whether it is sent
// at all, is decided when it is sent: by the rights, the language and the tasks
// that its recipient has then.
package notice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// Event is what was recorded, as the audit trail has it.
type Event struct {
	Sequence     int64
	At           time.Time
	Account      portal.AccountID
	Organisation portal.OrganisationID
	Action       policy.Action
	Round        portal.RoundID
	Response     portal.ResponseID
	Object       string
	Detail       map[string]any
}

// apart says whether the event is about no round and no response.
func (e Event) apart() bool {
	kind, _, _ := strings.Cut(string(e.Action), ".")
	return kind == "mandate" || kind == "meeting"
}

// told is what the event says of what is apart: what it is called, and when.
func (e Event) told() (about string, moment *time.Time) {
	for _, name := range []string{"body", "organisation"} {
		if called, _ := e.Detail[name].(string); called != "" && about == "" {
			about = called
		}
	}
	if starts, err := time.Parse(time.RFC3339, fmt.Sprint(e.Detail["startsAt"])); err == nil {
		moment = &starts
	}
	return about, moment
}

// Person is somebody who may be something for one organisation.
type Person struct {
	portal.Actor
	Email     string
	Reminders portal.Reminders
}

// Told is that a person is to be told of an event.
type Told struct {
	Kind   Kind
	Person Person
	Round  portal.RoundID
	// Response is empty when it is about the round alone.
	Response portal.ResponseID
	About    string // what it is called, where it is about neither
	Moment   *time.Time
	Mail     bool // by e-mail too
}

// Notice is something that a person was told, with what it is about as that is now.
type Notice struct {
	ID           int64
	Kind         Kind
	At           time.Time
	Organisation portal.OrganisationID // that they act for in this
	Read         bool
	Round        portal.Round // id, title, state and the deadline that holds
	Response     portal.ResponseID
	Owner        string          // who answers; who gave the mandate, or which body meets
	Moment       time.Time       // from when silence counts, or when the meeting is
	About        string          // the id of the mandate or the meeting
	Answer       portal.AnswerID // and the thread, where somebody was mentioned
	Thread       portal.ThreadID
	Object       policy.Object // what decides whether they may still know of it
}

// visible says whether the actor may still know of what the notice is about.
func (n Notice) visible(actor portal.Actor) bool {
	if n.Round.ID == "" {
		return true // it was theirs when they were told, and says no more
	}
	if n.Response == "" {
		return policy.Decide(actor, "round.read", n.Object) == nil
	}
	return policy.Decide(actor, "response.read", n.Object) == nil
}

// Store is what this package needs kept.
type Store interface {
	// Tell hands the events that nobody has been told of to address, in their order, and keeps whom it names: both or
	// neither, and each event once, however many processes ask. It says how many events there were.
	Tell(ctx context.Context, limit int, now time.Time, address func(context.Context, Event) ([]Told, error)) (int, error)
	Response(ctx context.Context, id portal.ResponseID) (portal.Response, error)
	// Concerned are the organisations that an event of a round is about, and their communities.
	Concerned(ctx context.Context, e Event) ([]portal.OrganisationID, error)
	// People are those with a role in any of the organisations, once for each, with the mandates of their own that hold.
	People(ctx context.Context, organisations []portal.OrganisationID, now time.Time) ([]Person, error)

	// Notices are the newest that the actor was told for the organisation acted for.
	Notices(ctx context.Context, actor portal.Actor, since time.Time, limit int) ([]Notice, error)
	MarkRead(ctx context.Context, actor portal.Actor, upTo int64, now time.Time) error

	// QueueReminders queues the day's for everybody who wants one, if that was not done yet.
	QueueReminders(ctx context.Context, day string, now time.Time) error
	// ClaimMail takes one that is due, for as long as the lease: a process that is gone by then has not sent it.
	ClaimMail(ctx context.Context, now, until time.Time) (Mail, bool, error)
	// EndMail says what became of it; RetryMail that it did not get through, and is due again.
	EndMail(ctx context.Context, id string, state MailState, fault string, now time.Time) error
	RetryMail(ctx context.Context, id, fault string, due time.Time) error
	Outbox(ctx context.Context, since time.Time) (Outbox, error)
	// Undelivered are the people of a community and its parties whom the newest mail did not reach.
	Undelivered(ctx context.Context, community portal.OrganisationID, on time.Time) ([]Undelivered, error)

	// Forget removes notices from before, mail that has ended by then, and looks at what is closed.
	Forget(ctx context.Context, before time.Time) error

	// Look remembers how the response looks now, to the actor.
	Look(ctx context.Context, actor portal.Actor, id portal.ResponseID, now time.Time) error
	// Seen is what others have done since, of every response in an open round that the actor has looked at.
	Seen(ctx context.Context, actor portal.Actor) ([]Since, error)
}

// Sender sends one mail. An error that is ErrRefused is for good: trying again is of no use.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// ErrRefused is what a mail server says of an address that takes no mail.
var ErrRefused = errors.New("the address takes no mail")

// Eyes show what other rooms show a person, with the rights that person has now.
type Eyes interface {
	// Actors are the organisations that the account may act for, as each.
	Actors(ctx context.Context, account portal.AccountID) ([]portal.Actor, error)
	// Owed is what waits for the actor on their first page.
	Owed(ctx context.Context, actor portal.Actor) ([]Turn, error)
}

// Turn is something that is owed, as the first page has it.
type Turn struct {
	Kind     string
	Round    portal.Round
	Response portal.ResponseID
	Owner    string
	Facts    map[string]any
}

// Service tells people. Without a Sender nothing is mailed, and nothing queued.
type Service struct {
	Store  Store
	Sender Sender
	Eyes   Eyes
	Base   string // the address that people use, without a slash at its end
	Now    func() time.Time
	Logger *slog.Logger
}

// shownFor is how long a notice is shown; then it is forgotten.
const shownFor = 60 * 24 * time.Hour

// Notices are those of the actor that are about something they may see, the newest first.
func (s Service) Notices(ctx context.Context, actor portal.Actor) ([]Notice, error) {
	if err := policy.Decide(actor, "self", policy.Object{}); err != nil {
		return nil, err
	}
	all, err := s.Store.Notices(ctx, actor, s.Now().Add(-shownFor), 50)
	visible := []Notice{}
	for _, n := range all {
		if n.visible(actor) {
			visible = append(visible, n)
		}
	}
	return visible, err
}

// MarkRead says that the actor has seen their notices up to one.
func (s Service) MarkRead(ctx context.Context, actor portal.Actor, upTo int64) error {
	if err := policy.Decide(actor, "self", policy.Object{}); err != nil {
		return err
	}
	return s.Store.MarkRead(ctx, actor, upTo, s.Now())
}

// Undelivered is somebody whom mail does not reach.
type Undelivered struct {
	Name, Organisation string
	Since              time.Time
	Fault              string // refused, no_answer
}

// Undelivered are the people whom the community's secretariat must reach in another way.
func (s Service) Undelivered(ctx context.Context, actor portal.Actor, community portal.OrganisationID) ([]Undelivered, error) {
	if err := policy.Decide(actor, "community.undelivered", policy.Object{Owner: community}); err != nil {
		return nil, err
	}
	return s.Store.Undelivered(ctx, community, s.Now())
}

// Outbox is how the mail goes.
type Outbox struct {
	Configured      bool
	Waiting, Failed int // Failed of the last week
}

// Outbox is for those who run the portal.
func (s Service) Outbox(ctx context.Context, actor portal.Actor) (Outbox, error) {
	if err := policy.Decide(actor, "mail.read", policy.Object{}); err != nil {
		return Outbox{}, err
	}
	o, err := s.Store.Outbox(ctx, s.Now().AddDate(0, 0, -7))
	o.Configured = s.Sender != nil
	return o, err
}
