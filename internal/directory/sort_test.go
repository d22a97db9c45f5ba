package directory

import (
	"slices"
	"testing"
)

func TestNorwegianOrder(t *testing.T) {
	want := []string{"Alta", "Arendal", "Aurskog-Høland", "Nord-Aurdal", "Nordre Follo", "Os (Innlandet)", "Vågå", "Våler (Innlandet)",
		"Våler (Viken)", "Zeta", "Ærøy", "Østre Toten", "Åfjord", "Ål", "Ålesund", "Aalesund", "Ås"}
	got := slices.Clone(want)
	slices.Reverse(got)
	SortByName(got, func(s string) string { return s })
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
