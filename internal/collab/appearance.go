package collab

// appearance is how a Yjs client shows itself to the others.
type appearance struct {
	session *session
	clock   uint64 // the client's own
	told    uint64 // the clock that the others were told
	state   []byte
}

// maxAppearances is how many Yjs clients one session may show.
const maxAppearances = 4

// show takes a session's awareness: only of itself, and only where its caret
// is. Others learn who it is from the login.
//
// The others are told clocks of the server's making, which follow the time:
// a client whose connection broke goes on with its old clock, and would not be
// seen by those who have been told that it left.
func (d *document) show(s *session, payload []byte) {
	entries, err := parseAwareness(payload)
	if err != nil {
		d.dismiss(s, reasonInvalid)
		return
	}
	for _, e := range entries {
		d.showOne(s, e)
	}
}

func (d *document) showOne(s *session, e awarenessEntry) {
	a := d.shown[e.client]
	mine := a != nil && a.session == s
	switch {
	case e.state == nil:
		if mine {
			d.hideOne(e.client, a)
			d.publish()
		}
		return
	case a != nil && a.session.actor.Account != s.actor.Account:
		return
	case mine && e.clock < a.clock:
		return
	case !mine && d.appearances(s) >= maxAppearances:
		return
	}
	state, err := showState(s.actor, e.state)
	if err != nil {
		return
	}
	elsewhere, ok := d.hub.visitors.admit(d.id, e.client, s.actor.Account)
	if !ok {
		return
	}
	d.told = max(uint64(d.hub.now().UnixMilli()), d.told+1, elsewhere+1)
	d.shown[e.client] = &appearance{session: s, clock: e.clock, told: d.told, state: state}
	d.moved[e.client] = struct{}{}
	if !mine {
		d.publish()
	}
	if !s.met {
		s.met = true
		d.introduce(s)
	}
}

// spreadMoved tells the others where those are who have moved in this turn: after its edits, so that a caret is never where
// no text has come yet, and in one write with them.
func (d *document) spreadMoved() {
	for client := range d.moved {
		if a := d.shown[client]; a != nil {
			d.spread(a.session, awarenessEntry{client: client, clock: a.told, state: a.state})
		}
	}
	clear(d.moved)
}

func (d *document) appearances(s *session) int {
	n := 0
	for _, a := range d.shown {
		if a.session == s {
			n++
		}
	}
	return n
}

// hide tells the others that a session has left.
func (d *document) hide(s *session) {
	left := false
	for client, a := range d.shown {
		if a.session == s {
			d.hideOne(client, a)
			left = true
		}
	}
	if left {
		d.publish()
	}
}

func (d *document) hideOne(client uint64, a *appearance) {
	delete(d.shown, client)
	d.spread(a.session, awarenessEntry{client: client, clock: a.told})
}

// introduce tells a session who else is here. It is never told of itself: that
// would put the server's clock in the place of its own.
func (d *document) introduce(s *session) {
	var all []awarenessEntry
	for client, a := range d.shown {
		if a.session != s {
			all = append(all, awarenessEntry{client: client, clock: a.told, state: a.state})
		}
	}
	for _, v := range d.hub.visitors.of(d.id) {
		all = append(all, v.entry())
	}
	if len(all) > 0 {
		s.socket.send(awarenessFrame(d.id, encodeAwareness(all)))
	}
}

func (d *document) spread(from *session, e awarenessEntry) {
	d.tellOthers(from, awarenessFrame(d.id, encodeAwareness([]awarenessEntry{e})))
	d.hub.peers.tell(news{Document: d.id, Visitor: &visitor{Client: e.client, Clock: e.clock, State: e.state, Person: from.person(), Writes: from.access.writes()}})
}
