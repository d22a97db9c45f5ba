package postgres

import (
	"context"
	"time"

	"gorm.io/gorm"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

func (t *tx) InsertTreatment(r portal.Response, organisation portal.OrganisationID, in portal.Treatment) error {
	var votes [3]*int
	if v := in.Votes; v != nil {
		votes = [3]*int{&v.For, &v.Against, &v.Abstained}
	}
	err := t.Exec(`insert into treatment (id, response_id, organisation_id, freeze_id, level, body, case_number, met_on, outcome, decision,
			votes_for, votes_against, votes_abstained, corrects, account_id, account_name, recorded_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, in.ID, r.ID, organisation, in.Freeze, in.Level, in.Body, in.CaseNumber, date(in.MetOn), in.Outcome, in.Decision,
		votes[0], votes[1], votes[2], null(string(in.Corrects)), in.Account, in.Name, in.RecordedAt).Error
	if isUnique(err, "treatment_corrects_key") {
		return portal.Conflictf("changed_meanwhile", "the record was corrected already")
	}
	if err != nil {
		return err
	}
	return t.tellTreatment(organisation, in)
}

func (t *tx) tellTreatment(organisation portal.OrganisationID, in portal.Treatment) error {
	version, err := row[struct {
		Number int
		Hashes jsonb[portal.Hashes]
	}](t.DB, `select number, (select jsonb_object_agg(z.answer_id, z.hash) from frozen_answer z where z.freeze_id = f.id) as hashes from frozen_version f where id = ?`, in.Freeze)
	if err != nil {
		return err
	}
	said := evidence.Treatment{ID: string(in.ID), FreezeNumber: version.Number, AnswerHashes: hashesSaid(version.Hashes.V), Level: string(in.Level), Body: in.Body,
		CaseNumber: in.CaseNumber, Date: date(in.MetOn), Outcome: string(in.Outcome), Decision: in.Decision, Votes: (*evidence.Votes)(in.Votes), Corrects: string(in.Corrects), RecordedAt: in.RecordedAt}
	return t.tell(evidence.TreatmentSaid(string(organisation), said))
}

func (t *tx) InsertAttachment(r portal.Response, to portal.TreatmentID, a portal.Attachment, content []byte) error {
	err := t.Exec(`insert into treatment_attachment (id, treatment_id, response_id, name, media_type, size, hash, content, account_id, account_name, added_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, to, r.ID, a.Name, a.MediaType, a.Size, a.Hash, content, a.Account, a.By, a.AddedAt).Error
	if err != nil {
		return err
	}
	return t.tell(evidence.AttachmentSaid(string(to), evidence.Attachment{ID: string(a.ID), Name: a.Name, MediaType: a.MediaType, Size: a.Size, Hash: evidence.Hash(a.Hash), AddedAt: a.AddedAt}))
}

// AttachmentContent gives the bytes of a file that lies beside a treatment in the response.
func (db *DB) AttachmentContent(ctx context.Context, r portal.ResponseID, id portal.AttachmentID) ([]byte, error) {
	found, err := row[struct{ Content []byte }](db.gorm.WithContext(ctx), "select content from treatment_attachment where id = ? and response_id = ?", id, r)
	return found.Content, err
}

// attachments are those of the responses, by treatment, in the order they came.
func attachments(g *gorm.DB, responses []string) (map[string][]portal.Attachment, error) {
	found, err := rows[struct {
		ID, TreatmentID, Name, MediaType, Hash, AccountID, AccountName string
		Size                                                           int
		AddedAt                                                        time.Time
	}](g, "select id, treatment_id, name, media_type, size, hash, account_id, account_name, added_at from treatment_attachment where response_id in ? order by seq", responses)
	all := map[string][]portal.Attachment{}
	for _, f := range found {
		all[f.TreatmentID] = append(all[f.TreatmentID], portal.Attachment{ID: portal.AttachmentID(f.ID), Name: f.Name, MediaType: f.MediaType, Size: f.Size, Hash: f.Hash,
			Account: portal.AccountID(f.AccountID), By: f.AccountName, AddedAt: f.AddedAt})
	}
	return all, err
}

// addTreatments adds every version that was frozen, and what each party's own organisation did with it.
func addTreatments(g *gorm.DB, ids []string, place map[string]*portal.Response) error {
	versions, err := rows[struct {
		ResponseID, ID, Hash, FrozenBy string
		Number                         int
		FrozenAt                       time.Time
	}](g, `select f.response_id, f.id, f.hash, f.number, f.frozen_at, a.name as frozen_by
		from frozen_version f join account a on a.id = f.frozen_by where f.response_id in ? order by f.number`, ids)
	if err != nil {
		return err
	}
	for _, v := range versions {
		r := place[v.ResponseID]
		r.Versions = append(r.Versions, portal.Freeze{ID: portal.FreezeID(v.ID), Number: v.Number, Hash: v.Hash, FrozenAt: v.FrozenAt, FrozenBy: v.FrozenBy})
	}
	found, err := rows[struct {
		ID, ResponseID, OrganisationID, FreezeID, Level, Body, CaseNumber, Outcome, Decision, Corrects, AccountID, AccountName string
		Number                                                                                                                 int
		AnswerHashes                                                                                                           jsonb[portal.Hashes]
		VotesFor, VotesAgainst, VotesAbstained                                                                                 *int
		MetOn, RecordedAt                                                                                                      time.Time
	}](g, `select t.id, t.response_id, t.organisation_id, t.freeze_id, t.level, t.body, t.case_number, t.outcome, t.decision,
			coalesce(cast(t.corrects as text), '') as corrects, t.account_id, t.account_name, f.number, t.votes_for, t.votes_against, t.votes_abstained,
			t.met_on, t.recorded_at, (select jsonb_object_agg(z.answer_id, z.hash) from frozen_answer z where z.freeze_id = t.freeze_id) as answer_hashes
		from treatment t join frozen_version f on f.id = t.freeze_id where t.response_id in ? order by t.seq`, ids)
	if err != nil || len(found) == 0 {
		return err
	}
	beside, err := attachments(g, ids)
	for _, f := range found {
		t := portal.Treatment{Attachments: beside[f.ID], ID: portal.TreatmentID(f.ID), Freeze: portal.FreezeID(f.FreezeID), FreezeNumber: f.Number, Hashes: f.AnswerHashes.V,
			Level: portal.TreatmentLevel(f.Level), Body: f.Body, CaseNumber: f.CaseNumber, MetOn: f.MetOn, Outcome: portal.TreatmentOutcome(f.Outcome),
			Decision: f.Decision, Corrects: portal.TreatmentID(f.Corrects), Account: portal.AccountID(f.AccountID), Name: f.AccountName, RecordedAt: f.RecordedAt}
		if f.VotesFor != nil {
			t.Votes = &portal.Votes{For: *f.VotesFor, Against: *f.VotesAgainst, Abstained: *f.VotesAbstained}
		}
		parties := place[f.ResponseID].Parties
		for i := range parties {
			if string(parties[i].Organisation.ID) == f.OrganisationID {
				parties[i].AllTreatments = append(parties[i].AllTreatments, t)
			}
		}
	}
	return err
}
