package workflow

import (
	"fmt"
	"time"
	_ "time/tzdata" // the deadline must not depend on the machine's own files
)

// Oslo is the zone in which dates are meant.
var Oslo = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err) // embedded above
	}
	return zone
}()

// minute is a time as a clock on a wall in Oslo shows it.
const minute = "2006-01-02T15:04"

// ParseDeadline reads a date (the last second of that day in Oslo), a time in
// Oslo without offset, or an RFC 3339 time. In the hour that comes twice in
// autumn it is the later one; in the hour that spring leaves out there is none.
func ParseDeadline(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(minute, text, Oslo); err == nil {
		if again := t.Add(time.Hour); again.Format(minute) == text {
			t = again
		}
		if t.Format(minute) != text {
			return time.Time{}, fmt.Errorf("%q does not exist: the clocks go forward", text)
		}
		return t, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, Oslo)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a date (2006-01-02), nor a time in Oslo (2006-01-02T15:04), nor one with offset", text)
	}
	return EndOfDay(day), nil
}

// Late says by how many whole seconds now is past the deadline; 0 when it is
// in time. The deadline's own second is in time.
func Late(now, deadline time.Time) int64 {
	return max(0, int64(now.Truncate(time.Second).Sub(deadline.Truncate(time.Second))/time.Second))
}
