package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"

	"samsvar/internal/consult"
	"samsvar/internal/demo"
	"samsvar/internal/devidp"
	"samsvar/internal/directory"
	"samsvar/internal/oidc"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// whole tries every operation on every pair; otherwise a share of them, such that every pair meets some operations, and every
// operation some pairs.
var whole = flag.Bool("whole", false, "try every operation on every pair of communities")

// neighbour is one community, with one object of each kind that is its own, and two people who belong to it and to no
// other: somebody of the secretariat, and of a municipality.
type neighbour struct {
	ID, Response, Answer, Document, Freeze, Party, Job, Account string
	people                                                      []person
}

// country is the program with the 19 communities of the demonstration, each with something to hide.
type country struct {
	*program
	all   []neighbour
	share int // without whole, one in so many of operations by pairs is tried
}

func newCountry(t *testing.T) *country {
	var personas []devidp.Persona
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	var provider *devidp.Provider
	p := startWith(t, func(c *config) {
		provider, err = devidp.New("http://"+listener.Addr().String(), func() []devidp.Persona { return personas }, c.BaseURL+oidc.CallbackPath)
		check(t, err)
		go func() { _ = http.Serve(listener, provider) }() // ends with its listener
		t.Cleanup(func() { listener.Close() })
		c.OIDC = filepath.Join(t.TempDir(), "oidc.yaml")
		check(t, os.WriteFile(c.OIDC, fmt.Appendf(nil, "providers: [{id: dev, name: x, issuer: %q, client_id: %s, authentication: {method: basic, secret: %q}}]",
			provider.Issuer(), devidp.ClientID, provider.ClientSecret()), 0o600))
	})
	c := &country{program: p, share: 4}
	owner, err := pgx.Connect(t.Context(), p.owner)
	check(t, err)
	defer owner.Close(context.Background())
	people := directory.Service{Store: p.db.Directory(), Now: time.Now}
	enter := func(organisation string, roles ...portal.Role) (who portal.Account) {
		who = portal.Account{ID: portal.AccountID(portal.NewID()), Issuer: provider.Issuer(), Subject: "of-" + organisation, Name: "Nabo " + organisation, Language: portal.Bokmal}
		check(t, people.EnsureAccount(t.Context(), directory.System(), who))
		for _, role := range roles {
			_, err := people.Grant(t.Context(), directory.System(), who.ID, portal.OrganisationID(organisation), role)
			check(t, err)
		}
		personas = append(personas, devidp.Persona{ID: who.Subject, Subject: who.Subject, Name: who.Name})
		return who
	}
	secretariats := map[string]portal.AccountID{}
	found, err := owner.Query(t.Context(), `select o.id, not exists (select from response s where s.owner_id = o.id) from organisation o where o.kind = 'health_community'`)
	check(t, err)
	organisations, err := pgx.CollectRows(found, pgx.RowToStructByPos[struct {
		ID      string
		Waiting bool
	}])
	check(t, err)
	for _, o := range organisations {
		account := enter(o.ID, portal.Secretariat, portal.Reader).ID
		if secretariats[o.ID] = account; o.Waiting {
			actor, err := people.ActingFor(t.Context(), account, portal.OrganisationID(o.ID))
			check(t, err)
			_, err = (consult.Service{Store: p.db.Consult(), Now: func() time.Time { return demo.Now }, NewID: portal.NewID}).Start(t.Context(), actor,
				portal.RoundID(p.scene().round), portal.Joint, portal.Bokmal)
			check(t, err)
		}
	}
	found, err = owner.Query(t.Context(), `select distinct on (o.id) o.id, s.id::text as response, a.id::text as answer, a.document_id::text as document,
			coalesce(s.freeze_id, gen_random_uuid())::text as freeze,
			(select p.organisation_id from party p where p.response_id = s.id and p.side = 'municipal' order by 1 limit 1) as party,
			gen_random_uuid()::text as job, '' as account
		from organisation o join response s on s.owner_id = o.id join round r on r.id = s.round_id join answer a on a.response_id = s.id
		where o.kind = 'health_community' order by o.id, r.state desc, a.number`)
	check(t, err)
	c.all, err = pgx.CollectRows(found, pgx.RowToStructByNameLax[neighbour])
	check(t, err)
	if len(c.all) != 19 {
		t.Fatalf("%d communities have begun", len(c.all))
	}
	for i := range c.all {
		n := &c.all[i]
		n.Account = string(secretariats[n.ID])
		enter(n.Party, portal.Coordinator, portal.Approver, portal.Reader)
		n.people = []person{p.as("of-" + n.ID), p.as("of-" + n.Party)}
		_, err := owner.Exec(t.Context(), `insert into job (id, kind, account_id, organisation_id, state, file_name, file, created_at) values ($1, 'submission', $2, $3, 'done', 'x.pdf', 'x', now())`,
			n.Job, n.Account, n.ID)
		check(t, err)
	}
	return c
}

// path puts a community's objects into an operation's address.
func (c *country) path(s scene, o operation, n neighbour) string {
	s.response, s.submission, s.answer, s.account = n.Response, n.Response, n.Answer, n.Account
	path := strings.ReplaceAll(strings.ReplaceAll(o.path, "{jobId}", n.Job), "/parties/{organisationId}", "/parties/"+n.Party)
	return s.path(operation{o.id, o.method, strings.ReplaceAll(path, "{organisationId}", n.ID)})
}

// secrets are what nobody of another community may be told.
func (n neighbour) secrets() []string {
	return []string{n.Response, n.Answer, n.Document, n.Freeze, n.Job, n.Account, "Nabo " + n.ID}
}

// digest is all that the communities have, a number for each table behind the wall: it changes when anything in it does.
func (c *country) digest(t *testing.T) map[string]string {
	t.Helper()
	owner, err := pgx.Connect(t.Context(), c.owner)
	check(t, err)
	defer owner.Close(context.Background())
	found, err := owner.Query(t.Context(), "select relname::text from pg_class where relrowsecurity and relname not in ('audit_event', 'notice')") // notices follow from events, aside
	check(t, err)
	walled, err := pgx.CollectRows(found, pgx.RowTo[string])
	check(t, err)
	ask := map[string]string{"audit_event": "select count(*)::text from audit_event where response_id is not null"}
	for _, table := range append(walled, "account_role", "community_rule") {
		ask[table] = "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from " + table + " t"
	}
	for table, sql := range ask {
		var sum string
		check(t, owner.QueryRow(t.Context(), sql).Scan(&sum))
		ask[table] = sum
	}
	return ask
}

// unchanged says what was changed since.
func (c *country) unchanged(t *testing.T, before map[string]string) {
	t.Helper()
	for table, sum := range c.digest(t) {
		if before[table] != sum {
			t.Errorf("%s was changed from outside", table)
		}
	}
}

// People of each community try the operations of the contract on what belongs to each of the others, and join its texts: 19 by
// 18 ordered pairs (see whole). They read nothing, write nothing, and get the answer that what does not exist gets.
func TestCommunitiesAreUnknownToEachOther(t *testing.T) {
	if testing.Short() {
		t.Skip("342 pairs take a while")
	}
	c := newCountry(t)
	operations, s := c.operations(), c.scene()
	before := c.digest(t)
	c.eachPair(t, func(turn int, who person, own neighbour, others []neighbour) {
		c.lists(t, who, own, others, operations, s)
		c.objects(t, turn, who, others, operations, s)
		c.joins(t, who, others)
	})
	c.unchanged(t, before)
}

// What the program decides is taken away: everybody logged in may do everything to every response, submission and job, in
// every state. Row-level security alone gives the same answers.
func TestCommunitiesAreUnknownBehindTheSecondWall(t *testing.T) {
	if testing.Short() {
		t.Skip("342 pairs take a while")
	}
	guarded := regexp.MustCompile(`^(response|document|submission|job)\.`)
	policies := policy.Table
	t.Cleanup(func() { policy.Table = policies }) // after the program has ended, which is cleaned up first
	policy.Table = nil
	for _, row := range policies {
		if guarded.MatchString(string(row.Action)) {
			row.Who, row.While = []policy.Relation{policy.LoggedIn}, nil
		}
		policy.Table = append(policy.Table, row)
	}
	c := newCountry(t)
	c.share = 12
	operations, s := c.operations(), c.scene()
	operations = slices.DeleteFunc(operations, func(o operation) bool {
		return !strings.Contains(o.path, "{responseId}") && !strings.Contains(o.path, "{jobId}") // what the wall does not stand before
	})
	before := c.digest(t)
	c.eachPair(t, func(turn int, who person, own neighbour, others []neighbour) {
		if a := who.patiently("GET", "/responses/"+own.Response, nil); a.status != http.StatusOK {
			t.Errorf("%s does not see its own: %d %s", own.ID, a.status, a.body)
		}
		c.objects(t, turn, who, others, operations, s)
		c.joins(t, who, others)
	})
	c.unchanged(t, before)
	agder := c.all[slices.IndexFunc(c.all, func(n neighbour) bool { return n.ID == "agder" })]
	a := agder.people[1].patiently("POST", "/responses/"+agder.Response+"/freeze", map[string]any{"version": 0})
	if a.status == http.StatusForbidden { // a municipality does not freeze
		t.Error("what the program decides was not taken away")
	}
}

// eachPair lets one person of each community at a time meet the others: the secretariat every second one, the municipality the rest.
func (c *country) eachPair(t *testing.T, meet func(turn int, who person, own neighbour, others []neighbour)) {
	began := time.Now()
	var all sync.WaitGroup
	for i, own := range c.all {
		all.Go(func() {
			var met [2][]neighbour
			for j, other := range c.all {
				if i != j {
					met[(i+j)%2] = append(met[(i+j)%2], other)
				}
			}
			for k, others := range met {
				meet(i, own.people[k], own, others)
			}
		})
	}
	all.Wait()
	t.Logf("%d ordered pairs in %v", len(c.all)*(len(c.all)-1), time.Since(began))
}

// patiently asks again when the limit on requests says so.
func (p person) patiently(method, path string, body any) answer {
	for {
		a := p.call(method, path, body)
		if a.status != http.StatusTooManyRequests {
			return a
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// objects are the operations that name something of a community's.
func (c *country) objects(t *testing.T, turn int, who person, others []neighbour, operations []operation, s scene) {
	nowhere := neighbour{ID: "nowhere", Response: portal.NewID(), Answer: portal.NewID(), Freeze: portal.NewID(), Party: "nowhere", Job: portal.NewID(), Account: portal.NewID()}
	for i, o := range operations {
		if !strings.Contains(o.path, "{responseId}") && !strings.Contains(o.path, "{jobId}") && !strings.Contains(o.path, "{organisationId}") && !strings.Contains(o.path, "{accountId}") {
			continue
		}
		s.freeze = nowhere.Freeze
		none := faceless(t, who.patiently(o.method, c.path(s, o, nowhere), s.body(o.id)))
		for j, other := range others {
			if !*whole && (turn+i+j)%c.share != 0 {
				continue
			}
			s.freeze = other.Freeze
			got := who.patiently(o.method, c.path(s, o, other), s.body(o.id))
			if got.status < 400 || faceless(t, got) != none {
				t.Errorf("%s on what is %s's: %d %s; on what is not there: %s", o.id, other.ID, got.status, got.body, none)
			}
		}
	}
}

// lists are the operations that name nothing of a community's.
func (c *country) lists(t *testing.T, who person, own neighbour, others []neighbour, operations []operation, s scene) {
	for _, o := range operations {
		if o.method != "GET" || strings.Contains(strings.ReplaceAll(strings.ReplaceAll(o.path, "{roundId}", ""), "{questionId}", ""), "{") {
			continue
		}
		a := who.patiently(o.method, s.path(o), nil)
		for _, other := range others {
			for _, secret := range other.secrets() {
				if strings.Contains(a.body, secret) {
					t.Errorf("%s tells %s of %s", o.id, own.ID, secret)
				}
			}
		}
	}
}

// joins asks for the others' texts on one socket, sends an edit to each all the same, and ends with one that is not there.
func (c *country) joins(t *testing.T, who person, others []neighbour) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	socket, response, err := websocket.Dial(ctx, c.base+"/collab", &websocket.DialOptions{HTTPClient: who.http, HTTPHeader: http.Header{"Origin": {c.base}}})
	if err != nil {
		t.Errorf("no socket: %v, %v", response, err)
		return
	}
	defer socket.CloseNow()
	socket.SetReadLimit(1 << 20)
	told := map[string]string{}
	last := portal.NewID()
	for _, id := range append(documents(others), last) {
		for _, message := range []string{"\x02\x00\x00", "\x00\x00\x01\x00", "\x00\x02\x02\x00\x00", "\x01\x01\x00"} { // authenticate; step 1; an empty edit; awareness
			if err := socket.Write(ctx, websocket.MessageBinary, append(binary.AppendUvarint(nil, uint64(len(id))), id+message...)); err != nil {
				t.Error(err)
				return
			}
		}
	}
	for told[last] == "" {
		_, frame, err := socket.Read(ctx)
		if err != nil {
			t.Errorf("the socket ended: %v", err)
			return
		}
		if len(frame) == 1 { // the socket's own heartbeat
			continue
		}
		size, n := binary.Uvarint(frame)
		if n <= 0 || uint64(len(frame)-n) < size {
			t.Errorf("a frame that names no text: %x", frame)
			return
		}
		told[string(frame[n:n+int(size)])] += string(frame[n+int(size):])
	}
	for _, other := range others {
		if got := told[other.Document]; got != told[last] || !strings.Contains(got, "denied") {
			t.Errorf("joining a text of %s is told %q, one that is not there %q", other.ID, got, told[last])
		}
	}
}

func documents(of []neighbour) (ids []string) {
	for _, n := range of {
		ids = append(ids, n.Document)
	}
	return slices.Clip(ids)
}
