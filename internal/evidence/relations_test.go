package evidence

import (
	"strings"
	"testing"
)

// separate is the sample as an answer alone, that stands to a joint one.
func separate(t *testing.T) Package {
	p := sample(t)
	p.Response.Kind = "separate"
	relation := func(kind string) *Relation {
		return &Relation{Kind: kind, Community: Community{"agder", "Agder"}, ResponseID: "response-9", AnswerID: "answer-9", FreezeNumber: 2, AnswerHash: "sha256:9"}
	}
	p.Answers[0].Relation, p.Answers[1].Relation = relation("elaborates"), relation("joins")
	return resealed(t, p)
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
	for what, spoil := range map[string]func(*Package){
		"a joint response":     func(p *Package) { p.Response.Kind = "joint" },
		"an unknown kind":      func(p *Package) { p.Answers[0].Relation.Kind = "likes" },
		"no hash":              func(p *Package) { p.Answers[0].Relation.AnswerHash = "" },
		"a text that joins":    func(p *Package) { p.Answers[0].Relation.Kind = "joins" },
		"a version before all": func(p *Package) { p.Answers[1].Relation.FreezeNumber = 0 },
	} {
		p := separate(t)
		spoil(&p)
		if r := Verify(encode(t, resealed(t, p))); r.OK() {
			t.Errorf("%s passes", what)
		}
	}
}
