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

// ParseDeadline reads a date (the last second of that day in Oslo) or an RFC 3339 time.
func ParseDeadline(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, Oslo)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a date (2006-01-02) nor a time with offset", text)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, Oslo), nil
}

// Late says by how many whole seconds now is past the deadline; 0 when it is
// in time. The deadline's own second is in time.
func Late(now, deadline time.Time) int64 {
	return max(0, int64(now.Truncate(time.Second).Sub(deadline.Truncate(time.Second))/time.Second))
}
