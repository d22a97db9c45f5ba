package postgres

import (
	"context"
	"time"

	"samsvar/internal/consult"
	"samsvar/internal/portal"
)

func (t *tx) Publish(received portal.Receipt, to portal.SubmissionState, by string, at time.Time) error {
	if err := t.one("update submission set state = ? where number = ? and state = ?", to, received.Number, received.State); err != nil {
		return err
	}
	return t.Exec(`insert into publication (number, published_at, published_by) values (?, ?, ?) on conflict (number) do update
		set published_at = excluded.published_at, published_by = excluded.published_by, ended_at = null, ended_by = '', ended_for = '', end_reason = ''`,
		received.Number, at, by).Error
}

func (t *tx) TakeDown(public portal.Receipt, to portal.SubmissionState, by portal.Actor, reason string, at time.Time) error {
	if err := t.one("update submission set state = ? where number = ? and state = ?", to, public.Number, public.State); err != nil {
		return err
	}
	return t.one("update publication set ended_at = ?, ended_by = ?, ended_for = ?, end_reason = ? where number = ? and ended_at is null",
		at, by.Name, by.OrganisationName, reason, public.Number)
}

// Published lists what is public, the newest first: all of it, of a round, or the one with the number.
func (db *DB) Published(ctx context.Context, round portal.RoundID, number string) ([]consult.Published, error) {
	found, err := rows[struct {
		Number, RoundID, Slug, Sender, OwnerID, OwnerKind, OwnerName, Kind, Language string
		Title                                                                        jsonb[portal.Text]
		SubmittedAt, PublishedAt                                                     time.Time
		LateSeconds                                                                  int64
		PackageHash, Package, State, ReplacedBy, TakenDownFor, TakenDownReason       string
		EndedAt, TakenDownAt                                                         *time.Time
	}](db.gorm.WithContext(ctx), `select p.number, p.round_id, p.slug, p.title, p.sender, p.owner_id, p.owner_kind, p.owner_name, p.kind, p.language, p.submitted_at, p.late_seconds,
			p.package_hash, p.state, p.ended_at, p.replaced_by, p.published_at, p.taken_down_at, p.taken_down_for, p.taken_down_reason,
			case when @number = '' then '' else p.package end as package
		from published() p
		where (@round = '' or cast(p.round_id as text) = @round) and (@number = '' or p.number = @number) order by p.published_at desc, p.number desc`,
		named("round", string(round)), named("number", number))
	out := make([]consult.Published, len(found))
	for i, f := range found {
		out[i] = consult.Published{ReplacedBy: f.ReplacedBy, Kind: portal.ResponseKind(f.Kind), Language: portal.Language(f.Language), Package: []byte(f.Package),
			Round: portal.Round{ID: portal.RoundID(f.RoundID), Slug: f.Slug, Title: f.Title.V, Sender: f.Sender},
			Owner: portal.Organisation{ID: portal.OrganisationID(f.OwnerID), Kind: portal.OrganisationKind(f.OwnerKind), Name: f.OwnerName},
			Receipt: portal.Receipt{Number: f.Number, State: portal.SubmissionState(f.State), SubmittedAt: f.SubmittedAt, LateSeconds: f.LateSeconds,
				PackageHash: f.PackageHash, PublishedAt: &f.PublishedAt}}
		if f.EndedAt != nil {
			out[i].Receipt.Ended = &portal.Tombstone{At: *f.EndedAt}
		}
		if f.TakenDownAt != nil {
			out[i].Receipt.TakenDown = &portal.Tombstone{At: *f.TakenDownAt, For: f.TakenDownFor, Reason: f.TakenDownReason}
		}
	}
	return out, err
}

// PublishedLate lists who has approved what is public after it was sent, in the order they did.
func (db *DB) PublishedLate(ctx context.Context, number string) ([]consult.LateApproval, error) {
	found, err := rows[struct {
		OrganisationID, OrganisationKind, Name string
		RecordedAt                             time.Time
	}](db.gorm.WithContext(ctx), "select organisation_id, organisation_kind, name, recorded_at from published_late(?)", number)
	out := make([]consult.LateApproval, len(found))
	for i, f := range found {
		out[i] = consult.LateApproval{RecordedAt: f.RecordedAt,
			Organisation: portal.Organisation{ID: portal.OrganisationID(f.OrganisationID), Kind: portal.OrganisationKind(f.OrganisationKind), Name: f.Name}}
	}
	return out, err
}
