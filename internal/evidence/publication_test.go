package evidence

import (
	"bytes"
	"reflect"
	"testing"
)

// named collects the name of every Person that there is.
func named(v reflect.Value, names *[]string) {
	switch {
	case v.Type() == reflect.TypeFor[Person]():
		if name := v.FieldByName("Name").String(); name != "" {
			*names = append(*names, name)
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		named(v.Elem(), names)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				named(v.Field(i), names)
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		for i := range v.Len() {
			named(v.Index(i), names)
		}
	}
}

func TestAPublicationNamesNoPersons(t *testing.T) {
	p := sample(t)
	public, err := p.Publication()
	if err != nil {
		t.Fatal(err)
	}
	var before, after []string
	named(reflect.ValueOf(p), &before)
	named(reflect.ValueOf(public), &after)
	if len(before) < 3 || len(after) > 0 {
		t.Errorf("%v were named, and still are %v", before, after)
	}
	hash, err := p.PublicationHash()
	if r := Verify(encode(t, public)); err != nil || !r.OK() || public.PackageHash != p.PackageHash || r.PackageHash != "" || r.PublicationHash != hash {
		t.Errorf("%v\n%s", err, r)
	}
	public.Answers[0].Content = []byte(`{"type":"doc"}`)
	if Verify(encode(t, public)).OK() {
		t.Error("another text passes")
	}
	if again := sample(t); again.PackageHash != p.PackageHash || p.Format != Format {
		t.Error("the package itself was changed")
	}
}

// Whoever calls a package a publication gets rid of its package hash, and with that of every change to what no other
// hash covers. The receipt does not take the stated one for an answer.
func TestAPackageThatIsCalledAPublicationFailsTheReceipt(t *testing.T) {
	receipt := sample(t).PackageHash
	for name, c := range forgeries {
		p := must(sample(t).Publication())
		c.forge(&p)
		if r := Verify(encode(t, p)); !heldAgainst(r, receipt) {
			t.Errorf("%s: passes against the receipt:\n%s", name, r)
		}
	}
	p := sample(t)
	p.Format = PublicFormat
	if r := Verify(encode(t, p)); !failed(r, "persons") || !heldAgainst(r, receipt) {
		t.Errorf("with its names:\n%s", r)
	}
}

// heldAgainst says whether the receipt tells that this is not what was sent.
func heldAgainst(r Report, receipt Hash) bool {
	r.CompareReceipt(receipt)
	return failed(r, "receipt")
}

// The hash that the event of the submission holds covers everything in a publication.
func TestAPublicationIsKnownByItsHash(t *testing.T) {
	want := must(sample(t).PublicationHash())
	for name, c := range forgeries {
		p := must(sample(t).Publication())
		c.forge(&p)
		if changed := !bytes.Equal(encode(t, p), encode(t, must(sample(t).Publication()))); changed && Verify(encode(t, p)).PublicationHash == want {
			t.Errorf("%s: the hash of the publication stays", name)
		}
	}
}
