package fuzz

import (
	"slices"
	"strings"

	"corsprobe/runner/fetch"

	"golang.org/x/net/http/httpguts"
)

// ofPage is a question as a page can ask it: from an origin that a page has, with headers that a script may set, and nothing that only the
// browser, the connection or an SDK decides. Its preflight is the browser's own.
func (q Question) ofPage() Question {
	if !isPage(q.Origin) {
		q.Origin = new("https://app.example.com")
	}
	if q.Auth == "signed" {
		q.Auth = presigned // its headers would be asked for
	}
	if q.Request != nil {
		q.Request = browserList(*q.Request)
	}
	q.Fields = slices.DeleteFunc(slices.Clone(q.Fields), func(f Field) bool { return fetch.IsForbiddenRequestHeader(f.Name, f.Value) })
	q.Send = Both
	for _, key := range []string{operations, "clients", "connections"} {
		delete(q.Further, key)
	}
	return q
}

func isPage(origin *string) bool {
	return origin != nil && fetch.ValidOrigin(*origin) == nil && (*origin == "null" || strings.HasPrefix(*origin, "http"))
}

// browserList is a list of names as a browser writes it; nil where no name is left.
func browserList(list string) *string {
	var names []string
	for _, name := range namesOf(list) {
		if name = strings.ToLower(strings.TrimSpace(name)); httpguts.ValidHeaderFieldName(name) && !fetch.IsForbiddenRequestHeader(name, "") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return nil
	}
	joined := strings.Join(names, ",")
	return &joined
}
