package runner

import (
	"corsprobe/runner/endpoint"
	"corsprobe/runner/result"
)

// Leftovers turns the errors of clean-up into a report's list of what is left, and how to undo it. An error that names nothing left becomes
// an entry of its own, with its text.
func Leftovers(trouble []error) []result.Leftover {
	var all []result.Leftover
	for _, err := range trouble {
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			all = append(all, Leftovers(several.Unwrap())...)
			continue
		}
		found := LeftoversIn(err)
		if err != nil && len(found) == 0 {
			found = []result.Leftover{{Kind: result.LeftoverOther, Problem: err.Error()}}
		}
		all = append(all, found...)
	}
	return all
}

// LeftoversIn lists what clean-up left by an error and those that it wraps; most errors name nothing of the kind.
func LeftoversIn(err error) []result.Leftover {
	switch e := err.(type) { //nolint:errorlint // errors.As finds the first only, and there may be several
	case *endpoint.NotRestored:
		return []result.Leftover{{Kind: result.LeftoverConfiguration, Bucket: e.Bucket, Journal: e.Journal, Command: e.Command, Problem: reasonOf(e.Err)}}
	case *endpoint.LeftBehind:
		kind := result.LeftoverBucket
		if e.Objects != "" {
			kind = result.LeftoverObjects
		}
		return []result.Leftover{{Kind: kind, Bucket: e.Bucket, Objects: e.Objects, Command: e.Command, Problem: reasonOf(e.Err)}}
	case interface{ Unwrap() []error }:
		var all []result.Leftover
		for _, part := range e.Unwrap() {
			all = append(all, LeftoversIn(part)...)
		}
		return all
	case interface{ Unwrap() error }:
		return LeftoversIn(e.Unwrap())
	}
	return nil
}

func reasonOf(err error) string {
	if err == nil {
		return "no reason was given"
	}
	return err.Error()
}
