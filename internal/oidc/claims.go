package oidc

import (
	"strings"
	"time"
)

// claims are what a provider says of a person.
type claims map[string]any

// all gives every text at the path, in order.
func (c claims) all(path ClaimPath) []string {
	if len(path) == 0 {
		return nil
	}
	return follow(map[string]any(c), path)
}

// first gives the first text at the path, or "".
func (c claims) first(path ClaimPath) string {
	if found := c.all(path); len(found) > 0 {
		return found[0]
	}
	return ""
}

func follow(value any, path ClaimPath) []string {
	switch v := value.(type) {
	case []any:
		var found []string
		for _, element := range v {
			found = append(found, follow(element, path)...)
		}
		return found
	case map[string]any:
		if len(path) > 0 {
			return follow(v[path[0]], path[1:])
		}
	case string:
		if len(path) == 0 && v != "" {
			return []string{v}
		}
	}
	return nil
}

// organisations gives what stands at the path. A Norwegian organisation number
// in the international form, 0192:123456789, is given without its prefix.
func (c claims) organisations(path ClaimPath) []string {
	found := c.all(path)
	for i := range found {
		found[i] = strings.TrimPrefix(found[i], "0192:")
	}
	return found
}

func (p ClaimPath) or(name string) ClaimPath {
	if len(p) == 0 {
		return ClaimPath{name}
	}
	return p
}

// time gives a claim that counts seconds, or the zero time.
func (c claims) time(name string) time.Time {
	if seconds, ok := c[name].(float64); ok {
		return time.Unix(int64(seconds), 0)
	}
	return time.Time{}
}
