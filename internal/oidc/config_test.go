package oidc_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"samsvar/internal/oidc"
	"samsvar/internal/portal"
)

const usual = `
providers:
  - id: first
    name: First
    issuer: https://first.example
    client_id: samsvar
    authentication: { method: basic, secret_file: secrets/first }
    claims: { organisation: [authorization_details, reportees, ID], name: "https://first.example/name" }
`

func load(t *testing.T, content string) ([]oidc.ProviderConfig, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "oidc.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return oidc.Load(path)
}

func TestLoad(t *testing.T) {
	configs, err := load(t, usual)
	if err != nil {
		t.Fatal(err)
	}
	c := configs[0]
	if !slices.Equal(c.Claims.Organisation, oidc.ClaimPath{"authorization_details", "reportees", "ID"}) ||
		!slices.Equal(c.Claims.Name, oidc.ClaimPath{"https://first.example/name"}) {
		t.Errorf("claims: %v", c.Claims)
	}
	if !filepath.IsAbs(c.Authentication.SecretFile) || !strings.HasSuffix(c.Authentication.SecretFile, "/secrets/first") {
		t.Errorf("the secret is sought at %q, not beside the configuration", c.Authentication.SecretFile)
	}
}

func TestExampleFileIsValid(t *testing.T) {
	configs, err := oidc.Load("../../deploy/oidc.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(configs) < 4 {
		t.Errorf("only %d providers", len(configs))
	}
}

func TestBadConfigurationIsRefusedInWords(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"a misspelt setting":  {"client_id", "clientid", "clientid not found"},
		"PAR":                 {"client_id: samsvar", "client_id: samsvar\n    par: true", "par is not supported yet"},
		"DPoP":                {"client_id: samsvar", "client_id: samsvar\n    dpop: true", "dpop is not supported yet"},
		"plain http":          {"issuer: https:", "issuer: http:", "issuer must be an https address"},
		"no client":           {"client_id: samsvar", "client_id: ''", "client_id is missing"},
		"no name":             {"name: First", "name: ''", "name is missing"},
		"a strange id":        {"id: first", "id: First/One", "id must be a short name"},
		"unknown method":      {"method: basic", "method: tls", "authentication method must be"},
		"no secret":           {"secret_file: secrets/first", "secret: ''", "either secret or secret_file"},
		"a key without a use": {"method: basic, secret_file", "method: private_key_jwt, secret_file", "needs key_file"},
		"negative age":        {"client_id: samsvar", "client_id: samsvar\n    max_age: -1", "max_age must not be negative"},
		"nothing":             {usual, "providers: []", "none is listed"},
		"twice":               {usual, usual + strings.TrimPrefix(usual, "\nproviders:\n"), "used twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, strings.Replace(usual, c.old, c.new, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, got %v", c.want, err)
			}
		})
	}
}

func TestMissingSecretStopsTheStart(t *testing.T) {
	configs, err := load(t, usual)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := oidc.New(configs, "https://portal.example"); err == nil || !strings.Contains(err.Error(), "secrets/first") {
		t.Errorf("got %v", err)
	}
	public := configs[0]
	public.Authentication = oidc.Authentication{Method: oidc.PrivateKeyJWT, KeyFile: write(t, []byte(`{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`))}
	if _, err := oidc.New([]oidc.ProviderConfig{public}, "https://portal.example"); err == nil || !strings.Contains(err.Error(), "not a private key") {
		t.Errorf("a public key: %v", err)
	}
}

func TestLevelsAreThoseOfThePortal(t *testing.T) {
	configs, err := load(t, usual+"    levels: { loa-2: substantial, loa-3: high }\n")
	if err != nil || configs[0].Levels["loa-3"] != portal.High {
		t.Errorf("%v %v", configs, err)
	}
	if _, err := load(t, usual+"    levels: { loa-4: extreme }\n"); err == nil || !strings.Contains(err.Error(), "loa-4") {
		t.Errorf("a level that is none was taken: %v", err)
	}
}
