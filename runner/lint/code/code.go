// Package code is the table of what lint can say: each finding has a code that never changes its meaning.
package code

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// Severity says how bad a finding is.
type Severity string

// The severities, worst first.
const (
	Error   Severity = "error"   // S3 refuses the configuration, or the tools that take it to S3 refuse the file
	Warning Severity = "warning" // it does something else than was probably meant
	Note    Severity = "note"    // it works, and is worth knowing
)

// Rank orders severities, worst first.
func (s Severity) Rank() int { return slices.Index([]Severity{Error, Warning, Note}, s) }

// Code is one entry of the table.
type Code struct {
	ID          string   `yaml:"id"`          // CP201; never given to something else
	Name        string   `yaml:"name"`        // trailing-slash
	Severity    Severity `yaml:"severity"`    // as it usually is; a finding may be milder or graver, and says so
	Title       string   `yaml:"title"`       // a sentence without its full stop
	Explanation string   `yaml:"explanation"` // the whole story, in a paragraph
	Fix         string   `yaml:"fix"`         // what to do, in general
	Mends       bool     `yaml:"mends"`       // lint --fix can mend it
	Facts       []int    `yaml:"facts"`       // of S3, that it rests on
	Fetch       string   `yaml:"fetch"`       // anchor of the Fetch standard that it rests on; empty: none
}

//go:embed codes.yaml
var table []byte

var load = sync.OnceValue(func() []Code {
	var all []Code
	if err := yaml.Unmarshal(table, &all); err != nil {
		panic(fmt.Sprintf("lint/code: codes.yaml: %v", err)) // embedded, so a test has seen it
	}
	return all
})

// All returns every code, in the order of their ids.
func All() []Code { return slices.Clone(load()) }

// ByID finds a code by its id or its name, in any case.
func ByID(id string) (Code, bool) {
	i := slices.IndexFunc(load(), func(c Code) bool { return strings.EqualFold(c.ID, id) || strings.EqualFold(c.Name, id) })
	if i < 0 {
		return Code{}, false
	}
	return load()[i], true
}
