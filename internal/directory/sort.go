package directory

import (
	"bytes"
	"cmp"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// SortByName sorts in Norwegian order: Æ, Ø and Å last, aa as å, and equal
// names as they stood.
func SortByName[T any](list []T, name func(T) string) {
	type keyed struct {
		key   []byte
		place int
	}
	// The tag "nb" is known to the package but has lost its Norwegian rules; "nn" has them, and the order is the same.
	collator, buffer := collate.New(language.MustParse("nn")), &collate.Buffer{}
	keys := make([]keyed, len(list))
	for i, item := range list {
		keys[i] = keyed{collator.KeyFromString(buffer, name(item)), i}
	}
	slices.SortFunc(keys, func(a, b keyed) int { return cmp.Or(bytes.Compare(a.key, b.key), a.place-b.place) })
	unsorted := slices.Clone(list)
	for i, k := range keys {
		list[i] = unsorted[k.place]
	}
}
