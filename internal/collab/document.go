package collab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
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
)

const (
	inboxSize = 256
	// A turn handles at most so much before it commits.
	turnMessages = 512
	turnBytes    = 4 << 20
	// askAgain is the least time between two questions to one client for what it has not sent.
	askAgain = 5 * time.Second
)

// document is an open text. One goroutine owns it: it takes what has come while
// the last commit was under way, commits that as one, and only then tells.
type document struct {
	hub     *Hub
	id      portal.DocumentID
	inbox   chan message
	poke    chan struct{} // rights may have changed
	retired chan struct{} // closed when the text is not served any more
	gone    chan struct{} // closed when nobody reads the inbox any more
	refs    int           // sessions, and those on their way in; guarded by hub.mu
	people  atomic.Pointer[[]Person]

	// What follows is the goroutine's own.
	store    *yjs.Store // all that is committed, and between commits what is in batch
	size     int        // of the store's snapshot, or more
	batch    []entry
	sessions map[*session]struct{}
	owners   map[uint64]portal.AccountID // of Yjs clients that have written here
	shown    map[uint64]*appearance      // awareness, by Yjs client
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
)

type message struct {
	session *session
	kind    messageKind
	payload []byte
	at      time.Time

	// Of joining: what the Gate said, and the count of hub.rights before it was asked.
	access Access
	rights uint64
}

// session is one connection's stay in one document.
type session struct {
	socket   *socket
	document *document
	ended    atomic.Bool

	// What follows is the document's own.
	actor   portal.Actor
	access  Access
	asked   time.Time // when it was last asked what it has
	lacking bool      // it leans on something that has not come
	met     bool      // it has been told who else is here
}

// entry is an edit that waits for its answer. Bytes are nil when there is nothing to commit.
type entry struct {
	session *session
	bytes   []byte
	refusal string
	at      time.Time
}

func newDocument(h *Hub, id portal.DocumentID) *document {
	return &document{
		hub: h, id: id,
		inbox: make(chan message, inboxSize), poke: make(chan struct{}, 1),
		retired: make(chan struct{}), gone: make(chan struct{}),
		sessions: make(map[*session]struct{}), owners: make(map[uint64]portal.AccountID), shown: make(map[uint64]*appearance),
		savedFrame: statusFrame(id, true), refusedFrame: statusFrame(id, false),
	}
}

// recheck has the rights of everybody here looked up again, soon.
func (d *document) recheck() {
	select {
	case d.poke <- struct{}{}:
	default: // already to be done
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
		case <-d.poke:
			d.guard(d.refresh)
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
	snapshot, updates, err := d.hub.log.Load(ctx, d.id)
	if err != nil {
		return err
	}
	if snapshot != nil {
		updates = append([][]byte{snapshot}, updates...)
	}
	store := yjs.NewStore()
	for i, update := range updates {
		if err := store.Apply(update); err != nil {
			return fmt.Errorf("stored update %d of %d: %w", i+1, len(updates), err)
		}
	}
	d.store, d.size = store, len(store.Snapshot())
	return nil
}

// turn handles a message and those that have come meanwhile, and commits.
func (d *document) turn(m message) {
	size := 0
	for n := 1; ; n++ {
		d.handle(m)
		if size += len(m.payload); n == turnMessages || size >= turnBytes {
			break
		}
		select {
		case m = <-d.inbox:
			continue
		default:
		}
		break
	}
	d.commit()
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
	s.access = m.access
	if m.rights != d.hub.rights.Load() && !d.recheckSession(s) {
		return
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
	lacks, err := d.store.Diff(stateVector)
	if err != nil {
		d.dismiss(s, reasonInvalid)
		return
	}
	if d.store.HasPending() {
		// A difference is without what leans on something that has not come. The
		// others have been sent that already, and it is not sent again when it comes.
		lacks = d.store.Snapshot()
	}
	s.socket.send(syncFrame(d.id, step2, lacks))
	d.ask(s)
}

func (d *document) ask(s *session) {
	s.asked, s.lacking = d.hub.now(), false
	s.socket.send(syncFrame(d.id, step1, d.store.StateVector()))
}

func (d *document) edit(m message) {
	e := entry{session: m.session, at: m.at}
	adds := false
	if m.kind == oversized {
		e.refusal = reasonTooLarge
	} else if adds, e.refusal = d.take(m); adds {
		e.bytes = m.payload
		d.size += len(m.payload)
	}
	if s := m.session; e.refusal == "" && d.store.HasPending() && d.hub.now().Sub(s.asked) > askAgain {
		s.lacking = true
	}
	d.batch = append(d.batch, e)
}

// take puts an edit into the store and says whether it adds anything, or why
// it is refused.
//
// What a client types brings structs of one Yjs client. Anything else is tried
// on a copy, since it can say what everybody knows: that is acknowledged to
// readers too, so that a page learns that what it sent before its connection
// broke is saved, even when the text has been frozen since.
func (d *document) take(m message) (adds bool, refusal string) {
	s, update := m.session, m.payload
	clients, first := updateHead(update)
	if m.kind == offering || clients > 1 {
		return d.takeMerged(s, update)
	}
	if refusal = d.mayTake(s, update); refusal != "" {
		return false, refusal
	}
	if clients == 1 && d.foreign(s, first) {
		d.suspect(s, "another account's client number")
		return false, reasonInvalid
	}
	if err := d.store.Apply(update); err != nil {
		d.suspect(s, err.Error())
		return false, reasonInvalid
	}
	if clients == 1 {
		d.owners[first] = s.actor.Account
	}
	return true, ""
}

func (d *document) takeMerged(s *session, update []byte) (adds bool, refusal string) {
	before := d.store.Snapshot()
	tried := yjs.NewStore()
	if err := errors.Join(tried.Apply(before), tried.Apply(update)); err != nil {
		d.suspect(s, err.Error())
		return false, reasonInvalid
	}
	if bytes.Equal(tried.Snapshot(), before) {
		return false, ""
	}
	if refusal = d.mayTake(s, update); refusal != "" {
		return false, refusal
	}
	known := clocksOf(d.store.StateVector())
	for client, clock := range clocksOf(tried.StateVector()) {
		if clock > known[client] && d.foreign(s, client) {
			d.suspect(s, "another account's client number")
			return false, reasonInvalid
		}
	}
	d.store = tried
	return true, ""
}

// mayTake says why an edit may not be made, whatever is in it. What only
// deletes is taken whatever the size of the text, so that one can make it shorter.
func (d *document) mayTake(s *session, update []byte) string {
	if s.access == AccessFrozen {
		return reasonFrozen
	}
	if !s.access.writes() {
		return reasonDenied
	}
	limit := d.hub.limits.DocumentBytes
	if clients, _ := updateHead(update); clients == 0 || d.size+len(update) <= limit {
		return ""
	}
	if d.size = len(d.store.Snapshot()); d.size+len(update) > limit {
		return reasonTooLarge
	}
	return ""
}

// foreign says whether a Yjs client number is in use by another account. It
// belongs to the account that first wrote with it for as long as that is here.
func (d *document) foreign(s *session, client uint64) bool {
	owner, known := d.owners[client]
	return known && owner != s.actor.Account
}

func (d *document) suspect(s *session, why string) {
	d.hub.logger.Warn("edit refused", "document", d.id, "account", s.actor.Account, "why", why)
}

// commit stores what has been taken since the last time, tells the others of
// it and then answers, in the order in which things came.
func (d *document) commit() {
	batch := d.batch
	if len(batch) == 0 {
		return
	}
	d.batch = nil
	err := d.append(batch)
	locked := portal.IsCode(err, codeLocked)
	switch {
	case err == nil:
		d.fanOut(batch)
	case locked:
		refuse(batch, reasonFrozen)
	default:
		d.hub.stats.failures.Add(1)
		d.hub.logger.Error("edits not stored", "document", d.id, "edits", len(batch), "error", err)
		refuse(batch, reasonStorage)
	}
	d.settle(batch)
	if locked {
		d.freeze()
	} else if err != nil {
		d.shut(reasonStorage)
	}
}

func (d *document) append(batch []entry) error {
	var updates [][]byte
	var authors []portal.Actor
	for _, e := range batch {
		if e.bytes != nil {
			updates, authors = append(updates, e.bytes), append(authors, e.session.actor)
		}
	}
	if len(updates) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(d.hub.ctx, d.hub.limits.Storage)
	defer cancel()
	if err := d.hub.log.Append(ctx, d.id, updates, authors); err != nil {
		return err
	}
	d.hub.stats.appends.Add(1)
	return nil
}

// refuse turns down what was taken. What merely said what is known is turned
// down with it, since it may have leaned on the rest.
func refuse(batch []entry, reason string) {
	for i := range batch {
		if batch[i].refusal == "" {
			batch[i].refusal = reason
		}
	}
}

func (d *document) fanOut(batch []entry) {
	for _, e := range batch {
		if e.bytes == nil {
			continue
		}
		update := syncFrame(d.id, stepUpdate, e.bytes)
		for s := range d.sessions {
			if s != e.session {
				s.socket.send(update)
			}
		}
	}
}

// settle answers every edit. A client that leans on what has not come is asked
// for it before its edit is acknowledged, so that its page sees an answer owed
// for as long as something is missing.
func (d *document) settle(batch []entry) {
	now := d.hub.now()
	for _, e := range batch {
		s := e.session
		if e.refusal == "" {
			d.hub.stats.saved.Add(1)
			d.hub.acknowledged(now.Sub(e.at))
		} else {
			d.hub.stats.refused.Add(1)
		}
		if s.ended.Load() {
			continue
		}
		if s.lacking {
			d.ask(s)
		}
		if e.refusal == "" {
			s.socket.send(d.savedFrame)
			continue
		}
		d.tell(s, told{Type: "refused", Reason: e.refusal})
		s.socket.send(d.refusedFrame)
	}
}

// freeze goes back to what is committed, and lets nobody write until the Gate
// has been asked again.
func (d *document) freeze() {
	if err := d.load(); err != nil {
		d.hub.stats.failures.Add(1)
		d.hub.logger.Error("live document not loaded again", "document", d.id, "error", err)
		d.shut(reasonUnavailable)
		return
	}
	for s := range d.sessions {
		if s.access.writes() {
			d.allow(s, AccessFrozen)
		}
	}
}

// refresh looks up what everybody here may do.
func (d *document) refresh() {
	d.commit()
	for s := range d.sessions {
		d.recheckSession(s)
	}
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
	for {
		select {
		case m := <-d.inbox:
			d.handle(m)
			continue
		default:
		}
		break
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
		by := a.session.actor
		p := Person{Account: by.Account, Name: by.Name, Organisation: by.Organisation, OrganisationName: by.OrganisationName}
		if a.session.access.writes() && !slices.Contains(people, p) {
			people = append(people, p)
		}
	}
	slices.SortFunc(people, func(a, b Person) int {
		return bytes.Compare([]byte(a.Name+a.OrganisationName), []byte(b.Name+b.OrganisationName))
	})
	d.people.Store(&people)
}
