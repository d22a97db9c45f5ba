package httpapi

import (
	"net"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"samsvar/internal/portal"
)

// A whole hospital may share one address, and a person at work makes a few
// requests a second: the limits are for what is neither.
var (
	requestLimit = allowance{perSecond: 1000, burst: 3000} // of an address
	loginLimit   = allowance{perSecond: 20, burst: 200}    // of an address
	writeLimit   = allowance{perSecond: 100, burst: 300}   // of an account

	calendarLimit = allowance{perSecond: 0.1, burst: 30} // of a calendar
)

type allowance struct {
	perSecond rate.Limit
	burst     int
}

// limiter holds back whoever asks for more than an allowance.
type limiter struct {
	allowance
	mu     sync.Mutex
	askers map[string]*asker
	swept  time.Time
}

type asker struct {
	*rate.Limiter
	seen time.Time
}

func newLimiter(a allowance) *limiter { return &limiter{allowance: a, askers: map[string]*asker{}} }

// forgetAfter is longer than it takes any allowance to be whole again.
const forgetAfter = 5 * time.Minute

func (l *limiter) allow(who string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		for name, a := range l.askers {
			if now.Sub(a.seen) > forgetAfter {
				delete(l.askers, name)
			}
		}
		l.swept = now
	}
	a := l.askers[who]
	if a == nil {
		a = &asker{Limiter: rate.NewLimiter(l.perSecond, l.burst)}
		l.askers[who] = a
	}
	a.seen = now
	return a.AllowN(now, 1)
}

// limit refuses whoever is over the allowance. An empty name is let through.
func limit(a allowance, name func(echo.Context) string) echo.MiddlewareFunc {
	l := newLimiter(a)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if who := name(c); who != "" && !l.allow(who, time.Now()) {
				return &portal.Error{Kind: portal.RateLimited, Code: "rate_limited", Detail: "too many requests in a short time"}
			}
			return next(c)
		}
	}
}

func address(c echo.Context) string { return c.RealIP() }

// writer is the account that wants to change something.
func writer(c echo.Context) string {
	if reads(c.Request().Method) {
		return ""
	}
	return string(actorOf(c.Request().Context()).Account)
}

func reads(method string) bool { return method == "GET" || method == "HEAD" || method == "OPTIONS" }

// addresses says how to know who calls: the connection's other end, or what
// trusted proxies in front say of it.
func addresses(proxies []*net.IPNet) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, network := range proxies {
		trust = append(trust, echo.TrustIPRange(network))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
