package judge

import (
	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// Kind is which of a page's two exchanges is judged. Its text begins the ids of checks.
type Kind string

const (
	Preflight Kind = "preflight"
	Actual    Kind = "actual"
)

// The parts of an answer that are no header. A header's part is its check: "allow-origin".
const (
	Status       = "status"
	ErrorCode    = "error-code"
	ErrorMethod  = "error-method"
	ResourceType = "error-resource-type"
)

// How says in which way a part differs.
type How string

const (
	Missing     How = "missing"      // a header, or an element of the error document, is absent
	MissingAll  How = "missing-all"  // CORS headers are owed, and none came
	Unwanted    How = "unwanted"     // a header must be absent
	UnwantedAll How = "unwanted-all" // no CORS header is owed, and some came
	Value       How = "value"        // a status, a value or an element is another
	Repeated    How = "repeated"     // a single value came several times
	Members     How = "elements"     // a list has other elements
	Order       How = "order"        // a list has its elements in another order
	Case        How = "case"         // the same but for case
	NoDocument  How = "no-document"  // the body is no error document
)

// Difference is one way in which an answer differs from what was owed.
type Difference struct {
	Kind Kind
	Part string // "status", "allow-origin", "error-code" …
	Name string // of the header, where the part is one
	How  How
	// Owed and Got have set what the part speaks of.
	Owed, Got Side
	// Detail compares the values of a header that came and is owed; nil for all else.
	Detail *header.Difference
	Facts  []int
	// Pinned is the scenario's reason, where the scenario owes this and not S3.
	Pinned string
}

// Check is the id of what was compared: "preflight.allow-origin".
func (d Difference) Check() string { return string(d.Kind) + "." + d.Part }

// whole reports that the difference stands for the answer as a whole: others follow from it.
func (d Difference) whole() bool {
	return d.Part == Status || d.How == MissingAll || d.How == UnwantedAll
}

// Side is one side of a difference: what was owed, or what came.
type Side struct {
	Status []int    // acceptable ones, or the one that came
	Code   string   // of the error document that goes with the status
	Values []string // acceptable values of a header or of an element of the error document, or what came
	// Headers are lines that came: of the header itself, and those that a reader needs beside it.
	Headers []result.Header
	Body    string // what came in place of an error document
}
