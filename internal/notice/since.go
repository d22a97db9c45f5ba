package notice

import (
	"context"
	"slices"
	"time"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// Since is what others have done with a response since somebody last looked at it.
type Since struct {
	Response portal.ResponseID
	LookedAt time.Time
	Object   policy.Object // what decides whether they may still know of it
	Edited   []int         // numbers of answers whose text was changed
	Done     []Done        // the oldest first
}

// Done is one thing that was recorded.
type Done struct {
	Action       policy.Action
	Organisation string
	Detail       map[string]any
}

// News is a line of what is new: a kind, how many times, by whom, and about which answers.
type News struct {
	Kind    string
	Count   int
	Names   []string
	Answers []int
}

// newsOf gives what a recorded action is called in the news.
var newsOf = map[policy.Action]string{
	"response.set_status": "status", "response.assign": "assigned", "response.freeze": "frozen", "response.reopen": "reopened",
	"response.parties": "parties", "response.position": "positions", "response.withdraw_position": "positions", "response.remark": "remarks",
	"response.reply": "replies", "response.warn": "warned", "response.decide": "decided", "response.submit": "submitted",
	"submission.receive": "received", "submission.return": "returned", "submission.withdraw": "withdrawn",
}

// Looked remembers that the actor has looked at the response as it is now.
func (s Service) Looked(ctx context.Context, actor portal.Actor, id portal.ResponseID) error {
	r, err := s.Store.Response(ctx, id)
	if err != nil {
		return err
	}
	if err := policy.Decide(actor, "response.read", policy.ResponseObject(r)); err != nil {
		return err
	}
	return s.Store.Look(ctx, actor, id, s.Now())
}

// Fresh is a response with its news.
type Fresh struct {
	Response portal.ResponseID
	LookedAt time.Time
	News     []News
}

// News are what others have done, of each response in which they have done something since the actor looked.
func (s Service) News(ctx context.Context, actor portal.Actor) ([]Fresh, error) {
	if err := policy.Decide(actor, "self", policy.Object{}); err != nil {
		return nil, err
	}
	seen, err := s.Store.Seen(ctx, actor)
	fresh := []Fresh{}
	for _, one := range seen {
		if policy.Decide(actor, "response.read", one.Object) != nil {
			continue
		}
		if news := one.news(); len(news) > 0 {
			fresh = append(fresh, Fresh{Response: one.Response, LookedAt: one.LookedAt, News: news})
		}
	}
	return fresh, err
}

// news gathers what is of one kind into one line, in the order in which the kinds first came.
func (s Since) news() (news []News) {
	if len(s.Edited) > 0 {
		news = append(news, News{Kind: "edited", Count: len(s.Edited), Answers: s.Edited})
	}
	for _, d := range s.Done {
		kind := newsOf[d.Action]
		i := slices.IndexFunc(news, func(n News) bool { return n.Kind == kind })
		if i < 0 {
			i, news = len(news), append(news, News{Kind: kind})
		}
		news[i].Count++
		if d.Organisation != "" && !slices.Contains(news[i].Names, d.Organisation) {
			news[i].Names = append(news[i].Names, d.Organisation)
		}
		if number, ok := d.Detail["answer"].(float64); ok && !slices.Contains(news[i].Answers, int(number)) {
			news[i].Answers = append(news[i].Answers, int(number))
		}
	}
	for i := range news {
		slices.Sort(news[i].Answers)
	}
	return news
}

// NewsActions are those that make news.
func NewsActions() (actions []string) {
	for action := range newsOf {
		actions = append(actions, string(action))
	}
	slices.Sort(actions)
	return actions
}
