package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"samsvar/internal/devidp"
	"samsvar/internal/oidc"
	"samsvar/internal/pgembed"
	"samsvar/internal/postgres"
)

// arena is what the servers stand in: one PostgreSQL for those that use it, and
// an identity provider where a hundred invented people log in.
type arena struct {
	dir, program, scripts, nodePath string
	address                         string // where Samsvar serves
	databaseURL                     string
	db                              *postgres.DB
	development                     *devidp.Provider
	cookies                         []string // of the people's sessions
	close                           []func()
}

// world is a community that writes a joint answer to twenty questions, a
// hundred people with the right to write it, and what Hocuspocus needs.
const world = `
with person as (insert into account (id, issuer, subject, name, created_at)
	select gen_random_uuid(), $1, 'person-' || n, 'Person Eksempel ' || n, now() from generate_series(0, 99) n returning id),
asked as (insert into round (id, slug, title, sender, kind, issued, deadline, state, joint_answers, separate_answers, created_at, opened_at)
	values (gen_random_uuid(), 'sammenligning', '{"nb": "Sammenligning"}', 'x', 'addressed', current_date, now() + interval '1 year', 'open', 'allowed', 'allowed', now(), now()) returning id),
question as (insert into question (id, round_id, number, body)
	select gen_random_uuid(), asked.id, n, '{"nb": "Spørsmål"}' from asked, generate_series(1, 20) n returning id, round_id, number),
response as (insert into response (id, round_id, owner_id, kind, language, state, rule, created_at)
	select gen_random_uuid(), id, 'agder', 'joint', 'nb', 'draft', '{"kind": "consensus", "hospitalPercent": 100, "municipalPercent": 50, "silenceDays": 0}', now() from asked returning id),
member as (insert into party (response_id, organisation_id, side, name)
	select response.id, party_id, side, party_id from response, membership where community_id = 'agder' and valid_to is null returning organisation_id),
role as (insert into account_role (account_id, organisation_id, role, granted_at)
	select id, (select min(organisation_id) from member), 'writer', now() from person returning 1),
text as (insert into document (id, created_at) select ('00000000-0000-4000-8000-' || lpad((n - 1)::text, 12, '0'))::uuid, now() from generate_series(1, 20) n returning id)
insert into answer (id, response_id, question_id, number, document_id, status)
	select gen_random_uuid(), response.id, question.id, number, text.id, 'writing' from response, question
	join text on text.id = ('00000000-0000-4000-8000-' || lpad((number - 1)::text, 12, '0'))::uuid`

const peersWorld = `
create table hocuspocus_document (name text primary key, data bytea not null);
create table hocuspocus_session (token text primary key, account text not null, expiry timestamptz not null);
insert into hocuspocus_session select 'session-' || n, 'person-' || n, now() + interval '1 day' from generate_series(0, 99) n`

// forget leaves the texts empty, as they were made.
const forget = `
delete from document_update; delete from document_snapshot; update document set head = 0`

func newArena(ctx context.Context, program, scripts string) (a *arena, err error) {
	a = &arena{program: program, scripts: scripts}
	defer func() {
		if err != nil {
			a.end()
		}
	}()
	if a.nodePath, err = findNode(scripts); err != nil {
		return a, err
	}
	if a.dir, err = os.MkdirTemp("", "samsvar-compare-"); err != nil {
		return a, err
	}
	a.close = append(a.close, func() { os.RemoveAll(a.dir) })
	if err = os.Chmod(a.dir, 0o711); err != nil { // PostgreSQL may run as another user than we
		return a, err
	}
	if err = a.startDatabase(ctx); err != nil {
		return a, err
	}
	return a, a.startProvider(ctx)
}

func (a *arena) end() {
	for i := len(a.close) - 1; i >= 0; i-- {
		a.close[i]()
	}
}

func (a *arena) startDatabase(ctx context.Context) error {
	database, err := pgembed.Start(ctx, pgembed.Options{DataDir: filepath.Join(a.dir, "postgres")})
	if err != nil {
		return err
	}
	a.close = append(a.close, func() { _ = database.Stop(context.WithoutCancel(ctx)) })
	a.databaseURL = database.URL()
	migrate := exec.CommandContext(ctx, a.program, "migrate")
	migrate.Env = append(os.Environ(), "DATABASE_URL="+a.databaseURL)
	if out, err := migrate.CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w: %s", err, out)
	}
	db, err := postgres.Open(ctx, a.databaseURL)
	if err != nil {
		return err
	}
	a.close = append(a.close, db.Close)
	a.db = db
	return nil
}

// startProvider serves the identity provider, and makes the people and their text.
func (a *arena) startProvider(ctx context.Context) error {
	addresses := [2]string{}
	for i := range addresses {
		var err error
		if addresses[i], err = freeAddress(); err != nil {
			return err
		}
	}
	a.address = addresses[0]
	provider, err := devidp.New("http://"+addresses[1], personas, a.base()+oidc.CallbackPath)
	if err != nil {
		return err
	}
	a.development = provider
	web := &http.Server{Addr: addresses[1], Handler: provider, ReadHeaderTimeout: patience}
	go web.ListenAndServe()
	a.close = append(a.close, func() { web.Close() })
	for _, sql := range []string{world, peersWorld} {
		var args []any
		if sql == world {
			args = append(args, provider.Issuer())
		}
		if _, err := a.db.Pool().Exec(ctx, sql, args...); err != nil {
			return err
		}
	}
	return nil
}

func personas() (all []devidp.Persona) {
	for n := range people {
		id := fmt.Sprintf("person-%d", n)
		all = append(all, devidp.Persona{ID: id, Subject: id, Name: fmt.Sprintf("Person Eksempel %d", n)})
	}
	return all
}

func (a *arena) base() string { return "http://" + a.address }

// samsvar is the program as it is run: people have logged in, and what they may do is looked up.
func (a *arena) samsvar() contender {
	return contender{
		name: samsvar, address: a.address, named: true,
		token: func(int) string { return "" },
		door: func(person int, _ string) (string, http.Header) {
			return "/collab", http.Header{"Origin": {a.base()}, "Cookie": {a.cookies[person%people]}}
		},
		start: func(ctx context.Context, _ string) (*exec.Cmd, error) {
			if _, err := a.db.Pool().Exec(ctx, forget); err != nil {
				return nil, err
			}
			providers := filepath.Join(a.dir, "providers.yaml")
			yaml, err := json.Marshal(map[string]any{"providers": []any{map[string]any{"id": "dev", "name": "Eksempel", "issuer": a.development.Issuer(),
				"client_id": devidp.ClientID, "authentication": map[string]any{"method": "basic", "secret": a.development.ClientSecret()}}}})
			if err != nil {
				return nil, err
			}
			cmd := exec.CommandContext(ctx, a.program, "serve")
			cmd.Env = append(os.Environ(), "SAMSVAR_ADDR="+a.address, "DATABASE_URL="+a.databaseURL, "SAMSVAR_OIDC_CONFIG="+providers,
				"SAMSVAR_METRICS_ADDR=", "SAMSVAR_LIVE_MESSAGES=10000")
			return cmd, os.WriteFile(providers, yaml, 0o600)
		},
	}
}

// logIn gives everybody a session. Samsvar must be serving.
func (a *arena) logIn() error {
	for n := range people {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return err
		}
		client := &http.Client{Jar: jar, Timeout: patience}
		response, err := client.Get(fmt.Sprintf("%s/auth/login?provider=dev&return_to=/healthz&login_hint=person-%d", a.base(), n))
		if err != nil {
			return err
		}
		response.Body.Close()
		base, err := url.Parse(a.base())
		if err != nil {
			return err
		}
		if response.StatusCode != http.StatusOK || response.Request.URL.Path != "/healthz" || len(jar.Cookies(base)) == 0 {
			return fmt.Errorf("person %d did not get in: %s %s", n, response.Status, response.Request.URL)
		}
		a.cookies = append(a.cookies, jar.Cookies(base)[0].String())
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}
