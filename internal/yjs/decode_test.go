package yjs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

// updateOf writes items of client 1, from clock 0 on, as an update.
func updateOf(items ...item) []byte {
	clock := uint32(0)
	for i := range items {
		items[i].clock = clock
		clock = items[i].end()
	}
	var w structWriter
	w.block(1, 0, items)
	return appendDeletes(w.finish(), nil)
}

func rootItem(kind uint8, length uint32, content string) item {
	return item{kind: kind, length: length, parent: parentRoot, content: content}
}

func paragraphItem() item { return rootItem(kindType, 1, "\x03\x09paragraph") }

func textItem(text string) item { return rootItem(kindString, utf16Len(text), text) }

func markItem(name, value string) item {
	return rootItem(kindFormat, 1, string(appendText(appendText(nil, name), value)))
}

func attributeItem(name, value string) item {
	it := rootItem(kindAny, 1, name+value)
	it.named = uint32(len(name)) + 1
	return it
}

func TestValidateTakes(t *testing.T) {
	for name, update := range map[string][]byte{
		"nothing":             {0, 0},
		"a paragraph":         updateOf(paragraphItem()),
		"an XML text":         updateOf(rootItem(kindType, 1, "\x06")),
		"text":                updateOf(textItem("Čáhci 🙂")),
		"U+FEFF":              updateOf(textItem("\ufeff")),
		"a mark":              updateOf(markItem("link", `{"href":"https://example.org","n":[1,-2.5e3,true,null]}`)),
		"the end of a mark":   updateOf(markItem("bold", "null")),
		"an attribute":        updateOf(attributeItem("level", "\x7d\x02")),
		"a nested attribute":  updateOf(attributeItem("colwidth", "\x75\x02\x7d\x01\x76\x01\x01a\x7e")),
		"deleted content":     updateOf(item{kind: kindDeleted, length: 7, parent: parentRoot}),
		"collected structs":   updateOf(item{kind: kindGC, length: 7}),
		"a gap":               updateOf(item{kind: kindSkip, length: 7}, textItem("a")),
		"a deletion":          {0, 1, 1, 1, 0, 5},
		"the highest numbers": {0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f},
	} {
		if err := Validate(update); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	replaced := func(old, with string) []byte {
		return bytes.Replace(updateOf(paragraphItem(), textItem("abc")), []byte(old), []byte(with), 1)
	}
	deep := strings.Repeat("\x75\x01", 100) + "\x7e"
	for name, update := range map[string][]byte{
		"no bytes":                        {},
		"no deletions":                    {0},
		"bytes after the end":             {0, 0, 0},
		"more structs than bytes":         {1, 0xff, 0xff, 0x03, 1, 0},
		"a client twice":                  {2, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0},
		"a number that never ends":        bytes.Repeat([]byte{0xff}, 20),
		"a client beyond 32 bits":         {0, 1, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 0, 1},
		"clocks beyond 32 bits":           {0, 1, 1, 1, 2, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"an empty struct":                 {1, 1, 1, 0, 0, 0, 0},
		"an empty text":                   []byte("\x01\x01\x01\x00\x04\x01\x07default\x00\x00"),
		"an empty deletion":               {0, 1, 1, 1, 0, 0},
		"flags on a collected struct":     {1, 1, 1, 0, 0x80, 1, 0},
		"another root":                    replaced("default", "defaulT"),
		"an unknown kind of parent":       replaced("\x01\x07default", "\x02\x07default"),
		"an unknown kind of content":      {1, 1, 1, 0, 11, 1, 0},
		"a subdocument":                   updateOf(rootItem(kindDoc, 1, "\x01a\x76\x00")),
		"bytes as content":                updateOf(rootItem(kindBinary, 1, "\x01a")),
		"old JSON content":                updateOf(rootItem(kindJSON, 1, "\x01\x01")),
		"an embed":                        updateOf(rootItem(kindEmbed, 1, "\x02{}")),
		"a map":                           updateOf(rootItem(kindType, 1, "\x01")),
		"a hook":                          updateOf(rootItem(kindType, 1, "\x05\x01a")),
		"text that is not UTF-8":          replaced("abc", "a\xffc"),
		"half a surrogate pair":           replaced("abc", "\xed\xa0\x80"),
		"a mark without JSON":             updateOf(markItem("bold", "")),
		"a mark with broken JSON":         updateOf(markItem("bold", "{")),
		"a mark with two values":          updateOf(markItem("bold", "{} {}")),
		"a mark with JavaScript":          updateOf(markItem("bold", "{a:1}")),
		"a mark nested too deeply":        updateOf(markItem("bold", strings.Repeat("[", 100)+strings.Repeat("]", 100))),
		"a mark named __proto__":          updateOf(markItem("__proto__", "{}")),
		"a mark holding __proto__":        updateOf(markItem("bold", `{"a":[{"\u005f_proto__":1}]}`)),
		"an attribute named __proto__":    updateOf(attributeItem("__proto__", "\x7e")),
		"an attribute holding __proto__":  updateOf(attributeItem("a", "\x76\x01\x09__proto__\x7e")),
		"an unknown kind of value":        updateOf(attributeItem("a", "\x05")),
		"a big integer":                   updateOf(attributeItem("a", "\x7a\x00\x00\x00\x00\x00\x00\x00\x01")),
		"bytes as a value":                updateOf(attributeItem("a", "\x74\x01a")),
		"an attribute nested too deeply":  updateOf(attributeItem("a", deep)),
		"a struct that leans on itself":   updateOf(item{kind: kindString, length: 1, content: "a", hasOrigin: true, origin: id{1, 0}}),
		"a struct that is its own parent": updateOf(item{kind: kindString, length: 1, content: "a", parent: parentItem, origin: id{1, 0}}),
		"a struct after and before one":   updateOf(textItem("a"), item{kind: kindString, length: 1, content: "b", hasOrigin: true, hasRight: true, origin: id{1, 0}, right: id{1, 0}}),
		"more than the limit":             updateOf(textItem(strings.Repeat("a", MaxUpdateSize))),
	} {
		if err := Validate(update); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestEveryCutOfAnUpdateIsRefused(t *testing.T) {
	update := updateOf(paragraphItem(), textItem("Čáhci 🙂"), markItem("link", `{"href":"x"}`), attributeItem("level", "\x76\x01\x01a\x7b\x3f\xf8\x00\x00\x00\x00\x00\x00"))
	if err := Validate(update); err != nil {
		t.Fatal(err)
	}
	for i := range update {
		if err := Validate(update[:i]); !errors.Is(err, ErrInvalid) {
			t.Errorf("the first %d bytes: got %v", i, err)
		}
	}
}

func TestDiffRefusesBrokenStateVectors(t *testing.T) {
	for name, vector := range map[string][]byte{
		"no bytes": {}, "cut": {1, 5}, "bytes after the end": {0, 0},
		"more than its bytes": binary.AppendUvarint(nil, 1<<40),
	} {
		if _, err := NewStore().Diff(vector); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestUTF16(t *testing.T) {
	const text = "aø测🙂b"
	if n := utf16Len(text); n != 6 {
		t.Errorf("length %d", n)
	}
	for n, want := range [][2]string{
		{"", text}, {"a", "ø测🙂b"}, {"aø", "测🙂b"}, {"aø测", "🙂b"}, {"aø测\ufffd", "\ufffdb"}, {"aø测🙂", "b"}, {text, ""},
	} {
		if left, right := utf16Cut(text, uint32(n)); left != want[0] || right != want[1] {
			t.Errorf("cut at %d: %q %q", n, left, right)
		}
	}
}
