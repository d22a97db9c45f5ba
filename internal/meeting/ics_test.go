package meeting_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"samsvar/internal/meeting"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

func TestTheCalendarIsReadBack(t *testing.T) {
	starts := time.Date(2022, 3, 28, 9, 0, 0, 0, workflow.Oslo) // the first Monday of summer time
	long := strings.Repeat("Strategisk samarbeidsutvalg; æøå, ", 5)
	events := []meeting.Event{
		{ID: "meeting-1", Kind: "meeting", Name: long, Owner: "Agder", Place: "Rom 1, 2. etasje\nInngang B", At: starts, Path: "/meetings/1"},
		{ID: "papers-1", Kind: "papers", Name: "SSU", Owner: "Agder", At: workflow.EndOfDay(time.Date(2022, 3, 26, 0, 0, 0, 0, workflow.Oslo)), AllDay: true, Path: "/meetings/1"},
		{ID: "own_meeting-1", Kind: "own_meeting", Owner: "Agder", Round: portal.Text{NB: "Runde", NN: "Runde på nynorsk"}, At: time.Date(2022, 3, 27, 0, 0, 0, 0, time.UTC), AllDay: true, Path: "/responses/1"},
		{ID: "meeting-1", Kind: "meeting", Name: long, Owner: "Agder", At: starts, Path: "/meetings/1"}, // for another of one's organisations
	}
	raw := meeting.ICS(events, portal.Nynorsk, "https://samsvar.example", starts.AddDate(0, 0, -5))
	for _, line := range strings.Split(strings.TrimSuffix(string(raw), "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	calendar, err := ics.ParseCalendar(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	read := calendar.Events()
	if len(read) != 3 {
		t.Fatalf("%d events", len(read))
	}
	value := func(i int, p ics.ComponentProperty) string {
		if got := read[i].GetProperty(p); got != nil {
			return ics.FromText(got.Value)
		}
		return ""
	}
	at, err := read[0].GetStartAt()
	if err != nil || !at.Equal(starts) || !strings.HasSuffix(read[0].GetProperty(ics.ComponentPropertyDtStart).Value, "Z") {
		t.Errorf("%v, %v", at, err)
	}
	for _, c := range []struct{ got, want string }{
		{value(0, ics.ComponentPropertySummary), "Møte: " + long},
		{value(0, ics.ComponentPropertyLocation), "Rom 1, 2. etasje\nInngang B"},
		{read[1].GetProperty(ics.ComponentPropertyDtStart).Value, "20220326"},
		{read[1].GetProperty(ics.ComponentPropertyDtEnd).Value, "20220327"},
		{read[2].GetProperty(ics.ComponentPropertyDtStart).Value, "20220327"},
		{value(2, ics.ComponentPropertySummary), "Eige møte om innspelet frå Agder"},
		{value(2, ics.ComponentPropertyDescription), "Runde på nynorsk"},
		{value(2, ics.ComponentPropertyUrl), "https://samsvar.example/responses/1"},
		{read[0].Id(), "meeting-1@samsvar"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
