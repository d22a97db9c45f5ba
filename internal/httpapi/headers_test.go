package httpapi

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"samsvar/internal/portal"
)

func TestSecurityHeaders(t *testing.T) {
	for base, c := range map[string]struct{ transport, socket string }{
		"https://samsvar.example": {"max-age=31536000; includeSubDomains", "connect-src 'self' wss://samsvar.example;"},
		"http://127.0.0.1:8080":   {"", "connect-src 'self' ws://127.0.0.1:8080;"},
	} {
		address, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		e := echo.New()
		e.Use(securityHeaders(address))
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/nowhere", nil))
		h := w.Header()
		if h.Get("Strict-Transport-Security") != c.transport || h.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: %v", base, h)
		}
		for _, want := range []string{"default-src 'self'", "; script-src 'self';", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", c.socket} {
			if !strings.Contains(h.Get("Content-Security-Policy"), want) {
				t.Errorf("%s: the policy lacks %s", base, want)
			}
		}
	}
}

// What was refused is in the log with who, where and why, and so is a login that came to nothing.
func TestRefusalsAreLogged(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	e := echo.New()
	e.HTTPErrorHandler = problemHandler(logger)
	e.Use(observe(logger, prometheus.NewRegistry()))
	e.GET("/api/v1/rounds/:roundId", func(c echo.Context) error {
		c.Set("account", "somebody")
		return portal.Deniedf("not_yours", "no such right")
	})
	e.GET("/auth/callback", func(c echo.Context) error {
		return loginFailed(c, portal.Invalidf("login_state_mismatch", "another browser's"))
	})
	for path, want := range map[string]map[string]any{
		"/api/v1/rounds/1?secret=x": {"status": 403.0, "route": "/api/v1/rounds/:roundId", "account": "somebody", "error": "not_yours"},
		"/auth/callback?code=x":     {"status": 302.0, "route": "/auth/callback", "account": nil, "error": "login_state_mismatch"},
	} {
		log.Reset()
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
		var line map[string]any
		if err := json.Unmarshal(log.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v, %s", path, err, log.Bytes())
		}
		said, _ := line["error"].(string)
		if line["status"] != want["status"] || line["route"] != want["route"] || line["account"] != want["account"] || !strings.Contains(said, want["error"].(string)) || line["time"] == nil {
			t.Errorf("%s: %s", path, log.Bytes())
		}
		if strings.Contains(log.String(), "=x") {
			t.Errorf("%s: the log holds the query: %s", path, log.Bytes())
		}
	}
}
