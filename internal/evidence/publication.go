package evidence

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// PublicFormat is the format of a package as it is published.
const PublicFormat = "samsvar-publication/1"

// Publication is the package as anybody may have it: persons are named by the organisation that they
// acted for alone. Names are no part of the hashes of the answers and of the freeze, which can be made
// anew from it; packageHash is that of the package itself, and cannot.
func (p Package) Publication() (Package, error) {
	var public Package
	raw, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(raw, &public)
	}
	public.Format = PublicFormat
	everyPerson(reflect.ValueOf(&public).Elem(), func(p *Person) { p.Name = "" })
	return public, err
}

// PublicationHash is the hash of what may be published of the package, its packageHash included. The event of the
// submission holds it: that is what a publication can be held against.
func (p Package) PublicationHash() (Hash, error) {
	public, err := p.Publication()
	if err != nil {
		return "", err
	}
	return hashOf(public)
}

// publication says how little a publication proves of itself.
func (r *Report) publication(p Package) {
	var err error
	r.PublicationHash, err = hashOf(p)
	if err != nil {
		r.add("package hash", Fail, fmt.Sprintf("The publication has no hash: %v.", err))
		return
	}
	r.add("package hash", Note, "Hashes cover the content of the answers and the ids of the parties alone: the package hash is stated, and cannot be computed from a publication. "+
		"For names, positions, remarks, questions, decisions and times only the signed audit trail can vouch.")
	named := 0
	everyPerson(reflect.ValueOf(&p).Elem(), func(p *Person) {
		if p.Name != "" {
			named++
		}
	})
	r.check("persons", named == 0, "No person is named.", fmt.Sprintf("A publication names no persons; %d names stand in this one.", named))
}

// everyPerson goes to every Person there is, wherever the format has one.
func everyPerson(v reflect.Value, do func(*Person)) {
	switch {
	case v.Type() == reflect.TypeFor[Person]():
		do(v.Addr().Interface().(*Person))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		everyPerson(v.Elem(), do)
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[json.RawMessage]():
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				everyPerson(v.Field(i), do)
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			everyPerson(v.Index(i), do)
		}
	}
}
