package evidence

import (
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
	if r := Verify(encode(t, public)); !r.OK() || public.PackageHash != p.PackageHash || r.PackageHash != p.PackageHash {
		t.Errorf("\n%s", r)
	}
	public.Answers[0].Content = []byte(`{"type":"doc"}`)
	if Verify(encode(t, public)).OK() {
		t.Error("another text passes")
	}
	if again := sample(t); again.PackageHash != p.PackageHash || p.Format != Format {
		t.Error("the package itself was changed")
	}
}
