package pgtest

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/postgres"
)

const childEnv = "PGTEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" { // a process that starts a cluster and is then killed
		cluster, err := StartCluster(context.Background())
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println(cluster.URL())
		select {}
	}
	os.Exit(m.Run())
}

func TestDatabasesAreMigratedAndApart(t *testing.T) {
	one, two := Database(t), Database(t)
	if one == two {
		t.Fatal("two tests share a database")
	}
	if ok, err := postgres.Migrated(t.Context(), one); err != nil || !ok {
		t.Errorf("migrated: %v, %v", ok, err)
	}
	execute(t, one, `CREATE TABLE only_here (n int)`)
	if got := query(t, two, `SELECT (to_regclass('only_here') IS NULL)::text`); got != "true" {
		t.Error("what one test writes another sees")
	}
}

func TestDatabaseIsDroppedThoughInUse(t *testing.T) {
	var address string
	t.Run("inner", func(t *testing.T) {
		address = Database(t)
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { go conn.Close(context.Background()) })
	})
	if conn, err := pgx.Connect(t.Context(), address); err == nil {
		conn.Close(t.Context())
		t.Error("the database of a test that has ended is still there")
	}
}

// Two test processes begin at once, and an earlier one was killed half way.
func TestTemplateIsMadeOnceAndWhole(t *testing.T) {
	started, err := StartCluster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer started.Stop(context.Background())
	execute(t, started.URL(), `CREATE DATABASE template_unfinished`)
	execute(t, onDatabase(started.URL(), "template_unfinished"), `CREATE TABLE half (n int)`)

	var made atomic.Int32
	migrate := func(ctx context.Context, address string) error {
		made.Add(1)
		conn, err := pgx.Connect(ctx, address)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, `CREATE TABLE whole (n int)`)
		return err
	}
	files := fstest.MapFS{"1.sql": {Data: []byte("whole")}}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			c := cluster{url: started.URL()}
			if err := c.ensureTemplate(files, migrate); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if made.Load() != 1 {
		t.Errorf("migrated %d times", made.Load())
	}
	c := cluster{url: started.URL()}
	if err := c.ensureTemplate(fstest.MapFS{"1.sql": {Data: []byte("other")}}, migrate); err != nil || made.Load() != 2 {
		t.Errorf("changed migrations: migrated %d times, %v", made.Load(), err)
	}
	if got := query(t, onDatabase(started.URL(), c.template), `SELECT (to_regclass('half') IS NULL)::text`); got != "true" {
		t.Error("a half made template was used")
	}
}

func TestManyDatabasesAtOnce(t *testing.T) {
	for range 12 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			execute(t, Database(t), `CREATE TABLE mine (n int)`)
		})
	}
}

func TestKilledProcessLeavesNothing(t *testing.T) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"=1")
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.HasPrefix(line, "error") {
		t.Fatalf("the child says %q, %v", line, err)
	}
	address := strings.TrimSpace(line)
	dir := query(t, address, `SHOW data_directory`)
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_, err := os.Stat(dir)
		if os.IsNotExist(err) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the data of the killed process is still there: %v", err)
		}
	}
	if conn, err := pgx.Connect(t.Context(), address); err == nil {
		conn.Close(t.Context())
		t.Error("the server of the killed process answers")
	}
}

func TestOnDatabaseKeepsTheRest(t *testing.T) {
	got, err := url.Parse(onDatabase("postgres://u:p%2F@h:5/old?sslmode=disable", "new"))
	if err != nil || got.Path != "/new" || got.RawQuery != "sslmode=disable" || got.User.String() != "u:p%2F" {
		t.Errorf("got %v, %v", got, err)
	}
}

func BenchmarkDatabase(b *testing.B) {
	for b.Loop() {
		Database(b)
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
