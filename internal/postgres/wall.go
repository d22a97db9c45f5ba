package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"samsvar/internal/portal"
)

// The second wall between communities stands in the database (migration 00008): a transaction sees and writes what
// belongs to the organisation that its context acts for. Work of the program's own, in a context where nobody acts, sees
// everything: connections begin so, and a transaction for somebody narrows it for itself alone.

// begin makes a new connection the program's, doing its own work.
func begin(ctx context.Context, conn *pgx.Conn) error {
	if err := stepDown(ctx, conn); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, `select set_config('samsvar.organisation', '*', false)`)
	return err
}

// narrowSQL takes what scope gives.
const narrowSQL = "select set_config('samsvar.organisation', $1, true), set_config('samsvar.account', $2, true), set_config('samsvar.reads', $3, true)"

// narrow makes the transaction see what the actor's organisation may.
func narrow(g *gorm.DB, actor portal.Actor) error {
	return g.Exec("select set_config('samsvar.organisation', ?, true), set_config('samsvar.account', ?, true), set_config('samsvar.reads', ?, true)", scope(actor)...).Error
}

// scope is what the wall goes by: the organisation, the account, and what beside their own may be read.
func scope(actor portal.Actor) []any {
	reads := ""
	if actor.Kind == portal.Ministry && actor.Has(portal.CaseOfficer) {
		reads = "sent"
	}
	organisation := string(actor.Organisation)
	if organisation == "*" || len(actor.Roles) == 0 {
		organisation = ""
	}
	return []any{organisation, string(actor.Account), reads}
}

// behindWall reads in a transaction of its own when somebody acts, or in the one that is under way.
func behindWall(g *gorm.DB, read func(*gorm.DB) error) error {
	actor, acting := portal.ActingIn(g.Statement.Context)
	if _, underWay := g.Statement.ConnPool.(gorm.TxCommitter); !acting || underWay {
		return read(g)
	}
	return g.Transaction(func(t *gorm.DB) error {
		if err := narrow(t, actor); err != nil {
			return err
		}
		return read(t)
	})
}
