package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"samsvar/internal/consult"
	"samsvar/internal/demo"
	"samsvar/internal/devidp"
	"samsvar/internal/directory"
	"samsvar/internal/document"
	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/signoff"
	"samsvar/internal/yjs"
)

func demonstrate(ctx context.Context, c config, _ []string, out io.Writer) error {
	if c.production() || !c.loopback() || c.OIDC != "" {
		return errors.New("the demonstration serves invented people on a loopback address only")
	}
	c.DatabaseURL = "" // never on somebody's real data
	return withDatabase(ctx, c, func(db *postgres.DB, url string) error {
		if err := seed(ctx, c, db); err != nil {
			return fmt.Errorf("fill the demonstration: %w", err)
		}
		start, err := demonstrationTime(ctx, db)
		if err != nil {
			return err
		}
		return serveOn(ctx, c, db, url, c.clock(start), func() { introduce(c, out) })
	})
}

// demonstrationTime goes on where the demonstration was left, so that nothing happens before what it follows.
func demonstrationTime(ctx context.Context, db *postgres.DB) (time.Time, error) {
	last, err := db.LastEvent(ctx)
	if last.After(demo.Now) && last.Before(demo.Now.AddDate(1, 0, 0)) {
		return last, err
	}
	return demo.Now, err
}

func seed(ctx context.Context, c config, db *postgres.DB) error {
	clock, renderer, ids, live := &demo.Clock{}, yjs.NewRenderer(1), demo.IDs(), postgres.NewLiveDocuments(db.Pool())
	live.Now = clock.Now
	nobody := func([]portal.DocumentID) {} // has anything open yet
	return demo.Seed(ctx, demo.World{
		Clock: clock, Issuer: c.BaseURL + devidp.Path, FromJSON: renderer.FromJSON,
		Directory: directory.Service{Store: db.Directory(), Now: clock.Now},
		Consult:   consult.Service{Store: db.Consult(), Now: clock.Now, NewID: ids, Logger: slog.Default(), Changed: nobody},
		Document: document.Service{Store: db.Documents(), Renderer: yjs.Native{}, Second: renderer, Drafts: yjs.Native{},
			Now: clock.Now, NewID: ids, Logger: slog.Default(), Changed: nobody},
		Signoff: signoff.Service{Store: db.Signoff(), Now: clock.Now, NewID: ids},
		Meeting: meeting.Service{Store: db.MeetingStore(), Now: clock.Now, NewID: ids},
		Append:  live.Write,
	})
}

func introduce(c config, out io.Writer) {
	fmt.Fprintf(out, "\nSamsvar is ready: %s\n\nThe clock stands two days before the deadline. Everybody is invented; log in as\n\n", c.BaseURL)
	for _, p := range demo.Personas() {
		fmt.Fprintf(out, "  %-26s %s, %s\n", p.ID, p.Role.In(portal.Bokmal), p.Organisation)
	}
	fmt.Fprintln(out, "\nStop with Ctrl-C. What was done is kept for the next time.")
}
