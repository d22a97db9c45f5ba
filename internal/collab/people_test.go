package collab_test

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"samsvar/internal/portal"
)

// people write with the real provider, in a Node process.
type people struct {
	t   testing.TB
	p   *place
	in  io.WriteCloser
	out *bufio.Reader
}

// gather starts Node, and skips the test where that cannot be.
func (p *place) gather() *people {
	t := p.t
	t.Helper()
	modules, err := filepath.Abs("../../frontend")
	must(t, err)
	for _, name := range []string{"@hocuspocus/provider", "ws"} {
		if _, err := os.Stat(filepath.Join(modules, "node_modules", name)); err != nil {
			t.Skipf("no %s in frontend/node_modules (run npm ci there): this test did not run", name)
		}
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node in PATH: this test did not run")
	}
	cmd := exec.Command(node, "testdata/people.mjs", modules)
	cmd.Stderr = t.Output()
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("people: %v", err)
		}
	})
	return &people{t: t, p: p, in: in, out: bufio.NewReader(out)}
}

type fields map[string]any

// do has the people do something, and reads what comes of it.
func do[T any](g *people, op string, f fields) T {
	g.t.Helper()
	request := fields{"op": op}
	maps.Copy(request, f)
	line, err := json.Marshal(request)
	must(g.t, err)
	_, err = g.in.Write(append(line, '\n'))
	must(g.t, err)
	reply, err := g.out.ReadBytes('\n')
	must(g.t, err)
	var answer struct {
		Result T
		Error  string
	}
	must(g.t, json.Unmarshal(reply, &answer))
	if answer.Error != "" {
		g.t.Fatalf("%s: %s", op, answer.Error)
	}
	return answer.Result
}

func (g *people) open(person string, id portal.DocumentID) portal.AccountID {
	g.t.Helper()
	return g.openWith(person, id, nil)
}

func (g *people) openWith(person string, id portal.DocumentID, options fields) portal.AccountID {
	g.t.Helper()
	account := newAccount()
	all := fields{"person": person, "url": g.p.web.URL + "/collab", "origin": g.p.web.URL, "account": account, "document": id}
	maps.Copy(all, options)
	do[any](g, "open", all)
	return account
}

// ledger is what a page knows of its messages.
type ledger struct{ Sent, Answered, Refused int }

func (g *people) settle(persons ...string) (total ledger) {
	g.t.Helper()
	for _, person := range persons {
		l := do[ledger](g, "settle", fields{"person": person})
		total = ledger{total.Sent + l.Sent, total.Answered + l.Answered, total.Refused + l.Refused}
	}
	return total
}

// view is what somebody has on the screen.
type view struct {
	Text        string
	Update      []byte
	Told        []map[string]string
	Failure     string
	Connections int
	Others      []state
	Own         state
}

type state struct {
	User   map[string]string
	Cursor map[string]any
}

func (g *people) see(person string) view {
	g.t.Helper()
	return do[view](g, "see", fields{"person": person})
}

// rendered is a document as the server renders it.
func rendered(t testing.TB, updates ...[]byte) string {
	t.Helper()
	content, err := renderer().Render(t.Context(), updates...)
	must(t, err)
	return string(content)
}

// agree checks that the people see one text, and that it is the one that is stored.
func (g *people) agree(id portal.DocumentID, persons ...string) {
	g.t.Helper()
	do[any](g, "alike", fields{"persons": persons})
	shown := rendered(g.t, g.see(persons[0]).Update)
	if stored := rendered(g.t, g.p.storedUpdates(id)...); stored != shown {
		g.t.Errorf("on the screens is\n%s\nstored is\n%s", shown, stored)
	}
}
