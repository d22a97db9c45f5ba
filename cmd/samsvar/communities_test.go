package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

// whole tries every operation on every pair; otherwise a share of them, such that every pair meets some operations, and every
// operation some pairs.
var whole = flag.Bool("whole", false, "try every operation on every pair of communities")

// walled are the tables behind the wall.
func (c *country) walled(t *testing.T, owner *pgx.Conn) []string {
	t.Helper()
	found, err := owner.Query(t.Context(), "select relname::text from pg_class where relrowsecurity order by 1")
	check(t, err)
	tables, err := pgx.CollectRows(found, pgx.RowTo[string])
	check(t, err)
	return tables
}

// digest is all that the communities have, a number for each table behind the wall: it changes when anything in it does.
func (c *country) digest(t *testing.T) map[string]string {
	t.Helper()
	owner, err := pgx.Connect(t.Context(), c.owner)
	check(t, err)
	defer owner.Close(context.Background())
	ask := map[string]string{}
	for _, table := range append(c.walled(t, owner), "account_role", "community_rule", "sessions") {
		ask[table] = "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from " + table + " t"
	}
	delete(ask, "notice") // follows from events, aside
	ask["audit_event"] = "select count(*)::text from audit_event where response_id is not null"
	ask["sessions"] = "select count(*)::text from sessions"
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
	c.rows(t)
	c.eachPair(t, func(turn int, who person, own neighbour, others []neighbour) {
		c.lists(t, turn, 1, who, own, others, operations, s)
	}) // what one reads of one's own may be written down
	before := c.digest(t)
	c.eachPair(t, func(turn int, who person, own neighbour, others []neighbour) {
		c.objects(t, turn, who, own, others, operations, s)
		c.named(t, turn, who, own, others, s)
		c.joins(t, who, others, overSocket)
		c.joins(t, who, others, overRequests)
	})
	c.asides(t)
	c.unchanged(t, before)
	c.triedAll(t, operations)
	c.joinsItsOwn(t)
}

// asides are what one organisation of a community says to itself: for another one of the same community they are not there.
func (c *country) asides(t *testing.T) {
	for _, n := range c.all {
		path := "/responses/" + n.Response + "/answers/" + n.Answer
		for i, who := range n.people { // the secretariat, and the municipality whose it is
			a := who.patiently("GET", path+"/comments", nil)
			if told := strings.Contains(a.body, n.Aside) || strings.Contains(a.body, "Innad"); a.status != 200 || !strings.Contains(a.body, n.Thread) || told != (i == 1) {
				t.Errorf("%s, person %d reads %d %s", n.ID, i, a.status, a.body)
			}
		}
		say, settle := map[string]any{"kind": "say", "text": "Innsnik"}, map[string]any{"kind": "reject"}
		for place, body := range map[string]any{"/comments/": say, "/suggestions/": settle} {
			got, none := n.people[0].patiently("POST", path+place+n.Aside, body), n.people[0].patiently("POST", path+place+portal.NewID(), body)
			if got.status < 400 || faceless(t, got) != faceless(t, none) {
				t.Errorf("%s on an aside of %s: %d %s; on what is not there: %s", place, n.Party, got.status, got.body, none.body)
			}
		}
	}
}

// What the program decides is taken away: everybody logged in may do everything to every response, submission and job, in
// every state. Row-level security alone gives the same answers.
func TestCommunitiesAreUnknownBehindTheSecondWall(t *testing.T) {
	if testing.Short() {
		t.Skip("342 pairs take a while")
	}
	guarded := regexp.MustCompile(`^(response|document|submission|job|meeting|mandate)\.`)
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
	c.eachPair(t, func(turn int, who person, own neighbour, others []neighbour) {
		c.lists(t, turn, c.share, who, own, others, operations, s)
	})
	operations = slices.DeleteFunc(operations, func(o operation) bool {
		return !regexp.MustCompile(`\{(response|job|meeting|mandate)Id\}`).MatchString(o.path) // what the wall does not stand before
	})
	before := c.digest(t)
	c.eachPair(t, func(turn int, who person, own neighbour, others []neighbour) {
		if a := who.patiently("GET", "/responses/"+own.Response, nil); a.status != http.StatusOK {
			t.Errorf("%s does not see its own: %d %s", own.ID, a.status, a.body)
		}
		c.objects(t, turn, who, own, others, operations, s)
		c.joins(t, who, others, overSocket)
		c.joins(t, who, others, overRequests)
	})
	c.unchanged(t, before)
	c.triedAll(t, operations)
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

// notes remembers that an operation was tried.
func (c *country) notes(operation string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.tried == nil {
		c.tried = map[string]int{}
	}
	c.tried[operation]++
}

// triedAll holds that the share left out none of those that name something of a community's.
func (c *country) triedAll(t *testing.T, operations []operation) {
	t.Helper()
	for _, o := range operations {
		if o.holds() > 0 && c.tried[o.id] == 0 {
			t.Errorf("%s was tried on nobody", o.id)
		}
	}
}

// objects are the operations that name something of a community's: all of it theirs, or theirs within one's own.
func (c *country) objects(t *testing.T, turn int, who person, own neighbour, others []neighbour, operations []operation, s scene) {
	none := nowhere()
	for i, o := range operations {
		try := func(outer, of neighbour) answer {
			s.freeze, s.account, s.body = of.Freeze, of.Account, of.Body
			return who.patiently(o.method, s.between(o, outer, of), s.bodyFor(o.id))
		}
		compare := func(outer func(neighbour) neighbour) {
			refused := faceless(t, try(outer(none), none))
			for j, other := range others {
				if !*whole && (turn+i+j)%c.share != 0 {
					continue
				}
				c.notes(o.id)
				if got := try(outer(other), other); got.status < 400 || faceless(t, got) != refused {
					t.Errorf("%s within %s on what is %s's: %d %s; on what is not there: %s", o.id, outer(other).ID, other.ID, got.status, got.body, refused)
				}
			}
		}
		if o.holds() > 0 {
			compare(func(of neighbour) neighbour { return of })
		}
		if o.holds() > 1 {
			compare(func(neighbour) neighbour { return own })
		}
	}
}

// named are operations on one's own that name something of a community's in what is sent. Some are carried out, as far as they
// speak of one's own.
func (c *country) named(t *testing.T, turn int, who person, own neighbour, others []neighbour, s scene) {
	type body = map[string]any
	response, meeting := "/responses/"+own.Response, body{"startsAt": "2022-05-01T10:00", "papersDue": "2022-04-20", "place": "", "version": 0}
	with := func(b body, more body) body {
		b = maps.Clone(b)
		maps.Copy(b, more)
		return b
	}
	treatment := s.bodyFor("recordTreatment").(body)
	mandate := body{"accountId": own.Account, "organisationId": own.ID, "begins": "2022-01-01", "ends": "2030-01-01", "reason": "x", "restsOn": "x"}
	tries := []struct {
		method, path string
		body         func(of neighbour) body
	}{
		{"PUT", "/me/acting", func(of neighbour) body { return body{"organisationId": of.ID} }},
		{"POST", response + "/positions", func(of neighbour) body {
			return body{"freezeId": of.Freeze, "kind": "approved", "answerHashes": body{of.Answer: "sha256:0"}}
		}},
		{"POST", response + "/positions", func(of neighbour) body {
			return body{"freezeId": own.Freeze, "kind": "approved", "answerHashes": body{}, "treatmentId": of.Treatment}
		}},
		{"POST", response + "/positions/confirm", func(of neighbour) body { return body{"freezeId": of.Freeze, "answerHashes": body{}} }},
		{"POST", response + "/positions/withdraw", func(of neighbour) body { return body{"freezeId": of.Freeze, "reason": "x"} }},
		{"POST", response + "/treatments", func(of neighbour) body { return with(treatment, body{"freezeId": of.Freeze}) }},
		{"POST", response + "/treatments", func(of neighbour) body {
			return with(treatment, body{"freezeId": own.Freeze, "corrects": of.Treatment})
		}},
		{"POST", response + "/remarks", func(of neighbour) body { return body{"freezeId": of.Freeze, "text": "x"} }},
		{"POST", response + "/remarks", func(of neighbour) body { return body{"freezeId": own.Freeze, "answerId": of.Answer, "text": "x"} }},
		{"POST", response + "/remarks/seen", func(of neighbour) body { return body{"remarks": body{of.Remark: 1}} }},
		{"POST", response + "/decision", func(of neighbour) body { return with(s.bodyFor("recordDecision").(body), body{"freezeId": of.Freeze}) }},
		{"POST", response + "/silence-warning", func(of neighbour) body { return body{"freezeId": of.Freeze} }},
		{"POST", response + "/submit", func(of neighbour) body { return body{"freezeId": of.Freeze, "freezeHash": "x"} }},
		{"POST", "/communities/" + own.ID + "/meetings", func(of neighbour) body { return with(meeting, body{"bodyId": of.Body, "cases": []any{}}) }},
		{"POST", "/communities/" + own.ID + "/meetings", func(of neighbour) body {
			return with(meeting, body{"bodyId": own.Body, "cases": []any{body{"responseId": of.Response}}})
		}},
		{"POST", "/mandates", func(of neighbour) body {
			return with(mandate, body{"accountId": of.Account, "organisationId": of.Party})
		}},
		{"POST", "/mandates", func(of neighbour) body { return with(mandate, body{"responseId": of.Response}) }},
	}
	for i, try := range tries {
		refused := faceless(t, who.patiently(try.method, try.path, try.body(nowhere())))
		for j, other := range others {
			if !*whole && (turn+i+j)%c.share != 0 {
				continue
			}
			got := who.patiently(try.method, try.path, try.body(other))
			if done := got.status < 400; done != strings.HasPrefix(refused, "20") || !done && faceless(t, got) != refused || done && other.isIn(got.body) {
				t.Errorf("%s %s with %v: %d %s; with what is not there: %s", try.method, try.path, try.body(other), got.status, got.body, refused)
			}
		}
	}
}

// lists are what one may read without naming anything of others: it names nothing of theirs.
func (c *country) lists(t *testing.T, turn, share int, who person, own neighbour, others []neighbour, operations []operation, s scene) {
	for i, o := range operations {
		if o.method != "GET" || o.id == "downloadCasePaper" || o.id == "downloadPack" { // which are PDF
			continue
		}
		if !*whole && (turn+i)%share != 0 {
			continue
		}
		a := who.patiently(o.method, s.between(o, own, own), nil)
		for _, other := range others {
			for _, secret := range other.secrets() {
				if strings.Contains(a.body, secret) {
					t.Errorf("%s tells %s of %s", o.id, own.ID, secret)
				}
			}
		}
	}
}

// messages are one of each kind that a client sends about a text, with an edit that would be seen in it.
func messages(id string) (all [][]byte) {
	edit := "\x01\x01\x05\x00\x07\x01\x07default\x03\x09paragraph\x00" // a paragraph, by the Yjs client 5
	authenticate, long := "\x02\x00\x00", string(rune(len(edit)))
	for _, message := range []string{authenticate, "\x00\x00\x01\x00", "\x00\x01" + long + edit, "\x00\x02" + long + edit, // authenticate; sync: step 1, step 2, an edit
		"\x01\x06\x01\x05\x01\x02{}", "\x03", "\x05\x02{}", "\x07\x00", authenticate} { // awareness, asking for it, stateless, close, and once more
		all = append(all, append(binary.AppendUvarint(nil, uint64(len(id))), id+message...))
	}
	return all
}

// wire is a way to live texts: say hands in messages, hear waits for one.
type wire struct {
	say  func(messages ...[]byte) error
	hear func() ([]byte, error)
	end  func()
}

func overSocket(ctx context.Context, who person) (wire, error) {
	socket, _, err := websocket.Dial(ctx, who.base+"/collab", &websocket.DialOptions{HTTPClient: who.http, HTTPHeader: http.Header{"Origin": {who.base}}})
	if err != nil {
		return wire{}, err
	}
	socket.SetReadLimit(1 << 20)
	return wire{func(messages ...[]byte) error {
		for _, message := range messages {
			if err := socket.Write(ctx, websocket.MessageBinary, message); err != nil {
				return err
			}
		}
		return nil
	}, func() ([]byte, error) {
		_, frame, err := socket.Read(ctx)
		return frame, err
	}, func() { socket.CloseNow() }}, nil
}

func overRequests(ctx context.Context, who person) (wire, error) {
	post := func(path string, body []byte) ([]byte, error) {
		request, err := http.NewRequestWithContext(ctx, "POST", who.base+"/collab/lines"+path, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Origin", who.base)
		response, err := who.http.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		got, err := io.ReadAll(response.Body)
		if err == nil && response.StatusCode >= 400 {
			err = fmt.Errorf("%d %s", response.StatusCode, got)
		}
		return got, err
	}
	line, err := post("", nil)
	var heard []byte
	return wire{func(messages ...[]byte) error {
		var all []byte
		for _, message := range messages {
			all = append(binary.AppendUvarint(all, uint64(len(message))), message...)
		}
		_, err := post("/"+string(line)+"/hand-in", all)
		return err
	}, func() (frame []byte, err error) {
		for len(heard) == 0 {
			if heard, err = post("/"+string(line)+"/fetch", nil); err != nil {
				return nil, err
			}
		}
		size, n := binary.Uvarint(heard)
		frame, heard = heard[n:n+int(size)], heard[n+int(size):]
		return frame, nil
	}, func() { _, _ = post("/"+string(line)+"/end", nil) }}, err
}

// joins sends every message there is to each of the others' texts, and ends with one that is not there.
func (c *country) joins(t *testing.T, who person, others []neighbour, over func(context.Context, person) (wire, error)) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	line, err := over(ctx, who)
	if err != nil {
		t.Errorf("no way to live texts: %v", err)
		return
	}
	defer line.end()
	told := map[string]string{}
	last := portal.NewID()
	for _, id := range append(documents(others), last) {
		if err := line.say(messages(id)...); err != nil {
			t.Error(err)
			return
		}
	}
	for strings.Count(told[last], "denied") < 2 {
		frame, err := line.hear()
		if err != nil {
			t.Errorf("the line ended: %v", err)
			return
		}
		if len(frame) == 1 { // the line's own heartbeat
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
		if got := told[other.Document]; got != told[last] {
			t.Errorf("joining a text of %s is told %q, one that is not there %q", other.ID, got, told[last])
		}
	}
}

// joinsItsOwn shows that the messages mean something: on one's own text they are heard, and the edit is stored.
func (c *country) joinsItsOwn(t *testing.T) {
	for i, over := range []func(context.Context, person) (wire, error){overSocket, overRequests} {
		var id, owner string
		check(t, c.db.Pool().QueryRow(t.Context(), `select a.document_id::text, s.owner_id from answer a join response s on s.id = a.response_id
			where s.state = 'draft' and s.kind = 'joint' and not exists (select from document_update u where u.document_id = a.document_id) order by 1 offset $1 limit 1`, i).Scan(&id, &owner))
		who := c.all[slices.IndexFunc(c.all, func(n neighbour) bool { return n.ID == owner })].people[0]
		line, err := over(t.Context(), who)
		check(t, err)
		check(t, line.say(messages(id)...))
		frame, err := line.hear()
		check(t, err)
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			var stored bool
			check(t, c.db.Pool().QueryRow(t.Context(), "select exists (select from document_update where document_id = $1)", id).Scan(&stored))
			if stored {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("one's own text took no edit, and said %q", frame)
			}
		}
		line.end()
	}
}

func documents(of []neighbour) (ids []string) {
	for _, n := range of {
		ids = append(ids, n.Document)
	}
	return slices.Clip(ids)
}

// anybodyAdds are tables to which a row is added by whoever does something, about whatever it is done to.
var anybodyAdds = []string{"document", "audit_event", "reading"}

// rows: by the program's own login, without the program. In every table behind the wall there is something of somebody's;
// each community sees some of its own and nothing of others, and adds nothing to theirs.
func (c *country) rows(t *testing.T) {
	owner, err := pgx.Connect(t.Context(), c.owner)
	check(t, err)
	defer owner.Close(context.Background())
	program, err := pgx.Connect(t.Context(), postgres.PrivateLogin(c.owner, postgres.ProgramRole))
	check(t, err)
	defer program.Close(context.Background())
	for _, table := range c.walled(t, owner) {
		found, err := owner.Query(t.Context(), "select to_jsonb(t)::text from "+pgx.Identifier{table}.Sanitize()+" t")
		check(t, err)
		all, err := pgx.CollectRows(found, pgx.RowTo[string])
		check(t, err)
		whose := make([][]string, len(c.all))
		for i, n := range c.all {
			whose[i] = slices.DeleteFunc(slices.Clone(all), func(row string) bool { return !n.isIn(row) })
		}
		if !slices.ContainsFunc(whose, func(rows []string) bool { return len(rows) > 0 }) {
			t.Errorf("%s holds nothing of anybody's: it belongs among the possessions", table)
		}
		for i, n := range c.all {
			c.rowsOf(t, program, table, i, n, whose)
		}
	}
}

func (c *country) rowsOf(t *testing.T, program *pgx.Conn, table string, i int, n neighbour, whose [][]string) {
	tx, err := program.Begin(t.Context())
	check(t, err)
	defer tx.Rollback(context.Background())
	_, err = tx.Exec(t.Context(), "select set_config('samsvar.organisation', $1, true), set_config('samsvar.account', $2, true)", n.ID, n.Account)
	check(t, err)
	found, err := tx.Query(t.Context(), "select to_jsonb(t)::text from "+pgx.Identifier{table}.Sanitize()+" t")
	check(t, err)
	seen, err := pgx.CollectRows(found, pgx.RowTo[string])
	check(t, err)
	if len(seen) == 0 && len(whose[i]) > 0 && table != "audit_event" { // what is told of its people may be all there is
		t.Errorf("%s sees nothing of its own in %s", n.ID, table)
	}
	for j, other := range c.all {
		if j != i && slices.ContainsFunc(seen, other.isIn) {
			t.Errorf("%s sees something of %s in %s", n.ID, other.ID, table)
		}
	}
	theirs := whose[(i+1)%len(whose)]
	if len(theirs) == 0 || slices.Contains(anybodyAdds, table) {
		return
	}
	_, err = tx.Exec(t.Context(), fmt.Sprintf("insert into %[1]s overriding system value select * from jsonb_populate_record(null::%[1]s, $1)", pgx.Identifier{table}.Sanitize()), theirs[0])
	if refused := new(pgconn.PgError); !errors.As(err, &refused) || refused.Code != "42501" {
		t.Errorf("%s adds to what is another's in %s: %v", n.ID, table, err)
	}
}

// isIn says whether a row tells of the community.
func (n neighbour) isIn(row string) bool {
	return n.Number != "" && strings.Contains(row, `"number": "`+n.Number+`"`) ||
		slices.ContainsFunc(n.secrets(), func(secret string) bool { return strings.Contains(row, secret) })
}
