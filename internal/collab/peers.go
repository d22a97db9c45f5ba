package collab

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"samsvar/internal/portal"
)

// Relay carries messages between the processes that serve the same documents.
// One may be lost: what it tells of stands in the log, and is looked for there
// every Limits.CatchUp.
type Relay interface {
	// Tell gives all other processes a message of at most MaxRelayed bytes.
	Tell(ctx context.Context, message []byte) error
	// Listen hands on what other processes tell, until ctx ends; and nil whenever
	// it begins to hear them, since something may have been missed.
	Listen(ctx context.Context, hear func(message []byte))
}

// MaxRelayed is how long a message between processes may be.
const MaxRelayed = 7000

const (
	// breath is the least time between two messages of a process.
	breath = 10 * time.Millisecond
	// greeting is how often a process says again who is in its texts, and
	// forgetting after how long those are gone of whom nothing is heard.
	greeting   = 10 * time.Second
	forgetting = 35 * time.Second
)

// news is what a process tells the others of a document, or of all.
type news struct {
	Document portal.DocumentID `json:"document,omitempty"`
	Edited   int64             `json:"edited,omitempty"`  // edits up to this place are committed
	Rights   bool              `json:"rights,omitempty"`  // what people may do may have changed
	Anew     bool              `json:"anew,omitempty"`    // what was committed is not there any more
	Account  portal.AccountID  `json:"account,omitempty"` // what this one may do anywhere may have changed
	Ask      bool              `json:"ask,omitempty"`     // who is here?
	Here     bool              `json:"here,omitempty"`    // a process is
	Visitor  *visitor          `json:"visitor,omitempty"`
}

// peers are the other processes. What is to be told them waits while a message
// is under way, and what has been overtaken by then is left out. While no other
// is heard, nobody is told of edits and carets. A nil *peers tells nobody.
type peers struct {
	hub    *Hub
	relay  Relay
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	wake   chan struct{}
	heard  atomic.Int64 // when another was last heard, in Unix nanoseconds

	mu     sync.Mutex
	edited map[portal.DocumentID]int64
	people map[seat]news
	others map[news]struct{} // without visitors
}

// seat is where a Yjs client sits.
type seat struct {
	document portal.DocumentID
	client   uint64
}

func (h *Hub) meet(relay Relay) *peers {
	if relay == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &peers{hub: h, relay: relay, cancel: cancel, wake: make(chan struct{}, 1)}
	p.clear()
	p.tasks.Go(func() { relay.Listen(ctx, p.hear) })
	p.tasks.Go(func() { p.talk(ctx) })
	p.tasks.Go(func() { p.lookAround(ctx) })
	return p
}

// Discarded is what the processes are told, by a Relay, when what a document held was thrown away: whoever has it open
// opens it anew, from what is left.
func Discarded(id portal.DocumentID) []byte {
	line, err := json.Marshal(news{Document: id, Anew: true})
	if err != nil {
		panic(err) // an id
	}
	return line
}

// part tells what is left to tell and stops.
func (p *peers) part() {
	if p == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	p.flush(ctx)
	p.cancel()
	p.tasks.Wait()
}

func (p *peers) clear() {
	p.edited, p.people, p.others = make(map[portal.DocumentID]int64), make(map[seat]news), make(map[news]struct{})
}

// tell has the others told, soon and without waiting for it.
func (p *peers) tell(n news) {
	if p == nil || (n.Visitor != nil || n.Edited > 0) && p.alone() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case n.Visitor != nil:
		p.people[seat{n.Document, n.Visitor.Client}] = n
	case n.Edited > 0:
		p.edited[n.Document] = n.Edited
	default:
		p.others[n] = struct{}{}
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// alone says whether there seems to be no other process. One that begins asks who is here, and says from time to time that it is.
func (p *peers) alone() bool {
	return p.hub.now().Sub(time.Unix(0, p.heard.Load())) > forgetting
}

func (p *peers) talk(ctx context.Context) {
	for {
		select {
		case <-p.wake:
			p.flush(ctx)
			time.Sleep(breath)
		case <-ctx.Done():
			return
		}
	}
}

// flush tells what waits, in as few messages as hold it.
func (p *peers) flush(ctx context.Context) {
	p.mu.Lock()
	edited, people, others := p.edited, p.people, p.others
	p.clear()
	p.mu.Unlock()
	var out [][]byte
	add := func(n news) {
		line, err := json.Marshal(n)
		if err != nil || len(line) >= MaxRelayed {
			p.hub.logger.Warn("not told to other processes", "document", n.Document, "bytes", len(line), "error", err)
			return
		}
		if last := len(out) - 1; last >= 0 && len(out[last])+1+len(line) <= MaxRelayed {
			out[last] = append(append(out[last], '\n'), line...)
		} else {
			out = append(out, line)
		}
	}
	for n := range others {
		add(n)
	}
	for id, head := range edited {
		add(news{Document: id, Edited: head})
	}
	for _, n := range people {
		add(n)
	}
	for _, message := range out {
		if err := p.relay.Tell(ctx, message); err != nil && ctx.Err() == nil {
			p.hub.logger.Warn("other processes not told", "error", err)
		}
	}
}

// hear passes on what another process tells.
func (p *peers) hear(message []byte) {
	if message == nil {
		p.tell(news{Ask: true})
		p.hub.refreshAll(news{Rights: true})
		return
	}
	p.heard.Store(p.hub.now().UnixNano())
	for line := range bytes.SplitSeq(message, []byte{'\n'}) {
		var n news
		if err := json.Unmarshal(line, &n); err != nil {
			p.hub.logger.Warn("another process is not understood", "error", err)
			continue
		}
		switch {
		case n.Here:
		case n.Ask:
			p.tell(news{Here: true})
			p.presentAll()
		case n.Account != "":
			p.hub.refreshAll(n)
		case n.Rights:
			p.hub.refresh([]portal.DocumentID{n.Document})
		case n.Visitor == nil || p.hub.visitors.note(n.Document, n.Visitor, p.hub.now()):
			p.pass(n)
		}
	}
}

// pass hands news on to the document, if it is open here.
func (p *peers) pass(n news) {
	for _, d := range p.hub.opened(n.Document) {
		d.hear(n)
	}
}

// presentAll has the others told who is here.
func (p *peers) presentAll() {
	for _, d := range p.hub.allOpened() {
		d.hear(news{Ask: true})
	}
}

// lookAround finds out what was not heard of, and says again who is here.
func (p *peers) lookAround(ctx context.Context) {
	look, greet := time.NewTicker(p.hub.limits.CatchUp), time.NewTicker(greeting)
	defer look.Stop()
	defer greet.Stop()
	for {
		select {
		case <-look.C:
			p.look(ctx)
		case <-greet.C:
			p.tell(news{Here: true})
			p.presentAll()
			for _, gone := range p.hub.visitors.forget(p.hub.now().Add(-forgetting)) {
				p.pass(gone)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (p *peers) look(ctx context.Context) {
	open := p.hub.allOpened()
	if len(open) == 0 {
		return
	}
	ids := make([]portal.DocumentID, len(open))
	for i, d := range open {
		ids[i] = d.id
	}
	heads, err := p.hub.log.Heads(ctx, ids)
	if err != nil {
		return // whoever writes finds out, and is told
	}
	for _, d := range open {
		d.hear(news{Edited: heads[d.id]})
	}
}
