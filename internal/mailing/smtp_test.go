package mailing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"samsvar/internal/mailing"
	"samsvar/internal/mailing/mailtest"
	"samsvar/internal/notice"
	"samsvar/internal/portal"
)

const from = "Samsvar <samsvar@example.no>"

var message = notice.Message{ID: "d1b6", Name: "Åse Eksempel", Address: "aase@example.com", Language: portal.Nynorsk,
	Subject: "Ta standpunkt til innspelet frå Møre og Romsdal innan 1. april 2022", Text: "Hei!\n\nÅ lese er å løne seg.\n", HTML: "<p>Hei, Å!</p>"}

func TestMailArrivesAsItWasWritten(t *testing.T) {
	server := mailtest.Start(t)
	sender, err := mailing.NewSMTP(server.Address, from, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	taken := server.Taken()
	if len(taken) != 1 {
		t.Fatalf("%d mails", len(taken))
	}
	m := taken[0]
	if m.From != "samsvar@example.no" || m.To != message.Address || !strings.Contains(m.Address, message.Name) || m.ID != "<d1b6@example.no>" ||
		m.Subject != message.Subject || strings.TrimSpace(m.Text) != strings.TrimSpace(message.Text) || !strings.Contains(m.HTML, message.HTML) || m.Auto != "auto-generated" {
		t.Errorf("%+v", m)
	}
}

func TestNamesAddNothingToAMail(t *testing.T) {
	server := mailtest.Start(t)
	sender, err := mailing.NewSMTP(server.Address, from, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"\r\nBcc: thief@example.com", "\nX-More: 1\n\nText", "\r\n\r\n<p>Text", "\x00", `" <thief@example.com>, "`} {
		for _, put := range []func(*notice.Message){func(m *notice.Message) { m.Name += more }, func(m *notice.Message) { m.Subject += more }, func(m *notice.Message) { m.Address += more }} {
			m := message
			put(&m)
			err := sender.Send(t.Context(), m)
			if taken := server.Taken(); err == nil && (len(taken) != 1 || taken[0].To != message.Address || slices.Contains(taken[0].Fields, "Bcc") || slices.Contains(taken[0].Fields, "X-More") ||
				strings.TrimSpace(taken[0].Text) != strings.TrimSpace(message.Text)) {
				t.Errorf("%q: %+v", more, taken)
			}
			if err != nil && m.Address == message.Address {
				t.Errorf("%q: not sent: %v", more, err)
			}
		}
	}
}

func TestOnlyTheAddressIsRefusedForGood(t *testing.T) {
	server := mailtest.Start(t)
	sender, err := mailing.NewSMTP(server.Address, from, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for answer, refused := range map[error]bool{mailtest.Temporary: false, mailtest.Permanent: true} {
		server.Answer(func(string) error { return answer })
		err := sender.Send(t.Context(), message)
		if err == nil || errors.Is(err, notice.ErrRefused) != refused || strings.Contains(err.Error(), "aase") {
			t.Errorf("%v: %v", answer, err)
		}
	}
	nobody, err := mailing.NewSMTP("smtp://127.0.0.1:1", from, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := nobody.Send(t.Context(), message); err == nil || errors.Is(err, notice.ErrRefused) {
		t.Errorf("no server: %v", err)
	}
}

// A server elsewhere that offers no TLS gets neither mail nor password.
func TestMailIsNotSentInTheClear(t *testing.T) {
	server := mailtest.Start(t)
	// The same server, by an address that is not known to be this machine's.
	sender, err := mailing.NewSMTP(strings.Replace(server.Address, "127.0.0.1", "0.0.0.0", 1), from, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), message); err == nil || !strings.Contains(err.Error(), "STARTTLS") || len(server.Taken()) != 0 {
		t.Errorf("sent, or not for want of TLS: %v", err)
	}
}

func TestAddressesOfServersAreChecked(t *testing.T) {
	for _, bad := range [][2]string{{"mail.example.no:25", from}, {"http://mail.example.no", from}, {"smtp://", from}, {"smtp://mail.example.no", "Samsvar"}, {"smtp://mail.example.no", ""}} {
		if _, err := mailing.NewSMTP(bad[0], bad[1], time.Now); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}
