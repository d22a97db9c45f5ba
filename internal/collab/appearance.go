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
	var news []awarenessEntry
	for _, e := range entries {
		if change, ok := d.showOne(s, e); ok {
			news = append(news, change)
		}
	}
	if len(news) == 0 {
		return
	}
	d.spread(s, news)
	d.publish()
	if !s.met {
		s.met = true
		d.introduce(s)
	}
}

func (d *document) showOne(s *session, e awarenessEntry) (change awarenessEntry, ok bool) {
	a := d.shown[e.client]
	mine := a != nil && a.session == s
	switch {
	case e.state == nil:
		if mine {
			delete(d.shown, e.client)
			return awarenessEntry{client: e.client, clock: a.told}, true
		}
		return change, false
	case a != nil && a.session.actor.Account != s.actor.Account:
		return change, false
	case mine && e.clock < a.clock:
		return change, false
	case !mine && d.appearances(s) >= maxAppearances:
		return change, false
	}
	state, err := showState(s.actor, e.state)
	if err != nil {
		return change, false
	}
	told := uint64(d.hub.now().UnixMilli())
	if a != nil {
		told = max(told, a.told+1)
	}
	elsewhere, ok := d.hub.visitors.admit(d.id, e.client, s.actor.Account)
	if !ok {
		return change, false
	}
	told = max(told, elsewhere+1)
	d.shown[e.client] = &appearance{session: s, clock: e.clock, told: told, state: state}
	return awarenessEntry{client: e.client, clock: told, state: state}, true
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
	var news []awarenessEntry
	for client, a := range d.shown {
		if a.session == s {
			delete(d.shown, client)
			news = append(news, awarenessEntry{client: client, clock: a.told})
		}
	}
	if len(news) > 0 {
		d.spread(s, news)
		d.publish()
	}
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

func (d *document) spread(from *session, changes []awarenessEntry) {
	d.tellOthers(from, awarenessFrame(d.id, encodeAwareness(changes)))
	for _, e := range changes {
		d.hub.peers.tell(news{Document: d.id, Visitor: &visitor{Client: e.client, Clock: e.clock, State: e.state, Person: from.person(), Writes: from.access.writes()}})
	}
}
