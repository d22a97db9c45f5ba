// Package webui holds the built frontend and serves it. It knows nothing of
// the portal: which paths are the API's is decided by who mounts it.
package webui

import (
	"bytes"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Handler serves the frontend that was built into the program. Files under
// /assets carry a hash in their names and may be kept forever; where a
// compressed copy lies beside one, it is sent to those who accept it. Any other
// path that a browser navigates to gives index.html, which is asked for anew
// each time; so does the first page, to whoever asks. A program that was built without the frontend answers 404.
func Handler() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is named in the embed directive above
	}
	return handler{files}
}

var entry = regexp.MustCompile(`<script type="module"[^>]* src="/assets/([^"]+)"`)

// Build names the frontend that was built into the program, after the script that its pages begin with: the name carries
// a hash of all that follows from it. Empty without a frontend.
func Build() string {
	index, _ := dist.ReadFile("dist/index.html")
	if found := entry.FindSubmatch(index); found != nil {
		return string(found[1])
	}
	return ""
}

type handler struct{ files fs.FS }

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	switch {
	case strings.HasPrefix(name, "assets/"):
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		h.serve(w, r, name)
	case name != "" && !strings.HasPrefix(name, ".") && h.exists(name):
		w.Header().Set("Cache-Control", "no-cache")
		h.serve(w, r, name)
	case name == "" || strings.Contains(r.Header.Get("Accept"), "text/html"):
		w.Header().Set("Cache-Control", "no-cache")
		h.serve(w, r, "index.html")
	default:
		http.NotFound(w, r)
	}
}

func (h handler) exists(name string) bool {
	info, err := fs.Stat(h.files, name)
	return err == nil && !info.IsDir()
}

func (h handler) serve(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && h.exists(name+".gz") {
		w.Header().Set("Content-Encoding", "gzip")
		h.send(w, r, name, name+".gz")
		return
	}
	h.send(w, r, name, name)
}

// send answers with the content of file under the media type of name.
func (h handler) send(w http.ResponseWriter, r *http.Request, name, file string) {
	content, err := fs.ReadFile(h.files, file)
	if err != nil {
		w.Header().Del("Cache-Control")
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mediaType(name))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

// mediaType does not depend on what the machine knows of file endings.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}
