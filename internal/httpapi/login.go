package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"samsvar/internal/portal"
)

func (a *api) beginLogin(c echo.Context) error {
	ctx := c.Request().Context()
	if linkedFrom := c.Request().Header.Get("Sec-Fetch-Site"); linkedFrom == "cross-site" || linkedFrom == "same-site" {
		// A provider may let in unasked: the person is asked here.
		return c.Redirect(http.StatusFound, "/login?return_to="+url.QueryEscape(localPath(c.QueryParam("return_to"))))
	}
	provider, wish, err := a.wish(c)
	if err != nil {
		return err
	}
	redirect, pending, err := a.login.Begin(ctx, provider, wish)
	if err != nil {
		return err
	}
	a.sessions.Put(ctx, keyPending, string(pending))
	a.sessions.Put(ctx, keyReturnTo, localPath(c.QueryParam("return_to")))
	if err := a.sessions.keep(ctx, c.Response()); err != nil {
		return err
	}
	return c.Redirect(http.StatusFound, redirect)
}

// wish reads what kind of login is asked for. Somebody who is logged in may be
// asked to prove it again, at the provider that they came by.
func (a *api) wish(c echo.Context) (provider string, wish LoginWish, err error) {
	ctx := c.Request().Context()
	id := portal.AccountID(a.sessions.GetString(ctx, keyAccount))
	if !c.QueryParams().Has("again") || id == "" {
		return c.QueryParam("provider"), LoginWish{Hint: c.QueryParam("login_hint")}, nil
	}
	standing, err := a.directory.Standing(ctx, id)
	return a.sessions.GetString(ctx, keyProvider), LoginWish{Again: &standing.Account, Level: portal.Level(c.QueryParam("again"))}, err
}

// localPath lets only paths of our own through: anything else is the front page.
func localPath(path string) string {
	parsed, err := url.Parse(path)
	if err != nil || parsed.IsAbs() || parsed.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	return path
}

func (a *api) finishLogin(c echo.Context) error {
	ctx := c.Request().Context()
	pending := a.sessions.PopString(ctx, keyPending)
	returnTo := a.sessions.PopString(ctx, keyReturnTo)
	if pending != "" { // used once, whatever comes of it
		if _, _, err := a.sessions.Commit(ctx); err != nil {
			return sessionsAway(err)
		}
	}
	who, err := a.login.Finish(ctx, []byte(pending), c.QueryParams())
	if err != nil {
		return loginFailed(c, err)
	}
	account, err := a.directory.LogIn(ctx, who.Identity)
	if portal.IsCode(err, "login_closed") {
		return loginFailed(c, err)
	}
	if err != nil {
		return err
	}
	if err := a.begin(ctx, account.ID, who); err != nil {
		return err
	}
	login := a.sessions.login(ctx)
	login.Device = deviceOf(c.Request().UserAgent())
	if err := a.sessions.keep(portal.Acting(ctx, portal.Actor{Account: account.ID, Login: login}), c.Response()); err != nil {
		return err
	}
	return c.Redirect(http.StatusFound, cmp.Or(returnTo, "/"))
}

// begin makes the session the account's, under a new name. Somebody who logs
// in again goes on for the organisation they acted for.
func (a *api) begin(ctx context.Context, id portal.AccountID, who Identified) error {
	if err := a.sessions.RenewToken(ctx); err != nil {
		return sessionsAway(err)
	}
	if a.sessions.GetString(ctx, keyAccount) != string(id) {
		standing, err := a.directory.Standing(ctx, id)
		if err != nil {
			return err
		}
		a.sessions.Remove(ctx, keyActing)
		if len(standing.Options) > 0 {
			a.sessions.Put(ctx, keyActing, string(standing.Options[0].Organisation.ID))
		}
	}
	a.sessions.Put(ctx, keyAccount, string(id))
	a.sessions.Put(ctx, keySession, portal.NewID())
	a.sessions.Put(ctx, keySeen, a.sessions.clock().Unix())
	a.sessions.Put(ctx, keyProvider, who.Provider)
	a.sessions.Put(ctx, keyIDToken, who.IDToken)
	a.sessions.Put(ctx, keyProved, who.AuthTime.Unix())
	a.sessions.Put(ctx, keyLevel, string(who.Level))
	return nil
}

// loginFailed sends the browser to the login page, which says what happened by its code.
func loginFailed(c echo.Context, err error) error {
	problem := asError(err)
	if problem.Kind == portal.Internal {
		return err
	}
	c.Set("error", err)
	return c.Redirect(http.StatusFound, "/login?error="+url.QueryEscape(problem.Code))
}

func (a *api) logOut(c echo.Context) error {
	ctx := c.Request().Context()
	provider, token := a.sessions.GetString(ctx, keyProvider), a.sessions.GetString(ctx, keyIDToken)
	account := portal.AccountID(a.sessions.GetString(ctx, keyAccount))
	who, err := a.resolve(ctx)
	if err == nil {
		err = a.directory.LogOut(ctx, who.actor)
	}
	if err != nil && !portal.IsCode(err, "unauthenticated") {
		return err
	}
	if err := a.sessions.Destroy(ctx); err != nil { // nobody's, or one from before sessions had names
		return sessionsAway(err)
	}
	defer a.live.AccountChanged(account)
	if err := a.sessions.keep(ctx, c.Response()); err != nil {
		return err
	}
	target := ""
	if provider != "" {
		target = a.login.LogoutURL(ctx, provider, token)
	}
	if target == "" || strings.HasPrefix(target, a.base.String()+"/") {
		return c.Redirect(http.StatusSeeOther, cmp.Or(target, "/login"))
	}
	// Not a redirect: the pages' policy lets a form lead to ourselves only, redirects included.
	c.Response().Header().Set("Refresh", "0; url="+target)
	return c.NoContent(http.StatusOK)
}

func (a *api) ListProviders(context.Context, ListProvidersRequestObject) (ListProvidersResponseObject, error) {
	return ListProviders200JSONResponse(a.login.Providers()), nil
}
