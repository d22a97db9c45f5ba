package workflow_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Of whatever is accepted, nobody leads a body together with another on any day.
func TestOneLeadsAtATime(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2022, 1, 1+n, 0, 0, 0, 0, time.UTC) }
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		b := portal.Body{Level: portal.StrategicLevel, Name: "SSU"}
		for range rapid.IntRange(1, 4).Draw(t, "members") {
			m := portal.Member{Name: "Kari", OrganisationName: "Byen", Part: portal.Voting}
			for range rapid.IntRange(0, 2).Draw(t, "periods") {
				p := portal.Period{From: day(rapid.IntRange(0, 30).Draw(t, "from"))}
				if rapid.Bool().Draw(t, "ends") {
					p.To = p.From.AddDate(0, 0, rapid.IntRange(-1, 5).Draw(t, "days"))
				}
				m.Chairs = append(m.Chairs, p)
			}
			b.Members = append(b.Members, m)
		}
		kept, err := workflow.CheckBody(b)
		for n := range 60 {
			leading := 0
			for _, m := range b.Members {
				for _, p := range m.Chairs {
					if p.Holds(day(n)) {
						leading++
					}
				}
			}
			if err == nil && (leading > 1 || leading == 1 != (kept.ChairOn(day(n)) != nil)) {
				t.Fatalf("%d lead on %v", leading, day(n))
			}
		}
		if err == nil {
			accepted++
		}
	})
	if accepted == 0 {
		t.Error("nothing was accepted")
	}
}
