package postgres_test

import (
	"context"
	"testing"
	"time"

	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
)

// BenchmarkWall reads where nobody acts, and behind the wall.
func BenchmarkWall(b *testing.B) {
	db, err := postgres.Open(b.Context(), pgtest.Database(b))
	check(b, err)
	defer db.Close()
	somebody := portal.Actor{Account: "x", Organisation: "agder", Kind: portal.HealthCommunity, Roles: []portal.Role{portal.Secretariat}}
	for name, ctx := range map[string]context.Context{"open": b.Context(), "walled": portal.Acting(b.Context(), somebody)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := db.Directory().MunicipalitiesOn(ctx, time.Now()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
