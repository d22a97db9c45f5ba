package export

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// hardContents are answers that a careless writer would stumble over.
func hardContents() map[string]json.RawMessage {
	deep := para(text("bunnen"))
	for range 100 {
		deep = branch("orderedList", branch("listItem", para(text("et nivå")), deep))
	}
	spans := table([]string{"A", "B", "C"}, []string{"1", "2", "3"}, []string{"4", "5"})
	first := spans["content"].([]node)[1]["content"].([]node)[0]
	first["attrs"] = node{"colspan": 7, "rowspan": 9}
	header := spans["content"].([]node)[0]["content"].([]node)[1]
	header["attrs"] = node{"rowspan": 2}
	var long [][]string
	for i := range 400 {
		long = append(long, []string{fmt.Sprint(i), strings.Repeat("tekst ", i%40)})
	}
	wide := make([]string, 40)
	for i := range wide {
		wide[i] = fmt.Sprintf("Kolonne%d", i)
	}
	nested := branch("table", branch("tableRow", branch("tableCell", spans, heading(1, "I en celle"), items("bulletList", "a", "b"))))
	all := map[string]json.RawMessage{
		"null":            json.RawMessage("null"),
		"no content":      doc(),
		"empty blocks":    doc(para(), branch("heading"), branch("bulletList"), branch("bulletList", branch("listItem")), branch("table"), branch("table", branch("tableRow"))),
		"deep lists":      doc(deep),
		"skipped levels":  doc(heading(3, "Tre"), heading(1, "En"), heading(3, "Tre")),
		"odd tables":      doc(spans, nested),
		"a long table":    doc(table([]string{"Nr.", "Tekst"}, long...)),
		"a wide table":    doc(table(wide, wide, wide)),
		"only headers":    doc(table([]string{"A", "B"})),
		"a long word":     doc(para(text(strings.Repeat("abcdefghij", 100))), table([]string{"A"}, []string{strings.Repeat("x", 500)})),
		"markup":          doc(para(text(`#import "x" *a* _b_ $c$ <d> @e \ // /* ]]> & "`)), heading(1, "= #panic()")),
		"unknown nodes":   doc(node{"type": "video", "content": []node{para(text("inni"))}}, node{"type": "image"}, text("løs tekst")),
		"strange letters": doc(para(text("a\u0301 ﬁ \u0001\u0000 \u202eabc\u202c 😀👨‍👩‍👧 漢字 العربية ᚠ \ue000 \U000F0000 \ufdd0 \u2028 x")), heading(1, "😀")),
		"strange links":   doc(para(text("x", link("javascript:alert(1)")), text("y", link("https://æøå.no/ å?<>\"'")), text("z", link(""))))}
	for seed := range uint64(6) {
		all[fmt.Sprintf("random %d", seed)] = doc(randomBlocks(rand.New(rand.NewPCG(seed, 0)), 4)...)
	}
	return all
}

// randomBlocks nests anything in anything.
func randomBlocks(rnd *rand.Rand, depth int) []node {
	var blocks []node
	for range rnd.IntN(6) {
		if depth == 0 || rnd.IntN(4) == 0 {
			blocks = append(blocks, para(text(prose[:rnd.IntN(len("Vi har hatt et felles sekretariat"))+1], bold), branch("hardBreak"), text("slutt", italic)))
			continue
		}
		kinds := []string{"paragraph", "heading", "bulletList", "orderedList", "listItem", "table", "tableRow", "tableHeader", "tableCell",
			"goodExample", "exampleField", "alternatives", "alternative"}
		block := branch(kinds[rnd.IntN(len(kinds))], randomBlocks(rnd, depth-1)...)
		block["attrs"] = node{"level": rnd.IntN(5), "start": rnd.IntN(9) - 2, "colspan": rnd.IntN(4), "rowspan": rnd.IntN(4),
			"name": []string{"title", "link", "cost"}[rnd.IntN(3)], "status": []any{"idea", 7, nil}[rnd.IntN(3)], "side": []any{"hospital", "other", 7}[rnd.IntN(3)], "lang": []any{"se", "x\"y", nil}[rnd.IntN(3)]}
		blocks = append(blocks, block)
	}
	return blocks
}
