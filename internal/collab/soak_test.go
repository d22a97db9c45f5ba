package collab_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"samsvar/internal/collab"
	"samsvar/internal/portal"
)

var stays = flag.Int("collab.stays", 500, "how many times somebody comes, writes and leaves")

// Nothing stays behind of those who have left: not in memory, not as a goroutine, not as an open text.
func TestMemoryIsFlatOverComingAndLeaving(t *testing.T) {
	p := open(t, collab.Limits{CompactAfter: 1 << 30})
	texts := make([]portal.DocumentID, 50)
	for i := range texts {
		texts[i] = p.document()
	}
	hand := 0
	come := func() {
		hand++
		c, err := dial(t, p.web.URL, p.web.URL, newAccount())
		if hand%10 == 0 && err == nil {
			c.hangUp()
			var line *requests
			line, err = openRequests(p.web.URL, newAccount())
			c = newClient(t, line.account, line)
		}
		must(t, err)
		for range 1 + rand.IntN(3) {
			id := texts[rand.IntN(len(texts))]
			c.join(id, nothing)
			c.send(awarenessMessage(id, entry{uint64(hand), 1, "{}"}))
		}
		if id := texts[0]; hand%20 == 0 {
			c.join(id, nothing)
			c.send(syncMessage(id, 2, newTypist(uint64(hand)).types(fmt.Sprint(hand))))
			c.nextStatus()
		}
		c.hangUp()
	}
	settled := func() (heap uint64, goroutines int) {
		eventually(t, "nobody is there", func() bool { s := p.hub.Stats(); return s.Connections == 0 && s.Documents == 0 })
		time.Sleep(1500 * time.Millisecond) // for the names of lines to be forgotten
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, runtime.NumGoroutine()
	}
	for range *stays / 10 {
		come()
	}
	heapBefore, before := settled()
	for range *stays {
		come()
	}
	heapAfter, after := settled()
	grown := (float64(heapAfter) - float64(heapBefore)) / float64(*stays)
	t.Logf("over %d stays: heap %d kB, then %d kB: %.0f bytes a stay; goroutines %d, then %d", *stays, heapBefore>>10, heapAfter>>10, grown, before, after)
	const noise = 512 << 10 // of a heap that others have used too
	if grown*float64(*stays) > noise+50*float64(*stays) || after > before+10 {
		t.Error("something stays behind")
	}
}
