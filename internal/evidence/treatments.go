package evidence

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// treatments checks what the parties' positions rest on in their own organisations.
func (r *Report) treatments(p Package) {
	var findings, notes []string
	find := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	for _, party := range p.Parties {
		known := map[string]Treatment{}
		for _, t := range party.Treatments {
			if _, there := known[t.Corrects]; t.Corrects != "" && !there {
				find("A treatment by %s corrects %q, which is no earlier one of its own.", party.Name, t.Corrects)
			}
			if v := t.Votes; v != nil && min(v.For, v.Against, v.Abstained) < 0 {
				find("A treatment by %s counts fewer votes than none.", party.Name)
			}
			for _, id := range slices.Sorted(maps.Keys(t.AnswerHashes)) {
				if !slices.ContainsFunc(p.Answers, func(a Answer) bool { return a.ID == id }) {
					find("A treatment by %s names an answer that is not in the package: %s.", party.Name, id)
				}
			}
			for _, a := range t.Attachments {
				if a.Size < 0 || !isHash(a.Hash) {
					find("The attachment %q of a treatment by %s has no hash, or no size.", a.Name, party.Name)
				}
			}
			known[t.ID] = t
		}
		if party.Position == nil || party.Position.TreatmentID == "" {
			continue
		}
		t, there := known[party.Position.TreatmentID]
		switch covered := party.Position.Coverage; {
		case !there:
			find("The position of %s rests on a treatment that is not there: %s.", party.Name, party.Position.TreatmentID)
		case covered == nil && party.Position.says("approved", "approved_with_remark") && !maps.Equal(t.AnswerHashes, party.Position.AnswerHashes):
			find("%s approves another text than it treated, and does not say whether that is covered.", party.Name)
		case covered != nil && covered.Covers:
			notes = append(notes, fmt.Sprintf("%s treated an earlier text (version %d), and says that this covers what was sent.", party.Name, t.FreezeNumber))
		case covered != nil:
			notes = append(notes, fmt.Sprintf("%s treated an earlier text (version %d), and says that this does not cover what was sent: its position did not count.", party.Name, t.FreezeNumber))
		}
	}
	r.none("treatments", findings, "Every position that rests on a treatment names one of its party's own, and says so where another text was treated.")
	for _, text := range notes {
		r.add("treatments", Note, text)
	}
}

func isHash(h Hash) bool {
	digits, found := strings.CutPrefix(string(h), "sha256:")
	return found && len(digits) == 64 && strings.Trim(digits, "0123456789abcdef") == ""
}

func (p Position) says(kinds ...string) bool { return slices.Contains(kinds, p.Kind) }
