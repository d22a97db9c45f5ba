package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// bar is what we have said that we reach, as a ratio of ours to another's.
type bar struct {
	what, than         string
	ours, other, ratio float64
	least              bool // the ratio is to be at least what is said, else at most
	bound              float64
	show               func(float64) string
}

func (b bar) verdict() string {
	if b.ours <= 0 || b.other <= 0 {
		return "**void**: one of them held nothing"
	}
	met := b.ratio <= b.bound
	if b.least {
		met = b.ratio >= b.bound
	}
	if met {
		return "reached"
	}
	return "**missed**"
}

func (f *findings) bars() []bar {
	held := func(name string) float64 { return float64(highest(f.climbs[name]).rate) }
	perSecond := func(name string) float64 { return f.crowds[name].perSecond }
	idle := func(name string) float64 { return f.crowds[name].bytes }
	saved := func(name string) float64 {
		if s := f.steady[name]; s.held || name != samsvar {
			return float64(s.acked99)
		}
		return 0 // who does not keep up has acknowledged nothing in time
	}
	count := func(n float64) string { return grouped(int(n)) }
	text := fmt.Sprintf("a text of %s edits in memory, ", grouped(f.document.edits))
	bars := []bar{
		{what: "keystrokes a second", than: hocuspocus, ours: held(samsvar), other: held(hocuspocus), least: true, bound: 10, show: count},
		{what: "keystrokes a second", than: ywebsocket, ours: held(samsvar), other: held(ywebsocket), least: true, bound: 3, show: count},
		{what: fmt.Sprintf("acknowledged at the 99th percentile, %s updates a second", grouped(steadyRate)), than: hocuspocus,
			ours: saved(samsvar), other: saved(hocuspocus), bound: 2, show: func(n float64) string { return milliseconds(time.Duration(n)) }},
		{what: "connections set up a second", than: hocuspocus, ours: perSecond(samsvar), other: perSecond(hocuspocus), least: true, bound: 4, show: count},
		{what: text + "opened from what is stored", than: "Y.Doc in Node", ours: f.document.opened, other: f.document.yOpened, bound: .35, show: size},
		{what: text + "after its edits came one by one", than: "Y.Doc in Node", ours: f.document.typed, other: f.document.yTyped, bound: .35, show: size},
		{what: fmt.Sprintf("each of %s idle connections", grouped(crowd)), than: hocuspocus, ours: idle(samsvar), other: idle(hocuspocus), bound: .8, show: size},
	}
	for i, b := range bars {
		if b.other > 0 {
			bars[i].ratio = b.ours / b.other
		}
	}
	return bars
}

func (f *findings) report(ctx context.Context) []byte {
	var out bytes.Buffer
	say := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	say("# Benchmarks\n\nWritten by `make bench-peers`, which `make bench` ends with. It measures the live documents beside other servers of their kind, all in one run.\n")
	say("## Bars\n\n| | Samsvar | the other | | ratio | bar | |\n|---|---|---|---|---|---|---|")
	for _, b := range f.bars() {
		word := "at most"
		if b.least {
			word = "at least"
		}
		say("| %s | %s | %s | %s | %.2f | %s %g | %s |", b.what, b.show(b.ours), b.show(b.other), b.than, b.ratio, word, b.bound, b.verdict())
	}
	say("\n## Side by side\n\n| | %s | %s | %s |\n|---|---|---|---|", samsvar, hocuspocus, ywebsocket)
	row := func(what string, figure func(name string) string) {
		say("| %s | %s | %s | %s |", what, figure(samsvar), figure(hocuspocus), figure(ywebsocket))
	}
	at := func(show func(step) time.Duration) func(string) string {
		return func(name string) string { return milliseconds(show(highest(f.climbs[name]))) }
	}
	row("keystrokes a second, highest that held", func(name string) string { return grouped(highest(f.climbs[name]).rate) })
	row("there: shown to the others, median", at(func(s step) time.Duration { return s.shown50 }))
	row("there: shown to the others, 99th percentile", at(func(s step) time.Duration { return s.shown99 }))
	row("there: acknowledged, median", at(func(s step) time.Duration { return s.acked50 }))
	row("there: acknowledged, 99th percentile", at(func(s step) time.Duration { return s.acked99 }))
	saved := func(show func(step) time.Duration) func(string) string {
		return func(name string) string { return milliseconds(show(f.steady[name])) }
	}
	only := grouped(steadyRate) + " updates a second: "
	row(only+"acknowledged, median", saved(func(s step) time.Duration { return s.acked50 }))
	row(only+"acknowledged, 99th percentile", saved(func(s step) time.Duration { return s.acked99 }))
	row(only+"shown to the others, 99th percentile", saved(func(s step) time.Duration { return s.shown99 }))
	row("connections set up a second", func(name string) string { return grouped(int(f.crowds[name].perSecond)) })
	row("memory of an idle connection", func(name string) string { return size(f.crowds[name].bytes) })
	say("\nEvery rate that was tried, as the 99th percentile until a keystroke was shown to the others:\n\n| keystrokes a second | %s | %s | %s |\n|---|---|---|---|", samsvar, hocuspocus, ywebsocket)
	for _, rate := range rates {
		row(grouped(rate), func(name string) string {
			for _, s := range f.climbs[name] {
				if s.rate == rate && s.held {
					return milliseconds(s.shown99)
				} else if s.rate == rate {
					return "not held: " + milliseconds(s.shown99)
				}
			}
			return ""
		})
	}
	f.writeConditions(ctx, say)
	return out.Bytes()
}

func (f *findings) writeConditions(ctx context.Context, say func(string, ...any)) {
	say(`
## How

- **Servers.** Samsvar is the program as it is run: sessions from a login by OpenID Connect, rights looked up in PostgreSQL, awareness parsed and
  rewritten, acknowledgement after COMMIT. Hocuspocus has its defaults, its database extension on the same PostgreSQL and one query for the
  session in onAuthenticate; it acknowledges before it stores. y-websocket's server appends each update to LevelDB; it asks nobody who they are, and
  acknowledges nothing. Each starts anew, with empty texts, for each measurement.
- **Cores.** The server alone is pinned to the first core. The load client and PostgreSQL share the second one, for Samsvar and Hocuspocus alike.
- **Load.** %d documents with %d people in each. A keystroke is an update of one character at the end of the person's own paragraph and an awareness
  message with the caret, in one write. A rate is kept for %v before it is measured for %v; it holds when 99 %% of the keystrokes are with the
  other people of the document within %v, and what never came counts as late. In the end somebody who comes with nothing must be given every text
  as it was typed: else the figures are void.
- **Limits.** SAMSVAR_LIVE_MESSAGES is raised, since a hundred people do not type thousands of characters a second.
- **Connections.** %s people, %d at a time, over %d open documents; each is set up when the document is in step. Memory is how much more the process
  holds (VmRSS) 5 seconds after the last came.
- **Texts.** Live bytes after garbage collection, of ten copies.%s
- **Noise.** Everything twice, the better run kept, for every server alike.
`, documents, each, settling, measuring, tolerable, grouped(crowd), arriving, documents, f.document.origin())
	say("Measured %s in %v, by\n\n    make bench-peers\n", f.began.UTC().Format(time.DateOnly), time.Since(f.began).Round(time.Minute))
	say("| | |\n|---|---|\n| machine | %s |", machine())
	for _, v := range f.versions(ctx) {
		say("| %s | %s |", v[0], v[1])
	}
}

func (r resident) origin() string {
	if r.made {
		return " The edits are made up: three people who type and delete."
	}
	return ""
}

func (f *findings) versions(ctx context.Context) (out [][2]string) {
	out = append(out, [2]string{"Go", strings.TrimPrefix(runtime.Version(), "go")})
	if node, err := exec.Command(f.arena.nodePath, "--version").Output(); err == nil {
		out = append(out, [2]string{"Node", strings.TrimPrefix(strings.TrimSpace(string(node)), "v")})
	}
	var database string
	if f.arena.db.Pool().QueryRow(ctx, "show server_version").Scan(&database) == nil {
		out = append(out, [2]string{"PostgreSQL", strings.Fields(database)[0]})
	}
	for _, name := range []string{"@hocuspocus/server", "@hocuspocus/extension-database", "@y/websocket-server", "y-leveldb", "yjs"} {
		var p struct{ Version string }
		raw, err := os.ReadFile(filepath.Join(f.arena.scripts, "node_modules", name, "package.json"))
		if err == nil && json.Unmarshal(raw, &p) == nil {
			out = append(out, [2]string{name, p.Version})
		}
	}
	return out
}

// machine is what matters of it.
func machine() string {
	cores, memory := 0, 0
	if raw, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		cores = bytes.Count(raw, []byte("processor\t:")) // we ourselves may see but one
	}
	if raw, err := os.ReadFile("/proc/meminfo"); err == nil {
		fmt.Sscanf(string(raw), "MemTotal: %d kB", &memory)
	}
	return fmt.Sprintf("%d cores, %.0f GiB, %s/%s", cores, float64(memory)/(1<<20), runtime.GOOS, runtime.GOARCH)
}

func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}

func milliseconds(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d == never:
		return "never"
	}
	return fmt.Sprintf("%.1f ms", d.Seconds()*1000)
}

func size(bytes float64) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%.2f MiB", bytes/(1<<20))
	}
	return fmt.Sprintf("%.1f KiB", bytes/(1<<10))
}
