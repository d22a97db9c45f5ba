package house_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"samsvar/internal/notice"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

var update = flag.Bool("update", false, "write the rendered documents in docs/ anew")

const rendered = "<!-- Rendered from the code by make generate. -->\n\n"

// golden compares a rendered document with the one in docs/, so that a change
// of rule, policy or state machine is seen as a change of text.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("..", "docs", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != text {
		t.Errorf("docs/%s does not show what the code says: run make generate, and look at the change", name)
	}
}

func TestArchitectureDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# The house\n\n" + rendered + "```\n")
	for _, floor := range []struct{ name, does string }{
		{front, "wires, and sees everything"},
		{top, "speak to the world"},
		{first, "do things: the use cases"},
		{ground, "know things: pure"},
		{cellar, "machinery, behind interfaces that the floors declare"},
		{shed, "the demonstration, and what tests stand on"},
	} {
		var names []string
		for _, r := range house {
			if r.floor == floor.name {
				names = append(names, r.name())
			}
		}
		fmt.Fprintf(&b, "  %-14s%-48s%s\n", strings.ToUpper(floor.name), strings.Join(names, "  "), floor.does)
	}
	b.WriteString("```\n\n" + `You may look down, never up or sideways. The ground floor looks at the standard library (and, for ids, at one for UUIDs) and ` + "`portal`" + ` alone.
No floor looks into the cellar, but ` + "`collab`" + ` at the codec: ` + "`cmd/samsvar`" + ` carries the keys. Some libraries have one room each.

` + "`internal/house_test.go`" + ` holds these tables against the imports; tests may import what they like. A new package gets its line
there, and its sentence here from its package comment. The pages have the same order, held by ESLint: see
[frontend/README.md](../frontend/README.md).

| package | floor | what it does | may use, of ours |
|---|---|---|---|
`)
	for _, r := range house {
		may := r.may
		if may == "" {
			may = "nothing"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.path, r.floor, sentence(t, r.path), may)
	}
	b.WriteString("\nLibraries that only some may know:\n\n| library | known to |\n|---|---|\n")
	for _, library := range slices.Sorted(maps.Keys(held)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.TrimSuffix(library, "/"), held[library])
	}
	golden(t, "architecture.md", b.String())
}

// sentence is the first one of the package comment, without the package's name.
func sentence(t *testing.T, path string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", path, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".gen.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		_, does, ok := strings.Cut(new(doc.Package).Synopsis(file.Doc.Text()), " "+filepath.Base(path)+" ")
		if ok {
			return strings.TrimRight(does, ":.")
		}
	}
	t.Errorf("%s has no package comment that begins with its name and what it does", path)
	return ""
}

// operations gives the operations of the contract by the action that decides about them.
func operations(t *testing.T) map[policy.Action][]string {
	t.Helper()
	raw, err := os.ReadFile("httpapi/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Paths map[string]map[string]yaml.Node
	}
	if err := yaml.Unmarshal(raw, &contract); err != nil {
		t.Fatal(err)
	}
	out := map[policy.Action][]string{}
	for path, methods := range contract.Paths {
		for method, node := range methods {
			if method == "parameters" {
				continue
			}
			var operation struct {
				Action policy.Action `yaml:"x-action"`
			}
			if err := node.Decode(&operation); err != nil {
				t.Fatalf("%s %s: %v", method, path, err)
			}
			out[operation.Action] = append(out[operation.Action], fmt.Sprintf("`%s %s`", strings.ToUpper(method), path))
		}
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}

// public is the action of operations that need no login.
const public = policy.Action("public")

// Every operation is decided by a row of the policy, and every row decides
// about an operation; but document.* decides about live documents, which are
// reached over the WebSocket.
func TestPolicyCoversTheContract(t *testing.T) {
	operations := operations(t)
	rows := map[policy.Action]bool{}
	for _, row := range policy.Table {
		rows[row.Action] = true
		if len(operations[row.Action]) == 0 && !strings.HasPrefix(string(row.Action), "document.") {
			t.Errorf("the policy's row %s has no operation in httpapi/openapi.yaml", row.Action)
		}
	}
	for action, list := range operations {
		if !rows[action] && action != public {
			t.Errorf("%s: x-action %q is not in policy.Table", strings.Join(list, ", "), action)
		}
	}
}

func TestPolicyDocument(t *testing.T) {
	operations := operations(t)
	var b strings.Builder
	b.WriteString("# Who may do what\n\n" + rendered +
		"What does not stand here is refused. Whoever may not know of an object gets the same answer as for one that does not exist.\n" +
		"An action with several rows is allowed by any of them. Operations are those of `/api/v1`; live documents are reached over the\n" +
		"WebSocket `/collab`.\n")
	var object string
	var last policy.Action
	for _, row := range policy.Table {
		kind, _, _ := strings.Cut(string(row.Action), ".")
		if kind != object {
			fmt.Fprintf(&b, "\n## %s\n\n| action | who | while it is | operations |\n|---|---|---|---|\n", kind)
			object = kind
		}
		while := strings.Join(row.While, ", ")
		if while == "" {
			while = "anything"
		}
		var decided string
		if row.Action != last {
			decided = strings.Join(operations[row.Action], "<br>")
		}
		last = row.Action
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", row.Action, join(row.Who, "; "), while, decided)
	}
	fmt.Fprintf(&b, "\n## What asks for a fresh login\n\n`%s`: in a login no older, and no less sure, than the round says. Else `reauthentication_required`.\n", join(policy.Solemn, "`, `"))
	fmt.Fprintf(&b, "\n## Without login\n\n%s\n", strings.Join(operations[public], ", "))
	b.WriteString("\n## Which roles an organisation can give\n\n| organisation | roles |\n|---|---|\n")
	for _, kind := range []portal.OrganisationKind{portal.Ministry, portal.RegionalHealthAuthority, portal.HealthCommunity, portal.HealthTrust,
		portal.Hospital, portal.Municipality, portal.Association, portal.Operator} {
		fmt.Fprintf(&b, "| %s | %s |\n", words(string(kind)), words(join(portal.RolesFor(kind), ", ")))
	}
	golden(t, "policy.md", b.String())
}

func join[S ~string](list []S, separator string) string {
	var plain []string
	for _, s := range list {
		plain = append(plain, string(s))
	}
	return strings.Join(plain, separator)
}

func words(s string) string { return strings.ReplaceAll(s, "_", " ") }

func TestNoticesDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Who is told what\n\n" + rendered +
		"Whatever is recorded in the audit trail can be told of. Whoever did it is not told; whom several rows would tell of one thing is told once,\n" +
		"by the first. In the page a notice stands at once; *by mail* says how soon it comes there as well:\n\n" +
		"| by mail | |\n|---|---|\n" +
		"| at once | it must be known, so it comes whatever the person has chosen |\n" +
		"| with the reminder | for those who want to be told at once it comes at once; for the others it is part of the day's reminder, if they still owe something |\n" +
		"| with the day's mail | for those who want to be told at once it comes at once; for those who have the day's reminder it stands there, whatever they owe |\n" +
		"| never | it stands in the page alone |\n\n" +
		"What *asks* for something is not mailed to whoever owes nothing there by then: what is owed is what stands on the person's first page\n" +
		"at the moment of sending. Rights, language and address are those of that moment, too. A mail says what is owed, for whom and by when, with a\n" +
		"link; it says nothing of the text, nor who has said what about it.\n\n" +
		"**The day's reminder** comes from 07:00 in Oslo, in one mail, to those who have something to do; everybody chooses on the page *Varsler* whether\n" +
		"to have it (the default), to be told at once as well, or never to be reminded. When nothing is owed, and nothing else is to be told with\n" +
		"the day's mail, nothing is sent.\n\n" +
		"| what was recorded | notice | who is told | by mail | asks |\n|---|---|---|---|---|\n")
	for _, row := range notice.Table {
		what := "`" + string(row.Action) + "`"
		if row.With != "" {
			what += " with " + row.With
		}
		if len(row.While) > 0 {
			what += ", while " + join(row.While, " or ")
		}
		asks := ""
		if row.Asks {
			asks = "yes"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", what, row.Kind, join(row.Who, "; "), row.Mail, asks)
	}
	golden(t, "notices.md", b.String())
}

// What can be told has its words in the pages, in both written forms; without them it would be something that happened.
func TestNoticesHaveTheirWords(t *testing.T) {
	for _, language := range []string{"nb", "nn"} {
		raw, err := os.ReadFile("../frontend/src/features/notices/" + language + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words struct{ Kind map[string]string }
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatal(err)
		}
		for _, row := range notice.Table {
			if words.Kind[string(row.Kind)] == "" {
				t.Errorf("features/notices/%s.json has no words for %s", language, row.Kind)
			}
		}
	}
}

func TestStateMachinesDocument(t *testing.T) {
	text := "# State machines\n\n" + rendered +
		"Times are by the server's clock. A step that is not drawn is refused with `wrong_state`; who may take it stands in [policy.md](policy.md).\n\n" +
		drawing("A round", workflow.RoundSteps) + drawing("A response", workflow.ResponseSteps) + drawing("What was sent", workflow.SubmissionSteps) + drawing("A meeting", workflow.MeetingSteps)
	golden(t, "state-machines.md", strings.TrimSuffix(text, "\n"))
}

// The examples are every kind of rule there is, in the words that the pages use.
func TestRulesDocument(t *testing.T) {
	voters := []portal.Voter{{ID: "1", Name: "Byen"}, {ID: "2", Name: "Sykehuset"}}
	var b strings.Builder
	b.WriteString("# When a community's answer may be sent\n\n" + rendered +
		"Each community has one rule. Its secretariat changes it on the community's page; earlier versions stay there, with who made them and why.\n" +
		"What is frozen is decided by the rule that held when it was frozen. Silence counts only where the rule says so, for a party that has\n" +
		"never answered, and only after a warning to that party is on record. A rejection stands in the way whatever the rule.\n")
	for _, example := range []struct {
		title string
		rule  portal.Rule
	}{
		{"Consensus on both sides (what every community begins with)", workflow.DefaultRule()},
		{"Consensus with other shares, two committees, and silence", portal.Rule{Kind: portal.Consensus, HospitalPercent: 100, MunicipalPercent: 70, PartnershipDecision: true, SilenceDays: 14}},
		{"Named voters", portal.Rule{Kind: portal.NamedVoters, Voters: voters}},
		{"Recommendation, then each party", portal.Rule{Kind: portal.Recommendation, HospitalPercent: 100, MunicipalPercent: 100}},
		{"A separate answer", workflow.SeparateRule(portal.Organisation{ID: "1", Name: "Byen"})},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| bokmål | nynorsk |\n|---|---|\n", example.title)
		for _, sentence := range workflow.RuleInWords(example.rule) {
			fmt.Fprintf(&b, "| %s | %s |\n", sentence.NB, sentence.NN)
		}
	}
	golden(t, "rules.md", b.String())
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
