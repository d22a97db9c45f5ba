package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

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
			took, status, route := time.Since(began), c.Response().Status, c.Path()
			method := knownMethod(c.Request().Method)
			live := strings.HasPrefix(route, liveRoute) // which lasts for as long as somebody writes
			if !live {
				seconds.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
			}
			if (route == linesRoute || route == pagesRoute) && status < 400 {
				return nil
			}
			line := []any{"id", id, "method", method, "route", route, "status", status, "ms", took.Milliseconds(),
				"account", c.Get("account"), "organisation", c.Get("organisation")}
			if err, _ := c.Get("error").(error); err != nil {
				line = append(line, "error", err.Error())
			}
			if stack := c.Get("stack"); stack != nil {
				line = append(line, "stack", stack)
			}
			level := slog.LevelInfo
			if status >= 500 {
				level = slog.LevelError
			}
			log.Log(c.Request().Context(), level, "request", line...)
			return nil
		}
	}
}

// knownMethod keeps invented methods out of logs and metrics.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

func recoverPanics(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				c.Set("stack", string(debug.Stack()))
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		return next(c)
	}
}

func securityHeaders(base *url.URL) echo.MiddlewareFunc {
	socket := "ws://" + base.Host
	if base.Scheme == "https" {
		socket = "wss://" + base.Host
	}
	policy := "default-src 'self'; script-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self' " + socket +
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

// patience is how long an operation may take: a database that does not answer is then said not to.
const patience = 20 * time.Second

// patienceOf leaves somebody on a slow net the time that the server takes to read a request for sending a file.
func patienceOf(route string) time.Duration {
	if limitOf(route) == attachmentLimit {
		return time.Minute + patience
	}
	return patience
}

func limitTime(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		request := c.Request()
		ctx, cancel := context.WithTimeout(request.Context(), patienceOf(c.Path()))
		defer cancel()
		defer c.SetRequest(request) // whose context tells whether the caller has gone
		c.SetRequest(request.WithContext(ctx))
		return next(c)
	}
}

const (
	bodyLimit       = 1 << 20
	attachmentLimit = 10 << 20
)

// limitOf is how large the body of a request on the route may be, in bytes.
func limitOf(route string) int64 {
	if strings.HasSuffix(route, "/attachments") {
		return attachmentLimit
	}
	return bodyLimit
}

func limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Path() == linesRoute { // has a limit of its own
			return next(c)
		}
		most := limitOf(c.Path())
		if c.Request().ContentLength > most {
			return portal.TooLargef("too_large", "the request is larger than %d bytes", most)
		}
		c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, most)
		return next(c)
	}
}

// sameOrigin refuses what another site makes a browser send.
func sameOrigin(base *url.URL) (echo.MiddlewareFunc, error) {
	protection := http.NewCrossOriginProtection()
	// A proxy in front may have given the request another Host.
	if err := protection.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, err
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return portal.Deniedf("cross_origin", "the request comes from another site")
			}
			return next(c)
		}
	}, nil
}
