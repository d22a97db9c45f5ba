package yjs

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// oracle is the real yjs in a Node process of its own.
type oracle struct {
	mu  sync.Mutex
	in  io.WriteCloser
	out *bufio.Reader
}

// startOracle starts Node with yjs, and skips the test where one of them is missing.
func startOracle(t testing.TB) *oracle {
	t.Helper()
	modules, err := filepath.Abs("../../frontend")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "node_modules", "yjs")); err != nil {
		t.Skip("no yjs in frontend/node_modules (run npm ci there): this test did not run")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node in PATH: this test did not run")
	}
	cmd := exec.Command(node, "--expose-gc", "testdata/oracle.mjs", modules, "js/bundle.js")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("oracle: %v", err)
		}
	})
	return &oracle{in: in, out: bufio.NewReader(out)}
}

// ask sends one request and reads its result.
func ask[T any](t testing.TB, o *oracle, op string, fields map[string]any) T {
	t.Helper()
	request := map[string]any{"op": op}
	for name, value := range fields {
		request[name] = value
	}
	line, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, err := o.in.Write(append(line, '\n')); err != nil {
		t.Fatalf("oracle: %v", err)
	}
	reply, err := o.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("oracle: %v", err)
	}
	var answer struct {
		Result T
		Error  string
	}
	if err := json.Unmarshal(reply, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error != "" {
		t.Fatalf("oracle: %s", answer.Error)
	}
	return answer.Result
}

// state is what yjs says of a document.
type docState struct {
	StateVector []byte
	Pending     bool
	Update      []byte
}

func (o *oracle) state(t testing.TB, updates ...[]byte) docState {
	t.Helper()
	return ask[docState](t, o, "state", map[string]any{"updates": updates})
}

func (o *oracle) render(t testing.TB, updates ...[]byte) string {
	t.Helper()
	return ask[string](t, o, "render", map[string]any{"updates": updates})
}

// judge gives yjs's verdicts on what was judged on top of base.
func (o *oracle) judge(t testing.TB, base []byte, cases []mutant) []verdict {
	t.Helper()
	return ask[[]verdict](t, o, "judge", map[string]any{"base": base, "cases": cases})
}

// editing is a random history of several people.
type editing struct {
	Updates [][]byte
	Clients []string // what each person sees in the end
}

// history makes the history of a seed. With astral, texts hold surrogate pairs and people edit in the middle of them.
func (o *oracle) history(t testing.TB, seed, steps int, astral bool) editing {
	t.Helper()
	return ask[editing](t, o, "history", map[string]any{
		"seed": seed, "steps": steps, "people": 2 + seed%3, "astral": astral,
	})
}
