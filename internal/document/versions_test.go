package document

import (
	"slices"
	"testing"
	"time"

	"samsvar/internal/portal"
)

func TestTwoOfTheSameNameAreTwo(t *testing.T) {
	one := Author{"a-1", "k-4216", "Kari Nordmann", "Birkenes kommune"}
	other := one
	other.Account = "a-2"
	var edits []Edit
	for i, by := range []Author{one, other, one} {
		edits = append(edits, Edit{portal.Edit{Place: int64(i) + 1, At: time.Unix(int64(i), 0)}, by})
	}
	all, by := sittings(edits)
	if len(all) != 2 || !slices.Equal(by, []int{0, 1, 0}) {
		t.Errorf("%d sittings, %v", len(all), by)
	}
	if versions := versionsOf(edits, nil, nil); len(versions) != 1 || len(versions[0].People) != 2 {
		t.Errorf("%+v", versions)
	}
}
