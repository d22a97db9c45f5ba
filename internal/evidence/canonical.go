package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep JSON may nest. An answer nests a few dozen levels; what is deeper is no answer.
const maxDepth = 500

// Canonical returns the RFC 8785 (JCS) form of what encoding/json makes of v.
// It refuses strings that are not UTF-8, which encoding/json would silently replace.
func Canonical(v any) ([]byte, error) {
	if err := checkStrings(reflect.ValueOf(v)); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return CanonicalJSON(raw)
}

// CanonicalJSON returns the RFC 8785 (JCS) form of one JSON text: no white space, members sorted by the
// UTF-16 code units of their names, shortest escapes, numbers as ECMAScript writes them.
// It refuses a member that occurs twice, invalid UTF-8, lone surrogates, numbers beyond IEEE 754 double
// range, nesting deeper than 500 levels and anything after the value. Two texts have the same
// canonical form exactly when they carry the same data.
func CanonicalJSON(raw json.RawMessage) ([]byte, error) {
	c := canonicaliser{in: raw}
	out, err := c.value(make([]byte, 0, len(raw)), 0)
	if err != nil {
		return nil, err
	}
	c.skipSpace()
	if c.pos != len(c.in) {
		return nil, c.fail("something follows the JSON value")
	}
	return out, nil
}

func checkStrings(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return fmt.Errorf("the text %q is not valid UTF-8", v.String())
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return checkStrings(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if err := checkStrings(v.Field(i)); err != nil {
				return err
			}
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return nil // raw JSON: CanonicalJSON reads it byte by byte
		}
		for i := range v.Len() {
			if err := checkStrings(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			if err := errors.Join(checkStrings(entry.Key()), checkStrings(entry.Value())); err != nil {
				return err
			}
		}
	}
	return nil
}

// canonicaliser reads JSON once, from left to right, and appends the canonical form of what it reads.
type canonicaliser struct {
	in  []byte
	pos int
}

func (c *canonicaliser) fail(problem string) error {
	return fmt.Errorf("at byte %d: %s", c.pos, problem)
}

func (c *canonicaliser) skipSpace() {
	for c.pos < len(c.in) && strings.IndexByte(" \t\r\n", c.in[c.pos]) >= 0 {
		c.pos++
	}
}

// next returns the byte after any white space without taking it, 0 at the end.
func (c *canonicaliser) next() byte {
	c.skipSpace()
	if c.pos == len(c.in) {
		return 0
	}
	return c.in[c.pos]
}

func (c *canonicaliser) take(b byte) bool {
	if c.next() != b {
		return false
	}
	c.pos++
	return true
}

func (c *canonicaliser) value(out []byte, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, c.fail("nested too deep")
	}
	switch b := c.next(); {
	case b == '{':
		return c.object(out, depth)
	case b == '[':
		return c.array(out, depth)
	case b == '"':
		s, err := c.text()
		if err != nil {
			return nil, err
		}
		return appendText(out, s), nil
	case b == '-' || '0' <= b && b <= '9':
		return c.number(out)
	}
	for _, literal := range []string{"null", "true", "false"} {
		if bytes.HasPrefix(c.in[c.pos:], []byte(literal)) {
			c.pos += len(literal)
			return append(out, literal...), nil
		}
	}
	return nil, c.fail("expected a JSON value")
}

func (c *canonicaliser) array(out []byte, depth int) ([]byte, error) {
	c.take('[')
	out = append(out, '[')
	if c.take(']') {
		return append(out, ']'), nil
	}
	for {
		var err error
		if out, err = c.value(out, depth+1); err != nil {
			return nil, err
		}
		if c.take(']') {
			return append(out, ']'), nil
		}
		if !c.take(',') {
			return nil, c.fail("expected , or ] in a list")
		}
		out = append(out, ',')
	}
}

type member struct {
	name  string
	value []byte
}

func (c *canonicaliser) object(out []byte, depth int) ([]byte, error) {
	members, err := c.members(depth)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(members, func(a, b member) int { return compareUTF16(a.name, b.name) })
	out = append(out, '{')
	for i, m := range members {
		if i > 0 {
			if m.name == members[i-1].name {
				return nil, c.fail(fmt.Sprintf("the member %q occurs twice in one object", m.name))
			}
			out = append(out, ',')
		}
		out = append(appendText(out, m.name), ':')
		out = append(out, m.value...)
	}
	return append(out, '}'), nil
}

func (c *canonicaliser) members(depth int) ([]member, error) {
	c.take('{')
	if c.take('}') {
		return nil, nil
	}
	var members []member
	for {
		if c.next() != '"' {
			return nil, c.fail("expected the name of a member")
		}
		name, err := c.text()
		if err != nil {
			return nil, err
		}
		if !c.take(':') {
			return nil, c.fail("expected : after the name of a member")
		}
		value, err := c.value(nil, depth+1)
		if err != nil {
			return nil, err
		}
		members = append(members, member{name, value})
		if c.take('}') {
			return members, nil
		}
		if !c.take(',') {
			return nil, c.fail("expected , or } in an object")
		}
	}
}

func (c *canonicaliser) number(out []byte) ([]byte, error) {
	start := c.pos
	for c.pos < len(c.in) && strings.IndexByte("+-.eE0123456789", c.in[c.pos]) >= 0 {
		c.pos++
	}
	text := c.in[start:c.pos]
	if !json.Valid(text) {
		return nil, c.fail(fmt.Sprintf("%q is not a JSON number", text))
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return nil, c.fail(fmt.Sprintf("%q is beyond the range of numbers", text))
	}
	return appendNumber(out, f), nil
}

// appendNumber writes a finite number as ECMAScript's Number::toString does.
func appendNumber(out []byte, f float64) []byte {
	if f == 0 {
		return append(out, '0') // also for -0
	}
	if size := max(f, -f); size >= 1e-6 && size < 1e21 {
		return strconv.AppendFloat(out, f, 'f', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	out = append(append(out, mantissa...), 'e', exponent[0])
	return append(out, strings.TrimLeft(exponent[1:], "0")...)
}

// text reads a JSON string, the opening quote being next, and returns what it stands for.
func (c *canonicaliser) text() (string, error) {
	c.pos++
	var s strings.Builder
	for c.pos < len(c.in) {
		switch b := c.in[c.pos]; {
		case b == '"':
			c.pos++
			return s.String(), nil
		case b < 0x20:
			return "", c.fail("a control character stands unescaped in a text")
		case b == '\\':
			r, err := c.escape()
			if err != nil {
				return "", err
			}
			s.WriteRune(r)
		default:
			r, size := utf8.DecodeRune(c.in[c.pos:])
			if r == utf8.RuneError && size == 1 {
				return "", c.fail("invalid UTF-8")
			}
			s.WriteRune(r)
			c.pos += size
		}
	}
	return "", c.fail("a text does not end")
}

func (c *canonicaliser) escape() (rune, error) {
	if c.pos+1 < len(c.in) {
		if i := strings.IndexByte(`"\/bfnrt`, c.in[c.pos+1]); i >= 0 {
			c.pos += 2
			return rune("\"\\/\b\f\n\r\t"[i]), nil
		}
	}
	r, err := c.codeUnit()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	low, err := c.codeUnit()
	pair := utf16.DecodeRune(r, low)
	if err != nil || pair == utf8.RuneError {
		return 0, c.fail("half a surrogate pair")
	}
	return pair, nil
}

// codeUnit reads one \uXXXX.
func (c *canonicaliser) codeUnit() (rune, error) {
	if c.pos+6 > len(c.in) || c.in[c.pos] != '\\' || c.in[c.pos+1] != 'u' {
		return 0, c.fail("unknown escape in a text")
	}
	unit, err := strconv.ParseUint(string(c.in[c.pos+2:c.pos+6]), 16, 16)
	if err != nil {
		return 0, c.fail("unknown escape in a text")
	}
	c.pos += 6
	return rune(unit), nil
}

func appendText(out []byte, s string) []byte {
	out = append(out, '"')
	for _, r := range s {
		switch i := strings.IndexRune("\"\\\b\f\n\r\t", r); {
		case i >= 0:
			out = append(out, '\\', `"\bfnrt`[i])
		case r < 0x20:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}

// compareUTF16 orders as RFC 8785 demands. It differs from the order of bytes only where
// characters beyond U+FFFF meet those from U+E000 to U+FFFF.
func compareUTF16(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}
