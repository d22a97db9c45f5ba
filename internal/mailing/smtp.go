// Package mailing delivers what internal/notice has written: to an SMTP server,
// or, in a demonstration, into a mailbox that anybody can look into.
package mailing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"samsvar/internal/notice"
)

// patience is how long the server may be silent.
const patience = 20 * time.Second

// SMTP sends through one server.
type SMTP struct {
	client *gomail.Client
	from   *mail.Address
	domain string // of Message-IDs
	now    func() time.Time
}

// NewSMTP reads the server's address: smtps://user:password@host, with TLS from
// the first byte, or smtp://, where the server must offer STARTTLS unless it is
// on this machine. From is who sends, as "Samsvar <samsvar@example.no>".
func NewSMTP(address, from string, now func() time.Time) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("not an address such as smtp://user:password@mail.example.no:587 or smtps://mail.example.no")
	}
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("%q is not a sender such as Samsvar <samsvar@example.no>: %w", from, err)
	}
	options := []gomail.Option{gomail.WithTimeout(patience), gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithPort(587)}
	if u.Scheme == "smtps" {
		options = append(options, gomail.WithSSL(), gomail.WithPort(465))
	} else if onThisMachine(u.Hostname()) {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	if port, err := strconv.Atoi(u.Port()); err == nil {
		options = append(options, gomail.WithPort(port))
	}
	if password, ok := u.User.Password(); ok {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	client, err := gomail.NewClient(u.Hostname(), options...)
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(sender.Address, "@")
	return &SMTP{client: client, from: sender, domain: domain, now: now}, nil
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// plain says what went wrong without the address, which has no place in a log.
func plain(e *gomail.SendError) error {
	return fmt.Errorf("the mail server answered %d %s when %s", e.ErrorCode(), e.EnhancedStatusCode(), e.Reason)
}

// Send gives the mail to the server. What the server refuses about the address, for good, is notice.ErrRefused.
func (s *SMTP) Send(ctx context.Context, m notice.Message) error {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	if to, err := mail.ParseAddress(m.Address); err != nil || to.Address != m.Address {
		return fmt.Errorf("%w: it is not an address", notice.ErrRefused)
	}
	msg.AddToMailAddress(&mail.Address{Name: m.Name, Address: m.Address})
	msg.SetMessageIDWithValue(m.ID + "@" + s.domain)
	msg.SetDateWithValue(s.now())
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // so that no absence answers it
	msg.SetGenHeader(gomail.HeaderContentLang, string(m.Language))
	msg.Subject(m.Subject)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	err := s.client.DialAndSendWithContext(ctx, msg)
	var refused *gomail.SendError
	switch {
	case msg.IsDelivered(): // whatever went wrong in saying goodbye
		return nil
	case !errors.As(err, &refused):
		return err
	case refused.Reason == gomail.ErrSMTPRcptTo && refused.ErrorCode()/100 == 5:
		return fmt.Errorf("%w: %w", notice.ErrRefused, plain(refused))
	}
	return plain(refused)
}
