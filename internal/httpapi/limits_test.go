package httpapi

import (
	"net"
	"net/http/httptest"
	"testing"
	"time"
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
