package evidence

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func keyOf(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

// told is what the sample trails tell of; the seed makes one unlike the others.
func told(seed uint64, n int) []Event {
	rnd := rand.New(rand.NewPCG(seed, 2))
	events := make([]Event, n)
	for i := range events {
		events[i] = Event{At: time.Date(2022, 3, 1, 8, i, 0, rnd.IntN(1e9), time.UTC), Account: fmt.Sprintf("account-%d", rnd.IntN(9)),
			AccountName: "Rådgiver Eksempel", Organisation: "agder", Action: "response.set_status", Round: "round-1", Response: "response-1",
			Object: fmt.Sprintf("answer-%d", rnd.IntN(6)), Detail: json.RawMessage(fmt.Sprintf(`{"status": "ready", "number": %d}`, rnd.IntN(1e6)))}
	}
	return events
}

// written chains the events and gives the file, with a head after every tenth, and the next key after every second head.
func written(events []Event, signers ...ed25519.PrivateKey) Trail {
	return writtenLate(0, events, signers...)
}

// writtenLate has the heads signed some time after their events.
func writtenLate(late time.Duration, events []Event, signers ...ed25519.PrivateKey) Trail {
	var t Trail
	var tail Tail
	var last *Head
	for i := range events {
		if err := events[i].Chain(tail); err != nil {
			panic(err)
		}
		tail = events[i].Tail()
		t.Events = append(t.Events, must(events[i].Line())...)
		if (i+1)%10 == 0 {
			h := must(SignHead(signers[min(i/20, len(signers)-1)], last, tail, events[i].At.Add(late)))
			t.Heads, last = append(t.Heads, must(h.Line())...), &h
		}
	}
	for i, signer := range signers {
		k := must(Endorse(public(signer), signers[max(0, i-1)], began(i)))
		t.Keys = append(t.Keys, must(k.Line())...)
	}
	return t
}

// began is when the key of that place took over: the head before it is signed, and the next one is not.
func began(place int) time.Time {
	if place == 0 {
		return time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(2022, 3, 1, 8, 20*place, 0, 0, time.UTC)
}

func sampleTrail() Trail { return written(told(1, 60), keyOf(1), keyOf(2)) }

func TestAnUntouchedTrailPasses(t *testing.T) {
	r := VerifyTrail(sampleTrail())
	if !r.OK() || !strings.Contains(r.String(), "60 events") || !strings.Contains(r.String(), "6 heads") || !strings.Contains(r.String(), KeyID(public(keyOf(1)))) {
		t.Errorf("\n%s", r)
	}
	longer := sampleTrail()
	longer.Events = written(told(1, 63), keyOf(1)).Events
	if r := VerifyTrail(longer); !r.OK() || !strings.Contains(r.String(), "3 events came after the last head") {
		t.Errorf("\n%s", r)
	}
}

func TestTheTrailIsKnownByItsFirstRecord(t *testing.T) {
	whole := sampleTrail()
	var got Trail
	for _, file := range [][]byte{whole.Keys, whole.Events, whole.Heads} {
		if !got.Add(file) {
			t.Errorf("not taken: %.60s", file)
		}
	}
	if !VerifyTrail(got).OK() || got.Add(whole.Heads) || got.Add([]byte(`{"format":"samsvar-submission/1"}`)) || got.Add(nil) {
		t.Error("files are taken for what they are not")
	}
}

// manipulations are what somebody might do who can write every file but has none of the keys. Each
// says what it did.
var manipulations = []func(*rand.Rand, *Trail) string{
	func(rnd *rand.Rand, t *Trail) string { return flip(rnd, "event", t.Events) },
	func(rnd *rand.Rand, t *Trail) string { return flip(rnd, "head", t.Heads) },
	func(rnd *rand.Rand, t *Trail) string { return flip(rnd, "key", t.Keys) },
	func(rnd *rand.Rand, t *Trail) string {
		return edit(rnd, "deleted event", &t.Events, func(l [][]byte, i int) [][]byte { return slices.Delete(l, i, i+1) })
	},
	func(rnd *rand.Rand, t *Trail) string {
		return edit(rnd, "cut off before event", &t.Events, func(l [][]byte, i int) [][]byte { return l[:i] })
	},
	func(rnd *rand.Rand, t *Trail) string {
		return edit(rnd, "cut inside event", &t.Events, func(l [][]byte, i int) [][]byte { return append(l[:i], l[i][:1+rnd.IntN(len(l[i])-1)]) })
	},
	func(rnd *rand.Rand, t *Trail) string {
		return edit(rnd, "repeated event", &t.Events, func(l [][]byte, i int) [][]byte { return slices.Insert(l, i, l[i]) })
	},
	func(rnd *rand.Rand, t *Trail) string {
		return edit(rnd, "moved event", &t.Events, func(l [][]byte, i int) [][]byte {
			j := (i + 1 + rnd.IntN(len(l)-1)) % len(l)
			l[i], l[j] = l[j], l[i]
			return l
		})
	},
	func(rnd *rand.Rand, t *Trail) string {
		other := written(told(2, 60), keyOf(3))
		return edit(rnd, "swapped with another trail's event", &t.Events, func(l [][]byte, i int) [][]byte { l[i] = lines(other.Events)[i]; return l })
	},
	func(rnd *rand.Rand, t *Trail) string { return "another trail " + rewrite(rnd, t, told(2, 60), 0) },
	func(rnd *rand.Rand, t *Trail) string { // the event and all that follow get new hashes
		events, at := told(1, 60), rnd.IntN(60)
		events[at].AccountName = "Somebody else"
		return fmt.Sprintf("changed event %d later, %s", at+1, rewrite(rnd, t, events, 0))
	},
	func(rnd *rand.Rand, t *Trail) string {
		events, at := told(1, 60), rnd.IntN(60)
		return fmt.Sprintf("left out event %d, %s", at+1, rewrite(rnd, t, slices.Delete(events, at, at+1), 0))
	},
	func(rnd *rand.Rand, t *Trail) string { // heads of their own, by a key of their own, which they put among the keys
		events, at := told(1, 60), rnd.IntN(60)
		events[at].Action = "response.reopen"
		return fmt.Sprintf("changed event %d, %s", at+1, rewrite(rnd, t, events, 1+rnd.IntN(2)))
	},
	func(rnd *rand.Rand, t *Trail) string { // the last head cannot be missed by who has no other copy of it
		all := lines(t.Heads)
		at := rnd.IntN(len(all) - 1)
		t.Heads = join(slices.Delete(all, at, at+1))
		return fmt.Sprintf("deleted head %d", at+1)
	},
	func(rnd *rand.Rand, t *Trail) string {
		return edit(rnd, "deleted key", &t.Keys, func(l [][]byte, i int) [][]byte { return slices.Delete(l, i, i+1) })
	},
	func(rnd *rand.Rand, t *Trail) string {
		return edit(rnd, "moved head", &t.Heads, func(l [][]byte, i int) [][]byte {
			j := (i + 1 + rnd.IntN(len(l)-1)) % len(l)
			l[i], l[j] = l[j], l[i]
			return l
		})
	},
	func(rnd *rand.Rand, t *Trail) string {
		return edit(rnd, "repeated head", &t.Heads, func(l [][]byte, i int) [][]byte { return slices.Insert(l, i, l[i]) })
	},
	func(rnd *rand.Rand, t *Trail) string { // signed by a key that is known, in another trail
		other := written(told(2, 60), keyOf(1), keyOf(2))
		return edit(rnd, "swapped with another trail's head", &t.Heads, func(l [][]byte, i int) [][]byte { l[i] = lines(other.Heads)[i]; return l })
	},
	func(rnd *rand.Rand, t *Trail) string { // of the same events, by the same key, but another chain of heads
		fork := writtenLate(time.Second, told(1, 60), keyOf(1), keyOf(2))
		return edit(rnd, "swapped with another chain's head", &t.Heads, func(l [][]byte, i int) [][]byte { l[i] = lines(fork.Heads)[i]; return l })
	},
	func(rnd *rand.Rand, t *Trail) string { // the event alone gets a new hash, and fits the one before
		return edit(rnd, "changed and hashed anew event", &t.Events, func(l [][]byte, i int) [][]byte {
			e := told(1, 60)[i]
			e.Account = "somebody-else"
			var before Tail
			if i > 0 {
				var previous Event
				if err := json.Unmarshal(l[i-1], &previous); err != nil {
					panic(err)
				}
				before = previous.Tail()
			}
			if err := e.Chain(before); err != nil {
				panic(err)
			}
			l[i] = bytes.TrimSuffix(must(e.Line()), []byte("\n"))
			return l
		})
	},
	func(rnd *rand.Rand, t *Trail) string { // the keys the other way round: the first is endorsed by nobody before it
		all := lines(t.Keys)
		slices.Reverse(all)
		t.Keys = join(all)
		return "reversed keys"
	},
}

// stolen are what somebody can do with the first key of the sample trail after the second has retired it. Each says
// what it did.
var stolen = []func(*rand.Rand, *Trail) string{
	func(rnd *rand.Rand, t *Trail) string { // at its own time, or dated back to when the key was good
		at := time.Date(2022, 3, 1, 8, []int{59, 19, 1}[rnd.IntN(3)], 0, 0, time.UTC)
		return another(t, keyOf(1), at, "a head by a retired key")
	},
	func(_ *rand.Rand, t *Trail) string { // in place of the first one by the second key, and the rest with it
		all := lines(t.Heads)
		t.Heads = join(all[:2])
		return another(t, keyOf(1), time.Date(2022, 3, 1, 8, 59, 0, 0, time.UTC), "the second key's heads replaced by one of the first's")
	},
	func(_ *rand.Rand, t *Trail) string {
		endorse(t, keyOf(3), keyOf(1), time.Date(2022, 3, 2, 0, 0, 0, 0, time.UTC))
		return another(t, keyOf(3), time.Date(2022, 3, 3, 0, 0, 0, 0, time.UTC), "a third key endorsed by a retired one")
	},
	func(_ *rand.Rand, t *Trail) string {
		endorse(t, keyOf(1), keyOf(2), time.Date(2022, 3, 2, 0, 0, 0, 0, time.UTC))
		return "a retired key endorsed again"
	},
	func(_ *rand.Rand, t *Trail) string {
		endorse(t, keyOf(3), keyOf(2), time.Date(2022, 3, 2, 0, 0, 0, 0, time.UTC))
		return another(t, keyOf(3), time.Date(2022, 3, 1, 9, 0, 0, 0, time.UTC), "a head dated before its key")
	},
	func(_ *rand.Rand, t *Trail) string {
		endorse(t, keyOf(3), keyOf(2), time.Date(2022, 2, 1, 0, 0, 0, 0, time.UTC))
		return "a key older than the one before it"
	},
	func(_ *rand.Rand, t *Trail) string {
		endorse(t, keyOf(3), keyOf(2), time.Date(2022, 3, 1, 8, 30, 0, 0, time.UTC))
		return "a key dated before the last heads of the one before it"
	},
}

// endorse adds a key that is signed by another.
func endorse(t *Trail, key, by ed25519.PrivateKey, at time.Time) {
	k := must(Endorse(public(key), by, at))
	t.Keys = append(t.Keys, must(k.Line())...)
}

// another signs the end of the trail once more.
func another(t *Trail, key ed25519.PrivateKey, at time.Time, what string) string {
	all := lines(t.Heads)
	last := must(readLine[Head](all[len(all)-1]))
	h := must(SignHead(key, &last, last.Tail(), at))
	t.Heads = append(t.Heads, must(h.Line())...)
	return what
}

func TestARetiredKeySignsNothing(t *testing.T) {
	for i := range stolen {
		trail, what := misused(i)
		if r := VerifyTrail(trail); r.OK() {
			t.Errorf("%s was not found:\n%s", what, r)
		}
	}
	trail := sampleTrail()
	if another(&trail, keyOf(2), time.Date(2022, 3, 1, 9, 0, 0, 0, time.UTC), ""); !VerifyTrail(trail).OK() {
		t.Error("the newest key does not sign")
	}
}

func misused(i int) (trail Trail, what string) {
	trail = sampleTrail()
	what = stolen[i](rand.New(rand.NewPCG(uint64(i), 4)), &trail)
	return trail, what
}

// rewrite chains the events anew; forging says whether heads are signed with a stranger's key, and
// whether the key's record claims an endorsement.
func rewrite(_ *rand.Rand, t *Trail, events []Event, forging int) string {
	stranger := keyOf(9)
	forged := written(events, stranger)
	t.Events = forged.Events
	if forging == 0 {
		return "chained anew"
	}
	k := must(Endorse(public(stranger), stranger, time.Now()))
	if forging == 2 {
		k.EndorsedBy = KeyID(public(keyOf(1)))
	}
	t.Heads, t.Keys = forged.Heads, append(bytes.Clone(t.Keys), must(k.Line())...)
	return "and signed by a stranger"
}

func flip(rnd *rand.Rand, what string, file []byte) string {
	at := rnd.IntN(len(file) - 1)
	file[at] ^= 1 << rnd.IntN(8)
	return fmt.Sprintf("flipped a bit of a %s at %d", what, at)
}

func edit(rnd *rand.Rand, what string, file *[]byte, how func([][]byte, int) [][]byte) string {
	all := lines(*file)
	at := rnd.IntN(len(all))
	*file = join(how(all, at))
	return fmt.Sprintf("%s %d", what, at+1)
}

func join(all [][]byte) []byte { return append(bytes.Join(all, []byte("\n")), '\n') }

func manipulatedTrail(seed uint64) (trail Trail, what string) {
	trail = sampleTrail()
	what = manipulations[int(seed)%len(manipulations)](rand.New(rand.NewPCG(seed, 3)), &trail)
	return trail, what
}

func TestManipulatedTrailsAreFound(t *testing.T) {
	for seed := range uint64(1000) {
		trail, what := manipulatedTrail(seed)
		if r := VerifyTrail(trail); r.OK() {
			t.Errorf("seed %d: %s was not found:\n%s", seed, what, r)
		}
	}
}

// The published hash of the specification.
func TestEventOfTheSpecification(t *testing.T) {
	e := Event{At: time.Date(2022, 4, 1, 19, 30, 0, 120_000_000, time.UTC), AccountName: "samsvar", Action: "directory.load", Detail: json.RawMessage(`{}`)}
	if err := e.Chain(Tail{}); err != nil || e.Hash != "sha256:0b88d724f67813f974cfe7dadce38356ad2db95d8638b4ab7c6e4d16496b684b" {
		t.Errorf("%s, %v", must(e.Line()), err)
	}
}

func BenchmarkVerifyTrail(b *testing.B) {
	trail := written(told(1, 10_000), keyOf(1))
	for b.Loop() {
		if r := VerifyTrail(trail); !r.OK() {
			b.Fatal(r)
		}
	}
}
