package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// EventFormat is the only value of Event.Format that this version writes and reads.
const EventFormat = "samsvar-audit/1"

// Event is one record of the audit trail. Each names the hash of the one before it, so that none can be
// changed, left out or moved without changing all that follow.
type Event struct {
	Format       string          `json:"format"`
	Sequence     int64           `json:"sequence"` // 1, 2, 3 ... without holes, in the order of the commits
	Previous     Hash            `json:"previous"` // of the event before; empty for the first
	At           time.Time       `json:"at"`       // the server's clock, to the microsecond, in UTC
	Account      string          `json:"account"`  // empty: the program itself
	AccountName  string          `json:"accountName"`
	Organisation string          `json:"organisation"` // acted for; may be empty
	Action       string          `json:"action"`
	Round        string          `json:"round"`
	Response     string          `json:"response"`
	Object       string          `json:"object"`
	Detail       json.RawMessage `json:"detail"`
	Hash         Hash            `json:"hash,omitempty"` // of all the rest, in canonical form
}

// Tail is the place in the trail after which the next event comes. The zero Tail begins it.
type Tail struct {
	Sequence int64
	Hash     Hash
}

// Tail is the place right after the event.
func (e Event) Tail() Tail { return Tail{e.Sequence, e.Hash} }

// Chain puts the event after the tail: it brings it into its exact form and gives it its sequence, the
// hash before it and its own.
func (e *Event) Chain(after Tail) error {
	e.Format, e.Sequence, e.Previous = EventFormat, after.Sequence+1, after.Hash
	e.At = e.At.UTC().Truncate(time.Microsecond)
	hash, err := e.computed()
	e.Hash = hash
	return err
}

func (e Event) computed() (Hash, error) {
	e.Hash = ""
	return hashOf(e)
}

// Follows says what is wrong when the event is not the one that was put after the tail.
func (e Event) Follows(tail Tail) error {
	hash, err := e.computed()
	switch {
	case err != nil:
		return err
	case e.Format != EventFormat:
		return fmt.Errorf("event %d has the unknown format %q", tail.Sequence+1, e.Format)
	case e.Sequence != tail.Sequence+1:
		return fmt.Errorf("event %d stands where %d belongs", e.Sequence, tail.Sequence+1)
	case e.Previous != tail.Hash:
		return fmt.Errorf("event %d does not follow the one before it", e.Sequence)
	case hash != e.Hash:
		return fmt.Errorf("event %d was changed: stated %s, computed %s", e.Sequence, e.Hash, hash)
	}
	return nil
}

// Line is the record as it stands in an exported trail.
func (e Event) Line() ([]byte, error) { return line(e) }

// line is the canonical form of a record, and the end of its line.
func line(record any) ([]byte, error) {
	canonical, err := Canonical(record)
	return append(canonical, '\n'), err
}

// readLine reads a record from one line, which must be its canonical form to the byte.
func readLine[T any](raw []byte) (record T, err error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err = decoder.Decode(&record); err != nil {
		return record, err
	}
	again, err := Canonical(record)
	if err == nil && !bytes.Equal(again, raw) {
		err = fmt.Errorf("a field is missing, misspelt or not in its exact form")
	}
	return record, err
}

// lines parts a file into its records. A last line that does not end is one too, and is found to be wrong.
func lines(file []byte) [][]byte {
	if len(file) == 0 {
		return nil
	}
	return bytes.Split(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
}
