package pgembed

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// childDir, when set, turns the test binary into a process that starts a
// server there, prints its URL, and waits to be ended.
const childDir, childBin = "PGEMBED_TEST_DIR", "PGEMBED_TEST_BIN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		server, err := Start(context.Background(), Options{DataDir: dir, BinDirs: []string{os.Getenv(childBin)}})
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println(server.URL(), server.PID())
		bufio.NewReader(os.Stdin).ReadString('\n')
		server.Stop(context.Background())
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// eachSource runs a test with the system's PostgreSQL and with npm's.
func eachSource(t *testing.T, test func(t *testing.T, bin string)) {
	for name, dirs := range map[string][]string{"system": systemDirs(), "package": packageDirs()} {
		t.Run(name, func(t *testing.T) {
			if len(dirs) == 0 {
				t.Skipf("no PostgreSQL from the %s on this machine", name)
			}
			test(t, dirs[0])
		})
	}
}

func TestServerKeepsItsDataAndItsDoorShut(t *testing.T) {
	eachSource(t, func(t *testing.T, bin string) {
		dir := reachableDir(t)
		first := start(t, Options{DataDir: dir, BinDirs: []string{bin}})
		execute(t, first.URL(), `CREATE TABLE kept (line text); INSERT INTO kept VALUES ('Øygarden')`)
		if got := query(t, first.URL(), `SELECT lower(line) FROM kept`); got != "øygarden" {
			t.Errorf("lower gives %q: letters beyond ASCII have no case", got)
		}
		if got := query(t, first.URL(), `SELECT to_tsvector('norwegian', 'ÆRLIGE Ønsker')::text`); got != "'ærl':1 'ønsk':2" {
			t.Errorf("full-text search sees %s", got)
		}
		if got := query(t, first.URL(), `SHOW listen_addresses`); got != "127.0.0.1" {
			t.Errorf("listens on %s", got)
		}
		refuseStrangers(t, first.URL())
		info, err := os.Stat(filepath.Join(dir, "password"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("password file: %v, %v", info.Mode(), err)
		}
		if _, err := Start(t.Context(), Options{DataDir: dir, BinDirs: []string{bin}}); err == nil || !strings.Contains(err.Error(), "in use") {
			t.Errorf("a second server on the same data: %v", err)
		}
		stop(t, first)

		port, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		second := start(t, Options{DataDir: dir, BinDirs: []string{bin}, Port: port})
		if !strings.Contains(second.URL(), ":"+strconv.Itoa(port)+"/") {
			t.Errorf("asked for port %d, got %s", port, second.URL())
		}
		if got := query(t, second.URL(), `SELECT line FROM kept`); got != "Øygarden" {
			t.Errorf("after a restart: %q", got)
		}
		stop(t, second)
	})
}

func refuseStrangers(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(name, "guess")
	if conn, err := pgx.Connect(t.Context(), u.String()); err == nil {
		conn.Close(t.Context())
		t.Error("a wrong password is let in")
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		ip := a.(*net.IPNet).IP
		if ip.Equal(net.IPv4(127, 0, 0, 1)) {
			continue
		}
		if conn, err := net.DialTimeout("tcp", net.JoinHostPort(ip.String(), u.Port()), time.Second); err == nil {
			conn.Close()
			t.Errorf("the server answers on %s", ip)
		}
	}
}

func TestKilledProcessTakesItsServerAlongAndLosesNothing(t *testing.T) {
	eachSource(t, func(t *testing.T, bin string) {
		dir := reachableDir(t)
		child := startChild(t, dir, bin, nil)
		execute(t, child.url, `CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n`)
		if err := child.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.cmd.Wait()
		server := start(t, Options{DataDir: dir, BinDirs: []string{bin}}) // at once: the old server may still be ending
		if got := query(t, server.URL(), `SELECT count(*)::text FROM kept`); got != "1000" {
			t.Errorf("rows after a kill: %s", got)
		}
		for deadline := time.Now().Add(5 * time.Second); alive(child.server); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the killed process's server, %d, lives on", child.server)
			}
		}
		stop(t, server)
	})
}

func TestKilledServerRecovers(t *testing.T) {
	dir := reachableDir(t)
	server := start(t, Options{DataDir: dir})
	execute(t, server.URL(), `CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n`)
	// One of its processes is slow to notice that the server is gone.
	slow, err := strconv.Atoi(query(t, server.URL(), `SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'checkpointer'`))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(slow, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := server.process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-server.exited
	stop(t, server)
	time.AfterFunc(500*time.Millisecond, func() { _ = syscall.Kill(slow, syscall.SIGCONT) })

	// A process id that means something else by now must not stop us.
	bystander := exec.Command("sleep", "60")
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	defer bystander.Wait()
	defer bystander.Process.Kill()
	claimPID(t, server.home.cluster, bystander.Process.Pid)

	server = start(t, Options{DataDir: dir})
	if got := query(t, server.URL(), `SELECT count(*)::text FROM kept`); got != "1000" {
		t.Errorf("rows after a crash: %s", got)
	}
	if !alive(bystander.Process.Pid) {
		t.Error("an innocent process was ended")
	}
	stop(t, server)
}

func TestStopWithoutPatienceStillStops(t *testing.T) {
	dir := reachableDir(t)
	server := start(t, Options{DataDir: dir})
	execute(t, server.URL(), `CREATE TABLE kept AS SELECT 1 AS n`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if alive(server.PID()) {
		t.Error("the server lives on")
	}
	server = start(t, Options{DataDir: dir})
	if got := query(t, server.URL(), `SELECT n::text FROM kept`); got != "1" {
		t.Errorf("after an immediate stop: %q", got)
	}
	stop(t, server)
}

func TestAnotherVersionsDataIsRefusedInWords(t *testing.T) {
	system, pkg := systemDirs(), packageDirs()
	if len(system) == 0 || len(pkg) == 0 {
		t.Skip("needs the system's PostgreSQL and the npm package")
	}
	dir := reachableDir(t)
	stop(t, start(t, Options{DataDir: dir, BinDirs: system[:1]}))
	_, err := Start(t.Context(), Options{DataDir: dir, BinDirs: pkg})
	if err == nil || !strings.Contains(err.Error(), "only 18 is at hand") {
		t.Errorf("got %v", err)
	}
	stop(t, start(t, Options{DataDir: dir, BinDirs: append(pkg, system...)})) // the fitting one is found
}

func TestMissingBinariesAndTakenPortAreToldInWords(t *testing.T) {
	_, err := Start(t.Context(), Options{DataDir: reachableDir(t), BinDirs: []string{t.TempDir()}})
	if err == nil || !strings.Contains(err.Error(), "no PostgreSQL 15 or newer is at hand") {
		t.Errorf("no binaries: %v", err)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = Start(t.Context(), Options{DataDir: reachableDir(t), Port: l.Addr().(*net.TCPAddr).Port, FastUnsafe: true})
	if err == nil || !strings.Contains(err.Error(), "already in use") {
		t.Errorf("taken port: %v", err)
	}
}

func TestInterruptedFirstStartIsBegunAnew(t *testing.T) {
	dir := reachableDir(t)
	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	if _, err := Start(ctx, Options{DataDir: dir}); err == nil {
		t.Skip("the machine makes a cluster quicker than it can be interrupted")
	}
	if err := os.MkdirAll(filepath.Join(dir, "new-leftover", "cluster"), 0o700); err != nil {
		t.Fatal(err)
	}
	stop(t, start(t, Options{DataDir: dir}))
	if left, _ := filepath.Glob(filepath.Join(dir, "new-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPackageOutOfReachIsCopiedAndLinked(t *testing.T) {
	pkg := packageDirs()
	if len(pkg) == 0 {
		t.Skip("the npm package is not installed")
	}
	if os.Getuid() != 0 {
		t.Skip("only root steps down to another user")
	}
	private := t.TempDir() // of mode 700, as a home is
	if err := os.Chmod(filepath.Dir(private), 0o700); err != nil {
		t.Fatal(err)
	}
	copyOf := filepath.Join(private, "linux-x64")
	if err := os.CopyFS(copyOf, os.DirFS(filepath.Dir(filepath.Dir(pkg[0])))); err != nil {
		t.Fatal(err)
	}
	removeLinks(t, copyOf)
	override(t, &sharedCache, filepath.Join(reachableDir(t), "cache"))
	override(t, &sharedHome, filepath.Join(reachableDir(t), "home"))

	data := filepath.Join(private, "data")
	for range 2 {
		server := start(t, Options{DataDir: data, BinDirs: []string{filepath.Join(copyOf, "native", "bin")}})
		execute(t, server.URL(), `CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS n`)
		stop(t, server)
	}
	if target, err := os.Readlink(filepath.Join(data, "cluster")); err != nil || !strings.HasPrefix(target, sharedHome) {
		t.Errorf("the cluster lies at %q, %v", target, err)
	}
}

func TestOrdinaryUserCanStart(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("this run is by an ordinary user already")
	}
	eachSource(t, func(t *testing.T, bin string) {
		user, err := unprivileged()
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(reachableDir(t), "data")
		if err := os.Mkdir(dir, 0o711); err != nil {
			t.Fatal(err)
		}
		if err := user.take(dir); err != nil {
			t.Fatal(err)
		}
		child := startChild(t, dir, bin, &syscall.Credential{Uid: user.uid, Gid: user.gid})
		if got := query(t, child.url, `SELECT current_user::text`); got != name {
			t.Errorf("user is %q", got)
		}
		fmt.Fprintln(child.stdin)
		if err := child.cmd.Wait(); err != nil {
			t.Error(err)
		}
		if alive(child.server) {
			t.Error("the server lives on")
		}
		stop(t, start(t, Options{DataDir: dir, BinDirs: []string{bin}})) // root may use it after them
	})
}

type child struct {
	cmd    *exec.Cmd
	stdin  *os.File
	url    string
	server int
}

func startChild(t *testing.T, dir, bin string, as *syscall.Credential) child {
	t.Helper()
	program := filepath.Join(reachableDir(t), "child")
	content, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, content, 0o755); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	cmd := exec.Command(program)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), childDir+"="+dir, childBin+"="+bin)
	cmd.Stdin, cmd.Stderr = r, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.Close()
	t.Cleanup(func() { cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	address, pid, ok := strings.Cut(strings.TrimSpace(line), " ")
	server, convErr := strconv.Atoi(pid)
	if err != nil || !ok || convErr != nil {
		t.Fatalf("the child says %q, %v", line, err)
	}
	return child{cmd, w, address, server}
}

// reachableDir is a folder that the server's user can enter, in memory where
// there is room.
func reachableDir(t *testing.T) string {
	t.Helper()
	parent := os.TempDir()
	var memory syscall.Statfs_t
	if syscall.Statfs("/dev/shm", &memory) == nil && uint64(memory.Bavail)*uint64(memory.Bsize) > 1<<29 {
		parent = "/dev/shm"
	}
	dir, err := os.MkdirTemp(parent, "pgembed-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, opts Options) *Server {
	t.Helper()
	server, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Stop(context.Background()) })
	return server
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func execute(t *testing.T, address, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func query(t *testing.T, address, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var value string
	if err := conn.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// claimPID makes the cluster's pid file name another process.
func claimPID(t *testing.T, cluster string, pid int) {
	t.Helper()
	path := filepath.Join(cluster, "postmaster.pid")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(content), "\n")
	if err := os.WriteFile(path, []byte(strconv.Itoa(pid)+"\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
}

func removeLinks(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type()&fs.ModeSymlink != 0 {
			err = os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func override(t *testing.T, setting *string, value string) {
	old := *setting
	*setting = value
	t.Cleanup(func() { *setting = old })
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }
