// Package house_test holds the house rule against the code, and renders what
// the code says of itself into docs/.
package house_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// room is a package of the house, and which other rooms it may use: names of
// rooms and floors. What it holds stands in its package comment.
type room struct{ path, floor, may string }

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
	{"cmd/samsvar", front, "everything"},

	{"internal/httpapi", top, "ground floor, first floor"},
	{"internal/collab", top, "portal, yjs"},

	{"internal/directory", first, "ground floor"},
	{"internal/consult", first, "ground floor"},
	{"internal/document", first, "ground floor"},
	{"internal/signoff", first, "ground floor"},
	{"internal/meeting", first, "ground floor"},
	{"internal/comment", first, "ground floor"},
	{"internal/export", first, "ground floor"},
	{"internal/notice", first, "ground floor"},

	{"internal/portal", ground, ""},
	{"internal/workflow", ground, "portal"},
	{"internal/policy", ground, "portal"},
	{"internal/evidence", ground, ""},

	{"internal/postgres", cellar, "ground floor, first floor"},
	{"internal/ledger", cellar, "evidence"},
	{"internal/pgembed", cellar, ""},
	{"internal/oidc", cellar, "portal"},
	{"internal/devidp", cellar, "portal"},
	{"internal/yjs", cellar, ""},
	{"internal/webui", cellar, ""},
	{"internal/mailing", cellar, "ground floor, first floor"},

	{"internal/demo", shed, "ground floor, first floor"},
	{"internal/collab/compare", shed, "postgres, pgembed, oidc, devidp, yjs"},
	{"internal/mailing/mailtest", shed, ""},
	{"internal/postgres/pgtest", shed, "postgres, pgembed"},
	{"internal/postgres/pgtest/cluster", shed, "postgres/pgtest"},
}

// held are libraries that only some rooms may know.
var held = map[string]string{
	"github.com/labstack/echo":           "httpapi",
	"gorm.io/":                           "postgres",
	"github.com/coreos/go-oidc":          "oidc",
	"github.com/zitadel/oidc":            "devidp",
	"github.com/go-jose/go-jose":         "oidc, devidp",
	"github.com/coder/websocket":         "collab",
	"github.com/dop251/goja":             "yjs",
	"github.com/gabriel-vasile/mimetype": "signoff",
	"github.com/jackc/pgx":               "postgres, postgres/pgtest",
	"github.com/alexedwards/scs/v2":      "httpapi",
	"github.com/getkin/kin-openapi":      "httpapi",
	"github.com/arran4/golang-ical":      "meeting",
	"github.com/caarlos0/env":            "cmd/samsvar",
	"github.com/pressly/goose":           "postgres",
	"github.com/oapi-codegen/runtime":    "httpapi",
	"github.com/wneessen/go-mail":        "mailing",
	"github.com/emersion/go-smtp":        "mailing/mailtest",
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
			out = append(out, p.ImportPath+" has no place in the house: give it a line in the table `house` of internal/house_test.go, on the lowest floor that will do")
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
	rooms := []room{{"internal/portal", ground, ""}, {"internal/directory", first, "ground floor"}, {"internal/postgres", cellar, "ground floor"}, {"internal/gone", cellar, ""}}
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
		"samsvar/internal/attic has no place in the house: give it a line in the table `house` of internal/house_test.go, on the lowest floor that will do",
	}
	if got := faults(rooms, found); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
