package evidence

import (
	"encoding/json"
	"reflect"
)

// PublicFormat is the format of a package as it is published.
const PublicFormat = "samsvar-publication/1"

// Publication is the package as anybody may have it: persons are named by the organisation that they
// acted for alone. Names are no part of the hashes of the answers and of the freeze, which can be made
// anew from it; packageHash is that of the package itself.
func (p Package) Publication() (Package, error) {
	var public Package
	raw, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(raw, &public)
	}
	public.Format = PublicFormat
	forgetNames(reflect.ValueOf(&public).Elem())
	return public, err
}

// forgetNames empties the name of every Person there is, wherever the format has one.
func forgetNames(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[Person]():
		v.FieldByName("Name").SetString("")
	case v.Kind() == reflect.Pointer && !v.IsNil():
		forgetNames(v.Elem())
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[json.RawMessage]():
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				forgetNames(v.Field(i))
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			forgetNames(v.Index(i))
		}
	}
}
