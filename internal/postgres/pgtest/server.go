package pgtest

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"samsvar/internal/pgembed"
)

// Cluster is a throw-away server. It and its files are gone soon after Stop,
// and soon after this process has ended, however that happens.
type Cluster struct {
	server *pgembed.Server
	reaper *exec.Cmd
	alive  io.Closer // the reaper's sign that we live
}

// StartCluster starts a server that is quick and forgetful.
func StartCluster(ctx context.Context) (*Cluster, error) {
	dir, err := os.MkdirTemp(tempDir(), "samsvar-pgtest-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o711); err != nil { // the server may run as another user than we
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	server, err := pgembed.Start(ctx, pgembed.Options{DataDir: dir, FastUnsafe: true})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	c := &Cluster{server: server}
	if err := c.startReaper(dir); err != nil {
		return nil, errors.Join(err, server.Stop(ctx), os.RemoveAll(dir))
	}
	return c, nil
}

// tempDir is in memory where there is room: making a database creates some
// hundred files, which takes half a second on a slow disk.
func tempDir() string {
	const memory, enough = "/dev/shm", 1 << 30
	var stat syscall.Statfs_t
	if syscall.Statfs(memory, &stat) == nil && uint64(stat.Bavail)*uint64(stat.Bsize) >= enough {
		return memory
	}
	return os.TempDir()
}

// URL leads to the server's first database, as its superuser.
func (c *Cluster) URL() string { return c.server.URL() }

// Stop ends the server and waits until its files are gone.
func (c *Cluster) Stop(ctx context.Context) error {
	err := c.server.Stop(ctx)
	return errors.Join(err, c.alive.Close(), c.reaper.Wait())
}

// reap waits until its input closes, which the kernel sees to when the other
// end is killed; then ends the server $1 and removes the folder $2.
const reap = `cat >/dev/null
kill -INT "$1" 2>/dev/null
while kill -0 "$1" 2>/dev/null; do sleep 0.1; done
rm -rf "$2"`

func (c *Cluster) startReaper(dir string) error {
	c.reaper = exec.Command("/bin/sh", "-c", reap, "sh", strconv.Itoa(c.server.PID()), dir)
	c.reaper.Dir = "/"
	c.reaper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	alive, err := c.reaper.StdinPipe()
	if err != nil {
		return err
	}
	c.alive = alive
	return c.reaper.Start()
}
