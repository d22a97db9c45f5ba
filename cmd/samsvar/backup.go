package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"

	"samsvar/internal/pgembed"
)

// backup and restore leave the work to PostgreSQL's own programs, which must be
// as new as the server. The npm package that brings a private PostgreSQL does
// not have them.

func backup(ctx context.Context, c config, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("usage: samsvar backup file.dump, with the owner's DATABASE_URL")
	}
	file := args[0]
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s is there already", file)
	}
	err := toFile(file, func(dump io.Writer) error {
		return withPostgresTool(ctx, c, "pg_dump", dump, out, func(database string) []string {
			// Without --enable-row-security: a login that does not pass the wall fails, rather than to keep a part.
			// Without sessions: whoever gets the file, or brings it back, opens no login.
			return []string{"--format=custom", "--no-owner", "--no-acl", "--exclude-table-data=public.sessions", "--dbname=" + database}
		})
	})
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return errors.Join(err, os.Remove(file)) // half a backup is none
	}
	return err
}

func restore(ctx context.Context, c config, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("usage: samsvar restore file.dump, with the owner's DATABASE_URL of an empty database")
	}
	return withPostgresTool(ctx, c, "pg_restore", out, out, func(database string) []string {
		return []string{"--exit-on-error", "--single-transaction", "--no-owner", "--no-acl", "--dbname=" + database, args[0]}
	})
}

// withPostgresTool runs a program on the database. The password goes by the environment, which others cannot read.
func withPostgresTool(ctx context.Context, c config, name string, into, out io.Writer, arguments func(string) []string) error {
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL is not set; a private PostgreSQL is for trying out: copy SAMSVAR_DATA while it is stopped")
	}
	address, err := url.Parse(c.DatabaseURL)
	if err != nil {
		return errors.New("DATABASE_URL is no address")
	}
	tool, err := pgembed.Tool(name)
	if err != nil {
		return err
	}
	password, _ := address.User.Password()
	address.User = url.User(address.User.Username())
	cmd := exec.CommandContext(ctx, tool, arguments(address.String())...)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+password)
	cmd.Stdout, cmd.Stderr = into, out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Fprintf(out, "%s is done.\n", name)
	return nil
}
