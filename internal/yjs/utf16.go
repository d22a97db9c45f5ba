package yjs

import (
	"unicode/utf16"
	"unicode/utf8"
)

const replacement = string(utf8.RuneError)

// utf16Len counts UTF-16 code units, the unit of yjs clocks, of valid UTF-8.
func utf16Len(s string) uint32 {
	var n uint32
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b&0xc0 == 0x80: // a continuation byte
		case b >= 0xf0:
			n += 2
		default:
			n++
		}
	}
	return n
}

// utf16Cut splits valid UTF-8 after n UTF-16 code units. A surrogate pair that is cut through leaves U+FFFD on both
// sides, as in yjs.
func utf16Cut(s string, n uint32) (left, right string) {
	var units uint32
	for i, r := range s {
		if units == n {
			return s[:i], s[i:]
		}
		units++
		if r > 0xffff {
			if units == n {
				return s[:i] + replacement, replacement + s[i+utf8.RuneLen(r):]
			}
			units++
		}
	}
	return s, ""
}

func utf16Units(s string) []uint16 { return utf16.Encode([]rune(s)) }
