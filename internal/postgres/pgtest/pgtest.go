// Package pgtest gives every test a PostgreSQL database of its own, migrated
// and empty, in some tens of milliseconds.
package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/postgres"
)

// ClusterEnv names a server to use instead of one per test process. Its user
// must be allowed to create databases.
const ClusterEnv = "SAMSVAR_TEST_DATABASE_URL"

// templateLock is the advisory lock under which a cluster's template is made.
const templateLock = 7267827

// Database gives the URL of a fresh database with every migration applied, for
// its owner; what opens it with postgres.Open steps down to the program's role.
// It is dropped when the test ends, whoever is still connected.
func Database(t testing.TB) string {
	t.Helper()
	cluster, err := ready()
	if err != nil {
		t.Fatalf("no PostgreSQL for the test: %v", err)
	}
	return cluster.copy(t, cluster.template)
}

// Filled is a database that was filled once, for tests that want copies of it.
type Filled struct{ name string }

// Fill makes a database as Database does, and has it filled; nobody may be connected to it afterwards. It stays until it is dropped.
func Fill(fill func(url string) error) (Filled, error) {
	cluster, err := ready()
	if err != nil {
		return Filled{}, err
	}
	f := Filled{"filled_" + strings.ToLower(rand.Text()[:16])}
	if err := cluster.create(f.name, cluster.template); err != nil {
		return f, err
	}
	return f, fill(onDatabase(cluster.url, f.name))
}

// Copy gives the URL of a fresh copy, which is dropped when the test ends.
func (f Filled) Copy(t testing.TB) string {
	t.Helper()
	cluster, err := ready()
	if err != nil {
		t.Fatal(err)
	}
	return cluster.copy(t, f.name)
}

// Drop forgets it.
func (f Filled) Drop() error {
	if f.name == "" {
		return nil
	}
	cluster, err := ready()
	if err != nil {
		return err
	}
	return cluster.drop(f.name)
}

func (c cluster) copy(t testing.TB, of string) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text()[:16])
	if err := c.create(name, of); err != nil {
		t.Fatalf("make the test's database: %v", err)
	}
	t.Cleanup(func() {
		if err := c.drop(name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return onDatabase(c.url, name)
}

func (c cluster) create(name, of string) error {
	return c.admin(`CREATE DATABASE ` + name + ` TEMPLATE ` + of + ` STRATEGY file_copy`)
}

func (c cluster) drop(name string) error { return c.admin(`DROP DATABASE ` + name + ` WITH (FORCE)`) }

// cluster is a server with a migrated template.
type cluster struct {
	url      string
	template string
	server   *Cluster // when it is ours: held, since it ends when it is forgotten
}

// ready finds or starts the process's cluster, once.
var ready = sync.OnceValues(func() (cluster, error) {
	c := cluster{url: os.Getenv(ClusterEnv)}
	if c.url == "" {
		server, err := StartCluster(context.Background())
		if err != nil {
			return c, err
		}
		c.url, c.server = server.URL(), server // nobody stops it: it ends with this process
	}
	return c, c.ensureTemplate(postgres.Migrations(), postgres.Migrate)
})

// ensureTemplate makes the template of these migrations, unless another test
// process has. It gets its name when it is complete.
func (c *cluster) ensureTemplate(migrations fs.FS, migrate func(context.Context, string) error) error {
	hash, err := hashOf(migrations)
	if err != nil {
		return err
	}
	c.template = "template_" + hash
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, templateLock); err != nil {
		return err
	}
	var exists bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, c.template).Scan(&exists)
	if err != nil || exists {
		return err
	}
	const unfinished = "template_unfinished"
	for _, statement := range []string{`DROP DATABASE IF EXISTS ` + unfinished + ` WITH (FORCE)`, `CREATE DATABASE ` + unfinished} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := postgres.MakePrivateRoles(ctx, c.url); err != nil {
		return err
	}
	if err := migrate(ctx, onDatabase(c.url, unfinished)); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `ALTER DATABASE `+unfinished+` RENAME TO `+c.template)
	return err
}

func (c cluster) admin(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

func hashOf(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(content), content)
		return err
	})
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), err
}

func onDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // the connection will say what is wrong with it
	}
	u.Path = "/" + name
	return u.String()
}
