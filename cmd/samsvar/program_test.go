package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/demo"
	"samsvar/internal/devidp"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// program is the whole portal with the demonstration in it, on a port of its own.
type program struct {
	t     testing.TB
	base  string
	db    *postgres.DB
	owner string // the address by which the database's owner logs in

	userAgent string // what browsers call themselves
}

func start(t testing.TB) *program {
	t.Helper()
	return startWith(t, func(*config) {})
}

func startWith(t testing.TB, set func(*config)) *program {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	addr := listener.Addr().String()
	check(t, listener.Close())
	check(t, demonstration())
	owner := filled.Copy(t)
	c := config{Addr: addr, BaseURL: "http://" + addr, DatabaseURL: postgres.PrivateLogin(owner, postgres.ProgramRole), Renderer: "../../internal/export/renderer"}
	set(&c)
	move(t, owner, c.BaseURL)
	db, err := postgres.Open(t.Context(), c.DatabaseURL)
	check(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- serveOn(ctx, c, db, c.DatabaseURL, c.clock(demo.Now), func() { close(ready) })
	}()
	t.Cleanup(func() {
		stop()
		began := time.Now()
		if err := <-done; err != nil {
			t.Errorf("the program did not end well: %v", err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("stopping took %v", took)
		}
		db.Close()
	})
	select {
	case <-ready:
	case err := <-done:
		t.Fatal(err)
	}
	return &program{t: t, base: c.BaseURL, db: db, owner: owner}
}

const filledAt = "http://127.0.0.1"

var filled pgtest.Filled

// demonstration is filled once for all tests: to fill it takes longer than most of them.
var demonstration = sync.OnceValue(func() (err error) {
	filled, err = pgtest.Fill(func(owner string) error {
		ctx, c := context.Background(), config{BaseURL: filledAt}
		if err := prepare(ctx, c, owner); err != nil {
			return err
		}
		db, err := postgres.Open(ctx, postgres.PrivateLogin(owner, postgres.ProgramRole))
		if err != nil {
			return err
		}
		defer db.Close()
		return seed(ctx, c, db)
	})
	return err
})

// move makes the accounts of the demonstration those of another address.
func move(t testing.TB, owner, to string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), owner)
	check(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "update account set issuer = $1 where issuer = $2", to+devidp.Path, filledAt+devidp.Path)
	check(t, err)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person is a browser's worth of cookies.
type person struct {
	*program
	http *http.Client
}

// as logs in through the real flow; "" is nobody.
func (p *program) as(persona string) person {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	check(p.t, err)
	who := person{p, &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: calling(p.userAgent)}}
	if persona == "" {
		return who
	}
	response, err := who.http.Get(p.base + "/auth/login?provider=dev&login_hint=" + persona + "&return_to=/healthz")
	check(p.t, err)
	response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Request.URL.Path != "/healthz" {
		p.t.Fatalf("%s did not get in: %d %s", persona, response.StatusCode, response.Request.URL)
	}
	return who
}

// calling is a browser that calls itself so.
type calling string

func (c calling) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", string(c))
	return http.DefaultTransport.RoundTrip(r)
}

// actFor switches to another organisation of the same account.
func (p person) actFor(organisation string) person {
	p.t.Helper()
	if a := p.call("PUT", "/me/acting", map[string]any{"organisationId": organisation}); a.status != 200 {
		p.t.Fatalf("cannot act for %s: %s", organisation, a.body)
	}
	return p
}

type answer struct {
	status int
	code   string // of a problem
	body   string
	header http.Header
}

func (p person) call(method, path string, body any) answer {
	p.t.Helper()
	raw, err := json.Marshal(body)
	check(p.t, err)
	reader := io.Reader(bytes.NewReader(raw))
	kind := "application/json"
	switch body := body.(type) {
	case string:
		reader, kind = strings.NewReader(body), "application/yaml"
	case []byte:
		reader, kind = bytes.NewReader(body), "application/octet-stream"
	}
	if body == nil {
		reader = nil
	}
	request, err := http.NewRequest(method, p.base+"/api/v1"+path, reader)
	check(p.t, err)
	if body != nil {
		request.Header.Set("Content-Type", kind)
	}
	return p.do(request)
}

func (p person) do(request *http.Request) answer {
	p.t.Helper()
	response, err := p.http.Do(request)
	check(p.t, err)
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	check(p.t, err)
	a := answer{status: response.StatusCode, body: string(read), header: response.Header}
	if a.status >= 400 {
		var problem struct{ Code string }
		check(p.t, json.Unmarshal(read, &problem))
		a.code = problem.Code
	}
	return a
}

// get decodes a good answer.
func get[T any](p person, path string) (out T) {
	p.t.Helper()
	a := p.call("GET", path, nil)
	if a.status != 200 {
		p.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	check(p.t, json.Unmarshal([]byte(a.body), &out))
	return out
}

// scene is one object of each kind, for operations to be tried on.
type scene struct{ round, closed, question, response, answer, submission, freeze, account, meeting, paper, body string }

func (p *program) scene() (s scene) {
	ask := func(sql string, args ...any) (id string) {
		check(p.t, p.db.Pool().QueryRow(p.t.Context(), sql, args...).Scan(&id))
		return id
	}
	s.round = ask("select id::text from round where state = 'open'")
	s.closed = ask("select id::text from round where state = 'closed'")
	s.question = ask("select id::text from question where round_id = $1 and number = 1", s.round)
	s.response = ask("select id::text from response where owner_id = 'agder' and kind = 'joint' and round_id = $1", s.round)
	s.answer = ask("select id::text from answer where response_id = $1 and number = 1", s.response)
	s.submission = ask("select response_id::text from submission where round_id = $1 order by number limit 1", s.round)
	s.account = ask("select id::text from account where subject = 'ny'")
	s.meeting = ask("select m.id::text from meeting m where m.community_id = 'agder' and m.state = 'called'")
	s.paper = ask("select id::text from meeting_case where meeting_id = $1 and number = 1", s.meeting)
	s.freeze, s.body = "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000"
	return s
}

func (s scene) path(o operation) string {
	path := o.path
	switch {
	case o.id == "closeRound": // the open one is not to be closed by the walk
		s.round = s.closed
	case strings.HasPrefix(path, "/submissions/"):
		s.response = s.submission
	case o.id == "addAttachment":
		path += "?name=x.pdf"
	case o.id == "endSessionsOf", o.id == "setAccountClosed": // or the walk would log somebody out
		s.account = s.freeze
	}
	for name, value := range map[string]string{"roundId": s.round, "questionId": s.question, "responseId": s.response, "answerId": s.answer,
		"jobId": s.freeze, "mandateId": s.freeze, "bodyId": s.freeze, "meetingId": s.meeting, "caseId": s.paper, "remarkId": s.freeze, "threadId": s.freeze, "accountId": s.account, "sessionId": s.freeze, "treatmentId": s.freeze, "attachmentId": s.freeze, "organisationId": "agder", "role": "reader", "format": "json", "number": "1999-0001", "place": "1"} {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path
}

// bodies are fit for the contract, and such that whoever may do the thing gets
// a refusal for another reason: nothing is changed by walking the operations.
func (s scene) bodyFor(operation string) any {
	return map[string]any{
		"setActing": map[string]any{"organisationId": "nowhere"}, "setLanguage": map[string]any{"language": "nb"},
		"setReminders": map[string]any{"reminders": "daily"}, "markNoticesRead": map[string]any{"upTo": 0},
		"createRound": map[string]any{"slug": "x1", "title": map[string]any{}, "sender": "x", "issued": "2022-01-01", "deadline": "2021-01-01",
			"questions": []any{map[string]any{"text": map[string]any{}}}},
		"editRound": map[string]any{"slug": "x1", "title": map[string]any{}, "sender": "x", "issued": "2022-01-01", "deadline": "2021-01-01",
			"questions": []any{map[string]any{"text": map[string]any{}}}, "version": 0},
		"addAttachment": []byte("x"),
		"nameVersion":   map[string]any{"name": "x"},
		"beginThread":   map[string]any{"audience": "parties", "text": " "}, "addToThread": map[string]any{"kind": "say", "text": "x"},
		"suggest":          map[string]any{"suggestions": []any{map[string]any{"anchor": map[string]any{"first": "AA==", "last": "AA=="}, "change": map[string]any{"before": map[string]any{}, "after": map[string]any{"text": "\x00"}}}}},
		"settleSuggestion": map[string]any{"kind": "accept"},
		"importRound":      "slug: [", "startExport": map[string]any{"format": "json", "language": "nb"},
		"startResponse":  map[string]any{"kind": "joint", "language": "nb"},
		"setCoordinator": map[string]any{"version": 0}, "setAnswerStatus": map[string]any{"status": "ready", "version": 0},
		"relateAnswer": map[string]any{"version": 0}, "askToJoin": map[string]any{"organisationId": "nowhere"},
		"endorseResponse": map[string]any{"freezeId": s.freeze, "answerHashes": map[string]any{}},
		"freezeResponse":  map[string]any{"version": 0}, "reopenResponse": map[string]any{"version": 0, "reason": "x"},
		"takePosition":     map[string]any{"freezeId": s.freeze, "kind": "approved", "answerHashes": map[string]any{}},
		"confirmPosition":  map[string]any{"freezeId": s.freeze, "answerHashes": map[string]any{}},
		"recordDecision":   map[string]any{"freezeId": s.freeze, "level": "strategic", "body": "x", "decidedOn": "2022-01-01", "caseNumber": "1"},
		"withdrawPosition": map[string]any{"freezeId": s.freeze, "reason": "x"},
		"addParty":         map[string]any{"version": 0, "organisationId": "k-0301"}, "removeParty": map[string]any{"version": 0, "reason": "x"},
		"writeRemark": map[string]any{"freezeId": s.freeze, "text": "x"}, "seeRemarks": map[string]any{"remarks": map[string]any{}},
		"stepRemark": map[string]any{"kind": "join", "version": 0}, "replyToRemark": map[string]any{"version": 0, "text": "x"},
		"recordTreatment": map[string]any{"freezeId": s.freeze, "level": "political", "body": "x", "caseNumber": "", "metOn": "2022-01-01", "outcome": "noted", "decision": ""},
		"giveMandate":     map[string]any{"accountId": s.account, "organisationId": "nowhere", "begins": "2022-01-01", "ends": "2022-01-02"}, "endMandate": map[string]any{"reason": "x"}, "setQuorum": map[string]any{"approvers": 1, "version": 99},
		"warnOfSilence": map[string]any{"freezeId": s.freeze},
		"setCommunityRule": map[string]any{"kind": "consensus", "hospitalPercent": 100, "municipalPercent": 50, "voters": []any{}, "partnershipDecision": false,
			"silenceDays": 0, "reason": "x", "version": 99},
		"addBody": map[string]any{"level": "strategic", "name": " ", "members": []any{}, "version": 0}, "changeBody": map[string]any{"level": "strategic", "name": " ", "members": []any{}, "version": 0},
		"callMeeting":   map[string]any{"bodyId": s.body, "startsAt": "2022-05-01T10:00", "papersDue": "2022-05-02", "place": "", "cases": []any{}, "version": 0},
		"changeMeeting": map[string]any{"bodyId": s.body, "startsAt": "2022-05-01T10:00", "papersDue": "2022-05-02", "place": "", "cases": []any{}, "version": 0},
		"cancelMeeting": map[string]any{"version": 0, "reason": "x"}, "remarkMinutes": map[string]any{"text": "x"}, "recordMinute": map[string]any{"outcome": "noted", "text": "x"},
		"setPlanDates":       map[string]any{"papersDue": "2022-01-01"},
		"submitResponse":     map[string]any{"freezeId": s.freeze, "freezeHash": "sha256:0"},
		"withdrawSubmission": map[string]any{"number": "1999-0001", "reason": "x"}, "returnSubmission": map[string]any{"number": "1999-0001", "reason": "x"},
		"publishSubmission": map[string]any{"number": "1999-0001"}, "takeSubmissionDown": map[string]any{"number": "1999-0001", "reason": "x"},
		"extendRound":      map[string]any{"deadline": "2001-01-01", "reason": "x"},
		"setAccountClosed": map[string]any{"closed": true},
		"grantRole":        map[string]any{"organisationId": "nowhere", "role": "reader"},
	}[operation]
}

type operation struct{ id, method, path string }

func (p *program) operations() (all []operation) {
	a := p.as("").do(request(p.t, "GET", p.base+"/api/openapi.json"))
	var spec struct {
		Paths map[string]map[string]json.RawMessage
	}
	check(p.t, json.Unmarshal([]byte(a.body), &spec))
	for path, item := range spec.Paths {
		for method, raw := range item {
			var o struct{ OperationID string }
			if method != "parameters" && json.Unmarshal(raw, &o) == nil {
				all = append(all, operation{o.OperationID, strings.ToUpper(method), path})
			}
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	return all
}

func request(t testing.TB, method, address string) *http.Request {
	r, err := http.NewRequest(method, address, nil)
	check(t, err)
	return r
}

// cast has somebody for every role; the last five belong to other communities or to none.
func (p *program) cast() (names []string, people map[string]person) {
	names = []string{"nobody", "no role", "ministry", "regional", "secretariat", "coordinator", "approver", "writer", "reader", "administrator",
		"other secretariat", "other approver", "other trust"}
	return names, map[string]person{
		"nobody": p.as(""), "no role": p.as("ny"), "ministry": p.as("departement"), "regional": p.as("rhf-sor-ost"),
		"secretariat": p.as("sekretariat-agder"), "coordinator": p.as("koordinator-kristiansand"), "approver": p.as("koordinator-arendal"),
		"writer": p.as("skribent-sorlandet"), "reader": p.as("leser-agder"), "administrator": p.as("administrator"),
		"other secretariat": p.as("sekretariat-vestfold"), "other approver": p.as("godkjenner-tonsberg"), "other trust": p.as("godkjenner-siv"),
	}
}

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	status := m.Run()
	_ = filled.Drop() // with a server of the tests' own it would go anyway
	os.Exit(status)
}

func TestProgram(t *testing.T) {
	p := start(t)
	run := func(name string, part func(*program, *testing.T)) {
		t.Run(name, func(t *testing.T) {
			here := *p
			here.t = t
			part(&here, t)
		})
	}
	run("rights", (*program).rights)
	run("walls", (*program).walls)
	run("doors", (*program).doors)
	run("open texts", (*program).openTexts)
	run("downloads", (*program).downloads)
	run("fresh", (*program).fresh)
	run("everywhere", (*program).everywhere)
	run("meetings", (*program).meetings)
	run("crowd", (*program).crowd)
}

// rights walks every operation as every role, on Agder's draft, and holds the
// outcome against a file that is read by people.
func (p *program) rights(t *testing.T) {
	names, people := p.cast()
	s := p.scene()
	var out strings.Builder
	fmt.Fprintf(&out, "What every operation answers every role, on the draft of one community. Written by the test; a change here is a change of rights.\n\n| operation | %s |\n|%s\n",
		strings.Join(names, " | "), strings.Repeat("---|", len(names)+1))
	for _, o := range p.operations() {
		fmt.Fprintf(&out, "| %s |", o.id)
		for _, name := range names {
			a := people[name].call(o.method, s.path(o), s.bodyFor(o.id))
			if a.status >= 500 {
				t.Errorf("%s as %s: %d %s", o.id, name, a.status, a.body)
			}
			fmt.Fprintf(&out, " %s |", strings.TrimSpace(fmt.Sprint(a.status, " ", a.code)))
		}
		out.WriteString("\n")
	}
	golden(t, "testdata/rights.md", out.String())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		check(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	check(t, err)
	if string(want) == got {
		return
	}
	lines := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(lines) || lines[i] != line {
			t.Errorf("%s, line %d:\n got  %s", file, i+1, line)
			if i < len(lines) {
				t.Logf(" want %s", lines[i])
			}
		}
	}
	t.Log("go test ./cmd/samsvar -update writes it anew")
}

// walls: for those of other communities, Agder's response and one that does
// not exist are the same, to the letter.
func (p *program) walls(t *testing.T) {
	_, people := p.cast()
	s := p.scene()
	unknown := s
	unknown.response, unknown.submission, unknown.answer = "11111111-1111-4111-8111-111111111111", "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	count := func() (n int) {
		check(t, p.db.Pool().QueryRow(t.Context(), "select count(*) from audit_event").Scan(&n))
		return n
	}
	before := count()
	for _, name := range []string{"ministry", "regional", "administrator", "other secretariat", "other approver", "other trust", "no role"} {
		for _, o := range p.operations() {
			if !strings.Contains(o.path, "{responseId}") || name == "ministry" && strings.HasPrefix(o.path, "/submissions/") {
				continue
			}
			real := people[name].call(o.method, s.path(o), s.bodyFor(o.id))
			none := people[name].call(o.method, unknown.path(o), s.bodyFor(o.id))
			if real.status != 404 || faceless(t, real) != faceless(t, none) {
				t.Errorf("%s as %s: %d %s, unknown: %d %s", o.id, name, real.status, real.body, none.status, none.body)
			}
			if strings.Contains(real.body, "gder") {
				t.Errorf("%s as %s names the community: %s", o.id, name, real.body)
			}
		}
	}
	if n := count(); n != before {
		t.Errorf("%d events were recorded for what was refused", n-before)
	}
}

// faceless is an answer without what differs between any two.
func faceless(t *testing.T, a answer) string {
	var problem map[string]any
	check(t, json.Unmarshal([]byte(a.body), &problem))
	delete(problem, "requestId")
	return fmt.Sprint(a.status, problem)
}

// doors: what comes in from outside and should not.
func (p *program) doors(t *testing.T) {
	ministry := p.as("departement")
	post := func(edit func(*http.Request)) answer {
		r, err := http.NewRequest("POST", p.base+"/api/v1/rounds", strings.NewReader(`{}`))
		check(t, err)
		r.Header.Set("Content-Type", "application/json")
		edit(r)
		return ministry.do(r)
	}
	for name, c := range map[string]struct {
		edit   func(*http.Request)
		status int
		code   string
	}{
		"another site's origin": {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403, "cross_origin"},
		"a cross-site fetch":    {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403, "cross_origin"},
		"no JSON":               {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{")) }, 400, "invalid_input"},
		"too much": {func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("x", 1<<20+1))), 1<<20+1
		}, 413, "too_large"},
		"too much, unsaid": {func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{"slug":"`+strings.Repeat("x", 1<<20)+`"}`)), -1
		}, 413, "too_large"},
	} {
		if a := post(c.edit); a.status != c.status || a.code != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, a.status, a.body, c.status, c.code)
		}
	}
	for _, path := range []string{"/rounds/nonsense", "/rounds/%00", "/responses/1", "/nothing", "/submissions/" + p.scene().submission + "/file/exe", "/communities/%00"} {
		if a := ministry.call("GET", path, nil); a.status != 404 || a.code != "not_found" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	a := ministry.call("GET", "/me", nil)
	for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
		if got := a.header.Get(header); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
	if csp := a.header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe-eval") || !strings.Contains(csp, "default-src 'self'") {
		t.Errorf("policy: %s", csp)
	}
	for path, want := range map[string]string{"/rounds": "/rounds", "//evil.example": "/", "https://evil.example/": "/", `/\evil.example`: "/"} {
		jar, _ := cookiejar.New(nil)
		client := &http.Client{Jar: jar}
		response, err := client.Get(p.base + "/auth/login?provider=dev&login_hint=ny&return_to=" + url.QueryEscape(path))
		check(t, err)
		response.Body.Close()
		if response.Request.URL.Host != strings.TrimPrefix(p.base, "http://") || response.Request.URL.Path != want {
			t.Errorf("return_to %s led to %s", path, response.Request.URL)
		}
	}
	p.sessions(t)
}

// sessions: renewed at login, gone at logout, and no longer than the role.
func (p *program) sessions(t *testing.T) {
	who := p.as("leser-agder")
	base, _ := url.Parse(p.base)
	first := who.http.Jar.Cookies(base)[0].Value
	again, err := who.http.Get(p.base + "/auth/login?provider=dev&login_hint=leser-agder&return_to=/healthz")
	check(t, err)
	again.Body.Close()
	if second := who.http.Jar.Cookies(base)[0].Value; second == first {
		t.Error("the session kept its token through a login")
	}
	before := p.as("")
	before.http.Jar.SetCookies(base, []*http.Cookie{{Name: "samsvar", Value: first}})
	if a := before.call("GET", "/me", nil); a.status != 401 {
		t.Errorf("the token from before the login still opens: %d", a.status)
	}
	admin := p.as("administrator")
	id := get[struct{ Account struct{ ID string } }](who, "/me").Account.ID
	read := "/responses/" + p.scene().response
	if a := who.call("GET", read, nil); a.status != 200 {
		t.Fatal(a.body)
	}
	admin.call("DELETE", "/accounts/"+id+"/roles/agder/reader", nil)
	if a := who.call("GET", read, nil); a.status != 404 {
		t.Errorf("a role that was taken away still reads: %d", a.status)
	}
	admin.call("POST", "/accounts/"+id+"/roles", map[string]any{"organisationId": "agder", "role": "reader"})
	if a := who.call("GET", read, nil); a.status != 200 {
		t.Errorf("the role that was given back does not read: %d", a.status)
	}
	out, err := who.http.Post(p.base+"/auth/logout", "application/x-www-form-urlencoded", nil)
	check(t, err)
	out.Body.Close()
	if a := who.call("GET", "/me", nil); a.status != 401 || a.code != "unauthenticated" {
		t.Errorf("after logging out: %d %s", a.status, a.body)
	}
}

// downloads: every format opens, and the data file verifies offline.
func (p *program) downloads(t *testing.T) {
	ministry := p.as("departement")
	address := p.base + "/api/v1/submissions/" + p.scene().submission + "/file/"
	for format, magic := range map[string]string{"pdf": "%PDF-", "docx": "PK", "json": "{", "receipt": "%PDF-", "archive": "PK"} {
		a := ministry.do(request(t, "GET", address+format+"?language=nn"))
		if a.status != 200 || !strings.HasPrefix(a.body, magic) || !regexp.MustCompile(`^attachment; filename=[^;]*-2022-`).MatchString(a.header.Get("Content-Disposition")) ||
			a.header.Get("Content-Type") != "application/octet-stream" || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %.40q %v", format, a.status, a.body, slices.Collect(maps.Values(a.header)))
		}
		if format != "json" {
			continue
		}
		file := t.TempDir() + "/package.json"
		check(t, os.WriteFile(file, []byte(a.body), 0o600))
		if err := verify(t.Context(), config{}, []string{file, "sha256:another"}, io.Discard); err != errSaid {
			t.Errorf("verify took another receipt's hash: %v", err)
		}
		for content, want := range map[string]error{a.body: nil, strings.Replace(a.body, "ikke", "aldri", 1): errSaid} {
			check(t, os.WriteFile(file, []byte(content), 0o600))
			if err := verify(t.Context(), config{}, []string{file}, io.Discard); err != want {
				t.Errorf("verify said %v, want %v", err, want)
			}
		}
	}
}
