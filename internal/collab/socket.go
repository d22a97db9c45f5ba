package collab

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"samsvar/internal/portal"
)

// handshakeCost is how many messages a greeting counts for, for which the database is asked, and a sync step, or what
// else may tell the whole text, all of which is gone through.
const handshakeCost = 20

var (
	// errLoginExpired says that whoever opened a connection is not logged in any more, or as somebody else.
	errLoginExpired = errors.New("login expired")
	// errActingChanged says that they act for another organisation by now.
	errActingChanged = errors.New("acting changed")
)

// discardFactor is how many times the limit a message may be long to be thrown away without ending the connection.
const discardFactor = 8

// Path is where the handler is to be served, with all below it.
const Path = "/collab"

// Handler serves live documents over WebSocket at Path and over plain requests
// below it. The caller is whoever authenticate says; it is asked again while the
// connection lives, with the cookies of the request that opened it. An error with the code "unauthenticated" means that nobody is logged
// in; any other that it cannot be told now. Requests from pages of another
// origin than allowedOrigin (scheme://host[:port]) are refused.
func (h *Hub) Handler(authenticate func(*http.Request) (portal.Actor, error), allowedOrigin string) http.Handler {
	known := func(serve func(http.ResponseWriter, *http.Request, portal.Actor)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if origin := r.Header.Get("Origin"); origin == "" || !strings.EqualFold(origin, allowedOrigin) {
				http.Error(w, "wrong_origin", http.StatusForbidden)
			} else if actor, err := authenticate(r); err != nil {
				http.Error(w, "not let in", statusOf(err))
			} else {
				serve(w, r, actor)
			}
		}
	}
	admitted := func(serve func(http.ResponseWriter, *http.Request, *socket)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			rights := h.rights.Load()
			known(func(w http.ResponseWriter, r *http.Request, actor portal.Actor) {
				s := newSocket(h, r, authenticate, identity{actor, rights})
				if status := h.admit(s); status != 0 {
					http.Error(w, http.StatusText(status), status)
					return
				}
				serve(w, r, s)
			})(w, r)
		}
	}
	routes := http.NewServeMux()
	routes.Handle("GET "+Path, admitted(h.upgrade))
	routes.Handle("POST "+Path+"/lines", admitted(func(w http.ResponseWriter, _ *http.Request, s *socket) { h.openLine(w, s) }))
	routes.Handle("POST "+Path+"/lines/{line}/{what}", known(h.onLine))
	return routes
}

// upgrade lets the web server forget the request: what it holds for one is
// several times what an idle connection needs.
func (h *Hub) upgrade(w http.ResponseWriter, r *http.Request, s *socket) {
	thin := &lean{ResponseWriter: w}
	conn, err := websocket.Accept(thin, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // Origin has been checked
	if err != nil {
		h.dismiss(s, s.actor().Account)
		return // it has answered
	}
	conn.SetReadLimit(int64(discardFactor * h.limits.MessageBytes))
	go func() {
		defer h.dismiss(s, s.actor().Account)
		s.serve(webSocketLine{conn, thin.wire})
	}()
}

func statusOf(err error) int {
	if portal.IsCode(err, "unauthenticated") {
		return http.StatusUnauthorized
	}
	return http.StatusServiceUnavailable
}

// identity is who was behind a connection when rights had changed so many times.
type identity struct {
	actor  portal.Actor
	rights uint64
}

// socket is one connection, of one browser tab.
type socket struct {
	hub          *Hub
	cookies      []string
	authenticate func(*http.Request) (portal.Actor, error)
	known        atomic.Pointer[identity]
	out          outbox
	ctx          context.Context // ends when the connection is to be cut
	cut          context.CancelFunc
	greeted      atomic.Bool  // it has asked for a document
	spoke        atomic.Bool  // it has been told something since the last pulse
	heard        atomic.Int64 // when it last said something, in nanoseconds since opened
	opened       time.Time

	// What follows is the reader's own.
	line     line
	sessions map[string]*session
	messages *rate.Limiter
	bytes    *rate.Limiter
}

func newSocket(h *Hub, r *http.Request, authenticate func(*http.Request) (portal.Actor, error), who identity) *socket {
	l := h.limits
	s := &socket{
		hub: h, cookies: slices.Clone(r.Header["Cookie"]), authenticate: authenticate, opened: time.Now(),
		out: outbox{limit: l.QueueBytes, busy: true}, sessions: make(map[string]*session),
		messages: rate.NewLimiter(rate.Limit(l.MessagesPerSecond), max(1, int(5*l.MessagesPerSecond))),
		bytes:    rate.NewLimiter(rate.Limit(l.BytesPerSecond), max(discardFactor*l.MessageBytes, int(5*l.BytesPerSecond))),
	}
	s.known.Store(&who)
	s.ctx, s.cut = context.WithCancel(h.ctx)
	return s
}

// actor is who is behind the connection, as last looked up.
func (s *socket) actor() portal.Actor { return s.known.Load().actor }

// identify looks up who is behind the connection, unless that has been done
// since rights last changed. It is errLoginExpired when that is nobody, or
// another than before or acts for nobody any more, and errActingChanged when they act for another.
func (s *socket) identify(ctx context.Context) (portal.Actor, error) {
	before, rights := s.known.Load(), s.hub.rights.Load()
	if before.rights == rights {
		return before.actor, nil
	}
	request := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: Path}, Header: http.Header{"Cookie": s.cookies}}
	actor, err := s.authenticate(request.WithContext(ctx))
	if portal.IsCode(err, "unauthenticated") {
		return before.actor, errLoginExpired
	}
	if err != nil {
		return before.actor, err
	}
	switch by := before.actor; {
	case actor.Account != by.Account, actor.Organisation == "" && by.Organisation != "":
		return by, errLoginExpired
	case actor.Organisation != by.Organisation:
		return by, errActingChanged
	}
	s.known.Store(&identity{actor, rights})
	return actor, nil
}

// send queues a frame. It never waits: a connection that does not read what it
// is sent is cut off when too much has come together.
func (s *socket) send(frame []byte) {
	start, ok := s.out.put(frame)
	if start {
		go s.write()
	}
	if !ok {
		s.hub.stats.slowReaders.Add(1)
		s.hub.logger.Warn("slow reader cut off", "account", s.actor().Account)
		s.cut()
	}
}

// finish closes the connection when what is queued has been sent.
func (s *socket) finish(code websocket.StatusCode, reason string) {
	if s.out.finish(code, reason) {
		go s.write()
	}
}

// pulse pings a client that is told nothing else, and ends a connection that has gone silent. Before its greeting a client
// is told nothing: the provider takes the first word for leave to send the edits it holds, which then came before the
// greeting, were nobody's, and never answered.
func (s *socket) pulse() {
	if s.outOfTime() {
		s.finish(closeTimeout, "silence")
	} else if s.greeted.Load() && !s.spoke.Swap(false) {
		s.send(pingFrame)
	}
}

func (s *socket) outOfTime() bool {
	age, l := time.Since(s.opened), s.hub.limits
	return age-time.Duration(s.heard.Load()) > l.Silence || age > l.Greeting && !s.greeted.Load()
}

func (s *socket) serve(l line) {
	s.line = l
	defer context.AfterFunc(s.ctx, l.cut)()
	defer l.cut()
	defer s.out.close()
	defer s.leave()
	s.out.writers.Add(1)
	go s.write() // what has been queued so far, and others from now on
	s.read()
}

func (s *socket) leave() {
	s.cut()
	for _, session := range s.sessions {
		session.post(leaving, nil)
	}
}

// read takes messages until the connection ends.
func (s *socket) read() {
	for {
		data, whole, err := s.line.next(s.ctx, s.hub.limits.MessageBytes)
		if err != nil && err != errFrame {
			return
		}
		s.hear()
		if s.messages.Wait(s.ctx) != nil || s.bytes.WaitN(s.ctx, min(len(data), s.bytes.Burst())) != nil {
			return
		}
		if err != nil || s.take(data, whole) != nil {
			s.finish(websocket.StatusInvalidFramePayloadData, reasonInvalid)
			s.drain()
			return
		}
	}
}

// hear notes that the client has given a sign of life.
func (s *socket) hear() { s.heard.Store(int64(time.Since(s.opened))) }

// pay waits until the client may have sent so many messages more.
func (s *socket) pay(messages int) error {
	return s.messages.WaitN(s.ctx, min(messages, s.messages.Burst()))
}

// take handles a message. Only one that no client of ours makes is an error.
func (s *socket) take(data []byte, whole bool) error {
	if isHeartbeat(data) {
		return nil
	}
	f, err := parseFrame(data)
	if err != nil {
		return err
	}
	return s.handle(f, whole)
}

// drain reads past what still comes until the other side has closed too.
func (s *socket) drain() {
	for {
		if _, _, err := s.line.next(s.ctx, 0); err != nil && err != errFrame {
			return
		}
	}
}

// handle passes a message on to its document.
func (s *socket) handle(f frame, whole bool) error {
	current := s.sessions[f.document]
	if current != nil && current.ended.Load() {
		delete(s.sessions, f.document)
		current = nil
	}
	switch f.kind {
	case typeAuth:
		if f.body.uint() != authToken || f.body.err != nil {
			return errFrame
		}
		token := f.body.text()
		if f.body.err != nil {
			return errFrame
		}
		s.greeted.Store(true)
		if err := s.pay(handshakeCost); err != nil {
			return err
		}
		return s.join(f.document, token, current)
	case typeSync, typeAwareness, typeQueryAwareness, typeStateless:
		if current == nil {
			return nil // it does not know yet that its stay has ended
		}
		return current.receive(f, whole)
	case typeClose:
		if current != nil {
			delete(s.sessions, f.document)
			current.post(leaving, nil)
		}
		return nil
	}
	return errFrame
}

// A token of a page of ours names whose text it holds, as account and organisation, and which build of the pages it is.
const (
	textOf  = "account:"
	actsFor = "/"
	pagesOf = " pages:"
)

// objection says what stands against a page that holds a text of somebody, as who is logged in now.
func (h *Hub) objection(token string, by portal.Actor) string {
	holds, ours := strings.CutPrefix(token, textOf)
	if !ours {
		return ""
	}
	holder, pages, named := strings.Cut(holds, pagesOf)
	account, organisation, acts := strings.Cut(holder, actsFor)
	switch {
	case account != string(by.Account):
		return reasonLogin
	case acts && organisation != string(by.Organisation):
		return reasonActing
	case named && h.pages != "" && pages != h.pages:
		return reasonOutdated
	}
	return ""
}

// turnsOut is why whoever is behind a connection must make another one; empty when they need not.
func turnsOut(err error) string {
	switch {
	case errors.Is(err, errLoginExpired):
		return reasonLogin
	case errors.Is(err, errActingChanged):
		return reasonActing
	}
	return ""
}

// turnOut refuses a document, and with it the connection.
func (s *socket) turnOut(document, reason string) {
	s.send(deniedFrame(document, reason))
	s.finish(closeUnauthorized, reason)
}

// join lets the client into a document, or says why not. What the client sends
// meanwhile waits on the wire. The cookie says who it is, and no token lets anybody
// in. But tabs share a login, and what one has typed must not be sent by whom
// another tab has logged in, nor for the organisation that it has chosen: so a page
// names in its token whose text it holds, and is refused as another. Nor may a page that is open from before an upgrade take
// what it does not know out of a text: it names its build, and must be loaded
// again. Tokens of any other form are of no interest.
func (s *socket) join(name, token string, current *session) error {
	if len(name) > 255 {
		return errFrame
	}
	if current != nil {
		delete(s.sessions, name)
		current.post(leaving, nil)
	}
	id := portal.DocumentID(name)
	var rights uint64
	var access Access
	var actor portal.Actor
	var err error
	aside(func() { rights, access, actor, err = s.ask(id) })
	objection := s.hub.objection(token, actor)
	switch why := turnsOut(err); {
	case why != "":
		s.turnOut(name, why)
		return nil
	case err == nil && objection == reasonLogin:
		s.turnOut(name, reasonLogin)
		return nil
	case err == nil && objection == reasonActing:
		s.send(deniedFrame(name, reasonActing))
		return nil
	case err != nil:
		s.hub.logger.Warn("rights not looked up", "document", id, "account", actor.Account, "error", err)
		s.send(closeFrame(id, reasonUnavailable))
		return nil
	case !access.reads() || len(s.sessions) >= s.hub.limits.DocumentsPerSocket && !s.sweep():
		s.hub.logger.Info("text refused", "document", name[:min(len(name), 36)], "account", actor.Account, "organisation", actor.Organisation)
		s.send(deniedFrame(name, reasonDenied))
		return nil
	case objection != "":
		s.send(deniedFrame(name, objection))
		return nil
	}
	d := s.hub.open(id)
	if d == nil {
		return nil // the hub is closing, and says so to every connection
	}
	current = &session{socket: s, document: d, actor: actor}
	s.sessions[name] = current
	current.send(message{session: current, kind: joining, access: access, rights: rights})
	return nil
}

// aside does something that takes a deep stack on another than the caller's, which for as long as a connection is there
// would not be given back.
func aside(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
}

// ask finds out what the client may do with a document; the count of rights is
// from before it was asked.
func (s *socket) ask(id portal.DocumentID) (rights uint64, access Access, actor portal.Actor, err error) {
	rights = s.hub.rights.Load()
	if parsed, bad := uuid.Parse(string(id)); bad != nil || parsed.String() != string(id) {
		return rights, AccessNone, s.actor(), nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.hub.limits.Asking)
	defer cancel()
	if actor, err = s.identify(ctx); err == nil {
		access, err = s.hub.gate.Access(ctx, actor, id)
	}
	return rights, access, actor, err
}

// sweep forgets stays that their documents have ended, and says whether there is room now.
func (s *socket) sweep() bool {
	for name, session := range s.sessions {
		if session.ended.Load() {
			delete(s.sessions, name)
		}
	}
	return len(s.sessions) < s.hub.limits.DocumentsPerSocket
}

// receive passes a message on to the document's goroutine.
func (s *session) receive(f frame, whole bool) error {
	switch f.kind {
	case typeStateless:
		return nil // nothing is said to us this way
	case typeQueryAwareness:
		s.post(looking, nil)
		return nil
	case typeAwareness:
		payload := f.body.bytes()
		if err := f.body.end(); err != nil {
			return err
		}
		s.post(showing, payload)
		return nil
	}
	step := syncStep(f.body.uint())
	if !whole && f.body.err == nil && (step == step2 || step == stepUpdate) {
		s.post(oversized, nil)
		return nil
	}
	payload := f.body.bytes()
	if err := f.body.end(); err != nil {
		return err
	}
	if clients, _ := updateHead(payload); step != stepUpdate || clients > 1 {
		if err := s.socket.pay(handshakeCost); err != nil {
			return err
		}
	}
	switch step {
	case step1:
		s.post(asking, payload)
	case step2:
		s.post(offering, payload)
	case stepUpdate:
		s.post(editing, payload)
	default:
		return errFrame
	}
	return nil
}

func (s *session) post(kind messageKind, payload []byte) {
	s.send(message{session: s, kind: kind, payload: payload, at: s.document.hub.now()})
}

// send waits for room in the document's inbox: who sends faster than can be
// stored is slowed down.
func (s *session) send(m message) {
	select {
	case s.document.inbox <- m:
	case <-s.document.gone:
	}
}
