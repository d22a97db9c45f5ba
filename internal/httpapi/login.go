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
	redirect, pending, err := a.login.Begin(ctx, c.QueryParam("provider"), c.QueryParam("login_hint"))
	if err != nil {
		return err
	}
	a.sessions.Put(ctx, keyPending, string(pending))
	a.sessions.Put(ctx, keyReturnTo, localPath(c.QueryParam("return_to")))
	return c.Redirect(http.StatusFound, redirect)
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
	pending := a.sessions.PopString(ctx, keyPending) // used once, whatever comes of it
	returnTo := a.sessions.PopString(ctx, keyReturnTo)
	who, err := a.login.Finish(ctx, []byte(pending), c.QueryParams())
	if err != nil {
		return loginFailed(c, err)
	}
	account, err := a.directory.LogIn(ctx, who.Identity)
	if err != nil {
		return err
	}
	if err := a.sessions.RenewToken(ctx); err != nil {
		return err
	}
	if a.sessions.GetString(ctx, keyAccount) != string(account.ID) {
		a.sessions.Remove(ctx, keyActing)
	}
	a.sessions.Put(ctx, keyAccount, string(account.ID))
	a.sessions.Put(ctx, keyProvider, who.Provider)
	a.sessions.Put(ctx, keyIDToken, who.IDToken)
	return c.Redirect(http.StatusFound, cmp.Or(returnTo, "/"))
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
	if err := a.sessions.Destroy(ctx); err != nil {
		return err
	}
	target := ""
	if provider != "" {
		target = a.login.LogoutURL(ctx, provider, token)
	}
	return c.Redirect(http.StatusSeeOther, cmp.Or(target, "/login"))
}

func (a *api) ListProviders(context.Context, ListProvidersRequestObject) (ListProvidersResponseObject, error) {
	return ListProviders200JSONResponse(a.login.Providers()), nil
}
