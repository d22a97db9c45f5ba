package document

import (
	"encoding/json"
	"strings"
	"testing"

	"samsvar/internal/evidence"
)

const parts = `{"content":[` +
	`{"attrs":{"group":"frail_elderly","status":"pilot"},"content":[{"attrs":{"name":"title"},"content":[{"text":"Felles vaktlag","type":"text"}],"type":"exampleField"}],"type":"goodExample"},` +
	`{"content":[{"attrs":{"side":"municipal"},"content":[{"content":[{"text":"Kommunene","type":"text"}],"type":"paragraph"}],"type":"alternative"}],"type":"alternatives"},` +
	`{"attrs":{"lang":"se"},"content":[{"text":"Buorre beaivi","type":"text"}],"type":"paragraph"}],"type":"doc"}`

func TestChoicesAloneAreNoText(t *testing.T) {
	for content, want := range map[string]bool{
		parts: true,
		`{"content":[{"attrs":{"status":"pilot"},"content":[{"attrs":{"name":"title"},"type":"exampleField"}],"type":"goodExample"}],"type":"doc"}`:                      false,
		`{"content":[{"content":[{"attrs":{"label":"Oslo","side":"other"},"content":[{"type":"paragraph"}],"type":"alternative"}],"type":"alternatives"}],"type":"doc"}`: false,
	} {
		if got := hasText(json.RawMessage(content)); got != want {
			t.Errorf("%s: %v", content, got)
		}
	}
}

func TestEverythingInAnExampleAndAnAlternativeIsSigned(t *testing.T) {
	hash := func(content string) evidence.Hash {
		h, err := evidence.AnswerHash(evidence.AnswerContent{AnswerID: "a", QuestionID: "q", Status: "ready", Language: "nb", Content: json.RawMessage(content)})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	seen := map[evidence.Hash]string{hash(parts): "nothing"}
	for _, change := range [][2]string{{"pilot", "running"}, {"frail_elderly", "all"}, {"vaktlag", "vakt"}, {"Kommunene", "Alle"}, {"municipal", "hospital"}, {`"se"`, `"nn"`}} {
		h := hash(strings.Replace(parts, change[0], change[1], 1))
		if same, there := seen[h]; there {
			t.Errorf("%v gives the hash of %s", change, same)
		}
		seen[h] = change[0]
	}
}
