package document

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
)

type counting struct{ n int }

func (c *counting) Render(_ context.Context, updates ...[]byte) (json.RawMessage, error) {
	c.n++
	return json.RawMessage(fmt.Sprintf("%q", updates)), nil
}

func TestRememberingRendersOnlyWhatIsNew(t *testing.T) {
	inner := &counting{}
	r := NewRemembering(inner, 2)
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
	if len(r.texts) != 2 || len(r.order) != 2 {
		t.Errorf("%d texts and %d keys are kept", len(r.texts), len(r.order))
	}
}
