package oidc

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

// credential is what the portal proves itself to a provider with.
type credential struct {
	method Method
	secret string
	signer jose.Signer
}

func newCredential(config ProviderConfig) (credential, error) {
	a := config.Authentication
	c := credential{method: a.Method, secret: a.Secret}
	var err error
	switch {
	case a.Method == PrivateKeyJWT:
		c.signer, err = readSigner(a)
	case a.SecretFile != "":
		var content []byte
		content, err = os.ReadFile(a.SecretFile)
		c.secret = strings.TrimSpace(string(content))
		if err == nil && c.secret == "" {
			err = fmt.Errorf("%s is empty", a.SecretFile)
		}
	}
	if err != nil {
		return c, fmt.Errorf("provider %q: %w", config.ID, err)
	}
	return c, nil
}

func (c credential) configure(config *oauth2.Config) {
	config.ClientSecret = c.secret
	config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	if c.method == Basic {
		config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	}
}

// parameters are what the token request carries beyond a secret: for
// private_key_jwt a fresh assertion, meant for the issuer and for a minute.
func (c credential) parameters(config ProviderConfig) ([]oauth2.AuthCodeOption, error) {
	if c.method != PrivateKeyJWT {
		return nil, nil
	}
	now := time.Now()
	payload, err := json.Marshal(map[string]any{
		"iss": config.ClientID,
		"sub": config.ClientID,
		"aud": config.Issuer,
		"jti": rand.Text(),
		"iat": now.Unix(),
		"exp": now.Add(time.Minute).Unix(),
	})
	if err != nil {
		return nil, err
	}
	signed, err := c.signer.Sign(payload)
	if err != nil {
		return nil, err
	}
	assertion, err := signed.CompactSerialize()
	if err != nil {
		return nil, err
	}
	return []oauth2.AuthCodeOption{
		oauth2.SetAuthURLParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
		oauth2.SetAuthURLParam("client_assertion", assertion),
	}, nil
}

// RSA keys as short as providers still have them are believed; our own are as strong as the curves are.
const (
	leastOfProviders = 2048
	leastOfOurs      = 3072
)

var rsaAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512}

// rsaBits is how long the RSA key is that signed a token: as long as its signature. It is 0 for other kinds of keys.
func rsaBits(token string) int {
	signed, err := jose.ParseSignedCompact(token, rsaAlgorithms)
	if err != nil {
		return 0
	}
	return 8 * len(signed.Signatures[0].Signature)
}

func readSigner(a Authentication) (jose.Signer, error) {
	content, err := os.ReadFile(a.KeyFile)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.KeyFile, err)
	}
	if private, ok := key.Key.(*rsa.PrivateKey); ok && private.N.BitLen() < leastOfOurs {
		return nil, fmt.Errorf("%s: an RSA key of %d bits is too short, %d is the least", a.KeyFile, private.N.BitLen(), leastOfOurs)
	}
	if key.KeyID == "" {
		key.KeyID = a.KeyID
	}
	algorithm := jose.SignatureAlgorithm(a.Algorithm)
	if algorithm == "" {
		algorithm = usualAlgorithm(key)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("%s cannot sign with %q: %w", a.KeyFile, algorithm, err)
	}
	return signer, nil
}

// parseKey reads a private key: a JWK, or PEM in any of the usual wrappings.
func parseKey(content []byte) (jose.JSONWebKey, error) {
	var key jose.JSONWebKey
	if block, _ := pem.Decode(content); block != nil {
		private, err := parseDER(block.Bytes)
		key.Key = private
		return key, err
	}
	if err := json.Unmarshal(content, &key); err != nil {
		return key, fmt.Errorf("neither PEM nor JWK: %w", err)
	}
	if key.IsPublic() || !key.Valid() {
		return key, errors.New("not a private key")
	}
	return key, nil
}

func parseDER(der []byte) (any, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	return nil, errors.New("not a private key that is understood")
}

func usualAlgorithm(key jose.JSONWebKey) jose.SignatureAlgorithm {
	if key.Algorithm != "" {
		return jose.SignatureAlgorithm(key.Algorithm)
	}
	switch k := key.Key.(type) {
	case *rsa.PrivateKey:
		return jose.RS256
	case *ecdsa.PrivateKey:
		return map[int]jose.SignatureAlgorithm{256: jose.ES256, 384: jose.ES384, 521: jose.ES512}[k.Curve.Params().BitSize]
	}
	return jose.EdDSA
}
