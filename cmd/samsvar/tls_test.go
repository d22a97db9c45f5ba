package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
