package httpapi

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/labstack/echo/v4"

	"samsvar/internal/portal"
)

//go:embed openapi.yaml
var contractFile []byte

// contract is the OpenAPI file, ready to hold requests against.
type contract struct {
	document *openapi3.T
	json     []byte
	routes   map[string]*routers.Route // by method and Echo's path
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

func loadContract() (*contract, error) {
	openapi3.DefineStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC4122))
	openapi3.DefineStringFormatValidator("date", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringDate))
	document, err := openapi3.NewLoader().LoadFromData(contractFile)
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	k := &contract{document: document, routes: map[string]*routers.Route{}}
	if k.json, err = document.MarshalJSON(); err != nil {
		return nil, fmt.Errorf("write the contract: %w", err)
	}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			k.routes[method+" /api/v1"+parameter.ReplaceAllString(path, ":$1")] = &routers.Route{
				Spec: document, Path: path, PathItem: item, Method: method, Operation: operation}
		}
	}
	return k, nil
}

// validate holds a request against the contract before any code of ours sees
// it. A path that cannot name anything is answered like one that names nothing.
func (k *contract) validate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		route, known := k.routes[c.Request().Method+" "+c.Path()]
		if !known {
			return portal.Missing()
		}
		names := map[string]string{}
		for i, name := range c.ParamNames() {
			names[name] = c.ParamValues()[i]
			if plain, err := url.PathUnescape(names[name]); err != nil || !isText(plain) {
				return portal.Missing()
			}
		}
		_, isYAML := hasBody(route, "application/yaml")
		err := openapi3filter.ValidateRequest(c.Request().Context(), &openapi3filter.RequestValidationInput{
			Request: c.Request(), PathParams: names, Route: route,
			Options: &openapi3filter.Options{MultiError: true, ExcludeRequestBody: isYAML, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}})
		if err != nil {
			return invalidRequest(err)
		}
		return next(c)
	}
}

// isText says whether the database can hold the string as text.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func hasBody(route *routers.Route, kind string) (*openapi3.MediaType, bool) {
	if route.Operation.RequestBody == nil {
		return nil, false
	}
	media, ok := route.Operation.RequestBody.Value.Content[kind]
	return media, ok
}

// invalidRequest turns the validator's findings into fields.
func invalidRequest(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || errors.Is(err, context.Canceled) {
		return err
	}
	findings := openapi3.MultiError{err}
	_ = errors.As(err, &findings)
	e := portal.Invalidf("invalid_input", "the request does not fit the contract")
	for _, finding := range flat(findings) {
		var request *openapi3filter.RequestError
		if errors.As(finding, &request) && request.Parameter != nil && request.Parameter.In == "path" {
			return portal.Missing()
		}
		var schema *openapi3.SchemaError
		if errors.As(finding, &schema) {
			e.Fields = append(e.Fields, portal.Field{Name: fieldName(schema), Code: fieldCode(schema), Detail: schema.Reason})
		}
	}
	return e
}

func flat(errs openapi3.MultiError) (out []error) {
	for _, err := range errs {
		var inner openapi3.MultiError
		var request *openapi3filter.RequestError
		if errors.As(err, &request) && request.Parameter == nil && errors.As(request.Err, &inner) {
			out = append(out, flat(inner)...)
			continue
		}
		out = append(out, err)
	}
	return out
}

// fieldName is where the fault is: questions.0.text. The validator says of an
// unknown field only in words what it is called.
func fieldName(e *openapi3.SchemaError) string {
	path := e.JSONPointer()
	if unknown := unsupported.FindStringSubmatch(e.Reason); unknown != nil {
		path = append(path, unknown[1])
	}
	return strings.Join(path, ".")
}

var unsupported = regexp.MustCompile(`^property "(.*)" is unsupported$`)

func fieldCode(e *openapi3.SchemaError) string {
	switch e.SchemaField {
	case "required", "minLength", "minItems":
		return "required"
	case "maxLength", "maxItems", "maxProperties":
		return "too_long"
	case "enum":
		return "not_supported"
	}
	if unsupported.MatchString(e.Reason) {
		return "unknown_field"
	}
	return "invalid"
}
