package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"samsvar/internal/portal"
)

// ProviderConfig is one identity provider as it stands in the file. The file
// deploy/oidc.example.yaml shows every setting.
type ProviderConfig struct {
	ID       string `yaml:"id"`     // in addresses and sessions; a short slug
	Name     string `yaml:"name"`   // on the login page
	Issuer   string `yaml:"issuer"` // exactly as the provider writes it in its tokens
	ClientID string `yaml:"client_id"`

	Authentication Authentication `yaml:"authentication"`

	Scopes               []string                `yaml:"scopes"` // openid is always among them
	ACRValues            []string                `yaml:"acr_values"`
	AcceptedACR          []string                `yaml:"accepted_acr"` // empty: any
	Levels               map[string]portal.Level `yaml:"levels"`       // what the provider's acr means: substantial, high
	MaxAge               *int                    `yaml:"max_age"`      // seconds
	AuthorizationDetails []map[string]any        `yaml:"authorization_details"`
	IDTokenAlgorithms    []string                `yaml:"id_token_algorithms"` // empty: what the provider's metadata says
	UserInfo             bool                    `yaml:"userinfo"`            // ask the userinfo endpoint as well
	Claims               Claims                  `yaml:"claims"`

	PAR  bool `yaml:"par"`  // not supported yet: refused
	DPoP bool `yaml:"dpop"` // not supported yet: refused
}

// Authentication is how the portal proves to the provider who it is.
type Authentication struct {
	Method     Method `yaml:"method"`
	Secret     string `yaml:"secret"`
	SecretFile string `yaml:"secret_file"`
	KeyFile    string `yaml:"key_file"`  // PEM or JWK
	KeyID      string `yaml:"key_id"`    // for a PEM key; a JWK has its own
	Algorithm  string `yaml:"algorithm"` // empty: ES256 and so on by the curve, RS256 for RSA
}

// Method is a way of authenticating at the token endpoint.
type Method string

const (
	Basic         Method = "basic"
	Post          Method = "post"
	PrivateKeyJWT Method = "private_key_jwt"
)

// Claims say where in the tokens the facts about a person stand. The identity
// itself is always issuer and subject.
type Claims struct {
	Name         ClaimPath `yaml:"name"`
	Email        ClaimPath `yaml:"email"`
	Organisation ClaimPath `yaml:"organisation"`
	Level        ClaimPath `yaml:"level"`
}

// ClaimPath is the literal names of claims, from the outside in; in the file a
// list, or a single name. A list among the claims is followed into every element.
type ClaimPath []string

// UnmarshalYAML takes a name or a list of names.
func (p *ClaimPath) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*p = ClaimPath{node.Value}
		return nil
	}
	return node.Decode((*[]string)(p))
}

// Load reads the identity providers from a YAML file. Settings that it does
// not know are errors. Names of other files are relative to the file's folder.
func Load(path string) ([]ProviderConfig, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("identity providers: %w", err)
	}
	var file struct {
		Providers []ProviderConfig `yaml:"providers"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("identity providers in %s: %w", path, err)
	}
	if len(file.Providers) == 0 {
		return nil, fmt.Errorf("identity providers in %s: none is listed under providers", path)
	}
	for i := range file.Providers {
		file.Providers[i].Authentication.relativeTo(filepath.Dir(path))
	}
	return file.Providers, validate(file.Providers)
}

func (a *Authentication) relativeTo(dir string) {
	for _, file := range []*string{&a.SecretFile, &a.KeyFile} {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(dir, *file)
		}
	}
}

var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

func validate(configs []ProviderConfig) error {
	var problems []error
	seen := map[string]bool{}
	for _, c := range configs {
		if seen[c.ID] {
			problems = append(problems, fmt.Errorf("provider %q: the id is used twice", c.ID))
		}
		seen[c.ID] = true
		for _, problem := range c.problems() {
			problems = append(problems, fmt.Errorf("provider %q: %s", c.ID, problem))
		}
	}
	return errors.Join(problems...)
}

// acrFor is what to ask for when a login must reach the level.
func (c ProviderConfig) acrFor(level portal.Level) []string {
	if level == "" || len(c.Levels) == 0 {
		return c.ACRValues
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.Levels)), func(acr string) bool { return !c.Levels[acr].Reaches(level) })
}

func (c ProviderConfig) problems() []string {
	var found []string
	check := func(ok bool, problem string) {
		if !ok {
			found = append(found, problem)
		}
	}
	check(slug.MatchString(c.ID), "id must be a short name of a-z, 0-9 and -")
	check(c.Name != "", "name is missing")
	check(c.ClientID != "", "client_id is missing")
	check(safeIssuer(c.Issuer), "issuer must be an https address (http on a loopback address only)")
	check(c.MaxAge == nil || *c.MaxAge >= 0, "max_age must not be negative")
	for acr, level := range c.Levels {
		check(level == portal.Substantial || level == portal.High, "levels: "+acr+" must be substantial or high")
	}
	check(!c.PAR, "par is not supported yet")
	check(!c.DPoP, "dpop is not supported yet")
	a := c.Authentication
	switch a.Method {
	case Basic, Post:
		check((a.Secret == "") != (a.SecretFile == ""), "authentication needs either secret or secret_file")
		check(a.KeyFile == "", "key_file belongs to private_key_jwt")
	case PrivateKeyJWT:
		check(a.KeyFile != "", "authentication by private_key_jwt needs key_file")
		check(a.Secret == "" && a.SecretFile == "", "a secret does not belong to private_key_jwt")
	default:
		check(false, "authentication method must be basic, post or private_key_jwt")
	}
	return found
}

func safeIssuer(issuer string) bool {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

func (c ProviderConfig) scopes() []string {
	scopes := c.Scopes
	if len(scopes) == 0 {
		scopes = []string{"profile", "email"}
	}
	if slices.Contains(scopes, "openid") {
		return scopes
	}
	return append([]string{"openid"}, scopes...)
}

// authorizationDetails is the request parameter, or "".
func (c ProviderConfig) authorizationDetails() (string, error) {
	if len(c.AuthorizationDetails) == 0 {
		return "", nil
	}
	encoded, err := json.Marshal(c.AuthorizationDetails)
	return string(encoded), err
}
