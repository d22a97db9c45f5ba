package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

var now = time.Date(2022, 4, 1, 12, 0, 0, 0, time.UTC)

// stored is an audit trail in memory, which tests change as no database would.
type stored []evidence.Event

func (s stored) TrailAt(_ context.Context, n int64) (evidence.Event, error) {
	for _, e := range s {
		if e.Sequence == n {
			return e, nil
		}
	}
	return evidence.Event{}, portal.Missing()
}

func (s stored) Trail(_ context.Context, after int64, each func(evidence.Event) error) error {
	for _, e := range s {
		if e.Sequence > after {
			if err := each(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func trail(n int) (s stored) {
	var tail evidence.Tail
	for range n {
		e := evidence.Event{At: now, Action: "response.freeze", Detail: json.RawMessage(`{}`)}
		if err := e.Chain(tail); err != nil {
			panic(err)
		}
		s, tail = append(s, e), e.Tail()
	}
	return s
}

func newKey(t *testing.T) string {
	t.Helper()
	key, err := NewKey(filepath.Join(t.TempDir(), "key.pem"))
	must(t, err)
	return key
}

func open(t *testing.T, dir, key string) *Ledger {
	t.Helper()
	l, err := Open(dir, key, now)
	must(t, err)
	l.Begin()
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// report is what an auditor finds in the files.
func report(t *testing.T, dir string, s stored) evidence.Report {
	t.Helper()
	var files evidence.Trail
	var err error
	files.Heads, err = os.ReadFile(filepath.Join(dir, HeadsFile))
	must(t, err)
	files.Keys, err = os.ReadFile(filepath.Join(dir, KeysFile))
	must(t, err)
	for _, e := range s {
		line, err := e.Line()
		must(t, err)
		files.Events = append(files.Events, line...)
	}
	return evidence.VerifyTrail(files)
}

func TestHeadsFollowTheTrail(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "heads")
	l := open(t, dir, newKey(t))
	if _, signed, err := l.Sign(t.Context(), trail(0), now); signed || err != nil {
		t.Errorf("signed nothing: %v, %v", signed, err)
	}
	for _, c := range []struct {
		events int
		signed bool
	}{{3, true}, {3, false}, {8, true}} {
		head, signed, err := l.Sign(t.Context(), trail(c.events), now)
		if err != nil || signed != c.signed || signed && head.Sequence != int64(c.events) {
			t.Errorf("%d events: %+v %v %v", c.events, head, signed, err)
		}
	}
	if r := report(t, dir, trail(8)); !r.OK() {
		t.Errorf("\n%s", r)
	}
}

func TestNothingIsSignedThatDoesNotFollow(t *testing.T) {
	for name, change := range map[string]func(stored) stored{
		"the signed event changed":  func(s stored) stored { s[4].Action = "response.reopen"; return s },
		"an event after it changed": func(s stored) stored { s[6].Action = "response.reopen"; return s },
		"one left out":              func(s stored) stored { return append(s[:6], s[7:]...) },
		"the end gone":              func(s stored) stored { return s[:3] },
		"another trail": func(s stored) stored {
			s[0].Action = "x"
			var tail evidence.Tail
			for i := range s {
				must(t, s[i].Chain(tail))
				tail = s[i].Tail()
			}
			return s
		},
	} {
		l := open(t, t.TempDir(), newKey(t))
		_, _, err := l.Sign(t.Context(), trail(5), now)
		must(t, err)
		if _, signed, err := l.Sign(t.Context(), change(trail(8)), now); signed || err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

func TestKeysAreChangedByTheOldOnesWord(t *testing.T) {
	dir, old, next := t.TempDir(), newKey(t), newKey(t)
	first := open(t, dir, old)
	_, _, err := first.Sign(t.Context(), trail(2), now)
	must(t, err)
	if _, err := Open(dir, next, now); err == nil || !strings.Contains(err.Error(), "rotate") {
		t.Errorf("a key nobody endorsed signs: %v", err)
	}
	running := open(t, dir, old)
	_, err = first.Rotate(t.Context(), trail(3), next, now)
	must(t, err)
	_, _, err = open(t, dir, next).Sign(t.Context(), trail(4), now)
	must(t, err)
	if r := report(t, dir, trail(4)); !r.OK() || !strings.Contains(r.String(), "2 keys") || !strings.Contains(r.String(), "4 heads") {
		t.Errorf("\n%s", r)
	}
	if _, signed, err := running.Sign(t.Context(), trail(5), now); signed || err == nil {
		t.Error("a program that was started with the old key goes on signing with it")
	}
	if _, err := running.Rotate(t.Context(), trail(5), newKey(t), now); err == nil {
		t.Error("the old key endorses another")
	}
	if _, err := Open(dir, old, now); err == nil {
		t.Error("the old key opens the folder")
	}
	if r := report(t, dir, trail(4)); !r.OK() {
		t.Errorf("what was refused is in the files:\n%s", r)
	}
}

func TestNoKeyTakesOverBeforeTheLastHead(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, newKey(t))
	_, _, err := l.Sign(t.Context(), trail(2), now.Add(time.Hour))
	must(t, err)
	if _, err := l.Rotate(t.Context(), trail(2), newKey(t), now); err == nil {
		t.Error("a key is endorsed that makes the last head invalid")
	}
	if _, signed, err := l.Sign(t.Context(), trail(3), now.Add(-time.Hour)); signed || err == nil {
		t.Error("a head is signed that is older than its key")
	}
	if r := report(t, dir, trail(2)); !r.OK() {
		t.Errorf("\n%s", r)
	}
}

// Whoever can write the folder, and the database, has no key: the portal is not to sign for them.
func TestHeadsThatAreTakenAwayAreNotSignedAnew(t *testing.T) {
	other := trail(8)
	other[0].Action = "x"
	var tail evidence.Tail
	for i := range other {
		must(t, other[i].Chain(tail))
		tail = other[i].Tail()
	}
	for what, cut := range map[string]func([]byte) []byte{
		"emptied":         func([]byte) []byte { return nil },
		"cut":             func(file []byte) []byte { return file[:bytes.IndexByte(file, '\n')+1] },
		"written by them": func(file []byte) []byte { return bytes.Replace(file, []byte("sha256:"), []byte("sha257:"), 1) },
	} {
		dir, key := t.TempDir(), newKey(t)
		l := open(t, dir, key)
		for _, n := range []int{0, 5} {
			_, _, err := l.Sign(t.Context(), trail(n), now)
			must(t, err)
		}
		_, _, err := l.Sign(t.Context(), trail(6), now)
		must(t, err)
		path := filepath.Join(dir, HeadsFile)
		file, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, cut(file), 0o600))
		for _, s := range []stored{trail(8), other} {
			if _, signed, err := l.Sign(t.Context(), s, now); signed || err == nil {
				t.Errorf("%s: signed", what)
			}
		}
		must(t, os.WriteFile(path, file, 0o600))
		if _, signed, err := l.Sign(t.Context(), trail(8), now); !signed || err != nil {
			t.Errorf("%s and put back: %v", what, err)
		}
	}
}

// A trail without heads is one whose heads were taken away, unless somebody says that it never had any.
func TestTheFirstHeadOfATrailIsSaidToBeTheFirst(t *testing.T) {
	dir, key := t.TempDir(), newKey(t)
	l, err := Open(dir, key, now)
	must(t, err)
	if _, signed, err := l.Sign(t.Context(), trail(5), now); signed || err == nil || !strings.Contains(err.Error(), "keys begin") {
		t.Errorf("signed %v, %v", signed, err)
	}
	l.Begin()
	if _, signed, err := l.Sign(t.Context(), trail(5), now); !signed || err != nil {
		t.Errorf("signed %v, %v", signed, err)
	}
}

func TestKeepTellsThatNothingWasSigned(t *testing.T) {
	l, err := Open(t.TempDir(), newKey(t), now)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	refused := 0
	l.Keep(ctx, trail(5), func() time.Time { return now }, slog.New(slog.DiscardHandler), func() { refused++ })
	if refused != 1 {
		t.Errorf("told %d times", refused)
	}
}

func TestTwoProcessesSignOneChain(t *testing.T) {
	dir, key := t.TempDir(), newKey(t)
	var all sync.WaitGroup
	for n := range 8 {
		l := open(t, dir, key)
		all.Go(func() {
			if _, _, err := l.Sign(t.Context(), trail(20+n), now); err != nil && !strings.Contains(err.Error(), "is not in the audit trail") {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if r := report(t, dir, trail(27)); !r.OK() {
		t.Errorf("\n%s", r)
	}
}

func TestAnInterruptedLineIsForgotten(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, newKey(t))
	_, _, err := l.Sign(t.Context(), trail(2), now)
	must(t, err)
	file, err := os.OpenFile(filepath.Join(dir, HeadsFile), os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = file.WriteString(`{"format":"samsvar-au`)
	must(t, err)
	must(t, file.Close())
	_, _, err = l.Sign(t.Context(), trail(4), now)
	must(t, err)
	if r := report(t, dir, trail(4)); !r.OK() || !strings.Contains(r.String(), "2 heads") {
		t.Errorf("\n%s", r)
	}
}

func TestWhatIsNoKey(t *testing.T) {
	for _, text := range []string{"", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, err := Open(t.TempDir(), text, now); err == nil {
			t.Errorf("%q is taken for a key", text)
		}
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	_, err := NewKey(path)
	must(t, err)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := NewKey(path); err == nil {
		t.Error("a key was written over another")
	}
}
