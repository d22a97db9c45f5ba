package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"samsvar/internal/pgembed"
	"samsvar/internal/postgres"
)

// asProgram makes the test binary be the program itself, for tests that need a process of its own.
const asProgram = "SAMSVAR_TEST_AS_PROGRAM"

// process is the program as an operator runs it.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string
	done chan error
	log  *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func invoke(t *testing.T, settings []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "SAMSVAR_") && !strings.HasPrefix(pair, "DATABASE_URL") {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	cmd.Env = append(append(cmd.Env, asProgram+"=1", "SAMSVAR_METRICS_ADDR="), settings...)
	return cmd
}

// runs lets a command end by itself, and gives its exit status and all it said.
func runs(t *testing.T, settings []string, args ...string) (status int, said string) {
	t.Helper()
	cmd := invoke(t, settings, args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// serves starts the program on a free port, and waits until it is ready.
func serves(t *testing.T, settings ...string) *process {
	t.Helper()
	addr := freeAddr(t)
	p := &process{t: t, base: "http://" + addr, done: make(chan error, 1), log: &lockedBuffer{}}
	p.cmd = invoke(t, append([]string{"SAMSVAR_ADDR=" + addr}, settings...), "serve")
	p.cmd.Stderr = p.log
	check(t, p.cmd.Start())
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		if t.Failed() {
			t.Log(p.log.String())
		}
	})
	p.await("/readyz", http.StatusOK)
	return p
}

func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func (p *process) await(path string, status int) {
	p.t.Helper()
	last := ""
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		response, err := http.Get(p.base + path)
		if err != nil {
			last = err.Error()
			continue
		}
		response.Body.Close()
		if last = response.Status; response.StatusCode == status {
			return
		}
	}
	p.t.Fatalf("%s: %s, want %d\n%s", path, last, status, p.log)
}

// stop sends SIGTERM and holds the program to its promise.
func (p *process) stop() {
	p.t.Helper()
	check(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.ended()
}

func (p *process) ended() {
	p.t.Helper()
	select {
	case err := <-p.done:
		if err != nil {
			p.t.Errorf("the program did not end well: %v", err)
		}
	case <-time.After(10 * time.Second):
		p.t.Fatal("the program did not stop within ten seconds")
	}
}

// browser logs in as the development provider's persona.
func (p *process) browser(persona string) person {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	check(p.t, err)
	who := person{&program{t: p.t, base: p.base}, &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	response, err := who.http.Get(p.base + "/auth/login?provider=dev&return_to=/healthz&login_hint=" + persona)
	check(p.t, err)
	response.Body.Close()
	if response.Request.URL.Path != "/healthz" || response.StatusCode != http.StatusOK {
		p.t.Fatalf("%s did not get in: %s %s", persona, response.Status, response.Request.URL)
	}
	return who
}

// dataDir is a folder that the private server's user can enter.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "samsvar-test-")
	check(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	check(t, os.Chmod(dir, 0o711))
	return filepath.Join(dir, "data")
}

func TestProcessFromNothingToNothing(t *testing.T) {
	data, metrics := dataDir(t), freeAddr(t)
	p := serves(t, "SAMSVAR_DATA="+data, "SAMSVAR_METRICS_ADDR="+metrics)
	who := p.browser("ny")
	me := get[struct {
		Acting        any
		Organisations []any
	}](who, "/me")
	if me.Acting != nil || len(me.Organisations) != 0 {
		t.Errorf("somebody whom nobody has given a role acts: %+v", me)
	}
	if a := who.call("GET", "/organisations", nil); a.status != http.StatusForbidden {
		t.Errorf("and may do things: %d %s", a.status, a.body)
	}
	response, err := http.Get("http://" + metrics + "/metrics")
	check(t, err)
	defer response.Body.Close()
	seen := &bytes.Buffer{}
	_, err = seen.ReadFrom(response.Body)
	check(t, err)
	for _, want := range []string{`samsvar_http_request_seconds_count{method="GET",route="/api/v1/me",status="200"} 1`, "samsvar_edit_saved_seconds", "go_goroutines"} {
		if !strings.Contains(seen.String(), want) {
			t.Errorf("the metrics do not tell %s", want)
		}
	}

	p.finishesWhatIsUnderWay(who)
	pid := filepath.Join(data, "cluster", "postmaster.pid")
	if _, err := os.Stat(pid); !os.IsNotExist(err) {
		t.Errorf("the private PostgreSQL was left running: %v", err)
	}
	p.logIsReadByMachines()

	again := serves(t, "SAMSVAR_DATA="+data)
	base, _ := url.Parse(again.base)
	old, _ := url.Parse(p.base)
	who.http.Jar.SetCookies(base, who.http.Jar.Cookies(old))
	who.program = &program{t: t, base: again.base}
	if a := who.call("GET", "/me", nil); a.status != http.StatusOK {
		t.Errorf("a restart logged people out: %d %s", a.status, a.body)
	}
	again.stop()
}

// finishesWhatIsUnderWay stops the program while a request is half sent.
func (p *process) finishesWhatIsUnderWay(who person) {
	p.t.Helper()
	base, err := url.Parse(p.base)
	check(p.t, err)
	conn, err := net.Dial("tcp", base.Host)
	check(p.t, err)
	defer conn.Close()
	const body = `{"language":"nn"}`
	fmt.Fprintf(conn, "PUT /api/v1/me/language HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		base.Host, who.http.Jar.Cookies(base)[0], len(body), body[:5])
	time.Sleep(200 * time.Millisecond) // so that it is being read
	check(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	time.Sleep(300 * time.Millisecond)
	fmt.Fprint(conn, body[5:])
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || response.StatusCode != http.StatusOK {
		p.t.Errorf("what was under way was not finished: %v, %v", response, err)
	}
	p.ended()
}

// logIsReadByMachines: every line is JSON, with what one searches for and nothing that is private.
func (p *process) logIsReadByMachines() {
	p.t.Helper()
	found := false
	for line := range strings.Lines(p.log.String()) {
		var entry struct{ ID, Method, Route, Account string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			p.t.Errorf("not JSON: %s", line)
		}
		found = found || entry.Route == "/api/v1/me" && entry.Account != "" && len(entry.ID) == 36 && entry.Method == "GET"
	}
	if !found {
		p.t.Error("the log does not tell who asked for what")
	}
	for _, private := range []string{"login_hint", "code=", "state="} {
		if strings.Contains(p.log.String(), private) {
			p.t.Errorf("the log holds %s", private)
		}
	}
}

func TestProcessOutlivesItsDatabase(t *testing.T) {
	_, port, err := net.SplitHostPort(freeAddr(t))
	check(t, err)
	options := pgembed.Options{DataDir: dataDir(t), FastUnsafe: true}
	_, err = fmt.Sscan(port, &options.Port)
	check(t, err)
	server, err := pgembed.Start(t.Context(), options)
	check(t, err)
	t.Cleanup(func() { _ = server.Stop(context.Background()) })
	secret := filepath.Join(t.TempDir(), "database-url")
	check(t, os.WriteFile(secret, []byte(server.URL()+"\n"), 0o600))
	settings := "DATABASE_URL_FILE=" + secret
	for _, command := range []string{"roles", "migrate"} {
		if status, said := runs(t, []string{settings, "SAMSVAR_PROGRAM_PASSWORD=its own ' word", "SAMSVAR_READER_PASSWORD=x"}, command); status != 0 {
			t.Fatal(said)
		}
	}
	login, err := url.Parse(server.URL())
	check(t, err)
	login.User = url.UserPassword(postgres.ProgramRole, "its own ' word")
	settings = "DATABASE_URL=" + login.String()
	p := serves(t, settings)
	who := p.browser("ny")

	check(t, server.Stop(t.Context()))
	p.await("/readyz", http.StatusServiceUnavailable)
	p.await("/healthz", http.StatusOK)
	for _, operation := range []func() answer{
		func() answer { return who.call("GET", "/me", nil) },
		func() answer { return who.call("PUT", "/me/language", map[string]any{"language": "nn"}) },
		func() answer { return who.do(request(t, "GET", p.base+"/auth/login?provider=dev")) },
	} {
		began := time.Now()
		a := operation()
		if a.status != http.StatusServiceUnavailable || a.code != "service_unavailable" || a.header.Get("Retry-After") == "" {
			t.Errorf("without a database: %d %s", a.status, a.body)
		}
		if strings.Contains(a.body, "127.0.0.1") || strings.Contains(a.body, "connect") {
			t.Errorf("the answer tells of the inside: %s", a.body)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("which took %v to say", took)
		}
	}

	server, err = pgembed.Start(t.Context(), options)
	check(t, err)
	p.await("/readyz", http.StatusOK)
	if a := who.call("GET", "/me", nil); a.status != http.StatusOK {
		t.Errorf("with the database back: %d %s", a.status, a.body)
	}
	p.stop()
}

func TestProcessRefusesToStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer taken.Close()
	for _, c := range []struct {
		name     string
		settings []string
		args     []string
		says     string
	}{
		{"anybody being anybody, for everybody", []string{"SAMSVAR_ADDR=0.0.0.0:8080"}, []string{"serve"}, "SAMSVAR_OIDC_CONFIG"},
		{"anybody being anybody, in production", []string{"SAMSVAR_BASE_URL=https://samsvar.example"}, []string{"serve"}, "SAMSVAR_OIDC_CONFIG"},
		{"a clock of its own in production", []string{"SAMSVAR_BASE_URL=https://samsvar.example", "SAMSVAR_NOW=2022-01-01T12:00:00Z"}, []string{"serve"}, "SAMSVAR_NOW"},
		{"a trail that nobody signs, in production", []string{"SAMSVAR_BASE_URL=https://samsvar.example", "SAMSVAR_OIDC_CONFIG=x", "DATABASE_URL=postgres://u:p@127.0.0.1/x"}, []string{"serve"}, "SAMSVAR_AUDIT_KEY"},
		{"a clock that is none", []string{"SAMSVAR_NOW=yesterday"}, []string{"serve"}, "SAMSVAR_NOW"},
		{"an address that is none", []string{"SAMSVAR_BASE_URL=samsvar"}, []string{"serve"}, "SAMSVAR_BASE_URL"},
		{"proxies that are none", []string{"SAMSVAR_TRUSTED_PROXIES=everybody"}, []string{"serve"}, "SAMSVAR_TRUSTED_PROXIES"},
		{"a secret that is not there", []string{"DATABASE_URL_FILE=/nowhere"}, []string{"serve"}, "DATABASE_URL_FILE"},
		{"a demonstration for everybody", []string{"SAMSVAR_ADDR=0.0.0.0:8080"}, []string{"demo"}, "loopback"},
		{"a port that is taken", []string{"SAMSVAR_ADDR=" + taken.Addr().String(), "SAMSVAR_DATA=" + dataDir(t)}, []string{"serve"}, "address already in use"},
		{"roles for nothing", nil, []string{"roles"}, "SAMSVAR_PROGRAM_PASSWORD"},
		{"a migration of nothing", nil, []string{"migrate"}, "DATABASE_URL"},
		{"what it does not know", nil, []string{"dance"}, `"dance"`},
		{"a setting it does not know", nil, []string{"serve", "--fast"}, "fast"},
		{"to verify nothing", nil, []string{"verify"}, "usage"},
	} {
		if status, said := runs(t, c.settings, c.args...); status != 1 || !strings.Contains(said, c.says) {
			t.Errorf("%s: ended with %d and said %q, which does not name %s", c.name, status, said, c.says)
		}
	}
}

func TestProcessWithoutItsMetrics(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer taken.Close()
	p := serves(t, "SAMSVAR_METRICS_ADDR="+taken.Addr().String(), "SAMSVAR_DATA="+dataDir(t))
	if !strings.Contains(p.log.String(), "no metrics") {
		t.Error("it does not say that there are no metrics")
	}
	p.stop()
}

func TestHelp(t *testing.T) {
	for _, c := range commands() {
		for _, ask := range []string{"--help", "-h"} {
			if status, said := runs(t, nil, c.name, ask); status != 0 || !strings.Contains(said, c.summary) {
				t.Errorf("%s %s: %d %q", c.name, ask, status, said)
			}
		}
	}
	status, said := runs(t, []string{"DATABASE_URL=postgres://u:hush@h/d"}, "config")
	for _, want := range []string{"SAMSVAR_ADDR", "SAMSVAR_BASE_URL", "DATABASE_URL", "SAMSVAR_DATA", "SAMSVAR_OIDC_CONFIG", "SAMSVAR_NOW", "_FILE"} {
		if !strings.Contains(said, want) {
			t.Errorf("config does not describe %s", want)
		}
	}
	if status != 0 || strings.Contains(said, "hush") {
		t.Errorf("config ended with %d, or tells secrets: %s", status, said)
	}
}
