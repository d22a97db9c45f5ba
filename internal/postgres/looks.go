package postgres

import (
	"context"
	"slices"
	"time"

	"samsvar/internal/notice"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// Look remembers how far a response's history and texts have come.
func (s noticeStore) Look(ctx context.Context, actor portal.Actor, id portal.ResponseID, now time.Time) error {
	return s.note(ctx, `insert into last_look (account_id, organisation_id, response_id, at, event_id, heads)
		select @account, @organisation, s.id, @now, coalesce((select max(e.id) from audit_event e where e.response_id = s.id), 0),
			(select coalesce(jsonb_object_agg(d.id, d.head), '{}') from answer a join document d on d.id = a.document_id where a.response_id = s.id)
		from response s where s.id = @response
		on conflict (account_id, organisation_id, response_id) do update set at = excluded.at, event_id = excluded.event_id, heads = excluded.heads`,
		named("account", string(actor.Account)), named("organisation", string(actor.Organisation)), named("response", string(id)), named("now", now))
}

// looksOf are the looks l of an actor at responses s in open rounds.
const looksOf = ` from last_look l join response s on s.id = l.response_id join round r on r.id = s.round_id and r.state = 'open'`

// Seen takes four queries, however many responses there are.
func (s noticeStore) Seen(ctx context.Context, actor portal.Actor) ([]notice.Since, error) {
	g := s.gorm.WithContext(ctx)
	whose := []any{named("account", string(actor.Account)), named("organisation", string(actor.Organisation)), named("actions", notice.NewsActions())}
	const mine = ` where l.account_id = @account and l.organisation_id = @organisation`
	found, err := rows[struct {
		ResponseID, State, OwnerID string
		At                         time.Time
		Parties, Offered           jsonb[[]portal.OrganisationID]
		Separate                   bool
	}](g, `select l.response_id, l.at, s.state, s.owner_id, `+rightsColumns+
		looksOf+mine+` order by s.id`, whose...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	seen, place := make([]notice.Since, len(found)), map[string]*notice.Since{}
	for i, f := range found {
		seen[i] = notice.Since{Response: portal.ResponseID(f.ResponseID), LookedAt: f.At,
			Object: policy.Object{State: f.State, Owner: portal.OrganisationID(f.OwnerID), Parties: f.Parties.V, Offered: f.Offered.V, Separate: f.Separate}}
		place[f.ResponseID] = &seen[i]
	}
	done, err := rows[struct {
		ResponseID, Action, Organisation string
		Detail                           jsonb[map[string]any]
	}](g, `select e.response_id, e.action, coalesce(o.name, '') as organisation, e.detail`+looksOf+`
		join audit_event e on e.response_id = l.response_id and e.id > l.event_id and e.account_id is distinct from l.account_id and e.action in @actions
		left join organisation o on o.id = e.organisation_id`+mine+` order by e.id`, whose...)
	if err != nil {
		return nil, err
	}
	for _, d := range done {
		one := place[d.ResponseID]
		one.Done = append(one.Done, notice.Done{Action: policy.Action(d.Action), Organisation: d.Organisation, Detail: d.Detail.V})
	}
	edited, err := rows[struct {
		ResponseID string
		Number     int
	}](g, `select distinct l.response_id, a.number`+looksOf+` join answer a on a.response_id = l.response_id
		join document_update u on u.document_id = a.document_id and u.place > coalesce((l.heads ->> a.document_id::text)::bigint, 0)
			and u.account_id is distinct from l.account_id`+mine, whose...)
	if err != nil {
		return nil, err
	}
	packed, err := rows[struct {
		ResponseID string
		Number     int
		Head       int64
		Edits      []byte
	}](g, `select l.response_id, a.number, coalesce((l.heads ->> a.document_id::text)::bigint, 0) as head, h.edits`+looksOf+`
		join answer a on a.response_id = l.response_id
		join document_history h on h.document_id = a.document_id and h.last > coalesce((l.heads ->> a.document_id::text)::bigint, 0)`+mine, whose...)
	if err != nil {
		return nil, err
	}
	for _, e := range edited {
		place[e.ResponseID].Edited = append(place[e.ResponseID].Edited, e.Number)
	}
	for _, p := range packed {
		one := place[p.ResponseID]
		edits, err := unpack(p.Edits)
		if err != nil {
			return nil, err
		}
		byOthers := slices.ContainsFunc(edits, func(e portal.Edit) bool { return e.Place > p.Head && e.Account != actor.Account })
		if byOthers && !slices.Contains(one.Edited, p.Number) {
			one.Edited = append(one.Edited, p.Number)
		}
	}
	for i := range seen {
		slices.Sort(seen[i].Edited)
	}
	return seen, nil
}
