package yjs

import (
	"bytes"
	"testing"
)

func TestNativeRendersTraces(t *testing.T) {
	for _, tr := range loadTraces(t) {
		got, err := RenderNative(tr.updates...)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, tr.want) {
			t.Errorf("%s renders to another document:\n%s", tr.name, firstDifference(got, tr.want))
		}
	}
}

func TestNativeRendersAsYjs(t *testing.T) {
	o := startOracle(t)
	eachHistory(t, o, histories, true, func(t *testing.T, h editing) {
		got, err := RenderNative(h.Updates...)
		if err != nil {
			t.Fatal(err)
		}
		if want := o.render(t, h.Updates...); string(got) != want {
			t.Error(firstDifference(got, []byte(want)))
		}
	})
}
