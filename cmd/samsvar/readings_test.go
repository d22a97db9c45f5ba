package main

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/portal"
)

// unlogged are the operations that give a text, or a file, and are no readings of it by a party or the ministry.
var unlogged = map[string]string{
	"downloadPublished": "is for everybody", "getPublished": "is for everybody",
}

// neverReached are operations for which nothing lies ready here.
var neverReached = map[string]string{
	"downloadSentAttachment": "no submission of the demonstration has one; it is read through getSubmission's use case",
	"getPublished":           "nothing is published", "downloadPublished": "nothing is published",
	"getOutbox": "is the administrator's", "listAccounts": "is the administrator's", "listOrganisations": "is the administrator's",
	"downloadJobFile": "no job has been run",
}

// Every operation of the contract that gives somebody a text, or a file, leaves a line where the round asks for the log.
// An operation that nobody here reaches must be named above, with the reason.
func TestEveryOperationThatGivesATextLeavesALine(t *testing.T) {
	p := start(t)
	owner, err := pgx.Connect(t.Context(), p.owner)
	check(t, err)
	defer owner.Close(context.Background())
	_, err = owner.Exec(t.Context(), "update round set log_reading = true")
	check(t, err)
	people := []person{p.as("sekretariat-vestfold"), p.as("godkjenner-tonsberg"), p.as("departement")}
	own, s, sentences := p.possessor(t, owner, "vestfold", people[0]), p.scene(), p.sentences(t, owner)
	reached, told := map[string]bool{}, 0
	for _, o := range p.operations() {
		if o.method != "GET" {
			continue
		}
		path := s.between(o, own, own)
		if strings.HasPrefix(o.path, "/submissions/") {
			path = s.path(o)
		}
		for _, who := range people {
			_, err := owner.Exec(t.Context(), "alter table reading disable trigger user; delete from reading; alter table reading enable trigger user")
			check(t, err)
			a := who.patiently("GET", path, nil)
			if a.status != http.StatusOK {
				continue
			}
			reached[o.id] = true
			isFile := !strings.HasPrefix(a.header.Get("Content-Type"), "application/json")
			if !isFile && !slices.ContainsFunc(sentences, func(sentence string) bool { return strings.Contains(a.body, sentence) }) {
				continue
			}
			told++
			var lines int
			check(t, owner.QueryRow(t.Context(), "select count(*) from reading").Scan(&lines))
			if lines == 0 && unlogged[o.id] == "" {
				t.Errorf("%s gives a text, and nobody is told who read it", o.id)
			}
		}
		if !reached[o.id] && neverReached[o.id] == "" {
			t.Errorf("%s was reached by nobody: %s", o.id, path)
		}
	}
	for _, id := range []string{"getResponseText", "getVersion", "listComments", "downloadCasePaper", "downloadPack", "downloadAttachment", "getSubmission", "downloadSubmission", "readAcross"} {
		if !reached[id] {
			t.Errorf("%s gave nothing", id)
		}
	}
	if told < 12 {
		t.Errorf("only %d answers held a text", told)
	}
}

// possessor is a community of the demonstration that has something of every kind.
func (p *program) possessor(t *testing.T, owner *pgx.Conn, id string, secretariat person) neighbour {
	t.Helper()
	n := nowhere()
	n.ID, n.Remark, n.Position, n.Aside = id, portal.NewID(), portal.NewID(), portal.NewID()
	n.Account = get[struct{ Account struct{ ID string } }](secretariat, "/me").Account.ID
	check(t, owner.QueryRow(t.Context(), `select s.id::text, s.freeze_id::text, a.id::text, a.document_id::text, (select document_id::text from answer x where x.response_id = s.id and x.number = 2),
			(select p.organisation_id from party p where p.response_id = s.id and p.side = 'municipal' order by 1 limit 1)
		from response s join answer a on a.response_id = s.id and a.number = 1 where s.owner_id = $1 and s.kind = 'joint' and s.state = 'approval'`, id).
		Scan(&n.Response, &n.Freeze, &n.Answer, &n.Document, &n.Spare, &n.Party))
	n.isGiven(t, owner)
	return n
}

// sentences are what stands in texts that were frozen, in pieces that stand nowhere else.
func (p *program) sentences(t *testing.T, owner *pgx.Conn) (all []string) {
	t.Helper()
	found, err := owner.Query(t.Context(), "select content from frozen_answer")
	check(t, err)
	contents, err := pgx.CollectRows(found, pgx.RowTo[string])
	check(t, err)
	for _, content := range contents {
		check(t, json.Unmarshal([]byte(content), new(any)))
		for _, text := range regexp.MustCompile(`"text":"([^"\\]{40,})`).FindAllStringSubmatch(content, -1) {
			all = append(all, text[1])
		}
	}
	if len(all) < 50 {
		t.Fatalf("%d sentences", len(all))
	}
	return all
}
