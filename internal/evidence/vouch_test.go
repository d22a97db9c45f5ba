package evidence

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// submitting is a trail in which all that the package holds was said and the package submitted, and after that came the
// events of its response.
func submitting(p Package, after ...Event) Trail { return submittedAfter(p, saying(p), after...) }

func submittedAfter(p Package, said []Event, after ...Event) Trail {
	events := told(1, 40)
	copy(events, said)
	detail := map[string]any{"number": p.Submission.Number, "hash": p.PackageHash, "publication": must(p.PublicationHash()), "lateSeconds": 3600, "replaces": ""}
	events[23].Action, events[23].Response, events[23].Detail = "response.submit", p.Response.ID, must(json.Marshal(detail))
	events[23].AccountName = "Rådgiver i sekretariatet"
	for i, e := range after {
		events[25+i].Action, events[25+i].Response, events[25+i].Detail = e.Action, p.Response.ID, e.Detail
	}
	return written(events, keyOf(1))
}

// saying are the events of what the package says that was said, each of which tells of one thing.
func saying(p Package) (events []Event) {
	tell := func(action, by string, detail map[string]any) {
		events = append(events, Event{At: told(1, 1)[0].At, AccountName: by, Action: action, Response: p.Response.ID, Detail: must(json.Marshal(detail))})
	}
	say := func(action, by string) func(string, Hash, error) {
		return func(name string, hash Hash, err error) {
			tell(action, by, map[string]any{"freeze": p.Freeze.Number, "said": map[string]Hash{name: must(hash, err)}})
		}
	}
	tell("response.freeze", "", map[string]any{"freeze": p.Freeze.Number, "hash": p.Freeze.Hash})
	for _, party := range p.Parties {
		for _, t := range party.Treatments {
			say("response.treat", t.By.Name)(TreatmentSaid(party.ID, t))
			for _, a := range t.Attachments {
				say("response.treat", t.By.Name)(AttachmentSaid(t.ID, a))
			}
		}
		if party.Position != nil {
			for _, one := range party.Position.Approvers {
				say("response.position", one.By.Name)("position/"+party.ID, "sha256:earlier", nil)
			}
			say("response.position", party.Position.By.Name)(PositionSaid(party.ID, *party.Position))
		}
	}
	for _, m := range p.Remarks {
		say("response.remark", "")(RemarkSaid(m))
		if m.Reply != nil {
			say("response.reply", "")(ReplySaid(m.ID, *m.Reply))
		}
	}
	if p.Decision != nil {
		say("response.decide", "")(DecisionSaid(p.Freeze.Number, *p.Decision))
	}
	return events
}

// Whoever changes what was said before it is sent has it sealed and submitted as it then is: only the events of when it was
// said tell of another.
func TestWhatWasChangedBeforeItWasSentIsFound(t *testing.T) {
	at := func(p *Package) *Position { return p.Parties[0].Position }
	relaid := func(p *Package) { p.Freeze.Hash = must(p.freezeHash()) }
	for what, change := range map[string]func(*Package){
		"a party left out":       func(p *Package) { p.Parties = p.Parties[:4]; relaid(p) },
		"a silent one left out":  func(p *Package) { p.Parties = slices.Delete(p.Parties, 3, 4); relaid(p) },
		"the number of a freeze": func(p *Package) { p.Freeze.Number = 4; relaid(p) },
		"a decision left out":    func(p *Package) { p.Decision = nil },
		"who sent it":            func(p *Package) { p.Submission.SubmittedBy.Name = "En annen" },
		"nobody sent it":         func(p *Package) { p.Submission.SubmittedBy.Name = "" },
		"nobody's position":      func(p *Package) { at(p).By.Name = "" },
		"who treated it":         func(p *Package) { p.Parties[0].Treatments[1].By.Name = "En annen" },
		"nobody approved": func(p *Package) {
			p.Parties[1].Position.Approvers[0].By.Name = ""
		},
		"a position":        func(p *Package) { at(p).Kind = "stands_outside" },
		"its reason":        func(p *Package) { at(p).Reason = "Ja." },
		"its time":          func(p *Package) { at(p).RecordedAt = p.Freeze.FrozenAt },
		"its person":        func(p *Package) { at(p).By.Name = "En annen" },
		"its ground":        func(p *Package) { at(p).Coverage.Reason = "Alt." },
		"an approver":       func(p *Package) { p.Parties[1].Position.Approvers[0].By.Name = "En annen" },
		"when one approved": func(p *Package) { p.Parties[1].Position.Approvers[0].RecordedAt = p.Freeze.FrozenAt },
		"one approver too many": func(p *Package) {
			who := &p.Parties[1].Position.Approvers
			*who = append([]Approver{{(*who)[0].By, p.Freeze.FrozenAt, nil}}, *who...)
		},
		"how many were needed":  func(p *Package) { p.Parties[1].Position.Needed = 3 },
		"what was seen":         func(p *Package) { delete(at(p).AnswerHashes, "answer-1") },
		"a position left out":   func(p *Package) { p.Parties[0].Position = nil },
		"a position made up":    func(p *Package) { own := *at(p); own.ID = "p-9"; p.Parties[2].Position = &own },
		"a treatment's words":   func(p *Package) { p.Parties[0].Treatments[1].Decision = "Styret er uenig." },
		"a treatment's version": func(p *Package) { p.Parties[0].Treatments[1].FreezeNumber = 3 },
		"a treatment's votes":   func(p *Package) { p.Parties[0].Treatments[1].Votes.Against = 0 },
		"an attachment": func(p *Package) {
			p.Parties[0].Treatments[1].Attachments[0].Hash = Hash("sha256:" + strings.Repeat("0b", 32))
		},
		"a remark's text":        func(p *Package) { p.Remarks[0].Text = "Takk." },
		"where a remark belongs": func(p *Package) { p.Remarks[0].AnswerID = nil },
		"a decision's date":      func(p *Package) { p.Decision.Date = "2022-03-31" },
		"a decision's case":      func(p *Package) { p.Decision.CaseNumber = "22/18" },
	} {
		p := forged(t, change)
		trail := submittedAfter(p, saying(sample(t)))
		found := func(r Report) bool { return failed(r, "said") || failed(r, "laid") }
		r := vouched(t, trail, p)
		if !found(r) || failed(r, "trail") {
			t.Errorf("%s: is not found:\n%s", what, r)
		}
		persons := []string{"its person", "an approver", "who sent it", "nobody sent it", "nobody's position", "who treated it", "nobody approved"}
		if r := vouched(t, trail, must(p.Publication())); slices.Contains(persons, what) == found(r) {
			t.Errorf("%s: is found in what is published: %v\n%s", what, found(r), r)
		}
	}
}

// What was said before events held hashes is told of as what nobody vouches for.
func TestWhatEventsHeldNoHashOfIsNoted(t *testing.T) {
	p := sample(t)
	events := saying(p)
	events[1].Detail = json.RawMessage(`{"kind":"approved"}`)
	if r := vouched(t, submittedAfter(p, events), p); !r.OK() || !strings.Contains(r.String(), "or not at all: a treatment by Sørlandet sykehus HF") {
		t.Errorf("\n%s", r)
	}
}

// Who left before it was sent may have said something. Where an event from before such events named whom and what was laid
// before the others is the newest, that is told.
func TestAPartyThatLeft(t *testing.T) {
	p := forged(t, func(p *Package) { p.Parties, p.Freeze.Number = p.Parties[:4], 4; p.Freeze.Hash = must(p.freezeHash()) })
	leaving := func(detail map[string]any) Trail {
		left := Event{At: told(1, 1)[0].At, Action: "response.parties", Response: p.Response.ID, Detail: must(json.Marshal(detail))}
		events := append(saying(sample(t)), left)
		for _, e := range saying(p) {
			if e.Action == "response.decide" {
				events = append(events, e)
			}
		}
		return submittedAfter(p, events)
	}
	newer := map[string]any{"removed": "Farsund kommune", "partyId": "4206", "freeze": 4, "hash": p.Freeze.Hash}
	if r := vouched(t, leaving(newer), p); !r.OK() || !strings.Contains(r.String(), "Event 14 laid these answers before these parties") {
		t.Errorf("\n%s", r)
	}
	if r := vouched(t, leaving(map[string]any{"removed": "Farsund kommune"}), p); !r.OK() || !strings.Contains(r.String(), "that party 4206 left") ||
		!strings.Contains(r.String(), "is from before such events held a hash") {
		t.Errorf("an old trail:\n%s", r)
	}
	newer["partyId"] = "4205"
	if r := vouched(t, leaving(newer), p); !failed(r, "said") {
		t.Errorf("another left:\n%s", r)
	}
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
		if r := vouched(t, trail, whole); !r.OK() || !strings.Contains(r.String(), "is the one of event 24, which was signed") {
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
