package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"samsvar/internal/portal"
)

var statuses = map[portal.Kind]int{
	portal.Internal: http.StatusInternalServerError, portal.Invalid: http.StatusBadRequest, portal.Unauthenticated: http.StatusUnauthorized,
	portal.Denied: http.StatusForbidden, portal.NotFound: http.StatusNotFound, portal.Conflict: http.StatusConflict,
	portal.TooLarge: http.StatusRequestEntityTooLarge, portal.RateLimited: http.StatusTooManyRequests, portal.Unready: http.StatusServiceUnavailable,
}

// asError finds the error that people may see; anything else is internal, and says nothing.
func asError(err error) *portal.Error {
	var known *portal.Error
	if errors.As(err, &known) {
		return known
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return portal.TooLargef("too_large", "the request is larger than %d bytes", tooLarge.Limit)
	}
	var web *echo.HTTPError
	if errors.As(err, &web) {
		switch {
		case web.Code == http.StatusNotFound || web.Code == http.StatusMethodNotAllowed:
			return &portal.Error{Kind: portal.NotFound, Code: "not_found", Detail: "no such operation"}
		case web.Code >= 400 && web.Code < 500:
			return portal.Invalidf("invalid_input", "the request cannot be read")
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return portal.Unreadyf("service_unavailable", "it took too long")
	}
	return &portal.Error{Kind: portal.Internal, Code: "internal", Detail: "something went wrong"}
}

// problemHandler is the one place where an error becomes an answer.
func problemHandler(log *slog.Logger) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		c.Set("error", err)
		known := asError(err)
		status := statuses[known.Kind]
		if c.Request().Context().Err() == context.Canceled {
			status = 499 // the caller has gone; nobody reads this
		}
		header := c.Response().Header()
		if known.Kind == portal.Unready || known.Kind == portal.RateLimited {
			header.Set("Retry-After", strconv.Itoa(2))
		}
		problem := Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: known.Code, Detail: some(known.Detail),
			RequestId: some(header.Get(echo.HeaderXRequestID))}
		if len(known.Fields) > 0 {
			fields := each(known.Fields, func(f portal.Field) ProblemField {
				return ProblemField{Name: f.Name, Code: f.Code, Line: some(f.Line), Detail: some(f.Detail)}
			})
			problem.Fields = &fields
		}
		if known.Facts != nil {
			problem.Facts = &known.Facts
		}
		body, err := json.Marshal(problem)
		if err == nil {
			err = c.Blob(status, "application/problem+json", body)
		}
		if err != nil {
			log.Warn("the problem did not reach the caller", "error", err)
		}
	}
}
