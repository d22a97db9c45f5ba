// Package internal holds the house rule against the code, and draws it.
package internal

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

var update = flag.Bool("update", false, "write the rendered documents in docs/ anew")

// room is a package of the house: what it holds, and which other rooms it may use.
type room struct {
	path, floor, holds string
	may                string // names of rooms and floors
}

const (
	front  = "front door"
	top    = "top floor"
	first  = "first floor"
	ground = "ground floor"
	cellar = "cellar"
	shed   = "shed"
)

// house is the rule, the picture and the check in one. `may` names packages
// under internal/, or a floor.
var house = []room{
	{"cmd/samsvar", front, "wiring, settings, commands", "everything"},

	{"internal/httpapi", top, "the contract's operations, sessions, login, problems, limits", "ground floor, first floor"},
	{"internal/collab", top, "live documents over WebSocket: framing, one goroutine per open document", "portal, yjs"},

	{"internal/directory", first, "communities, municipalities, trusts, dated membership, accounts, roles; the reference data", "ground floor"},
	{"internal/consult", first, "rounds, invitations, responses, submission, receipts", "ground floor"},
	{"internal/document", first, "answers as documents: reading, writing, freezing", "ground floor"},
	{"internal/signoff", first, "positions, remarks, decisions of bodies", "ground floor"},
	{"internal/export", first, "PDF, DOCX and JSON of what was sent; jobs that render many", "ground floor"},

	{"internal/portal", ground, "the nouns, typed ids, actor, errors, audit events", ""},
	{"internal/workflow", ground, "state machines, deadlines, tally of positions. Time is an argument", "portal"},
	{"internal/policy", ground, "who may do what, as one table; the shape of every write", "portal"},
	{"internal/evidence", ground, "what is sent, how it is hashed, how it is verified", ""},

	{"internal/postgres", cellar, "everything kept, behind the stores that the first floor declares; migrations", "ground floor, first floor"},
	{"internal/pgembed", cellar, "a private PostgreSQL for trying out and for tests", ""},
	{"internal/oidc", cellar, "login at OpenID Connect providers", "portal"},
	{"internal/devidp", cellar, "a provider to try out with, never in production", "portal"},
	{"internal/yjs", cellar, "the codec and renderer of live documents. Knows nothing of the portal", ""},
	{"internal/webui", cellar, "the built pages", ""},

	{"internal/demo", shed, "an invented country at work, made through the use cases", "ground floor, first floor"},
	{"internal/postgres/pgtest", shed, "a database for each test", "postgres, pgembed"},
	{"internal/postgres/pgtest/cluster", shed, "a server for all test processes of a run", "postgres/pgtest"},
}

// held are libraries that only some rooms may know.
var held = map[string]string{
	"github.com/labstack/echo":        "httpapi",
	"gorm.io/":                        "postgres",
	"github.com/coreos/go-oidc":       "oidc",
	"github.com/zitadel/oidc":         "devidp",
	"github.com/coder/websocket":      "collab",
	"github.com/dop251/goja":          "yjs",
	"github.com/jackc/pgx":            "postgres, postgres/pgtest",
	"github.com/alexedwards/scs/v2":   "httpapi",
	"github.com/getkin/kin-openapi":   "httpapi",
	"github.com/caarlos0/env":         "cmd/samsvar",
	"github.com/pressly/goose":        "postgres",
	"github.com/oapi-codegen/runtime": "httpapi",
}

// pure may use the standard library and what is named here, nothing else from outside.
var pure = map[string][]string{"portal": {"github.com/google/uuid"}, "workflow": nil, "policy": nil, "evidence": nil}

func (r room) name() string { return strings.TrimPrefix(r.path, "internal/") }

// allows says whether the room may use another one.
func (r room) allows(other room) bool {
	for _, entry := range strings.Split(r.may, ", ") {
		if entry == "everything" || entry == other.name() || entry == other.floor {
			return true
		}
	}
	return false
}

type goPackage struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

// packages asks go list. Imports of tests are free.
func packages(t *testing.T) []goPackage {
	t.Helper()
	lookAtSources(t)
	list := exec.Command("go", "list", "-json=ImportPath,Imports,Standard", "./...")
	list.Dir, list.Stderr = "..", os.Stderr
	out, err := list.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := list.Start(); err != nil {
		t.Fatal(err)
	}
	var found []goPackage
	for decoder := json.NewDecoder(out); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.ImportPath != "samsvar/internal" { // this test
			found = append(found, p)
		}
	}
	if err := list.Wait(); err != nil {
		t.Fatalf("go list: %v", err)
	}
	return found
}

// lookAtSources makes go test run this again when a source has changed: it
// keeps results until a file changes that the test itself has looked at.
func lookAtSources(t *testing.T) {
	t.Helper()
	for _, tree := range []string{"../cmd", "."} {
		err := filepath.WalkDir(tree, func(path string, entry fs.DirEntry, err error) error {
			if entry != nil && entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			if err == nil && filepath.Ext(path) == ".go" {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestHouseRule(t *testing.T) {
	found := packages(t)
	for _, fault := range faults(house, found) {
		t.Error(fault)
	}
}

// faults lists what in the packages is against the rule.
func faults(house []room, found []goPackage) (out []string) {
	rooms := map[string]room{}
	for _, r := range house {
		rooms["samsvar/"+r.path] = r
	}
	there := map[string]bool{}
	for _, p := range found {
		here, known := rooms[p.ImportPath]
		there[p.ImportPath] = true
		if !known {
			out = append(out, p.ImportPath+" has no place in the house: give it one in internal/house_test.go")
			continue
		}
		for _, imported := range p.Imports {
			if other, ours := rooms[imported]; ours && !here.allows(other) {
				out = append(out, fmt.Sprintf("%s uses %s, and may use only: %s", here.name(), other.name(), here.may))
			}
			for library, holders := range held {
				if strings.HasPrefix(imported, library) && !slices.Contains(strings.Split(holders, ", "), here.name()) {
					out = append(out, fmt.Sprintf("%s uses %s, which only %s may know", here.name(), imported, holders))
				}
			}
			extra, isPure := pure[here.name()]
			outside := strings.Contains(strings.Split(imported, "/")[0], ".")
			if isPure && outside && !slices.Contains(extra, imported) {
				out = append(out, fmt.Sprintf("%s is pure, and uses %s", here.name(), imported))
			}
		}
	}
	for path, r := range rooms {
		if !there[path] {
			out = append(out, r.path+" stands in the house's table and is not there")
		}
	}
	slices.Sort(out)
	return out
}

// The check itself is tried on a house that is built wrong.
func TestHouseRuleSeesFaults(t *testing.T) {
	rooms := []room{{"internal/portal", ground, "", ""}, {"internal/directory", first, "", "ground floor"}, {"internal/postgres", cellar, "", "ground floor"}, {"internal/gone", cellar, "", ""}}
	found := []goPackage{
		{ImportPath: "samsvar/internal/portal", Imports: []string{"fmt", "samsvar/internal/directory", "example.org/clock"}},
		{ImportPath: "samsvar/internal/directory", Imports: []string{"samsvar/internal/portal", "samsvar/internal/postgres", "gorm.io/gorm"}},
		{ImportPath: "samsvar/internal/postgres", Imports: []string{"samsvar/internal/portal", "gorm.io/gorm"}},
		{ImportPath: "samsvar/internal/attic"},
	}
	want := []string{
		"directory uses gorm.io/gorm, which only postgres may know",
		"directory uses postgres, and may use only: ground floor",
		"internal/gone stands in the house's table and is not there",
		"portal is pure, and uses example.org/clock",
		"portal uses directory, and may use only: ",
		"samsvar/internal/attic has no place in the house: give it one in internal/house_test.go",
	}
	if got := faults(rooms, found); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// golden compares a rendered document with the one in docs/, so that a change
// of rule, policy or state machine is seen as a change of text.
func golden(t *testing.T, name, rendered string) {
	t.Helper()
	path := filepath.Join("..", "docs", name)
	if *update {
		if err := os.WriteFile(path, []byte(rendered), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != rendered {
		t.Errorf("docs/%s does not show what the code says: look at the change, then run go test ./internal -update", name)
	}
}

const rendered = "<!-- Rendered from the code by go test ./internal -update. -->\n\n"

func TestArchitectureDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# The house\n\n" + rendered + "```\n")
	for _, floor := range []struct{ name, does, sees string }{
		{front, "wires", "sees everything"}, {top, "speak to the world", "look down"}, {first, "do things: the use cases", "look at the ground floor"},
		{ground, "know things: pure", "portal looks at nothing, the others at portal"}, {cellar, "machinery, behind interfaces that the floors declare", "never looked at, but yjs by collab"},
	} {
		var names []string
		for _, r := range house {
			if r.floor == floor.name {
				names = append(names, r.name())
			}
		}
		fmt.Fprintf(&b, "  %-13s %-46s %s\n  %13s   %s\n", strings.ToUpper(floor.name), strings.Join(names, "  "), floor.does, "", floor.sees)
	}
	b.WriteString("```\n\nYou may look down, never up or sideways. No floor looks into the cellar, but `collab` at the codec: `cmd/samsvar` carries the keys.\n" +
		"`internal/house_test.go` holds this table against the imports.\n\n| package | floor | holds | may use, of ours |\n|---|---|---|---|\n")
	for _, r := range house {
		may := r.may
		if may == "" {
			may = "nothing"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.path, r.floor, r.holds, may)
	}
	b.WriteString("\nLibraries that only some may know:\n\n| library | known to |\n|---|---|\n")
	for _, library := range sortedKeys(held) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.TrimSuffix(library, "/"), held[library])
	}
	golden(t, "architecture.md", b.String())
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func TestPolicyDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Who may do what\n\n" + rendered +
		"What does not stand here is refused. Whoever may not know of an object gets the same answer as for one that does not exist.\n\n" +
		"| action | who | while it is |\n|---|---|---|\n")
	for _, row := range policy.Table {
		var who []string
		for _, relation := range row.Who {
			who = append(who, string(relation))
		}
		while := strings.Join(row.While, ", ")
		if while == "" {
			while = "anything"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", row.Action, strings.Join(who, "; "), while)
	}
	b.WriteString("\nWhich roles an organisation can give:\n\n| organisation | roles |\n|---|---|\n")
	for _, kind := range []portal.OrganisationKind{portal.Ministry, portal.RegionalHealthAuthority, portal.HealthCommunity, portal.HealthTrust,
		portal.Hospital, portal.Municipality, portal.Association, portal.Operator} {
		var roles []string
		for _, role := range portal.RolesFor(kind) {
			roles = append(roles, string(role))
		}
		fmt.Fprintf(&b, "| %s | %s |\n", kind, strings.Join(roles, ", "))
	}
	golden(t, "policy.md", b.String())
}

func TestStateMachinesDocument(t *testing.T) {
	text := "# State machines\n\n" + rendered + drawing("A round", workflow.RoundSteps) + drawing("A response", workflow.ResponseSteps)
	golden(t, "state-machines.md", strings.TrimSuffix(text, "\n"))
}

func drawing[S ~string](title string, steps []workflow.Step[S]) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n```mermaid\nstateDiagram-v2\n    [*] --> %s\n", title, steps[0].From)
	for _, s := range steps {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", s.From, s.To, s.Event)
	}
	b.WriteString("```\n\n| from | event | to | what it takes, what it does |\n|---|---|---|---|\n")
	for _, s := range steps {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.From, s.Event, s.To, s.Note)
	}
	return b.String() + "\n"
}
