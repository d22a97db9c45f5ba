package httpapi

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"samsvar/internal/portal"
)

// observe gives every request an id, one line of log and its place in the
// metrics. Neither bodies nor query strings are written down.
func observe(log *slog.Logger, metrics prometheus.Registerer) echo.MiddlewareFunc {
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "samsvar_http_request_seconds", Help: "Time to answer, by route.",
		Buckets: []float64{.002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5}}, []string{"method", "route", "status"})
	metrics.MustRegister(seconds)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began, id := time.Now(), uuid.NewString()
			c.Response().Header().Set(echo.HeaderXRequestID, id)
			if err := next(c); err != nil {
				c.Error(err)
			}
			took, status := time.Since(began), c.Response().Status
			seconds.WithLabelValues(c.Request().Method, c.Path(), strconv.Itoa(status)).Observe(took.Seconds())
			if strings.HasPrefix(c.Path(), "/*") && status < 400 {
				return nil // pages and their parts
			}
			line := []any{"id", id, "method", c.Request().Method, "route", c.Path(), "status", status, "ms", took.Milliseconds(),
				"account", c.Get("account"), "organisation", c.Get("organisation")}
			if err, _ := c.Get("error").(error); err != nil {
				line = append(line, "error", err.Error())
			}
			if status >= 500 {
				log.Error("request", line...)
			} else {
				log.Info("request", line...)
			}
			return nil
		}
	}
}

func recoverPanics(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			defer func() {
				if p := recover(); p != nil {
					log.Error("panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
					err = fmt.Errorf("panic: %v", p)
				}
			}()
			return next(c)
		}
	}
}

func securityHeaders(base *url.URL) echo.MiddlewareFunc {
	socket := "ws://" + base.Host
	if base.Scheme == "https" {
		socket = "wss://" + base.Host
	}
	policy := "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self' " + socket +
		"; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			if base.Scheme == "https" {
				h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
			}
			if path := c.Request().URL.Path; underAPI(path) || strings.HasPrefix(path, "/auth/") {
				h.Set("Cache-Control", "no-store")
			}
			return next(c)
		}
	}
}

const bodyLimit = 1 << 20

func limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().ContentLength > bodyLimit {
			return portal.TooLargef("too_large", "the request is larger than %d bytes", bodyLimit)
		}
		c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, bodyLimit)
		return next(c)
	}
}

// sameOrigin refuses what another site makes a browser send.
func sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(c echo.Context) error {
		if strings.HasPrefix(c.Request().URL.Path, "/dev-idp") {
			return next(c) // its own protocol has its own protection
		}
		if err := protection.Check(c.Request()); err != nil {
			return portal.Deniedf("cross_origin", "the request comes from another site")
		}
		return next(c)
	}
}

// limits holds back whoever asks far more than work needs, by address.
type limits struct {
	mu      sync.Mutex
	callers map[string]*visitor
	swept   time.Time
}

type visitor struct {
	requests, logins *rate.Limiter
	seen             time.Time
}

func newLimits() *limits { return &limits{callers: map[string]*visitor{}, swept: time.Now()} }

// A person at work makes a few requests a second; a whole hospital may share
// one address. Logins are dearer and rarer.
const (
	requestsPerSecond, requestBurst = 300, 1200
	loginsPerSecond, loginBurst     = 5, 60
)

func (l *limits) visitor(address string) *visitor {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.swept) > time.Minute {
		for address, v := range l.callers {
			if now.Sub(v.seen) > 10*time.Minute {
				delete(l.callers, address)
			}
		}
		l.swept = now
	}
	v := l.callers[address]
	if v == nil {
		v = &visitor{requests: rate.NewLimiter(requestsPerSecond, requestBurst), logins: rate.NewLimiter(loginsPerSecond, loginBurst)}
		l.callers[address] = v
	}
	v.seen = now
	return v
}

func (l *limits) requests(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !l.visitor(c.RealIP()).requests.Allow() {
			return &portal.Error{Kind: portal.RateLimited, Code: "rate_limited", Detail: "too many requests"}
		}
		return next(c)
	}
}

func (l *limits) logins(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !l.visitor(c.RealIP()).logins.Allow() {
			return &portal.Error{Kind: portal.RateLimited, Code: "rate_limited", Detail: "too many logins"}
		}
		return next(c)
	}
}

// sessionError is for a session store that does not answer.
func sessionError(w http.ResponseWriter, _ *http.Request, err error) {
	slog.Error("the session could not be read or kept", "error", err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Retry-After", "2")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(`{"type":"about:blank","title":"Service Unavailable","status":503,"code":"service_unavailable"}`))
}
