package mailing

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"samsvar/internal/notice"
	"samsvar/internal/workflow"
)

// kept is how many mails the mailbox holds; the oldest go.
const kept = 300

// Mailbox takes mail instead of a server, and shows it to anybody: for the
// demonstration, whose people have no addresses. It is forgotten with the process.
type Mailbox struct {
	now   func() time.Time
	mutex sync.Mutex
	mails []caught // newest first
}

type caught struct {
	notice.Message
	At string
}

// NewMailbox makes an empty one.
func NewMailbox(now func() time.Time) *Mailbox { return &Mailbox{now: now} }

// Send puts the mail on top.
func (b *Mailbox) Send(_ context.Context, m notice.Message) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.mails = append([]caught{{m, b.now().In(workflow.Oslo).Format("02.01.2006 kl. 15.04")}}, b.mails...)
	b.mails = b.mails[:min(len(b.mails), kept)]
	return nil
}

//go:embed mailbox.html
var mailboxHTML string

var mailboxPage = template.Must(template.New("mailbox").Funcs(template.FuncMap{"parts": parts}).Parse(mailboxHTML))

// ServeHTTP shows the mails, or with ?to= those to one address.
func (b *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to := strings.TrimSpace(r.URL.Query().Get("to"))
	var shown []caught
	b.mutex.Lock()
	for _, m := range b.mails {
		if to == "" || strings.Contains(strings.ToLower(m.Name+" "+m.Address), strings.ToLower(to)) {
			shown = append(shown, m)
		}
	}
	b.mutex.Unlock()
	var body bytes.Buffer
	if err := mailboxPage.Execute(&body, map[string]any{"To": to, "Mails": shown}); err != nil {
		http.Error(w, "the mailbox cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	_, _ = body.WriteTo(w)
}

// part is a run of a mail's text, or an address in it.
type part struct {
	Text string
	Link bool
}

// parts tells the addresses in a text from the rest of it.
func parts(text string) (out []part) {
	for {
		at := strings.Index(text, "http")
		if at < 0 {
			return append(out, part{Text: text})
		}
		end := strings.IndexAny(text[at:], " \n")
		if end < 0 {
			end = len(text) - at
		}
		out = append(out, part{Text: text[:at]}, part{Text: text[at : at+end], Link: true})
		text = text[at+end:]
	}
}
