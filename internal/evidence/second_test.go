package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// opinion is a case that both verifiers are asked about, and what the first one found.
type opinion struct {
	what  string
	files [][]byte
	first Report
}

func aPackage(what string, raw []byte) opinion {
	return opinion{what, [][]byte{raw}, Verify(raw)}
}

func aTrail(what string, t Trail) opinion {
	return opinion{what, [][]byte{t.Events, t.Heads, t.Keys}, VerifyTrail(t)}
}

// A verifier in another language, written from the specification alone, comes to the same verdict on
// whatever is sealed, manipulated or forged here, and finds the same in packages.
func TestASecondVerifierAgrees(t *testing.T) {
	cases := append(packages(t), trails()...)
	second := ask(t, cases)
	for i, c := range cases {
		if ok := len(second[i]) == 0; ok != c.first.OK() {
			t.Errorf("%s: the second verifier fails %q, the first says\n%s", c.what, second[i], c.first)
		}
		if len(c.files) == 1 && !slices.Equal(second[i], failures(c.first)) {
			t.Errorf("%s: the second verifier fails %q, the first %q", c.what, second[i], failures(c.first))
		}
	}
}

func packages(t *testing.T) (cases []opinion) {
	untouched := encode(t, sample(t))
	cases = append(cases, aPackage("nothing", []byte{}), aPackage("a list", []byte("[]")),
		aPackage("a member twice", bytes.Replace(untouched, []byte(`"number"`), []byte(`"number": "1", "number"`), 1)))
	rnd := rand.New(rand.NewPCG(8, 8))
	for name, p := range map[string]Package{"a joint answer": sample(t), "a separate one": separate(t), "what is published": must(sample(t).Publication()),
		"what is published of a separate one": must(separate(t).Publication())} {
		untouched := encode(t, p)
		cases = append(cases, aPackage(name, untouched))
		for seed := range uint64(500) {
			raw, what := manipulated(t, p, seed)
			cases = append(cases, aPackage(fmt.Sprintf("%s, seed %d: %s", name, seed, what), raw))
		}
		for range 300 {
			raw := bytes.Clone(untouched)
			at := rnd.IntN(len(raw))
			raw[at] ^= 1 << rnd.IntN(8)
			cases = append(cases, aPackage(fmt.Sprintf("%s: a bit of byte %d flipped (%q)", name, at, raw[max(0, at-20):at+1]), raw))
		}
	}
	for name, f := range forgeries {
		cases = append(cases, aPackage("forged: "+name, encode(t, forged(t, f.forge))))
		public := must(sample(t).Publication())
		f.forge(&public)
		cases = append(cases, aPackage("forged and published: "+name, encode(t, public)))
	}
	for name, spoil := range spoilt {
		p := separate(t)
		spoil(&p)
		cases = append(cases, aPackage("spoilt: "+name, encode(t, resealed(t, p))))
	}
	return cases
}

func trails() (cases []opinion) {
	cases = append(cases, aTrail("an untouched trail", sampleTrail()))
	for seed := range uint64(1000) {
		trail, what := manipulatedTrail(seed)
		cases = append(cases, aTrail(fmt.Sprintf("seed %d: %s", seed, what), trail))
	}
	for i := range stolen {
		trail, what := misused(i)
		cases = append(cases, aTrail(what, trail))
	}
	return cases
}

// failures are the names of the checks that failed, each once, in their order.
func failures(r Report) []string {
	var names []string
	for _, c := range r.Checks {
		if c.Outcome == Fail {
			names = append(names, c.Name)
		}
	}
	return slices.Compact(names)
}

// ask gives for each case what fails by the second verifier.
func ask(t *testing.T, cases []opinion) [][]string {
	t.Helper()
	var in bytes.Buffer
	for _, c := range cases {
		if err := json.NewEncoder(&in).Encode(map[string]any{"files": c.files}); err != nil {
			t.Fatal(err)
		}
	}
	var complaint strings.Builder
	node := exec.Command("node", "testdata/second.mjs")
	node.Stdin, node.Stderr = &in, &complaint
	out, err := node.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaint.String())
	}
	var answers [][]string
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var names []string
		if err := json.Unmarshal(lines.Bytes(), &names); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, names)
	}
	if len(answers) != len(cases) {
		t.Fatalf("%d answers for %d cases", len(answers), len(cases))
	}
	return answers
}
