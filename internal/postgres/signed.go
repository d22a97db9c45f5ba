package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"gorm.io/gorm"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// LockDocuments waits for appends under way and refuses, or allows, further ones.
func (t *tx) LockDocuments(ids []portal.DocumentID, locked bool) error {
	if err := t.Exec("select id from document where id in ? order by id for update", ids).Error; err != nil {
		return err
	}
	return t.Exec("update document set locked = ? where id in ?", locked, ids).Error
}

// Stored gives the committed updates of each document, a snapshot first.
func (db *DB) Stored(ctx context.Context, ids []portal.DocumentID) (map[portal.DocumentID][][]byte, error) {
	return stored(db.gorm.WithContext(ctx), ids)
}

func (t *tx) Stored(ids []portal.DocumentID) (map[portal.DocumentID][][]byte, error) {
	return stored(t.DB, ids)
}

func stored(g *gorm.DB, ids []portal.DocumentID) (map[portal.DocumentID][][]byte, error) {
	var texts map[portal.DocumentID]portal.StoredText
	err := behindWall(g, func(g *gorm.DB) error {
		found, err := g.Raw(storedSQL, pgtype.FlatArray[portal.DocumentID](ids), 0).Rows()
		if err != nil {
			return err
		}
		defer found.Close()
		texts, err = readStored(found, 0)
		return err
	})
	out := map[portal.DocumentID][][]byte{}
	for id, text := range texts {
		out[id] = text.All()
	}
	return out, away(err)
}

func (t *tx) NextFreeze(id portal.ResponseID) (int, error) {
	last, err := row[struct{ Last int }](t.DB, "select coalesce(max(number), 0) as last from frozen_version where response_id = ?", id)
	return last.Last + 1, err
}

func (t *tx) InsertFreeze(r portal.Response, f portal.Freeze, by portal.AccountID) error {
	err := t.Exec("insert into frozen_version (id, response_id, number, hash, rule, frozen_at, frozen_by) values (?, ?, ?, ?, ?, ?, ?)",
		f.ID, r.ID, f.Number, f.Hash, jsonOf(r.Rule), f.FrozenAt, by).Error
	for _, a := range f.Answers {
		if err != nil {
			return err
		}
		err = t.Exec(`insert into frozen_answer (freeze_id, answer_id, number, status, content, hash, relation, place)
			values (?, ?, ?, ?, ?, ?, ?, (select d.head from answer a join document d on d.id = a.document_id where a.id = ? and ?))`,
			f.ID, a.Answer, a.Number, a.Status, string(a.Content), a.Hash, orNull(a.Relation), a.Answer, a.HoldsText()).Error
	}
	return err
}

func (t *tx) SetFreeze(r portal.Response, id portal.FreezeID) error {
	return t.one("update response set freeze_id = ? where id = ? and version = ?", id, r.ID, r.Version)
}

func (t *tx) OpenText(r portal.Response, by portal.AccountID, reason string, at time.Time) error {
	if err := t.LockDocuments(r.Documents(), false); err != nil {
		return err
	}
	err := t.one("update frozen_version set reopened_at = ?, reopened_by = ?, reason = ? where id = ? and reopened_at is null", at, by, reason, r.Freeze.ID)
	if err != nil {
		return err
	}
	return t.one("update response set freeze_id = null where id = ? and version = ?", r.ID, r.Version)
}

type frozenRow struct {
	AnswerID, Status, Hash, Content string
	Number                          int
	Relation                        jsonb[*portal.Relation]
}

func (f frozenRow) answer() portal.FrozenAnswer {
	return portal.FrozenAnswer{Answer: portal.AnswerID(f.AnswerID), Number: f.Number, Status: portal.AnswerStatus(f.Status),
		Content: json.RawMessage(f.Content), Hash: f.Hash, Relation: f.Relation.V}
}

// FrozenAnswers gives the texts of a frozen version, in the order of the questions.
func (db *DB) FrozenAnswers(ctx context.Context, id portal.FreezeID) ([]portal.FrozenAnswer, error) {
	return frozenAnswers(db.gorm.WithContext(ctx), id)
}

func (t *tx) FrozenAnswers(id portal.FreezeID) ([]portal.FrozenAnswer, error) {
	return frozenAnswers(t.DB, id)
}

func frozenAnswers(g *gorm.DB, id portal.FreezeID) ([]portal.FrozenAnswer, error) {
	found, err := rows[frozenRow](g, "select answer_id, number, status, content, hash, relation from frozen_answer where freeze_id = ? order by number", id)
	answers := make([]portal.FrozenAnswer, len(found))
	for i, f := range found {
		answers[i] = f.answer()
	}
	return answers, err
}

func (t *tx) InsertPosition(r portal.Response, organisation portal.OrganisationID, p portal.Position) error {
	var mandate any
	if p.Mandate != nil {
		mandate = p.Mandate.ID
	}
	var joins any
	if len(p.Joined) > 0 {
		joins = p.First()
	}
	var covers *bool
	reason := ""
	if c := p.Coverage; c != nil {
		covers, reason = &c.Covers, c.Reason
	}
	err := t.Exec(`insert into position (id, response_id, freeze_id, organisation_id, account_id, account_name, kind, reason, answer_hashes, circle, late,
			treatment_id, covers, coverage, mandate_id, needed, joins, recorded_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, p.ID, r.ID, p.Freeze, organisation, p.Account, p.Name, p.Kind, p.Reason, jsonOf(p.Hashes), p.Circle, p.Late,
		null(string(p.Treatment)), covers, reason, mandate, max(1, p.Needed), joins, p.RecordedAt).Error
	if err != nil {
		return err
	}
	return t.tellPosition(organisation, p)
}

func (t *tx) tellPosition(organisation portal.OrganisationID, p portal.Position) error {
	said := evidence.Position{ID: string(p.ID), Kind: string(p.Kind), Reason: p.Reason, RecordedAt: p.RecordedAt,
		AnswerHashes: hashesSaid(p.Hashes), TreatmentID: string(p.Treatment), Coverage: (*evidence.Coverage)(p.Coverage)}
	if p.Needed > 1 {
		first := p.First()
		approved, err := rows[struct{ RecordedAt time.Time }](t.DB, "select recorded_at from position where id = ? or joins = ? or id = ? order by seq", first, first, p.ID)
		if err != nil {
			return err
		}
		said.Needed = p.Needed
		for _, one := range approved {
			said.Approvers = append(said.Approvers, evidence.Approver{RecordedAt: one.RecordedAt})
		}
	}
	return t.tell(evidence.PositionSaid(string(organisation), said))
}

func (t *tx) InsertDecision(r portal.Response, d portal.Decision, by portal.AccountID) error {
	err := t.Exec(`insert into decision (id, response_id, freeze_id, level, body, body_id, meeting_id, decided_on, case_number, recorded_by, recorded_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, portal.NewID(), r.ID, r.Freeze.ID, d.Level, d.Body, null(string(d.BodyID)), null(string(d.Meeting)), date(d.DecidedOn), d.CaseNumber, by, d.RecordedAt).Error
	if isUnique(err, "decision_freeze_id_level_key") {
		return portal.Conflictf("already_decided", "this level has decided on this version")
	}
	if err != nil {
		return err
	}
	return t.tell(evidence.DecisionSaid(r.Freeze.Number, evidence.Decision{Body: d.Body, Level: d.Level, Date: date(d.DecidedOn), CaseNumber: d.CaseNumber, RecordedAt: d.RecordedAt}))
}

func (t *tx) InsertWarning(r portal.Response, organisation portal.OrganisationID, w portal.SilenceWarning, by portal.AccountID) error {
	return t.Exec("insert into silence_warning (freeze_id, organisation_id, warned_at, counts_from, warned_by) values (?, ?, ?, ?, ?)",
		r.Freeze.ID, organisation, w.WarnedAt, w.CountsFrom, by).Error
}

// Rule gives the community's own rule, or the default.
func (t *tx) Rule(community portal.OrganisationID) (portal.Rule, error) {
	versions, err := ruleVersions(t.DB, community)
	if len(versions) == 0 {
		return workflow.DefaultRule(), err
	}
	return versions[0].Rule, err
}
