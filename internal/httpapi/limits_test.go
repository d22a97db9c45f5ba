package httpapi

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
	"github.com/prometheus/client_golang/prometheus"

	"samsvar/internal/directory"
	"samsvar/internal/portal"
)

func TestLimiterHoldsBackOneAndLetsOthersThrough(t *testing.T) {
	now := time.Now()
	l := newLimiter(allowance{perSecond: 2, burst: 4})
	took := func(who string, tries int) (n int) {
		for range tries {
			if l.allow(who, now) {
				n++
			}
		}
		return n
	}
	if n := took("one", 10); n != 4 {
		t.Errorf("let %d through at once, want 4", n)
	}
	if n := took("other", 3); n != 3 {
		t.Errorf("somebody else was held back: %d of 3", n)
	}
	now = now.Add(time.Second)
	if n := took("one", 10); n != 2 {
		t.Errorf("let %d through in the next second, want 2", n)
	}
	now = now.Add(forgetAfter + 2*time.Minute)
	took("third", 1)
	if len(l.askers) != 1 {
		t.Errorf("remembers %d, want only the last", len(l.askers))
	}
}

// standings knows one account under any id, and nothing else.
type standings struct{ directory.Store }

func (standings) Standing(_ context.Context, id portal.AccountID, _ time.Time) (portal.Account, []directory.AccountRole, []portal.Mandate, error) {
	return portal.Account{ID: id}, nil, nil, nil
}

// nothingLive has no texts.
type nothingLive struct{ Live }

func (nothingLive) Handler(func(*http.Request) (portal.Actor, error)) http.Handler {
	return http.NotFoundHandler()
}

// Whoever sends too many requests, or tries to change too much, is told so by the routes themselves, and alone.
func TestRoutesHoldBackWhoAsksTooMuch(t *testing.T) {
	requestsBefore, writesBefore := requestLimit, writeLimit
	t.Cleanup(func() { requestLimit, writeLimit = requestsBefore, writesBefore })
	requestLimit.perSecond, writeLimit.perSecond = 1, 1 // the bursts are those of every day; what comes after takes its time
	base, err := url.Parse("http://localhost")
	if err != nil {
		t.Fatal(err)
	}
	store := memstore.New()
	handler, err := New(Options{BaseURL: base, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Pages: http.NotFoundHandler(),
		Directory: directory.Service{Store: standings{}, Now: time.Now}, Sessions: store, Live: nothingLive{}})
	if err != nil {
		t.Fatal(err)
	}
	kept := newSessions(store, base)
	logIn := func(account string) *http.Cookie {
		ctx, err := kept.load(httptest.NewRequest("GET", "/", nil))
		if err != nil {
			t.Fatal(err)
		}
		kept.Put(ctx, keyAccount, account)
		kept.Put(ctx, keySeen, time.Now().Unix())
		w := httptest.NewRecorder()
		if err := kept.keep(ctx, w); err != nil {
			t.Fatal(err)
		}
		return w.Result().Cookies()[0]
	}
	ask := func(method, path, from string, cookies ...*http.Cookie) int {
		r := httptest.NewRequest(method, path, strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = from + ":4000"
		for _, cookie := range cookies {
			r.AddCookie(cookie)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
			t.Error("it does not say how long")
		}
		return w.Code
	}
	for _, path := range []string{"/api/v1/me", "/collab"} { // each from its own address, and both from one allowance
		from, through := "203.0.113."+strconv.Itoa(len(path)), 0
		for ask("GET", path, from) != http.StatusTooManyRequests {
			if through++; through > requestLimit.burst+100 {
				t.Fatalf("%s lets %d requests through", path, through)
			}
		}
		if through < requestLimit.burst || ask("GET", "/api/v1/me", from) != http.StatusTooManyRequests {
			t.Errorf("%s let only %d requests through", path, through)
		}
	}
	if got := ask("GET", "/api/v1/me", "203.0.113.99"); got != http.StatusUnauthorized {
		t.Errorf("another address is held back: %d", got)
	}

	busy, other := logIn("busy"), logIn("other")
	write := func(who *http.Cookie, from string) int { return ask("PUT", "/api/v1/me/language", from, who) }
	through := 0
	for n := 0; write(busy, "198.51.100."+strconv.Itoa(n%200)) != http.StatusTooManyRequests; n++ { // from wherever the account is
		if through++; through > writeLimit.burst+100 {
			t.Fatalf("%d writes of one account were let through", through)
		}
	}
	if through < writeLimit.burst {
		t.Errorf("only %d writes were let through", through)
	}
	if reads, others := ask("GET", "/api/v1/me", "198.51.100.1", busy), write(other, "198.51.100.1"); reads != http.StatusOK || others != http.StatusBadRequest {
		t.Errorf("reading is answered %d, another account's write %d", reads, others)
	}
}

func TestWhoCalls(t *testing.T) {
	_, proxy, err := net.ParseCIDR("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, from, forwarded string
		proxies               []*net.IPNet
		want                  string
	}{
		{"nobody is believed unless named", "10.0.0.1:4000", "203.0.113.7", nil, "10.0.0.1"},
		{"not the machine itself either", "127.0.0.1:4000", "203.0.113.7", []*net.IPNet{proxy}, "127.0.0.1"},
		{"a proxy that is named", "10.0.0.1:4000", "203.0.113.7", []*net.IPNet{proxy}, "203.0.113.7"},
		{"what the caller wrote before the proxy did", "10.0.0.1:4000", "198.51.100.1, 203.0.113.7", []*net.IPNet{proxy}, "203.0.113.7"},
		{"a stranger who claims much", "203.0.113.9:4000", "10.0.0.1", []*net.IPNet{proxy}, "203.0.113.9"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := addresses(c.proxies)(r); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestOnlyLocalPathsAreReturnedTo(t *testing.T) {
	for path, want := range map[string]string{
		"/rounds/1?tab=a#b": "/rounds/1?tab=a#b", "/": "/", "": "/", "rounds": "/", "//evil.example": "/", "///evil.example": "/",
		"https://evil.example/": "/", `/\evil.example`: "/", "/\tevil": "/", "javascript:alert(1)": "/", "/%zz": "/",
	} {
		if got := localPath(path); got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}
