package export

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestThePapersOfACaseShowWhatIsNewAndTheWholeText(t *testing.T) {
	p := sample(t, 4, 0, "nb")
	p.PackageHash, p.Submission.Number = "", ""
	before := map[string]json.RawMessage{}
	for _, a := range p.Answers {
		before[a.ID] = a.Content
	}
	before["answer-2"] = doc(para(text("Dette sto her før.")))
	for _, c := range []struct {
		earlier *EarlierText
		words   []string
	}{
		{nil, []string{"Sak 3:", "SSU Agder", "Rom 1", "Endringer siden sist", "Ingen møter har behandlet teksten før.", "Spørsmål 1:"}},
		{&EarlierText{Body: "SSU Agder", At: at(10, 9, 0), Number: 1, Contents: before}, []string{"Endringer siden sist", "versjon 1, som SSU Agder behandlet", "Svar 2", "Fjernet: Dette sto her før.", "Nytt:", "Spørsmål 1:"}},
	} {
		file, err := Service{Renderer: renderer(t)}.Papers(t.Context(), "nb", p, Pack{Body: "SSU Agder", StartsAt: at(25, 9, 0), Place: "Rom 1", Number: 3, Earlier: c.earlier})
		if err != nil {
			t.Fatal(err)
		}
		facts := inspect(t, file)
		whole := squeeze(facts.Text)
		inOrder(t, whole, c.words...)
		hash := func(text string) bool { return strings.HasPrefix(text, "sha256:") } // of what is not sent there is no proof to check
		holds(t, facts.Text, slices.DeleteFunc(wants(t, p), hash)...)
		noSkippedLevels(t, facts.Headings)
	}
}
