package portal

import (
	"errors"
	"fmt"
)

// Kind sorts what can go wrong by what the caller can do about it.
type Kind int

const (
	Internal        Kind = iota
	Invalid              // the input is wrong; Fields says where
	Unauthenticated      // nobody is logged in
	Denied               // visible, but not theirs to do
	NotFound             // unknown, or another community's: the two are never told apart
	Conflict             // the object is in another state or version than the caller believed
	TooLarge             // over a stated limit
	Unready              // a part of the service is away for a while
	RateLimited          // too many tries
)

// Error is the only error that reaches people. Code is stable and documented;
// Detail is written for the log and for developers, in English. What people
// read is chosen in the frontend by Code.
type Error struct {
	Kind   Kind
	Code   string
	Detail string
	Fields []Field
	Facts  map[string]any // small values the page needs to say it well
	cause  error
}

// Field points at one wrong input.
type Field struct {
	Name string `json:"name"`
	Code string `json:"code"`
	Line int    `json:"line,omitempty"` // in an imported file, from 1
	// Detail is a sentence in English; the page shows its own by Code when it has one.
	Detail string `json:"detail,omitempty"`
}

func (e *Error) Error() string {
	text := e.Code + ": " + e.Detail
	if len(e.Fields) > 0 {
		text += fmt.Sprintf(" %+v", e.Fields)
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.cause }

// Because keeps the cause for the log; it is never shown.
func (e *Error) Because(cause error) *Error { e.cause = cause; return e }

// With adds a fact for the page.
func (e *Error) With(name string, value any) *Error {
	if e.Facts == nil {
		e.Facts = map[string]any{}
	}
	e.Facts[name] = value
	return e
}

func newError(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Invalidf, Deniedf, Conflictf and Missing make the errors of the core.
func Invalidf(code, format string, args ...any) *Error {
	return newError(Invalid, code, format, args...)
}
func Deniedf(code, format string, args ...any) *Error { return newError(Denied, code, format, args...) }
func Conflictf(code, format string, args ...any) *Error {
	return newError(Conflict, code, format, args...)
}
func TooLargef(code, format string, args ...any) *Error {
	return newError(TooLarge, code, format, args...)
}
func Unreadyf(code, format string, args ...any) *Error {
	return newError(Unready, code, format, args...)
}

// Missing is the one answer for what is unknown and for what is another's.
func Missing() *Error { return newError(NotFound, "not_found", "no such object, or not visible here") }

// InvalidField is an Invalid error about a single field.
func InvalidField(name, code, detail string) *Error {
	e := newError(Invalid, "invalid_input", "%s: %s", name, detail)
	e.Fields = []Field{{Name: name, Code: code, Detail: detail}}
	return e
}

// IsCode says whether err carries the code.
func IsCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
