package oidc_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"samsvar/internal/devidp"
	"samsvar/internal/oidc"
	"samsvar/internal/portal"
)

// portalWithProvider serves a development provider on a real port, with the
// login of a portal at the same address.
func portalWithProvider(t *testing.T, change func(*oidc.ProviderConfig)) *oidc.Login {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	provider, err := devidp.New(server.URL, personas, server.URL+oidc.CallbackPath)
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle(devidp.Path+"/", provider)
	config := oidc.ProviderConfig{
		ID: "dev", Name: "Demonstrasjon", Issuer: provider.Issuer(), ClientID: devidp.ClientID,
		Authentication: oidc.Authentication{Method: oidc.Basic, Secret: provider.ClientSecret()},
		Claims:         oidc.Claims{Organisation: oidc.ClaimPath{"organisation"}},
	}
	if change != nil {
		change(&config)
	}
	return newLogin(t, server.URL, config)
}

func newLogin(t *testing.T, baseURL string, configs ...oidc.ProviderConfig) *oidc.Login {
	t.Helper()
	login, err := oidc.New(configs, baseURL)
	if err != nil {
		t.Fatal(err)
	}
	return login
}

func personas() []devidp.Persona {
	return []devidp.Persona{
		{ID: "writer", Subject: "subject-1", Name: "Synne Skriver", Email: "synne@example.no", Organisation: "Dal kommune", OrganisationKind: portal.Municipality},
		{ID: "reader", Subject: "subject-2", Name: "Leo Leser", Organisation: "Fjord sykehus", OrganisationKind: portal.HealthTrust},
	}
}

// begin asks for a login and keeps what a session would.
func begin(t *testing.T, login *oidc.Login, options oidc.BeginOptions) (string, oidc.Pending) {
	t.Helper()
	address, pending, err := login.Begin(t.Context(), "dev", options)
	if err != nil {
		t.Fatal(err)
	}
	return address, pending
}

// browse follows redirects as a browser does, to the portal's callback, and
// gives the query that arrives there.
func browse(t *testing.T, address string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == oidc.CallbackPath {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	response, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	location, err := response.Location()
	if err != nil {
		t.Fatalf("no way back from %s: %s", response.Request.URL, response.Status)
	}
	return location.Query()
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !portal.IsCode(err, code) {
		t.Errorf("want %s, got %v", code, err)
	}
}

func TestLoginThroughTheRealFlow(t *testing.T) {
	login := portalWithProvider(t, nil)
	before := time.Now().Add(-time.Second)
	address, pending := begin(t, login, oidc.BeginOptions{LoginHint: "writer", Language: portal.Nynorsk})
	identity, err := login.Finish(t.Context(), pending, browse(t, address))
	if err != nil {
		t.Fatal(err)
	}
	if identity.AuthTime.Before(before.Truncate(time.Second)) {
		t.Errorf("logged in at %s", identity.AuthTime)
	}
	if identity.IDToken == "" {
		t.Error("no id token to log out with")
	}
	identity.AuthTime, identity.IDToken = time.Time{}, ""
	want := oidc.Identity{Provider: "dev", Issuer: identity.Issuer, Subject: "subject-1", Name: "Synne Skriver",
		Email: "synne@example.no", ACR: "development", Organisations: []string{"Dal kommune"}}
	if fmt.Sprint(identity) != fmt.Sprint(want) || !strings.HasSuffix(identity.Issuer, devidp.Path) {
		t.Errorf("got %+v", identity)
	}
}

func TestBeginAlwaysProtectsTheRequest(t *testing.T) {
	age := 60
	login := portalWithProvider(t, func(c *oidc.ProviderConfig) {
		c.ACRValues = []string{"high", "substantial"}
		c.AuthorizationDetails = []map[string]any{{"type": "ansattporten:altinn:service"}}
	})
	address, pending := begin(t, login, oidc.BeginOptions{MaxAge: &age, Prompt: "login", Language: portal.Bokmal})
	other, otherPending := begin(t, login, oidc.BeginOptions{})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	for name, want := range map[string]string{
		"response_type": "code", "scope": "openid profile email", "state": pending.State, "nonce": pending.Nonce,
		"code_challenge_method": "S256", "acr_values": "high substantial", "max_age": "60", "prompt": "login",
		"ui_locales": "nb no nn", "authorization_details": `[{"type":"ansattporten:altinn:service"}]`,
	} {
		if got := query.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if query.Get("code_challenge") == "" || strings.Contains(address, pending.Verifier) {
		t.Error("the code is not bound to a secret of ours")
	}
	if pending.State == otherPending.State || pending.Nonce == otherPending.Nonce || pending.Verifier == otherPending.Verifier || address == other {
		t.Error("two logins share a secret")
	}
}

func TestLevelIsAskedForAndKnown(t *testing.T) {
	login := portalWithProvider(t, func(c *oidc.ProviderConfig) {
		c.ACRValues = []string{"low"}
		c.Levels = map[string]portal.Level{"development": portal.Substantial, "smart card": portal.High}
	})
	for level, want := range map[portal.Level]string{"": "low", portal.Substantial: "development smart card", portal.High: "smart card"} {
		address, _ := begin(t, login, oidc.BeginOptions{Level: level})
		if u, err := url.Parse(address); err != nil || u.Query().Get("acr_values") != want {
			t.Errorf("%q asks for %s", level, address)
		}
	}
	address, pending := begin(t, login, oidc.BeginOptions{LoginHint: "writer"})
	if identity, err := login.Finish(t.Context(), pending, browse(t, address)); err != nil || identity.Level != portal.Substantial {
		t.Errorf("%+v %v", identity, err)
	}
}

func TestAnswerIsRefused(t *testing.T) {
	login := portalWithProvider(t, nil)
	cases := map[string]struct {
		tamper func(*oidc.Pending, url.Values)
		want   string
	}{
		"wrong state":       {func(p *oidc.Pending, q url.Values) { q.Set("state", "guess") }, oidc.CodeState},
		"no state":          {func(p *oidc.Pending, q url.Values) { q.Del("state") }, oidc.CodeState},
		"no login begun":    {func(p *oidc.Pending, q url.Values) { *p = oidc.Pending{}; q.Set("state", "") }, oidc.CodeState},
		"too late":          {func(p *oidc.Pending, q url.Values) { p.Began = p.Began.Add(-time.Hour) }, oidc.CodeExpired},
		"wrong nonce":       {func(p *oidc.Pending, q url.Values) { p.Nonce = "other" }, oidc.CodeRefused},
		"no nonce":          {func(p *oidc.Pending, q url.Values) { p.Nonce = "" }, oidc.CodeRefused},
		"wrong verifier":    {func(p *oidc.Pending, q url.Values) { p.Verifier = strings.Repeat("x", 43) }, oidc.CodeExpired},
		"invented code":     {func(p *oidc.Pending, q url.Values) { q.Set("code", "invented") }, oidc.CodeExpired},
		"no code":           {func(p *oidc.Pending, q url.Values) { q.Del("code") }, oidc.CodeRefused},
		"another issuer":    {func(p *oidc.Pending, q url.Values) { q.Set("iss", "https://elsewhere.example") }, oidc.CodeRefused},
		"denied":            {func(p *oidc.Pending, q url.Values) { q.Set("error", "access_denied") }, oidc.CodeCancelled},
		"provider's fault":  {func(p *oidc.Pending, q url.Values) { q.Set("error", "server_error") }, oidc.CodeUnavailable},
		"other error":       {func(p *oidc.Pending, q url.Values) { q.Set("error", "invalid_scope") }, oidc.CodeRefused},
		"provider is gone":  {func(p *oidc.Pending, q url.Values) { p.Provider = "gone" }, oidc.CodeUnknownProvider},
		"untouched, for it": {func(*oidc.Pending, url.Values) {}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			address, pending := begin(t, login, oidc.BeginOptions{LoginHint: "writer"})
			query := browse(t, address)
			c.tamper(&pending, query)
			identity, err := login.Finish(t.Context(), pending, query)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, c.want)
			if identity.Subject != "" {
				t.Errorf("and yet it is %s", identity.Subject)
			}
		})
	}
}

func TestCodeIsGoodOnce(t *testing.T) {
	login := portalWithProvider(t, nil)
	address, pending := begin(t, login, oidc.BeginOptions{LoginHint: "writer"})
	query := browse(t, address)
	if _, err := login.Finish(t.Context(), pending, query); err != nil {
		t.Fatal(err)
	}
	_, err := login.Finish(t.Context(), pending, query)
	wantCode(t, err, oidc.CodeExpired)
}

func TestRequestWithoutPKCEIsRefusedByTheProvider(t *testing.T) {
	login := portalWithProvider(t, nil)
	address, pending := begin(t, login, oidc.BeginOptions{LoginHint: "writer"})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Del("code_challenge")
	query.Del("code_challenge_method")
	u.RawQuery = query.Encode()
	answer := browse(t, u.String())
	if answer.Get("error") != "invalid_request" || answer.Has("code") {
		t.Errorf("answer: %v", answer)
	}
	_, err = login.Finish(t.Context(), pending, answer)
	wantCode(t, err, oidc.CodeRefused)
}

func TestLevel(t *testing.T) {
	for accepted, want := range map[string]string{"development": "", "high": oidc.CodeLevel} {
		login := portalWithProvider(t, func(c *oidc.ProviderConfig) { c.AcceptedACR = []string{accepted} })
		address, pending := begin(t, login, oidc.BeginOptions{LoginHint: "writer"})
		_, err := login.Finish(t.Context(), pending, browse(t, address))
		if want == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		wantCode(t, err, want)
	}
}

func TestUserInfoAddsToTheToken(t *testing.T) {
	login := portalWithProvider(t, func(c *oidc.ProviderConfig) { c.UserInfo = true })
	address, pending := begin(t, login, oidc.BeginOptions{LoginHint: "reader"})
	identity, err := login.Finish(t.Context(), pending, browse(t, address))
	if err != nil || identity.Name != "Leo Leser" {
		t.Errorf("got %+v, %v", identity, err)
	}
}

func TestLogoutComesBackToThePortal(t *testing.T) {
	login := portalWithProvider(t, nil)
	address, pending := begin(t, login, oidc.BeginOptions{LoginHint: "writer"})
	identity, err := login.Finish(t.Context(), pending, browse(t, address))
	if err != nil {
		t.Fatal(err)
	}
	out := login.LogoutURL(t.Context(), "dev", identity.IDToken)
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.Get(out)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	back, err := response.Location()
	if err != nil || back.Path != "/" || back.Host != response.Request.URL.Host {
		t.Errorf("logging out leads to %v, %v", back, err)
	}
	if got := login.LogoutURL(t.Context(), "unknown", ""); got != "" {
		t.Errorf("an unknown provider's logout: %q", got)
	}
}

func TestProviderThatIsAwayStopsNobodyElse(t *testing.T) {
	mux := http.NewServeMux()
	server := httptest.NewUnstartedServer(mux)
	base := "http://" + server.Listener.Addr().String()
	provider, err := devidp.New(base, personas, base+oidc.CallbackPath)
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle(devidp.Path+"/", provider)
	var well atomic.Bool
	sick := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !well.Load() {
			http.Error(w, "away", http.StatusServiceUnavailable)
			return
		}
		me := "http://" + r.Host
		fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q}`, me, me+"/a", me+"/t", me+"/k")
	}))
	defer sick.Close()
	config := func(id, issuer string) oidc.ProviderConfig {
		return oidc.ProviderConfig{ID: id, Name: id, Issuer: issuer, ClientID: devidp.ClientID,
			Authentication: oidc.Authentication{Method: oidc.Basic, Secret: provider.ClientSecret()}}
	}

	login := newLogin(t, base, config("sick", sick.URL), config("dev", provider.Issuer())) // before anything answers
	server.Start()
	defer server.Close()
	if got := login.Providers(); !slices.Equal(got, []oidc.ProviderInfo{{ID: "sick", Name: "sick"}, {ID: "dev", Name: "dev"}}) {
		t.Errorf("providers: %v", got)
	}
	_, _, err = login.Begin(t.Context(), "sick", oidc.BeginOptions{})
	wantCode(t, err, oidc.CodeUnavailable)
	address, pending := begin(t, login, oidc.BeginOptions{LoginHint: "writer"})
	if _, err := login.Finish(t.Context(), pending, browse(t, address)); err != nil {
		t.Errorf("the healthy provider: %v", err)
	}

	well.Store(true)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, _, err := login.Begin(t.Context(), "sick", oidc.BeginOptions{})
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the provider is back, and still: %v", err)
		}
	}
	_, _, err = login.Begin(t.Context(), "unknown", oidc.BeginOptions{})
	wantCode(t, err, oidc.CodeUnknownProvider)
}

func TestAClosedBrowserIsNotTheProvidersFailure(t *testing.T) {
	login := portalWithProvider(t, nil)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := login.Begin(gone, "dev", oidc.BeginOptions{}); err != nil {
		t.Error(err)
	}
	begin(t, login, oidc.BeginOptions{})
}

func TestManyLogInAtOnce(t *testing.T) {
	login := portalWithProvider(t, nil)
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			who := personas()[i%2]
			address, pending, err := login.Begin(t.Context(), "dev", oidc.BeginOptions{LoginHint: who.ID})
			if err != nil {
				t.Error(err)
				return
			}
			identity, err := login.Finish(t.Context(), pending, browse(t, address))
			if err != nil || identity.Subject != who.Subject {
				t.Errorf("%s became %s, %v", who.Subject, identity.Subject, err)
			}
		})
	}
	wait.Wait()
}
