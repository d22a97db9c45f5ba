package postgres

import (
	"context"
	"time"

	"gorm.io/gorm"

	"samsvar/internal/consult"
	"samsvar/internal/portal"
)

// NextNumber reserves the year's next number until the transaction ends.
func (t *tx) NextNumber(year int) (int, error) {
	next, err := row[struct{ Next int }](t.DB, "select next_number(?) as next", year)
	return next.Next, err
}

func (t *tx) InsertSubmission(f consult.Filed) error {
	sent := f.Evidence.Submission
	return t.Exec(`insert into submission (response_id, round_id, year, sequence, number, submitted_at, late_seconds, submitted_by, submitted_for, package, package_hash,
			freeze_id, state, replaces, behind)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, f.Response.ID, f.Response.Round.ID, f.Year, f.Sequence, sent.Number, sent.SubmittedAt, sent.LateSeconds,
		f.By.Account, f.By.OrganisationName, string(f.Package), f.Evidence.PackageHash, f.Response.Freeze.ID, portal.Sent, null(f.Replaces()), jsonOf(orNone(f.Behind()))).Error
}

func (t *tx) MarkReceived(number string, by portal.AccountID, at time.Time) error {
	return t.one("update submission set received_at = ?, received_by = ?, state = ? where number = ? and state = ?", at, by, portal.Journaled, number, portal.Sent)
}

func (t *tx) EndSubmission(standing portal.Receipt, to portal.SubmissionState, by portal.Actor, reason string, at time.Time) error {
	return t.one("update submission set state = ?, ended_at = ?, ended_by = ?, ended_for = ?, end_reason = ? where number = ? and state = ?",
		to, at, by.Name, by.OrganisationName, reason, standing.Number, standing.State)
}

// Package gives the bytes that were hashed at submission.
func (db *DB) Package(ctx context.Context, number string) ([]byte, error) {
	found, err := row[struct{ Package string }](db.gorm.WithContext(ctx), "select package from submission where number = ?", number)
	return []byte(found.Package), err
}

// Packages gives those of a round that stand.
func (db *DB) Packages(ctx context.Context, id portal.RoundID) (map[portal.ResponseID][]byte, error) {
	found, err := rows[struct{ ResponseID, Package string }](db.gorm.WithContext(ctx),
		"select response_id, package from submission where round_id = ? and ended_at is null", id)
	packages := map[portal.ResponseID][]byte{}
	for _, f := range found {
		packages[portal.ResponseID(f.ResponseID)] = []byte(f.Package)
	}
	return packages, err
}

// SubmissionCounts counts by round what stands, and what of it is new.
func (db *DB) SubmissionCounts(ctx context.Context) (map[portal.RoundID]consult.SubmissionCount, error) {
	found, err := rows[struct {
		RoundID        string
		Submitted, New int
	}](db.gorm.WithContext(ctx), `select round_id, count(*) as submitted, count(*) filter (where received_at is null) as new
		from submission where ended_at is null group by round_id`)
	counts := map[portal.RoundID]consult.SubmissionCount{}
	for _, f := range found {
		counts[portal.RoundID(f.RoundID)] = consult.SubmissionCount{Submitted: f.Submitted, New: f.New}
	}
	return counts, err
}

// Submitted lists the responses of a round that were ever sent, with what is told of a response among others.
func (db *DB) Submitted(ctx context.Context, id portal.RoundID, kinds ...portal.ResponseKind) ([]portal.Response, error) {
	return responsesWith(db.gorm.WithContext(ctx), []part{addSides, addSubmissions}, `s.round_id = ? and s.kind in ? and s.id in (select response_id from submission)
		order by (select max(array[b.year, b.sequence]) from submission b where b.response_id = s.id) desc`, id, kinds)
}

func addSubmissions(g *gorm.DB, ids []string, place map[string]*portal.Response) error {
	found, err := rows[struct {
		ResponseID, Number, State, FreezeID, Replaces, PackageHash, SubmittedBy, SubmittedFor string
		SubmittedAt                                                                           time.Time
		LateSeconds                                                                           int64
		ReceivedAt, EndedAt                                                                   *time.Time
		EndedBy, EndedFor, EndReason                                                          string
		PublishedAt, TakenDownAt                                                              *time.Time
		TakenDownBy, TakenDownFor, TakenDownReason                                            string
		Related                                                                               jsonb[[]portal.RelatedAnswer]
	}](g, `select b.response_id, b.number, b.state, b.freeze_id, coalesce(b.replaces, '') as replaces, b.package_hash, b.submitted_at, b.late_seconds, b.received_at,
			a.name as submitted_by, b.submitted_for, b.ended_at, b.ended_by, b.ended_for, b.end_reason,
			(select jsonb_agg(z.relation || jsonb_build_object('number', z.number) order by z.number) from frozen_answer z where z.freeze_id = b.freeze_id and z.relation is not null) as related,
			p.published_at, p.ended_at as taken_down_at, coalesce(p.ended_by, '') as taken_down_by, coalesce(p.ended_for, '') as taken_down_for,
			coalesce(p.end_reason, '') as taken_down_reason
		from submission b join account a on a.id = b.submitted_by left join publication p on p.number = b.number
		where b.response_id in ? order by b.year desc, b.sequence desc`, ids)
	for _, f := range found {
		r := portal.Receipt{Response: portal.ResponseID(f.ResponseID), Number: f.Number, State: portal.SubmissionState(f.State), Freeze: portal.FreezeID(f.FreezeID),
			Replaces: f.Replaces, PackageHash: f.PackageHash, SubmittedAt: f.SubmittedAt, LateSeconds: f.LateSeconds, ReceivedAt: f.ReceivedAt,
			SubmittedBy: f.SubmittedBy, Organisation: f.SubmittedFor, Related: f.Related.V, PublishedAt: f.PublishedAt}
		if f.TakenDownAt != nil {
			r.TakenDown = &portal.Tombstone{At: *f.TakenDownAt, By: f.TakenDownBy, For: f.TakenDownFor, Reason: f.TakenDownReason}
		}
		if f.EndedAt != nil {
			r.Ended = &portal.Tombstone{At: *f.EndedAt, By: f.EndedBy, For: f.EndedFor, Reason: f.EndReason}
		}
		place[f.ResponseID].Submissions = append(place[f.ResponseID].Submissions, r)
	}
	return err
}
