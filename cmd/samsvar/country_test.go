package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/consult"
	"samsvar/internal/demo"
	"samsvar/internal/devidp"
	"samsvar/internal/directory"
	"samsvar/internal/oidc"
	"samsvar/internal/portal"
)

// neighbour is one community, with one object of each kind that is its own, and two people who belong to it and to no
// other: somebody of the secretariat, and of a municipality.
type neighbour struct {
	ID, Response, Answer, Document, Spare, Freeze, Party, Job, Account, Number             string
	Treatment, Attachment, Remark, Thread, Body, Meeting, Case, Mandate, Position, Session string
	Aside                                                                                  string // a thread that the municipality has to itself
	people                                                                                 []person
}

// nowhere has an id of each kind, and nothing behind any.
func nowhere() neighbour {
	id := portal.NewID
	return neighbour{ID: "nowhere", Response: id(), Answer: id(), Document: id(), Freeze: id(), Party: "nowhere", Job: id(), Account: id(), Treatment: id(),
		Attachment: id(), Remark: id(), Thread: id(), Body: id(), Meeting: id(), Case: id(), Mandate: id(), Session: id()}
}

// id is what stands for a parameter of an address; empty for what is no community's.
func (n neighbour) id(path, parameter string) string {
	if parameter == "organisationId" && (strings.Contains(path, "/parties/") || strings.Contains(path, "/offers/")) {
		return n.Party
	}
	return map[string]string{"organisationId": n.ID, "responseId": n.Response, "answerId": n.Answer, "jobId": n.Job, "accountId": n.Account, "sessionId": n.Session,
		"treatmentId": n.Treatment, "attachmentId": n.Attachment, "remarkId": n.Remark, "threadId": n.Thread, "bodyId": n.Body, "meetingId": n.Meeting,
		"caseId": n.Case, "mandateId": n.Mandate}[parameter]
}

// secrets are what nobody of another community may be told.
func (n neighbour) secrets() []string {
	return []string{n.Response, n.Answer, n.Document, n.Spare, n.Freeze, n.Job, n.Account, n.Treatment, n.Attachment, n.Remark, n.Thread, n.Aside, n.Body, n.Meeting, n.Case,
		n.Mandate, n.Position, n.Session, "Nabo " + n.ID}
}

// possessions give a community what it has not got from the demonstration: something in every table behind the wall.
var possessions = []string{
	`insert into job (id, kind, account_id, organisation_id, state, file_name, file, created_at) values (@job, 'submission', @account, @id, 'done', 'x.pdf', 'x', now())`,
	`insert into frozen_version (id, response_id, number, hash, frozen_at, frozen_by, rule, reopened_at, reopened_by)
		select @freeze, id, 99, 'x', now(), @account, rule, now(), @account from response where id = @response on conflict (id) do nothing`,
	`insert into position (id, response_id, freeze_id, organisation_id, account_id, account_name, kind, answer_hashes, recorded_at)
		values (@position, @response, @freeze, @party, @account, 'x', 'stands_outside', '{}', now())`,
	`insert into treatment (id, response_id, organisation_id, freeze_id, level, body, met_on, outcome, account_id, account_name, recorded_at)
		values (@treatment, @response, @party, @freeze, 'political', 'Hemmelig', now(), 'noted', @account, 'x', now())`,
	`insert into treatment_attachment (id, treatment_id, response_id, name, media_type, size, hash, content, account_id, account_name, added_at)
		values (@attachment, @treatment, @response, 'x.pdf', 'application/pdf', 1, 'x', 'x', @account, 'x', now())`,
	`insert into remark (id, response_id, answer_id) values (@remark, @response, @answer)`,
	`insert into remark_step (remark_id, kind, organisation_id, account_id, account_name, version, body, recorded_at) select @remark, kind, @party, @account, 'x', 1, 'Hemmelig', now()
		from (values ('write'), ('join')) k (kind)`,
	`insert into comment_thread (id, response_id, answer_id, organisation_id, audience, quote) values (@thread, @response, @answer, @party, 'parties', '')`,
	`insert into comment (thread_id, kind, organisation_id, account_id, account_name, body, recorded_at) values (@thread, 'say', @party, @account, 'x', 'Hemmelig', now())`,
	`insert into comment_thread (id, response_id, answer_id, organisation_id, audience, quote) values (@aside, @response, @answer, @party, 'organisation', '')`,
	`insert into comment (thread_id, kind, organisation_id, account_id, account_name, body, recorded_at) values (@aside, 'say', @party, @account, 'x', 'Innad', now())`,
	`insert into body_version (id, version, community_id, level, name, members, ended, set_at, set_by) values (@body, 1, @id, 'professional', 'Hemmelig', '[]', false, now(), 'x')`,
	`insert into meeting (id, community_id, body_id, starts_at, papers_due, place, state, created_at) values (@meeting, @id, @body, '2022-03-20', '2022-03-10', 'x', 'held', now())`,
	`insert into meeting_case (id, meeting_id, number, title, response_id) values (@case, @meeting, 1, 'Hemmelig', @response)`,
	`insert into minute (case_id, outcome, body, case_number, decision, recorded_at, recorded_by) values (@case, 'noted', 'Hemmelig', '', false, now(), 'x')`,
	`insert into minute_remark (id, meeting_id, organisation_id, name, body, recorded_at, recorded_by) values (gen_random_uuid(), @meeting, @party, 'x', 'Hemmelig', now(), 'x')`,
	`insert into mandate (id, organisation_id, account_id, account_name, from_id, begins_at, ends_at, given_by, given_by_name, given_at)
		values (@mandate, @party, @account, 'x', @party, '2022-01-01', '2022-01-02', @account, 'x', now())`,
	`insert into mandate_end (mandate_id, ended_at, ended_by) values (@mandate, now(), 'x')`,
	`insert into approval_quorum (organisation_id, version, approvers, set_by, set_by_name, set_at) values (@party, 99, 1, @account, 'x', now())`,
	`insert into own_dates (response_id, organisation_id, set_by, set_at) values (@response, @party, 'x', now()) on conflict do nothing`,
	`insert into silence_warning (freeze_id, organisation_id, warned_at, counts_from, warned_by) values (@freeze, @party, now(), now(), @account) on conflict do nothing`,
	`insert into warning_delivery (freeze_id, organisation_id, account_id, means, delivered_at) values (@freeze, @party, @account, 'page', now()) on conflict do nothing`,
	`insert into endorsement_offer (response_id, organisation_id, offered_at, offered_by) values (@response, @party, now(), 'x')`,
	`insert into endorsement_wish (round_id, owner_id, organisation_id, asked_at, asked_by) select round_id, @id, @party, now(), 'Nabo ' || @id from response where id = @response`,
	`insert into named_version (document_id, place, name, account_id, account_name, named_at) values (@spare, 1, 'Hemmelig', @account, 'x', now())`,
	`insert into document_update (document_id, place, payload, seal) values (@spare, 99, '', '')`,
	`insert into document_snapshot (document_id, upto, payload, seal) values (@spare, 1, '', '') on conflict do nothing`,
	`insert into document_history (document_id, first, last, edits) values (@spare, 1, 1, '')`,
	`insert into reading (hour, first_at, account_id, account_name, organisation_id, action, round_id, response_id, object)
		select now(), now(), @account, 'x', @id, 'response.text', round_id, id, '' from response where id = @response`,
	`insert into last_look (account_id, organisation_id, response_id, at, event_id, heads) values (@account, @id, @response, now(), 0, '{}')`,
	`insert into mail (id, account_id, state, due_at, queued_at) values (gen_random_uuid(), @account, 'dropped', now(), now())`,
	`insert into notice (event_id, kind, account_id, organisation_id, round_id, response_id, at) select -1, 'x', @account, @id, round_id, id, now() from response where id = @response`,
	`insert into publication (number, published_at, published_by, ended_at) select @number, now(), 'x', now() where @number <> '' on conflict do nothing`,
	`insert into calendar_link (secret_hash, account_id, made_at) values ('hash of ' || @id, @account, now())`,
}

func (n neighbour) isGiven(t *testing.T, owner *pgx.Conn) {
	t.Helper()
	for _, insert := range possessions {
		_, err := owner.Exec(t.Context(), insert, pgx.NamedArgs{"id": n.ID, "response": n.Response, "answer": n.Answer, "spare": n.Spare, "freeze": n.Freeze, "party": n.Party,
			"job": n.Job, "account": n.Account, "treatment": n.Treatment, "attachment": n.Attachment, "remark": n.Remark, "thread": n.Thread, "aside": n.Aside, "body": n.Body,
			"meeting": n.Meeting, "case": n.Case, "mandate": n.Mandate, "position": n.Position, "number": n.Number})
		if err != nil {
			t.Fatalf("%s: %v\n%s", n.ID, err, insert)
		}
	}
}

// country is the program with the 19 communities of the demonstration, each with something to hide.
type country struct {
	*program
	all   []neighbour
	share int // without whole, one in so many of operations by pairs is tried

	mutex sync.Mutex
	tried map[string]int // how often an operation was tried on what is another's
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
	c := &country{program: p, share: 6}
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
			(select x.document_id from answer x where x.response_id = s.id and x.number = 2)::text as spare,
			coalesce(s.freeze_id, gen_random_uuid())::text as freeze,
			coalesce((select max(b.number) from submission b where b.response_id = s.id), '') as number,
			(select p.organisation_id from party p where p.response_id = s.id and p.side = 'municipal' order by 1 limit 1) as party,
			gen_random_uuid()::text as job, gen_random_uuid()::text as treatment, gen_random_uuid()::text as attachment, gen_random_uuid()::text as remark,
			gen_random_uuid()::text as thread, gen_random_uuid()::text as aside, gen_random_uuid()::text as body, gen_random_uuid()::text as meeting, gen_random_uuid()::text as "case",
			gen_random_uuid()::text as mandate, gen_random_uuid()::text as position, '' as account, '' as session
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
		n.Session = get[[]struct{ ID string }](n.people[0], "/me/sessions")[0].ID
		n.isGiven(t, owner)
	}
	return c
}

// between puts objects into an operation's address: the first that is a community's of one, the others of another.
func (s scene) between(o operation, outer, inner neighbour) string {
	at := outer
	path := parameters.ReplaceAllStringFunc(o.path, func(parameter string) string {
		id := at.id(o.path, strings.Trim(parameter, "{}"))
		if id == "" {
			return parameter
		}
		at = inner
		return id
	})
	return s.path(operation{o.id, o.method, path})
}

var parameters = regexp.MustCompile(`\{[a-zA-Z]+\}`)

// holds is how many objects of a community's are in an operation's address.
func (o operation) holds() (n int) {
	for _, parameter := range parameters.FindAllString(o.path, -1) {
		if nowhere().id(o.path, strings.Trim(parameter, "{}")) != "" {
			n++
		}
	}
	return n
}
