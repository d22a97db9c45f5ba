package directory

import (
	"context"
	"strings"
	"time"

	"samsvar/internal/portal"
)

// Changes counts what a load did.
type Changes struct {
	Organisations Count `json:"organisations"`
	Periods       Count `json:"periods"` // numbers and names of municipalities
	Memberships   Count `json:"memberships"`
}

// Count is how many were written new, written over and taken out.
type Count struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Removed int `json:"removed"`
}

// Any says whether anything was done.
func (c Changes) Any() bool { return c != Changes{} }

// Load makes the stored directory say what the reference data says, in one
// transaction; loading the same again changes nothing. It is for the program
// itself, and recorded as done by System.
//
// Organisations are never removed: files in which a stored municipality or
// community is missing are refused, with code reference_incomplete. The files do
// not date the hospital side, so there what is new begins on the day of the load,
// and what is gone ends on it.
func (s Service) Load(ctx context.Context, wanted Reference) (Changes, error) {
	var changes Changes
	err := s.Store.Write(ctx, func(tx Tx) error {
		stored, err := tx.LockReference()
		if err != nil {
			return err
		}
		if lost := stored.missingIn(wanted); len(lost) > 0 {
			return portal.Invalidf("reference_incomplete", "stored, but not in the files: %s; close them with valid_to", strings.Join(lost, ", "))
		}
		wanted.Memberships = wanted.membershipsAfter(stored, Day(s.today().Format(time.DateOnly)))
		if changes, err = put(tx, stored, wanted); err != nil {
			return err
		}
		if !changes.Any() {
			return tx.Unchanged()
		}
		return tx.Audit(System(), portal.AuditEvent{At: s.Now(), Action: "reference.load",
			Detail: map[string]any{"organisations": changes.Organisations, "periods": changes.Periods, "memberships": changes.Memberships}})
	})
	return changes, err
}

func put(tx Tx, stored, wanted Reference) (Changes, error) {
	organisations := compare(stored.Organisations, wanted.Organisations, func(o OrganisationRecord) any { return o.ID })
	organisations.count.Removed = 0 // they stay
	periods := compare(stored.Periods, wanted.Periods, func(p PeriodRecord) any { return numberDay{p.Number, p.ValidFrom} })
	memberships := compare(stored.Memberships, wanted.Memberships, func(m MembershipRecord) any {
		return [3]string{string(m.Community), string(m.Party), string(m.ValidFrom)}
	})
	for _, step := range []func() error{
		func() error { return tx.PutOrganisations(organisations.put) },
		func() error { return tx.RemovePeriods(periods.gone) },
		func() error { return tx.PutPeriods(periods.put) },
		func() error { return tx.RemoveMemberships(memberships.gone) },
		func() error { return tx.PutMemberships(memberships.put) },
	} {
		if err := step(); err != nil {
			return Changes{}, err
		}
	}
	return Changes{organisations.count, periods.count, memberships.count}, nil
}

// difference is what must be written and taken out to get from one set to another.
type difference[T any] struct {
	put, gone []T
	count     Count
}

func compare[T comparable](stored, wanted []T, key func(T) any) difference[T] {
	var d difference[T]
	old := map[any]T{}
	for _, item := range stored {
		old[key(item)] = item
	}
	for _, item := range wanted {
		before, there := old[key(item)]
		delete(old, key(item))
		switch {
		case !there:
			d.count.Added++
		case before != item:
			d.count.Changed++
		default:
			continue
		}
		d.put = append(d.put, item)
	}
	for _, item := range old {
		d.gone = append(d.gone, item)
	}
	d.count.Removed = len(d.gone)
	return d
}

// missingIn names the municipalities and communities that the other does not have.
func (r Reference) missingIn(other Reference) []string {
	there := map[portal.OrganisationID]bool{}
	for _, o := range other.Organisations {
		there[o.ID] = true
	}
	var lost []string
	for _, o := range r.Organisations {
		if (o.Kind == portal.Municipality || o.Kind == portal.HealthCommunity) && !there[o.ID] {
			lost = append(lost, string(o.ID)+" "+o.Name)
		}
	}
	return lost
}

// membershipsAfter gives the wanted memberships, with the hospital side dated by
// what is stored and by the day of the load.
func (r Reference) membershipsAfter(stored Reference, today Day) []MembershipRecord {
	type pair struct{ community, party portal.OrganisationID }
	known, open := map[portal.OrganisationID]bool{}, map[pair]MembershipRecord{}
	var out []MembershipRecord
	for _, m := range stored.Memberships {
		if m.Side != portal.HospitalSide {
			continue
		}
		known[m.Community] = true
		if m.ValidTo != "" {
			out = append(out, m)
			continue
		}
		open[pair{m.Community, m.Party}] = m
	}
	for _, m := range r.Memberships {
		if m.Side == portal.HospitalSide && known[m.Community] {
			p := pair{m.Community, m.Party}
			if before, there := open[p]; there {
				m.ValidFrom = before.ValidFrom
			} else {
				m.ValidFrom = today
			}
			delete(open, p)
		}
		out = append(out, m)
	}
	for _, m := range open {
		if m.ValidFrom < today { // else it never was
			m.ValidTo = today
			out = append(out, m)
		}
	}
	return out
}
