package judge

import (
	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// Kind is which of a page's two exchanges is judged. Its text begins the ids of checks.
type Kind string

// The exchanges of a page.
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

// Difference is one way in which an answer differs from what was owed.
type Difference struct {
	Kind Kind
	Part string // "status", "allow-origin", "error-code" …
	Name string // of the header, where the part is one
	How  result.How
	// Owed and Got have those members set that belong to the part.
	Owed, Got result.Side
	// Detail compares the values of a header that came and is owed; nil for all else.
	Detail *header.Difference
	Facts  []int
	// Why says why this is owed, where nothing else in the difference shows it.
	Why string
	// Pinned is the scenario's reason, where the scenario owes this and not S3.
	Pinned string
}

// Check is the id of what was compared: "preflight.allow-origin".
func (d Difference) Check() string { return string(d.Kind) + "." + d.Part }

// whole reports that the difference concerns the answer as a whole: others follow from it.
func (d Difference) whole() bool {
	return d.Part == Status || d.How == result.MissingAll || d.How == result.UnwantedAll
}
