package postgres

import (
	"context"
	"sync/atomic"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

// CountQueries counts the reads of this database from now on.
func (db *DB) CountQueries() func() int {
	var n atomic.Int64
	count := func(*gorm.DB) { n.Add(1) }
	if err := db.gorm.Callback().Row().Before("gorm:row").Register("count", count); err != nil {
		panic(err)
	}
	if err := db.gorm.Callback().Query().Before("gorm:query").Register("count", count); err != nil {
		panic(err)
	}
	return func() int { return int(n.Load()) }
}

// RowsThatDoNotFit reads rows of which the last column of the second cannot be read, and says how many it got.
func (db *DB) RowsThatDoNotFit(ctx context.Context) (int, error) {
	found, err := rows[struct {
		Name string
		N    int
	}](db.gorm.WithContext(ctx), "select 'one' as name, '1' as n union all select 'two', 'no number'")
	return len(found), err
}

// MigrateTo brings an empty database to an older version.
func MigrateTo(ctx context.Context, url string, version int64) error {
	return withProvider(url, func(p *goose.Provider) error {
		_, err := p.UpTo(ctx, version)
		return err
	})
}

// MigrateAgain takes back what came after a version, lets something be done there, and goes on to the newest.
func MigrateAgain(ctx context.Context, url string, after int64, there func() error) error {
	return withProvider(url, func(p *goose.Provider) error {
		_, err := p.DownTo(ctx, after)
		if err == nil {
			err = there()
		}
		if err == nil {
			_, err = p.Up(ctx)
		}
		return err
	})
}
