package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"samsvar/internal/meeting"
	"samsvar/internal/portal"
)

type meetingStore struct{ *DB }

// MeetingStore is the store of meetings, their minutes and the plans.
func (db *DB) MeetingStore() meeting.Store { return meetingStore{db} }

func (s meetingStore) Write(ctx context.Context, fn func(meeting.Tx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(t) })
}

type meetingRow struct {
	ID, CommunityID, CommunityName, Place, State, Reason string
	StartsAt, PapersDue                                  time.Time
	Version                                              int
	BodyID, BodyLevel, BodyName                          string
	BodyMembers                                          jsonb[[]portal.Member]
}

const meetingColumns = `select m.id, m.community_id, o.name as community_name, m.place, m.state, m.reason, m.starts_at, m.papers_due, m.version,
		m.body_id, b.level as body_level, b.name as body_name, b.members as body_members
	from meeting m join organisation o on o.id = m.community_id join body b on b.id = m.body_id where `

func (m meetingRow) meeting() portal.Meeting {
	return portal.Meeting{ID: portal.MeetingID(m.ID), Community: portal.Organisation{ID: portal.OrganisationID(m.CommunityID), Kind: portal.HealthCommunity, Name: m.CommunityName},
		Body: portal.Body{ID: portal.BodyID(m.BodyID), Community: portal.OrganisationID(m.CommunityID), Level: portal.BodyLevel(m.BodyLevel), Name: m.BodyName,
			Members: m.BodyMembers.V},
		StartsAt: m.StartsAt, PapersDue: m.PapersDue, Place: m.Place, State: portal.MeetingState(m.State), Reason: m.Reason, Version: m.Version}
}

// PartiesOn lists who are parties of the community on the date.
func (db *DB) PartiesOn(ctx context.Context, community portal.OrganisationID, day time.Time) ([]portal.OrganisationID, error) {
	return partiesOn(db.gorm.WithContext(ctx), community, day)
}

func partiesOn(g *gorm.DB, community portal.OrganisationID, day time.Time) ([]portal.OrganisationID, error) {
	return rows[portal.OrganisationID](g, "select m.party_id from membership m where m.community_id = @community and "+membershipIsOn, on(day), named("community", string(community)))
}

// Meetings lists the community's meetings, the newest first, without their cases.
func (db *DB) Meetings(ctx context.Context, community portal.OrganisationID) ([]portal.Meeting, error) {
	found, err := rows[meetingRow](db.gorm.WithContext(ctx), meetingColumns+"m.community_id = ? order by m.starts_at desc, m.id", community)
	all := make([]portal.Meeting, len(found))
	for i, f := range found {
		all[i] = f.meeting()
	}
	return all, err
}

// Meeting gives one meeting, whole.
func (db *DB) Meeting(ctx context.Context, id portal.MeetingID, day time.Time) (meeting.View, error) {
	return oneMeeting(db.gorm.WithContext(ctx), id, day)
}

func (t *tx) LockMeeting(id portal.MeetingID, day time.Time) (meeting.View, error) {
	if _, err := row[struct{ ID string }](t.DB, "select id from meeting where id = ? for update", id); err != nil {
		return meeting.View{}, err
	}
	return oneMeeting(t.DB, id, day)
}

func oneMeeting(g *gorm.DB, id portal.MeetingID, day time.Time) (v meeting.View, err error) {
	if uuid.Validate(string(id)) != nil {
		return v, portal.Missing()
	}
	found, err := row[meetingRow](g, meetingColumns+"m.id = ?", id)
	if err != nil {
		return v, err
	}
	v.Meeting = found.meeting()
	if v.Parties, err = partiesOn(g, v.Community.ID, day); err != nil {
		return v, err
	}
	if v.Cases, err = casesOf(g, id); err != nil {
		return v, err
	}
	v.Remarks, err = minuteRemarks(g, id)
	return v, err
}

func casesOf(g *gorm.DB, id portal.MeetingID) ([]portal.Case, error) {
	found, err := rows[struct {
		ID, Title, ResponseID                           string
		Number                                          int
		RoundTitle                                      jsonb[portal.Text]
		Outcome, Body, CaseNumber, FreezeID, RecordedBy string
		Decision                                        bool
		RecordedAt                                      *time.Time
	}](g, `select c.id, c.title, coalesce(cast(c.response_id as text), '') as response_id, c.number, r.title as round_title,
			coalesce(n.outcome, '') as outcome, coalesce(n.body, '') as body, coalesce(n.case_number, '') as case_number,
			coalesce(cast(n.freeze_id as text), '') as freeze_id, coalesce(n.decision, false) as decision, n.recorded_at, coalesce(n.recorded_by, '') as recorded_by
		from meeting_case c
		left join response s on s.id = c.response_id
		left join round r on r.id = s.round_id
		left join lateral (select * from minute n where n.case_id = c.id order by n.seq desc limit 1) n on true
		where c.meeting_id = ? order by c.number`, id)
	cases := make([]portal.Case, len(found))
	for i, f := range found {
		cases[i] = portal.Case{ID: portal.CaseID(f.ID), Number: f.Number, Title: f.Title, Response: portal.ResponseID(f.ResponseID), RoundTitle: f.RoundTitle.V}
		if f.RecordedAt != nil {
			cases[i].Minute = &portal.Minute{Outcome: portal.CaseOutcome(f.Outcome), Text: f.Body, CaseNumber: f.CaseNumber, Freeze: portal.FreezeID(f.FreezeID),
				Decision: f.Decision, RecordedAt: *f.RecordedAt, RecordedBy: f.RecordedBy}
		}
	}
	return cases, err
}

func minuteRemarks(g *gorm.DB, id portal.MeetingID) ([]portal.MinuteRemark, error) {
	found, err := rows[struct {
		ID, CaseID, OrganisationID, Kind, Name, Body, RecordedBy string
		RecordedAt                                               time.Time
	}](g, `select r.id, coalesce(cast(r.case_id as text), '') as case_id, r.organisation_id, o.kind, r.name, r.body, r.recorded_at, r.recorded_by
		from minute_remark r join organisation o on o.id = r.organisation_id where r.meeting_id = ? order by r.recorded_at, r.id`, id)
	remarks := make([]portal.MinuteRemark, len(found))
	for i, f := range found {
		remarks[i] = portal.MinuteRemark{ID: f.ID, Case: portal.CaseID(f.CaseID), Text: f.Body, RecordedAt: f.RecordedAt, RecordedBy: f.RecordedBy,
			Organisation: portal.Organisation{ID: portal.OrganisationID(f.OrganisationID), Kind: portal.OrganisationKind(f.Kind), Name: f.Name}}
	}
	return remarks, err
}

// TreatedBefore gives the text of the response that a meeting last treated before the time.
func (db *DB) TreatedBefore(ctx context.Context, id portal.ResponseID, before time.Time) (meeting.Treated, error) {
	found, err := row[struct {
		FreezeID, Name string
		Number         int
		StartsAt       time.Time
	}](db.gorm.WithContext(ctx), `select n.freeze_id, f.number, b.name, m.starts_at
		from meeting_case c join meeting m on m.id = c.meeting_id join body b on b.id = m.body_id
		join lateral (select * from minute n where n.case_id = c.id order by n.seq desc limit 1) n on true
		join frozen_version f on f.id = n.freeze_id
		where c.response_id = ? and m.starts_at < ? order by m.starts_at desc limit 1`, id, before)
	return meeting.Treated{Freeze: portal.FreezeID(found.FreezeID), Number: found.Number, Body: found.Name, At: found.StartsAt}, err
}

func (t *tx) InsertMeeting(m portal.Meeting, at time.Time) error {
	err := t.Exec("insert into meeting (id, community_id, body_id, starts_at, papers_due, place, state, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
		m.ID, m.Community.ID, m.Body.ID, m.StartsAt, m.PapersDue, m.Place, m.State, at).Error
	if err != nil {
		return err
	}
	return t.putCases(m)
}

func (t *tx) UpdateMeeting(m portal.Meeting) error {
	err := t.one("update meeting set starts_at = ?, papers_due = ?, place = ?, version = version + 1 where id = ? and version = ?",
		m.StartsAt, m.PapersDue, m.Place, m.ID, m.Version)
	if err != nil {
		return err
	}
	if err := t.Exec("delete from meeting_case where meeting_id = ?", m.ID).Error; err != nil {
		return err
	}
	return t.putCases(m)
}

// putCases writes the agenda. Until the meeting is held nothing speaks of its cases.
func (t *tx) putCases(m portal.Meeting) error {
	for _, c := range m.Cases {
		err := t.Exec("insert into meeting_case (id, meeting_id, number, title, response_id) values (?, ?, ?, ?, ?)", c.ID, m.ID, c.Number, c.Title, null(string(c.Response))).Error
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) SetMeetingState(m portal.Meeting, to portal.MeetingState, reason string) error {
	return t.one("update meeting set state = ?, reason = ?, version = version + 1 where id = ? and version = ?", to, reason, m.ID, m.Version)
}

func (t *tx) InsertMinute(c portal.CaseID, m portal.Minute) error {
	return t.Exec("insert into minute (case_id, outcome, body, case_number, freeze_id, decision, recorded_at, recorded_by) values (?, ?, ?, ?, ?, ?, ?, ?)",
		c, m.Outcome, m.Text, m.CaseNumber, null(string(m.Freeze)), m.Decision, m.RecordedAt, m.RecordedBy).Error
}

func (t *tx) InsertMinuteRemark(m portal.MeetingID, r portal.MinuteRemark) error {
	return t.Exec("insert into minute_remark (id, meeting_id, case_id, organisation_id, name, body, recorded_at, recorded_by) values (?, ?, ?, ?, ?, ?, ?, ?)",
		r.ID, m, null(string(r.Case)), r.Organisation.ID, r.Organisation.Name, r.Text, r.RecordedAt, r.RecordedBy).Error
}
