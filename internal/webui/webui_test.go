package webui

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func get(t *testing.T, files fstest.MapFS, target string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler{files}.ServeHTTP(w, r)
	return w.Result()
}

var built = fstest.MapFS{
	"index.html":         {Data: []byte("<!doctype html>")},
	"favicon.svg":        {Data: []byte("<svg/>")},
	".gitkeep":           {},
	"assets/a-1.js":      {Data: []byte("plain")},
	"assets/a-1.js.gz":   {Data: []byte("packed")},
	"assets/i-2.woff2":   {Data: []byte("font")},
	"assets/empty/x.css": {Data: []byte("css")},
}

func TestServes(t *testing.T) {
	const forever, everyTime = "public, max-age=31536000, immutable", "no-cache"
	cases := []struct {
		name, target    string
		headers         []string
		status          int
		body, media     string
		cache, encoding string
	}{
		{"an asset, for a year", "/assets/a-1.js", nil, 200, "plain", "text/javascript; charset=utf-8", forever, ""},
		{"an asset, compressed", "/assets/a-1.js", []string{"Accept-Encoding", "gzip, br"}, 200, "packed", "text/javascript; charset=utf-8", forever, "gzip"},
		{"a font, that has no compressed copy", "/assets/i-2.woff2", []string{"Accept-Encoding", "gzip"}, 200, "font", "font/woff2", forever, ""},
		{"a file beside the page", "/favicon.svg", nil, 200, "<svg/>", "image/svg+xml", everyTime, ""},
		{"the page, at its root", "/", []string{"Accept", "text/html"}, 200, "<!doctype html>", "text/html; charset=utf-8", everyTime, ""},
		{"the page, to whoever asks for the first one", "/", nil, 200, "<!doctype html>", "text/html; charset=utf-8", everyTime, ""},
		{"the page, at any place in it", "/rounds/1", []string{"Accept", "text/html,*/*"}, 200, "<!doctype html>", "text/html; charset=utf-8", everyTime, ""},
		{"nothing for a script that asks for an unknown path", "/rounds/1", []string{"Accept", "application/json"}, 404, "404 page not found\n", "text/plain; charset=utf-8", "", ""},
		{"nothing for an asset of an older build", "/assets/a-0.js", []string{"Accept", "text/html"}, 404, "404 page not found\n", "text/plain; charset=utf-8", "", ""},
		{"no folder", "/assets/empty", nil, 404, "404 page not found\n", "text/plain; charset=utf-8", "", ""},
		{"no hidden file", "/.gitkeep", nil, 404, "404 page not found\n", "text/plain; charset=utf-8", "", ""},
		{"nothing above its folder", "/assets/../../webui.go", nil, 404, "404 page not found\n", "text/plain; charset=utf-8", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			response := get(t, built, c.target, c.headers...)
			body := make([]byte, 64)
			n, _ := response.Body.Read(body)
			want := []any{c.status, c.body, c.media, c.cache, c.encoding}
			got := []any{response.StatusCode, string(body[:n]), response.Header.Get("Content-Type"),
				response.Header.Get("Cache-Control"), response.Header.Get("Content-Encoding")}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("got %q, want %q", got[i], want[i])
				}
			}
		})
	}
}

func TestWithoutAFrontendThereIsNothing(t *testing.T) {
	response := get(t, fstest.MapFS{".gitkeep": {}}, "/", "Accept", "text/html")
	if response.StatusCode != http.StatusNotFound {
		t.Fatalf("got %d, want 404", response.StatusCode)
	}
}

func TestOnlyReads(t *testing.T) {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Fatalf("got %d, want 405", w.Code)
	}
}
