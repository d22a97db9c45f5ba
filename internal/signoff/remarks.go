package signoff

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Remark is a særmerknad as it is written: anew, or with the id of one that the
// party is an author of.
type Remark struct {
	ID     portal.RemarkID
	Answer portal.AnswerID // empty: about the whole
	Quote  string          // a passage of the answer; empty: about all of it
	Text   string
}

// WriteRemark adds a remark by the actor's party.
func (s Service) WriteRemark(ctx context.Context, actor portal.Actor, id portal.ResponseID, freeze portal.FreezeID, in Remark) error {
	return s.change(ctx, actor, id, "response.remark", func(tx Tx, r portal.Response) (map[string]any, error) {
		if r.Freeze.ID != freeze {
			return nil, portal.Conflictf("text_changed", "the frozen text is not the one that was seen")
		}
		if err := checkRemark(r, in); err != nil {
			return nil, err
		}
		return map[string]any{"step": "write"}, s.newRemark(tx, actor, r, in)
	})
}

// RemarkStep does one thing with a remark that stands, in the version that was
// seen: its authors change, keep or leave it, another party joins them. When the
// last author leaves, the remark is withdrawn.
func (s Service) RemarkStep(ctx context.Context, actor portal.Actor, id portal.ResponseID, remark portal.RemarkID, kind string, version int, text string) error {
	return s.change(ctx, actor, id, "response.remark", func(tx Tx, r portal.Response) (map[string]any, error) {
		m, err := standing(r, remark, version)
		if err != nil {
			return nil, err
		}
		switch author := m.By(actor.Organisation); {
		case kind == "join" && author:
			return nil, tx.Unchanged()
		case kind != "join" && !author:
			return nil, portal.Deniedf("not_yours", "the remark is by others")
		case kind == "write" && strings.TrimSpace(text) == "":
			return nil, portal.InvalidField("text", "required", "an empty remark")
		}
		return map[string]any{"step": kind, "authors": names(m)}, s.step(tx, actor, r, m, kind, text)
	})
}

// Reply is what the others say to a remark, by the secretariat: one reply, which is changed until the answer is sent.
func (s Service) Reply(ctx context.Context, actor portal.Actor, id portal.ResponseID, remark portal.RemarkID, version int, text string) error {
	return s.change(ctx, actor, id, "response.reply", func(tx Tx, r portal.Response) (map[string]any, error) {
		m, err := standing(r, remark, version)
		if err != nil {
			return nil, err
		}
		return map[string]any{"authors": names(m)}, s.step(tx, actor, r, m, "reply", text)
	})
}

// See records that the party has seen the others' remarks, in these versions.
func (s Service) See(ctx context.Context, actor portal.Actor, id portal.ResponseID, seen map[portal.RemarkID]int) error {
	return s.change(ctx, actor, id, "response.see_remarks", func(tx Tx, r portal.Response) (map[string]any, error) {
		n, err := s.see(tx, actor, r, seen)
		if err == nil && n == 0 {
			err = tx.Unchanged()
		}
		return map[string]any{"remarks": n}, err
	})
}

func (s Service) see(tx Tx, actor portal.Actor, r portal.Response, seen map[portal.RemarkID]int) (n int, err error) {
	for _, m := range r.Remarks {
		shown := seen == nil || seen[m.ID] == m.Version
		if !shown || m.By(actor.Organisation) || m.Seen[actor.Organisation] >= m.Version {
			continue
		}
		if err := s.step(tx, actor, r, m, "see", ""); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// haveRemarks brings the party's remarks to those that come with its position:
// none when it approves without. A party that does neither keeps what it has.
func (s Service) haveRemarks(tx Tx, actor portal.Actor, r portal.Response, in Position) error {
	if in.Kind != portal.Approved && in.Kind != portal.ApprovedWithRemark {
		return nil
	}
	left := own(r, actor)
	for _, wanted := range in.Remarks {
		i := slices.IndexFunc(left, func(m portal.Remark) bool { return isThat(m, wanted) })
		if i < 0 && wanted.ID != "" {
			return portal.InvalidField("remarks", "not_yours", "the remark is by others, or was withdrawn")
		}
		if i < 0 {
			if err := s.newRemark(tx, actor, r, wanted); err != nil {
				return err
			}
			continue
		}
		kind := "keep"
		if left[i].Text != strings.TrimSpace(wanted.Text) {
			kind = "write"
		}
		if kind == "write" || workflow.Unsettled(r, left[i]) {
			if err := s.step(tx, actor, r, left[i], kind, wanted.Text); err != nil {
				return err
			}
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, m := range left {
		if err := s.step(tx, actor, r, m, "leave", ""); err != nil {
			return err
		}
	}
	return nil
}

// isThat says whether the wanted remark is this one: by its id, or to the word.
func isThat(m portal.Remark, wanted Remark) bool {
	if wanted.ID != "" {
		return m.ID == wanted.ID
	}
	return m.Answer == wanted.Answer && m.Quote == strings.TrimSpace(wanted.Quote) && m.Text == strings.TrimSpace(wanted.Text)
}

func sameRemarks(own []portal.Remark, in Position) bool {
	if in.Kind != portal.Approved && in.Kind != portal.ApprovedWithRemark {
		return true
	}
	for _, wanted := range in.Remarks {
		same := func(m portal.Remark) bool { return isThat(m, wanted) && m.Text == strings.TrimSpace(wanted.Text) }
		if !slices.ContainsFunc(own, same) {
			return false
		}
	}
	return len(own) == len(in.Remarks)
}

func (s Service) newRemark(tx Tx, actor portal.Actor, r portal.Response, in Remark) error {
	m := portal.Remark{ID: portal.RemarkID(s.NewID()), Answer: in.Answer, Quote: strings.TrimSpace(in.Quote)}
	if err := quoted(tx, r, m); err != nil {
		return err
	}
	if err := tx.InsertRemark(r, m); err != nil {
		return err
	}
	if err := s.step(tx, actor, r, m, "join", ""); err != nil {
		return err
	}
	return s.step(tx, actor, r, m, "write", in.Text)
}

func (s Service) step(tx Tx, actor portal.Actor, r portal.Response, m portal.Remark, kind, text string) error {
	step := portal.RemarkStep{Remark: m.ID, Kind: kind, Organisation: actor.Organisation, Account: actor.Account, Name: actor.Name, Version: m.Version, At: s.Now()}
	switch kind {
	case "write":
		step.Version++
		step.Text, step.Disputed = strings.TrimSpace(text), workflow.Disputed(r, m.Answer)
	case "reply":
		step.Text = strings.TrimSpace(text)
	case "keep":
		step.Disputed = workflow.Disputed(r, m.Answer)
	}
	return tx.InsertRemarkStep(step)
}

// standing finds the remark, in the version that was seen.
func standing(r portal.Response, id portal.RemarkID, version int) (portal.Remark, error) {
	for _, m := range r.Remarks {
		if m.ID != id {
			continue
		}
		if m.Version != version {
			return m, portal.Conflictf("changed_meanwhile", "version %d was read, it is %d now", version, m.Version).With("version", m.Version)
		}
		return m, nil
	}
	return portal.Remark{}, portal.Missing()
}

// quoted says whether the passage stands in the answer.
func quoted(tx Tx, r portal.Response, m portal.Remark) error {
	if m.Quote == "" {
		return nil
	}
	answers, err := tx.FrozenAnswers(r.Freeze.ID)
	if err != nil {
		return err
	}
	for _, a := range answers {
		if a.Answer == m.Answer && strings.Contains(words(plain(a.Content)), words(m.Quote)) {
			return nil
		}
	}
	return portal.InvalidField("quote", "not_in_text", "the passage does not stand in the answer")
}

// plain is the text of a ProseMirror document, its blocks parted by spaces.
func plain(content json.RawMessage) string {
	var node struct {
		Type    string            `json:"type"`
		Text    string            `json:"text"`
		Content []json.RawMessage `json:"content"`
	}
	if json.Unmarshal(content, &node) != nil {
		return ""
	}
	text := node.Text
	for _, child := range node.Content {
		text += plain(child)
	}
	if node.Type != "text" {
		text += " "
	}
	return text
}

// words makes all white space alike.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

func own(r portal.Response, actor portal.Actor) (mine []portal.Remark) {
	for _, m := range r.Remarks {
		if m.By(actor.Organisation) {
			mine = append(mine, m)
		}
	}
	return mine
}

func names(m portal.Remark) (names []string) {
	for _, a := range m.Authors {
		names = append(names, a.Name)
	}
	return names
}

func checkRemark(r portal.Response, in Remark) error {
	_, known := r.Hashes()[in.Answer]
	switch {
	case in.Answer != "" && !known:
		return portal.InvalidField("remarks", "unknown_answer", "the remark is about an answer that is not here")
	case strings.TrimSpace(in.Text) == "":
		return portal.InvalidField("remarks", "required", "an empty remark")
	}
	return nil
}
