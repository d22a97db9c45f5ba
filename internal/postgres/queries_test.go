package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"samsvar/internal/portal"
)

// What a page asks for takes as many queries with three rounds and six
// responses as with one of each.
func TestPagesTakeAsManyQueriesHoweverMuchThereIs(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	ministry := h.as("hod", portal.CaseOfficer)
	secretariats := []portal.Actor{h.as("vestfold", portal.Secretariat), h.as("oslo", portal.Secretariat)}
	count := h.db.CountQueries()
	asks := map[string]func(portal.RoundID, portal.ResponseID) error{
		"rounds": func(portal.RoundID, portal.ResponseID) error { _, err := h.consult.Rounds(ctx, ministry); return err },
		"my turn": func(portal.RoundID, portal.ResponseID) error {
			_, err := h.consult.MyTurn(ctx, secretariats[0])
			return err
		},
		"overview": func(id portal.RoundID, _ portal.ResponseID) error {
			_, err := h.consult.Overview(ctx, ministry, id)
			return err
		},
		"ministry's turn": func(portal.RoundID, portal.ResponseID) error {
			_, err := h.consult.MyTurn(ctx, ministry)
			return err
		},
		"responses": func(portal.RoundID, portal.ResponseID) error {
			_, err := h.consult.ResponsesBy(ctx, secretariats[0], "vestfold")
			return err
		},
		"response": func(_ portal.RoundID, id portal.ResponseID) error {
			_, err := h.consult.Response(ctx, secretariats[0], id)
			return err
		},
		"history": func(_ portal.RoundID, id portal.ResponseID) error {
			_, err := h.consult.History(ctx, secretariats[0], id)
			return err
		},
	}
	var before map[string]int
	for n := 1; n <= 3; n++ {
		v, err := h.consult.ImportRound(ctx, ministry, []byte(strings.Replace(invitation, "plan-2024", fmt.Sprint("plan-", n), 1)))
		must(t, err)
		_, err = h.consult.OpenRound(ctx, ministry, v.ID)
		must(t, err)
		var first portal.Response
		for i := len(secretariats) - 1; i >= 0; i-- {
			first, err = h.consult.Start(ctx, secretariats[i], v.ID, portal.Joint, portal.Bokmal)
			must(t, err)
		}
		now := map[string]int{}
		for what, ask := range asks {
			began := count()
			must(t, ask(v.ID, first.ID))
			now[what] = count() - began
		}
		for what, queries := range now {
			if queries == 0 || before != nil && queries != before[what] {
				t.Errorf("%s: %d queries with %d rounds, %d with fewer", what, queries, n, before[what])
			}
		}
		before = now
	}
	t.Logf("queries: %v", before)
}

// A connection can break in the middle of a row: nothing of it is anybody's to look at then.
func TestRowsThatCannotBeReadAreNotGiven(t *testing.T) {
	h := newHouse(t)
	if n, err := h.db.RowsThatDoNotFit(t.Context()); err == nil || n != 0 {
		t.Errorf("%d rows, and %v", n, err)
	}
}
