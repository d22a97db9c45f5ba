package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Trail is what is needed to check an audit trail: files that were exported, and nothing else.
type Trail struct {
	Events, Heads, Keys []byte
}

// Add takes a file for what its first record says it is. It says false when it is none of the trail's.
func (t *Trail) Add(file []byte) bool {
	first, _, _ := bytes.Cut(file, []byte("\n"))
	var known struct {
		Format string `json:"format"`
	}
	_ = json.Unmarshal(first, &known) // what cannot be read has no known format
	place, ok := map[string]*[]byte{EventFormat: &t.Events, HeadFormat: &t.Heads, KeyFormat: &t.Keys}[known.Format]
	if ok && *place == nil {
		*place = file
		return true
	}
	return false
}

// VerifyTrail checks an exported audit trail with nothing but the files. Every event up to the last head
// is proven; what came after it only agrees with itself, and the report says how much that is.
func VerifyTrail(t Trail) Report {
	r, _ := ReadTrail(t)
	return r
}

// ReadTrail does so, and gives the events that are proven.
func ReadTrail(t Trail) (Report, Signed) {
	var r Report
	keys, root, err := ReadKeys(t.Keys)
	if r.check("keys", err == nil, fmt.Sprintf("%d keys, the first of them %s: compare it with what you were told.", len(keys), root),
		fmt.Sprintf("The keys cannot be relied upon: %v.", err)) && len(keys) > 1 {
		r.add("keys", Note, "The key was changed; every later one is endorsed by the one before it, which it retired.")
	}
	heads, err := ReadHeads(t.Heads, keys)
	if err == nil && len(heads) == 0 {
		err = fmt.Errorf("there is none")
	}
	r.check("heads", err == nil, fmt.Sprintf("%d heads, each signed and following the one before it.", len(heads)),
		fmt.Sprintf("The heads cannot be relied upon: %v.", err))

	tails, events, err := chain(t.Events)
	r.check("chain", err == nil, fmt.Sprintf("%d events, each following the one before it.", len(tails)),
		fmt.Sprintf("The trail is broken after event %d: %v.", len(tails), err))
	signed := r.heads(heads, tails)
	events = slices.DeleteFunc(events, func(e Event) bool { return e.Sequence > signed })
	if !r.OK() {
		return r, Signed{}
	}
	return r, Signed{true, events}
}

// chain gives the tail after each event, up to the first that does not follow, and the events of responses.
func chain(file []byte) (tails []Tail, events []Event, err error) {
	var tail Tail
	for _, raw := range lines(file) {
		e, err := readLine[Event](raw)
		if err != nil {
			return tails, events, err
		}
		if err := e.Follows(tail); err != nil {
			return tails, events, err
		}
		if e.Response != "" {
			events = append(events, e)
		}
		tail = e.Tail()
		tails = append(tails, tail)
	}
	return tails, events, nil
}

// heads holds what was signed against what is there, and gives the last event that is.
func (r *Report) heads(heads []Head, tails []Tail) (signed int64) {
	var findings []string
	for _, h := range heads {
		switch {
		case h.Sequence < 1 || h.Sequence > int64(len(tails)):
			findings = append(findings, fmt.Sprintf("Head %d was signed over %d events; %d are here in order.", h.Number, h.Sequence, len(tails)))
		case tails[h.Sequence-1].Hash != h.Hash:
			findings = append(findings, fmt.Sprintf("Event %d is not the one that was there when head %d was signed.", h.Sequence, h.Number))
		}
		signed = h.Sequence
	}
	r.none("signed", findings, fmt.Sprintf("Events 1 to %d are those that were there when the heads were signed.", signed))
	if left := int64(len(tails)) - signed; left > 0 && len(findings) == 0 {
		r.add("signed", Note, fmt.Sprintf("%d events came after the last head: they agree with each other, and nobody has signed them yet.", left))
	}
	return signed
}
