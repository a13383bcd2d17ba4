package runner

import (
	"corsprobe/runner/endpoint"
	"corsprobe/runner/result"
)

// Leftovers says what errors of clean-up mean for whoever reads a report: what is left, and how it is undone. An error that names nothing of
// that kind is told as it is.
func Leftovers(trouble []error) []result.Leftover {
	var all []result.Leftover
	for _, err := range trouble {
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			all = append(all, Leftovers(several.Unwrap())...)
			continue
		}
		found := LeftIn(err)
		if err != nil && len(found) == 0 {
			found = []result.Leftover{{Kind: result.LeftOther, Problem: err.Error()}}
		}
		all = append(all, found...)
	}
	return all
}

// LeftIn lists what an error says was left, wherever in it that stands; most errors say nothing of the kind.
func LeftIn(err error) []result.Leftover {
	switch e := err.(type) { //nolint:errorlint // errors.As finds the first only, and there may be several
	case *endpoint.NotRestored:
		return []result.Leftover{{Kind: result.LeftConfiguration, Bucket: e.Bucket, Journal: e.Journal, Command: e.Command, Problem: reasonOf(e.Err)}}
	case *endpoint.LeftBehind:
		kind := result.LeftBucket
		if e.Objects != "" {
			kind = result.LeftObjects
		}
		return []result.Leftover{{Kind: kind, Bucket: e.Bucket, Objects: e.Objects, Command: e.Command, Problem: reasonOf(e.Err)}}
	case interface{ Unwrap() []error }:
		var all []result.Leftover
		for _, part := range e.Unwrap() {
			all = append(all, LeftIn(part)...)
		}
		return all
	case interface{ Unwrap() error }:
		return LeftIn(e.Unwrap())
	}
	return nil
}

func reasonOf(err error) string {
	if err == nil {
		return "no reason was given"
	}
	return err.Error()
}
