package workflow

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"samsvar/internal/portal"
)

func TestDeadlineIsTheLastSecondOfTheDayInOslo(t *testing.T) {
	for day, want := range map[string]string{
		"2022-04-01": "2022-04-01T21:59:59Z", // summer time
		"2022-03-26": "2022-03-26T22:59:59Z", // the evening before it begins
		"2022-03-27": "2022-03-27T21:59:59Z", // the day it begins
		"2022-10-30": "2022-10-30T22:59:59Z", // the day it ends
	} {
		got, err := ParseDeadline(day)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %v %v, want %s", day, got.UTC(), err, want)
		}
	}
	for minute, want := range map[string]string{
		"2022-04-01T12:00": "2022-04-01T10:00:00Z",
		"2022-10-30T02:30": "2022-10-30T01:30:00Z", // comes twice; the later one
		"2022-10-30T01:59": "2022-10-29T23:59:00Z",
	} {
		got, err := ParseDeadline(minute)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %v %v, want %s", minute, got.UTC(), err, want)
		}
	}
	if got, err := ParseDeadline("2022-03-27T02:30"); err == nil {
		t.Errorf("a time that no clock in Oslo showed was taken as %v", got)
	}
	if _, err := ParseDeadline("1. april"); err == nil {
		t.Error("a date in words was taken")
	}
}

func TestLateAroundTheDeadline(t *testing.T) {
	deadline, _ := ParseDeadline("2022-04-01")
	for _, c := range []struct {
		after time.Duration
		want  int64
	}{
		{-time.Hour, 0}, {900 * time.Millisecond, 0}, {time.Second, 1}, {time.Second + 100*time.Millisecond, 1}, {61 * time.Second, 61},
	} {
		if got := Late(deadline.Add(c.after), deadline); got != c.want {
			t.Errorf("%v after: late by %d, want %d", c.after, got, c.want)
		}
	}
}

func TestOnlyTheChangedAnswerGoesStale(t *testing.T) {
	seen := portal.Hashes{"1": "a", "2": "b", "3": "c", "4": "d"}
	now := portal.Hashes{"1": "a", "2": "b", "3": "c", "4": "D"}
	validity, stale := Judge(Standing{Kind: portal.Approved, Seen: Laid{Hashes: seen}}, Laid{Hashes: now})
	if validity != Stale || len(stale) != 1 || stale[0] != "4" {
		t.Fatalf("%s %v", validity, stale)
	}
	if validity, stale := Judge(Standing{Kind: portal.Approved, Seen: Laid{Hashes: now}}, Laid{Hashes: now, Circle: 1}); validity != Stale || stale != nil {
		t.Fatalf("another circle of parties: %s %v", validity, stale)
	}
	if validity, stale := Judge(Standing{Kind: portal.Approved, Seen: Laid{Hashes: now}}, Laid{Hashes: now}); validity != Valid || stale != nil {
		t.Fatalf("%s %v", validity, stale)
	}
}

func TestDefaultRuleNeedsBothSides(t *testing.T) {
	now := Laid{Hashes: portal.Hashes{"1": "a"}}
	say := func(side portal.Side, kinds ...portal.PositionKind) (out []Standing) {
		for _, k := range kinds {
			out = append(out, Standing{Side: side, Kind: k, Seen: now})
		}
		return out
	}
	h, m := portal.HospitalSide, portal.MunicipalSide
	for name, c := range map[string]struct {
		standings []Standing
		met       bool
	}{
		"nobody":                   {nil, false},
		"trust alone":              {append(say(h, portal.Approved), say(m, "", "")...), false},
		"half of three is two":     {append(say(h, portal.Approved), say(m, portal.Approved, "", "")...), false},
		"trust and half":           {append(say(h, portal.Approved), say(m, portal.Approved, portal.StandsOutside, "", "")...), true},
		"all but the trust":        {append(say(h, ""), say(m, portal.Approved, portal.Approved)...), false},
		"somebody rejects":         {append(say(h, portal.Approved), say(m, portal.Approved, portal.Approved, portal.Rejected)...), false},
		"with a remark is a yes":   {append(say(h, portal.ApprovedWithRemark), say(m, portal.ApprovedWithRemark)...), true},
		"one of two trusts silent": {append(say(h, portal.Approved, ""), say(m, portal.Approved)...), false},
	} {
		if got := Count(DefaultRule(), c.standings, now); got.Met != c.met {
			t.Errorf("%s: met %v, want %v: %+v", name, got.Met, c.met, got)
		}
	}
}

func TestOtherRules(t *testing.T) {
	now := Laid{Hashes: portal.Hashes{"1": "a"}}
	of := func(kind portal.PositionKind, warned bool, names ...portal.OrganisationID) (out []Standing) {
		for _, name := range names {
			out = append(out, Standing{Organisation: name, Side: portal.MunicipalSide, Kind: kind, Seen: now, Warned: warned})
		}
		return out
	}
	voters := portal.Rule{Kind: portal.NamedVoters, Voters: []portal.Voter{{ID: "a"}, {ID: "b"}}}
	silence := portal.Rule{Kind: portal.Consensus, MunicipalPercent: 100, SilenceDays: 7}
	for name, c := range map[string]struct {
		rule      portal.Rule
		standings []Standing
		met       bool
	}{
		"both voters":                        {voters, append(of(portal.Approved, false, "a", "b"), of("", false, "c", "d")...), true},
		"one voter and everybody else":       {voters, append(of(portal.Approved, false, "a", "c", "d"), of("", false, "b")...), false},
		"a voter who is no longer a party":   {voters, of(portal.Approved, false, "a", "c"), false},
		"another than a voter rejects":       {voters, append(of(portal.Approved, false, "a", "b"), of(portal.Rejected, false, "c")...), false},
		"alone, approved":                    {SeparateRule(portal.Organisation{ID: "a"}), of(portal.Approved, false, "a"), true},
		"alone, with a remark":               {SeparateRule(portal.Organisation{ID: "a"}), of(portal.ApprovedWithRemark, false, "a"), true},
		"alone, outside its own answer":      {SeparateRule(portal.Organisation{ID: "a"}), of(portal.StandsOutside, false, "a"), false},
		"alone, and only another is behind":  {SeparateRule(portal.Organisation{ID: "a"}), of(portal.Approved, false, "b"), false},
		"nobody is named":                    {portal.Rule{Kind: portal.NamedVoters}, of(portal.Approved, false, "a"), false},
		"one spoke, the others were warned":  {silence, append(of(portal.Approved, false, "a"), of("", true, "b", "c")...), true},
		"one of them was not":                {silence, append(of(portal.Approved, false, "a"), append(of("", true, "b"), of("", false, "c")...)...), false},
		"all are silent":                     {silence, of("", true, "a", "b"), false},
		"warned, but silence does not count": {portal.Rule{Kind: portal.Consensus, MunicipalPercent: 100}, append(of(portal.Approved, false, "a"), of("", true, "b")...), false},
	} {
		if got := Count(c.rule, c.standings, now); got.Met != c.met {
			t.Errorf("%s: met %v, want %v: %+v", name, got.Met, c.met, got)
		}
	}
}

// Silence counts from midnight in Oslo after the whole days of the rule, also over a change of summer time.
func TestSilenceCountsFrom(t *testing.T) {
	rule := portal.Rule{SilenceDays: 3}
	for warned, want := range map[string]string{
		"2022-03-25T11:00:00Z": "2022-03-28T22:00:00Z", // summer time began on the 27th
		"2022-03-25T22:59:59Z": "2022-03-28T22:00:00Z",
		"2022-03-25T23:00:00Z": "2022-03-29T22:00:00Z", // already the 26th in Oslo
		"2022-10-28T11:00:00Z": "2022-10-31T23:00:00Z", // it ended on the 30th
	} {
		at, _ := time.Parse(time.RFC3339, warned)
		if got := SilenceCountsFrom(rule, at).UTC().Format(time.RFC3339); got != want {
			t.Errorf("warned %s: counts from %s, want %s", warned, got, want)
		}
	}
}

func TestRulesThatCannotBe(t *testing.T) {
	good := portal.Rule{Kind: portal.Consensus, HospitalPercent: 100, MunicipalPercent: 50, Voters: []portal.Voter{{ID: "a"}}}
	if kept, err := CheckRule(good); err != nil || kept.Voters != nil {
		t.Errorf("%+v %v", kept, err)
	}
	for field, spoil := range map[string]func(*portal.Rule){
		"kind":             func(r *portal.Rule) { r.Kind = portal.Alone },
		"hospitalPercent":  func(r *portal.Rule) { r.HospitalPercent = 101 },
		"municipalPercent": func(r *portal.Rule) { r.MunicipalPercent = -1 },
		"silenceDays":      func(r *portal.Rule) { r.SilenceDays = 91 },
		"voters":           func(r *portal.Rule) { r.Kind, r.Voters = portal.NamedVoters, nil },
	} {
		bad := good
		spoil(&bad)
		var e *portal.Error
		if _, err := CheckRule(bad); !errors.As(err, &e) || e.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// No tally is met with a rejection, without a frozen text, or by stale positions alone.
func TestTallyNeverMetWrongly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		current := Laid{Hashes: portal.Hashes{"1": "a", "2": "b"}, Circle: 1}
		standings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Standing {
			seen := portal.Hashes{"1": "a", "2": rapid.SampledFrom([]string{"b", "old"}).Draw(t, "seen")}
			return Standing{
				Organisation: rapid.SampledFrom([]portal.OrganisationID{"1", "2", "3"}).Draw(t, "who"), Warned: rapid.Bool().Draw(t, "warned"),
				Side: rapid.SampledFrom([]portal.Side{portal.HospitalSide, portal.MunicipalSide}).Draw(t, "side"),
				Kind: rapid.SampledFrom([]portal.PositionKind{"", portal.Approved, portal.ApprovedWithRemark, portal.Rejected, portal.StandsOutside}).Draw(t, "kind"),
				Seen: Laid{Hashes: seen, Circle: rapid.IntRange(1, 2).Draw(t, "circle")}, Untreated: rapid.Bool().Draw(t, "untreated"), Lapsed: rapid.Bool().Draw(t, "lapsed"),
			}
		}), 0, 40).Draw(t, "standings")
		rule := portal.Rule{Kind: rapid.SampledFrom([]portal.RuleKind{portal.Consensus, portal.NamedVoters, portal.Recommendation}).Draw(t, "kind"),
			SilenceDays: rapid.IntRange(0, 1).Draw(t, "silence"), Voters: []portal.Voter{{ID: "1"}, {ID: "2"}}, HospitalPercent: rapid.IntRange(0, 100).Draw(t, "h"), MunicipalPercent: rapid.IntRange(0, 100).Draw(t, "m")}
		tally := Count(rule, standings, current)
		rejected, valid := 0, 0
		for _, s := range standings {
			if s.Kind == portal.Rejected {
				rejected++
			}
			if v, _ := Judge(s, current); v == Valid {
				if s.Untreated || s.Lapsed {
					t.Fatalf("valid, and to be treated or confirmed anew: %+v", s)
				}
				valid++
			}
			if (Because(s, current) != "") != (s.Kind != "" && (seenOther(s) || s.Seen.Circle != 1 || s.Untreated || s.Lapsed)) {
				t.Fatalf("%+v is stale because of %q", s, Because(s, current))
			}
		}
		if tally.Met && (rejected > 0 || valid == 0) {
			t.Fatalf("met with %d rejections and %d valid positions", rejected, valid)
		}
		if rule.SilenceDays == 0 && tally.Silent > 0 || rule.SilenceDays == 0 && tally.Hospital.Answered+tally.Municipal.Answered > valid {
			t.Fatalf("silence counted, and the rule says that it never does: %+v", tally)
		}
		if Count(rule, standings, Laid{Circle: 1}).Met {
			t.Fatal("met without a frozen text")
		}
	})
}

// seenOther says whether another text was seen than the one that lies there.
func seenOther(s Standing) bool { return s.Seen.Hashes["2"] != "b" }

// From a random walk over the two machines: nothing is sent without a freeze before it, every change of what was
// sent is a step of its own machine, and at most one submission stands.
func TestResponseMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state, frozen, sent := portal.Draft, false, []portal.SubmissionState{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			event := rapid.SampledFrom([]string{"freeze", "decide", "submit", "reopen", "receive", "withdraw", "return", "publish", "take_down"}).Draw(t, "event")
			if event == "publish" || event == "take_down" { // of what was sent alone
				publicly(t, event, sent)
				continue
			}
			next, err := Next(ResponseSteps, state, event)
			if err != nil {
				continue
			}
			if n := len(sent) - 1; n >= 0 {
				happens := map[string]string{"submit": "replace", "receive": "receive", "withdraw": "withdraw", "return": "return"}[event]
				became, err := Next(SubmissionSteps, sent[n], happens)
				switch {
				case err == nil:
					sent[n] = became
				case sent[n] == portal.Public && (event == "return" || event == "withdraw"):
					continue // refused: what is public is taken down first
				case happens != "" && event != "submit":
					t.Fatalf("%s while what was sent is %s", event, sent[n])
				}
			}
			switch {
			case event == "freeze":
				frozen = true
			case event == "submit" && !frozen:
				t.Fatalf("sent unfrozen text from %s", state)
			case event == "submit":
				sent = append(sent, portal.Sent)
			case next == portal.Draft:
				frozen = false
			}
			standing := 0
			for _, s := range sent {
				if (portal.Receipt{State: s}).Stands() {
					standing++
				}
			}
			if standing > 1 || (next == portal.Submitted || next == portal.Received) != (standing == 1 && frozen && next != portal.Approval && next != portal.Ready) {
				t.Fatalf("%s with %v", next, sent)
			}
			state = next
		}
	})
}

// publicly makes the last submission public, or no longer so: whether it stands does not change by that.
func publicly(t *rapid.T, event string, sent []portal.SubmissionState) {
	n := len(sent) - 1
	if n < 0 {
		return
	}
	became, err := Next(SubmissionSteps, sent[n], event)
	if err != nil {
		return
	}
	if (portal.Receipt{State: became}).Stands() != (portal.Receipt{State: sent[n]}).Stands() {
		t.Fatalf("%s made %s of %s", event, became, sent[n])
	}
	sent[n] = became
}
