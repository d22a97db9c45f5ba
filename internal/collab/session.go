package collab

import (
	"context"
	"errors"
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
	asked   time.Time // when it was last asked what it has
	lacking bool      // it leans on something that has not come
	met     bool      // it has been told who else is here
	suspect bool      // it has sent what no page of ours does
}

func (s *session) person() Person {
	by := s.actor
	return Person{Account: by.Account, Name: by.Name, Organisation: by.Organisation, OrganisationName: by.OrganisationName}
}

// recheckSession looks up who the session's user is now and what they may do,
// and says whether they may stay. Whoever cannot be looked up may not, but is
// let in again as soon as that is possible.
func (d *document) recheckSession(s *session) bool {
	ctx, cancel := context.WithTimeout(d.hub.ctx, d.hub.limits.Asking)
	defer cancel()
	actor, err := s.socket.identify(ctx)
	if errors.Is(err, errLoginExpired) {
		s.socket.send(deniedFrame(string(d.id), reasonLogin))
		d.end(s)
		s.socket.finish(closeUnauthorized, reasonLogin)
		return false
	}
	if err == nil {
		s.actor = actor
		var access Access
		if access, err = d.hub.gate.Access(ctx, actor, d.id); err == nil {
			return d.allow(s, access)
		}
	}
	d.hub.logger.Warn("rights not looked up", "document", d.id, "account", s.actor.Account, "error", err)
	d.dismiss(s, reasonUnavailable)
	return false
}

// allow gives a session other rights, and says whether it may stay.
func (d *document) allow(s *session, access Access) bool {
	if !access.reads() {
		s.access = AccessNone
		d.tellAccess(s)
		s.socket.send(deniedFrame(string(d.id), reasonDenied))
		d.end(s)
		return false
	}
	before := s.access
	if access == before {
		return true
	}
	s.access = access
	d.tellAccess(s)
	d.publish()
	if access.writes() {
		d.ask(s) // for what was typed meanwhile, or refused
	}
	return true
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
