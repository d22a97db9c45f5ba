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
	"slices"
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
	"samsvar/internal/yjs"
)

var rounds = flag.Int("collab.rounds", 30, "how many times something is killed while people type")

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
	relay := postgres.NewRelay(pool, slog.New(slog.DiscardHandler))
	hub := collab.New(collab.Options{Log: postgres.NewLiveDocuments(pool), Relay: relay, Gate: all, Limits: victimLimits, Same: renderer().SameDocument, Logger: slog.New(slog.DiscardHandler)})
	address := "http://" + listener.Addr().String()
	fmt.Println(address)
	fail(http.Serve(listener, hub.Handler(all.authenticate, address)))
}

// unhurried lets a test type faster than people do.
var unhurried = collab.Limits{MessagesPerSecond: 1e6, SocketsPerAccount: 1000}

// victimLimits have texts compacted all the time.
var victimLimits = collab.Limits{MessagesPerSecond: 1e6, SocketsPerAccount: 1000, CompactAfter: 200}

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

// newWitness comes over a WebSocket, or one in five over plain requests.
func newWitness(t *testing.T, v *victim, number int) *witness {
	var c *client
	var err error
	if number%5 == 4 {
		var line *requests
		line, err = openRequests(v.address, newAccount())
		c = newClient(t, line.account, line)
	} else {
		c, err = dial(t, v.address, v.address, newAccount())
	}
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

// tally is what was promised over a test, what of it was broken, and how long it took to come back.
type tally struct {
	saved, deleted, seen, claimed, broken int
	back                                  []time.Duration
}

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

// a round of typing in which something is killed.
type round struct {
	servers int                      // that the people are spread over
	kill    func([]*victim)          // what is killed
	restore func() (database string) // what must be there before it can be asked again
}

// play lets ten people type in two documents until something is killed, throws
// away all that they had, and holds what they were promised against what is stored.
func (r *tally) play(t *testing.T, database string, what round) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), database)
	must(t, err)
	var victims []*victim
	for range what.servers {
		victims = append(victims, startVictim(t, database))
	}
	const documents, each = 2, 5
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
			w := newWitness(t, victims[n%what.servers], number)
			w.client.join(id, nil)
			all[d] = append(all[d], w)
			ears.Go(w.listen)
			hands.Go(func() { w.typeOn(id, number) })
		}
	}
	time.Sleep(time.Duration(100+rand.IntN(400)) * time.Millisecond)
	what.kill(victims)
	if what.servers > 1 { // those who were spared go on for a while
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
	}
	killed := time.Now()
	for _, v := range victims {
		v.kill()
	}
	hands.Wait()
	ears.Wait()
	pool.Close()
	database = what.restore()
	r.comeBack(t, database, ids[0], killed)
	pool, err = pgxpool.New(t.Context(), database)
	must(t, err)
	defer pool.Close()
	for d, id := range ids {
		r.check(t, pool, id, all[d])
	}
}

// comeBack notes how long it took from the kill until somebody could write again.
func (r *tally) comeBack(t *testing.T, database string, id portal.DocumentID, killed time.Time) {
	t.Helper()
	v := startVictim(t, database)
	defer v.kill()
	c, err := dial(t, v.address, v.address, newAccount())
	must(t, err)
	defer func() { c.conn.CloseNow(); <-c.ended }()
	c.join(id, nothing)
	r.back = append(r.back, time.Since(killed))
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
	return clocksOf(storeOf(t, updates...).StateVector())
}

func storeOf(t *testing.T, updates ...[]byte) *yjs.Store {
	t.Helper()
	store := yjs.NewStore()
	for _, update := range updates {
		must(t, store.Apply(update))
	}
	return store
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
	slices.Sort(r.back)
	median := r.back[len(r.back)/2]
	t.Logf("%d rounds: promised %d words saved, %d deleted, %d seen by others, %d clocks claimed; broken: %d; back after %v at the median, %v at most",
		len(r.back), r.saved, r.deleted, r.seen, r.claimed, r.broken, median.Round(time.Millisecond), r.back[len(r.back)-1].Round(time.Millisecond))
	if r.saved < 100 || r.deleted < 10 || r.seen < 100 || r.claimed < 10 {
		t.Error("too little was promised to say anything")
	}
	if median > 5*time.Second {
		t.Errorf("back after %v at the median", median)
	}
}

// cluster is a PostgreSQL that may be killed.
type cluster struct {
	t      *testing.T
	dir    string
	server *pgembed.Server
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "collab-kill-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o711))
	c := &cluster{t: t, dir: dir}
	c.server, err = pgembed.Start(t.Context(), pgembed.Options{DataDir: dir})
	must(t, err)
	t.Cleanup(func() { c.server.Stop(context.Background()) })
	must(t, postgres.Migrate(t.Context(), c.server.URL()))
	return c
}

func (c *cluster) url() string { return c.server.URL() }

func (c *cluster) kill() { must(c.t, syscall.Kill(c.server.PID(), syscall.SIGKILL)) }

// restore starts it again where it was.
func (c *cluster) restore() string {
	port := portOf(c.t, c.server.URL())
	must(c.t, c.server.Stop(c.t.Context()))
	eventually(c.t, "PostgreSQL is back", func() bool { // its orphans hold the data for a moment
		again, err := pgembed.Start(c.t.Context(), pgembed.Options{DataDir: c.dir, Port: port})
		if err == nil {
			c.server = again
		}
		return err == nil
	})
	return c.server.URL()
}

// The program, PostgreSQL, or both, in turn; and one of two programs that serve the same texts.
func TestWhatIsSavedSurvivesSIGKILL(t *testing.T) {
	n := *rounds
	if testing.Short() {
		n = 4
	}
	c := newCluster(t)
	stays := func() string { return c.url() }
	kinds := []round{
		{1, func(vs []*victim) { vs[0].kill() }, stays},
		{1, func([]*victim) { c.kill() }, c.restore},
		{1, func(vs []*victim) { vs[0].kill(); c.kill() }, c.restore},
		{2, func(vs []*victim) { vs[rand.IntN(2)].kill() }, stays},
	}
	var r tally
	for i := range n {
		r.play(t, c.url(), kinds[i%len(kinds)])
	}
	r.report(t)
}
