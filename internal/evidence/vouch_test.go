package evidence

import (
	"encoding/json"
	"strings"
	"testing"
)

// submitting is a trail in which the package was submitted, and after that came the events of its response.
func submitting(p Package, after ...Event) Trail {
	events := told(1, 20)
	detail := map[string]any{"number": p.Submission.Number, "hash": p.PackageHash, "publication": must(p.PublicationHash()), "lateSeconds": 3600, "replaces": ""}
	events[3].Action, events[3].Response, events[3].Detail = "response.submit", p.Response.ID, must(json.Marshal(detail))
	for i, e := range after {
		events[5+i].Action, events[5+i].Response, events[5+i].Detail = e.Action, p.Response.ID, e.Detail
	}
	return written(events, keyOf(1))
}

func vouched(t *testing.T, trail Trail, p Package) Report {
	r := Verify(encode(t, p))
	_, signed := ReadTrail(trail)
	signed.Vouch(&r)
	return r
}

func TestATrailVouchesForWhatWasSubmitted(t *testing.T) {
	p := sample(t)
	trail := submitting(p)
	for what, whole := range map[string]Package{"the package": p, "what is published of it": must(p.Publication())} {
		if r := vouched(t, trail, whole); !r.OK() || !strings.Contains(r.String(), "is the one of event 4, which was signed") {
			t.Errorf("%s:\n%s", what, r)
		}
	}
	sealed := func(change func(*Package)) Package { return forged(t, change) }
	public := must(p.Publication())
	public.Parties[0].Position.Kind = "approved_with_remark"
	broken := submitting(p)
	broken.Events = broken.Events[:len(broken.Events)-2]
	twice := submitting(p, Event{Action: "response.submit", Detail: json.RawMessage(`{"number":"2022-0007","hash":"` + string(p.PackageHash) + `"}`)})
	for what, c := range map[string]struct {
		trail Trail
		sent  Package
	}{
		"sealed anew":               {trail, sealed(func(p *Package) { p.Parties[0].Position.Reason = "Ja." })},
		"swapped with another":      {trail, sealed(func(p *Package) { p.Submission.Number = "2022-0008" })},
		"another, under its number": {trail, sealed(func(p *Package) { p.Submission.SubmittedBy.Name = "En annen" })},
		"a changed publication":     {trail, public},
		"submitted twice":           {twice, p},
		"never submitted":           {written(told(1, 20), keyOf(1)), p},
		"a broken trail":            {broken, p},
		"no trail":                  {Trail{}, p},
	} {
		if r := vouched(t, c.trail, c.sent); !failed(r, "trail") {
			t.Errorf("%s: vouched for:\n%s", what, r)
		}
	}
}

// A trail vouches for nothing that came after its last head.
func TestWhatIsNotSignedIsNotVouchedFor(t *testing.T) {
	p, events := sample(t), told(1, 10)
	detail := map[string]any{"number": p.Submission.Number, "hash": p.PackageHash}
	trail := written(append(events, Event{At: events[9].At, Action: "response.submit", Response: p.Response.ID, Detail: must(json.Marshal(detail))}), keyOf(1))
	if r := vouched(t, trail, p); !VerifyTrail(trail).OK() || !failed(r, "trail") {
		t.Errorf("\n%s", r)
	}
}

// What became of a submission afterwards is told, and is no failure: it was sent.
func TestWhatBecameOfASubmissionIsTold(t *testing.T) {
	number := json.RawMessage(`{"number":"2022-0007"}`)
	for said, e := range map[string]Event{
		"It was withdrawn afterwards":                  {Action: "submission.withdraw", Detail: number},
		"It was returned afterwards":                   {Action: "submission.return", Detail: number},
		"It was published, and taken down again":       {Action: "submission.take_down", Detail: number},
		"2022-0009 was submitted after it by the same": {Action: "response.submit", Detail: json.RawMessage(`{"number":"2022-0009","replaces":"2022-0007"}`)},
		"which was signed.\n":                          {Action: "submission.withdraw", Detail: json.RawMessage(`{"number":"2022-0010"}`)},
	} {
		r := vouched(t, submitting(sample(t), e), sample(t))
		if !r.OK() || !strings.Contains(r.String(), said) || strings.Contains(r.String(), "2022-0010") {
			t.Errorf("%q is not told:\n%s", said, r)
		}
	}
}
