package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"samsvar/internal/evidence"
	"samsvar/internal/ledger"
	"samsvar/internal/postgres"
)

// openLedger gives the ledger that the audit trail is signed in, or nil when
// there is no key. A private database has a key and a folder of its own.
func openLedger(c config, now time.Time) (*ledger.Ledger, error) {
	if c.AuditKey == "" && c.DatabaseURL != "" {
		return nil, nil
	}
	key, dir, begins := c.AuditKey, c.AuditHeads, false
	if c.DatabaseURL == "" && dir == "" {
		dir = filepath.Join(c.Data, "heads")
	}
	if key == "" {
		file := filepath.Join(c.Data, "audit.pem")
		made, err := os.ReadFile(file)
		if key = string(made); errors.Is(err, os.ErrNotExist) {
			begins = true
			key, err = ledger.NewKey(file)
		}
		if err != nil {
			return nil, err
		}
	}
	opened, err := ledger.Open(dir, key, now)
	if err != nil {
		return nil, fmt.Errorf("SAMSVAR_AUDIT_KEY, SAMSVAR_AUDIT_HEADS: %w", err)
	}
	if begins {
		opened.Begin()
	}
	return opened, nil
}

// keepTrail signs the audit trail while the portal runs.
func keepTrail(c config, db *postgres.DB, now func() time.Time, log *slog.Logger, metrics prometheus.Registerer) (func(context.Context), error) {
	opened, err := openLedger(c, now())
	if opened == nil {
		return func(context.Context) {}, err
	}
	refused := prometheus.NewCounter(prometheus.CounterOpts{Name: "samsvar_trail_not_signed_total", Help: "Times that the audit trail could not be signed; the log says why."})
	metrics.MustRegister(refused)
	return func(ctx context.Context) { opened.Keep(ctx, db, now, log, refused.Inc) }, err
}

func exportTrail(ctx context.Context, c config, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("usage: samsvar trail file.jsonl")
	}
	return withDatabase(ctx, c, func(db *postgres.DB, _ string) error {
		now := c.clock(time.Time{})()
		opened, err := openLedger(c, now)
		if err != nil {
			return err
		}
		if opened == nil {
			fmt.Fprintln(out, "SAMSVAR_AUDIT_KEY is not set: no head was signed.")
		} else if head, signed, err := opened.Sign(ctx, db, now); err != nil {
			return err
		} else if signed {
			fmt.Fprintf(out, "Head %d is signed, over %d events.\n", head.Number, head.Sequence)
		}
		n, err := writeTrail(ctx, db, args[0])
		if err == nil {
			fmt.Fprintf(out, "%d events are in %s. Check them with samsvar verify, this file, and %s and %s of the heads' folder.\n",
				n, args[0], ledger.HeadsFile, ledger.KeysFile)
		}
		return err
	})
}

func writeTrail(ctx context.Context, db *postgres.DB, name string) (n int, err error) {
	err = toFile(name, func(out io.Writer) error {
		return db.Trail(ctx, 0, func(e evidence.Event) error {
			line, err := e.Line()
			if err == nil {
				n++
				_, err = out.Write(line)
			}
			return err
		})
	})
	return n, err
}

// toFile writes a file that was not there before, for nobody else to read.
func toFile(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(file)
	return errors.Join(write(buffered), buffered.Flush(), file.Close())
}

func keys(ctx context.Context, c config, args []string, out io.Writer) error {
	switch {
	case len(args) == 2 && args[0] == "new":
		_, err := ledger.NewKey(args[1])
		if err == nil {
			fmt.Fprintf(out, "The key is in %s. Let SAMSVAR_AUDIT_KEY_FILE name it.\n", args[1])
		}
		return err
	case len(args) == 2 && args[0] == "rotate":
		return withTrail(ctx, c, func(db *postgres.DB, present *ledger.Ledger, now time.Time) error {
			return rotate(ctx, db, present, args[1], now, out)
		})
	case len(args) == 1 && args[0] == "begin":
		return withTrail(ctx, c, func(db *postgres.DB, present *ledger.Ledger, now time.Time) error {
			present.Begin()
			head, signed, err := present.Sign(ctx, db, now)
			if err == nil && signed {
				fmt.Fprintf(out, "Head %d is signed, over %d events.\n", head.Number, head.Sequence)
			}
			return err
		})
	}
	return errors.New("usage: samsvar keys new file.pem, samsvar keys begin for the first head of a trail, or samsvar keys rotate file.pem while SAMSVAR_AUDIT_KEY is the present key")
}

// withTrail opens the database and the ledger that its trail is signed in.
func withTrail(ctx context.Context, c config, use func(*postgres.DB, *ledger.Ledger, time.Time) error) error {
	return withDatabase(ctx, c, func(db *postgres.DB, _ string) error {
		now := c.clock(time.Time{})()
		present, err := openLedger(c, now)
		if err == nil && present == nil {
			err = errors.New("SAMSVAR_AUDIT_KEY is not set: only the present key signs, and endorses a new one")
		}
		if err != nil {
			return err
		}
		return use(db, present, now)
	})
}

// rotate makes the new key when the present one has shown that it can sign.
func rotate(ctx context.Context, db *postgres.DB, present *ledger.Ledger, name string, now time.Time, out io.Writer) error {
	if _, _, err := present.Sign(ctx, db, now); err != nil {
		return err
	}
	key, err := ledger.NewKey(name)
	if err != nil {
		return err
	}
	id, err := present.Rotate(ctx, db, key, now)
	if err == nil {
		fmt.Fprintf(out, "%s is endorsed, and in %s. The old key signs nothing more. Let SAMSVAR_AUDIT_KEY_FILE name the new one, start the portal anew, and destroy the old one.\n", id, name)
	}
	return err
}

// verify needs neither database nor network: only the files, and the hash on
// the receipt where there is one. A trail that is given vouches for the packages.
func verify(_ context.Context, _ config, args []string, out io.Writer) error {
	isHash := func(arg string) bool { return strings.HasPrefix(arg, "sha256:") }
	receipt := slices.IndexFunc(args, isHash)
	var trail evidence.Trail
	var ofTrail, names []string
	var packages [][]byte
	for _, name := range slices.DeleteFunc(slices.Clone(args), isHash) {
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if trail.Add(raw) {
			ofTrail = append(ofTrail, name)
		} else {
			names, packages = append(names, name), append(packages, raw)
		}
	}
	if len(packages)+len(ofTrail) == 0 || receipt >= 0 && len(packages) != 1 {
		return errors.New("usage: samsvar verify package.json..., samsvar verify package.json sha256:... with the hash on the receipt, samsvar verify trail.jsonl heads.jsonl keys.jsonl, or all of these together")
	}
	ofTheTrail, signed := evidence.ReadTrail(trail)
	whole := true
	for i, raw := range packages {
		report := evidence.Verify(raw)
		if receipt >= 0 {
			report.CompareReceipt(evidence.Hash(args[receipt]))
		}
		if ofTrail != nil {
			signed.Vouch(&report)
		}
		fmt.Fprintf(out, "%s\nreceipt %s, %s\n%s\n", names[i], report.Number, report.What(), report)
		whole = whole && report.OK()
	}
	if ofTrail != nil {
		fmt.Fprintf(out, "audit trail: %s\n%s\n", strings.Join(ofTrail, ", "), ofTheTrail)
		whole = whole && ofTheTrail.OK()
	}
	if !whole {
		return errSaid
	}
	return nil
}

func exportReadings(ctx context.Context, c config, args []string, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("usage: samsvar readings slug file.jsonl")
	}
	return withDatabase(ctx, c, func(db *postgres.DB, _ string) error {
		n := 0
		err := toFile(args[1], func(w io.Writer) (err error) {
			n, err = db.WriteReadings(ctx, args[0], w)
			return err
		})
		if err == nil {
			fmt.Fprintf(out, "%d lines are in %s.\n", n, args[1])
		}
		return err
	})
}
