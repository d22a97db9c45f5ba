package postgres

import (
	"context"
	"time"

	"samsvar/internal/notice"
	"samsvar/internal/portal"
)

// QueueReminders queues the day's, all at once, for each account that may have something to do.
func (s noticeStore) QueueReminders(ctx context.Context, day string, now time.Time) error {
	return s.note(ctx, `insert into mail (id, account_id, day, due_at, queued_at)
		select gen_random_uuid(), a.id, cast(@day as date), @now, @now from account a
		where a.reminders <> 'none' and a.email <> '' and exists (select from account_role r where r.account_id = a.id)
			and not exists (select from mail where day = cast(@day as date))
		on conflict (account_id, day) do nothing`, named("day", day), named("now", now))
}

// ClaimMail takes the mail that has been due the longest, and nobody else before until.
func (s noticeStore) ClaimMail(ctx context.Context, now, until time.Time) (notice.Mail, bool, error) {
	g := s.gorm.WithContext(ctx)
	found, err := row[struct {
		ID, Day string
		Tries   int
		Account portal.Account `gorm:"embedded;embeddedPrefix:account_"`
	}](g, `with claimed as (update mail set tries = tries + 1, due_at = @until where id = (
				select id from mail where state = 'waiting' and due_at <= @now order by due_at limit 1 for update skip locked)
			returning id, account_id, day, tries)
		select m.id, coalesce(m.day::text, '') as day, m.tries, a.id as account_id, a.name as account_name, a.email as account_email,
			a.language as account_language, a.reminders as account_reminders
		from claimed m join account a on a.id = m.account_id`, named("now", now), named("until", until))
	if portal.IsCode(err, "not_found") {
		return notice.Mail{}, false, nil
	}
	if err != nil {
		return notice.Mail{}, false, err
	}
	m := notice.Mail{ID: found.ID, Account: found.Account, Day: found.Day, Tries: found.Tries}
	m.Notices, err = notices(g, "n.mail_id = ? order by n.id", m.ID)
	return m, err == nil, err
}

func (s noticeStore) EndMail(ctx context.Context, id string, state notice.MailState, fault string, now time.Time) error {
	if state == notice.Sent {
		err := s.warningsCame(ctx, portal.Actor{Name: "samsvar"}, "mail", now,
			"select n.* from notice n join mail m on m.id = n.mail_id where m.id = @id and m.state = 'waiting'", named("id", id), named("now", now))
		if err != nil {
			return err
		}
	}
	return s.note(ctx, "update mail set state = ?, fault = ?, ended_at = ? where id = ? and state = 'waiting'", state, fault, now, id)
}

func (s noticeStore) RetryMail(ctx context.Context, id, fault string, due time.Time) error {
	return s.note(ctx, "update mail set fault = ?, due_at = ? where id = ? and state = 'waiting'", fault, due, id)
}

func (s noticeStore) Outbox(ctx context.Context, since time.Time) (notice.Outbox, error) {
	found, err := row[struct{ Waiting, Failed int }](s.gorm.WithContext(ctx), "select waiting, failed from outbox(?)", since)
	return notice.Outbox{Waiting: found.Waiting, Failed: found.Failed}, err
}

// Undelivered are those with a role in the community or in a party on the date, whom the newest mail did not reach.
func (s noticeStore) Undelivered(ctx context.Context, community portal.OrganisationID, day time.Time) ([]notice.Undelivered, error) {
	return rows[notice.Undelivered](s.gorm.WithContext(ctx), `select a.name, o.name as organisation, last.ended_at as since, last.fault
		from (select distinct on (account_id) account_id, state, fault, ended_at from mail where state in ('sent', 'failed') order by account_id, ended_at desc, state desc) last
		join account a on a.id = last.account_id
		join account_role r on r.account_id = a.id
		join organisation o on o.id = r.organisation_id
		where last.state = 'failed' and (o.id = @community or exists (select from membership m where m.party_id = o.id and m.community_id = @community and `+membershipIsOn+`))
		group by a.id, o.id, last.ended_at, last.fault order by a.name collate "nb-x-icu", o.name`, on(day), named("community", string(community)))
}
