package directory

import (
	"bytes"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// SortByName sorts in Norwegian order: Æ, Ø and Å last, aa as å, and equal
// names as they stood.
func SortByName[T any](list []T, name func(T) string) {
	type keyed struct {
		item T
		key  []byte
	}
	// The tag "nb" is known to the package but has lost its Norwegian rules; "nn" has them, and the order is the same.
	collator, buffer := collate.New(language.MustParse("nn")), &collate.Buffer{}
	sorted := make([]keyed, len(list))
	for i, item := range list {
		sorted[i] = keyed{item, collator.KeyFromString(buffer, name(item))}
	}
	slices.SortStableFunc(sorted, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i := range sorted {
		list[i] = sorted[i].item
	}
}
