package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"samsvar/internal/yjs"
)

const (
	tolerable = 100 * time.Millisecond // what people at most wait for each other's keystrokes, at the 99th percentile
	settling  = time.Second            // at a rate, before it is measured
	measuring = 6 * time.Second
	grace     = 300 * time.Millisecond // for what was sent last
	recovery  = 2 * time.Second        // of a server that was asked for too much, before it is asked again
	crowd     = 3000
	arriving  = 40 // of the crowd, at a time
)

// rates are those that are tried, in keystrokes a second over all.
var rates = []int{500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 11000, 16000, 22000, 32000, 44000}

// step is what was found at one rate.
type step struct {
	rate                               int
	shown50, shown99, acked50, acked99 time.Duration
	held                               bool
}

// sitDown lets everybody into their documents.
func (s *server) sitDown() (*typing, error) {
	t := &typing{}
	for n := range people {
		g, err := s.guest(n, documentName(n%documents))
		if err != nil {
			return nil, err
		}
		t.writers = append(t.writers, &writer{guest: g, group: t, client: uint64(firstClient + n)})
	}
	for _, w := range t.writers {
		go w.listen()
	}
	return t, nil
}

func (t *typing) leave() {
	for _, w := range t.writers {
		w.close()
	}
}

// at lets them type at a rate, and measures when they have for a while.
func (t *typing) at(rate int, shown bool) (step, error) {
	began := now()
	w := &window{from: began + int64(settling), to: began + int64(settling+measuring)}
	t.window.Store(w)
	within := int64(0)
	for n := 0; ; {
		at := now()
		if at > w.to+int64(grace) {
			break
		}
		if float64(n) >= float64(rate)*float64(at-began)/1e9 {
			time.Sleep(500 * time.Microsecond)
			continue
		}
		if err := t.writers[n%people].strike(shown); err != nil {
			return step{rate: rate}, err
		}
		if n++; w.has(at) {
			within++
		}
		if err := t.failed.Load(); err != nil {
			return step{rate: rate}, *err
		}
	}
	s := step{rate: rate, shown50: w.shown.at(.5, within*(each-1)), shown99: w.shown.at(.99, within*(each-1))}
	if w.ack.n.Load() > 0 {
		s.acked50, s.acked99 = w.ack.at(.5, within), w.ack.at(.99, within)
	}
	asked := float64(rate) * measuring.Seconds()
	s.held = s.shown99 < tolerable && float64(within) > .98*asked
	return s, nil
}

// climb raises the rate until it does not hold: twice, since the machine may
// have had something else to do. The figures are void unless whoever comes
// afterwards finds all that was typed.
func (c contender) climb(ctx context.Context, say func(string, ...any)) (steps []step, err error) {
	return c.typed(ctx, func(t *typing) ([]step, error) {
		for _, rate := range rates {
			s, err := t.at(rate, true)
			if err == nil && !s.held {
				say("%s, %d keystrokes/s: p99 %v, once more", c.name, rate, s.shown99)
				time.Sleep(recovery)
				s, err = t.at(rate, true)
			}
			say("%s, %d keystrokes/s: shown %v, p99 %v; acknowledged %v, p99 %v; %v", c.name, rate, s.shown50, s.shown99, s.acked50, s.acked99, err)
			steps = append(steps, s)
			if err != nil || !s.held {
				return steps, nil
			}
		}
		return steps, nil
	})
}

// steady is one rate of updates without awareness.
func (c contender) steady(ctx context.Context, rate int) (step, error) {
	steps, err := c.typed(ctx, func(t *typing) ([]step, error) {
		s, err := t.at(rate, false)
		return []step{s}, err
	})
	if err != nil {
		return step{}, err
	}
	return steps[0], nil
}

func (c contender) typed(ctx context.Context, play func(*typing) ([]step, error)) ([]step, error) {
	s, err := c.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	t, err := s.sitDown()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", c.name, err, s.said)
	}
	defer t.leave()
	steps, err := play(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return steps, s.hasAll(t)
}

// hasAll waits until somebody who comes with nothing is given every text as it was typed.
func (s *server) hasAll(t *typing) error {
	for n := range documents {
		var want []string
		for _, w := range t.writers {
			if int(w.client-firstClient)%documents == n {
				want = append(want, typedText(w.typed.Load()))
			}
		}
		slices.Sort(want)
		var got []string
		for deadline := time.Now().Add(30 * time.Second); !slices.Equal(got, want); time.Sleep(200 * time.Millisecond) {
			if time.Now().After(deadline) {
				return fmt.Errorf("%s: document %d is not what was typed: the figures are void", s.name, n)
			}
			g, err := s.guest(n, documentName(n))
			if err != nil {
				continue // busy still
			}
			g.close()
			if got, err = paragraphs(g.told); err != nil {
				return err
			}
		}
	}
	return nil
}

func typedText(n int64) string {
	var b strings.Builder
	for i := range n {
		b.WriteByte(character(i))
	}
	return b.String()
}

// paragraphs are the texts of a document's paragraphs, sorted.
func paragraphs(update []byte) ([]string, error) {
	raw, err := yjs.Native{}.Render(context.Background(), update)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Content []struct{ Content []struct{ Text string } }
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	var out []string
	for _, paragraph := range doc.Content {
		var b bytes.Buffer
		for _, run := range paragraph.Content {
			b.WriteString(run.Text)
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out, nil
}

// attendance is how a crowd came, and what it costs to have it there.
type attendance struct {
	perSecond float64
	bytes     float64 // of each connection that says nothing
}

// gather lets a crowd in, which then is silent.
func (c contender) gather(ctx context.Context) (attendance, error) {
	s, err := c.serve(ctx)
	if err != nil {
		return attendance{}, err
	}
	defer s.stop()
	guests := make([]*guest, documents+crowd)
	defer func() {
		for _, g := range guests {
			if g != nil {
				g.close()
			}
		}
	}()
	if err := s.admit(guests[:documents]); err != nil { // so that every document is open
		return attendance{}, err
	}
	time.Sleep(time.Second)
	before, err := s.memory()
	if err != nil {
		return attendance{}, err
	}
	began := time.Now()
	if err := s.admit(guests[documents:]); err != nil {
		return attendance{}, err
	}
	took := time.Since(began)
	time.Sleep(5 * time.Second)
	after, err := s.memory()
	return attendance{crowd / took.Seconds(), float64(after-before) / crowd}, err
}

func (s *server) admit(guests []*guest) error {
	var next atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, arriving)
	for range arriving {
		group.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(guests); n = int(next.Add(1)) - 1 {
				g, err := s.guest(n%people, documentName(n%documents))
				if err != nil {
					failures <- fmt.Errorf("%s, guest %d: %w", s.name, n, err)
					return
				}
				g.in = nil // nothing more is read
				guests[n] = g
			}
		})
	}
	group.Wait()
	close(failures)
	return <-failures
}

// best takes the better of two runs, since whatever else a machine does makes a run worse and none better.
func best[T any](run func() (T, error), better func(a, b T) bool) (T, error) {
	one, err := run()
	other, err2 := run()
	if err != nil && err2 != nil {
		return one, errors.Join(err, err2)
	}
	if err != nil || err2 == nil && better(other, one) {
		one = other
	}
	return one, nil
}

func highest(steps []step) (held step) {
	for _, s := range steps {
		if s.held {
			held = s
		}
	}
	return held
}

func quicker(a, b step) bool { return latency(a) < latency(b) }

func latency(s step) time.Duration {
	if s.acked99 == 0 {
		return math.MaxInt64
	}
	return s.acked99
}
