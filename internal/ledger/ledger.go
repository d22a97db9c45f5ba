// Package ledger keeps the signed heads of the audit trail in a folder outside
// the database, and the public keys to check them with. Nothing there is ever
// changed: files are appended to, and a copy of the folder anywhere else is a witness.
package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"samsvar/internal/evidence"
)

// The files of a ledger's folder.
const (
	HeadsFile = "heads.jsonl"
	KeysFile  = "keys.jsonl"
)

// every is how long events wait for a signature at most while the portal runs.
const every = time.Minute

// Trail is the audit trail as it is stored.
type Trail interface {
	TrailAt(ctx context.Context, sequence int64) (evidence.Event, error)
	Trail(ctx context.Context, after int64, each func(evidence.Event) error) error
}

// Ledger signs with one key into one folder.
type Ledger struct {
	dir    string
	key    ed25519.PrivateKey
	begins bool

	mu   sync.Mutex
	seen int // bytes of the heads' file that were there when this program last looked
	sum  [sha256.Size]byte
}

// Open makes the folder when it is missing. The first key that comes is the one
// that later ones are trusted by; any other than the newest of the folder is refused.
func Open(dir, pem string, now time.Time) (*Ledger, error) {
	key, err := parseKey(pem)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return nil, errors.New("no folder for the heads of the audit trail is given")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	l := &Ledger{dir: dir, key: key}
	return l, l.locked(func() error {
		file, err := read(l.path(KeysFile))
		if err != nil {
			return err
		}
		if len(file) == 0 {
			return l.endorse(key, now)
		}
		keys, _, err := evidence.ReadKeys(file)
		if err != nil {
			return err
		}
		return l.newest(keys)
	})
}

// newest says what is wrong when another key than the ledger's is the one that signs now.
func (l *Ledger) newest(keys evidence.Keys) error {
	if newest := keys.Newest(); newest != l.keyID() {
		return fmt.Errorf("the key %s is not the one that signs, which is %s by %s: a new key needs the old one's word (samsvar keys rotate), and retires it", l.keyID(), newest, l.path(KeysFile))
	}
	return nil
}

// Begin lets the first head be signed over a trail that is there already. Without it that is refused: heads that somebody
// took away would be signed anew, over whatever the trail has become.
func (l *Ledger) Begin() { l.begins = true }

// Rotate retires the key for a new one: it signs how far the trail has come, then endorses the new one, and the new one
// signs at once, so that no head of the old one can follow.
func (l *Ledger) Rotate(ctx context.Context, trail Trail, pem string, now time.Time) (id string, err error) {
	key, err := parseKey(pem)
	if err != nil {
		return "", err
	}
	id = evidence.KeyID(key.Public().(ed25519.PublicKey))
	return id, l.locked(func() error {
		if _, _, err := l.sign(ctx, trail, now, false); err != nil {
			return err
		}
		_, last, err := l.last()
		if err != nil {
			return err
		}
		if last != nil && now.Before(last.SignedAt) {
			return errors.New("the clock stands before the last head: no key takes over before that")
		}
		if err := l.endorse(key, now); err != nil {
			return err
		}
		l.key = key
		_, _, err = l.sign(ctx, trail, now, true)
		return err
	})
}

func (l *Ledger) endorse(key ed25519.PrivateKey, now time.Time) error {
	file, err := read(l.path(KeysFile))
	if err != nil {
		return err
	}
	record, err := evidence.Endorse(key.Public().(ed25519.PublicKey), l.key, now)
	if err != nil {
		return err
	}
	line, err := record.Line()
	if err != nil {
		return err
	}
	if _, _, err := evidence.ReadKeys(append(file, line...)); err != nil {
		return err
	}
	return l.append(KeysFile, record.Line)
}

// Sign writes a head over the events there are, unless there is none since the
// last one. It first makes sure that the trail is the one that was signed last
// time, and that every event since follows: else it signs nothing and says why.
func (l *Ledger) Sign(ctx context.Context, trail Trail, now time.Time) (head evidence.Head, signed bool, err error) {
	err = l.locked(func() (err error) {
		head, signed, err = l.sign(ctx, trail, now, false)
		return err
	})
	return head, signed && err == nil, err
}

// sign does so; again: also over events that are signed already.
func (l *Ledger) sign(ctx context.Context, trail Trail, now time.Time, again bool) (head evidence.Head, signed bool, err error) {
	keys, last, err := l.last()
	if err == nil {
		err = l.newest(keys)
	}
	if err != nil {
		return head, false, err
	}
	tail, err := follow(ctx, trail, last)
	switch {
	case err != nil:
		return head, false, err
	case last == nil && tail.Sequence > 0 && !l.begins:
		return head, false, fmt.Errorf("there are %d events, and no head in %s: put the heads back that were there, or say that there never were any (samsvar keys begin)", tail.Sequence, l.path(HeadsFile))
	case tail.Sequence == 0 || last != nil && last.Sequence == tail.Sequence && !again:
		return head, false, nil
	}
	if head, err = evidence.SignHead(l.key, last, tail, now); err != nil {
		return head, false, err
	}
	if err := keys.Accept(head, last); err != nil {
		return head, false, fmt.Errorf("the head that would be signed %w", err)
	}
	if err := l.append(HeadsFile, head.Line); err != nil {
		return head, false, err
	}
	_, _, err = l.last()
	return head, err == nil, err
}

// follow reads the trail from the last head on, and gives its end.
func follow(ctx context.Context, trail Trail, last *evidence.Head) (tail evidence.Tail, err error) {
	if last != nil {
		event, err := trail.TrailAt(ctx, last.Sequence)
		if err != nil {
			return tail, fmt.Errorf("event %d, which is signed, is not in the audit trail: %w", last.Sequence, err)
		}
		if tail = last.Tail(); event.Follows(evidence.Tail{Sequence: event.Sequence - 1, Hash: event.Previous}) != nil || event.Tail() != tail {
			return tail, fmt.Errorf("event %d of the audit trail is not the one that was signed", last.Sequence)
		}
	}
	err = trail.Trail(ctx, tail.Sequence, func(e evidence.Event) error {
		if err := e.Follows(tail); err != nil {
			return fmt.Errorf("the audit trail is broken: %w", err)
		}
		tail = e.Tail()
		return nil
	})
	return tail, err
}

// Keep signs now and then until ctx ends, and once more then. Refused is called each time nothing could be signed.
func (l *Ledger) Keep(ctx context.Context, trail Trail, now func() time.Time, log *slog.Logger, refused func()) {
	sign := func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, every)
		defer cancel()
		if _, _, err := l.Sign(ctx, trail, now()); err != nil {
			log.Error("the audit trail was not signed", "error", err)
			refused()
		}
	}
	for ctx.Err() == nil {
		sign(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
	sign(context.WithoutCancel(ctx))
}

// last gives the keys, and the last head of the file, all of which must hold, and begin as it did when this program
// last looked: a file that was cut or written anew is not signed upon.
func (l *Ledger) last() (evidence.Keys, *evidence.Head, error) {
	keyFile, err := read(l.path(KeysFile))
	if err != nil {
		return nil, nil, err
	}
	headFile, err := read(l.path(HeadsFile))
	if err != nil {
		return nil, nil, err
	}
	if len(headFile) < l.seen || l.seen > 0 && sha256.Sum256(headFile[:l.seen]) != l.sum {
		return nil, nil, fmt.Errorf("heads that were in %s a moment ago are not there: put them back", l.path(HeadsFile))
	}
	keys, _, err := evidence.ReadKeys(keyFile)
	if err != nil {
		return nil, nil, err
	}
	heads, err := evidence.ReadHeads(headFile, keys)
	if err != nil {
		return nil, nil, err
	}
	l.seen, l.sum = len(headFile), sha256.Sum256(headFile)
	if len(heads) == 0 {
		return keys, nil, nil
	}
	return keys, &heads[len(heads)-1], nil
}

func (l *Ledger) keyID() string { return evidence.KeyID(l.key.Public().(ed25519.PublicKey)) }

func (l *Ledger) path(name string) string { return filepath.Join(l.dir, name) }

// locked keeps other processes away, so that no two heads follow the same one.
func (l *Ledger) locked(do func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	lock, err := os.OpenFile(l.path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return do()
}

// append adds a record, and returns when it is on the disk. What a crash left
// of an earlier one is taken away first: it was never said to be there.
func (l *Ledger) append(name string, record func() ([]byte, error)) error {
	line, err := record()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(l.path(name), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	whole := int64(bytes.LastIndexByte(content, '\n') + 1)
	if err := file.Truncate(whole); err != nil {
		return err
	}
	if _, err := file.WriteAt(line, whole); err != nil {
		return err
	}
	return file.Sync()
}

// read gives the whole records of a file, none when it is missing.
func read(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return content[:bytes.LastIndexByte(content, '\n')+1], err
}
