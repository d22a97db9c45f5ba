package collab_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"samsvar/internal/collab"
	"samsvar/internal/pgembed"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
	"samsvar/internal/yjs"
)

var kills = flag.Int("collab.kills", 3, "how many times the server is killed while people type")

// serveEnv holds the database of a server to be killed: the test binary, started anew.
const serveEnv = "COLLAB_TEST_SERVE"

// serveUntilKilled lets everybody write, and says on which address.
func serveUntilKilled(database string) {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	pool, err := pgxpool.New(context.Background(), database)
	fail(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fail(err)
	all := &rights{}
	hub := collab.New(collab.Options{Log: postgres.NewLiveDocuments(pool), Gate: all, Limits: unhurried, Logger: slog.New(slog.DiscardHandler)})
	address := "http://" + listener.Addr().String()
	fmt.Println(address)
	fail(http.Serve(listener, hub.Handler(all.authenticate, address)))
}

// unhurried lets a test type faster than people do.
var unhurried = collab.Limits{MessagesPerSecond: 1e6, SocketsPerAccount: 1000}

type victim struct {
	cmd     *exec.Cmd
	address string
}

func startVictim(t *testing.T, database string) *victim {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"="+database)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	v := &victim{cmd: cmd}
	t.Cleanup(v.kill)
	address, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	v.address = strings.TrimSpace(address)
	return v
}

func (v *victim) kill() {
	v.cmd.Process.Kill()
	v.cmd.Wait()
}

// witness types without pause and remembers what it was promised; its document
// dies with it.
type witness struct {
	client  *client
	hand    *typist
	mu      sync.Mutex
	sent    []string // what each message waits for: a word typed, or "-" and a word deleted
	acked   []string
	seen    []string          // words of others
	claimed map[uint64]uint64 // by state vectors that the server has sent
}

var wordPattern = regexp.MustCompile(`w\d+n\d+;`)

func newWitness(t *testing.T, v *victim, number int) *witness {
	c, err := dial(t, v.address, v.address, newAccount())
	must(t, err)
	t.Cleanup(func() { c.conn.CloseNow(); <-c.ended })
	return &witness{client: c, hand: newTypist(uint64(1000 + number)), claimed: make(map[uint64]uint64)}
}

func (w *witness) listen() {
	for {
		select {
		case h := <-w.client.inbox:
			w.hear(h)
		case <-w.client.ended:
			for len(w.client.inbox) > 0 {
				w.hear(<-w.client.inbox)
			}
			return
		}
	}
}

func (w *witness) hear(h heard) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case h.kind == isStatus && h.saved:
		w.acked = append(w.acked, w.sent[len(w.acked)])
	case h.kind == isSync && h.step == 0:
		for client, clock := range clocksOf(h.bytes) {
			w.claimed[client] = max(w.claimed[client], clock)
		}
	case h.kind == isSync:
		w.seen = append(w.seen, wordPattern.FindAllString(string(h.bytes), -1)...)
	}
}

// typeOn types words, now and then deletes one, and now and then asks what the server has.
func (w *witness) typeOn(id portal.DocumentID, number int) {
	type place struct {
		word  string
		clock uint64
	}
	var typed []place
	for n := 0; ; n++ {
		message, promise := []byte(nil), ""
		if n%7 == 6 {
			p := typed[rand.IntN(len(typed))]
			message, promise = w.hand.deletes(p.clock, uint64(len(p.word))), "-"+p.word
		} else {
			word := fmt.Sprintf("w%dn%d;", number, n)
			typed = append(typed, place{word, max(2, w.hand.clock)})
			message, promise = w.hand.types(word), word
		}
		w.mu.Lock()
		w.sent = append(w.sent, promise)
		w.mu.Unlock()
		if w.client.write(syncMessage(id, 2, message)) != nil {
			return
		}
		if n%50 == 0 && w.client.write(syncMessage(id, 0, []byte{0})) != nil {
			return
		}
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
	}
}

// tally is what was promised over a test, and what of it was broken.
type tally struct{ saved, deleted, seen, claimed, broken int }

// check holds what people were promised against what is stored.
func (r *tally) check(t *testing.T, pool *pgxpool.Pool, id portal.DocumentID, witnesses []*witness) {
	t.Helper()
	updates := storedUpdates(t, pool, id)
	content := rendered(t, updates...)
	count := make(map[string]int)
	for _, word := range wordPattern.FindAllString(textOf([]byte(content)), -1) {
		count[word]++
	}
	broken := func(format string, args ...any) {
		r.broken++
		t.Errorf(format, args...)
	}
	deleted := make(map[string]bool) // or perhaps so: sent, and not answered
	for _, w := range witnesses {
		for i, promise := range w.sent {
			if word, isDeletion := strings.CutPrefix(promise, "-"); isDeletion {
				deleted[word] = true
				if i < len(w.acked) {
					r.deleted++
					if count[word] > 0 {
						broken("%s is back: its deletion was acknowledged", word)
					}
				}
			}
		}
	}
	for word, n := range count {
		if n > 1 {
			broken("%s is there %d times", word, n)
		}
	}
	clocks := storedClocks(t, updates)
	for _, w := range witnesses {
		for _, word := range w.acked {
			if !strings.HasPrefix(word, "-") && !deleted[word] {
				r.saved++
				if count[word] == 0 {
					broken("%s was acknowledged and is lost", word)
				}
			}
		}
		for _, word := range w.seen {
			if r.seen++; count[word] == 0 && !deleted[word] {
				broken("%s was seen by another and is lost", word)
			}
		}
		for client, clock := range w.claimed {
			if r.claimed++; clocks[client] < clock {
				broken("a state vector claimed %d clocks of %d, stored are %d", clock, client, clocks[client])
			}
		}
	}
}

// round lets people type in documents of their own until something is killed.
func (r *tally) round(t *testing.T, database string, kill func(*victim), restored func()) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), database)
	must(t, err)
	v := startVictim(t, database)
	const documents, each = 2, 3
	var ids []portal.DocumentID
	var all [documents][]*witness
	var hands, ears sync.WaitGroup
	for d := range documents {
		id := portal.DocumentID(portal.NewID())
		_, err := pool.Exec(t.Context(), "insert into document (id, created_at) values ($1, now())", id)
		must(t, err)
		ids = append(ids, id)
		for n := range each {
			number := d*each + n
			w := newWitness(t, v, number)
			w.client.join(id, nil)
			all[d] = append(all[d], w)
			ears.Go(w.listen)
			hands.Go(func() { w.typeOn(id, number) })
		}
	}
	time.Sleep(time.Duration(100+rand.IntN(400)) * time.Millisecond)
	kill(v)
	v.kill()
	hands.Wait()
	ears.Wait()
	pool.Close()
	restored()
	pool, err = pgxpool.New(t.Context(), database)
	must(t, err)
	defer pool.Close()
	for d, id := range ids {
		r.check(t, pool, id, all[d])
	}
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	port, err := strconv.Atoi(u.Port())
	must(t, err)
	return port
}

// storedClocks is how much is stored of each Yjs client.
func storedClocks(t *testing.T, updates [][]byte) map[uint64]uint64 {
	t.Helper()
	store := yjs.NewStore()
	for _, update := range updates {
		must(t, store.Apply(update))
	}
	return clocksOf(store.StateVector())
}

func clocksOf(stateVector []byte) map[uint64]uint64 {
	clocks := make(map[uint64]uint64)
	for n, rest := cutUint(stateVector); n > 0; n-- {
		var client uint64
		client, rest = cutUint(rest)
		clocks[client], rest = cutUint(rest)
	}
	return clocks
}

func (r *tally) report(t *testing.T) {
	t.Logf("promised: %d words saved, %d deleted, %d seen by others, %d clocks claimed; broken: %d", r.saved, r.deleted, r.seen, r.claimed, r.broken)
	if r.saved < 100 || r.deleted < 10 || r.seen < 100 || r.claimed < 10 {
		t.Error("too little was promised to say anything")
	}
}

func TestWhatIsSavedSurvivesKillingTheServer(t *testing.T) {
	database := pgtest.Database(t)
	var r tally
	for range *kills {
		r.round(t, database, (*victim).kill, func() {})
	}
	r.report(t)
}

func TestWhatIsSavedSurvivesKillingPostgresToo(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a database cluster of its own")
	}
	dir, err := os.MkdirTemp("", "collab-kill-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o711))
	server, err := pgembed.Start(t.Context(), pgembed.Options{DataDir: dir})
	must(t, err)
	t.Cleanup(func() { server.Stop(context.Background()) })
	must(t, postgres.Migrate(t.Context(), server.URL()))

	var r tally
	for round := range (*kills + 1) / 2 {
		killPostgres := func(v *victim) {
			if round%2 == 0 {
				v.kill()
			}
			must(t, syscall.Kill(server.PID(), syscall.SIGKILL))
		}
		port := portOf(t, server.URL())
		r.round(t, server.URL(), killPostgres, func() {
			must(t, server.Stop(t.Context()))
			eventually(t, "PostgreSQL is back", func() bool { // its orphans hold the data for a moment
				again, err := pgembed.Start(t.Context(), pgembed.Options{DataDir: dir, Port: port})
				if err == nil {
					server = again
				}
				return err == nil
			})
		})
	}
	r.report(t)
}
