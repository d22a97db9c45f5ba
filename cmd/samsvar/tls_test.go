package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/ledger"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
)

func TestTheProgramSpeaksTLSItself(t *testing.T) {
	c := config{TLSCert: filepath.Join(t.TempDir(), "cert.pem"), TLSKey: filepath.Join(t.TempDir(), "key.pem")}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.secured(plain); err == nil {
		t.Fatal("serves without the certificate it was told to use")
	}
	first := certificate(t, c, 1)
	listener, err := c.secured(plain)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Second}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })

	ask := func(roots *x509.CertPool, most uint16) (*http.Response, error) {
		client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10, MaxVersion: most}}}
		defer client.CloseIdleConnections()
		r, err := client.Get("https://" + plain.Addr().String())
		if err == nil {
			r.Body.Close()
		}
		return r, err
	}
	if r, err := ask(first, tls.VersionTLS13); err != nil || r.TLS.Version != tls.VersionTLS13 || r.ProtoMajor != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := ask(first, tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	if r, err := http.Get("http://" + plain.Addr().String()); err == nil {
		if r.Body.Close(); r.StatusCode != http.StatusBadRequest {
			t.Errorf("plain HTTP is answered %d", r.StatusCode)
		}
	}

	second := certificate(t, c, 2)
	if _, err := ask(second, 0); err != nil {
		t.Errorf("the renewed certificate is not used: %v", err)
	}
	if _, err := ask(first, 0); err == nil {
		t.Error("the old certificate is still used")
	}
	if err := os.WriteFile(c.TLSCert, []byte("half of a cert"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(second, 0); err != nil {
		t.Errorf("a spoilt file ended what worked: %v", err)
	}
}

// certificate writes one of its own making to the files, and gives those who trust it.
func certificate(t *testing.T, c config, serial int64) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(time.Duration(serial) * time.Second)
	for name, block := range map[string]*pem.Block{c.TLSCert: {Type: "CERTIFICATE", Bytes: raw}, c.TLSKey: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
	return roots
}

func TestSettingsThatAreNotSafeStopTheStart(t *testing.T) {
	open := config{BaseURL: "https://samsvar.example.no", Addr: "0.0.0.0:8443"}
	for name, change := range map[string]func(*config){
		"a certificate without its key":  func(c *config) { c.TLSCert = "cert.pem" },
		"a key without its certificate":  func(c *config) { c.TLSKey = "key.pem" },
		"a database over plain TCP":      func(c *config) { c.DatabaseURL = "postgres://u:p@db.example.no/samsvar?sslmode=disable" },
		"a database that may be plain":   func(c *config) { c.DatabaseURL = "postgres://u:p@db.example.no/samsvar" },
		"a database that may be any":     func(c *config) { c.DatabaseURL = "postgres://u:p@db.example.no/samsvar?sslmode=require" },
		"the second of two may be plain": func(c *config) { c.DatabaseURL = "postgres://u:p@127.0.0.1,db.example.no/samsvar?sslmode=prefer" },
		"a clock that is set":            func(c *config) { c.Now = "2022-03-30T09:00:00Z" },
	} {
		c := open
		change(&c)
		if err := c.check(); err == nil || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, url := range []string{"", "postgres://u:p@db.example.no/samsvar?sslmode=verify-full", "postgres://u:p@127.0.0.1/samsvar", "postgres:///samsvar?host=/run/postgresql"} {
		c := open
		if c.DatabaseURL = url; c.check() != nil {
			t.Errorf("%s: %v", url, c.check())
		}
	}
}

func TestGuardsThatAreMissingStopTheStartInProduction(t *testing.T) {
	open := filepath.Join(t.TempDir(), "open.pem")
	check(t, os.WriteFile(open, nil, 0o600))
	check(t, os.Chmod(open, 0o644))
	sound := config{BaseURL: "https://samsvar.example.no", Addr: "127.0.0.1:0", OIDC: "oidc.yaml", DatabaseURL: "postgres://u:p@127.0.0.1/samsvar", AuditKey: "a key"}
	for name, guard := range map[string]struct {
		keyFile, says string
		change        func(*config)
	}{
		"nobody signs the trail":                {says: "SAMSVAR_AUDIT_KEY", change: func(c *config) { c.AuditKey = "" }},
		"everybody can read the trail's key":    {says: open, keyFile: open},
		"everybody can read the certificate's":  {says: open, change: func(c *config) { c.TLSCert, c.TLSKey = "cert.pem", open }},
		"a key that is not there (certificate)": {says: "gone.pem", change: func(c *config) { c.TLSCert, c.TLSKey = "cert.pem", "gone.pem" }},
	} {
		t.Setenv("SAMSVAR_AUDIT_KEY_FILE", guard.keyFile)
		c := sound
		if guard.change != nil {
			guard.change(&c)
		}
		if err := c.mayServe(); err == nil || !strings.Contains(err.Error(), guard.says) {
			t.Errorf("%s: %v", name, err)
		}
		if c.BaseURL = "http://127.0.0.1:0"; c.mayServe() != nil {
			t.Errorf("%s, for trying out: %v", name, c.mayServe())
		}
	}
	check(t, os.Chmod(open, 0o640))
	t.Setenv("SAMSVAR_AUDIT_KEY_FILE", open)
	if err := sound.mayServe(); err != nil {
		t.Error(err)
	}
}

// A login for which the database is open: the owner, which is no member of the program's role, and one above row security.
func TestALoginThatPassesTheWallStopsTheStartInProduction(t *testing.T) {
	address := pgtest.Database(t)
	owner, err := pgx.Connect(t.Context(), address)
	check(t, err)
	t.Cleanup(func() { owner.Close(context.Background()) })
	t.Setenv("SAMSVAR_AUDIT_KEY_FILE", "")
	key, err := ledger.NewKey(filepath.Join(t.TempDir(), "key.pem"))
	check(t, err)
	for name, change := range map[string]string{"owns": "alter table response owner to %s", "passes": "alter role %s bypassrls", "made": "alter database %[2]s owner to %[1]s"} {
		role := name + "_" + strings.ToLower(rand.Text()[:12])
		_, err = owner.Exec(t.Context(), "create role "+role+" login password 'x'; "+fmt.Sprintf(change+"; select '%[2]s'", role, owner.Config().Database))
		check(t, err)
		t.Cleanup(func() {
			_, err := owner.Exec(context.Background(), "alter table response owner to current_user; alter database "+owner.Config().Database+" owner to current_user; drop role "+role)
			if err != nil {
				t.Error(err)
			}
		})
		login, err := url.Parse(address)
		check(t, err)
		login.User = url.UserPassword(role, "x")
		c := config{BaseURL: "https://samsvar.example.no", Addr: "127.0.0.1:0", OIDC: "oidc.yaml", DatabaseURL: login.String(), AuditKey: key, AuditHeads: t.TempDir()}
		if err := serve(t.Context(), c, nil, nil); err == nil || !strings.Contains(err.Error(), role) || !strings.Contains(err.Error(), postgres.ProgramRole) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, login := range []string{address, postgres.PrivateLogin(address, postgres.ProgramRole)} {
		db, err := postgres.Open(t.Context(), login)
		check(t, err)
		if err := db.Confined(t.Context()); err != nil {
			t.Errorf("what stepped down is taken for more: %v", err)
		}
		db.Close()
	}
}
