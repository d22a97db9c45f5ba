package postgres

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"samsvar/internal/comment"
	"samsvar/internal/portal"
)

// Threads are all that the wall lets through; who else may see them is for the caller to say.
func (s commentStore) Threads(ctx context.Context, id portal.AnswerID) ([]comment.Thread, error) {
	return commentThreads(s.gorm.WithContext(ctx), `t.answer_id = ?`, id)
}

func (s commentStore) Thread(ctx context.Context, answer portal.AnswerID, id portal.ThreadID) (comment.Thread, error) {
	return commentThread(s.gorm.WithContext(ctx), answer, id)
}

func (s commentStore) Sent(ctx context.Context, actor portal.Actor, sending comment.Sending) (portal.ThreadID, error) {
	found, err := rows[portal.ThreadID](s.gorm.WithContext(ctx), `select thread_id from comment where sending = ? and digest = ? and account_id = ? and organisation_id = ?`,
		sending.ID, sending.Digest, actor.Account, actor.Organisation)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

func (t *tx) CommentThread(answer portal.AnswerID, id portal.ThreadID) (comment.Thread, error) {
	return commentThread(t.DB, answer, id)
}

func (t *tx) SaidBy(organisation portal.OrganisationID, answer portal.AnswerID) (comment.Said, error) {
	return row[comment.Said](t.DB, `select count(*) as entries, (select count(*) from comment_thread where answer_id = @answer and organisation_id = @organisation and change is null) as threads
		from comment_thread t join comment c on c.thread_id = t.id where t.answer_id = @answer and c.organisation_id = @organisation and c.kind = 'say'`,
		named("answer", answer), named("organisation", organisation))
}

func (t *tx) SuggestedBy(organisation portal.OrganisationID, answer portal.AnswerID) (comment.Suggested, error) {
	return row[comment.Suggested](t.DB, `select count(*) as threads, coalesce(sum(octet_length(change::text)), 0) as bytes,
			count(*) filter (where (select c.kind from comment c where c.thread_id = t.id and c.kind <> 'say' order by c.seq desc limit 1) in ('suggest', 'reopen')) as open
		from comment_thread t where answer_id = ? and organisation_id = ? and change is not null`, answer, organisation)
}

func commentThread(g *gorm.DB, answer portal.AnswerID, id portal.ThreadID) (comment.Thread, error) {
	found, err := commentThreads(g, `t.answer_id = ? and t.id = ?`, answer, id)
	if err == nil && len(found) == 0 {
		err = portal.Missing()
	}
	if err != nil {
		return comment.Thread{}, err
	}
	return found[0], nil
}

func commentThreads(g *gorm.DB, which string, args ...any) ([]comment.Thread, error) {
	found, err := rows[struct {
		ID                                                              portal.ThreadID
		Began                                                           portal.OrganisationID
		Audience                                                        comment.Audience
		Quote, AccountID, AccountName, OrganisationID, Name, Kind, Body string
		AnchorFirst, AnchorLast                                         []byte
		Change                                                          *string
		Mentions                                                        jsonb[[]comment.Mention]
		RecordedAt                                                      time.Time
	}](g, `select t.id, t.organisation_id as began, t.audience, t.quote, t.anchor_first, t.anchor_last, t.change::text as change,
			c.account_id, c.account_name, c.organisation_id, o.name, c.kind, c.body, c.mentions, c.recorded_at
		from comment_thread t join comment c on c.thread_id = t.id join organisation o on o.id = c.organisation_id
		where `+which+` order by t.seq, c.seq`, args...)
	var all []comment.Thread
	for _, f := range found {
		if len(all) == 0 || all[len(all)-1].ID != f.ID {
			t := comment.Thread{ID: f.ID, Organisation: f.Began, Audience: f.Audience, Quote: f.Quote}
			if f.AnchorFirst != nil {
				t.Anchor = &comment.Anchor{First: f.AnchorFirst, Last: f.AnchorLast}
			}
			if f.Change != nil {
				t.Change = json.RawMessage(*f.Change)
			}
			all = append(all, t)
		}
		t := &all[len(all)-1]
		t.Entries = append(t.Entries, comment.Entry{Kind: comment.Kind(f.Kind), Account: portal.AccountID(f.AccountID), Name: f.AccountName,
			Organisation: portal.OrganisationID(f.OrganisationID), OrganisationName: f.Name, Text: f.Body, Mentions: f.Mentions.V, At: f.RecordedAt})
	}
	return all, err
}

func (t *tx) InsertThread(r portal.Response, answer portal.AnswerID, in comment.Thread) error {
	var place comment.Anchor
	if in.Anchor != nil {
		place = *in.Anchor
	}
	return t.Exec(`insert into comment_thread (id, response_id, answer_id, organisation_id, audience, anchor_first, anchor_last, quote, change) values (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, '')::jsonb)`,
		in.ID, r.ID, answer, in.Organisation, in.Audience, place.First, place.Last, in.Quote, string(in.Change)).Error
}

func (t *tx) InsertEntry(id portal.ThreadID, e comment.Entry) error {
	digest := e.Sending.Digest
	if e.Sending.ID == "" {
		digest = nil
	}
	err := t.Exec(`insert into comment (thread_id, kind, organisation_id, account_id, account_name, body, mentions, recorded_at, sending, digest) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, e.Kind, e.Organisation, e.Account, e.Name, e.Text, jsonb[[]comment.Mention]{append([]comment.Mention{}, e.Mentions...)}, e.At, null(e.Sending.ID), digest).Error
	if isUnique(err, "comment_sending") {
		return portal.Conflictf("sent_otherwise", "something else was sent under the same name")
	}
	return err
}

// Actors are those with a role in any of the organisations, as they act for each.
func (s commentStore) Actors(ctx context.Context, organisations []portal.OrganisationID) ([]portal.Actor, error) {
	return actorsOf(s.gorm.WithContext(ctx), organisations)
}

func (t *tx) ActorsOf(organisations []portal.OrganisationID) ([]portal.Actor, error) {
	return actorsOf(t.DB, organisations)
}

func actorsOf(g *gorm.DB, organisations []portal.OrganisationID) ([]portal.Actor, error) {
	found, err := rows[struct {
		AccountID      portal.AccountID
		OrganisationID portal.OrganisationID
		Name           string
		Roles          jsonb[[]portal.Role]
	}](g, `select a.id as account_id, r.organisation_id, a.name, jsonb_agg(r.role order by r.role) as roles
		from account_role r join account a on a.id = r.account_id join organisation o on o.id = r.organisation_id
		where r.organisation_id in ? group by a.id, r.organisation_id, o.name order by o.name, r.organisation_id, a.name, a.id`, organisations)
	actors := make([]portal.Actor, len(found))
	for i, f := range found {
		actors[i] = portal.Actor{Account: f.AccountID, Name: f.Name, Organisation: f.OrganisationID, Roles: f.Roles.V}
	}
	return actors, err
}
