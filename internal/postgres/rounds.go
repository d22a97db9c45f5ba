package postgres

import (
	"context"
	"time"

	"gorm.io/gorm"

	"samsvar/internal/consult"
	"samsvar/internal/portal"
)

type roundRow struct {
	ID, Slug, Sender, SignedByRole, Reference, Kind string
	Title                                           jsonb[portal.Text]
	Issued, Deadline                                time.Time
	State, JointAnswers, SeparateAnswers, SendTo    string
	AcceptsLate, LogReading                         bool
	LoginMinutes                                    int
	LoginLevel                                      string
	Background, PriorityGroups                      jsonb[portal.Paragraphs]
	Addressees, CopyTo                              jsonb[[]string]
	Version                                         int

	// what the actor's organisation is to the round
	Invited        bool
	Relation       *string
	AskedToForward *bool
	OpenedAt       *time.Time
	ForwardedAt    *time.Time
	ForwardedBy    *string
	Due            time.Time // the deadline that holds for it
}

func (r roundRow) round() portal.Round {
	return portal.Round{ID: portal.RoundID(r.ID), Slug: r.Slug, Title: r.Title.V, Sender: r.Sender, SignedByRole: r.SignedByRole,
		Reference: r.Reference, Kind: r.Kind, Issued: r.Issued, Deadline: r.Deadline, State: portal.RoundState(r.State),
		JointAnswers: r.JointAnswers, SeparateAnswers: r.SeparateAnswers, AcceptsLate: r.AcceptsLate, LogsReading: r.LogReading, Login: loginOf(r.LoginMinutes, r.LoginLevel), Background: r.Background.V,
		PriorityGroups: r.PriorityGroups.V, Addressees: r.Addressees.V, CopyTo: r.CopyTo.V, SendTo: r.SendTo, Version: r.Version}
}

func loginOf(minutes int, level string) portal.Login {
	return portal.Login{Age: time.Duration(minutes) * time.Minute, Level: portal.Level(level)}
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

func (r roundRow) view(actor portal.Actor) consult.RoundView {
	v := consult.RoundView{Round: r.round(), Announced: r.Deadline, Invited: r.Invited}
	v.Deadline = r.Due
	if r.Relation != nil {
		v.AskedToForward = *r.AskedToForward
		v.Recipient = &portal.Recipient{Organisation: portal.Organisation{ID: actor.Organisation, Kind: actor.Kind, Name: actor.OrganisationName},
			Relation: *r.Relation, AskedToForward: *r.AskedToForward, OpenedAt: r.OpenedAt, ForwardedAt: r.ForwardedAt}
		if r.ForwardedBy != nil {
			v.Recipient.ForwardedBy = *r.ForwardedBy
		}
	}
	return v
}

// roundsFor selects rounds with what they are to the organisation @org: invited
// itself, through a member of its community, or as a party of a response.
const roundsFor = `
	select r.*, mine.relation, mine.asked_to_forward, mine.opened_at, mine.forwarded_at, authority.name as forwarded_by, deadline_of(r.id, @org) as due,
		mine.round_id is not null
			or r.id in (select x.round_id from membership m join recipient x on x.organisation_id = m.party_id join round y on y.id = x.round_id
				where m.community_id = @org and m.valid_from <= y.issued and (m.valid_to is null or y.issued < m.valid_to))
			or r.id in (select s.round_id from party p join response s on s.id = p.response_id where p.organisation_id = @org)
			as invited
	from round r
	left join recipient mine on mine.round_id = r.id and mine.organisation_id = @org
	left join organisation authority on authority.id = mine.forwarded_by
	where `

// Rounds lists the rounds in one of the states that concern the actor's organisation, or all of them, the latest deadline
// first, without their questions.
func (db *DB) Rounds(ctx context.Context, actor portal.Actor, all bool, states ...portal.RoundState) (views []consult.RoundView, err error) {
	err = behindWall(db.gorm.WithContext(ctx), func(g *gorm.DB) error {
		found, err := rows[roundRow](g, "select * from ("+roundsFor+"r.state in @states) r where r.invited or @all order by r.deadline desc, r.id",
			named("org", string(actor.Organisation)), named("all", all), named("states", states))
		if err != nil {
			return err
		}
		views = make([]consult.RoundView, len(found))
		for i, f := range found {
			views[i] = f.view(actor)
		}
		return addStanding(g, actor, views)
	})
	return views, err
}

// Round gives one round, whole. It does not decide whether the actor may see it.
func (db *DB) Round(ctx context.Context, actor portal.Actor, id portal.RoundID) (view consult.RoundView, err error) {
	err = behindWall(db.gorm.WithContext(ctx), func(g *gorm.DB) error {
		view, err = loadRound(g, actor, id)
		return err
	})
	return view, err
}

func (t *tx) LockRound(actor portal.Actor, id portal.RoundID) (consult.RoundView, error) {
	if _, err := row[struct{ ID string }](t.DB, "select id from round where id = ? for update", id); err != nil {
		return consult.RoundView{}, err
	}
	return loadRound(t.DB, actor, id)
}

func loadRound(g *gorm.DB, actor portal.Actor, id portal.RoundID) (consult.RoundView, error) {
	found, err := row[roundRow](g, roundsFor+"r.id = @id", named("org", string(actor.Organisation)), named("id", string(id)))
	if err != nil {
		return consult.RoundView{}, err
	}
	views := []consult.RoundView{found.view(actor)}
	if err := addQuestions(g, &views[0]); err != nil {
		return views[0], err
	}
	if err := addExtensions(g, actor, &views[0]); err != nil {
		return views[0], err
	}
	err = addStanding(g, actor, views)
	return views[0], err
}

type questionRow struct {
	ID, RoundID   string
	Number        int
	Body          jsonb[portal.Text]
	Optional      bool
	Collects      string
	GuidanceWords int
}

func (q questionRow) question() portal.Question {
	return portal.Question{ID: portal.QuestionID(q.ID), Number: q.Number, Text: q.Body.V, Optional: q.Optional, Collects: q.Collects, GuidanceWords: q.GuidanceWords}
}

func addQuestions(g *gorm.DB, v *consult.RoundView) error {
	questions, err := rows[questionRow](g, "select * from question where round_id = ? order by number", v.ID)
	for _, q := range questions {
		v.Questions = append(v.Questions, q.question())
	}
	return err
}

// addStanding adds the actor's communities and its responses, in two queries
// however many rounds there are.
func addStanding(g *gorm.DB, actor portal.Actor, views []consult.RoundView) error {
	if len(views) == 0 {
		return nil
	}
	ids := make([]string, len(views))
	place := map[string]*consult.RoundView{}
	for i := range views {
		ids[i] = string(views[i].ID)
		place[ids[i]] = &views[i]
	}
	communities, err := rows[struct{ RoundID, ID, Name string }](g, `select distinct r.id as round_id, o.id, o.name
		from (select community_id, valid_from, valid_to from membership where party_id = @org
			union all select id, date '-infinity', null from organisation where id = @org) m
		join round r on m.valid_from <= r.issued and (m.valid_to is null or r.issued < m.valid_to)
		join organisation o on o.id = m.community_id and o.kind = 'health_community'
		where r.id in @ids order by o.name`, named("org", string(actor.Organisation)), named("ids", ids))
	if err != nil {
		return err
	}
	for _, c := range communities {
		v := place[c.RoundID]
		v.Communities = append(v.Communities, portal.Organisation{ID: portal.OrganisationID(c.ID), Kind: portal.HealthCommunity, Name: c.Name})
	}
	responses, err := rows[struct{ RoundID, ID, Kind, State, OwnerID, OwnerKind, OwnerName string }](g, `
		select s.round_id, s.id, s.kind, s.state, o.id as owner_id, o.kind as owner_kind, o.name as owner_name
		from response s join organisation o on o.id = s.owner_id
		where s.round_id in ? and s.id in (select id from response where owner_id = ? union select response_id from party where organisation_id = ?)
		order by s.kind, o.name`, ids, actor.Organisation, actor.Organisation)
	if err != nil {
		return err
	}
	for _, r := range responses {
		v := place[r.RoundID]
		v.Responses = append(v.Responses, portal.Response{ID: portal.ResponseID(r.ID), Kind: portal.ResponseKind(r.Kind), State: portal.ResponseState(r.State),
			Owner: portal.Organisation{ID: portal.OrganisationID(r.OwnerID), Kind: portal.OrganisationKind(r.OwnerKind), Name: r.OwnerName}})
	}
	return nil
}

// Recipients lists whom the round went to, in Norwegian order.
func (db *DB) Recipients(ctx context.Context, id portal.RoundID) ([]portal.Recipient, error) {
	return recipients(db.gorm.WithContext(ctx), id, false)
}

// Reach says how far the invitation has come.
func (db *DB) Reach(ctx context.Context, id portal.RoundID) (reach consult.Reach, err error) {
	err = behindWall(db.gorm.WithContext(ctx), func(g *gorm.DB) error {
		n, err := row[struct{ Recipients, Opened, Municipalities, Behind int }](g, reachQuery, named("id", string(id)))
		if err != nil {
			return err
		}
		reach = consult.Reach{Recipients: n.Recipients, Opened: n.Opened, Municipalities: n.Municipalities, Behind: n.Behind}
		reach.Authorities, err = recipients(g, id, true)
		return err
	})
	return reach, err
}

const reachQuery = `
		select count(*) as recipients, count(x.opened_at) as opened,
			count(*) filter (where o.kind = 'municipality' and x.relation = 'addressed') as municipalities,
			(select count(distinct m) from submission b, jsonb_array_elements_text(b.behind) m where b.round_id = @id and b.ended_at is null) as behind
		from recipient x join organisation o on o.id = x.organisation_id where x.round_id = @id`

func recipients(g *gorm.DB, id portal.RoundID, authoritiesOnly bool) ([]portal.Recipient, error) {
	found, err := rows[struct {
		OrganisationID, Kind, Name, Number, Relation string
		AskedToForward                               bool
		ForwardedBy, Community                       string
		ForwardedAt, OpenedAt                        *time.Time
	}](g, `
		select x.organisation_id, o.kind, x.name, coalesce(n.number, '') as number, x.relation, x.asked_to_forward, x.forwarded_at, x.opened_at,
			coalesce(authority.name, '') as forwarded_by, coalesce(c.name, '') as community
		from recipient x
		join round r on r.id = x.round_id
		join organisation o on o.id = x.organisation_id
		left join organisation authority on authority.id = x.forwarded_by
		left join municipality_period n on n.organisation_id = o.id and n.valid_from <= r.issued and (n.valid_to is null or r.issued < n.valid_to)
		left join lateral (select string_agg(k.name, ', ' order by k.name) as name from membership m join organisation k on k.id = m.community_id
			where m.party_id = o.id and m.valid_from <= r.issued and (m.valid_to is null or r.issued < m.valid_to)) c on true
		where x.round_id = ? and (x.asked_to_forward or not ?) order by o.kind desc, x.name collate "nb-x-icu"`, id, authoritiesOnly)
	recipients := make([]portal.Recipient, len(found))
	for i, f := range found {
		recipients[i] = portal.Recipient{Relation: f.Relation, AskedToForward: f.AskedToForward, ForwardedBy: f.ForwardedBy, ForwardedAt: f.ForwardedAt,
			OpenedAt: f.OpenedAt, Community: f.Community,
			Organisation: portal.Organisation{ID: portal.OrganisationID(f.OrganisationID), Kind: portal.OrganisationKind(f.Kind), Name: f.Name, Number: f.Number}}
	}
	return recipients, err
}

func (t *tx) InsertRound(r portal.Round, at time.Time) error {
	err := t.Exec(`insert into round (id, slug, title, sender, signed_by_role, reference, kind, issued, deadline, state, joint_answers, separate_answers,
			accepts_late, log_reading, login_minutes, login_level, background, priority_groups, addressees, copy_to, send_to, version, created_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Slug, jsonOf(r.Title), r.Sender, r.SignedByRole, r.Reference, r.Kind, date(r.Issued), r.Deadline, r.State, r.JointAnswers, r.SeparateAnswers,
		r.AcceptsLate, r.LogsReading, minutes(r.Login.Age), r.Login.Level, jsonOf(r.Background), jsonOf(r.PriorityGroups), jsonOf(orNone(r.Addressees)), jsonOf(orNone(r.CopyTo)), r.SendTo,
		r.Version, at).Error
	if isUnique(err, "round_slug_key") {
		return portal.InvalidField("slug", "taken", "another round has this slug")
	}
	if err != nil {
		return err
	}
	return t.insertQuestions(r)
}

func (t *tx) insertQuestions(r portal.Round) error {
	for _, q := range r.Questions {
		err := t.Exec("insert into question (id, round_id, number, body, optional, collects, guidance_words) values (?, ?, ?, ?, ?, ?, ?)",
			q.ID, r.ID, q.Number, jsonOf(q.Text), q.Optional, q.Collects, q.GuidanceWords).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// UpdateRound replaces a draft and its questions; nothing refers to them before the round is open.
func (t *tx) UpdateRound(r portal.Round, version int) error {
	err := t.one(`update round set slug = ?, title = ?, sender = ?, signed_by_role = ?, reference = ?, kind = ?, issued = ?, deadline = ?, joint_answers = ?,
			separate_answers = ?, accepts_late = ?, log_reading = ?, login_minutes = ?, login_level = ?, background = ?, priority_groups = ?, addressees = ?, copy_to = ?, send_to = ?, version = version + 1
		where id = ? and state = 'draft' and version = ?`,
		r.Slug, jsonOf(r.Title), r.Sender, r.SignedByRole, r.Reference, r.Kind, date(r.Issued), r.Deadline, r.JointAnswers,
		r.SeparateAnswers, r.AcceptsLate, r.LogsReading, minutes(r.Login.Age), r.Login.Level, jsonOf(r.Background), jsonOf(r.PriorityGroups), jsonOf(orNone(r.Addressees)), jsonOf(orNone(r.CopyTo)), r.SendTo, r.ID, version)
	if isUnique(err, "round_slug_key") {
		return portal.InvalidField("slug", "taken", "another round has this slug")
	}
	if err != nil {
		return err
	}
	if err := t.Exec("delete from question where round_id = ?", r.ID).Error; err != nil {
		return err
	}
	return t.insertQuestions(r)
}

func (t *tx) SetRoundState(id portal.RoundID, from, to portal.RoundState, at time.Time) error {
	return t.one(`update round set state = @to, version = version + 1, opened_at = case when @to = 'open' then @at else opened_at end,
			closed_at = case when @to = 'closed' then @at else closed_at end where id = @id and state = @from`,
		named("to", string(to)), named("from", string(from)), named("id", string(id)), named("at", at))
}

// Invite fixes the recipients: municipalities valid on the letter's date, the
// regional authorities, who are asked to forward, and those who get a copy.
func (t *tx) Invite(r portal.Round) (int, error) {
	done := t.Exec(`
		insert into recipient (round_id, organisation_id, name, relation, asked_to_forward)
		select cast(@id as uuid), n.organisation_id, n.name, 'addressed', false from municipality_period n
			where jsonb_exists(cast(@addressees as jsonb), 'all_municipalities') and n.valid_from <= cast(@issued as date) and (n.valid_to is null or cast(@issued as date) < n.valid_to)
		union all
		select cast(@id as uuid), o.id, o.name, 'addressed', true from organisation o
			where jsonb_exists(cast(@addressees as jsonb), 'all_regional_health_authorities') and o.kind = 'regional_health_authority'
		union all
		select cast(@id as uuid), o.id, o.name, 'copy', false from organisation o where o.kind = 'association' and jsonb_exists(cast(@copies as jsonb), o.name)`,
		named("id", string(r.ID)), named("issued", date(r.Issued)), named("addressees", jsonOf(orNone(r.Addressees))), named("copies", jsonOf(orNone(r.CopyTo))))
	return int(done.RowsAffected), done.Error
}

func (t *tx) UnknownNames(names []string) ([]string, error) {
	found, err := rows[struct{ Name string }](t.DB, `select wanted.name from jsonb_array_elements_text(cast(? as jsonb)) wanted(name)
		where not exists (select 1 from organisation o where o.kind = 'association' and o.name = wanted.name)`, jsonOf(orNone(names)))
	unknown := make([]string, len(found))
	for i, f := range found {
		unknown[i] = f.Name
	}
	return unknown, err
}

// Forward puts the authority's trusts, and the hospitals in their communities, on the list.
func (t *tx) Forward(r portal.Round, authority portal.OrganisationID, at time.Time) (int, error) {
	done := t.Exec(`insert into recipient (round_id, organisation_id, name, relation, forwarded_by)
		select cast(? as uuid), o.id, o.name, 'forwarded', cast(? as text) from organisation o where o.parent_id = ? and o.kind in ('health_trust', 'hospital')
		on conflict do nothing`, r.ID, authority, authority)
	if done.Error != nil {
		return 0, done.Error
	}
	return int(done.RowsAffected), t.one("update recipient set forwarded_at = ? where round_id = ? and organisation_id = ? and forwarded_at is null", at, r.ID, authority)
}

func (t *tx) MarkOpened(id portal.RoundID, organisation portal.OrganisationID, at time.Time) (bool, error) {
	done := t.Exec("update recipient set opened_at = ? where round_id = ? and organisation_id = ? and opened_at is null", at, id, organisation)
	return done.RowsAffected == 1, done.Error
}

// Communities says where each community stands in the round.
func (db *DB) Communities(ctx context.Context, id portal.RoundID) ([]consult.CommunityStanding, error) {
	found, err := rows[struct {
		ID, Name, Response, State          string
		SubmissionState, Number            *string
		SubmittedAt, ReceivedAt            *time.Time
		LateSeconds                        int64
		Deadline                           time.Time
		Municipalities, Recipients, Opened int
	}](db.gorm.WithContext(ctx), `
		select c.id, c.name, coalesce(cast(s.id as text), '') as response, coalesce(f.state, s.state, case when m.opened > 0 then 'opened' else 'not_opened' end) as state,
			deadline_of(r.id, c.id) as deadline, f.state as submission_state, f.number, f.submitted_at, f.received_at, coalesce(f.late_seconds, 0) as late_seconds, m.municipalities, m.recipients, m.opened
		from round r
		cross join organisation c
		left join response s on s.round_id = r.id and s.owner_id = c.id and s.kind = 'joint'
		left join lateral (select * from submission b where b.response_id = s.id order by b.year desc, b.sequence desc limit 1) f on true
		cross join lateral (select count(*) filter (where m.side = 'municipal') as municipalities, count(x.organisation_id) as recipients,
				count(x.opened_at) as opened
			from membership m left join recipient x on x.round_id = r.id and x.organisation_id = m.party_id
			where m.community_id = c.id and m.valid_from <= r.issued and (m.valid_to is null or r.issued < m.valid_to)) m
		where r.id = ? and c.kind = 'health_community' order by c.name collate "nb-x-icu"`, id)
	standings := make([]consult.CommunityStanding, len(found))
	for i, f := range found {
		standings[i] = consult.CommunityStanding{State: f.State, Deadline: f.Deadline, Municipalities: f.Municipalities, Recipients: f.Recipients, Opened: f.Opened,
			Organisation: portal.Organisation{ID: portal.OrganisationID(f.ID), Kind: portal.HealthCommunity, Name: f.Name}}
		if f.Number != nil {
			standings[i].Response = portal.ResponseID(f.Response)
			standings[i].Receipt = &portal.Receipt{Number: *f.Number, State: portal.SubmissionState(*f.SubmissionState), SubmittedAt: *f.SubmittedAt, ReceivedAt: f.ReceivedAt, LateSeconds: f.LateSeconds}
		}
	}
	return standings, err
}
