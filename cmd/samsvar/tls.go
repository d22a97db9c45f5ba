package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// secured lets the listener speak TLS, 1.2 or newer, when there is a certificate.
func (c config) secured(plain net.Listener) (net.Listener, error) {
	if c.TLSCert == "" {
		return plain, nil
	}
	k := &keyPair{cert: c.TLSCert, key: c.TLSKey}
	if err := k.read(); err != nil {
		return nil, err
	}
	return tls.NewListener(plain, &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: k.current}), nil
}

// keyPair follows its files: a renewed certificate serves from the next
// connection on. One that cannot be read leaves the old one in use.
type keyPair struct {
	cert, key string

	mutex sync.Mutex
	pair  *tls.Certificate
	since time.Time // when the files were last changed
}

func (k *keyPair) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if changed := k.changed(); !changed.Equal(k.since) {
		if err := k.read(); err != nil {
			slog.Error("the new certificate cannot be used", "error", err)
			k.since = changed // said once
		}
	}
	return k.pair, nil
}

func (k *keyPair) read() error {
	changed := k.changed()
	pair, err := tls.LoadX509KeyPair(k.cert, k.key)
	if err == nil {
		k.pair, k.since = &pair, changed
	}
	return err
}

// changed is when the later of the two files was changed.
func (k *keyPair) changed() (last time.Time) {
	for _, name := range []string{k.cert, k.key} {
		if info, err := os.Stat(name); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}
