package postgres

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"samsvar/internal/consult"
	"samsvar/internal/portal"
)

// laidOut is the frozen version of a response s that others may speak of: the
// one before its parties, else the one that was sent and stands.
const laidOut = "coalesce(s.freeze_id, (select b.freeze_id from submission b where b.response_id = s.id and b.ended_at is null))"

// JointAnswers gives the frozen answers of the communities that the owner of a separate response answers with.
func (db *DB) JointAnswers(ctx context.Context, id portal.ResponseID) ([]consult.JointAnswer, error) {
	return jointAnswers(db.gorm.WithContext(ctx), id)
}

func (t *tx) JointAnswers(id portal.ResponseID) ([]consult.JointAnswer, error) {
	return jointAnswers(t.DB, id)
}

func jointAnswers(g *gorm.DB, id portal.ResponseID) ([]consult.JointAnswer, error) {
	found, err := rows[struct {
		ResponseID, OwnerID, OwnerName, FreezeID, AnswerID, QuestionID, Status, Content, Hash string
		Version, Number                                                                       int
	}](g, `select s.id as response_id, o.id as owner_id, o.name as owner_name, f.id as freeze_id, f.number as version, a.id as answer_id, a.question_id, a.number,
			z.status, z.content, z.hash
		from response mine
		join party p on p.organisation_id = mine.owner_id
		join response s on s.id = p.response_id and s.round_id = mine.round_id and s.kind = 'joint'
		join organisation o on o.id = s.owner_id
		join frozen_version f on f.id = `+laidOut+`
		join frozen_answer z on z.freeze_id = f.id
		join answer a on a.id = z.answer_id
		where mine.id = ? and mine.kind = 'separate' order by a.number, o.name collate "nb-x-icu"`, id)
	out := make([]consult.JointAnswer, len(found))
	for i, f := range found {
		out[i] = consult.JointAnswer{Question: portal.QuestionID(f.QuestionID),
			Relation: portal.Relation{Community: portal.OrganisationID(f.OwnerID), Name: f.OwnerName, Response: portal.ResponseID(f.ResponseID),
				Answer: portal.AnswerID(f.AnswerID), Freeze: portal.FreezeID(f.FreezeID), Version: f.Version, Hash: f.Hash},
			Text: portal.FrozenAnswer{Answer: portal.AnswerID(f.AnswerID), Number: f.Number, Status: portal.AnswerStatus(f.Status),
				Content: json.RawMessage(f.Content), Hash: f.Hash}}
	}
	return out, err
}

// addNewer says, of answers that stand to a joint one, which later version of that is laid out with another text.
func addNewer(g *gorm.DB, related map[string]*portal.Relation) error {
	found, err := rows[struct {
		ID     string
		Number int
	}](g, `select a.id, f.number from answer a
		join answer j on j.id = cast(a.relation ->> 'answer' as uuid)
		join response s on s.id = j.response_id
		join frozen_version f on f.id = `+laidOut+`
		join frozen_answer z on z.freeze_id = f.id and z.answer_id = j.id
		where a.id in ? and z.hash <> a.relation ->> 'hash'`, slices.Collect(maps.Keys(related)))
	for _, f := range found {
		related[f.ID].Newer = f.Number
	}
	return err
}

func (t *tx) SetRelation(a portal.Answer, relation *portal.Relation, status portal.AnswerStatus) error {
	return t.one("update answer set relation = ?, status = ?, version = version + 1 where id = ? and version = ?", orNull(relation), status, a.ID, a.Version)
}

// orNull is for columns of type jsonb that may be empty.
func orNull[T any](v *T) any {
	if v == nil {
		return nil
	}
	return jsonOf(v)
}

func addOffers(g *gorm.DB, ids []string, place map[string]*portal.Response) error {
	found, err := rows[struct{ ResponseID, ID, Kind, Name string }](g, `select e.response_id, o.id, o.kind, o.name
		from endorsement_offer e join organisation o on o.id = e.organisation_id where e.response_id in ? order by o.name collate "nb-x-icu"`, ids)
	for _, f := range found {
		place[f.ResponseID].Offered = append(place[f.ResponseID].Offered,
			portal.Organisation{ID: portal.OrganisationID(f.ID), Kind: portal.OrganisationKind(f.Kind), Name: f.Name})
	}
	return err
}

func (t *tx) MayEndorse(round portal.RoundID, organisation portal.OrganisationID) (bool, error) {
	found, err := row[struct{ May bool }](t.DB, `select exists (select from recipient x join organisation o on o.id = x.organisation_id
		where x.round_id = ? and x.organisation_id = ? and o.kind in ('municipality', 'health_trust', 'hospital')) as may`, round, organisation)
	return found.May, err
}

func (t *tx) InsertOffer(id portal.ResponseID, organisation portal.OrganisationID, by string, at time.Time) error {
	return t.Exec("insert into endorsement_offer (response_id, organisation_id, offered_at, offered_by) values (?, ?, ?, ?)", id, organisation, at, by).Error
}

func (t *tx) EndOffer(id portal.ResponseID, organisation portal.OrganisationID) error {
	return t.one("delete from endorsement_offer where response_id = ? and organisation_id = ?", id, organisation)
}

func (t *tx) InsertWish(round portal.RoundID, owner, organisation portal.OrganisationID, by string, at time.Time) (bool, error) {
	done := t.Exec("insert into endorsement_wish (round_id, owner_id, organisation_id, asked_at, asked_by) values (?, ?, ?, ?, ?) on conflict do nothing",
		round, owner, organisation, at, by)
	return done.RowsAffected == 1, done.Error
}

// Wishes lists who asks to join what the owner sends in the round.
func (db *DB) Wishes(ctx context.Context, round portal.RoundID, owner portal.OrganisationID) ([]portal.Wish, error) {
	found, err := rows[struct {
		ID, Kind, Name, AskedBy string
		AskedAt                 time.Time
	}](db.gorm.WithContext(ctx), `select o.id, o.kind, o.name, w.asked_by, w.asked_at
		from endorsement_wish w join organisation o on o.id = w.organisation_id where w.round_id = ? and w.owner_id = ? order by w.asked_at, o.id`, round, owner)
	wishes := make([]portal.Wish, len(found))
	for i, f := range found {
		wishes[i] = portal.Wish{AskedAt: f.AskedAt, AskedBy: f.AskedBy,
			Organisation: portal.Organisation{ID: portal.OrganisationID(f.ID), Kind: portal.OrganisationKind(f.Kind), Name: f.Name}}
	}
	return wishes, err
}
