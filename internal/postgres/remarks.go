package postgres

import (
	"time"

	"gorm.io/gorm"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

// InsertRemark makes a remark; its first steps say who writes it, and what.
func (t *tx) InsertRemark(r portal.Response, m portal.Remark) error {
	return t.Exec("insert into remark (id, response_id, answer_id, quote) values (?, ?, ?, ?)", m.ID, r.ID, null(string(m.Answer)), m.Quote).Error
}

func (t *tx) InsertRemarkStep(s portal.RemarkStep) error {
	err := t.Exec(`insert into remark_step (remark_id, kind, organisation_id, account_id, account_name, version, body, disputed, recorded_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?)`, s.Remark, s.Kind, s.Organisation, s.Account, s.Name, s.Version, s.Text, s.Disputed, s.At).Error
	switch {
	case err != nil || s.Kind == "see":
		return err
	case s.Kind == "reply":
		return t.tell(evidence.ReplySaid(string(s.Remark), evidence.Reply{Text: s.Text, RecordedAt: s.At}))
	}
	return t.tellRemark(s.Remark)
}

// tellRemark tells of the remark as it is written, also where others keep, join or leave it.
func (t *tx) tellRemark(id portal.RemarkID) error {
	found, err := rows[struct {
		AnswerID    *string
		Quote, Body string
		RecordedAt  time.Time
	}](t.DB, `select cast(m.answer_id as text) as answer_id, m.quote, s.body, s.recorded_at from remark m join remark_step s on s.remark_id = m.id
		where m.id = ? and s.kind = 'write' order by s.seq desc limit 1`, id)
	if err != nil || len(found) == 0 {
		return err // it has an author, and no words yet
	}
	m := found[0]
	return t.tell(evidence.RemarkSaid(evidence.Remark{ID: string(id), AnswerID: m.AnswerID, Quote: m.Quote, Text: m.Body, RecordedAt: m.RecordedAt}))
}

type remarkRow struct {
	ID, ResponseID, AnswerID, Quote, Kind, OrganisationID, PartyName, Body, Disputed string
	Version                                                                          int
	RecordedAt                                                                       time.Time
}

// addRemarks adds those that stand: with an author who is still a party.
func addRemarks(g *gorm.DB, ids []string, place map[string]*portal.Response) error {
	steps, err := rows[remarkRow](g, `select m.id, m.response_id, coalesce(cast(m.answer_id as text), '') as answer_id, m.quote,
			s.kind, s.organisation_id, coalesce(p.name, '') as party_name, s.body, s.disputed, s.version, s.recorded_at
		from remark m
		join remark_step s on s.remark_id = m.id
		left join party p on p.response_id = m.response_id and p.organisation_id = s.organisation_id
		left join answer a on a.id = m.answer_id
		where m.response_id in ? order by a.number nulls last, m.seq, s.seq`, ids)
	for len(steps) > 0 {
		n := 1
		for n < len(steps) && steps[n].ID == steps[0].ID {
			n++
		}
		if m := remarkFrom(steps[:n]); len(m.Authors) > 0 {
			r := place[steps[0].ResponseID]
			r.Remarks = append(r.Remarks, m)
		}
		steps = steps[n:]
	}
	return err
}

// remarkFrom is what the steps have made of one remark.
func remarkFrom(steps []remarkRow) portal.Remark {
	first := steps[0]
	m := portal.Remark{ID: portal.RemarkID(first.ID), Answer: portal.AnswerID(first.AnswerID), Quote: first.Quote, Seen: map[portal.OrganisationID]int{}}
	for _, s := range steps {
		who := portal.OrganisationID(s.OrganisationID)
		switch s.Kind {
		case "write":
			m.Text, m.Version, m.Disputed, m.RecordedAt = s.Body, s.Version, s.Disputed, s.RecordedAt
		case "keep":
			m.Disputed = s.Disputed
		case "reply":
			m.Reply, m.RepliedAt = s.Body, &s.RecordedAt
		case "see":
			m.Seen[who] = s.Version
		case "join":
			if s.PartyName != "" {
				m.Authors = append(m.Authors, portal.Organisation{ID: who, Name: s.PartyName})
			}
		case "leave":
			m.Authors = without(m.Authors, who)
		}
	}
	return m
}

func without(list []portal.Organisation, id portal.OrganisationID) (rest []portal.Organisation) {
	for _, o := range list {
		if o.ID != id {
			rest = append(rest, o)
		}
	}
	return rest
}
