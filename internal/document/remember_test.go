package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

type counting struct{ n int }

func (c *counting) Render(_ context.Context, updates ...[]byte) (json.RawMessage, error) {
	c.n++
	if string(updates[0]) == "never" {
		return nil, errors.New("too much")
	}
	return json.RawMessage(fmt.Sprintf("%q", updates)), nil
}

func TestRememberingRendersOnlyWhatIsNew(t *testing.T) {
	inner := &counting{}
	r := NewRemembering(inner, 600)
	ask := func(updates ...string) string {
		var raw [][]byte
		for _, u := range updates {
			raw = append(raw, []byte(u))
		}
		text, err := r.Render(t.Context(), raw...)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, c := range []struct {
		updates  []string
		rendered int
	}{
		{[]string{"ab", "c"}, 1}, {[]string{"ab", "c"}, 1}, {[]string{"a", "bc"}, 2}, {[]string{"ab", "c", "d"}, 3}, {[]string{"ab", "c"}, 4}, {[]string{"ab", "c", "d"}, 4},
	} {
		if got := ask(c.updates...); got != fmt.Sprintf("%q", c.updates) || inner.n != c.rendered {
			t.Errorf("%v: %s after %d renderings, want %d", c.updates, got, inner.n, c.rendered)
		}
	}
	ask(strings.Repeat("a", 1000)) // is more than all that may be kept
	if len(r.texts) != 2 || len(r.order) != 2 || r.held > 600 {
		t.Errorf("%d texts and %d keys of %d bytes are kept", len(r.texts), len(r.order), r.held)
	}
	inner.n = 0
	for range 2 {
		if _, err := r.Render(t.Context(), []byte("never")); err == nil || inner.n != 1 {
			t.Errorf("%v after %d renderings of what is refused", err, inner.n)
		}
	}
}

func TestDraftsAreRenderedByTurns(t *testing.T) {
	turns, inner := NewTurns(1), &counting{}
	r := NewRemembering(turns.Rendering(inner), 600)
	if _, err := r.Render(t.Context(), []byte("a")); err != nil || len(turns) != 0 {
		t.Fatalf("%v, %d turns are taken", err, len(turns))
	}
	turns <- struct{}{}
	impatient, leave := context.WithCancel(t.Context())
	leave()
	if _, err := r.Render(impatient, []byte("b")); !errors.Is(err, context.Canceled) || inner.n != 1 {
		t.Errorf("did not wait: %v", err)
	}
	if _, err := r.Render(t.Context(), []byte("a")); err != nil {
		t.Errorf("waited for what is known: %v", err)
	}
	<-turns
	if _, err := r.Render(t.Context(), []byte("b")); err != nil || inner.n != 2 {
		t.Errorf("remembers that somebody left: %v", err)
	}
}
