// Package devidp is an identity provider for development and demonstrations:
// real OpenID Connect, where one chooses a fictitious person instead of
// proving who one is. It lives in the same process and under the same origin
// as the portal, and only on a loopback address.
package devidp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/op"
	"golang.org/x/text/language"

	"samsvar/internal/portal"
)

// Path is where the provider lives under the portal's address.
const Path = "/dev-idp"

// ClientID is the one client that the provider knows.
const ClientID = "samsvar"

// ACR is the level that every login here has.
const ACR = "development"

// Persona is a fictitious person that anybody may be.
type Persona struct {
	ID               string // in addresses and login hints
	Subject          string // in tokens; never changes
	Name             string
	Email            string
	Role             portal.Text
	Organisation     string                  // its name, as people know it
	OrganisationKind portal.OrganisationKind // what the login page groups by; empty for somebody without a role
	Try              portal.Text             // one line on what to try as this person
}

// Provider is the identity provider. Its keys and the client's secret are made
// anew in each process, and are nowhere but in its memory.
type Provider struct {
	issuer   string
	personas func() []Persona
	storage  *storage
	op       *op.Provider
	routes   http.Handler
}

// New makes the provider of a portal at baseURL, which must be a loopback
// address. Personas is asked at every login. Codes are sent to redirectURI
// alone, and logging out leads to a page under baseURL.
func New(baseURL string, personas func() []Persona, redirectURI string) (*Provider, error) {
	base, err := url.Parse(baseURL)
	if err != nil {
		return nil, fmt.Errorf("the development identity provider: %w", err)
	}
	if !isLoopback(base.Hostname()) {
		return nil, fmt.Errorf("the development identity provider lets anybody in, and so runs on a loopback address only, not on %q", base.Host)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	baseURL = strings.TrimSuffix(baseURL, "/")
	p := &Provider{issuer: baseURL + Path, personas: personas}
	p.storage = newStorage(p, client{redirectURI: redirectURI, logoutURI: baseURL + "/", secret: rand.Text()}, key)

	config := &op.Config{
		CodeMethodS256:     true,
		SupportedScopes:    []string{"openid", "profile", "email"},
		SupportedUILocales: []language.Tag{language.MustParse("nb"), language.MustParse("nn")},
	}
	if _, err := rand.Read(config.CryptoKey[:]); err != nil {
		return nil, err
	}
	p.op, err = op.NewProvider(config, p.storage, op.StaticIssuer(p.issuer), op.WithAllowInsecure(), op.WithCORSOptions(nil))
	if err != nil {
		return nil, fmt.Errorf("the development identity provider: %w", err)
	}
	p.routes = p.newRoutes()
	return p, nil
}

// Issuer is the provider's name in tokens, and where its configuration is found.
func (p *Provider) Issuer() string { return p.issuer }

// ClientSecret is what the portal shows at the token endpoint, by the basic method.
func (p *Provider) ClientSecret() string { return p.storage.client.secret }

// ServeHTTP answers everything under Path.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.routes.ServeHTTP(w, r) }

func (p *Provider) newRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"/personas", p.listPersonas)
	mux.HandleFunc("GET "+Path+"/login", p.showLogin)
	mux.HandleFunc("POST "+Path+"/login", p.chooseLogin)
	mux.HandleFunc("GET "+Path+"/login.css", serveStyle)
	for _, path := range p.served() {
		mux.Handle(Path+path, http.StripPrefix(Path, p.op))
	}
	return mux
}

// served are the library's endpoints that a login needs; it has others.
func (p *Provider) served() []string {
	return []string{
		"/.well-known/openid-configuration",
		p.op.AuthorizationEndpoint().Relative(),
		p.op.AuthorizationEndpoint().Relative() + "/callback",
		p.op.TokenEndpoint().Relative(),
		p.op.UserinfoEndpoint().Relative(),
		p.op.KeysEndpoint().Relative(),
		p.op.EndSessionEndpoint().Relative(),
	}
}

// listPersonas tells a page or a script whom it can log in as, with the id as
// login_hint. ?lang=nn gives the texts in nynorsk.
func (p *Provider) listPersonas(w http.ResponseWriter, r *http.Request) {
	type listed struct {
		ID           string `json:"id"`
		Name         string `json:"name"`
		Role         string `json:"role"`
		Organisation string `json:"organisation"`
		Try          string `json:"try"`
	}
	lang := portal.Language(r.URL.Query().Get("lang"))
	list := []listed{}
	for _, persona := range p.personas() {
		list = append(list, listed{persona.ID, persona.Name, persona.Role.In(lang), persona.Organisation, persona.Try.In(lang)})
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(list) // the caller has gone if this fails
}

func (p *Provider) persona(matches func(Persona) bool) (Persona, bool) {
	for _, persona := range p.personas() {
		if matches(persona) {
			return persona, true
		}
	}
	return Persona{}, false
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
