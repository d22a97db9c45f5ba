package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// crowdSQL adds closed rounds, each of 19 submitted responses with six answers of
// some 2,000 characters, and the positions of every member of the community.
const crowdSQL = `
with r as (insert into round (id, slug, title, sender, kind, issued, deadline, state, joint_answers, separate_answers, created_at)
	select gen_random_uuid(), 'round-' || n, '{"nb": "Runde"}', 'x', 'addressed', '2020-06-01', timestamptz '2020-12-01' + n * interval '1 day', 'closed',
		'allowed', 'allowed', now() from generate_series(1, $1::int) n returning id),
q as (insert into question (id, round_id, number, body) select gen_random_uuid(), r.id, n, '{"nb": "Spørsmål"}' from r, generate_series(1, 6) n returning *),
s as (insert into response (id, round_id, owner_id, kind, language, state, rule, created_at)
	select gen_random_uuid(), r.id, o.id, 'joint', 'nb', 'submitted', '{"hospitalPercent": 100, "municipalPercent": 50}', now()
	from r, organisation o where o.kind = 'health_community' returning *),
d as (insert into document (id, created_at) select gen_random_uuid(), now() from generate_series(1, $1 * 19 * 6) returning id),
dn as (select id, row_number() over () as n from d),
an as (select s.id as response_id, q.id as question_id, q.number, row_number() over () as n from s join q on q.round_id = s.round_id),
a as (insert into answer (id, response_id, question_id, number, document_id, status)
	select gen_random_uuid(), an.response_id, an.question_id, an.number, dn.id, 'ready' from an join dn on dn.n = an.n returning *),
f as (insert into frozen_version (id, response_id, number, hash, frozen_at, frozen_by, rule)
	select gen_random_uuid(), s.id, 1, 'sha256:0', now(), (select id from account limit 1), s.rule from s returning *),
z as (insert into frozen_answer (freeze_id, answer_id, number, status, content, hash)
	select f.id, a.id, a.number, 'ready', '{"content":[{"content":[{"text":"' || repeat('ord og ', 290) || '","type":"text"}],"type":"paragraph"}],"type":"doc"}', 'sha256:1'
	from f join a on a.response_id = f.response_id returning 1),
b as (insert into submission (response_id, freeze_id, round_id, year, sequence, number, submitted_at, submitted_by, submitted_for, package, package_hash)
	select s.id, f.id, s.round_id, 2020, row_number() over (), '2020-' || row_number() over (), now(), f.frozen_by, 'x', '{}', 'sha256:2'
	from s join f on f.response_id = s.id returning 1),
p as (insert into party (response_id, organisation_id, side, name)
	select s.id, m.party_id, m.side, m.party_id from s join membership m on m.community_id = s.owner_id and m.valid_to is null returning *)
insert into position (id, response_id, freeze_id, organisation_id, account_id, account_name, kind, answer_hashes, recorded_at)
	select gen_random_uuid(), p.response_id, f.id, p.organisation_id, (select id from account limit 1), 'x', 'approved', '{}', now() from p join f on f.response_id = p.response_id`

// crowd fails when the benchmark's rows do not fit the tables any more.
func (p *program) crowd(t *testing.T) {
	tx, err := p.db.Pool().Begin(t.Context())
	check(t, err)
	defer func() { check(t, tx.Rollback(t.Context())) }()
	_, err = tx.Exec(t.Context(), crowdSQL, 1)
	check(t, err)
}

// BenchmarkReads asks 50 times a second for what pages ask for, with 10,000
// stored answers, and gives the 50th and 99th percentile in milliseconds.
func BenchmarkReads(b *testing.B) {
	p := start(b)
	_, err := p.db.Pool().Exec(b.Context(), crowdSQL, 88) // with 10,000 stored answers
	check(b, err)
	_, err = p.db.Pool().Exec(b.Context(), "update response s set freeze_id = f.id from frozen_version f where f.response_id = s.id and s.freeze_id is null and s.state = 'submitted'")
	check(b, err)
	owner, err := pgx.Connect(b.Context(), p.owner)
	check(b, err)
	_, err = owner.Exec(b.Context(), "analyze") // nobody else may
	check(b, err)
	check(b, owner.Close(b.Context()))
	s := p.scene()
	ministry, secretariat, writer := p.as("departement"), p.as("sekretariat-agder"), p.as("koordinator-kristiansand")
	for name, c := range map[string]struct {
		who  person
		path string
	}{
		"my turn, ministry":    {ministry, "/my-turn"},
		"my turn, secretariat": {secretariat, "/my-turn"},
		"my turn, writer":      {writer, "/my-turn"},
		"rounds":               {ministry, "/rounds"},
		"round":                {writer, "/rounds/" + s.round},
		"recipients":           {ministry, "/rounds/" + s.round + "/recipients"},
		"overview":             {ministry, "/rounds/" + s.round + "/overview"},
		"read across":          {ministry, "/rounds/" + s.round + "/questions/" + s.question + "/answers"},
		"response":             {secretariat, "/responses/" + s.response},
		"text of a draft":      {writer, "/responses/" + s.response + "/text"},
		"submission":           {ministry, "/submissions/" + s.submission},
		"community":            {secretariat, "/communities/agder"},
		"me":                   {writer, "/me"},
	} {
		b.Run(name, func(b *testing.B) { c.who.load(b, c.path) })
	}
}

const perSecond, settling, seconds = 50, 2, 6

// load asks at a steady pace, whether or not the earlier answers have come. The
// first seconds are not counted: connections to the database, and the plans that
// they keep, are made at first use.
func (p person) load(b *testing.B, path string) {
	var all sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	tick := time.NewTicker(time.Second / perSecond)
	defer tick.Stop()
	for n := range perSecond * (settling + seconds) {
		<-tick.C
		all.Go(func() {
			began := time.Now()
			a := p.do(request(b, http.MethodGet, p.base+"/api/v1"+path))
			mu.Lock()
			defer mu.Unlock()
			if n >= perSecond*settling {
				took = append(took, time.Since(began))
			}
			if a.status != http.StatusOK {
				b.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	slices.SortFunc(took, func(a, b time.Duration) int { return cmp.Compare(a, b) })
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(.50), "p50-ms")
	b.ReportMetric(at(.99), "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkDocuments renders submissions as people download them.
func BenchmarkDocuments(b *testing.B) {
	p := start(b)
	ministry, s := p.as("departement"), p.scene()
	for _, format := range []string{"json", "pdf", "docx"} {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				a := ministry.do(request(b, http.MethodGet, p.base+"/api/v1/submissions/"+s.submission+"/file/"+format))
				if a.status != http.StatusOK {
					b.Fatal(a.body)
				}
			}
		})
	}
	b.Run("every submission, as a job", func(b *testing.B) {
		for b.Loop() {
			job := ministry.call("POST", "/rounds/"+s.round+"/exports", map[string]any{"format": "pdf", "language": "nb"})
			var started struct{ ID, State string }
			decode(b, job, &started)
			for started.State != "done" {
				if started.State == "failed" {
					b.Fatal("the job failed")
				}
				time.Sleep(50 * time.Millisecond)
				started = get[struct{ ID, State string }](ministry, "/jobs/"+started.ID)
			}
		}
	})
}

// BenchmarkFreeze freezes a response of six answers and opens it again.
func BenchmarkFreeze(b *testing.B) {
	p := start(b)
	secretariat := p.as("sekretariat-fonna")
	var id string
	check(b, p.db.Pool().QueryRow(b.Context(), "select s.id::text from response s join round r on r.id = s.round_id where s.owner_id = 'fonna' and r.state = 'open'").Scan(&id))
	type state struct{ Version int }
	step := func(action string, body map[string]any) {
		body["version"] = get[state](secretariat, "/responses/"+id).Version
		if a := secretariat.call("POST", "/responses/"+id+"/"+action, body); a.status != http.StatusOK {
			b.Fatal(a.body)
		}
	}
	step("reopen", map[string]any{"reason": "x"})
	for b.Loop() {
		step("freeze", map[string]any{})
		b.StopTimer()
		step("reopen", map[string]any{"reason": "x"})
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/freeze")
}

func decode(b *testing.B, a answer, into any) {
	b.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil || a.status >= 400 {
		b.Fatal(fmt.Errorf("%d %s: %w", a.status, a.body, err))
	}
}
