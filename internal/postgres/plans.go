package postgres

import (
	"context"
	"time"

	"samsvar/internal/meeting"
	"samsvar/internal/portal"
)

// OwnDates are when the parties treat the response themselves, those that have said it.
func (db *DB) OwnDates(ctx context.Context, id portal.ResponseID) (map[portal.OrganisationID]portal.OwnDates, error) {
	found, err := rows[struct {
		OrganisationID     portal.OrganisationID
		Meeting, PapersDue *time.Time
		SetBy              string
		SetAt              time.Time
	}](db.gorm.WithContext(ctx), "select organisation_id, meeting, papers_due, set_by, set_at from own_dates where response_id = ?", id)
	dates := map[portal.OrganisationID]portal.OwnDates{}
	for _, f := range found {
		d := portal.OwnDates{SetBy: f.SetBy, SetAt: f.SetAt}
		if f.Meeting != nil {
			d.Meeting = *f.Meeting
		}
		if f.PapersDue != nil {
			d.PapersDue = *f.PapersDue
		}
		dates[f.OrganisationID] = d
	}
	return dates, err
}

func (t *tx) PutOwnDates(id portal.ResponseID, organisation portal.OrganisationID, d portal.OwnDates) error {
	return t.Exec(`insert into own_dates (response_id, organisation_id, meeting, papers_due, set_by, set_at) values (?, ?, ?, ?, ?, ?)
		on conflict (response_id, organisation_id) do update
			set meeting = excluded.meeting, papers_due = excluded.papers_due, set_by = excluded.set_by, set_at = excluded.set_at`,
		id, organisation, dateOrNull(d.Meeting), dateOrNull(d.PapersDue), d.SetBy, d.SetAt).Error
}

func dateOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return date(t)
}

// CalendarLink says that the account has a secret address, and since when.
func (db *DB) CalendarLink(ctx context.Context, id portal.AccountID) (meeting.CalendarLink, error) {
	found, err := row[struct{ MadeAt time.Time }](db.gorm.WithContext(ctx), "select made_at from calendar_link where account_id = ?", id)
	return meeting.CalendarLink{Account: id, MadeAt: found.MadeAt}, err
}

// CalendarAccount is whose calendar it is.
func (db *DB) CalendarAccount(ctx context.Context, secretHash string) (portal.AccountID, error) {
	found, err := row[struct{ AccountID portal.AccountID }](db.gorm.WithContext(ctx), "select account_id from calendar_link where secret_hash = ?", secretHash)
	return found.AccountID, err
}

func (t *tx) InsertCalendarLink(secretHash string, l meeting.CalendarLink) error {
	return t.Exec("insert into calendar_link (secret_hash, account_id, made_at) values (?, ?, ?)", secretHash, l.Account, l.MadeAt).Error
}

// EndCalendarLink says false when there was none.
func (t *tx) EndCalendarLink(id portal.AccountID) (bool, error) {
	done := t.Exec("delete from calendar_link where account_id = ?", id)
	return done.RowsAffected == 1, done.Error
}
