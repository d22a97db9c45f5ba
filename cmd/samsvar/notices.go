package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"samsvar/internal/consult"
	"samsvar/internal/directory"
	"samsvar/internal/mailing"
	"samsvar/internal/notice"
	"samsvar/internal/portal"
)

// newSender gives what sends mail, or nil when nothing does. Where the development provider is, and no mail server, a
// mailbox takes it, which is then served as well.
func newSender(c config, development bool, now func() time.Time) (notice.Sender, http.Handler, error) {
	if c.SMTP != "" {
		sender, err := mailing.NewSMTP(c.SMTP, c.MailFrom, now)
		if err != nil {
			return nil, nil, fmt.Errorf("SAMSVAR_SMTP, SAMSVAR_MAIL_FROM: %w", err)
		}
		return sender, nil, nil
	}
	if !development {
		return nil, nil, nil
	}
	box := mailing.NewMailbox(now)
	return box, box, nil
}

// eyes show the notices what people see on their first page.
type eyes struct {
	directory directory.Service
	consult   consult.Service
}

func (e eyes) Actors(ctx context.Context, account portal.AccountID) ([]portal.Actor, error) {
	standing, err := e.directory.Standing(ctx, account)
	return standing.Actors(), err
}

func (e eyes) Owed(ctx context.Context, actor portal.Actor) ([]notice.Turn, error) {
	mine, err := e.consult.MyTurn(ctx, actor)
	owed := make([]notice.Turn, len(mine.Tasks))
	for i, t := range mine.Tasks {
		owed[i] = notice.Turn(t)
	}
	return owed, err
}
