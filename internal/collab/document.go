package collab

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"samsvar/internal/portal"
	"samsvar/internal/yjs"
)

// Why something is refused or closed, in words that the page knows.
const (
	reasonFrozen      = "frozen"
	reasonDenied      = "denied"
	reasonTooLarge    = "too_large"
	reasonInvalid     = "invalid"
	reasonStorage     = "storage"
	reasonUnavailable = "unavailable"
	reasonLogin       = "login_expired"
	reasonActing      = "acting_changed"
	reasonOutdated    = "outdated"
)

const (
	inboxSize = 256
	// A turn handles at most so much before it commits.
	turnMessages = 512
	turnBytes    = 4 << 20
)

// document is an open text. One goroutine owns it: it takes what has come while
// the last commit was under way, commits that as one, and only then tells.
type document struct {
	hub     *Hub
	id      portal.DocumentID
	inbox   chan message
	due     due           // what has been heard of it meanwhile
	retired chan struct{} // closed when the text is not served any more
	gone    chan struct{} // closed when nobody reads the inbox any more
	refs    int           // sessions, and those on their way in; guarded by hub.mu
	people  atomic.Pointer[[]Person]

	// What follows is the goroutine's own.
	store    *yjs.Store // all that is committed, and between commits what is in batch
	seen     int64      // the place up to which the store has what is committed
	loose    int        // edits since the last snapshot was asked for
	size     int        // of the store's snapshot, or more
	exact    bool       // size is that of the snapshot, and nothing has come since
	batch    []entry
	sessions map[*session]struct{}
	owners   map[uint64]portal.AccountID // of Yjs clients that have written here
	shown    map[uint64]*appearance      // awareness, by Yjs client
	moved    map[uint64]struct{}         // those of them that the others are to be told of
	told     uint64                      // the highest clock that they have been told, so that none comes twice
	closed   string                      // why the text is not served any more
	empty    bool                        // the last session has left

	savedFrame, refusedFrame []byte
}

type messageKind int

const (
	joining messageKind = iota
	leaving
	asking    // step 1
	offering  // step 2
	editing   // update
	oversized // an edit that was too long to be read
	showing   // awareness
	looking   // awareness query
	judged    // what somebody may do has been looked up
)

type message struct {
	session *session
	kind    messageKind
	payload []byte
	at      time.Time

	// Of joining and judged: what the Gate said, and the count of hub.rights before it was asked.
	access Access
	rights uint64
	actor  portal.Actor // of judged
	err    error
}

func newDocument(h *Hub, id portal.DocumentID) *document {
	return &document{
		hub: h, id: id,
		inbox: make(chan message, inboxSize), due: due{wake: make(chan struct{}, 1), accounts: make(map[portal.AccountID]bool)},
		retired: make(chan struct{}), gone: make(chan struct{}),
		sessions: make(map[*session]struct{}), owners: make(map[uint64]portal.AccountID), shown: make(map[uint64]*appearance), moved: make(map[uint64]struct{}),
		savedFrame: statusFrame(id, true), refusedFrame: statusFrame(id, false),
	}
}

func (d *document) run() {
	defer close(d.gone)
	closing := d.hub.closed
	d.guard(d.open)
	for !d.empty {
		select {
		case m := <-d.inbox:
			d.guard(func() { d.turn(m) })
		case <-d.due.wake:
			d.guard(d.attend)
		case <-closing:
			closing = nil
			d.guard(d.finish)
		}
	}
}

// wait returns when nothing more will be taken, and all that was has been answered.
func (d *document) wait() {
	select {
	case <-d.retired:
	case <-d.gone:
	}
}

// guard keeps a fault in one text from ending the program.
func (d *document) guard(step func()) {
	defer func() {
		if fault := recover(); fault != nil {
			d.hub.logger.Error("live document broke", "document", d.id, "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
			d.batch = nil
			d.shut(reasonUnavailable)
		}
	}()
	step()
}

func (d *document) open() {
	if err := d.load(); err != nil {
		d.hub.stats.failures.Add(1)
		d.hub.logger.Error("live document not loaded", "document", d.id, "error", err)
		d.shut(reasonUnavailable)
	}
}

// load makes the store anew from what is committed. On error it is as it was.
func (d *document) load() error {
	ctx, cancel := context.WithTimeout(d.hub.ctx, d.hub.limits.Storage)
	defer cancel()
	stored, err := d.hub.log.Load(ctx, d.id, 0)
	if err != nil {
		return err
	}
	store, err := storeOf(stored)
	if err != nil {
		return err
	}
	d.store, d.seen, d.loose = store, stored.Head, 0
	d.size, d.exact = len(store.Snapshot()), true
	d.loosened(len(stored.Updates))
	return nil
}

func storeOf(stored portal.StoredText) (*yjs.Store, error) {
	store := yjs.NewStore()
	for i, update := range stored.All() {
		if err := store.Apply(update); err != nil {
			return nil, fmt.Errorf("stored update %d of %d: %w", i+1, len(stored.All()), err)
		}
	}
	return store, nil
}

// turn handles a message and those that have come meanwhile, and commits.
func (d *document) turn(m message) {
	size := 0
	for n, more := 1, true; more; n++ {
		d.handle(m)
		if size += len(m.payload); n == turnMessages || size >= turnBytes {
			break
		}
		m, more = d.next()
	}
	d.commit()
	d.spreadMoved()
}

// next is a message that has come already.
func (d *document) next() (m message, ok bool) {
	select {
	case m = <-d.inbox:
		return m, true
	default:
		return m, false
	}
}

func (d *document) handle(m message) {
	s := m.session
	switch {
	case m.kind == joining:
		d.join(m)
	case s.ended.Load():
		// Sent before the client knew; what it holds goes with its next greeting.
	case m.kind == leaving:
		d.end(s)
	case m.kind == asking:
		d.answer(s, m.payload)
	case m.kind == offering, m.kind == editing, m.kind == oversized:
		d.edit(m)
	case m.kind == showing:
		d.show(s, m.payload)
	case m.kind == judged:
		d.commit() // what came before was judged by what was known then
		d.judge(m)
	case m.kind == looking:
		d.introduce(s)
	}
}

func (d *document) join(m message) {
	s := m.session
	d.sessions[s] = struct{}{}
	if d.closed != "" {
		d.dismiss(s, d.closed)
		return
	}
	s.access, s.judged = m.access, m.rights
	if m.rights != d.hub.rights.Load() {
		d.askAbout([]*session{s})
	}
	d.tellAccess(s)
	scope := "readonly"
	if s.access.writes() {
		scope = "read-write"
	}
	s.socket.send(authenticatedFrame(d.id, scope))
}

// answer gives what the client lacks, and asks what it has that is not here.
// Only what is committed goes into either.
func (d *document) answer(s *session, stateVector []byte) {
	d.commit()
	if s.ended.Load() {
		return
	}
	if len(stateVector) > d.hub.limits.StateVectorBytes {
		d.dismiss(s, reasonTooLarge)
		return
	}
	// With what leans on something that has not come: the others have been sent
	// that already, and it is not sent again when it comes.
	lacks, err := d.store.Diff(stateVector)
	if err != nil {
		d.dismiss(s, reasonInvalid)
		return
	}
	s.socket.send(syncFrame(d.id, step2, lacks))
	d.ask(s)
}

// ask says what is here and asks for the rest. A state vector leaves only when
// all that is in it is committed.
func (d *document) ask(s *session) {
	d.commit()
	if s.ended.Load() {
		return
	}
	s.asked, s.lacking = d.hub.now(), false
	s.socket.send(syncFrame(d.id, step1, d.store.StateVector()))
}

// refresh looks up what those here may do whose rights may have changed.
func (d *document) refresh(whose func(portal.AccountID) bool) {
	var sessions []*session
	for s := range d.sessions {
		if whose(s.actor.Account) {
			sessions = append(sessions, s)
		}
	}
	d.askAbout(sessions)
}

// shut ends the text for everybody; who comes next opens it anew, from what is
// committed. What was not is thrown away with this.
func (d *document) shut(reason string) {
	if d.closed == "" {
		d.closed = reason
		d.hub.remove(d)
		close(d.retired)
	}
	for s := range d.sessions {
		d.dismiss(s, reason)
	}
}

// finish is the last turn of a hub that is closing: what has come is committed.
func (d *document) finish() {
	for m, more := d.next(); more; m, more = d.next() {
		d.handle(m)
	}
	d.commit()
	d.shut(reasonUnavailable)
}

// told is a stateless message to the page.
type told struct {
	Type   string `json:"type"`
	Access string `json:"access,omitempty"`
	Reason string `json:"reason,omitempty"`
}

func (d *document) tell(s *session, t told) {
	payload, err := json.Marshal(t)
	if err != nil {
		panic(err) // three strings
	}
	s.socket.send(statelessFrame(d.id, payload))
}

// publish lets the pages know who writes here.
func (d *document) publish() {
	var people []Person
	for _, a := range d.shown {
		if a.session.access.writes() {
			people = append(people, a.session.person())
		}
	}
	d.people.Store(&people)
}
