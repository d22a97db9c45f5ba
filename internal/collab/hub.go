// Package collab lets several people write one text at once. It speaks the
// protocol of HocuspocusProvider 4.8 over one WebSocket for each browser tab,
// many documents on each.
//
// # What is promised
//
// An edit that is acknowledged (SyncStatus true) has been committed, and is
// found in the text after a kill -9 of this program, of PostgreSQL, of both.
//
// More is true, and it is why the rest is simple: nothing that is not committed
// ever leaves the server. An edit is shown to the others, counted in a state
// vector and given to those who come, after its COMMIT and not before.
//
//   - A state vector claims only what is committed. Were it to claim what is
//     held in memory alone, a client that comes back would leave that out of
//     its answer, the answer would be acknowledged, and the page would believe
//     saved what a crash then takes. The second sync step is acknowledged like
//     any edit, after a commit that follows everything it could lean on.
//   - When a commit fails or the text is frozen, nobody else has seen what was
//     refused. There is nothing to take back from other people's screens, so an
//     open editor never shows a text that differs from the one that is signed,
//     but for what its own user has typed and is told is not saved.
//   - Acknowledgements go out in the order in which a client sent what they
//     answer: the page counts on it.
//
// The price is that others see a keystroke one commit later, about a
// millisecond; and that while the database stands still, so does the text.
//
// # How
//
// One goroutine owns an open text (document.go). It takes what has come while
// the last commit was under way, checks it against all that is committed
// (edit.go), commits it as one, shows it, acknowledges it. Other processes may
// serve the same text: a commit comes after all of theirs or not at all, and
// theirs are taken in as they come (attend.go, peers.go). A long log is made
// into a snapshot aside, when a second decoder reads the same text from it
// (compact.go). Frames come over a WebSocket or, where none gets through, over
// plain requests (line.go, requests.go).
//
// What is refused is answered with SyncStatus false and a stateless message
// {"type":"refused","reason":...}: frozen, denied, too_large, invalid, storage.
// What somebody may do is told by {"type":"access","access":"read|write|none",
// "reason":...} whenever they join and whenever it changes.
package collab

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"samsvar/internal/portal"
)

// Access is what somebody may do with a document, and why it is not more.
type Access string

const (
	AccessNone      Access = "none"      // not theirs, or no such document: the two are never told apart
	AccessRead      Access = "read"      // may follow, by role
	AccessFrozen    Access = "frozen"    // may follow; nobody may write while the text is held for approval
	AccessSubmitted Access = "submitted" // may follow; the answer has been sent
	AccessWrite     Access = "write"
)

func (a Access) reads() bool  { return a != AccessNone && a != "" }
func (a Access) writes() bool { return a == AccessWrite }

// refusal is why somebody may not write.
func (a Access) refusal() string {
	switch a {
	case AccessWrite:
		return ""
	case AccessFrozen:
		return reasonFrozen
	}
	return reasonDenied
}

// told gives the words in which the page is told.
func (a Access) told() (access, reason string) {
	switch a {
	case AccessWrite:
		return "write", ""
	case AccessRead:
		return "read", "role"
	case AccessFrozen, AccessSubmitted:
		return "read", string(a)
	}
	return "none", reasonDenied
}

// Gate says what an actor may do with a document at this moment. What it does
// not know is AccessNone, not an error: an error means that it cannot tell.
type Gate interface {
	Access(ctx context.Context, actor portal.Actor, id portal.DocumentID) (Access, error)
}

// codeLocked is the code of Append's error for a document that is frozen.
const codeLocked = "document_locked"

// Log keeps documents.
type Log interface {
	// Load gives what is committed after a place, from 0 all of it: whole, or an error.
	Load(ctx context.Context, id portal.DocumentID, after int64) (portal.StoredText, error)
	// Append commits updates of one document right after a place, each sent by
	// the author in the same place, all or none. What others have committed
	// meanwhile is given to meanwhile first, and comes before. It returns nil
	// only after COMMIT, and an error with the code "document_locked" when the
	// document is frozen.
	Append(ctx context.Context, id portal.DocumentID, after int64, updates [][]byte, authors []portal.Actor,
		meanwhile func(portal.StoredText) error) error
	// Compact puts a checked snapshot in the place of all edits up to one.
	Compact(ctx context.Context, id portal.DocumentID, upto int64, snapshot []byte) error
	// Heads gives the place of the last edit of each document.
	Heads(ctx context.Context, ids []portal.DocumentID) (map[portal.DocumentID]int64, error)
}

// Person is somebody who has a document open.
type Person struct {
	Account          portal.AccountID
	Name             string
	Organisation     portal.OrganisationID
	OrganisationName string
}

// Options are what a Hub is made of. Log and Gate are required.
type Options struct {
	Log   Log
	Gate  Gate
	Relay Relay // to the other processes that serve the same documents; nil when there are none
	// Same is the second decoder: it reads updates and a snapshot that is to
	// take their place, and says in what they differ. Without it nothing is compacted.
	Same   func(ctx context.Context, updates [][]byte, snapshot []byte) error
	Logger *slog.Logger
	Limits Limits // zero fields become the defaults
	Now    func() time.Time
	// Pages is the build of the pages that this program serves. A page that says it is another is not let in.
	Pages string
	// Acknowledged is told of every saved edit how long it took from its
	// arrival to its acknowledgement. It must be quick and safe for concurrent use.
	Acknowledged func(time.Duration)
}

// Hub holds the open documents and the connections to them.
type Hub struct {
	log          Log
	gate         Gate
	peers        *peers
	visitors     visitors
	lines        lines
	same         func(ctx context.Context, updates [][]byte, snapshot []byte) error
	long         chan portal.DocumentID // texts with a long log, to be compacted
	logger       *slog.Logger
	limits       Limits
	now          func() time.Time
	pages        string
	acknowledged func(time.Duration)

	ctx    context.Context // ends when the hub has closed
	cancel context.CancelFunc
	closed chan struct{} // closed when closing begins
	tasks  sync.WaitGroup

	// rights counts how often rights may have changed.
	rights atomic.Uint64
	stats  counters

	mu        sync.Mutex
	closing   bool
	documents map[portal.DocumentID]*document
	sockets   map[*socket]struct{}
	accounts  map[portal.AccountID]int // their sockets
}

// New makes a hub. It runs until Close.
func New(o Options) *Hub {
	h := &Hub{
		log: o.Log, gate: o.Gate, same: o.Same, long: make(chan portal.DocumentID, 64), logger: o.Logger, limits: o.Limits.withDefaults(), now: o.Now, pages: o.Pages, acknowledged: o.Acknowledged,
		closed: make(chan struct{}), visitors: visitors{in: make(map[portal.DocumentID]map[uint64]*visitor)}, lines: lines{open: make(map[string]*requestLine)},
		documents: make(map[portal.DocumentID]*document),
		sockets:   make(map[*socket]struct{}),
		accounts:  make(map[portal.AccountID]int),
	}
	if h.logger == nil {
		h.logger = slog.Default()
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.acknowledged == nil {
		h.acknowledged = func(time.Duration) {}
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.tasks.Go(h.recheckNowAndThen)
	h.tasks.Go(h.feelPulses)
	h.tasks.Go(h.tidyAfterCrowds)
	h.tasks.Go(h.compactLongOnes)
	h.peers = h.meet(o.Relay)
	return h
}

// Refresh asks again, soon and without waiting for it, what everybody who has
// one of the documents open may do. Call it after the commit that changed
// rights to them. Whoever is no longer logged in is let go too.
func (h *Hub) Refresh(ids ...portal.DocumentID) {
	for _, id := range ids {
		h.peers.tell(news{Document: id, Rights: true})
	}
	h.refresh(ids)
}

func (h *Hub) refresh(ids []portal.DocumentID) {
	h.rights.Add(1)
	for _, d := range h.opened(ids...) {
		d.hear(news{Rights: true})
	}
}

// opened gives those of the documents that are open here.
func (h *Hub) opened(ids ...portal.DocumentID) (open []*document) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		if d := h.documents[id]; d != nil {
			open = append(open, d)
		}
	}
	return open
}

// allOpened gives the documents that are open here.
func (h *Hub) allOpened() []*document {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.documents))
}

// RefreshAccount asks again what one account may do, in all that it has open,
// and whether it is logged in still.
func (h *Hub) RefreshAccount(account portal.AccountID) {
	h.peers.tell(news{Account: account})
	h.refreshAll(news{Account: account})
}

func (h *Hub) refreshAll(n news) {
	h.rights.Add(1)
	for _, d := range h.allOpened() {
		d.hear(n)
	}
}

func (h *Hub) recheckNowAndThen() {
	tick := time.NewTicker(h.limits.Recheck)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.refreshAll(news{Rights: true})
		case <-h.closed:
			return
		}
	}
}

// feelPulses goes by every connection, again and again.
func (h *Hub) feelPulses() {
	tick := time.NewTicker(h.limits.Ping)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.mu.Lock()
			sockets := slices.Collect(maps.Keys(h.sockets))
			h.mu.Unlock()
			for _, s := range sockets {
				s.pulse()
			}
		case <-h.closed:
			return
		}
	}
}

// tidyAfterCrowds gives back what a crowd needed only to come in, all at once after a restart: what is alive is half of it,
// and the collector, which goes by how much is new, would come by in minutes.
func (h *Hub) tidyAfterCrowds() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var seen attendance
	for {
		select {
		case <-tick.C:
			h.mu.Lock()
			now := len(h.sockets)
			h.mu.Unlock()
			if seen.crowdIsIn(now) {
				debug.FreeOSMemory()
			}
		case <-h.closed:
			return
		}
	}
}

// attendance is how many connections there were: at the last look, and when it was last tidied or at the fewest since.
type attendance struct{ before, tidied int }

// crowdIsIn says, once for each, that a crowd has come and hardly anybody comes any more.
func (a *attendance) crowdIsIn(now int) bool {
	const crowd, trickle = 500, 10
	a.tidied = min(a.tidied, now)
	in := now-a.tidied >= crowd && now-a.before < trickle
	if in {
		a.tidied = now
	}
	a.before = now
	return in
}

// Presence says who shows themselves in the documents now and may write in
// them. Documents where nobody does are left out.
func (h *Hub) Presence(ids ...portal.DocumentID) map[portal.DocumentID][]Person {
	present := make(map[portal.DocumentID][]Person)
	for _, d := range h.opened(ids...) {
		if people := d.people.Load(); people != nil {
			present[d.id] = *people
		}
	}
	for _, id := range ids {
		people := slices.Clone(present[id])
		for _, v := range h.visitors.of(id) {
			if v.Writes {
				people = append(people, v.Person)
			}
		}
		slices.SortFunc(people, func(a, b Person) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.OrganisationName, b.OrganisationName), cmp.Compare(a.Account, b.Account))
		})
		if people = slices.Compact(people); len(people) > 0 {
			present[id] = people
		} else {
			delete(present, id)
		}
	}
	return present
}

// lastMoment is for those who wait for the database or a connection to hear that they need not.
const lastMoment = 500 * time.Millisecond

// Close takes no more edits, commits and acknowledges those that have come, and
// closes every connection as a restart (1012). It returns when all is done, or
// soon after ctx ends: then what is left is cut off, unacknowledged, and what
// does not notice within the moment that it is given is left behind.
func (h *Hub) Close(ctx context.Context) error {
	h.mu.Lock()
	if !h.closing {
		h.closing = true
		close(h.closed)
	}
	documents, sockets := slices.Collect(maps.Values(h.documents)), slices.Collect(maps.Keys(h.sockets))
	h.mu.Unlock()
	done := make(chan struct{})
	go func() {
		for _, d := range documents {
			d.wait()
		}
		for _, s := range sockets {
			s.finish(websocket.StatusServiceRestart, "restart")
		}
		h.tasks.Wait()
		h.peers.part()
		close(done)
	}()
	defer h.cancel()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		h.cancel()
		select {
		case <-done:
		case <-time.After(lastMoment):
		}
		return ctx.Err()
	}
}

// open gives the document, opening it when nobody has it open, and counts the
// caller in. It is nil when the hub is closing.
func (h *Hub) open(id portal.DocumentID) *document {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return nil
	}
	d := h.documents[id]
	if d == nil {
		d = newDocument(h, id)
		h.documents[id] = d
		h.tasks.Go(d.run)
	}
	d.refs++
	return d
}

// release counts somebody out, and says whether that was the last.
func (h *Hub) release(d *document) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	d.refs--
	if d.refs == 0 {
		h.removeLocked(d)
	}
	return d.refs == 0
}

// remove lets whoever comes next open the document anew.
func (h *Hub) remove(d *document) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.removeLocked(d)
}

func (h *Hub) removeLocked(d *document) {
	if h.documents[d.id] == d {
		delete(h.documents, d.id)
	}
}

// admit counts a connection in, or says with which status it is turned away.
func (h *Hub) admit(s *socket) int {
	account := s.actor().Account
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return http.StatusServiceUnavailable
	}
	if h.accounts[account] >= h.limits.SocketsPerAccount {
		return http.StatusTooManyRequests
	}
	h.accounts[account]++
	h.sockets[s] = struct{}{}
	h.tasks.Add(1)
	return 0
}

func (h *Hub) dismiss(s *socket, account portal.AccountID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sockets, s)
	if h.accounts[account]--; h.accounts[account] == 0 {
		delete(h.accounts, account)
	}
	h.tasks.Done()
}
