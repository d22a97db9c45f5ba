package collab_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"samsvar/internal/collab"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
	"samsvar/internal/yjs"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(serveEnv); url != "" {
		serveUntilKilled(url)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("samsvar/internal/pgembed.(*Server).run.func1"))
}

var _ collab.Log = (*postgres.LiveDocuments)(nil)

const wait = 10 * time.Second

// place is a hub behind a web server, on a database of its own.
type place struct {
	t    testing.TB
	pool *pgxpool.Pool
	hub  *collab.Hub
	web  *httptest.Server
	same func(ctx context.Context, updates [][]byte, snapshot []byte) error // the second decoder
	log  *logged
	*rights
}

// logged is what the hub has logged.
type logged struct {
	sync.Mutex
	bytes.Buffer
}

func (l *logged) Write(line []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(line)
}

func (l *logged) holds(words string) bool {
	l.Lock()
	defer l.Unlock()
	return strings.Contains(l.String(), words)
}

const thesePages = "index-now.js"

func open(t testing.TB, limits collab.Limits) *place {
	t.Helper()
	return serve(t, pgtest.Database(t), limits, &rights{})
}

// beside opens another process, as it were, on the same database.
func (p *place) beside(limits collab.Limits) *place {
	p.t.Helper()
	return serve(p.t, p.pool.Config().ConnString(), limits, p.rights)
}

func serve(t testing.TB, database string, limits collab.Limits, r *rights) *place {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), database)
	must(t, err)
	p := &place{t: t, pool: pool, log: &logged{}, rights: r}
	logger := slog.New(slog.NewTextHandler(io.MultiWriter(t.Output(), p.log), nil))
	p.same = func(ctx context.Context, updates [][]byte, snapshot []byte) error {
		return renderer().SameDocument(ctx, updates, snapshot)
	}
	same := func(ctx context.Context, updates [][]byte, snapshot []byte) error {
		return p.same(ctx, updates, snapshot)
	}
	p.hub = collab.New(collab.Options{Pages: thesePages, Same: same, Log: postgres.NewLiveDocuments(pool), Gate: p, Relay: postgres.NewRelay(pool, logger), Limits: limits, Logger: logger})
	handler := http.NewServeMux()
	p.web = httptest.NewServer(handler)
	live := p.hub.Handler(p.authenticate, p.web.URL)
	handler.Handle(collab.Path, live)
	handler.Handle(collab.Path+"/", live)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		defer cancel()
		if err := p.hub.Close(ctx); err != nil {
			t.Errorf("the hub did not close: %v", err)
		}
		p.web.Close()
		pool.Close()
	})
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// document makes an empty document.
func (p *place) document() portal.DocumentID {
	p.t.Helper()
	id := portal.DocumentID(portal.NewID())
	p.exec("insert into document (id, created_at) values ($1, now())", id)
	return id
}

func (p *place) exec(sql string, args ...any) {
	p.t.Helper()
	_, err := p.pool.Exec(p.t.Context(), sql, args...)
	must(p.t, err)
}

// freeze locks a document as a freeze does, and opens it again.
func (p *place) freeze(id portal.DocumentID, frozen bool) {
	p.t.Helper()
	p.exec("update document set locked = $2 where id = $1", id, frozen)
	access := collab.AccessWrite
	if frozen {
		access = collab.AccessFrozen
	}
	p.allowAll(id, access)
	p.hub.Refresh(id)
}

var renderer = sync.OnceValue(func() *yjs.Renderer { return yjs.NewRenderer(1) })

// storedUpdates is all that is committed of a document.
func (p *place) storedUpdates(id portal.DocumentID) [][]byte {
	p.t.Helper()
	return storedUpdates(p.t, p.pool, id)
}

func storedUpdates(t testing.TB, pool *pgxpool.Pool, id portal.DocumentID) [][]byte {
	t.Helper()
	stored, err := postgres.NewLiveDocuments(pool).Load(t.Context(), id, 0)
	must(t, err)
	return stored.All()
}

// put commits updates past any server.
func (p *place) put(id portal.DocumentID, updates ...[]byte) {
	p.t.Helper()
	for _, update := range updates {
		must(p.t, postgres.NewLiveDocuments(p.pool).Write(p.t.Context(), id, portal.Actor{}, update))
	}
}

// stored is the text as a server that has just started would read it.
func (p *place) stored(id portal.DocumentID) string {
	p.t.Helper()
	return textOf(json.RawMessage(rendered(p.t, p.storedUpdates(id)...)))
}

func textOf(content json.RawMessage) string {
	var node struct {
		Text    string            `json:"text"`
		Content []json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(content, &node); err != nil {
		panic(err)
	}
	var b strings.Builder
	b.WriteString(node.Text)
	for _, child := range node.Content {
		b.WriteString(textOf(child))
	}
	return b.String()
}

// rights are who is logged in, and what they may do. Who is not named may write.
type rights struct {
	mu     sync.Mutex
	out    map[portal.AccountID]bool
	all    map[portal.DocumentID]collab.Access
	own    map[portal.AccountID]collab.Access
	acts   map[portal.AccountID]portal.OrganisationID
	broken error
}

func (r *rights) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

func (r *rights) allowAll(id portal.DocumentID, access collab.Access) {
	r.set(func() { r.all = with(r.all, id, access) })
}

func (r *rights) allow(account portal.AccountID, access collab.Access) {
	r.set(func() { r.own = with(r.own, account, access) })
}

func (r *rights) logOut(account portal.AccountID) {
	r.set(func() { r.out = with(r.out, account, true) })
}

// actFor has an account act for another organisation than before.
func (r *rights) actFor(account portal.AccountID, organisation portal.OrganisationID) {
	r.set(func() { r.acts = with(r.acts, account, organisation) })
}

func with[K comparable, V any](m map[K]V, key K, value V) map[K]V {
	m = maps.Clone(m)
	if m == nil {
		m = make(map[K]V)
	}
	m[key] = value
	return m
}

func (r *rights) Access(_ context.Context, actor portal.Actor, id portal.DocumentID) (collab.Access, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken != nil {
		return "", r.broken
	}
	if access, found := r.own[actor.Account]; found {
		return access, nil
	}
	if access, found := r.all[id]; found {
		return access, nil
	}
	return collab.AccessWrite, nil
}

// authenticate takes the cookie's word for who it is.
func (r *rights) authenticate(request *http.Request) (portal.Actor, error) {
	cookie, err := request.Cookie("account")
	if err != nil {
		return portal.Actor{}, &portal.Error{Code: "unauthenticated"}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.out[portal.AccountID(cookie.Value)] {
		return portal.Actor{}, &portal.Error{Code: "unauthenticated"}
	}
	actor := actorCalled(portal.AccountID(cookie.Value))
	actor.Organisation = cmp.Or(r.acts[actor.Account], actor.Organisation)
	return actor, nil
}

func actorCalled(account portal.AccountID) portal.Actor {
	name, organisation := "Koordinator "+string(account[:4]), "Kommune "+string(account[:4])
	return portal.Actor{Account: account, Name: name, Organisation: portal.OrganisationID("kommune-" + account[:4]), OrganisationName: organisation}
}

func newAccount() portal.AccountID { return portal.AccountID(portal.NewID()) }

// eventually waits until something holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(wait); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("did not come about: %s", what)
}

// scaled is less of something in a short test.
func scaled(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}
