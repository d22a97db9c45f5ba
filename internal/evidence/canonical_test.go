package evidence

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func canonical(t *testing.T, in string) string {
	t.Helper()
	out, err := CanonicalJSON([]byte(in))
	if err != nil {
		t.Fatalf("%s: %v", in, err)
	}
	return string(out)
}

// The samples of RFC 8785, section 3.2.2 and 3.2.3.
func TestCanonicalSamplesOfTheRFC(t *testing.T) {
	got := canonical(t, `{
	  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
	  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
	  "literals": [null, true, false]
	}`)
	want := `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	got = canonical(t, `{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
		"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`)
	want = `{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis",` +
		`"€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The samples of RFC 8785, appendix B.
func TestCanonicalNumbersOfTheRFC(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0",
		0x8000000000000000: "0",
		0x0000000000000001: "5e-324",
		0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308",
		0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992",
		0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22",
		0x44b52d02c7e14af6: "1e+23",
		0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000",
		0x444b1ae4d6e2ef4f: "999999999999999900000",
		0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7",
		0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332",
		0x41b3de4355555554: "333333333.33333325",
		0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334",
		0x41b3de4355555557: "333333333.33333343",
		0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		if got := string(appendNumber(nil, math.Float64frombits(bits))); got != want {
			t.Errorf("%016x: got %s, want %s", bits, got, want)
		}
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":                  ``,
		"two values":               `1 2`,
		"a member twice":           `{"a":1,"b":2,"a":3}`,
		"a member twice, escaped":  `{"a":1,"\u0061":3}`,
		"invalid UTF-8":            "\"a\xffb\"",
		"an overlong encoding":     "\"\xc0\xaf\"",
		"a surrogate in UTF-8":     "\"\xed\xa0\x80\"",
		"a lone high surrogate":    `"\ud83d"`,
		"a lone low surrogate":     `"\ude00"`,
		"surrogates the wrong way": `"\ude00\ud83d"`,
		"a high one and a letter":  `"\ud83dA"`,
		"a raw control character":  "\"a\nb\"",
		"an unknown escape":        `"\x41"`,
		"a short escape":           `"\u004"`,
		"a signed escape":          `"\u+041"`,
		"a leading zero":           `01`,
		"a plus":                   `+1`,
		"a bare point":             `1.`,
		"not a number":             `NaN`,
		"a number out of range":    `1e400`,
		"a trailing comma":         `[1,]`,
		"a missing comma":          `[1 2]`,
		"an open object":           `{"a":1`,
		"an open text":             `"a`,
		"a bare name":              `{a:1}`,
		"a byte order mark":        "\ufeff1",
		"a vertical tab":           "\v1",
		"a misspelt literal":       `nul`,
		"an abyss":                 strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000),
	} {
		if out, err := CanonicalJSON([]byte(in)); err == nil {
			t.Errorf("%s: accepted as %s", name, out)
		}
	}
}

func TestCanonicalOfGoValues(t *testing.T) {
	out, err := Canonical(map[string]any{"b": "<ø&\u2028>", "a": json.RawMessage(` { "z" : 1.0 } `)})
	if err != nil || string(out) != `{"a":{"z":1},"b":"<ø&`+"\u2028"+`>"}` {
		t.Errorf("got %s, %v", out, err)
	}
	for _, bad := range []any{"\xff", []string{"\xff"}, map[string]int{"\xff": 1}, struct{ A *Text }{&Text{NB: "\xff"}},
		json.RawMessage("\"\xff\"")} {
		if out, err := Canonical(bad); err == nil {
			t.Errorf("%#v: accepted as %s", bad, out)
		}
	}
}

func FuzzCanonicalJSON(f *testing.F) {
	f.Add([]byte(`{"b":[1e21,-0,"\ud83d\ude00"],"a":null}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		once, err := CanonicalJSON(in)
		if err != nil {
			return
		}
		if !json.Valid(in) {
			t.Fatalf("accepted what is not JSON: %q", in)
		}
		twice, err := CanonicalJSON(once)
		if err != nil || string(twice) != string(once) {
			t.Fatalf("not stable: %q, then %q, %v", once, twice, err)
		}
	})
}
