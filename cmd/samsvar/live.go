package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"samsvar/internal/collab"
	"samsvar/internal/document"
	"samsvar/internal/httpapi"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/webui"
	"samsvar/internal/yjs"
)

// newHub makes the live documents: kept by the database, guarded by document's rules.
func newHub(c config, db *postgres.DB, documents document.Service, log *slog.Logger, metrics prometheus.Registerer) *collab.Hub {
	saved := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "samsvar_edit_saved_seconds", Help: "From an edit's arrival to its acknowledgement after COMMIT.",
		Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .5, 1}})
	metrics.MustRegister(saved)
	edits := postgres.NewLiveDocuments(db.Pool())
	edits.Now = documents.Now
	return collab.New(collab.Options{Log: edits, Relay: postgres.NewRelay(db.Pool(), log), Gate: gate{documents}, Logger: log,
		Pages:        webui.Build(),
		Same:         yjs.NewRenderer(1).SameDocument,
		Limits:       collab.Limits{MessagesPerSecond: c.LiveRate},
		Acknowledged: func(took time.Duration) { saved.Observe(took.Seconds()) }})
}

// gate lets document decide about sockets.
type gate struct{ documents document.Service }

var accesses = map[document.Access]collab.Access{
	document.NoAccess: collab.AccessNone, document.MayRead: collab.AccessRead, document.MayReadFixed: collab.AccessFrozen,
	document.MayReadSent: collab.AccessSubmitted, document.MayWrite: collab.AccessWrite,
}

func (g gate) Access(ctx context.Context, actor portal.Actor, id portal.DocumentID) (collab.Access, error) {
	access, err := g.documents.Access(portal.Acting(ctx, actor), actor, id)
	return accesses[access], err
}

// live is the hub as the API knows it.
type live struct {
	hub  *collab.Hub
	base *url.URL
}

func (l live) Handler(authenticate func(*http.Request) (portal.Actor, error)) http.Handler {
	return l.hub.Handler(authenticate, l.base.Scheme+"://"+l.base.Host)
}

func (l live) Presence(ids ...portal.DocumentID) map[portal.DocumentID][]httpapi.Writer {
	out := map[portal.DocumentID][]httpapi.Writer{}
	for id, people := range l.hub.Presence(ids...) {
		for _, p := range people {
			out[id] = append(out[id], httpapi.Writer{Name: p.Name, Organisation: p.OrganisationName})
		}
	}
	return out
}

func (l live) AccountChanged(id portal.AccountID) { l.hub.RefreshAccount(id) }
