package notice

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Everything that can stand first on somebody's first page, and everything that is mailed, is worded in both forms.
func TestEverythingHasItsWords(t *testing.T) {
	raw, err := os.ReadFile("../httpapi/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Components struct {
			Schemas struct {
				Turn struct {
					Properties struct{ Kind struct{ Enum []string } }
				} `yaml:"Turn"`
			}
		}
	}
	if err := yaml.Unmarshal(raw, &contract); err != nil {
		t.Fatal(err)
	}
	kinds := contract.Components.Schemas.Turn.Properties.Kind.Enum
	if len(kinds) < 20 {
		t.Fatalf("the contract's kinds are not where they were: %v", kinds)
	}
	for _, kind := range kinds {
		waiting := strings.HasPrefix(kind, "wait_") || slices.Contains([]string{"follow_round", "done", "withdrawn"}, kind)
		if title := turns[kind].title; !waiting && (title.NB == "" || title.NN == "") {
			t.Errorf("no words for what is owed: %s", kind)
		}
	}
	for _, row := range Table {
		words := happenings[row.Kind]
		for _, text := range []portal.Text{words.title, words.sentence} {
			if row.Mail != InPage && (text.NB == "" || text.NN == "") {
				t.Errorf("no words for the mail: %s", row.Kind)
			}
		}
	}
}

// The reminder is due from seven in the morning by the clocks of Oslo, on the days when they are changed as well.
func TestTheReminderFollowsTheClocksOfOslo(t *testing.T) {
	for _, day := range []string{"2022-03-26", "2022-03-27", "2022-10-29", "2022-10-30", "2022-12-31"} {
		seven, err := time.ParseInLocation("2006-01-02T15:04:05", day+"T07:00:00", workflow.Oslo)
		if err != nil {
			t.Fatal(err)
		}
		if got, due := reminderDay(seven.UTC()); got != day || !due {
			t.Errorf("%s at seven: %s, due %v", day, got, due)
		}
		if got, due := reminderDay(seven.Add(-time.Nanosecond)); got != day || due {
			t.Errorf("%s just before seven: %s, due %v", day, got, due)
		}
	}
	if day, due := reminderDay(time.Date(2022, 1, 1, 23, 30, 0, 0, time.UTC)); day != "2022-01-02" || due {
		t.Errorf("half past midnight in Oslo: %s, due %v", day, due)
	}
}

func TestSubjectsSayWhatIsOwedAndByWhen(t *testing.T) {
	turn := func(kind string, day int) *Turn {
		return &Turn{Kind: kind, Owner: "Agder", Round: portal.Round{Deadline: time.Date(2022, 4, day, 23, 59, 59, 0, workflow.Oslo)}}
	}
	for want, items := range map[string][]Item{
		"Ta standpunkt til innspillet fra Agder innen 1. april 2022":            {{Kind: "laid_before", Owner: "Agder", Turn: turn("take_position", 1)}},
		"En part har avvist teksten: Agder":                                     {{Kind: "rejected", Owner: "Agder"}},
		"Send inn innspillet fra Agder innen 1. april 2022 (og 1 til)":          {{Kind: "reopened", Owner: "Oslo"}, {Kind: "decided", Owner: "Agder", Turn: turn("submit", 1)}},
		"2 oppgaver venter på deg, den første med frist 1. april 2022":          {{Owner: "Agder", Turn: turn("submit", 9)}, {Owner: "Agder", Turn: turn("freeze", 1)}},
		"Start det felles innspillet for Helsefellesskapet innen 1. april 2022": {{For: "Helsefellesskapet", Turn: turn("start_response", 1)}},
		"Du har noe å gjøre i Samsvar innen 1. april 2022":                      {{Turn: turn("what_nobody_has_worded", 1)}},
	} {
		if got := subject(items, portal.Bokmal); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
