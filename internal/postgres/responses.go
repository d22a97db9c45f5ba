package postgres

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"samsvar/internal/consult"
	"samsvar/internal/document"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

type responseRow struct {
	ID, Kind, Language, State     string
	OwnerID, OwnerKind, OwnerName string
	Rule                          jsonb[portal.Rule]
	Version, Circle               int

	RoundID, Slug, Sender, Reference, RoundState string
	Title                                        jsonb[portal.Text]
	Issued, Deadline                             time.Time
	AcceptsLate, LogReading                      bool
	LoginMinutes                                 int
	LoginLevel                                   string
	RoundVersion                                 int

	FreezeID, FreezeHash, FrozenBy string
	FreezeNumber                   int
	FrozenAt                       *time.Time
	ReopenedReason                 string
}

const responseColumns = `
	select coalesce(f.rule, c.rule, s.rule) as rule, s.id, s.kind, s.language, s.state, s.version, s.circle, o.id as owner_id, o.kind as owner_kind, o.name as owner_name,
		r.id as round_id, r.slug, r.sender, r.reference, r.state as round_state, r.title, r.issued, deadline_of(r.id, s.owner_id) as deadline, r.accepts_late, r.log_reading,
		r.login_minutes, r.login_level, r.version as round_version,
		coalesce(cast(f.id as text), '') as freeze_id, coalesce(f.hash, '') as freeze_hash, coalesce(f.number, 0) as freeze_number, f.frozen_at,
		coalesce(freezer.name, '') as frozen_by,
		case when s.freeze_id is null then coalesce((select e.reason from frozen_version e where e.response_id = s.id order by e.number desc limit 1), '') else '' end
			as reopened_reason
	from response s
	join organisation o on o.id = s.owner_id
	join round r on r.id = s.round_id
	left join frozen_version f on f.id = s.freeze_id
	left join account freezer on freezer.id = f.frozen_by
	left join lateral (select rule from community_rule where community_id = s.owner_id and s.kind = 'joint' order by version desc limit 1) c on true
	where `

func (r responseRow) response() portal.Response {
	out := portal.Response{ID: portal.ResponseID(r.ID), Kind: portal.ResponseKind(r.Kind), Language: portal.Language(r.Language),
		State: portal.ResponseState(r.State), Rule: r.Rule.V, Version: r.Version, Circle: r.Circle, ReopenedReason: r.ReopenedReason,
		Owner: portal.Organisation{ID: portal.OrganisationID(r.OwnerID), Kind: portal.OrganisationKind(r.OwnerKind), Name: r.OwnerName},
		Round: portal.Round{ID: portal.RoundID(r.RoundID), Slug: r.Slug, Sender: r.Sender, Reference: r.Reference, State: portal.RoundState(r.RoundState),
			Title: r.Title.V, Issued: r.Issued, Deadline: r.Deadline, AcceptsLate: r.AcceptsLate, LogsReading: r.LogReading, Login: loginOf(r.LoginMinutes, r.LoginLevel), Version: r.RoundVersion}}
	if r.FreezeID != "" {
		out.Freeze = &portal.Freeze{ID: portal.FreezeID(r.FreezeID), Number: r.FreezeNumber, Hash: r.FreezeHash, FrozenAt: *r.FrozenAt, FrozenBy: r.FrozenBy}
	}
	return out
}

// Response gives one response, whole but for its text.
func (db *DB) Response(ctx context.Context, id portal.ResponseID) (portal.Response, error) {
	return oneResponse(db.gorm.WithContext(ctx), "s.id = ?", id)
}

// Home gives what decides about a live document. It goes past gorm: it is
// asked of everybody in a text, each time that rights may have changed.
func (db *DB) Home(ctx context.Context, id portal.DocumentID) (h document.Home, err error) {
	var both pgx.Batch // one way there and back, and one transaction
	if actor, acting := portal.ActingIn(ctx); acting {
		both.Queue(narrowSQL, scope(actor)...)
	}
	both.Queue(`select s.id, s.round_id, (select log_reading from round where id = s.round_id), s.state, s.owner_id, array(select organisation_id from party p where p.response_id = s.id),
			coalesce((select b.freeze_id = s.freeze_id and b.ended_at is null from submission b
				where b.response_id = s.id order by b.year desc, b.sequence desc limit 1), false), d.locked, s.kind
		from answer a join response s on s.id = a.response_id join document d on d.id = a.document_id where a.document_id = $1`, id).QueryRow(func(row pgx.Row) error {
		return row.Scan(&h.Response, &h.Round, &h.LogsReading, &h.State, &h.Owner, &h.Parties, &h.Sent, &h.Locked, &h.Kind)
	})
	err = db.pool.SendBatch(ctx, &both).Close()
	if errors.Is(err, pgx.ErrNoRows) {
		return h, portal.Missing()
	}
	return h, away(err)
}

// OpenResponsesOf lists what the organisation owns or is a party of in open rounds, the nearest deadline first.
func (db *DB) OpenResponsesOf(ctx context.Context, organisation portal.OrganisationID) ([]portal.Response, error) {
	return manyResponses(db.gorm.WithContext(ctx), `r.state = 'open' and
		(s.id in (select id from response where owner_id = ? union select response_id from party where organisation_id = ?)
			or s.state = 'approval' and s.id in (select response_id from endorsement_offer where organisation_id = ?))
		order by r.deadline desc, s.id`, organisation, organisation, organisation)
}

// ResponsesBy lists the owner's responses, newest first, with no other party than the one asked about.
func (db *DB) ResponsesBy(ctx context.Context, owner, party portal.OrganisationID) ([]portal.Response, error) {
	g := db.gorm.WithContext(ctx)
	responses, ids, place, err := plainResponses(g, "s.owner_id = ? order by r.deadline desc, s.id", owner)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	mine, err := rows[struct{ ResponseID string }](g, "select response_id from party where response_id in ? and organisation_id = ?", ids, party)
	if err != nil {
		return nil, err
	}
	for _, m := range mine {
		place[m.ResponseID].Parties = []portal.Party{{Organisation: portal.Organisation{ID: party}}}
	}
	return responses, addSubmissions(g, ids, place)
}

func (t *tx) LockResponse(id portal.ResponseID) (portal.Response, error) {
	if _, err := row[struct{ ID string }](t.DB, "select id from response where id = ? for update", id); err != nil {
		return portal.Response{}, err
	}
	return oneResponse(t.DB, "s.id = ?", id)
}

func oneResponse(g *gorm.DB, where string, args ...any) (portal.Response, error) {
	found, err := manyResponses(g, where, args...)
	if err != nil {
		return portal.Response{}, err
	}
	if len(found) == 0 {
		return portal.Response{}, portal.Missing()
	}
	return found[0], nil
}

// part is something that is added to responses, in one query however many they are.
type part func(g *gorm.DB, ids []string, place map[string]*portal.Response) error

var whole = []part{addAnswers, addParties, addTreatments, addDecisions, addRemarks, addSubmissions, addOffers}

func manyResponses(g *gorm.DB, where string, args ...any) ([]portal.Response, error) {
	return responsesWith(g, whole, where, args...)
}

// responsesWith gives responses with some of what belongs to them, in one transaction.
func responsesWith(g *gorm.DB, parts []part, where string, args ...any) (responses []portal.Response, err error) {
	err = behindWall(g, func(g *gorm.DB) error {
		all, ids, place, err := plainResponses(g, where, args...)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, add := range parts {
			if err := add(g, ids, place); err != nil {
				return err
			}
		}
		responses = all
		return nil
	})
	return responses, err
}

// plainResponses are without all that is added to them; place says where each of the ids is.
func plainResponses(g *gorm.DB, where string, args ...any) (responses []portal.Response, ids []string, place map[string]*portal.Response, err error) {
	found, err := rows[responseRow](g, responseColumns+where, args...)
	responses, ids, place = make([]portal.Response, len(found)), make([]string, len(found)), make(map[string]*portal.Response, len(found))
	for i, f := range found {
		responses[i] = f.response()
		ids[i], place[f.ID] = f.ID, &responses[i]
	}
	return responses, ids, place, err
}

func addAnswers(g *gorm.DB, ids []string, place map[string]*portal.Response) error {
	found, err := rows[struct {
		ID, ResponseID, QuestionID, DocumentID, Status, Hash string
		Number, Version, Suggestions                         int
		CoordinatorID, CoordinatorKind, CoordinatorName      string
		Body                                                 jsonb[portal.Text]
		Optional                                             bool
		Collects                                             string
		GuidanceWords                                        int
		Relation                                             jsonb[*portal.Relation]
	}](g, `select a.id, a.response_id, a.question_id, a.document_id, a.status, a.number, a.version, open_suggestions(a.id) as suggestions, coalesce(z.hash, '') as hash,
			coalesce(o.id, '') as coordinator_id, coalesce(o.kind, '') as coordinator_kind, coalesce(p.name, o.name, '') as coordinator_name,
			q.body, q.optional, q.collects, q.guidance_words, a.relation
		from answer a
		join response s on s.id = a.response_id
		join question q on q.id = a.question_id
		left join frozen_answer z on z.freeze_id = s.freeze_id and z.answer_id = a.id
		left join organisation o on o.id = a.coordinator_id
		left join party p on p.response_id = a.response_id and p.organisation_id = a.coordinator_id
		where a.response_id in ? order by a.number`, ids)
	related := map[string]*portal.Relation{}
	for _, f := range found {
		q := questionRow{ID: f.QuestionID, Number: f.Number, Body: f.Body, Optional: f.Optional, Collects: f.Collects, GuidanceWords: f.GuidanceWords}
		a := portal.Answer{ID: portal.AnswerID(f.ID), Number: f.Number, Question: q.question(), Document: portal.DocumentID(f.DocumentID),
			Status: portal.AnswerStatus(f.Status), Version: f.Version, Hash: f.Hash, Relation: f.Relation.V, Suggestions: f.Suggestions}
		if a.Relation != nil {
			related[f.ID] = a.Relation
		}
		if f.CoordinatorID != "" {
			a.Coordinator = &portal.Organisation{ID: portal.OrganisationID(f.CoordinatorID), Kind: portal.OrganisationKind(f.CoordinatorKind), Name: f.CoordinatorName}
		}
		place[f.ResponseID].Answers = append(place[f.ResponseID].Answers, a)
	}
	if err != nil || len(related) == 0 {
		return err
	}
	return addNewer(g, related)
}

// addSides adds parties with no more than who they are and the side they are on: enough to count them.
func addSides(g *gorm.DB, ids []string, place map[string]*portal.Response) error {
	found, err := rows[struct{ ResponseID, OrganisationID, Side string }](g, "select response_id, organisation_id, side from party where response_id in ?", ids)
	for _, f := range found {
		place[f.ResponseID].Parties = append(place[f.ResponseID].Parties,
			portal.Party{Side: portal.Side(f.Side), Organisation: portal.Organisation{ID: portal.OrganisationID(f.OrganisationID)}})
	}
	return err
}

func addParties(g *gorm.DB, ids []string, place map[string]*portal.Response) error {
	found, err := rows[struct {
		ResponseID, OrganisationID, OrganisationKind, Side, Name, Number string
		PositionID, FreezeID, Kind, Reason, AccountID, AccountName       string
		FreezeNumber, Circle                                             int
		Late                                                             bool
		AnswerHashes                                                     jsonb[portal.Hashes]
		RecordedAt, WarnedAt, CountsFrom, DeliveredAt                    *time.Time
		WarnedBy, TreatmentID, Coverage                                  string
		Mandate                                                          mandateTaken `gorm:"embedded"`
		Covers                                                           *bool
		Needed, Quorum                                                   int
		Joins                                                            string
	}](g, `select p.response_id, p.organisation_id, o.kind as organisation_kind, p.side, p.name, p.number,
			coalesce(cast(x.id as text), '') as position_id, coalesce(cast(x.freeze_id as text), '') as freeze_id, coalesce(f.number, 0) as freeze_number,
			coalesce(x.kind, '') as kind, coalesce(x.reason, '') as reason, coalesce(cast(x.account_id as text), '') as account_id,
			coalesce(x.account_name, '') as account_name, x.answer_hashes, x.recorded_at,
			coalesce(x.circle, 0) as circle, coalesce(x.late, false) as late, coalesce(cast(x.treatment_id as text), '') as treatment_id, x.covers, coalesce(x.coverage, '') as coverage,
			`+mandateTakenColumns+`,
			w.warned_at, w.counts_from, came.delivered_at, coalesce(warner.name, '') as warned_by, coalesce(x.needed, 0) as needed, coalesce(cast(x.joins as text), '') as joins,
			approvers_needed(p.organisation_id, (select laid.frozen_at from frozen_version laid where laid.id = s.freeze_id)) as quorum
		from party p
		join organisation o on o.id = p.organisation_id
		left join lateral (select * from position x where x.response_id = p.response_id and x.organisation_id = p.organisation_id order by x.seq desc limit 1) x on true
		left join frozen_version f on f.id = x.freeze_id
		`+mandateTakenJoins+`
		join response s on s.id = p.response_id
		left join silence_warning w on w.freeze_id = s.freeze_id and w.organisation_id = p.organisation_id
		left join warning_delivery came on came.freeze_id = w.freeze_id and came.organisation_id = w.organisation_id
		left join account warner on warner.id = w.warned_by
		where p.response_id in ? order by p.side, p.name collate "nb-x-icu"`, ids)
	joined := map[string]*portal.Position{}
	for _, f := range found {
		p := portal.Party{Needed: f.Quorum, Side: portal.Side(f.Side), Organisation: portal.Organisation{ID: portal.OrganisationID(f.OrganisationID),
			Kind: portal.OrganisationKind(f.OrganisationKind), Name: f.Name, Number: f.Number}}
		if f.PositionID != "" {
			position := &portal.Position{ID: portal.PositionID(f.PositionID), Freeze: portal.FreezeID(f.FreezeID), FreezeNumber: f.FreezeNumber,
				Kind: portal.PositionKind(f.Kind), Reason: f.Reason, Hashes: f.AnswerHashes.V, Circle: f.Circle, Late: f.Late, Needed: f.Needed,
				Treatment: portal.TreatmentID(f.TreatmentID), Account: portal.AccountID(f.AccountID), Name: f.AccountName, Mandate: f.Mandate.taken(), RecordedAt: *f.RecordedAt}
			if f.Covers != nil {
				position.Coverage = &portal.Coverage{Covers: *f.Covers, Reason: f.Coverage}
			}
			if f.Joins != "" {
				joined[f.Joins] = position
			}
			if position.Kind == portal.PositionWithdrawn {
				p.Withdrawn = position
			} else {
				p.Position = position
			}
		}
		if f.WarnedAt != nil {
			p.Warning = &portal.SilenceWarning{WarnedAt: *f.WarnedAt, CountsFrom: *f.CountsFrom, DeliveredAt: f.DeliveredAt, By: f.WarnedBy}
			if came := f.DeliveredAt; came != nil {
				p.Warning.CountsFrom = workflow.SilenceCountsFrom(place[f.ResponseID].Rule, *came)
			}
		}
		place[f.ResponseID].Parties = append(place[f.ResponseID].Parties, p)
	}
	if err != nil || len(joined) == 0 {
		return err
	}
	return addJoined(g, joined)
}

// addJoined adds what others of a party's approvers said before those that joined them, by the record that was first.
func addJoined(g *gorm.DB, newest map[string]*portal.Position) error {
	found, err := rows[struct {
		ID, First, AccountID, AccountName string
		RecordedAt                        time.Time
		Mandate                           mandateTaken `gorm:"embedded"`
	}](g, `select x.id, coalesce(x.joins, x.id) as first, x.account_id, x.account_name, x.recorded_at, `+mandateTakenColumns+`
		from position x `+mandateTakenJoins+` where x.id in @first or x.joins in @first order by x.seq`, named("first", slices.Collect(maps.Keys(newest))))
	for _, f := range found {
		if position := newest[f.First]; position.ID != portal.PositionID(f.ID) {
			position.Joined = append(position.Joined, portal.Position{ID: portal.PositionID(f.ID), Account: portal.AccountID(f.AccountID), Name: f.AccountName,
				Mandate: f.Mandate.taken(), RecordedAt: f.RecordedAt})
		}
	}
	return err
}

// mandateTaken is the mandate that a position was taken under.
type mandateTaken struct {
	MandateID, MandateOf, FromID, FromName, MandateReason, RestsOn string
	MandateEnds, MandateEndedAt                                    *time.Time
}

const mandateTakenColumns = `coalesce(cast(x.mandate_id as text), '') as mandate_id, coalesce(m.organisation_id, '') as mandate_of, coalesce(m.from_id, '') as from_id,
	coalesce(mf.name, '') as from_name, coalesce(m.reason, '') as mandate_reason, coalesce(m.rests_on, '') as rests_on, m.ends_at as mandate_ends, me.ended_at as mandate_ended_at`

const mandateTakenJoins = `left join mandate m on m.id = x.mandate_id
		left join mandate_end me on me.mandate_id = m.id
		left join organisation mf on mf.id = m.from_id`

func (m mandateTaken) taken() *portal.Mandate {
	if m.MandateID == "" {
		return nil
	}
	out := &portal.Mandate{ID: portal.MandateID(m.MandateID), Organisation: portal.Organisation{ID: portal.OrganisationID(m.MandateOf)}, Ends: *m.MandateEnds,
		Reason: m.MandateReason, RestsOn: m.RestsOn, From: portal.Organisation{ID: portal.OrganisationID(m.FromID), Name: m.FromName}}
	if m.MandateEndedAt != nil {
		out.Ended = &portal.Tombstone{At: *m.MandateEndedAt}
	}
	return out
}

func addDecisions(g *gorm.DB, ids []string, place map[string]*portal.Response) error {
	found, err := rows[struct {
		ResponseID, Level, Body, BodyID, CaseNumber, RecordedBy string
		DecidedOn, RecordedAt                                   time.Time
	}](g, `select d.response_id, d.level, d.body, coalesce(cast(d.body_id as text), '') as body_id, d.case_number, d.decided_on, d.recorded_at, a.name as recorded_by
		from decision d join response s on s.id = d.response_id and s.freeze_id = d.freeze_id join account a on a.id = d.recorded_by
		where d.response_id in ? order by d.recorded_at`, ids)
	for _, f := range found {
		place[f.ResponseID].Decisions = append(place[f.ResponseID].Decisions, portal.Decision{Level: f.Level, Body: f.Body, BodyID: portal.BodyID(f.BodyID), CaseNumber: f.CaseNumber,
			DecidedOn: f.DecidedOn, RecordedAt: f.RecordedAt, RecordedBy: f.RecordedBy})
	}
	return err
}

// Parties are the members of a community on the date, or an organisation alone.
func (t *tx) Parties(owner portal.Organisation, on time.Time) ([]portal.Party, error) {
	if owner.Kind != portal.HealthCommunity {
		side := portal.HospitalSide
		if owner.Kind == portal.Municipality {
			side = portal.MunicipalSide
		}
		return []portal.Party{{Organisation: owner, Side: side}}, nil
	}
	found, err := rows[struct{ ID, Kind, Name, Number, Side string }](t.DB, `
		select o.id, o.kind, coalesce(n.name, o.name) as name, coalesce(n.number, '') as number, m.side
		from membership m
		join organisation o on o.id = m.party_id
		left join municipality_period n on n.organisation_id = o.id and n.valid_from <= cast(@on as date) and (n.valid_to is null or cast(@on as date) < n.valid_to)
		where m.community_id = @community and m.valid_from <= cast(@on as date) and (m.valid_to is null or cast(@on as date) < m.valid_to)`,
		named("community", string(owner.ID)), named("on", date(on)))
	parties := make([]portal.Party, len(found))
	for i, f := range found {
		parties[i] = portal.Party{Side: portal.Side(f.Side), Organisation: portal.Organisation{ID: portal.OrganisationID(f.ID),
			Kind: portal.OrganisationKind(f.Kind), Name: f.Name, Number: f.Number}}
	}
	return parties, err
}

func (t *tx) InsertResponse(r portal.Response, at time.Time) error {
	err := t.Exec("insert into response (id, round_id, owner_id, kind, language, state, rule, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
		r.ID, r.Round.ID, r.Owner.ID, r.Kind, r.Language, r.State, jsonOf(r.Rule), at).Error
	if isUnique(err, "") {
		return portal.Conflictf("already_started", "there is one already")
	}
	if err != nil {
		return err
	}
	for _, p := range r.Parties {
		err := t.Exec("insert into party (response_id, organisation_id, side, name, number) values (?, ?, ?, ?, ?)",
			r.ID, p.Organisation.ID, p.Side, p.Organisation.Name, p.Organisation.Number).Error
		if err != nil {
			return err
		}
	}
	for _, a := range r.Answers {
		if err := t.Exec("insert into document (id, created_at) values (?, ?)", a.Document, at).Error; err != nil {
			return err
		}
		err := t.Exec("insert into answer (id, response_id, question_id, number, document_id, status) values (?, ?, ?, ?, ?, ?)",
			a.ID, r.ID, a.Question.ID, a.Number, a.Document, a.Status).Error
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) SetCoordinator(a portal.Answer, organisation portal.OrganisationID) error {
	return t.one("update answer set coordinator_id = ?, version = version + 1 where id = ? and version = ?", null(string(organisation)), a.ID, a.Version)
}

func (t *tx) SetAnswerStatus(a portal.Answer, to portal.AnswerStatus) error {
	return t.one("update answer set status = ?, version = version + 1 where id = ? and version = ?", to, a.ID, a.Version)
}

func (t *tx) SetResponseState(r portal.Response, to portal.ResponseState) error {
	return t.one("update response set state = ?, version = version + 1 where id = ? and state = ? and version = ?", to, r.ID, r.State, r.Version)
}

// History lists what happened to a response, newest first. What people say about it, and suggest for it, is no part of that.
func (db *DB) History(ctx context.Context, id portal.ResponseID) ([]consult.HistoryItem, error) {
	found, err := rows[struct {
		At                        time.Time
		AccountName, Name, Action string
		Detail                    jsonb[map[string]any]
	}](db.gorm.WithContext(ctx), `select e.at, e.account_name, coalesce(o.name, '') as name, e.action, e.detail
		from audit_event e left join organisation o on o.id = e.organisation_id where e.response_id = ? and e.action not in ('response.comment', 'response.suggest', 'response.settle_suggestion') order by e.id desc limit 500`, id)
	items := make([]consult.HistoryItem, len(found))
	for i, f := range found {
		items[i] = consult.HistoryItem{At: f.At, Name: f.AccountName, Organisation: f.Name, Action: f.Action, Detail: f.Detail.V}
	}
	return items, err
}

// LastEvent is when the newest recorded event happened; zero when there is none.
func (db *DB) LastEvent(ctx context.Context) (time.Time, error) {
	last, err := row[struct{ At *time.Time }](db.gorm.WithContext(ctx), "select max(at) as at from audit_event")
	if err != nil || last.At == nil {
		return time.Time{}, err
	}
	return *last.At, nil
}
