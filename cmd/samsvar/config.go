package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"samsvar/internal/postgres"
)

// config is every setting there is. A setting named X can also be given as
// X_FILE, the name of a file that holds it: for secrets.
type config struct {
	Addr            string   `env:"SAMSVAR_ADDR" envDefault:"127.0.0.1:8080" about:"address to listen on"`
	BaseURL         string   `env:"SAMSVAR_BASE_URL" about:"address that people use; http://<SAMSVAR_ADDR> when empty. With https the program is in production"`
	TLSCert         string   `env:"SAMSVAR_TLS_CERT" about:"certificate chain (PEM), for speaking TLS without a proxy or behind one; the file is read anew when it changes"`
	TLSKey          string   `env:"SAMSVAR_TLS_KEY" about:"the file with the certificate's private key (PEM)"`
	DatabaseURL     string   `env:"DATABASE_URL" secret:"yes" about:"PostgreSQL to use, 15 or newer; a private one when empty"`
	Data            string   `env:"SAMSVAR_DATA" envDefault:".samsvar" about:"folder of the private PostgreSQL"`
	ProgramPassword string   `env:"SAMSVAR_PROGRAM_PASSWORD" secret:"yes" about:"password of the database role samsvar_program, for samsvar roles alone"`
	ReaderPassword  string   `env:"SAMSVAR_READER_PASSWORD" secret:"yes" about:"password of the database role samsvar_reader, for samsvar roles alone"`
	AuditKey        string   `env:"SAMSVAR_AUDIT_KEY" secret:"yes" about:"Ed25519 private key (PEM) that signs the audit trail, made by samsvar keys; a private database has its own"`
	AuditHeads      string   `env:"SAMSVAR_AUDIT_HEADS" about:"folder, outside the database, for the signed heads of the audit trail; with a private database <SAMSVAR_DATA>/heads when empty"`
	OIDC            string   `env:"SAMSVAR_OIDC_CONFIG" about:"YAML file that lists identity providers; without it the development provider, on loopback only"`
	Proxies         []string `env:"SAMSVAR_TRUSTED_PROXIES" about:"networks (such as 10.0.0.0/8, with commas between) of proxies in front, whose X-Forwarded-For is believed"`
	Metrics         string   `env:"SAMSVAR_METRICS_ADDR" envDefault:"127.0.0.1:9090" about:"address of /metrics for Prometheus; off when empty"`
	LiveRate        float64  `env:"SAMSVAR_LIVE_MESSAGES" envDefault:"200" about:"messages a second, on average, that one connection to live texts may send; a person who types sends some twenty"`
	Renderer        string   `env:"SAMSVAR_RENDERER" envDefault:"internal/export/renderer" about:"folder of the program that makes PDF and DOCX, with its node_modules"`
	SMTP            string   `env:"SAMSVAR_SMTP" secret:"yes" about:"mail server, as smtp://user:password@host:587 (with STARTTLS) or smtps://user:password@host; without it nobody is told by e-mail"`
	MailFrom        string   `env:"SAMSVAR_MAIL_FROM" about:"who mail is from, as Samsvar <samsvar@example.no>; needed with SAMSVAR_SMTP"`
	Now             string   `env:"SAMSVAR_NOW" about:"time (RFC 3339) at which the clock starts, for trying out deadlines; refused in production"`
}

func readConfig() (config, error) {
	var c config
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config]()) {
		if err := fromFile(f.Tag.Get("env")); err != nil {
			return c, err
		}
	}
	if err := env.Parse(&c); err != nil {
		return c, fmt.Errorf("settings: %w", err)
	}
	if c.BaseURL == "" {
		c.BaseURL = "http://" + c.Addr
	}
	if dir, err := filepath.Abs(c.Data); err == nil {
		c.Data = dir
	}
	return c, c.check()
}

func fromFile(name string) error {
	file := os.Getenv(name + "_FILE")
	if file == "" {
		return nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s_FILE: %w", name, err)
	}
	return os.Setenv(name, strings.TrimSpace(string(raw)))
}

func (c config) check() error {
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || strings.Trim(base.Path, "/") != "" {
		return fmt.Errorf("SAMSVAR_BASE_URL %q is not an address such as https://samsvar.example.no", c.BaseURL)
	}
	if c.Now != "" {
		if _, err := time.Parse(time.RFC3339, c.Now); err != nil {
			return fmt.Errorf("SAMSVAR_NOW: %w", err)
		}
		if c.production() {
			return errors.New("SAMSVAR_NOW is refused in production")
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("SAMSVAR_TLS_CERT and SAMSVAR_TLS_KEY go together")
	}
	if c.production() && c.DatabaseURL != "" {
		if err := postgres.Protected(c.DatabaseURL); err != nil {
			return err
		}
	}
	_, err = c.proxies()
	return err
}

// mayServe says what must be there before anybody relies on the portal.
func (c config) mayServe() error {
	if c.OIDC == "" && (c.production() || !c.loopback()) {
		return errors.New("without SAMSVAR_OIDC_CONFIG anybody could be anybody: the development provider serves on a loopback address only")
	}
	if c.AuditKey == "" && c.DatabaseURL != "" {
		if err := c.guarded(errors.New("SAMSVAR_AUDIT_KEY is not set: the audit trail would be chained, but signed by nobody")); err != nil {
			return err
		}
	}
	for _, name := range []string{os.Getenv("SAMSVAR_AUDIT_KEY_FILE"), c.TLSKey} {
		if err := c.guarded(closed(name)); err != nil {
			return err
		}
	}
	return nil
}

// closed refuses a private key that everybody on the machine can read.
func closed(name string) error {
	if name == "" {
		return nil
	}
	info, err := os.Stat(name)
	if err == nil && info.Mode().Perm()&0o007 != 0 {
		err = fmt.Errorf("the private key in %s is open to everybody on the machine (%v): take that away with chmod o= %[1]s", name, info.Mode().Perm())
	}
	return err
}

// guarded is about a guard that is missing: in production that stops the start, elsewhere the log says so.
func (c config) guarded(missing error) error {
	if missing == nil || c.production() {
		return missing
	}
	slog.Warn("this would not be served in production", "error", missing)
	return nil
}

func (c config) proxies() (networks []*net.IPNet, err error) {
	for _, text := range c.Proxies {
		_, network, err := net.ParseCIDR(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("SAMSVAR_TRUSTED_PROXIES: %w", err)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

func (c config) base() *url.URL {
	u, err := url.Parse(c.BaseURL)
	if err != nil {
		panic(err) // checked when it was read
	}
	return u
}

// production is whenever people reach the portal over https.
func (c config) production() bool { return c.base().Scheme == "https" }

// loopback says whether only this machine can reach the portal.
func (c config) loopback() bool {
	for _, address := range []string{c.Addr, c.base().Host} {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			host = address
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

// clock starts at the given time, or is the machine's own.
func (c config) clock(start time.Time) func() time.Time {
	if c.Now != "" {
		start, _ = time.Parse(time.RFC3339, c.Now) // checked when it was read
	}
	if start.IsZero() {
		return time.Now
	}
	began := time.Now()
	return func() time.Time { return start.Add(time.Since(began)) }
}

func describe(_ context.Context, c config, _ []string, out io.Writer) error {
	v := reflect.ValueOf(c)
	for _, f := range reflect.VisibleFields(v.Type()) {
		value := strings.Trim(fmt.Sprint(v.FieldByIndex(f.Index)), "[]")
		if f.Tag.Get("secret") != "" && value != "" {
			value = "(set)"
		}
		fmt.Fprintf(out, "%s\n    %s\n    now: %s\n\n", f.Tag.Get("env"), f.Tag.Get("about"), value)
	}
	fmt.Fprintln(out, "Each can be given as <NAME>_FILE, a file that holds the value.")
	return nil
}
