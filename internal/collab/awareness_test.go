package collab_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"samsvar/internal/collab"
	"samsvar/internal/portal"
)

// entry is what a client says of itself, or is told of another.
type entry struct {
	client, clock uint64
	state         string
}

func awarenessMessage(id portal.DocumentID, entries ...entry) []byte {
	payload := uints(nil, uint64(len(entries)))
	for _, e := range entries {
		payload = withBytes(uints(payload, e.client, e.clock), e.state)
	}
	return withBytes(about(id, isAwareness), payload)
}

func entriesOf(payload []byte) []entry {
	n, rest := cutUint(payload)
	entries := make([]entry, n)
	for i := range entries {
		var state []byte
		entries[i].client, rest = cutUint(rest)
		entries[i].clock, rest = cutUint(rest)
		state, rest = cutBytes(rest)
		entries[i].state = string(state)
	}
	return entries
}

func (c *client) nextAwareness() []entry {
	c.t.Helper()
	return entriesOf(c.next("awareness", func(h heard) bool { return h.kind == isAwareness }).bytes)
}

func userIn(t *testing.T, e entry) map[string]any {
	t.Helper()
	var state map[string]any
	must(t, json.Unmarshal([]byte(e.state), &state))
	if fields := slices.Sorted(maps.Keys(state)); !slices.Equal(fields, []string{"cursor", "user"}) {
		t.Errorf("told more than who and where: %v", fields)
	}
	return state["user"].(map[string]any)
}

func TestWhoSomebodyIsComesFromTheLogin(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	a, b := p.dial(newAccount()), p.dial(newAccount())
	a.join(id, nil)
	b.join(id, nil)
	a.send(awarenessMessage(id, entry{7, 1, `{"user":{"name":"Statsråden","organisation":"HOD","colour":"red"},"secret":"x",
		"cursor":{"anchor":{"type":null,"tname":"default","item":{"client":7,"clock":3},"assoc":-1},"head":{"tname":"default","assoc":0}}}`}))
	told := b.nextAwareness()
	user, actor := userIn(t, told[0]), actorCalled(a.account)
	if user["name"] != actor.Name || user["organisation"] != actor.OrganisationName || user["colour"] == "" {
		t.Errorf("shown as %v", user)
	}
	const cursor = `"cursor":{"anchor":{"type":null,"tname":"default","item":{"client":7,"clock":3},"assoc":-1},"head":{"type":null,"tname":"default","item":null,"assoc":0}}}`
	if got := told[0].state; got[len(got)-len(cursor):] != cursor {
		t.Errorf("the caret came as %s", got)
	}
}

func TestNobodyShowsOrHidesAnother(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	a, b, watcher := p.dial(newAccount()), p.dial(newAccount()), p.dial(newAccount())
	for _, c := range []*client{a, b, watcher} {
		c.join(id, nil)
	}
	a.send(awarenessMessage(id, entry{7, 1, `{}`}))
	watcher.nextAwareness()
	b.send(awarenessMessage(id, entry{7, 9, `null`}))
	b.send(awarenessMessage(id, entry{7, 10, `{}`}, entry{8, 1, `{}`}, entry{9, 1, `{"cursor":{"anchor":{"tname":"other"},"head":{}}}`}))
	if told := watcher.nextAwareness(); len(told) != 1 || told[0].client != 8 || userIn(t, told[0])["name"] != actorCalled(b.account).Name {
		t.Errorf("told %v", told)
	}
	b.send(about(id, 3))
	if told := b.nextAwareness(); len(told) != 1 || told[0].client != 7 || userIn(t, told[0])["name"] != actorCalled(a.account).Name {
		t.Errorf("asked, told %v", told)
	}
}

func TestWhoLeavesIsTakenOutOfSightAndSeenAgainAtOnce(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	watcher, account := p.dial(newAccount()), newAccount()
	watcher.join(id, nil)
	clock := uint64(0)
	for range 3 {
		c := p.dial(account)
		c.join(id, nil)
		c.send(awarenessMessage(id, entry{7, 5, `{}`})) // the provider goes on with its clock
		came := watcher.nextAwareness()[0]
		if came.client != 7 || came.state == "null" || came.clock <= clock {
			t.Fatalf("came as %v, before was clock %d", came, clock)
		}
		c.conn.CloseNow()
		left := watcher.nextAwareness()[0]
		if left != (entry{7, came.clock, "null"}) {
			t.Fatalf("left as %v, came as %v", left, came)
		}
		clock = left.clock
	}
}

func TestProvidersSeeWhoIsThere(t *testing.T) {
	p := open(t, collab.Limits{})
	g := p.gather()
	id := p.document()
	a, b := g.open("a", id), g.open("b", id)
	g.settle("a", "b")
	do[any](g, "type", fields{"person": "a", "text": "Vi"})
	do[any](g, "alike", fields{"persons": []string{"a", "b"}})
	do[any](g, "show", fields{"person": "a", "field": "user", "value": map[string]string{"name": "En annen"}})
	do[any](g, "point", fields{"person": "a"})
	seen := func(person string) []state { return g.see(person).Others }
	eventually(t, "b sees the caret of a", func() bool { s := seen("b"); return len(s) == 1 && s[0].Cursor != nil })
	if user, actor := seen("b")[0].User, actorCalled(a); user["name"] != actor.Name || user["organisation"] != actor.OrganisationName {
		t.Errorf("b sees %v", user)
	}
	if own := g.see("a").Own; own.User["name"] != "En annen" || own.Cursor == nil {
		t.Errorf("the server has changed what a says of itself: %v", own)
	}
	eventually(t, "a sees b", func() bool { s := seen("a"); return len(s) == 1 && s[0].User["name"] == actorCalled(b).Name })

	do[any](g, "offline", fields{"person": "a"})
	eventually(t, "b sees nobody", func() bool { return len(seen("b")) == 0 })
	do[any](g, "online", fields{"person": "a"})
	eventually(t, "b sees a again", func() bool { return len(seen("b")) == 1 })
	do[any](g, "hide", fields{"person": "a"})
	eventually(t, "a is out of sight", func() bool { return len(seen("b")) == 0 })
}
