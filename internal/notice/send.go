package notice

import (
	"context"
	"errors"
	"time"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Mail is one that is to be sent: of notices, or the reminder of a day.
type Mail struct {
	ID      string
	Account portal.Account
	Day     string // of a reminder, in Oslo; empty for notices
	Notices []Notice
	Tries   int // this one included
}

// MailState is what became of a mail.
type MailState string

const (
	Sent    MailState = "sent"    // the server took it
	Dropped MailState = "dropped" // there was nothing left to say
	Failed  MailState = "failed"  // it did not get through, and is not tried again
)

// What can go wrong, as the secretariat is told.
const (
	faultRefused  = "refused"   // the address takes no mail
	faultNoAnswer = "no_answer" // it could not be written, or the mail server not reached, or that said no, time and again
)

const (
	// remindAt is the hour in Oslo from which the day's reminder is sent.
	remindAt = 7
	// lease is how long one try may take. A process that dies between a mail's sending and its mark leaves it to be sent
	// again after that, under the same Message-ID, by which most mail programs show it once.
	lease     = 2 * time.Minute
	pause     = time.Second
	tidyEvery = time.Hour
)

// pauses are how long it takes until the next try; after the last there is none.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour}

// Work does what is due, time and again, until ctx ends. Several processes may work side by side.
func (s Service) Work(ctx context.Context) {
	var tidied time.Time
	for ctx.Err() == nil {
		err := s.Once(ctx)
		if now := s.Now(); err == nil && now.Sub(tidied) > tidyEvery {
			tidied, err = now, s.Store.Forget(ctx, now.Add(-shownFor))
		}
		if err != nil && ctx.Err() == nil {
			s.Logger.Warn("notices must wait", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// Once tells people of what was recorded, and sends what is due at this moment.
func (s Service) Once(ctx context.Context) error {
	if err := s.tell(ctx); err != nil || s.Sender == nil {
		return err
	}
	if day, due := reminderDay(s.Now()); due {
		if err := s.Store.QueueReminders(ctx, day, s.Now()); err != nil {
			return err
		}
	}
	return s.sendDue(ctx)
}

// reminderDay is today in Oslo, and whether its reminder is due.
func reminderDay(now time.Time) (string, bool) {
	local := now.In(workflow.Oslo)
	return local.Format(time.DateOnly), local.Hour() >= remindAt
}

func (s Service) sendDue(ctx context.Context) error {
	for ctx.Err() == nil {
		m, found, err := s.Store.ClaimMail(ctx, s.Now(), s.Now().Add(lease))
		if err != nil || !found {
			return err
		}
		if err := s.send(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// send says what the mail is about as it is now, or nothing when there is nothing left to say.
func (s Service) send(ctx context.Context, m Mail) error {
	items, err := s.items(ctx, m)
	if err != nil {
		return s.again(ctx, m, err)
	}
	if len(items) == 0 {
		return s.Store.EndMail(ctx, m.ID, Dropped, "", s.Now())
	}
	trying, cancel := context.WithTimeout(ctx, lease/2)
	defer cancel()
	switch err := s.Sender.Send(trying, s.compose(m, items)); {
	case err == nil:
		return s.Store.EndMail(ctx, m.ID, Sent, "", s.Now())
	case errors.Is(err, ErrRefused):
		s.Logger.Warn("mail was refused", "mail", m.ID, "error", err)
		return s.Store.EndMail(ctx, m.ID, Failed, faultRefused, s.Now())
	default:
		return s.again(ctx, m, err)
	}
}

// again has a mail wait for its next try, if there is one. What stops it need not stop the others.
func (s Service) again(ctx context.Context, m Mail, err error) error {
	switch {
	case ctx.Err() != nil:
		return nil // it is due again when the lease is over
	case m.Tries > len(pauses):
		s.Logger.Error("mail was given up", "mail", m.ID, "tries", m.Tries, "error", err)
		return s.Store.EndMail(ctx, m.ID, Failed, faultNoAnswer, s.Now())
	default:
		s.Logger.Warn("mail did not get through", "mail", m.ID, "tries", m.Tries, "error", err)
		return s.Store.RetryMail(ctx, m.ID, faultNoAnswer, s.Now().Add(pauses[m.Tries-1]))
	}
}

// Item is one thing that a mail says.
type Item struct {
	Kind   Kind  // what happened; empty in a reminder
	Turn   *Turn // what the person owes there; nil when it is nothing
	Owner  string
	Round  portal.Round
	Moment time.Time // from when silence counts, or when the meeting is
	For    string    // the organisation that the person acts for in this
	Link   string
}

// items are what is to be said at this moment, and to this person.
func (s Service) items(ctx context.Context, m Mail) ([]Item, error) {
	actors, err := s.Eyes.Actors(ctx, m.Account.ID)
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, actor := range actors {
		seen := portal.Acting(ctx, actor)
		owed, err := s.Eyes.Owed(seen, actor)
		if err != nil {
			return nil, err
		}
		if m.Day == "" {
			items = append(items, s.happened(m, actor, owed)...)
		} else if today, _ := reminderDay(s.Now()); today == m.Day && m.Account.Reminders != portal.RemindNever {
			for _, t := range owed {
				items = append(items, s.item(actor, "", &t, Notice{Owner: t.Owner, Round: t.Round, Response: t.Response}))
			}
			told, err := s.sinceYesterday(seen, m, actor)
			if err != nil {
				return nil, err
			}
			items = append(items, told...)
		}
	}
	return items, nil
}

// happened are the mail's notices to somebody as the actor, but those that ask for what is done by now.
func (s Service) happened(m Mail, actor portal.Actor, owed []Turn) (items []Item) {
	for _, n := range m.Notices {
		if n.Organisation != actor.Organisation || !n.visible(actor) {
			continue
		}
		turn := turnOf(n, owed)
		if n.Thread != "" { // the way leads to what was said, whatever else is owed
			turn = nil
		}
		if turn != nil || !asks(n.Kind) {
			items = append(items, s.item(actor, n.Kind, turn, n))
		}
	}
	return items
}

// sinceYesterday are what is told once a day, and has not been read by then.
func (s Service) sinceYesterday(ctx context.Context, m Mail, actor portal.Actor) (items []Item, err error) {
	if m.Account.Reminders != portal.RemindDaily {
		return nil, nil
	}
	all, err := s.Store.Notices(ctx, actor, s.Now().Add(-24*time.Hour), 50)
	for _, n := range all {
		if of(n.Kind).Mail == Daily && !n.Read && n.visible(actor) {
			items = append(items, s.item(actor, n.Kind, nil, n))
		}
	}
	return items, err
}

// turnOf is what is owed where the notice is about.
func turnOf(n Notice, owed []Turn) *Turn {
	for i, t := range owed {
		if t.Round.ID == n.Round.ID && t.Response == n.Response {
			return &owed[i]
		}
	}
	return nil
}

func (s Service) item(actor portal.Actor, kind Kind, turn *Turn, n Notice) Item {
	path := noticePath(n)
	if turn != nil {
		path = turnPath(*turn)
	}
	query := "?for=" + string(actor.Organisation)
	if n.Thread != "" {
		query += "&thread=" + string(n.Thread)
	}
	return Item{Kind: kind, Turn: turn, Owner: n.Owner, Round: n.Round, Moment: n.Moment, For: actor.Addressed(), Link: s.Base + path + query}
}
