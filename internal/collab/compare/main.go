// Command compare holds the live documents against other servers of the same
// kind, all in one run: the same load, the same machine, the same rules.
//
//	compare -program bin/samsvar -scripts internal/collab/compare -trace trace-50k.bin -out docs/benchmarks.md
//
// It pins the server under test to the first core. Start it pinned to another
// (taskset -c 1): PostgreSQL, which two of the servers use, runs where it does.
// Everything is on the loopback interface, and is gone when it ends.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	program := flag.String("program", "bin/samsvar", "the portal")
	scripts := flag.String("scripts", "internal/collab/compare", "folder of the other servers, with its node_modules")
	trace := flag.String("trace", "", "edits of a long text, each as a 4-byte little-endian length and an update; when it is not there they are made up")
	out := flag.String("out", "docs/benchmarks.md", "where the tables go")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	if err := compare(ctx, *program, *scripts, *trace, *out); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, program, scripts, trace, out string) error {
	say := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "%s "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
	}
	a, err := newArena(ctx, program, scripts)
	defer a.end()
	if err != nil {
		return err
	}
	f, err := a.measure(ctx, trace, say)
	if err != nil {
		return err
	}
	return os.WriteFile(out, f.report(ctx), 0o644)
}

// findings are all that was measured.
type findings struct {
	arena    *arena
	began    time.Time
	climbs   map[string][]step
	steady   map[string]step
	crowds   map[string]attendance
	document resident
}

func (a *arena) measure(ctx context.Context, trace string, say func(string, ...any)) (*findings, error) {
	f := &findings{arena: a, began: time.Now(), climbs: map[string][]step{}, steady: map[string]step{}, crowds: map[string]attendance{}}
	if err := a.everybodyLogsIn(ctx); err != nil {
		return nil, err
	}
	var err error
	if f.document, err = a.residents(ctx, trace); err != nil {
		return nil, err
	}
	say("a text of %d edits: %+v", f.document.edits, f.document)
	for _, c := range a.contenders() {
		if f.crowds[c.name], err = best(func() (attendance, error) { return c.gather(ctx) }, func(a, b attendance) bool { return a.perSecond > b.perSecond }); err != nil {
			return nil, err
		}
		say("%s: %.0f connections/s, %.1f KiB each", c.name, f.crowds[c.name].perSecond, f.crowds[c.name].bytes/1024)
		if c.named {
			if f.steady[c.name], err = best(func() (step, error) { return c.steady(ctx, steadyRate) }, quicker); err != nil {
				return nil, err
			}
			say("%s, %d updates/s: %+v", c.name, steadyRate, f.steady[c.name])
		}
		if f.climbs[c.name], err = best(func() ([]step, error) { return c.climb(ctx, say) }, func(a, b []step) bool { return highest(a).rate > highest(b).rate }); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// steadyRate is of updates alone: with awareness Hocuspocus does not hold it.
const steadyRate = 4000

func (a *arena) everybodyLogsIn(ctx context.Context) error {
	s, err := a.samsvar().serve(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := a.logIn(); err != nil {
		return fmt.Errorf("%w\n%s", err, s.said)
	}
	return nil
}
