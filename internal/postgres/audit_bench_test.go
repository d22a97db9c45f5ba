package postgres_test

import (
	"context"
	"os"
	"testing"
	"time"

	"samsvar/internal/directory"
	"samsvar/internal/pgembed"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
)

// BenchmarkAuditedWrites commits small writes, each with its audit event, from many at once, on a server that really
// writes to the disk: all of them meet at the end of the chain.
func BenchmarkAuditedWrites(b *testing.B) {
	dir, err := os.MkdirTemp("", "samsvar-bench-")
	check(b, err)
	check(b, os.Chmod(dir, 0o711))
	server, err := pgembed.Start(b.Context(), pgembed.Options{DataDir: dir})
	check(b, err)
	b.Cleanup(func() { _ = server.Stop(context.Background()); _ = os.RemoveAll(dir) })
	check(b, postgres.Migrate(b.Context(), server.URL()))
	db, err := postgres.Open(b.Context(), server.URL())
	check(b, err)
	defer db.Close()
	people := directory.Service{Store: db.Directory(), Now: time.Now}
	b.SetParallelism(16)
	b.RunParallel(func(p *testing.PB) {
		account := portal.Account{ID: portal.AccountID(portal.NewID()), Issuer: "bench", Subject: portal.NewID(), Name: "x", Language: portal.Bokmal}
		if err := people.EnsureAccount(b.Context(), directory.System(), account); err != nil {
			b.Error(err)
		}
		write := func(tx directory.Tx) error {
			if err := tx.SetLanguage(account.ID, portal.Nynorsk); err != nil {
				return err
			}
			return tx.Audit(directory.System(), portal.AuditEvent{At: time.Now(), Action: "self"})
		}
		for p.Next() {
			if err := db.Directory().Write(b.Context(), write); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
