package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
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
)

func newSessions(store scs.Store, base *url.URL) *scs.SessionManager {
	s := scs.New()
	s.Store = store
	s.Lifetime, s.IdleTimeout = 12*time.Hour, 2*time.Hour
	s.Cookie.Name, s.Cookie.Path = "samsvar", "/"
	s.Cookie.HttpOnly, s.Cookie.SameSite = true, http.SameSiteLaxMode
	if base.Scheme == "https" {
		s.Cookie.Name, s.Cookie.Secure = "__Host-samsvar", true
	}
	s.HashTokenInStore = true
	return s
}

// caller is who is calling: an account, what it may act for, and the one it acts for now.
type caller struct {
	account portal.Account
	options []directory.ActingOption
	actor   portal.Actor // without organisation and roles when nobody has given the account any
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

// withSession loads and keeps the session around a request.
func (a *api) withSession(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		var failed error
		inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.SetRequest(r)
			c.Response().Writer = w
			if failed = next(c); failed != nil {
				c.Error(failed) // within, so that a cookie can still be sent along
			}
		})
		a.sessions.ErrorFunc = sessionError
		a.sessions.LoadAndSave(inner).ServeHTTP(c.Response().Writer, c.Request())
		return nil
	}
}

// withActor finds out who is calling, with rights as they are at this moment.
func (a *api) withActor(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		id := portal.AccountID(a.sessions.GetString(ctx, keyAccount))
		if id == "" {
			return next(c)
		}
		who, err := a.resolve(ctx, id, portal.OrganisationID(a.sessions.GetString(ctx, keyActing)))
		if err != nil {
			return err
		}
		c.SetRequest(c.Request().WithContext(context.WithValue(ctx, callerKey{}, who)))
		c.Set("account", string(who.account.ID))
		c.Set("organisation", string(who.actor.Organisation))
		return next(c)
	}
}

func (a *api) resolve(ctx context.Context, id portal.AccountID, acting portal.OrganisationID) (caller, error) {
	account, err := a.directory.Account(ctx, id)
	if err != nil {
		return caller{}, err
	}
	options, err := a.directory.Options(ctx, id)
	if err != nil {
		return caller{}, err
	}
	who := caller{account: account, options: options,
		actor: portal.Actor{Account: account.ID, Name: account.Name, Language: account.Language}}
	if len(options) == 0 {
		return who, nil
	}
	i := max(0, slices.IndexFunc(options, func(o directory.ActingOption) bool { return o.Organisation.ID == acting }))
	chosen := options[i]
	who.actor.Organisation, who.actor.OrganisationName, who.actor.Kind = chosen.Organisation.ID, chosen.Organisation.Name, chosen.Organisation.Kind
	who.actor.Roles = chosen.Roles
	return who, nil
}

// authenticate says who is behind a request that does not come through the contract: the live documents' socket.
func (a *api) authenticate(r *http.Request) (portal.Actor, error) {
	cookie, err := r.Cookie(a.sessions.Cookie.Name)
	if err != nil {
		return portal.Actor{}, unauthenticated()
	}
	ctx, err := a.sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return portal.Actor{}, err
	}
	id := portal.AccountID(a.sessions.GetString(ctx, keyAccount))
	if id == "" {
		return portal.Actor{}, unauthenticated()
	}
	who, err := a.resolve(ctx, id, portal.OrganisationID(a.sessions.GetString(ctx, keyActing)))
	return who.actor, err
}

func unauthenticated() error {
	return &portal.Error{Kind: portal.Unauthenticated, Code: "unauthenticated", Detail: "nobody is logged in"}
}

// needLogin stands before every operation that is not public.
func needLogin(next StrictHandlerFunc, operation string) StrictHandlerFunc {
	return func(c echo.Context, request any) (any, error) {
		if _, known := callerOf(c.Request().Context()); !known && operation != "ListProviders" {
			return nil, unauthenticated()
		}
		return next(c, request)
	}
}
