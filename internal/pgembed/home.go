package pgembed

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// sharedHome is where root's clusters lie when their data folder is out of
// the server's reach, as in a home directory.
var sharedHome = "/var/lib/samsvar"

const maxLog = 10 << 20 // bytes; a log that is longer is begun anew at a start

// home is the data folder, held by one process at a time.
type home struct {
	dir     string
	cluster string // the folder postgres calls its data directory
	lock    *os.File
}

// openHome makes the folder and takes its lock, which the kernel gives back
// when this process ends, however it ends.
func openHome(dir string) (*home, error) {
	if dir == "" {
		return nil, errors.New("pgembed: no data folder given")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o711); err != nil { // enterable: the cluster inside may be another user's
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return nil, fmt.Errorf("the private PostgreSQL in %s is in use by another process", dir)
	}
	cluster := filepath.Join(dir, "cluster")
	if target, err := filepath.EvalSymlinks(cluster); err == nil {
		cluster = target
	}
	return &home{dir: dir, cluster: cluster, lock: lock}, nil
}

func (h *home) close() { h.lock.Close() }

// version is the major version of the cluster, or "" before there is one.
func (h *home) version() string {
	content, err := os.ReadFile(filepath.Join(h.cluster, "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(content))
}

// owner is whom the cluster belongs to, or will.
func (h *home) owner() (*owner, error) {
	if _, err := os.Stat(h.cluster); err == nil {
		return ownerOf(h.cluster)
	}
	if os.Getuid() == 0 {
		return unprivileged()
	}
	return self(), nil
}

// ensureCluster makes the cluster when there is none and gives its password.
// A cluster appears whole or not at all.
func (h *home) ensureCluster(ctx context.Context, bin binaries, owner *owner, fastUnsafe bool) (string, error) {
	if h.version() != "" {
		password, err := os.ReadFile(h.passwordFile())
		if err != nil {
			return "", fmt.Errorf("the password of the private PostgreSQL cannot be read: %w", err)
		}
		return strings.TrimSpace(string(password)), nil
	}
	parent, err := h.clusterParent(owner)
	if err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(parent, "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	password := rand.Text()
	if err := initialise(ctx, bin, owner, work, password, fastUnsafe); err != nil {
		return "", err
	}
	if err := os.WriteFile(h.passwordFile(), []byte(password+"\n"), 0o600); err != nil {
		return "", err
	}
	return password, h.adopt(filepath.Join(work, "cluster"), parent)
}

func (h *home) passwordFile() string { return filepath.Join(h.dir, "password") }

// clusterParent is the folder that a new cluster is made in, cleared of what
// an interrupted start has left.
func (h *home) clusterParent(owner *owner) (string, error) {
	if !owner.reaches(h.dir) {
		return sharedHome, os.MkdirAll(sharedHome, 0o711)
	}
	left, err := filepath.Glob(filepath.Join(h.dir, "new-*"))
	if err != nil {
		return "", err
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
	}
	return h.dir, nil
}

// adopt moves a finished cluster to its place.
func (h *home) adopt(made, parent string) error {
	link := filepath.Join(h.dir, "cluster")
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if parent == h.dir {
		h.cluster = link
		return os.Rename(made, link)
	}
	h.cluster = filepath.Join(parent, "cluster-"+strings.ToLower(rand.Text()[:12]))
	if err := os.Rename(made, h.cluster); err != nil {
		return err
	}
	return os.Symlink(h.cluster, link)
}

// initialise runs initdb in work/cluster and makes our database in it.
func initialise(ctx context.Context, bin binaries, owner *owner, work, password string, fastUnsafe bool) error {
	cluster, secret := filepath.Join(work, "cluster"), filepath.Join(work, "password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		return err
	}
	if err := os.Mkdir(cluster, 0o700); err != nil {
		return err
	}
	for _, path := range []string{secret, cluster, work} {
		if err := owner.take(path); err != nil {
			return err
		}
	}
	args := []string{"-D", cluster, "-U", name, "--pwfile", secret, "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--no-instructions"}
	args = append(args, localeArgs()...)
	if fastUnsafe {
		args = append(args, "--no-sync")
	}
	if out, err := run(owner.command(ctx, bin.path("initdb"), args...)); err != nil {
		return fmt.Errorf("make a PostgreSQL cluster: %w: %s", err, out)
	}
	create := owner.command(ctx, bin.path("postgres"), "--single", "-D", cluster, "postgres")
	create.Stdin = strings.NewReader("CREATE DATABASE " + name + "\n")
	out, err := run(create)
	if err == nil && (strings.Contains(out, "ERROR:") || strings.Contains(out, "FATAL:")) {
		err = errors.New("refused") // single-user mode reports errors in its output alone
	}
	if err != nil {
		return fmt.Errorf("make the database %s: %w: %s", name, err, out)
	}
	return nil
}

func run(cmd *exec.Cmd) (string, error) {
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// localeArgs give letters beyond ASCII their case everywhere, which full-text
// search needs. What people see is sorted by an explicit collation.
func localeArgs() []string {
	if runtime.GOOS == "darwin" {
		return []string{"--lc-collate=C", "--lc-ctype=en_US.UTF-8", "--lc-messages=C"}
	}
	return []string{"--locale=C.UTF-8", "--lc-messages=C"}
}

// postmaster reads the process id and the status that a server writes into its cluster.
func (h *home) postmaster() (pid int, status string) {
	content, err := os.ReadFile(filepath.Join(h.cluster, "postmaster.pid"))
	if err != nil {
		return 0, ""
	}
	lines := strings.Split(string(content), "\n")
	pid, _ = strconv.Atoi(strings.TrimSpace(lines[0]))
	if len(lines) >= 8 {
		status = strings.TrimSpace(lines[7])
	}
	return pid, status
}

// endOrphan makes sure that no server of an earlier process is left. We hold
// the lock, so one that runs has lost its parent. A process id that belongs to
// something else by now, as after a restarted container, is a stale file.
func (h *home) endOrphan(ctx context.Context) error {
	pid, _ := h.postmaster()
	if pid <= 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for h.isServer(pid) {
		if err := syscall.Kill(pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("end the PostgreSQL that was left behind (process %d): %w", pid, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the PostgreSQL that was left behind (process %d) does not end: %w", pid, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return nil // PostgreSQL sees by itself that the file is stale
	}
	err := os.Remove(filepath.Join(h.cluster, "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // an orphan that ended cleared up after itself
	}
	return err
}

// isServer says whether the process lives and serves this cluster.
func (h *home) isServer(pid int) bool {
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil && runtime.GOOS != "linux" {
		command, err = exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	}
	return err == nil && strings.Contains(string(command), h.cluster)
}

func (h *home) openLog() (*os.File, error) {
	path := filepath.Join(h.dir, "postgresql.log")
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(path, flags, 0o600)
}
