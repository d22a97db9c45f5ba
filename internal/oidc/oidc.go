// Package oidc logs people in with OpenID Connect, at several identity
// providers at once. PKCE, state and nonce are always used. It is the only
// place that knows a library for it.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"samsvar/internal/portal"
)

// CallbackPath is where providers send people back to, under the base URL.
const CallbackPath = "/auth/callback"

// patience is how long a person may stay at the provider.
const patience = 15 * time.Minute

// The codes of the errors that a login can end in, each a *portal.Error.
const (
	CodeUnknownProvider = "login_provider_unknown"     // no such provider is configured
	CodeUnavailable     = "login_provider_unavailable" // the provider cannot be reached, or has a fault: try later
	CodeCancelled       = "login_cancelled"            // the person, or the provider, said no
	CodeState           = "login_state_mismatch"       // the answer does not belong to this browser's login
	CodeExpired         = "login_expired"              // it took too long, or the answer was used before
	CodeLevel           = "login_level_too_low"        // the person must prove better who they are
	CodeRefused         = "login_refused"              // the provider's answer cannot be trusted, or it refuses us
)

// Login knows the configured providers.
type Login struct {
	providers []*provider
	baseURL   string
}

// ProviderInfo is what the login page shows.
type ProviderInfo struct {
	ID   string
	Name string
}

// BeginOptions are wishes for one login.
type BeginOptions struct {
	LoginHint string
	MaxAge    *int   // seconds; overrides the provider's setting
	Prompt    string // as in OpenID Connect: login, select_account, consent
	Language  portal.Language
	Level     portal.Level // asked for by acr_values, where the provider's levels are configured
}

// Pending is a login under way. It is kept in the browser's session, never
// shown, and used once.
type Pending struct {
	Provider string    `json:"provider"`
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	MaxAge   *int      `json:"max_age,omitempty"`
	Began    time.Time `json:"began"`
}

// Identity is what a provider vouches for. Issuer and Subject together are
// who it is; the rest describes.
type Identity struct {
	Provider      string
	Issuer        string
	Subject       string
	Name          string
	Email         string
	Locale        string
	ACR           string // the level, wherever the provider says it
	Level         portal.Level
	AuthTime      time.Time // zero when the provider does not say
	Organisations []string  // whom the person was let in for; can be empty
	IDToken       string    // for LogoutURL
}

// New prepares the providers for a portal at baseURL. It reads secrets and
// keys, and speaks to no provider: one is asked for its metadata when somebody
// first logs in with it, and asked again after a failure.
func New(configs []ProviderConfig, baseURL string) (*Login, error) {
	if err := validate(configs); err != nil {
		return nil, err
	}
	l := &Login{baseURL: strings.TrimSuffix(baseURL, "/")}
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: stay}
	for _, config := range configs {
		p, err := newProvider(config, l.baseURL+CallbackPath, client)
		if err != nil {
			return nil, err
		}
		l.providers = append(l.providers, p)
	}
	return l, nil
}

// stay has a provider answer where its configuration and metadata say that it is: secrets and codes go nowhere else.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Providers lists the providers in the order of the configuration.
func (l *Login) Providers() []ProviderInfo {
	infos := make([]ProviderInfo, len(l.providers))
	for i, p := range l.providers {
		infos[i] = ProviderInfo{p.config.ID, p.config.Name}
	}
	return infos
}

func (l *Login) provider(id string) (*provider, error) {
	for _, p := range l.providers {
		if p.config.ID == id {
			return p, nil
		}
	}
	return nil, portal.Invalidf(CodeUnknownProvider, "no identity provider is called %q", id)
}

// Begin gives the address to send the browser to, and what to keep in its
// session meanwhile. Errors: CodeUnknownProvider, CodeUnavailable.
func (l *Login) Begin(ctx context.Context, providerID string, options BeginOptions) (string, Pending, error) {
	p, err := l.provider(providerID)
	if err != nil {
		return "", Pending{}, err
	}
	remote, err := p.remote(ctx)
	if err != nil {
		return "", Pending{}, err
	}
	pending := Pending{
		Provider: providerID,
		State:    rand.Text(),
		Nonce:    rand.Text(),
		Verifier: oauth2.GenerateVerifier(),
		MaxAge:   p.config.MaxAge,
		Began:    time.Now(),
	}
	if options.MaxAge != nil {
		pending.MaxAge = options.MaxAge
	}
	parameters, err := p.parameters(options, pending)
	if err != nil {
		return "", Pending{}, err
	}
	return remote.oauth.AuthCodeURL(pending.State, parameters...), pending, nil
}

// parameters are those of the authorization request beyond the usual.
func (p *provider) parameters(options BeginOptions, pending Pending) ([]oauth2.AuthCodeOption, error) {
	details, err := p.config.authorizationDetails()
	if err != nil {
		return nil, portal.Unreadyf(CodeUnavailable, "authorization_details of provider %s", p.config.ID).Because(err)
	}
	parameters := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(pending.Verifier)}
	for _, parameter := range []struct{ name, value string }{
		{"nonce", pending.Nonce},
		{"acr_values", strings.Join(p.config.acrFor(options.Level), " ")},
		{"authorization_details", details},
		{"login_hint", options.LoginHint},
		{"prompt", options.Prompt},
		{"ui_locales", uiLocales(options.Language)},
	} {
		if parameter.value != "" {
			parameters = append(parameters, oauth2.SetAuthURLParam(parameter.name, parameter.value))
		}
	}
	if pending.MaxAge != nil {
		parameters = append(parameters, oauth2.SetAuthURLParam("max_age", strconv.Itoa(*pending.MaxAge)))
	}
	return parameters, nil
}

func uiLocales(language portal.Language) string {
	switch language {
	case portal.Nynorsk:
		return "nn nb no"
	case portal.Bokmal:
		return "nb no nn"
	}
	return ""
}

// Finish takes the provider's answer, the query of the callback, and gives the
// person. The caller takes pending out of the session first, so that it is
// used once, whatever comes of it.
func (l *Login) Finish(ctx context.Context, pending Pending, query url.Values) (Identity, error) {
	state := query.Get("state")
	if pending.State == "" || subtle.ConstantTimeCompare([]byte(state), []byte(pending.State)) == 0 {
		return Identity{}, portal.Invalidf(CodeState, "the answer does not belong to a login of this session")
	}
	if time.Since(pending.Began) > patience {
		return Identity{}, portal.Invalidf(CodeExpired, "the login was begun at %s", pending.Began.Format(time.RFC3339))
	}
	p, err := l.provider(pending.Provider)
	if err != nil {
		return Identity{}, err
	}
	remote, err := p.remote(ctx)
	if err != nil {
		return Identity{}, err
	}
	if err := remote.checkAnswer(query); err != nil {
		return Identity{}, err
	}
	return remote.redeem(ctx, pending, query.Get("code"))
}

// LogoutURL is where to send the browser so that the provider forgets the
// login too, and sends it back to the portal's front page. It is "" when the
// provider has no such page or cannot be reached.
func (l *Login) LogoutURL(ctx context.Context, providerID, idToken string) string {
	p, err := l.provider(providerID)
	if err != nil {
		return ""
	}
	remote, err := p.remote(ctx)
	if err != nil || remote.metadata.EndSession == "" {
		return ""
	}
	address, err := url.Parse(remote.metadata.EndSession)
	if err != nil {
		return ""
	}
	query := address.Query()
	query.Set("client_id", p.config.ClientID)
	query.Set("post_logout_redirect_uri", l.baseURL+"/")
	if idToken != "" {
		query.Set("id_token_hint", idToken)
	}
	address.RawQuery = query.Encode()
	return address.String()
}
