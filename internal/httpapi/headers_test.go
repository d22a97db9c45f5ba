package httpapi

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
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
		for _, want := range []string{"default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", c.socket} {
			if !strings.Contains(h.Get("Content-Security-Policy"), want) {
				t.Errorf("%s: the policy lacks %s", base, want)
			}
		}
	}
}
