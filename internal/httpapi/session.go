package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"samsvar/internal/directory"
	"samsvar/internal/portal"
)

// What a session holds. Roles are never among it: they are read at every request.
const (
	keyAccount  = "account"
	keyActing   = "acting"
	keyProvider = "provider"
	keyIDToken  = "id_token"
	keyPending  = "pending"
	keyReturnTo = "return_to"
	keyProved   = "proved" // when they last proved who they are, in Unix seconds by the provider's clock
	keyLevel    = "level"
	keySession  = "session"
	keySeen     = "seen" // when the account was last at work, in Unix seconds
)

const (
	lifetime  = 12 * time.Hour
	idleLimit = 2 * time.Hour
	// seenEvery is how exactly idleness is known. Were it known to the request,
	// every reading request would write, and one under way while somebody logs
	// out or changes organisation would put the session back as it was.
	seenEvery = time.Minute
)

// sessions are kept in the database under the hash of what the cookie says.
// Whoever changes one keeps it.
type sessions struct {
	*scs.SessionManager
	clock func() time.Time // the machine's, whatever the portal's clock says
}

func newSessions(store scs.Store, base *url.URL) sessions {
	s := scs.New()
	s.Store = store
	s.Lifetime = lifetime
	s.Cookie.Name, s.Cookie.Path = "samsvar", "/"
	s.Cookie.HttpOnly, s.Cookie.SameSite = true, http.SameSiteLaxMode
	if base.Scheme == "https" {
		s.Cookie.Name, s.Cookie.Secure = "__Host-samsvar", true
	}
	s.HashTokenInStore = true
	return sessions{s, time.Now}
}

// load gives the context of the request's session, a fresh one when it has
// none. A login that was left for too long has ended.
func (s sessions) load(r *http.Request) (context.Context, error) {
	token := ""
	if cookie, err := r.Cookie(s.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := s.Load(r.Context(), token)
	if err != nil {
		return nil, sessionsAway(err)
	}
	if !s.Exists(ctx, keyAccount) {
		return ctx, nil
	}
	idle := s.clock().Sub(time.Unix(s.GetInt64(ctx, keySeen), 0))
	switch {
	case idle > idleLimit:
		err = s.Destroy(ctx)
	case idle > seenEvery:
		s.Put(ctx, keySeen, s.clock().Unix())
		_, _, err = s.Commit(ctx)
	}
	return ctx, sessionsAway(err)
}

// keep commits the session and, when it is new, has another name or is gone, says so in a cookie.
func (s sessions) keep(ctx context.Context, w http.ResponseWriter) error {
	if s.Status(ctx) == scs.Destroyed {
		s.WriteSessionCookie(ctx, w, "", time.Time{})
		return nil
	}
	token, expiry, err := s.Commit(ctx)
	if err == nil {
		s.WriteSessionCookie(ctx, w, token, expiry)
	}
	return sessionsAway(err)
}

// login is how the session's person came in. One whose provider does not say when, came in too long ago.
func (s sessions) login(ctx context.Context) portal.Login {
	age := s.clock().Sub(time.Unix(s.GetInt64(ctx, keyProved), 0))
	return portal.Login{Age: max(0, age), Level: portal.Level(s.GetString(ctx, keyLevel)), Session: portal.SessionID(s.GetString(ctx, keySession))}
}

func sessionsAway(err error) error {
	if err == nil {
		return nil
	}
	return portal.Unreadyf("service_unavailable", "sessions can be neither read nor kept").Because(err)
}

// caller is who is calling: an account, what it may act for, and the one it acts for now.
type caller struct {
	directory.Standing
	actor portal.Actor // without organisation and roles when it acts for nobody
}

// shownHeader is where a page says whom it shows as acting. Tabs share a
// session: what is pressed in one must not be done by whom another has chosen.
const shownHeader = "Samsvar-As"

func (who caller) shown() string {
	return string(who.Account.ID) + "/" + string(who.actor.Organisation)
}

type callerKey struct{}

func callerOf(ctx context.Context) (caller, bool) {
	c, ok := ctx.Value(callerKey{}).(caller)
	return c, ok
}

// actorOf is the actor of a request. Operations other than the public ones
// are not reached without one.
func actorOf(ctx context.Context) portal.Actor {
	c, _ := callerOf(ctx)
	return c.actor
}

func (a *api) withSession(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, err := a.sessions.load(c.Request())
		if err != nil {
			return err
		}
		c.SetRequest(c.Request().WithContext(portal.Acting(ctx, portal.Actor{})))
		return next(c)
	}
}

// withActor finds out who is calling, with rights as they are at this moment.
func (a *api) withActor(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		who, err := a.resolve(ctx)
		if portal.IsCode(err, "unauthenticated") {
			return next(c)
		}
		if err != nil {
			return err
		}
		c.SetRequest(c.Request().WithContext(portal.Acting(context.WithValue(ctx, callerKey{}, who), who.actor)))
		if shown := c.Request().Header.Get(shownHeader); shown != "" && shown != who.shown() && !strings.HasPrefix(c.Path(), "/api/v1/me") {
			return portal.Conflictf("acting_changed", "the page shows another account or organisation than the session has by now")
		}
		c.Set("account", string(who.Account.ID))
		c.Set("organisation", string(who.actor.Organisation))
		return next(c)
	}
}

// resolve reads the session's account and what it may act for. An account that
// has lost its roles where it was acting acts for nobody until it is asked who
// it is (GetMe): a page never acts for another organisation than it shows.
func (a *api) resolve(ctx context.Context) (caller, error) {
	id := portal.AccountID(a.sessions.GetString(ctx, keyAccount))
	if id == "" {
		return caller{}, unauthenticated()
	}
	standing, err := a.directory.Standing(ctx, id)
	if portal.IsCode(err, "not_found") || standing.Account.Closed { // a login that was under way when it was closed
		return caller{}, unauthenticated()
	}
	if err != nil {
		return caller{}, err
	}
	who := caller{Standing: standing, actor: portal.Actor{Login: a.sessions.login(ctx)}}
	who.actFor(portal.OrganisationID(a.sessions.GetString(ctx, keyActing)))
	return who, nil
}

// actFor has the caller act for the organisation; for nobody, and not ok, when they have no role there.
func (who *caller) actFor(organisation portal.OrganisationID) (ok bool) {
	login := who.actor.Login
	who.actor, ok = who.As(organisation)
	who.actor.Login = login
	return ok
}

// authenticate says who is behind a request that does not come through the contract: the live documents' socket.
func (a *api) authenticate(r *http.Request) (portal.Actor, error) {
	ctx, err := a.sessions.load(r)
	if err != nil {
		return portal.Actor{}, err
	}
	who, err := a.resolve(ctx)
	return who.actor, err
}

func unauthenticated() error {
	return &portal.Error{Kind: portal.Unauthenticated, Code: "unauthenticated", Detail: "nobody is logged in"}
}

// forAll are the operations that ask nobody to log in.
var forAll = []string{"ListProviders", "ListPublished", "GetPublished", "DownloadPublished"}

// needLogin stands before every operation that is not public.
func needLogin(next StrictHandlerFunc, operation string) StrictHandlerFunc {
	return func(c echo.Context, request any) (any, error) {
		if _, known := callerOf(c.Request().Context()); !known && !slices.Contains(forAll, operation) {
			return nil, unauthenticated()
		}
		return next(c, request)
	}
}
