package meeting

import (
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// words are what each kind of event is called: of whom, or of which body.
var words = map[string]portal.Text{
	"deadline":    {NB: "Frist for innspill: %s", NN: "Frist for innspel: %s"},
	"meeting":     {NB: "Møte: %s", NN: "Møte: %s"},
	"papers":      {NB: "Frist for sakspapirer: %s", NN: "Frist for sakspapir: %s"},
	"own_meeting": {NB: "Eget møte om innspillet fra %s", NN: "Eige møte om innspelet frå %s"},
	"own_papers":  {NB: "Egen frist for sakspapirer, innspillet fra %s", NN: "Eigen frist for sakspapir, innspelet frå %s"},
	"answer_by":   {NB: "Siste dag for vårt standpunkt til innspillet fra %s", NN: "Siste dag for vårt standpunkt til innspelet frå %s"},
	"freeze_by":   {NB: "Teksten må være låst for godkjenning: %s", NN: "Teksten må vere låst for godkjenning: %s"},
}

// ICS writes events as a calendar (RFC 5545) in the language, with addresses that begin with base. The same event has the
// same UID whenever it is asked for, once however many of the account's organisations it concerns.
func ICS(events []Event, language portal.Language, base string, now time.Time) []byte {
	calendar := ics.NewCalendarFor("Samsvar")
	calendar.SetMethod(ics.MethodPublish)
	calendar.SetXWRCalName("Samsvar")
	calendar.SetXPublishedTTL("PT6H")
	calendar.SetRefreshInterval("PT6H")
	seen := map[string]bool{}
	for _, e := range events {
		if seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		of := e.Owner
		if e.Name != "" {
			of = e.Name
		}
		entry := calendar.AddEvent(e.ID + "@samsvar")
		entry.SetDtStampTime(now)
		entry.SetSummary(fmt.Sprintf(words[e.Kind].In(language), of))
		if round := e.Round.In(language); round != "" {
			entry.SetDescription(round)
		}
		if e.Place != "" {
			entry.SetLocation(e.Place)
		}
		entry.SetURL(base + e.Path)
		if e.AllDay {
			day := e.At.In(workflow.Oslo) // a calendar date is midnight in UTC, and the same day there
			entry.SetAllDayStartAt(day)
			entry.SetAllDayEndAt(day.AddDate(0, 0, 1))
			entry.SetTimeTransparency(ics.TransparencyTransparent)
			continue
		}
		entry.SetStartAt(e.At)
		entry.SetEndAt(e.At.Add(lasts(e.Kind)))
	}
	return []byte(calendar.Serialize(ics.WithNewLine("\r\n")))
}

// lasts is how long an event is shown: nobody has said when a meeting ends.
func lasts(kind string) time.Duration {
	if kind == "meeting" {
		return time.Hour
	}
	return 0
}
