package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"samsvar/internal/portal"
)

// retryAfter is how long a provider that did not answer is left alone, so that
// people are told at once and it is not asked by all of them.
const retryAfter = time.Second

// clockSkew is how far a provider's clock may be from ours.
const clockSkew = time.Minute

// provider is a configured provider, whether it answers or not.
type provider struct {
	config     ProviderConfig
	credential credential
	callback   string
	client     *http.Client

	mu       sync.Mutex
	found    *remote
	failure  error
	failedAt time.Time
}

func newProvider(config ProviderConfig, callback string, client *http.Client) (*provider, error) {
	credential, err := newCredential(config)
	if err != nil {
		return nil, err
	}
	return &provider{config: config, credential: credential, callback: callback, client: client}, nil
}

// remote is a provider that has told about itself.
type remote struct {
	*provider
	oidc     *oidc.Provider
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	metadata struct {
		EndSession string `json:"end_session_endpoint"`
		SaysIssuer bool   `json:"authorization_response_iss_parameter_supported"`
	}
}

// remote asks the provider about itself, once; after a failure again.
func (p *provider) remote(ctx context.Context) (*remote, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if p.failure != nil && time.Since(p.failedAt) < retryAfter {
		return nil, p.unavailable(p.failure)
	}
	// One person's closed browser must not count as the provider's failure.
	found, err := p.discover(context.WithoutCancel(ctx))
	if err != nil {
		p.failure, p.failedAt = err, time.Now()
		return nil, p.unavailable(err)
	}
	p.found, p.failure = found, nil
	return found, nil
}

func (p *provider) discover(ctx context.Context) (*remote, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	discovered, err := oidc.NewProvider(ctx, p.config.Issuer)
	if err != nil {
		return nil, err
	}
	r := &remote{provider: p, oidc: discovered}
	if err := discovered.Claims(&r.metadata); err != nil {
		return nil, err
	}
	r.oauth = oauth2.Config{
		ClientID:    p.config.ClientID,
		Endpoint:    discovered.Endpoint(),
		RedirectURL: p.callback,
		Scopes:      p.config.scopes(),
	}
	p.credential.configure(&r.oauth)
	r.verifier = discovered.Verifier(&oidc.Config{
		ClientID:             p.config.ClientID,
		SupportedSigningAlgs: p.config.IDTokenAlgorithms,
	})
	return r, nil
}

func (p *provider) unavailable(cause error) error {
	return portal.Unreadyf(CodeUnavailable, "the identity provider %s does not answer as it should", p.config.ID).Because(cause)
}

func (p *provider) refused(detail string, cause error) error {
	return portal.Deniedf(CodeRefused, "the identity provider %s: %s", p.config.ID, detail).Because(cause)
}

// checkAnswer judges what came with the browser, before the code is used.
func (r *remote) checkAnswer(query url.Values) error {
	issuer := query.Get("iss")
	if issuer != "" && issuer != r.config.Issuer || issuer == "" && r.metadata.SaysIssuer {
		return r.refused("the answer says it is from another issuer, or from none", nil)
	}
	switch code := query.Get("error"); code {
	case "":
	case "access_denied":
		return portal.Deniedf(CodeCancelled, "the identity provider %s says access_denied", r.config.ID)
	case "server_error", "temporarily_unavailable":
		return r.unavailable(errors.New(code))
	default:
		return r.refused("it answers with an error", errors.New(code+": "+query.Get("error_description")))
	}
	if query.Get("code") == "" {
		return r.refused("the answer has no code", nil)
	}
	return nil
}

// redeem changes the code for tokens and believes them once they are checked.
func (r *remote) redeem(ctx context.Context, pending Pending, code string) (Identity, error) {
	ctx = oidc.ClientContext(ctx, r.client)
	parameters, err := r.credential.parameters(r.config)
	if err != nil {
		return Identity{}, r.refused("the client assertion cannot be signed", err)
	}
	token, err := r.oauth.Exchange(ctx, code, append(parameters, oauth2.VerifierOption(pending.Verifier))...)
	if err != nil {
		return Identity{}, r.exchangeError(err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return Identity{}, r.refused("no id token came with the code", nil)
	}
	idToken, err := r.verify(ctx, raw, pending.Nonce, token.AccessToken)
	if err != nil {
		return Identity{}, err
	}
	said, err := r.claims(ctx, idToken, token)
	if err != nil {
		return Identity{}, err
	}
	return r.identity(pending, idToken, said, raw)
}

// verify believes an id token that the issuer signed, for us, for this login
// and together with this access token.
func (r *remote) verify(ctx context.Context, raw, nonce, accessToken string) (*oidc.IDToken, error) {
	idToken, err := r.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, r.refused("the id token is not valid", err)
	}
	if bits := rsaBits(raw); bits > 0 && bits < leastOfProviders {
		return nil, r.refused("the id token is signed with too short a key", nil)
	}
	if idToken.Nonce != nonce || nonce == "" {
		return nil, r.refused("the id token belongs to another login", nil)
	}
	if len(idToken.Audience) > 1 {
		var party struct{ AZP string }
		if err := idToken.Claims(&party); err != nil || party.AZP != r.config.ClientID {
			return nil, r.refused("the id token was issued to another party", err)
		}
	}
	if idToken.AccessTokenHash != "" {
		if err := idToken.VerifyAccessToken(accessToken); err != nil {
			return nil, r.refused("the tokens do not belong together", err)
		}
	}
	return idToken, nil
}

// exchangeError tells a used or expired code from a provider in trouble.
func (r *remote) exchangeError(err error) error {
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) || refusal.Response.StatusCode >= 500 {
		return r.unavailable(err)
	}
	if refusal.ErrorCode == "invalid_grant" {
		return portal.Invalidf(CodeExpired, "the identity provider %s does not take the code", r.config.ID).Because(err)
	}
	return r.refused("it does not take the code", err)
}

// claims puts together what the id token says and, when asked to, what the
// userinfo endpoint adds. The id token, which is signed, has the last word.
func (r *remote) claims(ctx context.Context, idToken *oidc.IDToken, token *oauth2.Token) (claims, error) {
	said := claims{}
	if r.config.UserInfo {
		info, err := r.oidc.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return nil, r.unavailable(err)
		}
		if info.Subject != idToken.Subject {
			return nil, r.refused("the userinfo is of somebody else", nil)
		}
		if err := info.Claims(&said); err != nil {
			return nil, r.unavailable(err)
		}
	}
	if err := idToken.Claims(&said); err != nil {
		return nil, r.refused("the claims of the id token cannot be read", err)
	}
	return said, nil
}

// identity checks level and age of the login, and describes the person.
func (r *remote) identity(pending Pending, idToken *oidc.IDToken, said claims, raw string) (Identity, error) {
	paths := r.config.Claims
	identity := Identity{
		Provider:      r.config.ID,
		Issuer:        idToken.Issuer,
		Subject:       idToken.Subject,
		Name:          said.first(paths.Name.or("name")),
		Email:         said.first(paths.Email.or("email")),
		Locale:        said.first(ClaimPath{"locale"}),
		ACR:           said.first(paths.Level.or("acr")),
		AuthTime:      said.time("auth_time"),
		Organisations: said.organisations(paths.Organisation),
		IDToken:       raw,
	}
	identity.Level = r.config.Levels[identity.ACR]
	if identity.Subject == "" {
		return Identity{}, r.refused("the id token names nobody", nil)
	}
	if accepted := r.config.AcceptedACR; len(accepted) > 0 && !slices.Contains(accepted, identity.ACR) {
		return Identity{}, portal.Deniedf(CodeLevel, "the identity provider %s says level %q", r.config.ID, identity.ACR)
	}
	if pending.MaxAge != nil {
		oldest := pending.Began.Add(-time.Duration(*pending.MaxAge)*time.Second - clockSkew)
		if identity.AuthTime.Before(oldest) {
			return Identity{}, portal.Deniedf(CodeExpired, "the identity provider %s let in somebody who logged in too long ago, %s", r.config.ID, identity.AuthTime)
		}
	}
	return identity, nil
}
