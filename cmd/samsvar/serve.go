package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"samsvar/internal/collab"
	"samsvar/internal/comment"
	"samsvar/internal/consult"
	"samsvar/internal/directory"
	"samsvar/internal/document"
	"samsvar/internal/export"
	"samsvar/internal/httpapi"
	"samsvar/internal/meeting"
	"samsvar/internal/notice"
	"samsvar/internal/pgembed"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/signoff"
	"samsvar/internal/webui"
	"samsvar/internal/yjs"
)

// A stop takes less than ten seconds: what is under way is finished first,
// then the private database is put to rest.
const (
	drain      = 5 * time.Second
	lastMoment = 500 * time.Millisecond
	rest       = 3 * time.Second
)

// draftsHeld is how much of memory the texts of drafts may take that are looked at again and again.
const draftsHeld = 64 << 20

func serve(ctx context.Context, c config, _ []string, _ io.Writer) error {
	if err := c.mayServe(); err != nil {
		return err
	}
	return withDatabase(ctx, c, func(db *postgres.DB, url string) error {
		return serveOn(ctx, c, db, url, c.clock(time.Time{}), nil)
	})
}

// withDatabase opens the database; a private one is started, migrated and
// filled with the reference data first.
func withDatabase(ctx context.Context, c config, use func(db *postgres.DB, url string) error) error {
	url := c.DatabaseURL
	if url == "" {
		server, err := pgembed.Start(ctx, pgembed.Options{DataDir: c.Data})
		if err != nil {
			return fmt.Errorf("private PostgreSQL: %w", err)
		}
		defer func() {
			stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), rest)
			defer cancel()
			if err := server.Stop(stopping); err != nil {
				slog.Warn("the private PostgreSQL did not stop cleanly", "error", err)
			}
		}()
		if err := postgres.MakePrivateRoles(ctx, server.URL()); err != nil {
			return err
		}
		if err := prepare(ctx, c, server.URL()); err != nil {
			return err
		}
		url = postgres.PrivateLogin(server.URL(), postgres.ProgramRole)
	}
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	defer leave(db)
	return use(db, url)
}

// leave closes the database, without waiting for those who are busy with it past every deadline.
func leave(db *postgres.DB) {
	closed := make(chan struct{})
	go func() {
		db.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(lastMoment):
	}
}

// prepare migrates and loads the embedded reference data.
func prepare(ctx context.Context, c config, url string) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	reference, err := directory.Parse(directory.Embedded())
	if err != nil {
		return err
	}
	_, err = directory.Service{Store: db.Directory(), Now: c.clock(time.Time{})}.Load(ctx, reference)
	return err
}

// serveOn runs the whole portal until ctx ends, then drains.
func serveOn(ctx context.Context, c config, db *postgres.DB, url string, now func() time.Time, ready func()) error {
	if err := c.guarded(db.Confined(ctx)); err != nil {
		return err
	}
	log, metrics := slog.Default(), prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	drafts := document.NewRemembering(document.NewTurns(2).Rendering(yjs.Native{}), draftsHeld)
	documents := document.Service{Store: db.Documents(), Renderer: yjs.Native{}, Second: yjs.NewRenderer(2), Drafts: drafts, Authors: yjs.Native{},
		Turns: document.NewTurns(2), Now: now, NewID: portal.NewID, Logger: log}
	hub := newHub(c, db, documents, log, metrics)
	documents.Changed = func(ids []portal.DocumentID) { hub.Refresh(ids...) }
	login, development, err := newLogin(c)
	if err != nil {
		return err
	}
	signing, err := keepTrail(c, db, now, log, metrics)
	if err != nil {
		return err
	}
	proxies, err := c.proxies()
	if err != nil {
		return err
	}
	sender, mailbox, err := newSender(c, development != nil, now)
	if err != nil {
		return err
	}
	people := directory.Service{Store: db.Directory(), Now: now}
	consultation := consult.Service{Store: db.Consult(), Now: now, NewID: portal.NewID, Logger: log, Changed: documents.Changed}
	exports := export.Service{Store: db.Exports(), Attached: db.AttachmentContent, Opened: consultation.Export, Renderer: export.NewRenderer(c.Renderer), Now: now, NewID: portal.NewID, Logger: log}
	notices := notice.Service{Store: db.Told(), Sender: sender, Eyes: eyes{people, consultation}, Base: strings.TrimSuffix(c.BaseURL, "/"), Now: now, Logger: log}
	sessions := postgres.NewSessions(db.Pool())
	handler, err := httpapi.New(httpapi.Options{
		BaseURL: c.base(), Proxies: proxies, Demonstration: development != nil, Now: now, Logger: log, Metrics: metrics,
		Directory: people,
		Consult:   consultation,
		Document:  documents,
		Signoff:   signoff.Service{Store: db.Signoff(), Now: now, NewID: portal.NewID},
		Meeting:   meeting.Service{Store: db.MeetingStore(), Now: now, NewID: portal.NewID},
		Comment:   comment.Service{Store: db.Comments(), Now: now, NewID: portal.NewID},
		Export:    exports,
		Notice:    notices,
		Login:     login, Sessions: sessions, Live: live{hub, c.base()}, Pages: webui.Handler(), Development: development, Mailbox: mailbox,
		Ready: func(ctx context.Context) error {
			if err := db.Ping(ctx); err != nil {
				return err
			}
			migrated, err := postgres.Migrated(ctx, url)
			if err == nil && !migrated {
				err = errors.New("migrations are waiting")
			}
			return err
		},
	})
	if err != nil {
		return err
	}
	return listen(ctx, c, handler, metrics, hub, ready, exports.Work, notices.Work, signing, func(ctx context.Context) { sessions.Sweep(ctx, log) })
}

// listen serves, and does the work aside, until ctx ends.
func listen(ctx context.Context, c config, handler http.Handler, metrics *prometheus.Registry, hub *collab.Hub, ready func(), aside ...func(context.Context)) error {
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	if listener, err = c.secured(listener); err != nil {
		return err
	}
	// A slow network gets its minute for a request and ten for a large download; live documents set their own limits.
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 10 * time.Minute, IdleTimeout: 2 * time.Minute}
	tasks, working := errgroup.WithContext(ctx)
	tasks.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	for _, work := range append(aside, func(ctx context.Context) { serveMetrics(ctx, c.Metrics, metrics) }) {
		tasks.Go(func() error { work(working); return nil })
	}
	tasks.Go(func() error {
		<-working.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		return errors.Join(hub.Close(stopping), server.Shutdown(stopping))
	})
	slog.Info("serving", "address", c.BaseURL)
	if ready != nil {
		ready()
	}
	return tasks.Wait()
}

// serveMetrics is a convenience: a port that is taken does not keep the portal from serving.
func serveMetrics(ctx context.Context, addr string, metrics *prometheus.Registry) {
	if addr == "" {
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		slog.Warn("no metrics", "address", addr, "error", err)
	}
}
