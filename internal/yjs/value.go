package yjs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// maxValueDepth bounds how deeply attribute values and mark attributes may nest.
const maxValueDepth = 64

// protoKey is the one property name that JavaScript objects do not hold as plain data.
const protoKey = "__proto__"

// absent stands for JavaScript's undefined, which JSON leaves out.
type absent struct{}

// any reads one value of lib0's "any" encoding: absent, nil, bool, float64, string, []any or map[string]any.
// Big integers and byte arrays have no place in JSON and are refused.
func (d *decoder) any(depth int) any {
	if depth > maxValueDepth {
		d.fail("value nested too deeply")
		return nil
	}
	switch tag := d.byte(); tag {
	case 127:
		return absent{}
	case 126:
		return nil
	case 125:
		return d.varint()
	case 124:
		return float64(math.Float32frombits(uint32(d.bigEndian(4))))
	case 123:
		return math.Float64frombits(d.bigEndian(8))
	case 121:
		return false
	case 120:
		return true
	case 119:
		return d.text()
	case 118:
		n := d.count(2)
		object := map[string]any{}
		for range n {
			key := d.key()
			object[key] = d.any(depth + 1)
		}
		return object
	case 117:
		n := d.count(1)
		array := []any{}
		for range n {
			array = append(array, d.any(depth+1))
		}
		return array
	default:
		d.fail("value of type %d is not taken", tag)
		return nil
	}
}

func (d *decoder) bigEndian(size int) uint64 {
	if len(d.data)-d.pos < size {
		d.fail("unexpected end")
		return 0
	}
	var n uint64
	for _, b := range []byte(d.bytes(size)) {
		n = n<<8 | uint64(b)
	}
	return n
}

func (d *decoder) varint() float64 {
	b := d.byte()
	n, negative := uint64(b&0x3f), b&0x40 != 0
	if b&0x80 != 0 {
		for shift := 6; ; shift += 7 {
			if shift > 55 {
				d.fail("integer out of range")
				return 0
			}
			b = d.byte()
			n |= uint64(b&0x7f) << shift
			if b < 0x80 {
				break
			}
		}
	}
	if n > 1<<53-1 {
		d.fail("integer out of range")
	}
	if negative {
		return -float64(n)
	}
	return float64(n)
}

// checkJSON reports why text is no JSON that every reader understands alike.
func checkJSON(text string) error {
	switch text { // what marks mostly hold
	case "{}", "null", "true":
		return nil
	}
	_, err := parseJSON(text)
	return err
}

// parseJSON reads one JSON value as the types that decoder.any returns.
func parseJSON(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the JSON value")
	}
	return plain(v, 0)
}

// plain turns numbers into float64, in place.
func plain(v any, depth int) (any, error) {
	if depth > maxValueDepth {
		return nil, errors.New("JSON nested too deeply")
	}
	var err error
	switch v := v.(type) {
	case json.Number:
		f, _ := v.Float64() // what overflows becomes infinite, as in JavaScript
		return f, nil
	case []any:
		for i := range v {
			if v[i], err = plain(v[i], depth+1); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key := range v {
			if key == protoKey {
				return nil, errors.New("reserved property name")
			}
			if v[key], err = plain(v[key], depth+1); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}
