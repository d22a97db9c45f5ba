package pgembed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// owner is whom the server runs as: PostgreSQL refuses root.
type owner struct {
	uid, gid uint32
	drop     bool // this process is root and must step down
}

// self is the user of this process.
func self() *owner { return &owner{uid: uint32(os.Getuid()), gid: uint32(os.Getgid())} }

// unprivileged is whom root steps down to.
func unprivileged() (*owner, error) {
	for _, candidate := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(candidate)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &owner{uid: uint32(uid), gid: uint32(gid), drop: true}, nil
	}
	return nil, fmt.Errorf("PostgreSQL cannot run as root, and there is neither a user postgres nor nobody")
}

// ownerOf is whom the server runs as for what lies at path, which keeps its owner.
func ownerOf(path string) (*owner, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	stat := info.Sys().(*syscall.Stat_t)
	me := self()
	switch {
	case me.uid == stat.Uid && me.uid != 0:
		return me, nil
	case me.uid == 0 && stat.Uid != 0:
		return &owner{uid: stat.Uid, gid: stat.Gid, drop: true}, nil
	}
	return nil, fmt.Errorf("the data in %s belongs to user %d: PostgreSQL cannot use it as user %d", path, stat.Uid, me.uid)
}

// command prepares a process in a group of its own, so that a Ctrl-C in the
// terminal reaches us and not the server, and with a bare environment. When
// ctx ends the whole group is killed.
func (o *owner) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if o.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: o.uid, Gid: o.gid}
	}
	return cmd
}

// reaches says whether the owner may enter the folder.
func (o *owner) reaches(dir string) bool {
	return o.command(context.Background(), "/bin/sh", "-c", `test -x "$1"`, "sh", dir).Run() == nil
}

// take gives the owner a file or folder that this process has made.
func (o *owner) take(path string) error {
	if !o.drop {
		return nil
	}
	return os.Chown(path, int(o.uid), int(o.gid))
}
