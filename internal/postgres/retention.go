package postgres

import (
	"context"
	"time"

	"samsvar/internal/portal"
)

// DiscardDrafts throws away every edit of responses that were never sent, and what people said of them, in rounds that
// closed before the time, and says of how many. What was laid before parties, and what they said, is evidence and stays.
func (db *DB) DiscardDrafts(ctx context.Context, closedBefore time.Time, decidedBy string, now time.Time) (drafts int, err error) {
	found, err := rows[struct {
		ID      portal.ResponseID
		RoundID portal.RoundID
	}](db.gorm.WithContext(ctx), `select s.id, s.round_id from response s join round r on r.id = s.round_id
		where r.state = 'closed' and r.closed_at < ? and not exists (select from submission b where b.response_id = s.id)
			and (exists (select from answer a join document d on d.id = a.document_id where a.response_id = s.id and d.head > 0)
				or exists (select from comment_thread t where t.response_id = s.id)) order by s.id`, closedBefore)
	if err != nil {
		return 0, err
	}
	for _, r := range found {
		err := db.write(ctx, func(t *tx) error {
			edits, err := t.discard(r.ID)
			if err != nil {
				return err
			}
			return t.Audit(portal.Actor{Name: "samsvar"}, portal.AuditEvent{At: now, Action: "response.discard", Round: r.RoundID, Response: r.ID,
				Detail: map[string]any{"edits": edits, "decidedBy": decidedBy}})
		})
		if err != nil {
			return drafts, err
		}
		drafts++
	}
	return drafts, nil
}

// discard leaves a response's documents as they were before the first edit.
func (t *tx) discard(id portal.ResponseID) (edits int64, err error) {
	emptied, err := row[struct{ Edits int64 }](t.DB, `with old as (select d.id, d.head from document d join answer a on a.document_id = d.id where a.response_id = ? for update of d),
		emptied as (update document d set head = 0 from old where d.id = old.id returning 1) select coalesce(sum(head), 0) as edits from old`, id)
	for _, table := range []string{"document_update", "document_snapshot", "document_history"} {
		if err == nil {
			err = t.Exec("delete from "+table+" where document_id in (select document_id from answer where response_id = ?)", id).Error
		}
	}
	if err == nil {
		err = t.Exec("delete from comment_thread where response_id = ?", id).Error
	}
	return emptied.Edits, err
}
