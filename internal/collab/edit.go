package collab

import (
	"context"
	"slices"
	"time"

	"samsvar/internal/portal"
	"samsvar/internal/yjs"
)

// askAgain is the least time between two questions to one client for what it has not sent.
const askAgain = 5 * time.Second

const (
	// clientsPerStay is how many Yjs client numbers one stay may bring that the text has not seen. A page writes under
	// one, and brings those of earlier pages that never got their words sent.
	clientsPerStay = 64
	// bytesPerClient is what a number counts for in Limits.StateVectorBytes. It takes ten there at most, mostly eight: in a
	// text that takes no more numbers, a page's own state vector is far from the limit.
	bytesPerClient = 16
)

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
		d.grown(len(m.payload))
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
// it is refused. What reaches for another's letters may lean on what another
// process has committed just now: that is looked up, once.
func (d *document) take(m message) (adds bool, refusal string) {
	s := m.session
	adds, refusal, usurps := d.try(m)
	if usurps && !s.suspect {
		d.commit()
		if d.follow(); s.ended.Load() {
			return false, reasonUnavailable
		}
		adds, refusal, usurps = d.try(m)
	}
	if usurps {
		d.suspect(s, "another's client number")
	}
	return adds, refusal
}

// try is take by what is known here.
//
// Of those who may not write, what they type is refused unread. What a page
// offers at a greeting can say what everybody knows: that is acknowledged to
// them too, so that a page learns that what it sent before its connection broke
// is saved, even when the text has been frozen since.
func (d *document) try(m message) (adds bool, refusal string, usurps bool) {
	s := m.session
	if refusal = s.access.refusal(); refusal != "" && m.kind != offering {
		return false, refusal, false
	}
	update, err := yjs.Decode(m.payload)
	if err != nil {
		return d.refuseInvalid(s, err.Error())
	}
	news, err := d.store.News(update)
	switch {
	case err != nil:
		return d.refuseInvalid(s, err.Error())
	case news.None():
		return false, "", false
	case refusal != "":
		return false, refusal, false
	case d.usurps(s, news):
		return false, reasonInvalid, true
	case s.brought+news.Fresh > clientsPerStay:
		return d.refuseInvalid(s, "too many client numbers")
	case !d.hasRoom(len(m.payload), news):
		return false, reasonTooLarge, false
	}
	if err := d.store.Add(update); err != nil {
		return d.refuseInvalid(s, err.Error())
	}
	s.brought += news.Fresh
	if clients, first := updateHead(m.payload); clients == 1 && len(news.Structs) == 1 && m.kind == editing {
		d.owners[first] = s.actor.Account
	}
	return true, "", false
}

func (d *document) refuseInvalid(s *session, why string) (adds bool, refusal string, usurps bool) {
	d.suspect(s, why)
	return false, reasonInvalid, false
}

// hasRoom says whether the text may grow by an edit. What only deletes is taken
// whatever the size of the text, so that one can make it shorter.
func (d *document) hasRoom(size int, news yjs.News) bool {
	limits := d.hub.limits
	if news.Fresh > 0 && d.store.Clients()+news.Fresh > limits.StateVectorBytes/bytesPerClient {
		return false
	}
	if len(news.Structs) == 0 || d.size+size <= limits.DocumentBytes {
		return true
	}
	if d.exact { // to measure a text takes long, and nothing has been taken in since
		return false
	}
	d.size, d.exact = len(d.store.Snapshot()), true
	return d.size+size <= limits.DocumentBytes
}

// grown notes that an update of a size was taken in. The text has grown by no more.
func (d *document) grown(size int) {
	d.size += size
	d.exact = false
}

// usurps says whether an edit goes on under another account's Yjs client number,
// or deletes what has not been typed yet under a number that is not known as the
// sender's. Either would be in the way of what its owner is about to send.
func (d *document) usurps(s *session, news yjs.News) bool {
	for _, client := range news.Structs {
		if holder := d.holder(uint64(client)); holder != "" && holder != s.actor.Account {
			return true
		}
	}
	return slices.ContainsFunc(news.Beyond, func(client uint32) bool { return d.holder(uint64(client)) != s.actor.Account })
}

// holder is whose a Yjs client number is: it belongs to the account that first
// wrote with it here, or else shows itself with it, for as long as that is here.
func (d *document) holder(client uint64) portal.AccountID {
	if owner, known := d.owners[client]; known {
		return owner
	}
	if a := d.shown[client]; a != nil {
		return a.session.actor.Account
	}
	return d.hub.visitors.account(d.id, client)
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
