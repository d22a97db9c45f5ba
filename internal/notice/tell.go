package notice

import (
	"context"
	"time"

	"samsvar/internal/portal"
)

const (
	// mailedFor is how long after it happened something is worth a mail of its own: after a longer stop it stands in the
	// page, and what is owed comes with the day's reminder.
	mailedFor = 24 * time.Hour
	// toldFor is how long after it happened anybody is told at all.
	toldFor = 14 * 24 * time.Hour
	// patience is how long an event may hold up those after it.
	patience = time.Hour
	batch    = 100
)

// tell goes through what was recorded since it was last done.
func (s Service) tell(ctx context.Context) error {
	for {
		n, err := s.Store.Tell(ctx, batch, s.Now(), s.addressOrPass)
		if err != nil || n < batch {
			return err
		}
	}
}

// addressOrPass goes past an event that nobody can be told of: behind it everybody else's would wait.
func (s Service) addressOrPass(ctx context.Context, e Event) ([]Told, error) {
	told, err := s.address(ctx, e)
	if err == nil || ctx.Err() != nil || portal.IsCode(err, "service_unavailable") || !portal.IsCode(err, "not_found") && s.Now().Sub(e.At) < patience {
		return told, err
	}
	s.Logger.Error("nobody is told of an event", "event", e.Sequence, "action", e.Action, "error", err)
	return nil, nil
}

// address says who is to be told of an event.
func (s Service) address(ctx context.Context, e Event) ([]Told, error) {
	rows, age := rowsFor(e), s.Now().Sub(e.At)
	if len(rows) == 0 || age > toldFor {
		return nil, nil
	}
	r, organisations, err := s.concerned(ctx, e)
	if err != nil {
		return nil, err
	}
	about, moment := "", (*time.Time)(nil)
	if e.apart() {
		e.Round, e.Response = "", ""
		if about, moment = e.told(); moment != nil && moment.Before(e.At) {
			return nil, nil // entered after it was held
		}
	}
	people, err := s.Store.People(ctx, organisations, s.Now())
	var told []Told
	for _, p := range people {
		for _, row := range rows {
			if p.Account != e.Account && row.tells(p, e, r) {
				told = append(told, Told{Kind: row.Kind, Person: p, Round: e.Round, Response: e.Response, About: about, Moment: moment, Mail: s.Sender != nil && row.mailed(p, age)})
				break
			}
		}
	}
	return told, err
}

// concerned gives the response that the event is about, if it is about one, and the organisations that it concerns.
func (s Service) concerned(ctx context.Context, e Event) (r portal.Response, organisations []portal.OrganisationID, err error) {
	if e.Response == "" || e.apart() {
		organisations, err = s.Store.Concerned(ctx, e)
		return r, organisations, err
	}
	r, err = s.Store.Response(ctx, e.Response)
	organisations = []portal.OrganisationID{r.Owner.ID}
	for _, p := range r.Parties {
		if p.Organisation.ID != r.Owner.ID {
			organisations = append(organisations, p.Organisation.ID)
		}
	}
	for _, o := range r.Offered {
		organisations = append(organisations, o.ID)
	}
	return r, organisations, err
}
