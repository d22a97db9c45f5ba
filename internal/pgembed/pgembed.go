// Package pgembed runs a private PostgreSQL server, so that the portal can be
// tried on a machine that has none. It is for trying out and for tests:
// production has a server that somebody looks after.
//
// The server listens on 127.0.0.1 only, with a random password, and lives no
// longer than this process. A process that is killed leaves a cluster that
// starts again.
package pgembed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// name is the superuser and the database that URL leads to.
const name = "samsvar"

// errNotReady is what a server that ended before it took connections is told by.
var errNotReady = errors.New("PostgreSQL did not start")

// Options say where the cluster lives and how it runs.
type Options struct {
	// DataDir holds the cluster, its password and its log. It is made when
	// missing. As root, a folder that the server's user cannot reach holds a
	// link to a cluster under /var/lib/samsvar instead.
	DataDir string
	// Port is where the server listens; 0 takes a free one at each start.
	Port int
	// FastUnsafe gives up durability for speed: only for data one can lose.
	FastUnsafe bool
	// BinDirs are folders with initdb and postgres, best first. Empty means
	// the system's, newest first, then the npm package of a checkout that the
	// working directory or the executable lies in.
	BinDirs []string
}

// Server is a running PostgreSQL. It stops when the process ends, however it ends.
type Server struct {
	url     string
	home    *home
	process *os.Process
	exited  chan struct{} // closed when the server is gone
}

// URL is the connection string of an empty database, for its superuser.
func (s *Server) URL() string { return s.url }

// PID is the server's main process.
func (s *Server) PID() int { return s.process.Pid }

// Start starts the server in opts.DataDir, and returns when it takes
// connections. The first start makes the cluster; later ones use it again,
// after a crash too. It fails when another process uses the data, and when
// the data is of a PostgreSQL version that is not at hand.
func Start(ctx context.Context, opts Options) (*Server, error) {
	home, err := openHome(opts.DataDir)
	if err != nil {
		return nil, err
	}
	server, err := home.start(ctx, opts)
	if err != nil {
		home.close()
		return nil, err
	}
	return server, nil
}

func (h *home) start(ctx context.Context, opts Options) (*Server, error) {
	owner, err := h.owner()
	if err != nil {
		return nil, err
	}
	bin, err := chooseBinaries(opts.BinDirs, h.version())
	if err != nil {
		return nil, err
	}
	if bin, err = bin.readableBy(owner); err != nil {
		return nil, err
	}
	if err := h.endOrphan(ctx); err != nil {
		return nil, err
	}
	password, err := h.ensureCluster(ctx, bin, owner, opts.FastUnsafe)
	if err != nil {
		return nil, err
	}
	patience := time.Now().Add(10 * time.Second)
	for attempt := 0; ; attempt++ {
		server, err := h.serve(ctx, bin, owner, password, opts)
		if !errors.Is(err, errNotReady) {
			return server, err
		}
		switch why := err.Error(); {
		// A free port can be taken by another between the look and the start.
		case strings.Contains(why, "Address already in use") && opts.Port == 0 && attempt < 3:
		// What a server that was killed leaves running ends by itself, in a moment.
		case strings.Contains(why, "pre-existing shared memory block") && time.Now().Before(patience):
			time.Sleep(100 * time.Millisecond)
		default:
			return nil, err
		}
	}
}

// serve runs one server process until it is ready.
func (h *home) serve(ctx context.Context, bin binaries, owner *owner, password string, opts Options) (*Server, error) {
	port := opts.Port
	if port == 0 {
		var err error
		if port, err = freePort(); err != nil {
			return nil, err
		}
	}
	log, err := h.openLog()
	if err != nil {
		return nil, err
	}
	defer log.Close()
	logStart, err := log.Seek(0, 2)
	if err != nil {
		return nil, err
	}

	cmd := owner.command(context.Background(), bin.path("postgres"), serverArgs(h.cluster, port, opts.FastUnsafe)...)
	cmd.Dir = h.cluster
	cmd.Stdout, cmd.Stderr = log, log
	tieToParent(cmd.SysProcAttr)
	s := &Server{url: connectionURL(password, port), home: h, exited: make(chan struct{})}
	if err := s.run(cmd); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := s.awaitReady(ctx); err != nil {
		soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_ = s.end(soon)
		return nil, fmt.Errorf("%w; its log says: %s", err, tail(log.Name(), logStart))
	}
	return s, nil
}

// run starts the process from a thread that stays as long as the process
// does: on Linux the parent's death signal is sent when the thread ends.
func (s *Server) run(cmd *exec.Cmd) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		s.process = cmd.Process
		started <- nil
		_ = cmd.Wait() // how it ended stands in its log
		close(s.exited)
	}()
	return <-started
}

// awaitReady waits for the server's own word that it takes connections, which
// after a crash comes when recovery is done.
func (s *Server) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		pid, status := s.home.postmaster()
		if pid == s.PID() && status == "ready" {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.exited:
			return errNotReady
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errNotReady, ctx.Err())
		}
	}
}

// Stop ends the server: open connections are cut, and the data is left clean.
// When ctx runs out first the server is stopped at once, and recovers at the
// next start. Stopping twice is harmless.
func (s *Server) Stop(ctx context.Context) error {
	defer s.home.close()
	return s.end(ctx)
}

func (s *Server) end(ctx context.Context) error {
	if s.signal(ctx, syscall.SIGINT) {
		return nil
	}
	for _, sig := range []os.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		gone := s.signal(soon, sig)
		cancel()
		if gone {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) did not stop", s.PID())
}

// signal asks the server to go and says whether it went before ctx ran out.
func (s *Server) signal(ctx context.Context, sig os.Signal) bool {
	_ = s.process.Signal(sig) // fails only when it has gone already
	select {
	case <-s.exited:
		return true
	case <-ctx.Done():
		return false
	}
}

func serverArgs(cluster string, port int, fastUnsafe bool) []string {
	settings := []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(port),
		"unix_socket_directories=",
		"max_connections=200",
		"timezone=UTC",
		"log_timezone=UTC",
		"log_checkpoints=off",
		"jit=off",
	}
	if fastUnsafe {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
			"wal_level=minimal", "max_wal_senders=0", "max_wal_size=128MB")
	}
	args := []string{"-D", cluster}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

func connectionURL(password string, port int) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(name, password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path:     "/" + name,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// tail is what a log has got since it was start bytes long, its last lines.
func tail(path string, start int64) string {
	content, err := os.ReadFile(filepath.Clean(path))
	if err != nil || int64(len(content)) <= start {
		return "(nothing)"
	}
	lines := strings.Split(strings.TrimSpace(string(content[start:])), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], " | ")
}
