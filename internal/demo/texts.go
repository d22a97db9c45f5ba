package demo

import (
	"embed"
	"encoding/json"
	"regexp"
	"strings"

	"samsvar/internal/portal"
)

//go:embed data
var data embed.FS

// texts are the invented answers of one language, by question number; what one community alone says, by number and community.
type texts map[string][]string

func readTexts(language portal.Language) (texts, error) {
	raw, err := data.ReadFile("data/" + string(language) + ".md")
	if err != nil {
		return nil, err
	}
	out := texts{}
	for _, section := range strings.Split("\n"+string(raw), "\n# ")[1:] {
		number, body, _ := strings.Cut(section, "\n")
		out[number] = append(out[number], strings.TrimSpace(body))
	}
	return out, nil
}

// answer picks the text of a question for the n-th community, unless that has one of its own.
func (t texts) answer(question string, n int, community portal.Organisation, trust string) string {
	variants := t[question+" "+string(community.ID)]
	if len(variants) == 0 {
		variants = t[question]
	}
	if len(variants) == 0 {
		return ""
	}
	return strings.NewReplacer("{community}", community.Name, "{trust}", trust).Replace(variants[n%len(variants)])
}

// node is one node of a ProseMirror document.
type node struct {
	Type    string         `json:"type"`
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []node         `json:"content,omitempty"`
	Text    string         `json:"text,omitempty"`
	Marks   []mark         `json:"marks,omitempty"`
}

type mark struct {
	Type string `json:"type"`
}

// richText reads the little markup of the demonstration's texts: headings,
// lists, tables, good examples, alternatives and other languages by line, bold and italic inside.
func richText(body string) (json.RawMessage, error) {
	doc := node{Type: "doc"}
	var open *node
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		kind, child := block(line)
		switch {
		case line == "":
			open = nil
			continue
		case child.Type == kind:
			doc.Content = append(doc.Content, child)
			open = &doc.Content[len(doc.Content)-1]
			continue
		case open == nil || open.Type != kind || kind == "paragraph" || kind == "heading":
			doc.Content = append(doc.Content, node{Type: kind})
			open = &doc.Content[len(doc.Content)-1]
		}
		switch kind {
		case "bulletList", "goodExample", "alternatives":
			open.Content = append(open.Content, child)
		case "table":
			open.Content = append(open.Content, tableRow(line, len(open.Content) == 0))
		case "heading":
			open.Attrs, open.Content = map[string]any{"level": 1}, inline(strings.TrimPrefix(line, "## "))
		default:
			open.Content = inline(line)
		}
	}
	return json.Marshal(doc)
}

// block says what kind of block a line belongs to, and what it adds to it: a child, or the block itself.
func block(line string) (kind string, child node) {
	switch {
	case strings.HasPrefix(line, "## "):
		return "heading", node{}
	case strings.HasPrefix(line, "- "):
		return "bulletList", node{Type: "listItem", Content: []node{{Type: "paragraph", Content: inline(line[2:])}}}
	case strings.HasPrefix(line, "|"):
		return "table", node{}
	case strings.HasPrefix(line, "@"):
		return part(line)
	}
	return "paragraph", node{}
}

// part reads a line that begins with what it is: "@example group status", "@title text", "@municipal text", "@se text".
func part(line string) (kind string, child node) {
	name, text, _ := strings.Cut(line[1:], " ")
	switch name {
	case "example":
		group, status, _ := strings.Cut(text, " ")
		return "goodExample", node{Type: "goodExample", Attrs: map[string]any{"group": group, "status": status}}
	case "municipal", "hospital":
		return "alternatives", node{Type: "alternative", Attrs: map[string]any{"side": name}, Content: []node{{Type: "paragraph", Content: inline(text)}}}
	case "nb", "nn", "se":
		return "paragraph", node{Type: "paragraph", Attrs: map[string]any{"lang": name}, Content: inline(text)}
	}
	return "goodExample", node{Type: "exampleField", Attrs: map[string]any{"name": name}, Content: []node{{Type: "text", Text: text}}}
}

func tableRow(line string, header bool) node {
	cell := "tableCell"
	if header {
		cell = "tableHeader"
	}
	r := node{Type: "tableRow"}
	for _, text := range strings.Split(strings.Trim(line, "|"), "|") {
		r.Content = append(r.Content, node{Type: cell, Attrs: map[string]any{"colspan": 1, "rowspan": 1},
			Content: []node{{Type: "paragraph", Content: inline(strings.TrimSpace(text))}}})
	}
	return r
}

var emphasis = regexp.MustCompile(`\*\*([^*]+)\*\*|\*([^*]+)\*`)

func inline(text string) []node {
	var out []node
	add := func(text string, marks ...mark) {
		if text != "" {
			out = append(out, node{Type: "text", Text: text, Marks: marks})
		}
	}
	at := 0
	for _, m := range emphasis.FindAllStringSubmatchIndex(text, -1) {
		add(text[at:m[0]])
		if m[2] >= 0 {
			add(text[m[2]:m[3]], mark{"bold"})
		} else {
			add(text[m[4]:m[5]], mark{"italic"})
		}
		at = m[1]
	}
	add(text[at:])
	return out
}
