package evidence

import (
	"strings"
	"testing"
)

// separate is the sample as an answer alone, that stands to a joint one.
func separate(t *testing.T) Package {
	p := sample(t)
	p.Response.Kind = "separate"
	p.Answers[0].Relation, p.Answers[1].Relation = aRelation("elaborates"), aRelation("joins")
	for i := range p.Answers {
		hash := must(AnswerHash(p.Answers[i].SignedContent()))
		p.Answers[i].Hash = hash
		for _, party := range p.Parties[:2] {
			party.Position.AnswerHashes[p.Answers[i].ID] = hash
		}
	}
	return resealed(t, p)
}

func aRelation(kind string) *Relation {
	return &Relation{Kind: kind, Community: Community{"agder", "Agder"}, ResponseID: "response-9", AnswerID: "answer-9", FreezeNumber: 2, AnswerHash: "sha256:9"}
}

// spoilt are separate answers that say of joint ones what cannot be.
var spoilt = map[string]func(*Package){
	"a joint response":  func(p *Package) { p.Response.Kind = "joint" },
	"an unknown kind":   func(p *Package) { p.Answers[0].Relation.Kind = "likes" },
	"no hash":           func(p *Package) { p.Answers[0].Relation.AnswerHash = "" },
	"no community":      func(p *Package) { p.Answers[0].Relation.Community.ID = "" },
	"no response":       func(p *Package) { p.Answers[0].Relation.ResponseID = "" },
	"no answer":         func(p *Package) { p.Answers[0].Relation.AnswerID = "" },
	"a text that joins": func(p *Package) { p.Answers[0].Relation.Kind = "joins" },
	"a text in disguise": func(p *Package) {
		p.Answers[1].Content = []byte(`{"type":"doc","content":[{"type":"paragraph","content":[{"type":"\u0074ext","\u0074ext":"Hei"}]}]}`)
	},
	"a version before all": func(p *Package) { p.Answers[1].Relation.FreezeNumber = 0 },
}

// resealed makes every hash anew, as somebody does who changes what was signed.
func resealed(t *testing.T, p Package) Package {
	t.Helper()
	for i := range p.Answers {
		p.Answers[i].Hash = ""
	}
	p.Freeze.Hash = ""
	if err := p.Seal(); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRelationsAreSignedAndChecked(t *testing.T) {
	whole := separate(t)
	if r := Verify(encode(t, whole)); !r.OK() || !strings.Contains(r.String(), "Answer 2 joins the joint answer of Agder") {
		t.Fatalf("\n%s", r)
	}
	if alone := sample(t); alone.Answers[0].Hash == whole.Answers[0].Hash {
		t.Error("a relation is not part of what is signed")
	}
	for what, spoil := range spoilt {
		p := separate(t)
		spoil(&p)
		if r := Verify(encode(t, resealed(t, p))); r.OK() {
			t.Errorf("%s passes", what)
		}
	}
}
