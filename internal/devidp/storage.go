package devidp

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"samsvar/internal/portal"
)

// patience is how long a login may take from the first redirect to the token.
const patience = 15 * time.Minute

var (
	errUnknown     = errors.New("unknown or expired")
	errUnsupported = errors.New("not offered by the development identity provider")
)

// storage keeps the logins under way, in memory.
type storage struct {
	provider *Provider
	client   client
	key      *ecdsa.PrivateKey
	keyID    string

	mu       sync.Mutex
	requests map[string]*login // by id
	codes    map[string]string // code to request id
}

func newStorage(p *Provider, c client, key *ecdsa.PrivateKey) *storage {
	return &storage{provider: p, client: c, key: key, keyID: rand.Text(),
		requests: map[string]*login{}, codes: map[string]string{}}
}

// login is one person's way through the provider. It is not changed after it
// was stored: choosing a persona stores another.
type login struct {
	id      string
	request oidc.AuthRequest
	began   time.Time
	chosen  time.Time // zero until a persona was chosen
	subject string
}

func (l *login) GetID() string                      { return l.id }
func (l *login) GetACR() string                     { return ACR }
func (l *login) GetAMR() []string                   { return nil }
func (l *login) GetAudience() []string              { return []string{l.request.ClientID} }
func (l *login) GetAuthTime() time.Time             { return l.chosen }
func (l *login) GetClientID() string                { return l.request.ClientID }
func (l *login) GetNonce() string                   { return l.request.Nonce }
func (l *login) GetRedirectURI() string             { return l.request.RedirectURI }
func (l *login) GetResponseType() oidc.ResponseType { return l.request.ResponseType }
func (l *login) GetResponseMode() oidc.ResponseMode { return l.request.ResponseMode }
func (l *login) GetScopes() []string                { return l.request.Scopes }
func (l *login) GetState() string                   { return l.request.State }
func (l *login) GetSubject() string                 { return l.subject }
func (l *login) Done() bool                         { return !l.chosen.IsZero() }
func (l *login) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: l.request.CodeChallenge, Method: l.request.CodeChallengeMethod}
}

func (l *login) language() portal.Language {
	for _, tag := range l.request.UILocales {
		if base, _ := tag.Base(); base.String() == string(portal.Nynorsk) {
			return portal.Nynorsk
		}
	}
	return portal.Bokmal
}

// CreateAuthRequest refuses what the library would let through: a request
// without PKCE, and one that wants an answer without asking anybody.
func (s *storage) CreateAuthRequest(_ context.Context, request *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if request.CodeChallenge == "" || request.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required")
	}
	for _, prompt := range request.Prompt {
		if prompt == oidc.PromptNone {
			return nil, oidc.ErrLoginRequired().WithDescription("nobody stays logged in here")
		}
	}
	l := &login{id: rand.Text(), request: *request, began: time.Now()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetExpired()
	s.requests[l.id] = l
	return l, nil
}

func (s *storage) forgetExpired() {
	for id, l := range s.requests {
		if time.Since(l.began) > patience {
			delete(s.requests, id)
		}
	}
	for code, id := range s.codes {
		if s.requests[id] == nil {
			delete(s.codes, code)
		}
	}
}

func (s *storage) login(id string) (*login, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.requests[id]
	if l == nil || time.Since(l.began) > patience {
		return nil, errUnknown
	}
	return l, nil
}

// choose says who the person of a login is.
func (s *storage) choose(l *login, persona Persona) {
	chosen := *l
	chosen.subject, chosen.chosen = persona.Subject, time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[l.id] = &chosen
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	l, err := s.login(id)
	if err != nil {
		return nil, err
	}
	return l, nil
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

// AuthRequestByCode spends the code: it is good for one try.
func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	return s.AuthRequestByID(context.Background(), id)
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return rand.Text(), time.Now().Add(5 * time.Minute), nil
}

func (s *storage) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, subject, _ string, _ []string) error {
	return s.describe(info, subject)
}

func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, _, subject, _ string) error {
	return s.describe(info, subject)
}

func (s *storage) describe(info *oidc.UserInfo, subject string) error {
	persona, ok := s.provider.persona(func(p Persona) bool { return p.Subject == subject })
	if !ok {
		return errUnknown
	}
	info.Subject = persona.Subject
	info.Name = persona.Name
	info.Email = persona.Email
	info.AppendClaims("organisation", persona.Organisation)
	return nil
}

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, errUnknown
	}
	return s.client, nil
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(s.client.secret)) == 0 {
		return errUnknown
	}
	return nil
}

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return signingKey{s}, nil }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s}}, nil }

func (s *storage) Health(context.Context) error { return nil }

func (s *storage) TerminateSession(context.Context, string, string) error { return nil } // there is none

type signingKey struct{ *storage }

func (k signingKey) ID() string                                  { return k.keyID }
func (k signingKey) Key() any                                    { return k.key }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }

type publicKey struct{ *storage }

func (k publicKey) ID() string                         { return k.keyID }
func (k publicKey) Key() any                           { return &k.key.PublicKey }
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k publicKey) Use() string                        { return "sig" }

// client is the portal, as the provider knows it.
type client struct {
	redirectURI, logoutURI, secret string
}

func (c client) GetID() string                       { return ClientID }
func (c client) RedirectURIs() []string              { return []string{c.redirectURI} }
func (c client) PostLogoutRedirectURIs() []string    { return []string{c.logoutURI} }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType                     { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c client) LoginURL(id string) string                        { return Path + "/login?id=" + id }
func (c client) AccessTokenType() op.AccessTokenType              { return op.AccessTokenTypeBearer }
func (c client) IDTokenLifetime() time.Duration                   { return 5 * time.Minute }
func (c client) DevMode() bool                                    { return false }
func (c client) RestrictAdditionalIdTokenScopes() scopeFilter     { return allScopes }
func (c client) RestrictAdditionalAccessTokenScopes() scopeFilter { return allScopes }
func (c client) IsScopeAllowed(string) bool                       { return false }
func (c client) IDTokenUserinfoClaimsAssertion() bool             { return true }
func (c client) ClockSkew() time.Duration                         { return 0 }

type scopeFilter = func([]string) []string

func allScopes(scopes []string) []string { return scopes }

// What the library asks a storage for and this provider does not offer.

func (s *storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, errUnsupported
}

func (s *storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, op.ErrInvalidRefreshToken
}

func (s *storage) RevokeToken(context.Context, string, string, string) *oidc.Error {
	return oidc.ErrInvalidRequest().WithDescription("tokens are not revoked here")
}

func (s *storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnsupported
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnsupported
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnsupported
}
