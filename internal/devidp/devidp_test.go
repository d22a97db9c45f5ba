package devidp_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"samsvar/internal/devidp"
	"samsvar/internal/portal"
)

const verifier = "a-verifier-that-is-long-enough-for-the-standard-0"

func personas() []devidp.Persona {
	text := func(nb, nn string) portal.Text { return portal.Text{NB: nb, NN: nn} }
	return []devidp.Persona{
		{ID: "visitor", Subject: "s-3", Name: "Gry Gjest"},
		{ID: "writer", Subject: "s-1", Name: "Synne Skriver", Role: text("Koordinator", "Koordinator"), Organisation: "Dal kommune",
			OrganisationKind: portal.Municipality, Try: text("Skriv på spørsmål 2", "Skriv på spørsmål 2, de òg")},
		{ID: "officer", Subject: "s-2", Name: `Siri "Sak" <Behandler>`, Role: text("Saksbehandler", "Sakshandsamar"), Organisation: "Departementet",
			OrganisationKind: portal.Ministry, Try: text("Se hvem som har svart", "Sjå kven som har svart")},
	}
}

// serve gives a provider at a real address.
func serve(t *testing.T) (*devidp.Provider, string) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p, err := devidp.New(server.URL, personas, server.URL+"/auth/callback")
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle(devidp.Path+"/", p)
	return p, server.URL
}

// authorize is the address a portal would send a browser to.
func authorize(base string, changes map[string]string) string {
	challenge := sha256.Sum256([]byte(verifier))
	parameters := map[string]string{
		"response_type": "code", "client_id": devidp.ClientID, "redirect_uri": base + "/auth/callback", "scope": "openid profile email",
		"state": "the-state", "nonce": "the-nonce", "code_challenge_method": "S256",
		"code_challenge": base64.RawURLEncoding.EncodeToString(challenge[:]),
	}
	maps.Copy(parameters, changes)
	query := url.Values{}
	for name, value := range parameters {
		if value != "" {
			query.Set(name, value)
		}
	}
	return base + devidp.Path + "/authorize?" + query.Encode()
}

// browser stops when it is sent back to the portal.
func browser() *http.Client {
	return &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/auth/callback" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
}

func get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	response, err := browser().Get(address)
	if err != nil {
		t.Fatal(err)
	}
	return response, read(t, response)
}

func read(t *testing.T, response *http.Response) string {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// answer is what the portal is told at its callback.
func answer(t *testing.T, response *http.Response) url.Values {
	t.Helper()
	location, err := response.Location()
	if err != nil || location.Path != "/auth/callback" {
		t.Fatalf("%s leads to %v, %v", response.Status, location, err)
	}
	return location.Query()
}

// redeem asks the token endpoint.
func redeem(t *testing.T, p *devidp.Provider, base, secret string, form url.Values) (int, string) {
	t.Helper()
	defaults := url.Values{"grant_type": {"authorization_code"}, "redirect_uri": {base + "/auth/callback"}, "code_verifier": {verifier}}
	maps.Copy(defaults, form)
	request, err := http.NewRequest("POST", p.Issuer()+"/oauth/token", strings.NewReader(defaults.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(devidp.ClientID, secret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, read(t, response)
}

func TestPersonasAreListed(t *testing.T) {
	_, base := serve(t)
	var list []map[string]string
	_, body := get(t, base+devidp.Path+"/personas")
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list) != 3 {
		t.Fatalf("%v: %s", err, body)
	}
	want := map[string]string{"id": "writer", "name": "Synne Skriver", "role": "Koordinator", "organisation": "Dal kommune", "try": "Skriv på spørsmål 2"}
	if !maps.Equal(list[1], want) {
		t.Errorf("got %v", list[1])
	}
	if _, body = get(t, base+devidp.Path+"/personas?lang=nn"); !strings.Contains(body, "Sakshandsamar") {
		t.Errorf("in nynorsk: %s", body)
	}
}

func TestChoosingAPersonaOnThePage(t *testing.T) {
	_, base := serve(t)
	response, body := get(t, authorize(base, nil))
	if response.StatusCode != 200 || !strings.Contains(body, `<html lang="nb">`) || strings.Contains(body, "<script") || strings.Contains(body, "style=") {
		t.Errorf("%s: %s", response.Status, body)
	}
	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy: %q", policy)
	}
	officer, writer, visitor := strings.Index(body, "Siri &#34;Sak&#34; &lt;Behandler&gt;"), strings.Index(body, "Synne Skriver"), strings.Index(body, "Gry Gjest")
	if officer < 0 || officer > writer || writer > visitor {
		t.Errorf("the groups stand in the order %d, %d, %d", officer, writer, visitor)
	}
	if !strings.Contains(body, "Skriv på spørsmål 2") {
		t.Error("what to try is not told")
	}
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(body)[1]
	response, err := browser().PostForm(base+devidp.Path+"/login", url.Values{"id": {id}, "persona": {"writer"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := answer(t, response); got.Get("code") == "" || got.Get("state") != "the-state" {
		t.Errorf("answer: %v", got)
	}
}

func TestPageSpeaksNynorskWhenAsked(t *testing.T) {
	_, base := serve(t)
	_, body := get(t, authorize(base, map[string]string{"ui_locales": "nn nb no"}))
	if !strings.Contains(body, `<html lang="nn">`) || !strings.Contains(body, "Kven vil du vere?") || !strings.Contains(body, "Sakshandsamar") {
		t.Error(body)
	}
}

func TestLoginHintAnswersAtOnce(t *testing.T) {
	p, base := serve(t)
	response, _ := get(t, authorize(base, map[string]string{"login_hint": "writer"}))
	code := answer(t, response).Get("code")
	status, body := redeem(t, p, base, p.ClientSecret(), url.Values{"code": {code}})
	if status != 200 || !strings.Contains(body, "id_token") {
		t.Errorf("%d %s", status, body)
	}
	if status, body = redeem(t, p, base, p.ClientSecret(), url.Values{"code": {code}}); status != 400 || !strings.Contains(body, "invalid_grant") {
		t.Errorf("the code a second time: %d %s", status, body)
	}
	if response, body := get(t, authorize(base, map[string]string{"login_hint": "nobody"})); response.StatusCode != 200 || !strings.Contains(body, "Synne Skriver") {
		t.Errorf("an unknown hint: %s", response.Status)
	}
}

func TestCancelling(t *testing.T) {
	_, base := serve(t)
	_, body := get(t, authorize(base, nil))
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(body)[1]
	response, err := browser().PostForm(base+devidp.Path+"/login", url.Values{"id": {id}, "cancel": {"1"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := answer(t, response); got.Get("error") != "access_denied" || got.Get("state") != "the-state" || got.Has("code") {
		t.Errorf("answer: %v", got)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	_, base := serve(t)
	for name, c := range map[string]struct {
		changes map[string]string
		want    string
	}{
		"no PKCE":        {map[string]string{"code_challenge": "", "code_challenge_method": ""}, "invalid_request"},
		"plain PKCE":     {map[string]string{"code_challenge": verifier, "code_challenge_method": "plain"}, "invalid_request"},
		"PKCE by chance": {map[string]string{"code_challenge_method": ""}, "invalid_request"},
		"no questions":   {map[string]string{"prompt": "none"}, "login_required"},
	} {
		t.Run(name, func(t *testing.T) {
			c.changes["login_hint"] = "writer"
			response, err := browser().Get(authorize(base, c.changes))
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			location, err := response.Location()
			if err != nil || !strings.Contains(location.RawQuery+location.Fragment, "error="+c.want) || strings.Contains(location.String(), "code=") {
				t.Errorf("%s, %v", location, err)
			}
		})
	}
	for name, changes := range map[string]map[string]string{
		"another redirect": {"redirect_uri": "https://elsewhere.example/auth/callback"},
		"another client":   {"client_id": "other"},
		"tokens at once":   {"response_type": "id_token"},
	} {
		response, _ := get(t, authorize(base, changes))
		if response.StatusCode != 400 || response.Header.Get("Location") != "" {
			t.Errorf("%s: %s to %q", name, response.Status, response.Header.Get("Location"))
		}
	}
}

func TestTokenEndpointRefuses(t *testing.T) {
	p, base := serve(t)
	for name, c := range map[string]struct {
		secret string
		form   url.Values
	}{
		"a wrong secret":   {"guess", nil},
		"a wrong verifier": {p.ClientSecret(), url.Values{"code_verifier": {strings.Repeat("x", 43)}}},
		"no verifier":      {p.ClientSecret(), url.Values{"code_verifier": {""}}},
		"a wrong redirect": {p.ClientSecret(), url.Values{"redirect_uri": {base + "/other"}}},
		"a refresh token":  {p.ClientSecret(), url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"any"}}},
	} {
		t.Run(name, func(t *testing.T) {
			response, _ := get(t, authorize(base, map[string]string{"login_hint": "writer"}))
			form := url.Values{"code": {answer(t, response).Get("code")}}
			maps.Copy(form, c.form)
			if status, body := redeem(t, p, base, c.secret, form); status < 400 || strings.Contains(body, "id_token") {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func TestExpiredLoginSaysWhatToDo(t *testing.T) {
	_, base := serve(t)
	response, body := get(t, base+devidp.Path+"/login?id=unknown")
	if response.StatusCode != http.StatusGone || !strings.Contains(body, "Til forsiden") {
		t.Errorf("%s %s", response.Status, body)
	}
	posted, err := http.PostForm(base+devidp.Path+"/login", url.Values{"id": {"unknown"}, "persona": {"writer"}})
	if err != nil {
		t.Fatal(err)
	}
	posted.Body.Close()
	if posted.StatusCode != http.StatusGone {
		t.Errorf("choosing in it: %s", posted.Status)
	}
}

func TestOnlyWhatALoginNeedsIsServed(t *testing.T) {
	_, base := serve(t)
	for path, want := range map[string]int{
		"/.well-known/openid-configuration": 200, "/keys": 200, "/login.css": 200,
		"/healthz": 404, "/device_authorization": 404, "/oauth/introspect": 404, "/revoke": 404, "/": 404,
	} {
		if response, _ := get(t, base+devidp.Path+path); response.StatusCode != want {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
}

func TestNeverBeyondLoopback(t *testing.T) {
	for base, want := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://localhost:8080/": true, "http://[::1]:8080": true,
		"https://samsvar.example": false, "http://10.0.0.5:8080": false, "http://0.0.0.0:8080": false, "http://127.0.0.1.example": false, "": false,
	} {
		p, err := devidp.New(base, personas, base+"/auth/callback")
		if (err == nil) != want {
			t.Errorf("%q: %v", base, err)
		}
		if err == nil && strings.Contains(p.Issuer(), "//dev-idp") {
			t.Errorf("issuer %s", p.Issuer())
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	p, base := serve(t)
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			response, err := browser().Get(authorize(base, map[string]string{"login_hint": "writer"}))
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
			location, err := response.Location()
			if err != nil {
				t.Error(err)
				return
			}
			if status, body := redeem(t, p, base, p.ClientSecret(), url.Values{"code": {location.Query().Get("code")}}); status != 200 {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	wait.Wait()
}
