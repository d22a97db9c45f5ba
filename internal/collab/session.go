package collab

import (
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"samsvar/internal/portal"
)

// session is one connection's stay in one document.
type session struct {
	socket   *socket
	document *document
	ended    atomic.Bool

	// What follows is the document's own.
	actor   portal.Actor
	access  Access
	judged  uint64    // the count of hub.rights that access is from
	asked   time.Time // when it was last asked what it has
	lacking bool      // it leans on something that has not come
	met     bool      // it has been told who else is here
	brought int       // Yjs client numbers that the text had not seen
	suspect bool      // it has sent what no page of ours does
}

func (s *session) person() Person {
	by := s.actor
	return Person{Account: by.Account, Name: by.Name, Organisation: by.Organisation, OrganisationName: by.OrganisationName}
}

// askAbout looks up who the sessions' users are now and what they may do, aside
// from those who write; the answers come as messages.
func (d *document) askAbout(sessions []*session) {
	if len(sessions) == 0 {
		return
	}
	d.hub.tasks.Go(func() {
		for _, s := range sessions {
			m := message{session: s, kind: judged}
			m.rights, m.access, m.actor, m.err = s.socket.ask(d.id)
			s.send(m)
		}
	})
}

// judge gives a session the rights that were looked up, unless newer ones have
// come. Whoever cannot be looked up may not stay, but is let in again as soon
// as that is possible.
func (d *document) judge(m message) {
	s := m.session
	switch why := turnsOut(m.err); {
	case m.rights < s.judged:
	case why != "":
		d.end(s)
		s.socket.turnOut(string(d.id), why)
	case m.err != nil:
		d.hub.logger.Warn("rights not looked up", "document", d.id, "account", s.actor.Account, "error", m.err)
		d.dismiss(s, reasonUnavailable)
	default:
		s.judged, s.actor = m.rights, m.actor
		d.allow(s, m.access)
	}
}

// allow gives a session other rights.
func (d *document) allow(s *session, access Access) {
	if !access.reads() {
		s.access = AccessNone
		d.tellAccess(s)
		s.socket.send(deniedFrame(string(d.id), reasonDenied))
		d.end(s)
		return
	}
	if access == s.access {
		return
	}
	s.access = access
	d.tellAccess(s)
	d.publish()
	if access.writes() {
		d.ask(s) // for what was typed meanwhile, or refused
	}
}

func (d *document) tellAccess(s *session) {
	access, reason := s.access.told()
	d.tell(s, told{Type: "access", Access: access, Reason: reason})
}

// dismiss ends a stay and says why; the client may come back.
func (d *document) dismiss(s *session, reason string) {
	s.socket.send(closeFrame(d.id, reason))
	d.end(s)
}

// end forgets a session, and with it what it has shown of itself.
func (d *document) end(s *session) {
	if s.ended.Swap(true) {
		return
	}
	delete(d.sessions, s)
	d.hide(s)
	d.disown(s)
	d.empty = d.hub.release(d)
}

// disown lets go of the Yjs clients of an account when its last session leaves.
func (d *document) disown(s *session) {
	account := s.actor.Account
	for other := range d.sessions {
		if other.actor.Account == account {
			return
		}
	}
	for client, owner := range d.owners {
		if owner == account {
			delete(d.owners, client)
		}
	}
}

// Close codes beside those of the WebSocket standard, as Hocuspocus has them.
const (
	closeUnauthorized websocket.StatusCode = 4401
	closeTimeout      websocket.StatusCode = 4408
)
