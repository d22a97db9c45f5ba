package notice

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"samsvar/internal/portal"
)

// troubled is a store, and eyes, that fail with an error.
type troubled struct {
	Store
	Eyes
	err     error
	due     []time.Time
	ended   []MailState
	events  []Event
	reached int
}

func (f *troubled) Actors(context.Context, portal.AccountID) ([]portal.Actor, error) {
	return nil, f.err
}

func (f *troubled) Response(_ context.Context, id portal.ResponseID) (portal.Response, error) {
	if id == "broken" {
		return portal.Response{}, f.err
	}
	return portal.Response{}, nil
}

func (f *troubled) People(context.Context, []portal.OrganisationID, time.Time) ([]Person, error) {
	return nil, nil
}

func (f *troubled) RetryMail(_ context.Context, _, _ string, due time.Time) error {
	f.due = append(f.due, due)
	return nil
}

func (f *troubled) EndMail(_ context.Context, _ string, state MailState, _ string, _ time.Time) error {
	f.ended = append(f.ended, state)
	return nil
}

func (f *troubled) Tell(ctx context.Context, _ int, _ time.Time, address func(context.Context, Event) ([]Told, error)) (int, error) {
	for _, e := range f.events {
		if _, err := address(ctx, e); err != nil {
			return 0, err
		}
		f.reached++
	}
	return len(f.events), nil
}

func TestAMailThatCannotBeWrittenIsTriedAsOneThatCannotBeSent(t *testing.T) {
	now := time.Date(2022, 3, 1, 12, 0, 0, 0, time.UTC)
	f := &troubled{err: errors.New("cannot be looked up")}
	s := Service{Store: f, Eyes: f, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}
	for tries := 1; tries <= len(pauses)+1; tries++ {
		if err := s.send(t.Context(), Mail{ID: "m", Tries: tries}); err != nil {
			t.Fatalf("try %d stops the others: %v", tries, err)
		}
	}
	for i, due := range f.due {
		if due.Sub(now) != pauses[i] {
			t.Errorf("try %d comes after %s", i+2, due.Sub(now))
		}
	}
	if len(f.due) != len(pauses) || len(f.ended) != 1 || f.ended[0] != Failed {
		t.Errorf("%d tries more, ended as %v", len(f.due), f.ended)
	}
}

func TestAnEventThatNobodyCanBeToldOfHoldsUpNobody(t *testing.T) {
	now := time.Date(2022, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		err    error
		age    time.Duration
		passes bool
	}{
		{portal.Missing(), 0, true},
		{errors.New("cannot be read"), time.Minute, false},
		{errors.New("cannot be read"), 2 * time.Hour, true},
		{portal.Unreadyf("service_unavailable", "the database does not answer"), 2 * time.Hour, false},
	} {
		event := func(id portal.ResponseID) Event {
			return Event{At: now.Add(-c.age), Action: "response.freeze", Response: id}
		}
		f := &troubled{err: c.err, events: []Event{event("broken"), event("whole")}}
		s := Service{Store: f, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}
		if err := s.tell(t.Context()); (err == nil) != c.passes || (f.reached == 2) != c.passes {
			t.Errorf("%v after %s: %v, %d events are told of", c.err, c.age, err, f.reached)
		}
	}
}
