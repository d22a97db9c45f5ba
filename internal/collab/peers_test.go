package collab_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"samsvar/internal/collab"
	"samsvar/internal/postgres"
)

var _ collab.Relay = (*postgres.Relay)(nil)

func TestWhatIsWrittenAtOneProcessIsSeenAtTheOther(t *testing.T) {
	one := open(t, collab.Limits{})
	two := one.beside(collab.Limits{})
	id := one.document()
	here, there := one.dial(newAccount()), two.dial(newAccount())
	here.join(id, nothing)
	there.join(id, nothing)
	hands := map[*client]*typist{here: newTypist(7), there: newTypist(8)}
	var took []time.Duration
	for n := range 40 {
		from, to := here, there
		if n%2 == 1 {
			from, to = there, here
		}
		update := hands[from].types(fmt.Sprint("ord", n, " "))
		from.send(syncMessage(id, 2, update))
		began := time.Now()
		if got := to.nextSync(2); string(got) != string(update) {
			t.Fatalf("edit %d: the other got %x, sent was %x", n, got, update)
		}
		took = append(took, time.Since(began))
		if saved, reason := from.status(); !saved {
			t.Fatal("refused:", reason)
		}
	}
	slices.Sort(took)
	t.Logf("an edit crosses in %v at the median, %v at most", took[len(took)/2], took[len(took)-1])
	if median := took[len(took)/2]; median > 100*time.Millisecond {
		t.Errorf("an edit crosses in %v at the median", median)
	}
}

// Both write without waiting for each other: every commit of one makes the other's next come too late once.
func TestTwoProcessesCommitToOneTextAtOnce(t *testing.T) {
	one := open(t, unhurried)
	two := one.beside(unhurried)
	id := one.document()
	var writers sync.WaitGroup
	const people, words = 6, 60
	for n := range people {
		p := []*place{one, two}[n%2]
		c := p.dial(newAccount())
		c.join(id, nothing)
		writers.Go(func() {
			hand := newTypist(uint64(100 + n))
			for w := range words {
				c.write(syncMessage(id, 2, hand.types(fmt.Sprintf("w%dn%d;", n, w))))
			}
			for range words {
				if saved, reason := c.status(); !saved {
					t.Errorf("refused: %s", reason)
				}
			}
		})
	}
	writers.Wait()
	found := wordPattern.FindAllString(one.stored(id), -1)
	slices.Sort(found)
	if all := len(found); all != people*words || len(slices.Compact(found)) != all {
		t.Errorf("%d words are stored, %d of them different, of %d", all, len(slices.Compact(found)), people*words)
	}
	for _, p := range []*place{one, two} { // what the other has committed last is heard a moment later
		eventually(t, "who comes is given every word", func() bool {
			late := p.dial(newAccount())
			late.send(authMessage(id))
			late.send(syncMessage(id, 0, []byte{0}))
			return len(wordPattern.FindAllString(string(late.nextSync(1)), -1)) == people*words
		})
	}
	if one.hub.Stats().CaughtUp == 0 || two.hub.Stats().CaughtUp == 0 {
		t.Error("neither had to catch up: nothing was tested")
	}
}

// A word between processes may be lost; the log has it.
func TestWhatTheOtherProcessDidNotTellIsFound(t *testing.T) {
	p := open(t, collab.Limits{CatchUp: 50 * time.Millisecond})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	update := newTypist(7).types("usagt")
	p.put(id, update)
	if got := c.nextSync(2); string(got) != string(update) {
		t.Errorf("got %x", got)
	}
}

func TestWhoIsAtAnotherProcessIsSeenAndForgotten(t *testing.T) {
	one := open(t, collab.Limits{})
	two := one.beside(collab.Limits{})
	id := one.document()
	here, there := one.dial(newAccount()), two.dial(newAccount())
	here.join(id, nothing)
	here.send(awarenessMessage(id, entry{7, 1, "{}"}))
	there.join(id, nothing) // later: it must ask who is here
	there.send(awarenessMessage(id, entry{8, 1, "{}"}))
	isOf := func(number uint64, state string) func(heard) bool {
		return func(h heard) bool {
			if h.kind != isAwareness {
				return false
			}
			for _, e := range entriesOf(h.bytes) {
				if e.client == number && strings.Contains(e.state, state) {
					return true
				}
			}
			return false
		}
	}
	there.next("sight of the first", isOf(7, "Koordinator "+string(here.account[:4])))
	here.next("sight of the second", isOf(8, "Koordinator "+string(there.account[:4])))
	for _, p := range []*place{one, two} {
		eventually(t, "both are present", func() bool { return len(p.hub.Presence(id)[id]) == 2 })
	}
	there.conn.CloseNow()
	here.next("leave of the second", isOf(8, "null"))
	eventually(t, "one is present", func() bool { return len(one.hub.Presence(id)[id]) == 1 && len(two.hub.Presence(id)[id]) == 1 })
}

func TestAFreezeAtOneProcessIsToldAtTheOther(t *testing.T) {
	one := open(t, collab.Limits{})
	two := one.beside(collab.Limits{})
	id := one.document()
	c := two.dial(newAccount())
	c.join(id, nothing)
	began := time.Now()
	one.freeze(id, true)
	c.next("word of the freeze", func(h heard) bool { return h.kind == isStateless && h.told()["reason"] == "frozen" })
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("told after %v", took)
	}
	one.freeze(id, false)
	c.next("word of the reopening", func(h heard) bool { return h.kind == isStateless && h.told()["access"] == "write" })
}

// Two accounts, at two processes, claim one Yjs client number for different text: whoever commits first has it.
func TestAClientNumberCannotBeTakenAtAnotherProcess(t *testing.T) {
	one := open(t, collab.Limits{})
	two := one.beside(collab.Limits{})
	id := one.document()
	owner, thief := one.dial(newAccount()), two.dial(newAccount())
	owner.join(id, nothing)
	thief.join(id, nothing)
	release := one.hold(id)
	owner.send(syncMessage(id, 2, newTypist(7).types("ekte")))
	eventually(t, "an append that waits", one.waiting)
	thief.send(syncMessage(id, 2, newTypist(7).types("falsk")))
	time.Sleep(50 * time.Millisecond)
	release()
	first, _ := owner.status()
	second, _ := thief.status()
	if first == second {
		t.Errorf("the one was saved: %v, the other: %v", first, second)
	}
	if text := one.stored(id); text != "ekte" && text != "falsk" {
		t.Errorf("stored is %q", text)
	}
	again := two.dial(newAccount())
	again.join(id, nothing)
}

// What somebody is about to type at another process is as much theirs as here.
func TestNobodyReachesForWhatIsTypedAtAnotherProcess(t *testing.T) {
	one := open(t, collab.Limits{CatchUp: time.Hour})
	two := one.beside(collab.Limits{CatchUp: time.Hour})
	id := one.document()
	owner, thief := one.dial(newAccount()), two.dial(newAccount())
	owner.join(id, nothing)
	thief.join(id, nothing)
	owner.send(awarenessMessage(id, entry{7, 1, "{}"}))
	eventually(t, "the owner is seen", func() bool { return len(two.hub.Presence(id)[id]) == 1 })
	hand := newTypist(7)
	for range 2 {
		owner.send(syncMessage(id, 2, hand.types("ekte ")))
		owner.nextStatus()
		for what, update := range map[string][]byte{"a deletion": hand.deletes(hand.clock, 1), "a letter": hand.beyond(1)} {
			thief.send(syncMessage(id, 1, update))
			if saved, reason := thief.status(); saved || reason != "invalid" {
				t.Errorf("%s: saved %v, %q", what, saved, reason)
			}
		}
	}
	owner.send(syncMessage(id, 2, hand.types("tekst")))
	if saved, reason := owner.status(); !saved || one.stored(id) != "ekte ekte tekst" {
		t.Errorf("saved %v, %q: %q", saved, reason, one.stored(id))
	}
}

// Whoever has a text open that was thrown away opens it anew, and cannot bring it back.
func TestATextThatWasThrownAwayIsOpenedAnew(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	hand := newTypist(7)
	c.types(id, hand, 3)
	p.exec("update document set head = 0, locked = true where id = $1", id)
	p.exec("delete from document_update where document_id = $1", id)
	p.allowAll(id, collab.AccessFrozen)
	must(t, postgres.NewRelay(p.pool, slog.Default()).Tell(t.Context(), collab.Discarded(id)))
	c.next("end of the stay", func(h heard) bool { return h.kind == isClose })
	late := p.dial(newAccount())
	late.send(authMessage(id))
	late.send(syncMessage(id, 0, []byte{0}))
	if got := string(late.nextSync(1)); strings.Contains(got, "ord") {
		t.Errorf("what was thrown away is given: %q", got)
	}
}
