package collab

import (
	"bytes"
	"context"
	"errors"
	"time"

	"samsvar/internal/portal"
	"samsvar/internal/yjs"
)

// askAgain is the least time between two questions to one client for what it has not sent.
const askAgain = 5 * time.Second

// entry is an edit that waits for its answer. Bytes are nil when there is nothing to commit.
type entry struct {
	session *session
	bytes   []byte
	refusal string
	at      time.Time
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
	switch s := m.session; {
	case e.refusal == "":
		s.lacking = s.lacking || d.store.HasPending() && d.hub.now().Sub(s.asked) > askAgain
	case m.kind != offering:
		s.asked = time.Time{} // what leans on this is asked for at once
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
	// Whoever has all that is here and no more sends, to the byte, what they would
	// be given. Nearly all who come do, and a copy makes everybody here wait.
	if known, err := d.store.Diff(d.store.StateVector()); err == nil && bytes.Equal(update, known) {
		return false, ""
	}
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

// suspect notes, once for each stay, that a client has sent what no page of ours does.
func (d *document) suspect(s *session, why string) {
	if s.suspect {
		return
	}
	s.suspect = true
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
	if err := d.hub.log.Append(ctx, d.id, d.seen, updates, authors, d.takeIn); err != nil {
		return err
	}
	d.seen += int64(len(updates))
	d.hub.stats.appends.Add(1)
	d.loosened(len(updates))
	d.hub.peers.tell(news{Document: d.id, Edited: d.seen})
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
		if e.bytes != nil {
			d.tellOthers(e.session, syncFrame(d.id, stepUpdate, e.bytes))
		}
	}
}

// tellOthers sends a frame to everybody here but one.
func (d *document) tellOthers(one *session, frame []byte) {
	for s := range d.sessions {
		if s != one {
			s.socket.send(frame)
		}
	}
}

// settle answers every edit, but those of stays that have ended: another stay
// of the same client may have begun, and would take the answers for its own.
func (d *document) settle(batch []entry) {
	now := d.hub.now()
	for _, e := range batch {
		if e.refusal != "" {
			d.hub.stats.refused.Add(1)
		} else {
			d.hub.stats.saved.Add(1)
			d.hub.acknowledged(now.Sub(e.at))
		}
		if !e.session.ended.Load() {
			d.reply(e.session, e.refusal)
		}
	}
}

// reply answers one edit. A client that leans on what has not come is asked for
// it first, so that its page is owed an answer for as long as something is missing.
func (d *document) reply(s *session, refusal string) {
	if refusal != "" {
		d.tell(s, told{Type: "refused", Reason: refusal})
		s.socket.send(d.refusedFrame)
		return
	}
	if s.lacking {
		d.ask(s)
	}
	s.socket.send(d.savedFrame)
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
