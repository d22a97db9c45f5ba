package postgres

import (
	"context"
	"time"

	"gorm.io/gorm"

	"samsvar/internal/notice"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

type noticeStore struct{ *DB }

// Told is the store of notices, mail, and what people have looked at. That is bookkeeping about what is audited already, and
// leaves no audit event; but for the one thing of it that is evidence, that a warning of silence has come.
func (db *DB) Told() notice.Store { return noticeStore{db} }

// Tell looks and addresses before its transaction: one that asked elsewhere while it holds what others change, such as a
// migration, would wait for them and they for it. When another process was first, its own work is thrown away.
func (s noticeStore) Tell(ctx context.Context, limit int, now time.Time, address func(context.Context, notice.Event) ([]notice.Told, error)) (int, error) {
	g := s.gorm.WithContext(ctx)
	cursor, err := row[struct{ Told int64 }](g, "select told from notice_cursor")
	if err != nil {
		return 0, away(err)
	}
	events, err := eventsAfter(g, cursor.Told, limit)
	if err != nil || len(events) == 0 {
		return 0, away(err)
	}
	told := make([][]notice.Told, len(events))
	for i, e := range events {
		if told[i], err = address(ctx, e); err != nil {
			return 0, err
		}
	}
	first := false
	err = g.Transaction(func(g *gorm.DB) error {
		moved := g.Exec("update notice_cursor set told = ? where told = ?", events[len(events)-1].Sequence, cursor.Told)
		if first = moved.RowsAffected > 0; moved.Error != nil || !first {
			return moved.Error
		}
		mails := map[portal.AccountID]string{} // what is told together comes in one mail
		for i, e := range events {
			for _, one := range told[i] {
				if err := insertNotice(g, e, one, now, mails); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil || !first {
		return 0, away(err)
	}
	return len(events), nil
}

func eventsAfter(g *gorm.DB, told int64, limit int) ([]notice.Event, error) {
	found, err := rows[struct {
		ID                                                             int64
		At                                                             time.Time
		AccountID, OrganisationID, Action, Object, RoundID, ResponseID string
		Detail                                                         jsonb[map[string]any]
	}](g, `select id, at, coalesce(account_id::text, '') as account_id, coalesce(organisation_id, '') as organisation_id, action,
			object, coalesce(round_id::text, '') as round_id, coalesce(response_id::text, case action when 'response.start' then detail ->> 'response' end, '') as response_id, detail
		from audit_event where id > ? order by id limit ?`, told, limit)
	events := make([]notice.Event, len(found))
	for i, f := range found {
		events[i] = notice.Event{Sequence: f.ID, At: f.At, Account: portal.AccountID(f.AccountID), Organisation: portal.OrganisationID(f.OrganisationID),
			Action: policy.Action(f.Action), Round: portal.RoundID(f.RoundID), Response: portal.ResponseID(f.ResponseID), Object: f.Object, Detail: f.Detail.V}
	}
	return events, err
}

func insertNotice(g *gorm.DB, e notice.Event, t notice.Told, now time.Time, mails map[portal.AccountID]string) error {
	who := t.Person.Account
	if _, queued := mails[who]; t.Mail && !queued {
		made, err := row[struct{ ID string }](g, `insert into mail (id, account_id, due_at, queued_at) values (gen_random_uuid(), ?, ?, ?) returning id`, who, now, now)
		if err != nil {
			return err
		}
		mails[who] = made.ID
	}
	mail := ""
	if t.Mail {
		mail = mails[who]
	}
	return g.Exec(`insert into notice (event_id, kind, account_id, organisation_id, round_id, response_id, about, object, moment, at, mail_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Sequence, t.Kind, who, t.Person.Organisation, null(string(t.Round)), null(string(t.Response)), t.About, e.Object, t.Moment, e.At, null(mail)).Error
}

// Concerned are those whom a round was sent to, or forwarded to in this event, or given more time in it, and who answers it.
func (s noticeStore) Concerned(ctx context.Context, e notice.Event) ([]portal.OrganisationID, error) {
	if apart := concernedApart[e.Action]; apart != "" {
		return rows[portal.OrganisationID](s.gorm.WithContext(ctx), apart, named("object", e.Object))
	}
	extended, _ := e.Detail["organisation"].(string)
	return rows[portal.OrganisationID](s.gorm.WithContext(ctx), `
		select distinct c.id from round r
		join lateral (
			select x.organisation_id as id, x.forwarded_by from recipient x where x.round_id = r.id
			union select m.community_id, null from recipient x join membership m on m.party_id = x.organisation_id
				where x.round_id = r.id and m.valid_from <= r.issued and (m.valid_to is null or r.issued < m.valid_to)
			union select p.organisation_id, null from party p join response s on s.id = p.response_id where s.round_id = r.id
		) c on true
		where r.id = @round and (@action <> 'round.forward' or c.forwarded_by = @by) and (@action <> 'round.extend' or extends_to(@extended, c.id, r.issued))`,
		named("round", string(e.Round)), named("action", string(e.Action)), named("by", string(e.Organisation)), named("extended", null(extended)))
}

const (
	holdersOwn = "select from_id from mandate where id::text = @object"
	seated     = `select community_id from meeting where id::text = @object
		union select seat ->> 'organisation' from meeting m join body b on b.id = m.body_id cross join jsonb_array_elements(b.members) seat
			where m.id::text = @object and seat ->> 'organisation' <> ''`
)

// concernedApart are whom an event concerns that is about no round.
var concernedApart = map[policy.Action]string{"mandate.give": holdersOwn, "mandate.end": holdersOwn,
	"meeting.call": seated, "meeting.change": seated, "meeting.cancel": seated}

// People are those with a role in any of the organisations, once for each, with what they may do there in an approver's stead.
func (s noticeStore) People(ctx context.Context, organisations []portal.OrganisationID, now time.Time) ([]notice.Person, error) {
	holding, err := mandates(s.gorm.WithContext(ctx), standIns, organisations, now, now)
	if err != nil {
		return nil, err
	}
	found, err := rows[struct {
		AccountID      portal.AccountID
		OrganisationID portal.OrganisationID
		Name, Email    string
		Kind           portal.OrganisationKind
		Language       portal.Language
		Reminders      portal.Reminders
		Roles          jsonb[[]portal.Role]
	}](s.gorm.WithContext(ctx), `select a.id as account_id, o.id as organisation_id, a.name, a.email, o.kind, a.language, a.reminders,
			jsonb_agg(r.role order by r.role) as roles
		from account_role r join account a on a.id = r.account_id join organisation o on o.id = r.organisation_id
		where o.id in ? group by a.id, o.id order by a.id, o.id`, organisations)
	people := make([]notice.Person, len(found))
	for i, f := range found {
		people[i] = notice.Person{Email: f.Email, Reminders: f.Reminders, Actor: portal.Actor{Account: f.AccountID, Name: f.Name, Organisation: f.OrganisationID,
			Kind: f.Kind, Roles: f.Roles.V, Language: f.Language}}
		for _, m := range holding {
			if m.Holder == f.AccountID && m.Organisation.ID == f.OrganisationID {
				people[i].Mandates = append(people[i].Mandates, m)
			}
		}
	}
	return people, err
}

const standIns = "mandate m left join mandate_end e on e.mandate_id = m.id" + mandateNames + `where m.organisation_id in ? and m.from_id = m.organisation_id
	and m.begins_at <= ? and m.ends_at >= ? and e.ended_at is null`

type noticeRow struct {
	ID                                int64
	Kind, OrganisationID              string
	At                                time.Time
	Read                              bool
	RoundID, RoundState               string
	Title                             jsonb[portal.Text]
	Deadline                          time.Time
	ResponseID, State, OwnerID, Owner string
	Parties, Offered                  jsonb[[]portal.OrganisationID]
	Separate                          bool
	Moment                            *time.Time
	Object                            string
	AnswerID, ThreadID                string
}

// rightsColumns are what decides, beside its state and owner, about rights to the response s.
const rightsColumns = `coalesce(s.kind = 'separate', false) as separate,
		(select coalesce(jsonb_agg(p.organisation_id), '[]') from party p where p.response_id = s.id) as parties,
		(select coalesce(jsonb_agg(f.organisation_id), '[]') from endorsement_offer f where f.response_id = s.id) as offered`

const noticeColumns = `select n.id, n.kind, n.organisation_id, n.at, n.read_at is not null as read, coalesce(r.id::text, '') as round_id, coalesce(r.state, '') as round_state, coalesce(r.title, '{}') as title,
		coalesce(deadline_of(r.id, coalesce(s.owner_id, n.organisation_id)), n.at) as deadline, n.object, coalesce(s.id::text, '') as response_id, coalesce(s.state, '') as state,
		coalesce(s.owner_id, '') as owner_id, coalesce(o.name, n.about) as owner, coalesce(n.moment, (e.detail ->> 'countsFrom')::timestamptz) as moment,
		coalesce(e.detail ->> 'answerId', '') as answer_id, coalesce(e.detail ->> 'thread', '') as thread_id,
		` + rightsColumns + `
	from notice n left join round r on r.id = n.round_id
	left join response s on s.id = n.response_id
	left join organisation o on o.id = s.owner_id
	left join audit_event e on e.id = n.event_id
	where (n.response_id is null or s.id is not null) and `

func (r noticeRow) notice() notice.Notice {
	n := notice.Notice{ID: r.ID, Kind: notice.Kind(r.Kind), At: r.At, Organisation: portal.OrganisationID(r.OrganisationID), Read: r.Read,
		Round:    portal.Round{ID: portal.RoundID(r.RoundID), Title: r.Title.V, State: portal.RoundState(r.RoundState), Deadline: r.Deadline},
		Response: portal.ResponseID(r.ResponseID), Owner: r.Owner, Answer: portal.AnswerID(r.AnswerID), Thread: portal.ThreadID(r.ThreadID)}
	if r.Moment != nil {
		n.Moment = *r.Moment
	}
	if r.RoundID == "" {
		n.About = r.Object
	}
	n.Object = policy.Object{State: r.RoundState, Invited: true} // whom a round was sent to stays on its list
	if n.Response != "" {
		n.Object = policy.Object{State: r.State, Owner: portal.OrganisationID(r.OwnerID), Parties: r.Parties.V, Offered: r.Offered.V, Separate: r.Separate}
	}
	return n
}

func notices(g *gorm.DB, where string, args ...any) ([]notice.Notice, error) {
	found, err := rows[noticeRow](g, noticeColumns+where, args...)
	out := make([]notice.Notice, len(found))
	for i, f := range found {
		out[i] = f.notice()
	}
	return out, err
}

func (s noticeStore) Notices(ctx context.Context, actor portal.Actor, since time.Time, limit int) ([]notice.Notice, error) {
	return notices(s.gorm.WithContext(ctx), "n.account_id = ? and n.organisation_id = ? and n.at > ? order by n.id desc limit ?",
		actor.Account, actor.Organisation, since, limit)
}

func (s noticeStore) MarkRead(ctx context.Context, actor portal.Actor, upTo int64, now time.Time) error {
	const unread = "account_id = @account and organisation_id = @organisation and id <= @upto and read_at is null"
	which := []any{named("account", actor.Account), named("organisation", actor.Organisation), named("upto", upTo), named("now", now)}
	if err := s.warningsCame(ctx, actor, "page", now, "select * from notice where "+unread, which...); err != nil {
		return err
	}
	return s.note(ctx, "update notice set read_at = @now where "+unread, which...)
}

// warningsCame keeps, of the notices that somebody is told of now, that warnings of silence among them have come to their
// party, with an event for each: from then silence may count as consent. It comes before the bookkeeping of the notices, which is
// done again when it fails. Who is nobody when a mail server took it.
func (s noticeStore) warningsCame(ctx context.Context, who portal.Actor, means string, now time.Time, told string, args ...any) error {
	return s.write(ctx, func(t *tx) error {
		came, err := rows[struct {
			AccountID, OrganisationID, Party, RoundID, ResponseID string
			Number                                                int
		}](t.DB, `with told as (`+told+`), came as (insert into warning_delivery (freeze_id, organisation_id, account_id, means, delivered_at)
				select distinct on (w.freeze_id, w.organisation_id) w.freeze_id, w.organisation_id, told.account_id, @means, cast(@now as timestamptz)
				from told join silence_warning w on w.organisation_id = told.organisation_id and w.warned_at <= told.at
				join frozen_version f on f.id = w.freeze_id and f.response_id = told.response_id
				where told.kind = 'silence_warning' order by w.freeze_id, w.organisation_id, told.id
				on conflict do nothing returning *)
			select came.account_id, came.organisation_id, p.name as party, s.round_id, f.response_id, f.number from came
			join frozen_version f on f.id = came.freeze_id join response s on s.id = f.response_id
			join party_record p on p.response_id = f.response_id and p.organisation_id = came.organisation_id
			order by came.freeze_id, came.organisation_id`, append(args, named("means", means))...)
		if err != nil {
			return err
		}
		if len(came) == 0 {
			return t.Unchanged()
		}
		for _, c := range came {
			who.Organisation = portal.OrganisationID(c.OrganisationID)
			err := t.Audit(who, portal.AuditEvent{At: now, Action: "response.warning_came", Round: portal.RoundID(c.RoundID), Response: portal.ResponseID(c.ResponseID),
				Detail: map[string]any{"party": c.Party, "account": c.AccountID, "means": means, "deliveredAt": now.UTC().Format(time.RFC3339Nano), "freeze": c.Number}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Forget keeps what is still to be sent, however old.
func (s noticeStore) Forget(ctx context.Context, before time.Time) error {
	for _, sql := range []string{
		"delete from notice where at < ? and not exists (select from mail m where m.id = mail_id and m.state = 'waiting')",
		"delete from mail where ended_at < ? and not exists (select from notice n where n.mail_id = mail.id)",
		"delete from last_look l using response s, round r where s.id = l.response_id and r.id = s.round_id and r.closed_at < ?",
	} {
		if err := s.note(ctx, sql, before); err != nil {
			return err
		}
	}
	return nil
}

// note writes what is nobody's doing but the reader's own, behind the wall.
func (s noticeStore) note(ctx context.Context, sql string, args ...any) error {
	return away(behindWall(s.gorm.WithContext(ctx), func(g *gorm.DB) error { return g.Exec(sql, args...).Error }))
}
