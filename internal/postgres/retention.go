package postgres

import (
	"context"
	"time"

	"samsvar/internal/portal"
)

// DiscardDrafts throws away every edit of responses that were never sent, and what people said of them, in rounds that
// closed before the time, and says of how many, and which documents those were. What was laid before parties, and what they
// said, is evidence and stays.
func (db *DB) DiscardDrafts(ctx context.Context, closedBefore time.Time, decidedBy string, now time.Time) (drafts int, documents []portal.DocumentID, err error) {
	found, err := rows[struct {
		ID      portal.ResponseID
		RoundID portal.RoundID
	}](db.gorm.WithContext(ctx), `select s.id, s.round_id from response s join round r on r.id = s.round_id
		where r.state = 'closed' and r.closed_at < ? and not exists (select from submission b where b.response_id = s.id)
			and (exists (select from answer a join document d on d.id = a.document_id where a.response_id = s.id and d.head > 0)
				or exists (select from comment_thread t where t.response_id = s.id)) order by s.id`, closedBefore)
	if err != nil {
		return 0, nil, err
	}
	for _, r := range found {
		var emptied []portal.DocumentID
		err := db.write(ctx, func(t *tx) error {
			var edits int64
			edits, emptied, err = t.discard(r.ID)
			if err != nil {
				return err
			}
			return t.Audit(portal.Actor{Name: "samsvar"}, portal.AuditEvent{At: now, Action: "response.discard", Round: r.RoundID, Response: r.ID,
				Detail: map[string]any{"edits": edits, "decidedBy": decidedBy}})
		})
		if err != nil {
			return drafts, documents, err
		}
		drafts, documents = drafts+1, append(documents, emptied...)
	}
	return drafts, documents, nil
}

// discard leaves a response's documents as they were before the first edit, and takes no more: a page that still has the
// text open would bring it back.
func (t *tx) discard(id portal.ResponseID) (edits int64, documents []portal.DocumentID, err error) {
	emptied, err := rows[struct {
		ID   portal.DocumentID
		Head int64
	}](t.DB, `with old as (select d.id, d.head from document d join answer a on a.document_id = d.id where a.response_id = ? for update of d),
		emptied as (update document d set head = 0, locked = true from old where d.id = old.id returning 1) select id, head from old`, id)
	for _, table := range []string{"document_update", "document_snapshot", "document_history", "named_version"} {
		if err == nil {
			err = t.Exec("delete from "+table+" where document_id in (select document_id from answer where response_id = ?)", id).Error
		}
	}
	if err == nil {
		err = t.Exec("delete from comment_thread where response_id = ?", id).Error
	}
	for _, d := range emptied {
		edits, documents = edits+d.Head, append(documents, d.ID)
	}
	return edits, documents, err
}
