package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"samsvar/internal/collab"
	"samsvar/internal/directory"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

func migrate(ctx context.Context, c config, _ []string, out io.Writer) error {
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL is not set; a private PostgreSQL is migrated when it is started")
	}
	if err := prepare(ctx, c, c.DatabaseURL); err != nil {
		return err
	}
	fmt.Fprintln(out, "The database is at the newest version, and holds the reference data.")
	return nil
}

// makeRoles works as somebody who may make roles; migrate then says what they may do.
func makeRoles(ctx context.Context, c config, _ []string, out io.Writer) error {
	if c.DatabaseURL == "" || c.ProgramPassword == "" || c.ReaderPassword == "" {
		return errors.New("DATABASE_URL (of a login that may make roles), SAMSVAR_PROGRAM_PASSWORD and SAMSVAR_READER_PASSWORD must be set")
	}
	if err := postgres.MakeRoles(ctx, c.DatabaseURL, c.ProgramPassword, c.ReaderPassword); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s and %s can log in. What they may do is said by samsvar migrate.\n", postgres.ProgramRole, postgres.ReaderRole)
	return nil
}

func loadReference(ctx context.Context, c config, args []string, out io.Writer) error {
	files := directory.Embedded()
	if len(args) > 0 {
		files = os.DirFS(args[0])
	}
	reference, err := directory.Parse(files)
	if err != nil {
		return err
	}
	return withDatabase(ctx, c, func(db *postgres.DB, _ string) error {
		changes, err := directory.Service{Store: db.Directory(), Now: c.clock(time.Time{})}.Load(ctx, reference)
		if err != nil {
			return err
		}
		if !changes.Any() {
			fmt.Fprintln(out, "Nothing has changed.")
			return nil
		}
		fmt.Fprintf(out, "organisations %+v\nnumbers and names %+v\nmemberships %+v\n", changes.Organisations, changes.Periods, changes.Memberships)
		return nil
	})
}

func grantRole(ctx context.Context, c config, args []string, out io.Writer) error {
	if len(args) != 4 {
		return errors.New("usage: samsvar grant issuer subject organisation role")
	}
	return withDatabase(ctx, c, func(db *postgres.DB, _ string) error {
		people := directory.Service{Store: db.Directory(), Now: c.clock(time.Time{})}
		account, err := people.LogIn(ctx, directory.Identity{Issuer: args[0], Subject: args[1]})
		if err != nil {
			return err
		}
		if _, err := people.Grant(ctx, directory.System(), account.ID, portal.OrganisationID(args[2]), portal.Role(args[3])); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s of %s is now %s for %s.\n", args[1], args[0], args[3], args[2])
		return nil
	})
}

// discard throws drafts away, each in a transaction of its own that says in the audit trail who decided it.
func discard(ctx context.Context, c config, args []string, out io.Writer) error {
	if len(args) != 2 || args[1] == "" {
		return errors.New("usage: samsvar discard 2006-01-02 'who decided it, and the case number'")
	}
	before, err := time.Parse(time.DateOnly, args[0])
	if err != nil {
		return fmt.Errorf("%s is no date such as 2006-01-02", args[0])
	}
	now := c.clock(time.Time{})()
	if before.After(now.AddDate(-1, 0, 0)) {
		return errors.New("drafts are kept for a year after their round closed")
	}
	return withDatabase(ctx, c, func(db *postgres.DB, _ string) error {
		drafts, documents, err := db.DiscardDrafts(ctx, before, args[1], now)
		fmt.Fprintf(out, "%d drafts are gone.\n", drafts)
		serving := postgres.NewRelay(db.Pool(), slog.Default())
		for _, id := range documents {
			err = errors.Join(err, serving.Tell(ctx, collab.Discarded(id)))
		}
		return err
	})
}
