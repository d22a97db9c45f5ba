// Package httpapi speaks HTTP to the world: the contract's operations, login,
// the pages, and one map from errors to problems. It decides nothing.
package httpapi

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"samsvar/internal/comment"
	"samsvar/internal/consult"
	"samsvar/internal/directory"
	"samsvar/internal/document"
	"samsvar/internal/export"
	"samsvar/internal/meeting"
	"samsvar/internal/notice"
	"samsvar/internal/portal"
	"samsvar/internal/signoff"
)

// Options are what the server is made of.
type Options struct {
	BaseURL       *url.URL
	Proxies       []*net.IPNet // trusted to say whom they speak for
	Demonstration bool
	Now           func() time.Time
	Logger        *slog.Logger
	Metrics       prometheus.Registerer

	Directory directory.Service
	Consult   consult.Service
	Document  document.Service
	Signoff   signoff.Service
	Meeting   meeting.Service
	Comment   comment.Service
	Export    export.Service
	Notice    notice.Service

	Login    Login
	Sessions scs.Store
	// Ready says whether database and migrations are as they should be.
	Ready func(context.Context) error
	Live  Live

	Pages http.Handler
	// Development is the development identity provider; nil where there is a real one.
	Development http.Handler
	// Mailbox shows the mail of a demonstration; nil where mail is sent, or none is.
	Mailbox http.Handler
}

// Live are the texts that people have open.
type Live interface {
	// Handler serves them, given how to know who is calling.
	Handler(authenticate func(*http.Request) (portal.Actor, error)) http.Handler
	// Presence says who has the documents open for writing.
	Presence(...portal.DocumentID) map[portal.DocumentID][]Writer
	// AccountChanged is told whenever what an account may do, or for whom it
	// acts, may have changed, and when it logs out.
	AccountChanged(portal.AccountID)
}

// Writer is somebody who has a document open for writing.
type Writer struct{ Name, Organisation string }

// Login is an OpenID Connect client of several providers. Pending is opaque;
// it is kept in the browser's session and used once.
type Login interface {
	Providers() []ProviderInfo
	Begin(ctx context.Context, provider string, wish LoginWish) (redirect string, pending []byte, err error)
	Finish(ctx context.Context, pending []byte, query url.Values) (Identified, error)
	// LogoutURL is where the provider forgets the login too; empty when it has no such page.
	LogoutURL(ctx context.Context, provider, idToken string) string
}

// LoginWish is what one login is to be like.
type LoginWish struct {
	Hint  string
	Again *portal.Account // who is to prove anew who they are
	Level portal.Level    // to be reached, when it is again
}

// Identified is a person as a provider vouches for them.
type Identified struct {
	directory.Identity
	Provider, IDToken string
	AuthTime          time.Time // when they proved it; zero when the provider does not say
}

// api holds the operations of the contract, in a file for each subject.
type api struct {
	directory     directory.Service
	consult       consult.Service
	document      document.Service
	signoff       signoff.Service
	meeting       meeting.Service
	comment       comment.Service
	export        export.Service
	notice        notice.Service
	login         Login
	sessions      sessions
	base          *url.URL
	live          Live
	now           func() time.Time
	demonstration bool
}

var _ StrictServerInterface = (*api)(nil)

const (
	liveRoute  = "/collab" // a WebSocket, and below it what takes its place
	linesRoute = liveRoute + "/*"
	pagesRoute = "/*"
	// calendarRoute is read by programs that do not log in: the address is the secret.
	calendarRoute = "/calendar/:secret"
)

// New gives the whole service as one handler.
func New(o Options) (http.Handler, error) {
	contract, err := loadContract()
	if err != nil {
		return nil, err
	}
	sameOrigin, err := sameOrigin(o.BaseURL)
	if err != nil {
		return nil, err
	}
	a := &api{directory: o.Directory, consult: o.Consult, document: o.Document, signoff: o.Signoff, meeting: o.Meeting, comment: o.Comment, export: o.Export, notice: o.Notice, login: o.Login,
		sessions: newSessions(o.Sessions, o.BaseURL), base: o.BaseURL, live: o.Live, now: o.Now, demonstration: o.Demonstration}

	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = addresses(o.Proxies)
	e.HTTPErrorHandler = problemHandler(o.Logger)
	e.Use(observe(o.Logger, o.Metrics), recoverPanics, securityHeaders(o.BaseURL), limitBody, sameOrigin)

	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", readiness(o.Ready))
	e.GET("/api/openapi.json", func(c echo.Context) error { return c.JSONBlob(http.StatusOK, contract.json) })

	requests := limit(requestLimit, address)
	auth := e.Group("/auth", limit(loginLimit, address), limitTime, a.withSession)
	auth.GET("/login", a.beginLogin)
	auth.GET("/callback", a.finishLogin)
	auth.POST("/logout", a.logOut)

	operations := e.Group("/api/v1", requests, limitTime, a.withSession, a.withActor, limit(writeLimit, writer), a.tellLive, contract.validate)
	RegisterHandlers(operations, NewStrictHandler(a, []StrictMiddlewareFunc{needLogin}))
	e.Any("/api/*", func(echo.Context) error { return echo.ErrNotFound })

	e.GET(calendarRoute, a.calendar, limit(loginLimit, address), limit(calendarLimit, secret), limitTime)

	if o.Development != nil {
		e.Any("/dev-idp", echo.WrapHandler(o.Development))
		e.Any("/dev-idp/*", echo.WrapHandler(o.Development))
	}
	if o.Mailbox != nil {
		e.GET("/dev-mail", echo.WrapHandler(o.Mailbox))
	}
	live := echo.WrapHandler(o.Live.Handler(a.authenticate))
	e.GET(liveRoute, live, requests)
	e.POST(linesRoute, live, requests)
	e.GET(pagesRoute, echo.WrapHandler(o.Pages))
	e.HEAD(pagesRoute, echo.WrapHandler(o.Pages))
	return e, nil
}

// tellLive has open texts look again, after a write about an account, at what it may do with them.
func (a *api) tellLive(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if err != nil || reads(c.Request().Method) || c.Response().Status >= 400 {
			return err
		}
		if id := c.Param("accountId"); id != "" {
			a.live.AccountChanged(portal.AccountID(id))
		}
		if c.Path() == "/api/v1/me/acting" || strings.HasPrefix(c.Path(), "/api/v1/me/sessions") {
			a.live.AccountChanged(actorOf(c.Request().Context()).Account)
		}
		return nil
	}
}

func readiness(ready func(context.Context) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			return portal.Unreadyf("service_unavailable", "not ready").Because(err)
		}
		return c.String(http.StatusOK, "ok\n")
	}
}

// underAPI says whether a path answers with problems rather than pages.
func underAPI(path string) bool { return strings.HasPrefix(path, "/api/") }
