package yjs

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDocDepth is deeper than any real document. The bundle has the same.
const maxDocDepth = 500

const (
	// maxMarks is more than any text has at once: the editor knows three, but a log may hold marks that it does not know
	// and that nobody closes.
	maxMarks = 32
	// maxRendered bounds the JSON of a document, and that of all its marks: a mark stands in a log once, and in the
	// document at every stretch of text under it.
	maxRendered = 32 << 20
)

// docWriter writes shared types as canonical ProseMirror JSON.
type docWriter struct {
	out     []byte
	marked  int     // bytes of marks that were made, written or not
	authors authors // nil where it is of no interest
	err     error   // the first thing that was too much; nothing more is written from then on
}

// refuse keeps the first error.
func (w *docWriter) refuse(format string, args ...any) {
	if w.err == nil {
		w.err = invalid(format, args...)
	}
}

// goesOn reports whether what was written so far leaves room for more.
func (w *docWriter) goesOn() bool {
	if max(len(w.out), w.marked) > maxRendered {
		w.refuse("document of more than %d bytes when rendered", maxRendered)
	}
	return w.err == nil
}

func (w *docWriter) text(s string) { w.out = append(w.out, s...) }

// children writes the nodes that a type holds, with a comma between them.
func (w *docWriter) children(sh *shared, depth int) {
	if depth > maxDocDepth {
		w.refuse("document nested too deeply")
		return
	}
	run := textRun{w: w, first: true}
	for n := sh.first; n != nil && w.goesOn(); n = n.next {
		switch {
		case n.deleted || n.shared == nil:
		case n.shared.isText:
			run.add(n.shared)
		default:
			run.flush()
			run.comma()
			w.element(n.shared, depth)
		}
	}
	run.flush()
}

func (w *docWriter) element(sh *shared, depth int) {
	w.text(`{`)
	if attributes := sh.values(); attributes != nil {
		w.text(`"attrs":`)
		w.value(attributes)
		w.text(`,`)
	}
	if sh.hasContent() {
		w.text(`"content":[`)
		w.children(sh, depth+1)
		w.text(`],`)
	}
	w.text(`"type":`)
	w.quote(sh.name)
	w.text(`}`)
}

// hasContent reports whether yjs would say that the type's length is more than zero.
func (sh *shared) hasContent() bool {
	for n := sh.first; n != nil; n = n.next {
		if !n.deleted && n.kind != kindFormat {
			return true
		}
	}
	return false
}

// values returns the attributes, or nil if there are none.
func (sh *shared) values() map[string]any {
	var values map[string]any
	for name, n := range sh.attributes {
		if n.deleted || n.kind == kindType {
			continue
		}
		if values == nil {
			values = map[string]any{}
		}
		values[name] = n.value()
	}
	return values
}

// value is what yjs gives for an attribute.
func (n *node) value() any {
	switch n.kind {
	case kindAny:
		values := n.values()
		return values[len(values)-1]
	case kindString:
		_, last := utf16Cut(n.bare(), n.length-1)
		return last
	}
	return absent{}
}

// textRun joins neighbouring text with equal marks into one text node, as ProseMirror does.
type textRun struct {
	w     *docWriter
	first bool // nothing was written yet
	text  []byte
	marks string
}

func (r *textRun) comma() {
	if !r.first {
		r.w.text(`,`)
	}
	r.first = false
}

// add appends the content of an XML text.
func (r *textRun) add(sh *shared) {
	current, marks, known := map[string]any{}, "", true
	for n := sh.first; n != nil && r.w.goesOn(); n = n.next {
		switch {
		case n.deleted:
		case n.kind == kindString:
			if !known || r.w.authors != nil {
				marks, known = r.w.marks(current, r.w.authors.of(n.client, n.clock)), true
			}
			if marks != r.marks {
				r.flush()
				r.marks = marks
			}
			r.text = append(r.text, n.bare()...)
		case n.kind == kindFormat:
			mark := n.values()
			if name := mark[0].(string); mark[1] == nil {
				delete(current, name)
			} else {
				current[name] = mark[1]
			}
			known = false
		}
	}
}

// marks are those of a text by an author, or by nobody if that is below 0.
func (w *docWriter) marks(current map[string]any, by int) string {
	if len(current) > maxMarks {
		w.refuse("more than %d marks at once", maxMarks)
		return ""
	}
	if by >= 0 {
		current = withAuthor(current, by)
	}
	marks := marksJSON(current)
	w.marked += len(marks)
	return marks
}

func withAuthor(marks map[string]any, by int) map[string]any {
	all := maps.Clone(marks)
	all[authorMark] = map[string]any{"by": float64(by)}
	return all
}

func (r *textRun) flush() {
	if len(r.text) == 0 {
		return
	}
	r.comma()
	r.w.text(`{`)
	r.w.text(r.marks)
	r.w.text(`"text":`)
	r.w.quote(string(r.text))
	r.w.text(`,"type":"text"}`)
	r.text = r.text[:0]
}

// marksJSON writes the marks of a text node, sorted by type, with a comma after them.
func marksJSON(current map[string]any) string {
	if len(current) == 0 {
		return ""
	}
	w := &docWriter{}
	w.text(`"marks":[`)
	names := slices.SortedFunc(maps.Keys(current), func(a, b string) int {
		return cmp.Or(compareUTF16(markType(a), markType(b)), compareUTF16(a, b))
	})
	for i, name := range names {
		if i > 0 {
			w.text(`,`)
		}
		w.text(`{"attrs":`)
		w.value(current[name])
		w.text(`,"type":`)
		w.quote(markType(name))
		w.text(`}`)
	}
	w.text(`],`)
	return string(w.out)
}

// markType takes off the hash that the editor's binding adds to the name of a mark that may overlap itself.
func markType(name string) string {
	const hash = len("--") + 8
	if len(name) < hash {
		return name
	}
	start, tail := name[:len(name)-hash], name[len(name)-hash:]
	isHash := strings.HasPrefix(tail, "--") && strings.IndexFunc(tail[2:], notBase64) < 0
	if !isHash || strings.ContainsAny(start, "\n\r\u2028\u2029") {
		return name
	}
	return start
}

func notBase64(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("+/=", r))
}

// value writes a value as JSON.stringify would, with sorted keys.
func (w *docWriter) value(v any) {
	switch v := v.(type) {
	case string:
		w.quote(v)
	case bool:
		w.out = strconv.AppendBool(w.out, v)
	case float64:
		w.number(v)
	case []any:
		w.text(`[`)
		for i, e := range v {
			if i > 0 {
				w.text(`,`)
			}
			w.value(e)
		}
		w.text(`]`)
	case map[string]any:
		w.object(v)
	default: // nil, and what is absent from an array
		w.text(`null`)
	}
}

func (w *docWriter) object(object map[string]any) {
	w.text(`{`)
	comma := ""
	for _, key := range slices.SortedFunc(maps.Keys(object), compareUTF16) {
		if object[key] == (absent{}) {
			continue
		}
		w.text(comma)
		comma = `,`
		w.quote(key)
		w.text(`:`)
		w.value(object[key])
	}
	w.text(`}`)
}

// number writes as JavaScript does; encoding/json has the same format but for what JSON cannot hold and minus zero.
func (w *docWriter) number(f float64) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		w.text(`null`)
		return
	}
	if f == 0 {
		f = 0 // without its sign
	}
	text, _ := json.Marshal(f) // a finite number never fails
	w.out = append(w.out, text...)
}

// quote writes a string as JSON.stringify does.
func (w *docWriter) quote(s string) {
	const escapes = "btn\x00fr" // of U+0008 to U+000D
	w.out = append(w.out, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			w.out = append(w.out, '\\', c)
		case c >= ' ':
			w.out = append(w.out, c)
		case c >= '\b' && c <= '\r' && c != '\v':
			w.out = append(w.out, '\\', escapes[c-'\b'])
		default:
			w.out = append(w.out, '\\', 'u', '0', '0', "01"[c>>4], "0123456789abcdef"[c&15])
		}
	}
	w.out = append(w.out, '"')
}

// compareUTF16 orders strings as JavaScript does.
func compareUTF16(a, b string) int {
	if isASCII(a) && isASCII(b) {
		return strings.Compare(a, b)
	}
	return slices.Compare(utf16Units(a), utf16Units(b))
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
