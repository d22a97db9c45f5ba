package yjs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// sample holds everything that an answer may, with all attributes given as the editor stores them.
const sample = `{"type":"doc","content":[
	{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"Samarbeid om beredskap"}]},
	{"type":"paragraph","content":[
		{"type":"text","text":"Både "},
		{"type":"text","marks":[{"type":"bold"}],"text":"kommunene"},
		{"type":"text","marks":[{"type":"bold"},{"type":"italic"}],"text":" og \"føretaket\" 🙂"},
		{"type":"hardBreak"},
		{"type":"text","marks":[{"type":"link","attrs":{"href":"https://example.org/?a=1&b=<2>","target":"_blank","rel":"noopener","class":null,"title":null}}],"text":"planen"}]},
	{"type":"paragraph"},
	{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"Čáhci\tog\u2028luft"}]}]}]},
	{"type":"orderedList","attrs":{"start":3,"type":null},"content":[{"type":"listItem","content":[{"type":"paragraph"}]}]},
	{"type":"table","content":[{"type":"tableRow","content":[
		{"type":"tableHeader","attrs":{"colspan":1,"rowspan":1,"colwidth":[120],"align":null},"content":[{"type":"paragraph"}]},
		{"type":"tableCell","attrs":{"colspan":2,"rowspan":1,"colwidth":null,"align":null},"content":[{"type":"paragraph","content":[{"type":"text","text":"1"}]}]}]}]}]}`

const sampleRendered = `{"content":[` +
	`{"attrs":{"level":2},"content":[{"text":"Samarbeid om beredskap","type":"text"}],"type":"heading"},` +
	`{"content":[{"text":"Både ","type":"text"},` +
	`{"marks":[{"attrs":{},"type":"bold"}],"text":"kommunene","type":"text"},` +
	`{"marks":[{"attrs":{},"type":"bold"},{"attrs":{},"type":"italic"}],"text":" og \"føretaket\" 🙂","type":"text"},` +
	`{"type":"hardBreak"},` +
	`{"marks":[{"attrs":{"class":null,"href":"https://example.org/?a=1&b=<2>","rel":"noopener","target":"_blank","title":null},"type":"link"}],"text":"planen","type":"text"}],"type":"paragraph"},` +
	`{"type":"paragraph"},` +
	`{"content":[{"content":[{"content":[{"text":"Čáhci\tog` + "\u2028" + `luft","type":"text"}],"type":"paragraph"}],"type":"listItem"}],"type":"bulletList"},` +
	`{"attrs":{"start":3},"content":[{"content":[{"type":"paragraph"}],"type":"listItem"}],"type":"orderedList"},` +
	`{"content":[{"content":[` +
	`{"attrs":{"colspan":1,"colwidth":[120],"rowspan":1},"content":[{"type":"paragraph"}],"type":"tableHeader"},` +
	`{"attrs":{"colspan":2,"rowspan":1},"content":[{"content":[{"text":"1","type":"text"}],"type":"paragraph"}],"type":"tableCell"}` +
	`],"type":"tableRow"}],"type":"table"}],"type":"doc"}`

func fromJSON(t testing.TB, r *Renderer, doc string) []byte {
	t.Helper()
	update, err := r.FromJSON(context.Background(), json.RawMessage(doc))
	if err != nil {
		t.Fatal(err)
	}
	return update
}

func TestRenderGivesBackWhatFromJSONStored(t *testing.T) {
	r := NewRenderer(1)
	update := fromJSON(t, r, sample)
	got, err := r.Render(context.Background(), update)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != sampleRendered {
		t.Error(firstDifference(got, []byte(sampleRendered)))
	}
	if native, err := renderNative(update); err != nil || string(native) != string(got) {
		t.Errorf("native (%v): %s", err, firstDifference(native, got))
	}
	if again := fromJSON(t, r, sample); string(again) == string(update) {
		t.Error("two updates of the same client number")
	}
}

func TestTheEditorReadsWhatFromJSONStored(t *testing.T) {
	o, r := startOracle(t), NewRenderer(1)
	var want any
	if err := json.Unmarshal([]byte(sample), &want); err != nil {
		t.Fatal(err)
	}
	update := fromJSON(t, r, sample)
	if got := ask[any](t, o, "editorReads", map[string]any{"updates": [][]byte{update}}); !reflect.DeepEqual(got, want) {
		t.Errorf("the editor reads %v", got)
	}
	written := ask[[]byte](t, o, "editorWrites", map[string]any{"doc": want})
	if got, err := renderNative(written); err != nil || string(got) != sampleRendered {
		t.Errorf("the editor stores (%v) %s", err, firstDifference(got, []byte(sampleRendered)))
	}
}

func TestRenderStopsWithItsContext(t *testing.T) {
	r := NewRenderer(1)
	long := `{"type":"doc","content":[` + strings.Repeat(`{"type":"paragraph"},`, 50_000) + `{"type":"paragraph"}]}`
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.FromJSON(ctx, json.RawMessage(long)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if _, err := r.Render(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("on an ended context got %v", err)
	}
	if got, err := r.Render(context.Background()); err != nil || string(got) != `{"content":[],"type":"doc"}` {
		t.Errorf("afterwards got %s, %v", got, err)
	}
}

func TestRenderWaitsForAFreeMachine(t *testing.T) {
	r := NewRenderer(1)
	m := <-r.machines
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := r.Render(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	r.machines <- m
	if _, err := r.Render(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestRenderRefusesWhatYjsCannotRead(t *testing.T) {
	r := NewRenderer(1)
	for _, update := range [][]byte{nil, {1}, []byte("not an update")} {
		if _, err := r.Render(context.Background(), update); !errors.Is(err, ErrInvalid) {
			t.Errorf("%x: got %v", update, err)
		}
	}
	if _, err := r.FromJSON(context.Background(), json.RawMessage(`{"content":`)); !errors.Is(err, ErrInvalid) {
		t.Errorf("broken JSON: got %v", err)
	}
	if _, err := r.Render(context.Background(), []byte{0, 0}); err != nil {
		t.Errorf("afterwards got %v", err)
	}
}

func TestBothRenderersRefuseDeepNesting(t *testing.T) {
	const depth = 600
	doc := strings.Repeat(`{"type":"listItem","content":[`, depth) + strings.Repeat(`]}`, depth)
	r := NewRenderer(1)
	update := fromJSON(t, r, fmt.Sprintf(`{"type":"doc","content":[%s]}`, doc))
	if _, err := r.Render(context.Background(), update); !errors.Is(err, ErrInvalid) {
		t.Errorf("yjs: got %v", err)
	}
	if _, err := renderNative(update); !errors.Is(err, ErrInvalid) {
		t.Errorf("native: got %v", err)
	}
}

func TestRendererIsSafeForConcurrentUse(t *testing.T) {
	r := NewRenderer(2)
	update := fromJSON(t, r, sample)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, err := r.Render(context.Background(), update); err != nil || string(got) != sampleRendered {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
	wg.Wait()
}
