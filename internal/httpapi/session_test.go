package httpapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
)

// shelf is a real session store with a clock that the test sets.
type shelf struct {
	t *testing.T
	sessions
	now  time.Time
	pool *pgxpool.Pool
}

func newShelf(t *testing.T, base string) *shelf {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	address, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{t: t, sessions: newSessions(postgres.NewSessions(pool), address), now: time.Now(), pool: pool}
	s.clock = func() time.Time { return s.now }
	return s
}

// logIn keeps a fresh session of an account, and gives its cookie.
func (s *shelf) logIn() *http.Cookie {
	s.t.Helper()
	ctx := s.open(nil)
	s.Put(ctx, keyAccount, "somebody")
	s.Put(ctx, keySeen, s.now.Unix())
	w := httptest.NewRecorder()
	if err := s.keep(ctx, w); err != nil {
		s.t.Fatal(err)
	}
	return w.Result().Cookies()[0]
}

func (s *shelf) open(cookie *http.Cookie) context.Context {
	s.t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	if cookie != nil {
		r.AddCookie(cookie)
	}
	ctx, err := s.load(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return ctx
}

func (s *shelf) known(cookie *http.Cookie) bool {
	return s.GetString(s.open(cookie), keyAccount) != ""
}

func TestLoginEndsWhenLeftAlone(t *testing.T) {
	s := newShelf(t, "http://localhost")
	cookie := s.logIn()
	for range 5 { // at work, if slowly
		s.now = s.now.Add(idleLimit - time.Minute)
		if !s.known(cookie) {
			t.Fatal("somebody at work was logged out")
		}
	}
	s.now = s.now.Add(idleLimit + time.Second)
	if s.known(cookie) {
		t.Error("a login that was left alone holds")
	}
	s.now = s.now.Add(-idleLimit)
	if s.known(cookie) {
		t.Error("a login that has ended came back")
	}
}

func TestLoginEndsWithItsLifetime(t *testing.T) {
	s := newShelf(t, "http://localhost")
	cookie := s.logIn()
	var left time.Duration
	if err := s.pool.QueryRow(t.Context(), "select expiry - now() from sessions").Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left > lifetime || left < lifetime-time.Minute {
		t.Errorf("lives for %v, want %v", left, lifetime)
	}
	if _, err := s.pool.Exec(t.Context(), "update sessions set expiry = now() - interval '1 second'"); err != nil {
		t.Fatal(err)
	}
	if s.known(cookie) {
		t.Error("a session outlives its lifetime")
	}
}

// A request that began before somebody logged out must not put the session back.
func TestReadingLeavesTheSessionAlone(t *testing.T) {
	s := newShelf(t, "http://localhost")
	cookie := s.logIn()
	before := s.stored()
	s.now = s.now.Add(seenEvery - 2*time.Second)
	s.open(cookie)
	if s.stored() != before {
		t.Error("a request that only reads wrote the session")
	}
	s.now = s.now.Add(10 * time.Second)
	s.open(cookie)
	if s.stored() == before {
		t.Error("work is not noticed")
	}
}

// Somebody logs out while another of their requests is under way.
func TestEndedSessionsStayEnded(t *testing.T) {
	s := newShelf(t, "http://localhost")
	cookie := s.logIn()
	underWay := s.open(cookie)
	out := s.open(cookie)
	if err := s.Destroy(out); err != nil {
		t.Fatal(err)
	}
	s.Put(underWay, keyActing, "agder")
	if _, _, err := s.Commit(underWay); err != nil {
		t.Fatal(err)
	}
	if s.known(cookie) {
		t.Error("a request that was under way logged somebody in again who had logged out")
	}
	var length int
	if err := s.pool.QueryRow(t.Context(), "select length(data) from sessions").Scan(&length); err != nil || length != 0 {
		t.Errorf("what the session held is kept: %d bytes, %v", length, err)
	}
}

// A database that neither answers nor refuses must not hold requests for ever.
func TestStuckDatabaseIsGivenUp(t *testing.T) {
	s := newShelf(t, "http://localhost")
	cookie := s.logIn()
	stuck, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Rollback(t.Context())
	if _, err := stuck.Exec(t.Context(), "lock table sessions"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	r := httptest.NewRequest("GET", "/", nil).WithContext(ctx)
	r.AddCookie(cookie)
	if _, err := s.load(r); !portal.IsCode(err, "service_unavailable") {
		t.Errorf("got %v", err)
	}
}

func (s *shelf) stored() (data string) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), "select encode(data, 'hex') || expiry from sessions").Scan(&data); err != nil {
		s.t.Fatal(err)
	}
	return data
}

func TestCookie(t *testing.T) {
	for base, want := range map[string]struct {
		name   string
		secure bool
	}{"http://127.0.0.1:8080": {"samsvar", false}, "https://samsvar.example": {"__Host-samsvar", true}} {
		c := newShelf(t, base).logIn()
		if c.Name != want.name || c.Secure != want.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: %v", base, c)
		}
	}
}

func TestTokenIsNotInTheDatabase(t *testing.T) {
	s := newShelf(t, "http://localhost")
	cookie := s.logIn()
	var n int
	err := s.pool.QueryRow(t.Context(), "select count(*) from sessions where token = $1 or position(convert_to($1, 'UTF8') in data) > 0", cookie.Value).Scan(&n)
	if err != nil || n != 0 {
		t.Errorf("what the cookie says can be read in the database: %d, %v", n, err)
	}
}

func TestSessionsAwayIsSaidSo(t *testing.T) {
	s := newShelf(t, "http://localhost")
	cookie := s.logIn()
	s.pool.Close()
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(cookie)
	if _, err := s.load(r); !portal.IsCode(err, "service_unavailable") {
		t.Errorf("got %v", err)
	}
}

// A browser is known by its family and platform, and by nothing that somebody could write there.
func TestDeviceIsAFamilyAndAPlatform(t *testing.T) {
	for userAgent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":       "Edge, Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0":       "Opera, Windows",
		"Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537": "Samsung Internet, Android",
		"Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1":       "Chrome, iPad",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":               "Safari, macOS",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                      "Chrome, ChromeOS",
		"<b>Firefox/1</b> on Linux\u202e": "Firefox, Linux", "curl/8": "", "": "",
	} {
		if got := deviceOf(userAgent); got != want {
			t.Errorf("%s: %q, want %q", userAgent, got, want)
		}
	}
}
