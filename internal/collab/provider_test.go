package collab_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"samsvar/internal/collab"
)

func TestProvidersAgreeWhateverHappensToTheirConnections(t *testing.T) {
	p := open(t, collab.Limits{})
	other := p.beside(collab.Limits{})
	g := p.gather()
	persons := []string{"a", "b", "c"}
	for seed := range scaled(200) {
		id := p.document()
		for i, person := range persons {
			at := []*place{p, other}[i*seed%2] // every other time one of them is at another process
			g.openWith(person, id, fields{"url": at.web.URL + "/collab", "origin": at.web.URL})
		}
		do[any](g, "wander", fields{"persons": persons, "seed": seed, "steps": 120})
		if total := g.settle(persons...); total.Refused > 0 {
			t.Errorf("seed %d: %d refused", seed, total.Refused)
		}
		g.open("late", id)
		g.settle("late")
		g.agree(id, "a", "b", "c", "late")
		for _, person := range append(persons, "late") {
			do[any](g, "close", fields{"person": person})
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func TestEveryMessageOfAProviderIsAnsweredOnce(t *testing.T) {
	p := open(t, collab.Limits{})
	g := p.gather()
	id := p.document()
	g.open("a", id)
	g.settle("a")
	for i := range 50 {
		do[any](g, "type", fields{"person": "a", "text": fmt.Sprint(i)})
	}
	if l := g.settle("a"); l.Sent != 51 || l.Answered != 51 || l.Refused != 0 {
		t.Errorf("%+v: want one second step and 50 edits, each answered", l)
	}
}

func TestWhatWasWrittenOfflineComesIn(t *testing.T) {
	p := open(t, collab.Limits{})
	g := p.gather()
	id := p.document()
	g.open("a", id)
	g.open("b", id)
	g.settle("a", "b")
	do[any](g, "offline", fields{"person": "a"})
	do[any](g, "type", fields{"person": "a", "text": "på toget"})
	do[any](g, "type", fields{"person": "b", "text": "på kontoret"})
	g.settle("b")
	if text := p.stored(id); strings.Contains(text, "toget") {
		t.Fatal("a was not offline")
	}
	do[any](g, "online", fields{"person": "a"})
	g.settle("a")
	g.agree(id, "a", "b")
	for _, text := range []string{"på toget", "på kontoret"} {
		if strings.Count(p.stored(id), text) != 1 {
			t.Errorf("%q is not stored once: %q", text, p.stored(id))
		}
	}
}

func TestAProviderFollowsWhatItMayDo(t *testing.T) {
	p := open(t, collab.Limits{})
	g := p.gather()
	id := p.document()
	account := g.open("a", id)
	g.open("b", id)
	g.settle("a", "b")
	wasTold := func(access, reason string) func() bool {
		return func() bool {
			told := g.see("a").Told
			last := told[len(told)-1]
			return last["access"] == access && last["reason"] == reason
		}
	}
	p.freeze(id, true)
	eventually(t, "a knows that the text is frozen", wasTold("read", "frozen"))
	do[any](g, "type", fields{"person": "a", "text": "for sent"})
	if l := g.settle("a"); l.Refused != 1 {
		t.Errorf("%+v: want one refusal", l)
	}
	if text := g.see("b").Text; text != "" {
		t.Errorf("b sees %q in a frozen text", text)
	}
	p.freeze(id, false)
	do[any](g, "alike", fields{"persons": []string{"a", "b"}})
	g.settle("a")
	g.agree(id, "a", "b")
	if text := p.stored(id); text != "for sent" {
		t.Errorf("opened again, the text is %q", text)
	}
	p.allow(account, collab.AccessNone)
	p.hub.Refresh(id)
	eventually(t, "a is denied", func() bool { return g.see("a").Failure == "denied" })
}

func TestAProviderThatHearsNothingElseStaysConnected(t *testing.T) {
	p := open(t, collab.Limits{Ping: 100 * time.Millisecond})
	g := p.gather()
	g.openWith("a", p.document(), fields{"patience": 1000})
	g.settle("a")
	do[any](g, "hide", fields{"person": "a"})
	time.Sleep(2500 * time.Millisecond)
	if n := g.see("a").Connections; n != 1 {
		t.Errorf("connected %d times", n)
	}
}
