package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"
)

// TestFrontDoor is about what happens before any operation is reached, and about acting for somebody.
func TestFrontDoor(t *testing.T) {
	p := start(t)
	for _, c := range []struct {
		name string
		part func(*program, *testing.T)
	}{
		{"acting", (*program).acting}, {"lost role", (*program).lostRole}, {"input", (*program).input}, {"strangers", (*program).strangers},
		{"pages", (*program).pages}, {"logout", (*program).logout}, {"logins", (*program).logins}, {"closing", (*program).closing}, {"files", (*program).files}, {"limits, last", (*program).limits},
	} {
		t.Run(c.name, func(t *testing.T) {
			here := *p
			here.t = t
			c.part(&here, t)
		})
	}
}

type me struct {
	Account       struct{ ID string }
	Acting        *struct{ Organisation struct{ ID string } }
	Organisations []struct{ Organisation struct{ ID string } }
	Language      string
	Demonstration bool
	Now           time.Time
}

func (m me) actsFor() string {
	if m.Acting == nil {
		return ""
	}
	return m.Acting.Organisation.ID
}

func (p *program) grant(account, organisation, role string) {
	p.t.Helper()
	a := p.as("administrator").call("POST", "/accounts/"+account+"/roles", map[string]any{"organisationId": organisation, "role": role})
	if a.status != http.StatusOK {
		p.t.Fatalf("grant: %d %s", a.status, a.body)
	}
}

func (p *program) revoke(account, organisation, role string) {
	p.t.Helper()
	if a := p.as("administrator").call("DELETE", "/accounts/"+account+"/roles/"+organisation+"/"+role, nil); a.status != http.StatusOK {
		p.t.Fatalf("revoke: %d %s", a.status, a.body)
	}
}

func (p *program) acting(t *testing.T) {
	who := p.as("leser-agder")
	id := get[me](who, "/me").Account.ID
	p.grant(id, "oslo", "reader")
	defer p.revoke(id, "oslo", "reader")
	if m := get[me](who, "/me"); len(m.Organisations) != 2 || m.actsFor() != "agder" {
		t.Errorf("a role that was given changed whom one acts for: %+v", m)
	}
	if a := who.call("PUT", "/me/acting", map[string]any{"organisationId": "vestfold"}); a.status != 404 || a.code != "not_found" {
		t.Errorf("acting for strangers: %d %s", a.status, a.body)
	}
	who.actFor("oslo")
	if m := get[me](who, "/me"); m.actsFor() != "oslo" {
		t.Errorf("acts for %q", m.actsFor())
	}
	for shown, want := range map[string]int{id + "/oslo": 200, id + "/agder": 409, p.scene().account + "/oslo": 409, "": 200} {
		r := request(t, "GET", p.base+"/api/v1/my-turn")
		r.Header.Set("Samsvar-As", shown)
		if a := who.do(r); a.status != want || want == 409 && a.code != "acting_changed" {
			t.Errorf("a page that shows %s: %d %s", shown, a.status, a.body)
		}
	}
	again, err := who.http.Get(p.base + "/auth/login?provider=dev&login_hint=leser-agder&return_to=/healthz")
	check(t, err)
	again.Body.Close()
	if m := get[me](who, "/me"); m.actsFor() != "oslo" {
		t.Errorf("logging in again changed whom one acts for, to %q", m.actsFor())
	}
	if a := who.call("PUT", "/me/language", map[string]any{"language": "nn"}); a.status != 200 || get[me](who, "/me").Language != "nn" {
		t.Errorf("the language was not kept: %d %s", a.status, a.body)
	}
}

// Whoever loses the role they act with does not act for another organisation
// before the page has been told.
func (p *program) lostRole(t *testing.T) {
	who := p.as("ny")
	id := get[me](who, "/me").Account.ID
	for _, organisation := range []string{"agder", "vestfold"} {
		p.grant(id, organisation, "secretariat")
		defer p.revoke(id, organisation, "secretariat")
	}
	if m := get[me](who, "/me"); m.actsFor() != "agder" {
		t.Fatalf("the first role leads to %q", m.actsFor())
	}
	who.actFor("vestfold")
	community := func(id string) int { return who.call("GET", "/communities/"+id, nil).status }
	if community("vestfold") != 200 || community("agder") != 404 {
		t.Fatal("one acts for more or less than one organisation")
	}
	p.revoke(id, "vestfold", "secretariat")
	if v, a := community("vestfold"), community("agder"); v != 404 || a != 404 {
		t.Errorf("after the role was lost: %d there, %d where one was not acting", v, a)
	}
	if m := get[me](who, "/me"); m.actsFor() != "agder" || community("agder") != 200 {
		t.Errorf("having asked, one acts for %q", m.actsFor())
	}
}

func (p *program) input(t *testing.T) {
	ministry, admin := p.as("departement"), p.as("administrator")
	s := p.scene()
	for _, c := range []struct {
		name, method, path string
		who                person
		body               any
		status             int
		code, fields       string
	}{
		{"a field too many", "PUT", "/me/language", ministry, map[string]any{"language": "nn", "organisation": "x"}, 400, "invalid_input", `"fields":[{"code":"unknown_field","detail":"property \"organisation\" is unsupported","name":"organisation"}]`},
		{"a field too few", "PUT", "/me/language", ministry, map[string]any{}, 400, "invalid_input", `{"code":"required"`},
		{"another language", "PUT", "/me/language", ministry, map[string]any{"language": "en"}, 400, "invalid_input", `{"code":"not_supported"`},
		{"a number for a text", "PUT", "/me/acting", ministry, map[string]any{"organisationId": 1}, 400, "invalid_input", `{"code":"invalid"`},
		{"two faults at once", "POST", "/responses/" + s.response + "/reopen", ministry, map[string]any{"version": "x", "reason": ""}, 400, "invalid_input", `"reason"`},
		{"a character that is none", "PUT", "/me/acting", ministry, map[string]any{"organisationId": "a\x00b"}, 404, "not_found", ""},
		{"such a character to be kept", "POST", "/rounds", ministry, map[string]any{"slug": "nul", "title": map[string]any{"nb": "a\x00b"}, "sender": "x",
			"issued": "2022-01-01", "deadline": "2022-02-01", "questions": []any{map[string]any{"text": map[string]any{"nb": "x"}}}}, 400, "invalid_input", ""},
		{"a number beyond all", "POST", "/responses/" + s.response + "/freeze", p.as("sekretariat-agder"), map[string]any{"version": 1e15}, 409, "", ""},
		{"a body where none is read", "POST", "/rounds/" + s.round + "/opened", p.as("sekretariat-agder"), map[string]any{"x": 1}, 204, "", ""},
		{"an id in capitals", "GET", "/rounds/" + strings.ToUpper(s.round), ministry, nil, 200, "", ""},
		{"an id of another kind of thing", "GET", "/rounds/" + s.response, ministry, nil, 404, "not_found", ""},
		{"a path with a trick", "GET", "/communities/..%2f..%2fme", admin, nil, 404, "not_found", ""},
		{"no text at all", "DELETE", "/accounts/" + s.account + "/roles/%ff/reader", admin, nil, 404, "not_found", ""},
		{"a text that ends early", "DELETE", "/accounts/" + s.account + "/roles/agder%00/reader", admin, nil, 404, "not_found", ""},
		{"another method", "DELETE", "/me", ministry, nil, 404, "not_found", ""},
		{"an invented method", "DANCE", "/me", ministry, nil, 404, "not_found", ""},
	} {
		a := c.who.call(c.method, c.path, c.body)
		if a.status != c.status || c.code != "" && a.code != c.code || !strings.Contains(a.body, c.fields) {
			t.Errorf("%s: %d %s, want %d %s %s", c.name, a.status, a.body, c.status, c.code, c.fields)
		}
		if a.status >= 400 && (a.header.Get("Content-Type") != "application/problem+json" || !strings.Contains(a.body, a.header.Get("X-Request-Id"))) {
			t.Errorf("%s: %s %s", c.name, a.header, a.body)
		}
	}
}

// strangers: requests from other sites' pages, and from nobody.
func (p *program) strangers(t *testing.T) {
	ministry := p.as("departement")
	for name, c := range map[string]struct {
		method, path string
		headers      map[string]string
		status       int
	}{
		"a form on another site logs out":       {"POST", "/auth/logout", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		"an old browser's form":                 {"POST", "/auth/logout", map[string]string{"Origin": "https://evil.example"}, 403},
		"a sandboxed page":                      {"POST", "/auth/logout", map[string]string{"Origin": "null"}, 403},
		"a sister domain":                       {"PUT", "/api/v1/me/language", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:1"}, 403},
		"a link on another site":                {"GET", "/api/v1/me", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},
		"another site opens the text":           {"GET", "/collab", map[string]string{"Origin": "https://evil.example", "Connection": "Upgrade", "Upgrade": "websocket"}, 403},
		"a method that is smuggled in a header": {"GET", "/api/v1/me", map[string]string{"X-HTTP-Method-Override": "DELETE"}, 200},
	} {
		r := request(t, c.method, p.base+c.path)
		for name, value := range c.headers {
			r.Header.Set(name, value)
		}
		response, err := ministry.http.Do(r)
		check(t, err)
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", name, response.Status, c.status)
		}
	}
	for from, ends := range map[string]string{"cross-site": "/login", "same-site": "/login", "same-origin": "/healthz", "none": "/healthz"} {
		r := request(t, "GET", p.base+"/auth/login?provider=dev&login_hint=ny&return_to=/healthz")
		r.Header.Set("Sec-Fetch-Site", from)
		response, err := p.as("").http.Do(r)
		check(t, err)
		response.Body.Close()
		if response.Request.URL.Path != ends {
			t.Errorf("a link from %s to a login ends at %s", from, response.Request.URL)
		}
	}
	public := []string{"listProviders", "listPublished", "getPublished", "downloadPublished"}
	for _, o := range p.operations() {
		a := p.as("").call(o.method, p.scene().path(o), p.scene().bodyFor(o.id))
		if !slices.Contains(public, o.id) && (a.status != 401 || a.code != "unauthenticated") {
			t.Errorf("%s for nobody: %d %s", o.id, a.status, a.body)
		}
	}
}

// pages: what is not the API is the frontend's, with the same headers.
func (p *program) pages(t *testing.T) {
	for _, c := range []struct {
		path, accept string
		status       int
		kind         string
	}{
		{"/rounds/x", "text/html", 200, "text/html; charset=utf-8"},
		{"/assets/none.js", "*/*", 404, "text/plain; charset=utf-8"},
		{"/api/nothing", "text/html", 404, "application/problem+json"},
		{"/api/v2/me", "text/html", 404, "application/problem+json"},
		{"/auth/nothing", "text/html", 404, "application/problem+json"},
		{"/api/openapi.json", "*/*", 200, "application/json"},
	} {
		r := request(t, "GET", p.base+c.path)
		r.Header.Set("Accept", c.accept)
		response, err := http.DefaultClient.Do(r)
		check(t, err)
		response.Body.Close()
		if kind := response.Header.Get("Content-Type"); response.StatusCode != c.status || kind != c.kind {
			t.Errorf("%s: %d %s, want %d %s", c.path, response.StatusCode, kind, c.status, c.kind)
		}
		policy := response.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self'", "; script-src 'self';", "frame-ancestors 'none'", "connect-src 'self' ws://" + strings.TrimPrefix(p.base, "http://")} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %s", c.path, want)
			}
		}
		if strings.Count(policy, "script-src") != 1 || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", c.path, response.Header)
		}
	}
}

func (p *program) logout(t *testing.T) {
	who := p.as("leser-agder")
	base, _ := url.Parse(p.base)
	kept, account := who.http.Jar.Cookies(base), get[me](who, "/me").Account.ID
	response, err := who.http.Post(p.base+"/auth/logout", "", nil)
	check(t, err)
	response.Body.Close()
	if response.Request.URL.Path != "/" && response.Request.URL.Path != "/login" {
		t.Errorf("logging out ends at %s", response.Request.URL)
	}
	thief := p.as("")
	thief.http.Jar.SetCookies(base, kept)
	if a := thief.call("GET", "/me", nil); a.status != 401 {
		t.Errorf("a cookie that was kept still opens: %d", a.status)
	}
	response, err = thief.http.Post(p.base+"/auth/logout", "", nil)
	check(t, err)
	response.Body.Close()
	var events int
	check(t, p.db.Pool().QueryRow(t.Context(), `select count(*) from audit_event where action = 'account.log_out' and account_id = $1`, account).Scan(&events))
	if events != 1 {
		t.Errorf("%d events tell of one logout", events)
	}
	for _, query := range []string{"", "?code=x&state=y", "?error=access_denied"} {
		response, err := p.as("").http.Get(p.base + "/auth/callback" + query)
		check(t, err)
		response.Body.Close()
		if response.Request.URL.Path != "/login" || !strings.HasPrefix(response.Request.URL.RawQuery, "error=login_") {
			t.Errorf("a callback that nobody asked for, %q, ends at %s", query, response.Request.URL)
		}
	}
}

type login struct {
	ID, Device      string
	BegunAt, SeenAt time.Time
	Current         bool
}

// logins: people see where they are logged in and end it there, and administrators end what others have.
func (p *program) logins(t *testing.T) {
	const firefox, phone = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
	at := func(userAgent string) person {
		p.userAgent = userAgent
		return p.as("godkjenner-siv")
	}
	here, there := at(firefox), at(phone)
	p.userAgent = ""
	alive := func(who person) bool { return who.call("GET", "/me", nil).status == 200 }
	logins := func(who person) map[string]login {
		found := map[string]login{}
		for _, l := range get[[]login](who, "/me/sessions") {
			found[l.Device] = l
		}
		return found
	}
	ended := func() (all []string) {
		rows, err := p.db.Pool().Query(t.Context(), "select action || ' ' || cast(detail as text) from audit_event where action like '%session%' order by id")
		check(t, err)
		all, err = pgx.CollectRows(rows, pgx.RowTo[string])
		check(t, err)
		return all
	}
	found := logins(here)
	mine, other := found["Firefox, Windows"], found["Safari, iPhone"]
	if len(found) != 2 || !mine.Current || other.Current || get[me](here, "/me").Now.Sub(mine.BegunAt).Abs() > time.Minute || mine.SeenAt.Before(mine.BegunAt) || !logins(there)["Safari, iPhone"].Current {
		t.Errorf("%+v", found)
	}
	stranger := p.as("leser-agder")
	foreign, unknown := stranger.call("DELETE", "/me/sessions/"+other.ID, nil), stranger.call("DELETE", "/me/sessions/"+p.scene().freeze, nil)
	if foreign.status != 404 || faceless(t, foreign) != faceless(t, unknown) || len(logins(stranger)) != 1 || !alive(there) {
		t.Errorf("another's login: %d %s, one that is not there: %s", foreign.status, foreign.body, unknown.body)
	}
	if a := stranger.call("DELETE", "/accounts/"+get[me](here, "/me").Account.ID+"/sessions", nil); a.status != 403 && a.status != 404 || !alive(here) {
		t.Errorf("no administrator, but %d", a.status)
	}

	if a := here.call("DELETE", "/me/sessions/"+other.ID, nil); a.status != 204 || alive(there) || !alive(here) || len(logins(here)) != 1 {
		t.Errorf("ending one: %d %s", a.status, a.body)
	}
	if a := here.call("DELETE", "/me/sessions/"+other.ID, nil); a.status != 404 {
		t.Errorf("ending it again: %d", a.status)
	}
	there, more := at(phone), at("curl/8")
	p.userAgent = ""
	for range 2 {
		if a := here.call("DELETE", "/me/sessions", nil); a.status != 204 || alive(there) || alive(more) || !alive(here) {
			t.Errorf("ending all others: %d %s", a.status, a.body)
		}
	}
	if a := p.as("administrator").call("DELETE", "/accounts/"+get[me](here, "/me").Account.ID+"/sessions", nil); a.status != 204 || alive(here) || !alive(stranger) {
		t.Errorf("an administrator ends all: %d %s", a.status, a.body)
	}
	if want := []string{`session.end {"sessions": 1}`, `session.end_others {"sessions": 2}`, `account.end_sessions {"sessions": 1}`}; !slices.Equal(ended(), want) {
		t.Errorf("the trail says %v", ended())
	}
}

// closing: an administrator closes an account. Its open texts and its logins end at once, its roles are gone, nobody logs in with
// it, and the trail says so; opened again, it may do nothing until somebody gives it a role.
func (p *program) closing(t *testing.T) {
	who, admin := p.as("skribent-sorlandet"), p.as("administrator")
	id, administrator := get[me](who, "/me").Account.ID, get[me](admin, "/me").Account.ID
	set := func(account string, closed bool) answer {
		return admin.call("PUT", "/accounts/"+account+"/closed", map[string]any{"closed": closed})
	}
	line, err := overSocket(t.Context(), who)
	check(t, err)
	defer line.end()
	var text string
	check(t, p.db.Pool().QueryRow(t.Context(), "select document_id::text from answer where id = $1", p.scene().answer).Scan(&text))
	check(t, line.say(messages(text)[0]))
	_, err = line.hear()
	check(t, err)

	for range 2 { // the second time changes nothing
		if a := set(id, true); a.status != 200 || !strings.Contains(a.body, `"closed":true`) || !strings.Contains(a.body, `"roles":[]`) {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	for err == nil { // it reads what is on its way, and then that it is over
		_, err = line.hear()
	}
	if over := websocket.CloseStatus(err); over != 4401 {
		t.Errorf("the open text ended with %v", err)
	}
	if a := who.call("GET", "/me", nil); a.status != 401 {
		t.Errorf("the login goes on: %d", a.status)
	}
	back, err := who.http.Get(p.base + "/auth/login?provider=dev&login_hint=skribent-sorlandet&return_to=/healthz")
	check(t, err)
	back.Body.Close()
	if back.Request.URL.Path != "/login" || back.Request.URL.RawQuery != "error=login_closed" || who.call("GET", "/me", nil).status != 401 {
		t.Errorf("logging in ends at %s", back.Request.URL)
	}
	role := map[string]any{"organisationId": "agder", "role": "reader"}
	if a := admin.call("POST", "/accounts/"+id+"/roles", role); a.status != 409 || a.code != "account_closed" {
		t.Errorf("a role for it: %d %s", a.status, a.body)
	}
	if a := set(administrator, true); a.status != 409 || a.code != "last_administrator" {
		t.Errorf("the last administrator: %d %s", a.status, a.body)
	}

	if a := set(id, false); a.status != 200 || !strings.Contains(a.body, `"closed":false`) {
		t.Errorf("opened again: %d %s", a.status, a.body)
	}
	who = p.as("skribent-sorlandet")
	if a := who.call("GET", "/responses/"+p.scene().response, nil); a.status != 404 {
		t.Errorf("opened again, it reads as before: %d", a.status)
	}
	var events []string
	rows, err := p.db.Pool().Query(t.Context(), "select action || ' ' || (detail ->> 'sessions') || ' ' || jsonb_array_length(detail -> 'roles') from audit_event where object = $1 and action = 'account.close'", id)
	check(t, err)
	events, err = pgx.CollectRows(rows, pgx.RowTo[string])
	if check(t, err); !slices.Equal(events, []string{"account.close 1 1"}) {
		t.Errorf("the trail says %v", events)
	}
}

// files: what people hand in is bounded, and comes back as a download that no browser shows.
func (p *program) files(t *testing.T) {
	who, response := p.as("godkjenner-tonsberg"), ""
	var freeze string
	check(t, p.db.Pool().QueryRow(t.Context(), "select id::text, freeze_id::text from response where owner_id = 'vestfold' and kind = 'joint' and state = 'approval'").Scan(&response, &freeze))
	path := "/responses/" + response
	if a := who.call("POST", path+"/treatments", map[string]any{"freezeId": freeze, "level": "political", "body": "Kommunestyret", "caseNumber": "1/22", "metOn": "2022-03-20", "outcome": "noted", "decision": ""}); a.status != 200 {
		t.Fatal(a.body)
	}
	var treatment, attached string
	check(t, p.db.Pool().QueryRow(t.Context(), "select id::text from treatment where response_id = $1 order by recorded_at desc limit 1", response).Scan(&treatment))
	hand := func(size int) answer {
		return who.call("POST", path+"/treatments/"+treatment+"/attachments?name="+url.QueryEscape("..\\side\"; x=\n.html"), append([]byte("%PDF-1.7\n"), make([]byte, size-9)...))
	}
	if a := hand(10<<20 + 1); a.status != 413 || a.code != "too_large" {
		t.Errorf("more than ten MiB: %d %s", a.status, a.body)
	}
	if a := hand(10 << 20); a.status != 200 {
		t.Fatalf("ten MiB: %d %s", a.status, a.body)
	}
	check(t, p.db.Pool().QueryRow(t.Context(), "select id::text from treatment_attachment where treatment_id = $1", treatment).Scan(&attached))
	a := who.call("GET", path+"/attachments/"+attached, nil)
	for header, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Disposition": `attachment; filename="side; x=.pdf"`} {
		if got := a.header.Get(header); a.status != 200 || len(a.body) != 10<<20 || got != want {
			t.Errorf("%d, %d bytes, %s: %q", a.status, len(a.body), header, got)
		}
	}
}

// limits: somebody who hammers on the login is told to wait, and work goes on.
func (p *program) limits(t *testing.T) {
	who := p.as("leser-agder")
	stop := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var wait sync.WaitGroup
	var mu sync.Mutex
	held := 0
	for range 8 {
		wait.Go(func() {
			for range 60 {
				response, err := stop.Get(p.base + "/auth/login?provider=nobody")
				if err != nil {
					t.Error(err)
					return
				}
				response.Body.Close()
				if response.StatusCode == http.StatusTooManyRequests {
					mu.Lock()
					held++
					mu.Unlock()
					if response.Header.Get("Retry-After") == "" {
						t.Error("it does not say how long")
					}
				}
			}
		})
	}
	wait.Wait()
	if held == 0 {
		t.Error("480 tries to log in were all let through")
	}
	if a := who.call("GET", "/me", nil); a.status != 200 {
		t.Errorf("others at work are held back: %d", a.status)
	}
}
