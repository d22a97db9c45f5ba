package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"samsvar/internal/oidc"
)

// impostor is a provider that answers whatever a test tells it to, over real HTTP.
type impostor struct {
	*httptest.Server
	key      *ecdsa.PrivateKey
	public   any // what it says is its key
	metadata map[string]any
	token    func(r *http.Request) (status int, answer map[string]any)
	userinfo map[string]any
}

func newImpostor(t *testing.T) *impostor {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &impostor{key: key, public: &key.PublicKey}
	mux := http.NewServeMux()
	answer := func(path string, body func() any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(body())
		})
	}
	answer("/.well-known/openid-configuration", func() any { return p.metadata })
	answer("/userinfo", func() any { return p.userinfo })
	answer("/keys", func() any {
		return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.public, KeyID: "k", Use: "sig"}}}
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		status, body := p.token(r)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(body)
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	p.metadata = map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
		"jwks_uri": p.URL + "/keys", "userinfo_endpoint": p.URL + "/userinfo",
		"id_token_signing_alg_values_supported": []string{"ES256"},
	}
	return p
}

func (p *impostor) config() oidc.ProviderConfig {
	return oidc.ProviderConfig{ID: "dev", Name: "Impostor", Issuer: p.URL, ClientID: "client",
		Authentication: oidc.Authentication{Method: oidc.Post, Secret: "secret"}}
}

// sign makes an id token.
func sign(t *testing.T, key any, algorithm jose.SignatureAlgorithm, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// login plays one login against the impostor, whose id token says what is
// usual and what the test adds; a nil takes a claim away.
func (p *impostor) login(t *testing.T, config oidc.ProviderConfig, changes map[string]any) (oidc.Identity, error) {
	t.Helper()
	login := newLogin(t, "http://127.0.0.1", config)
	_, pending := begin(t, login, oidc.BeginOptions{})
	said := map[string]any{
		"iss": p.URL, "sub": "somebody", "aud": "client", "nonce": pending.Nonce,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(), "auth_time": time.Now().Unix(),
	}
	maps.Copy(said, changes)
	maps.DeleteFunc(said, func(_ string, value any) bool { return value == nil })
	if p.token == nil {
		p.token = func(*http.Request) (int, map[string]any) {
			return 200, map[string]any{"access_token": "access", "token_type": "Bearer", "id_token": sign(t, p.key, jose.ES256, said)}
		}
	}
	return login.Finish(t.Context(), pending, url.Values{"state": {pending.State}, "code": {"code"}})
}

func TestIDTokenIsChecked(t *testing.T) {
	accessHash := sha256.Sum256([]byte("access"))
	good := base64.RawURLEncoding.EncodeToString(accessHash[:16])
	cases := map[string]struct {
		changes map[string]any
		want    string
	}{
		"as it should be":           {nil, ""},
		"with its access token":     {map[string]any{"at_hash": good}, ""},
		"several audiences, for us": {map[string]any{"aud": []string{"client", "other"}, "azp": "client"}, ""},
		"another issuer":            {map[string]any{"iss": "https://elsewhere.example"}, oidc.CodeRefused},
		"another audience":          {map[string]any{"aud": "other"}, oidc.CodeRefused},
		"another party":             {map[string]any{"aud": []string{"client", "other"}, "azp": "other"}, oidc.CodeRefused},
		"several audiences, no azp": {map[string]any{"aud": []string{"client", "other"}}, oidc.CodeRefused},
		"expired":                   {map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}, oidc.CodeRefused},
		"another login":             {map[string]any{"nonce": "other"}, oidc.CodeRefused},
		"no nonce":                  {map[string]any{"nonce": nil}, oidc.CodeRefused},
		"nobody":                    {map[string]any{"sub": nil}, oidc.CodeRefused},
		"another access token":      {map[string]any{"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, oidc.CodeRefused},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := newImpostor(t)
			_, err := p.login(t, p.config(), c.changes)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, c.want)
		})
	}
}

func TestForgedSignaturesAreRefused(t *testing.T) {
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := newImpostor(t)
	said := map[string]any{"iss": p.URL, "sub": "somebody", "aud": "client", "exp": time.Now().Add(time.Minute).Unix()}
	public, err := x509.MarshalPKIXPublicKey(&p.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, forge := range map[string]func(said map[string]any) string{
		"a stranger's key":           func(said map[string]any) string { return sign(t, stranger, jose.ES256, said) },
		"the public key as a secret": func(said map[string]any) string { return sign(t, public, jose.HS256, said) },
		"no signature": func(said map[string]any) string {
			payload, _ := json.Marshal(said)
			encode := base64.RawURLEncoding.EncodeToString
			return encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + "."
		},
	} {
		t.Run(name, func(t *testing.T) {
			login := newLogin(t, "http://127.0.0.1", p.config())
			_, pending := begin(t, login, oidc.BeginOptions{})
			said := maps.Clone(said)
			said["nonce"] = pending.Nonce
			p.token = func(*http.Request) (int, map[string]any) {
				return 200, map[string]any{"access_token": "access", "token_type": "Bearer", "id_token": forge(said)}
			}
			_, err := login.Finish(t.Context(), pending, url.Values{"state": {pending.State}, "code": {"code"}})
			wantCode(t, err, oidc.CodeRefused)
		})
	}
}

// A short RSA key is no proof, whoever it belongs to.
func TestShortKeysAreRefused(t *testing.T) {
	for bits, believed := range map[int]bool{1024: false, 2048: true} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		p := newImpostor(t)
		p.public, p.metadata["id_token_signing_alg_values_supported"] = &key.PublicKey, []string{"RS256"}
		login := newLogin(t, "http://127.0.0.1", p.config())
		_, pending := begin(t, login, oidc.BeginOptions{})
		said := map[string]any{"iss": p.URL, "sub": "somebody", "aud": "client", "exp": time.Now().Add(time.Minute).Unix(), "nonce": pending.Nonce}
		p.token = func(*http.Request) (int, map[string]any) {
			return 200, map[string]any{"access_token": "access", "token_type": "Bearer", "id_token": sign(t, key, jose.RS256, said)}
		}
		_, err = login.Finish(t.Context(), pending, url.Values{"state": {pending.State}, "code": {"code"}})
		if believed && err != nil {
			t.Errorf("%d bits: %v", bits, err)
		} else if !believed {
			wantCode(t, err, oidc.CodeRefused)
		}
		own := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(own, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600); err != nil {
			t.Fatal(err)
		}
		config := p.config()
		config.Authentication = oidc.Authentication{Method: oidc.PrivateKeyJWT, KeyFile: own}
		if _, err := oidc.New([]oidc.ProviderConfig{config}, "http://127.0.0.1"); err == nil || !strings.Contains(err.Error(), "too short") {
			t.Errorf("our own of %d bits: %v", bits, err)
		}
	}
}

func TestTokenEndpointInTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		answer map[string]any
		want   string
	}{
		"a fault":           {503, nil, oidc.CodeUnavailable},
		"a used code":       {400, map[string]any{"error": "invalid_grant"}, oidc.CodeExpired},
		"our secret is bad": {401, map[string]any{"error": "invalid_client"}, oidc.CodeRefused},
		"no id token":       {200, map[string]any{"access_token": "access", "token_type": "Bearer"}, oidc.CodeRefused},
	} {
		t.Run(name, func(t *testing.T) {
			p := newImpostor(t)
			p.token = func(*http.Request) (int, map[string]any) { return c.status, c.answer }
			_, err := p.login(t, p.config(), nil)
			wantCode(t, err, c.want)
		})
	}
}

// Whoever can make a provider's address lead elsewhere is given neither codes nor secrets.
func TestProvidersAreNotFollowedElsewhere(t *testing.T) {
	for _, what := range []string{"token_endpoint", "jwks_uri"} {
		p, led := newImpostor(t), 0
		moved := p.metadata[what].(string)
		elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			led++
			http.Redirect(w, r, moved, http.StatusTemporaryRedirect)
		}))
		t.Cleanup(elsewhere.Close)
		p.metadata[what] = elsewhere.URL
		if who, err := p.login(t, p.config(), nil); err == nil || led == 0 {
			t.Errorf("%s: asked %d times, let in %q", what, led, who.Subject)
		}
	}
}

func TestIssuerOfTheAnswerIsDemandedWhereItIsPromised(t *testing.T) {
	p := newImpostor(t)
	p.metadata["authorization_response_iss_parameter_supported"] = true
	_, err := p.login(t, p.config(), nil)
	wantCode(t, err, oidc.CodeRefused)
}

func TestLoginThatIsTooOldIsRefused(t *testing.T) {
	age := 300
	for name, c := range map[string]struct {
		authTime any
		want     string
	}{
		"fresh":     {time.Now().Unix(), ""},
		"too old":   {time.Now().Add(-time.Hour).Unix(), oidc.CodeExpired},
		"not said":  {nil, oidc.CodeExpired},
		"nonsense":  {"yesterday", oidc.CodeExpired},
		"in limits": {time.Now().Add(-4 * time.Minute).Unix(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newImpostor(t)
			config := p.config()
			config.MaxAge = &age
			_, err := p.login(t, config, map[string]any{"auth_time": c.authTime})
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, c.want)
		})
	}
}

func TestClaimsAreFoundWhereTheConfigurationSays(t *testing.T) {
	p := newImpostor(t)
	config := p.config()
	config.AcceptedACR = []string{"high"}
	config.Claims = oidc.Claims{
		Name:         oidc.ClaimPath{"https://provider.example/claims/name.full"},
		Email:        oidc.ClaimPath{"contact", "e-mail"},
		Level:        oidc.ClaimPath{"assurance", "level"},
		Organisation: oidc.ClaimPath{"authorization_details", "authorized_parties", "orgno", "ID"},
	}
	said := map[string]any{
		"https://provider.example/claims/name.full": "Kari Kommune",
		"contact":   map[string]any{"e-mail": "kari@example.no"},
		"assurance": map[string]any{"level": "high"},
		"authorization_details": []any{
			map[string]any{"type": "one", "authorized_parties": []any{
				map[string]any{"orgno": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:987654321"}},
				map[string]any{"orgno": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:912345678"}},
			}},
			map[string]any{"type": "two"},
		},
	}
	identity, err := p.login(t, config, said)
	if err != nil {
		t.Fatal(err)
	}
	if identity.Name != "Kari Kommune" || identity.Email != "kari@example.no" || identity.ACR != "high" ||
		!slices.Equal(identity.Organisations, []string{"987654321", "912345678"}) {
		t.Errorf("got %+v", identity)
	}
	p.token = nil
	delete(said, "authorization_details") // a person may come without an organisation
	if identity, err = p.login(t, config, said); err != nil || len(identity.Organisations) != 0 {
		t.Errorf("without an organisation: %+v, %v", identity, err)
	}
}

func TestUserInfoOfSomebodyElseIsRefused(t *testing.T) {
	p := newImpostor(t)
	config := p.config()
	config.UserInfo = true
	p.userinfo = map[string]any{"sub": "somebody", "name": "From Userinfo", "acr": "high"}
	identity, err := p.login(t, config, map[string]any{"acr": "low"})
	if err != nil || identity.Name != "From Userinfo" || identity.ACR != "low" {
		t.Errorf("got %+v, %v", identity, err)
	}
	p.token = nil
	p.userinfo["sub"] = "another"
	_, err = p.login(t, config, nil)
	wantCode(t, err, oidc.CodeRefused)
}

func TestClientAuthentication(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	asJWK, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: "ours", Algorithm: "ES384"})
	if err != nil {
		t.Fatal(err)
	}
	pemFile := write(t, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	jwkFile := write(t, asJWK)
	secretFile := write(t, []byte("s:e/c ret\n"))
	var seen []string // assertions are good once
	assertion := func(t *testing.T, p *impostor, r *http.Request) {
		token, err := jose.ParseSignedCompact(r.PostFormValue("client_assertion"), []jose.SignatureAlgorithm{jose.ES384})
		if err != nil {
			t.Fatal(err)
		}
		payload, err := token.Verify(&key.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		var claims struct {
			Iss, Sub, Aud, JTI string
			Exp                int64
		}
		if err := json.Unmarshal(payload, &claims); err != nil {
			t.Fatal(err)
		}
		if claims.Iss != "client" || claims.Sub != "client" || claims.Aud != p.URL || token.Signatures[0].Header.KeyID != "ours" ||
			slices.Contains(seen, claims.JTI) || time.Until(time.Unix(claims.Exp, 0)) > 2*time.Minute {
			t.Errorf("assertion %s with key %q", payload, token.Signatures[0].Header.KeyID)
		}
		seen = append(seen, claims.JTI)
		if r.PostForm.Has("client_secret") || r.Header.Get("Authorization") != "" {
			t.Error("and a secret besides")
		}
	}
	for name, c := range map[string]struct {
		authentication oidc.Authentication
		check          func(*testing.T, *impostor, *http.Request)
	}{
		"basic": {oidc.Authentication{Method: oidc.Basic, SecretFile: secretFile}, func(t *testing.T, _ *impostor, r *http.Request) {
			if id, secret, ok := r.BasicAuth(); !ok || id != "client" || secret != url.QueryEscape("s:e/c ret") || r.PostForm.Has("client_secret") {
				t.Errorf("basic: %q, %q", id, secret)
			}
		}},
		"post": {oidc.Authentication{Method: oidc.Post, SecretFile: secretFile}, func(t *testing.T, _ *impostor, r *http.Request) {
			if r.PostForm.Get("client_secret") != "s:e/c ret" || r.PostForm.Get("client_id") != "client" || r.Header.Get("Authorization") != "" {
				t.Errorf("post: %v", r.PostForm)
			}
		}},
		"key in PEM": {oidc.Authentication{Method: oidc.PrivateKeyJWT, KeyFile: pemFile, KeyID: "ours"}, assertion},
		"key as JWK": {oidc.Authentication{Method: oidc.PrivateKeyJWT, KeyFile: jwkFile}, assertion},
	} {
		t.Run(name, func(t *testing.T) {
			p := newImpostor(t)
			asked := false
			p.token = func(r *http.Request) (int, map[string]any) {
				r.ParseForm()
				asked = true
				c.check(t, p, r)
				if r.PostForm.Get("code_verifier") == "" {
					t.Error("no code_verifier")
				}
				return 400, map[string]any{"error": "invalid_grant"}
			}
			config := p.config()
			config.Authentication = c.authentication
			_, err := p.login(t, config, nil)
			wantCode(t, err, oidc.CodeExpired)
			if !asked {
				t.Error("the token endpoint was not asked")
			}
		})
	}
}

func write(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
