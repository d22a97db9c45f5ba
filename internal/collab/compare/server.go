package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// contender is one of those that are compared.
type contender struct {
	name    string
	address string // empty: any
	named   bool   // speaks Hocuspocus's protocol
	// start gives the command of a server that has nothing stored.
	start func(ctx context.Context, address string) (*exec.Cmd, error)
	door  func(person int, document string) (path string, header http.Header)
	token func(person int) string
}

// server is a contender that runs, alone on the first core.
type server struct {
	contender
	address string
	cmd     *exec.Cmd
	said    *bytes.Buffer
}

const serverCore = "0"

func (c contender) serve(ctx context.Context) (*server, error) {
	address := c.address
	if address == "" {
		var err error
		if address, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	cmd, err := c.start(ctx, address)
	if err != nil {
		return nil, err
	}
	pinned := exec.CommandContext(ctx, "taskset", append([]string{"-c", serverCore, cmd.Path}, cmd.Args[1:]...)...)
	pinned.Env, pinned.Dir = cmd.Env, cmd.Dir
	pinned.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s := &server{contender: c, address: address, cmd: pinned, said: &bytes.Buffer{}}
	pinned.Stderr = s.said
	if err := pinned.Start(); err != nil {
		return nil, err
	}
	if err := s.awake(); err != nil {
		s.stop()
		return nil, fmt.Errorf("%s: %w\n%s", c.name, err, s.said)
	}
	return s, nil
}

// awake waits until it takes connections.
func (s *server) awake() error {
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		var conn net.Conn
		if conn, err = net.Dial("tcp", s.address); err == nil {
			conn.Close()
			time.Sleep(500 * time.Millisecond)
			return nil
		}
	}
	return err
}

func (s *server) stop() {
	_ = s.cmd.Process.Kill() // nothing of it is wanted any more
	_ = s.cmd.Wait()
}

// memory is what the process holds, in bytes.
func (s *server) memory() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		var kib int64
		if n, _ := fmt.Sscanf(string(line), "VmRSS: %d kB", &kib); n == 1 {
			return kib << 10, nil
		}
	}
	return 0, errors.New("no VmRSS")
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// documentName is the same at every server.
func documentName(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func (a *arena) contenders() []contender {
	token := func(person int) string { return fmt.Sprintf("session-%d", person) }
	return []contender{a.samsvar(), {
		name: hocuspocus, named: true, token: token,
		door: func(int, string) (string, http.Header) { return "/", nil },
		start: func(ctx context.Context, address string) (*exec.Cmd, error) {
			_, err := a.db.Pool().Exec(ctx, "truncate hocuspocus_document")
			return a.node(ctx, address, "hocuspocus.mjs", "DATABASE_URL="+a.databaseURL), err
		},
	}, {
		name: ywebsocket, token: token,
		door: func(_ int, document string) (string, http.Header) { return "/" + document, nil },
		start: func(ctx context.Context, address string) (*exec.Cmd, error) {
			dir, err := os.MkdirTemp(a.dir, "leveldb-")
			return a.node(ctx, address, "ywebsocket.mjs", "LEVELDB="+dir), err
		},
	}}
}

const (
	samsvar    = "Samsvar"
	hocuspocus = "Hocuspocus"
	ywebsocket = "y-websocket"
)

// node runs a script with the Node that is installed beside it: Hocuspocus needs a newer one than the rest of the house.
func (a *arena) node(ctx context.Context, address, script string, settings ...string) *exec.Cmd {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		panic(err) // of our own making
	}
	cmd := exec.CommandContext(ctx, a.nodePath, script)
	cmd.Dir = a.scripts
	cmd.Env = append(os.Environ(), append(settings, "HOST=127.0.0.1", "PORT="+port, "NODE_ENV=production")...)
	return cmd
}

func findNode(scripts string) (string, error) {
	found, err := filepath.Glob(filepath.Join(scripts, "node_modules", "node-*", "bin", "node"))
	if err != nil || len(found) == 0 {
		return "", errors.New("no Node in node_modules: npm ci has not been run there")
	}
	return filepath.Abs(found[0])
}
