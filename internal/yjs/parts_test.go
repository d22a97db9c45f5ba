package yjs

import (
	"context"
	"testing"
)

// Both renderers read good examples, alternatives and languages as they were stored, without knowing them.
func TestRenderersAgreeOnGoodExamplesAndAlternatives(t *testing.T) {
	const doc = `{"content":[` +
		`{"attrs":{"group":"frail_elderly","status":"pilot"},"content":[{"attrs":{"name":"title"},"content":[{"text":"Felles vaktlag","type":"text"}],"type":"exampleField"},` +
		`{"attrs":{"name":"title"},"type":"exampleField"}],"type":"goodExample"},{"type":"goodExample"},` +
		`{"content":[{"attrs":{"label":"Oslo kommune","side":"other"},"content":[{"content":[{"text":"Nei","type":"text"}],"type":"paragraph"}],"type":"alternative"},` +
		`{"type":"alternative"}],"type":"alternatives"},` +
		`{"attrs":{"lang":"se"},"content":[{"text":"Buorre beaivi","type":"text"}],"type":"paragraph"}],"type":"doc"}`
	r := NewRenderer(1)
	update := fromJSON(t, r, doc)
	for name, render := range map[string]func() ([]byte, error){
		"yjs":    func() ([]byte, error) { return r.Render(context.Background(), update) },
		"native": func() ([]byte, error) { return renderNative(update) },
	} {
		if got, err := render(); err != nil || string(got) != doc {
			t.Errorf("%s (%v): %s", name, err, firstDifference(got, []byte(doc)))
		}
	}
}
