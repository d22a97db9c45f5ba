package workflow

import (
	"fmt"
	"testing"
	"time"

	"samsvar/internal/portal"
)

// The model is a response of one hospital and two municipalities with one answer, small enough to go through whole:
// every order of every event, while the text is changed once, frozen twice, and the circle of parties at most once.
type model struct {
	state    portal.ResponseState
	text     int // the words as they are written
	frozen   int // the words as they were frozen; 0 while drafting
	freeze   int
	circle   int
	said     [3]spoken
	decided  int // the freeze that the committee decided on
	warned   int // the freeze about which the third party was warned, and the time has passed
	remarked int // the words that the first municipality's remark speaks of; 0 when there is none
	seen     bool
}

type spoken struct {
	kind         portal.PositionKind
	text, circle int
	uncovered    bool // its approver said that the text must be treated anew
	deputy       bool // it was taken under a mandate,
	lapsed       bool // which has ended
	alone        bool // by one of two approvers who have to
}

const limit = 2

func (m model) response(rule portal.Rule) portal.Response {
	r := portal.Response{Kind: portal.Joint, State: m.state, Rule: rule, Circle: m.circle, Answers: []portal.Answer{{ID: "a", Status: portal.AnswerReady}}}
	if m.frozen > 0 {
		r.Freeze, r.Answers[0].Hash = &portal.Freeze{Number: m.freeze}, fmt.Sprint(m.frozen)
	}
	for i, s := range m.said {
		p := portal.Party{Organisation: portal.Organisation{ID: portal.OrganisationID(fmt.Sprint(i))}, Side: portal.MunicipalSide}
		if i == 0 {
			p.Side = portal.HospitalSide
		}
		position := &portal.Position{Kind: s.kind, Hashes: portal.Hashes{"a": fmt.Sprint(s.text)}, Circle: s.circle}
		if s.deputy {
			position.Mandate = &portal.Mandate{Ends: time.Time{}.Add(time.Hour)}
			if s.lapsed {
				position.Mandate.Ended = &portal.Tombstone{}
			}
		}
		if s.alone {
			position.Needed = 2
		}
		if s.uncovered {
			position.Coverage = &portal.Coverage{}
		}
		switch s.kind {
		case "":
		case portal.PositionWithdrawn:
			p.Withdrawn = position
		default:
			p.Position = position
		}
		if i == 2 && m.frozen > 0 && m.warned == m.freeze {
			p.Warning = &portal.SilenceWarning{DeliveredAt: &time.Time{}}
		}
		r.Parties = append(r.Parties, p)
	}
	if m.frozen > 0 && m.decided == m.freeze {
		r.Decisions = []portal.Decision{{Level: "strategic"}}
	}
	if m.remarked > 0 {
		remark := portal.Remark{Answer: "a", Authors: []portal.Organisation{{ID: "1"}}, Version: 1, Disputed: fmt.Sprint(m.remarked), Seen: map[portal.OrganisationID]int{}}
		if m.seen {
			remark.Seen["0"], remark.Seen["2"] = 1, 1
		}
		r.Remarks = []portal.Remark{remark}
	}
	return r
}

// next are all states that one event leads to, by the event; only what the rules of this package let through.
func (m model) next(rule portal.Rule) map[string]model {
	out := map[string]model{}
	r, now := m.response(rule), time.Time{}
	try := func(name, event string, change func(*model)) {
		to, err := Next(ResponseSteps, m.state, event)
		if err != nil || Hindrance(r, event, now) != "" {
			return
		}
		n := m
		n.state = to
		change(&n)
		out[name] = n
	}
	if m.state == portal.Draft && m.text < limit {
		n := m
		n.text++
		out["write"] = n
	}
	try("freeze", "freeze", func(n *model) { n.frozen, n.freeze = n.text, n.freeze+1 })
	try("reopen", "reopen", func(n *model) { n.frozen = 0 })
	try("submit", "submit", func(*model) {})
	if m.circle < 2 {
		try("relay", "relay", func(n *model) { n.circle, n.freeze = 2, n.freeze+1 })
	}
	if m.frozen == 0 || m.state != portal.Approval && m.state != portal.Ready {
		return out
	}
	if m.state == portal.Approval && Hindrance(r, "decide", now) == "" {
		n := m
		n.decided = m.freeze
		if to, err := AfterDecision(n.response(rule)); err == nil {
			n.state = to
			out["decide"] = n
		}
	}
	if Hindrance(r, "warn", now) == "" {
		n := m
		n.warned = m.freeze
		out["warn"] = n
	}
	for i := range m.said {
		for _, kind := range []portal.PositionKind{portal.Approved, portal.Rejected, portal.PositionWithdrawn} {
			if kind != portal.PositionWithdrawn && Hindrance(r, "position", now) != "" {
				continue
			}
			n := m
			n.said[i] = spoken{kind: kind, text: m.frozen, circle: m.circle}
			out[fmt.Sprint(kind, i)] = n
		}
		if i == 1 && Hindrance(r, "position", now) == "" {
			n := m
			n.said[i] = spoken{kind: portal.Approved, text: m.frozen, circle: m.circle, uncovered: true}
			out["approved, not covered"] = n
			n.said[i] = spoken{kind: portal.Approved, text: m.frozen, circle: m.circle, deputy: true}
			out["approved by a deputy"] = n
			n.said[i] = spoken{kind: portal.Approved, text: m.frozen, circle: m.circle, alone: true}
			out["approved by one of two"] = n
		}
		if m.said[i].alone && m.said[i].text == m.frozen && m.said[i].circle == m.circle && Hindrance(r, "position", now) == "" {
			n := m
			n.said[i].alone = false
			out["approved by the other"] = n
		}
		if m.said[i].deputy && !m.said[i].lapsed {
			n := m
			n.said[i].lapsed = true
			out["the mandate ends"] = n
		}
	}
	n := m
	n.remarked, n.seen = m.frozen, false
	out["remark"] = n
	if m.remarked > 0 {
		n.seen = true
		out["see"] = n
	}
	return out
}

// wrong says what a submitted state should never have been, told without the functions that let it through.
func (m model) wrong(rule portal.Rule) string {
	fresh := func(i int) bool {
		s := m.said[i]
		return s.kind == portal.Approved && s.text == m.frozen && s.circle == m.circle && !s.uncovered && !s.lapsed && !s.alone
	}
	needed := map[portal.RuleKind][]int{portal.Consensus: {0}, portal.Recommendation: {0, 1, 2}, portal.NamedVoters: {1}}[rule.Kind]
	for i, s := range m.said {
		if s.kind == portal.Rejected {
			return fmt.Sprint("rejected by ", i)
		}
	}
	for _, i := range needed {
		silent := i == 2 && rule.SilenceDays > 0 && m.warned == m.freeze && m.said[i].kind == ""
		if !fresh(i) && !silent {
			return fmt.Sprint("without ", i)
		}
	}
	switch {
	case m.frozen == 0:
		return "without a frozen text"
	case m.decided != m.freeze:
		return "without a decision about this version"
	case rule.Kind == portal.Consensus && !fresh(1) && !fresh(2):
		return "with fewer than half of the municipalities"
	case m.remarked > 0 && m.remarked != m.frozen:
		return "with a remark about other words"
	case m.remarked > 0 && !m.seen && (fresh(0) || fresh(2)):
		return "with a remark that somebody behind the text has not seen"
	}
	return ""
}

func TestNoPathToSubmittedThatShouldNotBe(t *testing.T) {
	half := portal.Rule{Kind: portal.Consensus, HospitalPercent: 100, MunicipalPercent: 50}
	each := portal.Rule{Kind: portal.Recommendation, HospitalPercent: 100, MunicipalPercent: 100}
	silent := each
	silent.SilenceDays = 7
	for name, rule := range map[string]portal.Rule{"consensus": half, "recommendation": each, "recommendation with silence": silent,
		"named voters": {Kind: portal.NamedVoters, Voters: []portal.Voter{{ID: "1"}}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := model{state: portal.Draft, text: 1, circle: 1}
			seen, queue, submitted := map[model]bool{start: true}, []model{start}, 0
			for len(queue) > 0 {
				m := queue[0]
				queue = queue[1:]
				for event, n := range m.next(rule) {
					if n.state == portal.Submitted {
						submitted++
						if why := n.wrong(rule); why != "" {
							t.Fatalf("%s: %+v was submitted %s", event, m, why)
						}
						continue
					}
					if n.freeze <= limit && !seen[n] {
						seen[n] = true
						queue = append(queue, n)
					}
				}
			}
			if submitted == 0 || len(seen) < 1000 {
				t.Errorf("the model says nothing: %d states, %d submissions", len(seen), submitted)
			}
			t.Logf("%d states, %d ways to submit", len(seen), submitted)
		})
	}
}
