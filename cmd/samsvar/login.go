package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"samsvar/internal/demo"
	"samsvar/internal/devidp"
	"samsvar/internal/directory"
	"samsvar/internal/httpapi"
	"samsvar/internal/oidc"
	"samsvar/internal/portal"
)

// developmentProvider is the development provider's id in addresses.
const developmentProvider = "dev"

// newLogin prepares the configured identity providers, or the development one.
func newLogin(c config) (httpapi.Login, http.Handler, error) {
	if c.OIDC != "" {
		configs, err := oidc.Load(c.OIDC)
		if err != nil {
			return nil, nil, err
		}
		login, err := oidc.New(configs, c.BaseURL)
		return providers{Login: login}, nil, err
	}
	development, err := devidp.New(c.BaseURL, personas, c.BaseURL+oidc.CallbackPath)
	if err != nil {
		return nil, nil, err
	}
	login, err := oidc.New([]oidc.ProviderConfig{{ID: developmentProvider, Name: "Demonstrasjon", Issuer: development.Issuer(), ClientID: devidp.ClientID,
		Levels:         map[string]portal.Level{devidp.ACR: portal.High},
		Authentication: oidc.Authentication{Method: oidc.Basic, Secret: development.ClientSecret()}}}, c.BaseURL)
	return providers{Login: login, development: true}, development, err
}

func personas() []devidp.Persona {
	var out []devidp.Persona
	for _, p := range demo.Personas() {
		out = append(out, devidp.Persona{ID: p.ID, Subject: p.ID, Name: p.Name, Email: p.Email(), Role: p.Role, Organisation: p.Organisation,
			OrganisationKind: p.Kind, Try: p.Try})
	}
	return out
}

// providers fits the OpenID Connect client to what the API asks for.
type providers struct {
	*oidc.Login
	development bool
}

func (p providers) Providers() []httpapi.ProviderInfo {
	var out []httpapi.ProviderInfo
	for _, info := range p.Login.Providers() {
		out = append(out, httpapi.ProviderInfo{Id: info.ID, Name: info.Name, Development: p.development})
	}
	return out
}

func (p providers) Begin(ctx context.Context, provider string, wish httpapi.LoginWish) (string, []byte, error) {
	options := oidc.BeginOptions{LoginHint: wish.Hint, Level: wish.Level}
	if wish.Again != nil {
		options.Prompt, options.MaxAge, options.Language = "login", new(int), wish.Again.Language
		if p.development { // who was chosen once is chosen again
			options.LoginHint = wish.Again.Subject
		}
	}
	redirect, pending, err := p.Login.Begin(ctx, provider, options)
	if err != nil {
		return "", nil, err
	}
	raw, err := json.Marshal(pending)
	return redirect, raw, err
}

func (p providers) Finish(ctx context.Context, raw []byte, query url.Values) (httpapi.Identified, error) {
	var pending oidc.Pending
	if len(raw) == 0 || json.Unmarshal(raw, &pending) != nil {
		return httpapi.Identified{}, portal.Invalidf(oidc.CodeState, "no login is under way in this browser")
	}
	who, err := p.Login.Finish(ctx, pending, query)
	return httpapi.Identified{Identity: directory.Identity{Issuer: who.Issuer, Subject: who.Subject, Name: who.Name, Email: who.Email, Level: who.Level},
		Provider: who.Provider, IDToken: who.IDToken, AuthTime: who.AuthTime}, err
}
