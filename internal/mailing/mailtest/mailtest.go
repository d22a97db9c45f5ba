// Package mailtest runs a real SMTP server in a test's own process, which keeps
// what it is given.
package mailtest

import (
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Mail is one that the server took.
type Mail struct {
	From, To                   string // of the envelope
	ID, Subject, Auto, Address string // of the header; Address is To with its name
	Text, HTML                 string
	Fields                     []string // of the header, by name
}

// Server takes mail, or refuses it as the test says.
type Server struct {
	Address string // smtp://127.0.0.1:port

	mutex  sync.Mutex
	mails  []Mail
	answer func(to string) error
}

// Temporary and Permanent are what a server can answer instead of taking a mail.
var (
	Temporary error = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
	Permanent error = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody here"}
)

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Address: "smtp://" + listener.Addr().String(), answer: func(string) error { return nil }}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	server.Domain = "mailtest"
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // ends when it is closed
	}()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	return s
}

// Answer has the server say what the function gives to each recipient; nil takes the mail.
func (s *Server) Answer(answer func(to string) error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.answer = answer
}

// Taken gives what came since it was last asked.
func (s *Server) Taken() []Mail {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	taken := s.mails
	s.mails = nil
	return taken
}

type session struct {
	server   *Server
	from, to string
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mutex.Lock()
	defer s.server.mutex.Unlock()
	s.to = to
	return s.server.answer(to)
}

func (s *session) Data(r io.Reader) error {
	m, err := read(r)
	if err != nil {
		return err
	}
	m.From, m.To = s.from, s.to
	s.server.mutex.Lock()
	defer s.server.mutex.Unlock()
	s.server.mails = append(s.server.mails, m)
	return nil
}

func read(r io.Reader) (m Mail, err error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return m, err
	}
	decode := func(name string) string {
		text, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get(name))
		if err != nil {
			return err.Error()
		}
		return text
	}
	m = Mail{ID: decode("Message-Id"), Subject: decode("Subject"), Auto: decode("Auto-Submitted"), Address: decode("To"), Fields: slices.Collect(maps.Keys(message.Header))}
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return m, err
	}
	for parts := multipart.NewReader(message.Body, parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return m, nil
		} else if err != nil {
			return m, err
		}
		body := io.Reader(part)
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(part)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			return m, err
		}
		text := strings.ReplaceAll(string(content), "\r\n", "\n")
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			m.HTML = text
		} else {
			m.Text = text
		}
	}
}
