// Package sarif holds the parts of SARIF 2.1.0, the format that code scanning reads, that corsprobe writes.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html has the standard; numbers in comments are its sections.
package sarif

import (
	"net/url"
	"path/filepath"
	"slices"
)

// Level says how much a result weighs (3.27.10).
type Level string

// The levels that corsprobe uses.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Note    Level = "note"
)

type (
	// Log is a document (3.13).
	Log struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []Run  `json:"runs"`
	}
	// Run is one run of one tool (3.14).
	Run struct {
		Tool        Tool         `json:"tool"`
		Invocations []Invocation `json:"invocations,omitempty"`
		ColumnKind  string       `json:"columnKind"`
		Results     []Result     `json:"results"`
	}
	// Tool is what made the results (3.18).
	Tool struct {
		Driver Driver `json:"driver"`
	}
	// Driver names the tool, with the rules that have a result (3.19).
	Driver struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Rules   []Rule `json:"rules"`
	}
	// Rule is a kind of result (3.49).
	Rule struct {
		ID         string   `json:"id"`
		Name       string   `json:"name,omitempty"`
		Short      Text     `json:"shortDescription"`
		Full       *Text    `json:"fullDescription,omitempty"`
		Help       *Text    `json:"help,omitempty"`
		Default    *Default `json:"defaultConfiguration,omitempty"`
		Properties *Tags    `json:"properties,omitempty"`
	}
	// Default is a rule's level where a result has none (3.50).
	Default struct {
		Level Level `json:"level"`
	}
	// Tags are words to find things by (3.8.2).
	Tags struct {
		Tags []string `json:"tags"`
	}
	// Text is plain text (3.11, 3.12).
	Text struct {
		Text string `json:"text"`
	}
	// Result is one finding (3.27).
	Result struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        Level             `json:"level"`
		Message      Text              `json:"message"`
		Locations    []Location        `json:"locations"`
		Related      []Location        `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints,omitempty"` // the same from run to run
		Occurrences  int               `json:"occurrenceCount,omitempty"`
	}
	// Location is where a result is: in a file, or of something that is in none (3.28).
	Location struct {
		Physical *Physical `json:"physicalLocation,omitempty"`
		Logical  []Logical `json:"logicalLocations,omitempty"`
	}
	// Physical is a place in a file (3.29).
	Physical struct {
		Artifact Artifact `json:"artifactLocation"`
		Region   *Region  `json:"region,omitempty"`
	}
	// Artifact is a file (3.4).
	Artifact struct {
		URI string `json:"uri"`
	}
	// Region is a place in it, from 1 (3.30).
	Region struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	// Logical is a place by name (3.33).
	Logical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind,omitempty"`
	}
	// Invocation says whether a run came to its end (3.20).
	Invocation struct {
		Successful    bool           `json:"executionSuccessful"`
		Started       string         `json:"startTimeUtc,omitempty"` // RFC 3339
		Notifications []Notification `json:"toolExecutionNotifications,omitempty"`
	}
	// Notification is something that happened to the tool (3.58).
	Notification struct {
		Level   Level `json:"level"`
		Message Text  `json:"message"`
	}
)

// NewLog is a document of one run.
func NewLog(run Run) Log {
	run.ColumnKind = "unicodeCodePoints"
	if run.Results == nil {
		run.Results = []Result{}
	}
	if run.Tool.Driver.Rules == nil {
		run.Tool.Driver.Rules = []Rule{}
	}
	return Log{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []Run{run}}
}

// Rule is the index of the rule of that id, which newRule gives where it is not there yet.
func (d *Driver) Rule(id string, newRule func() Rule) int {
	if i := slices.IndexFunc(d.Rules, func(r Rule) bool { return r.ID == id }); i >= 0 {
		return i
	}
	d.Rules = append(d.Rules, newRule())
	return len(d.Rules) - 1
}

// InFile is a place in a file, as the user named it. A line or a column of 0 is not known.
func InFile(file string, line, column int) Location {
	l := Location{Physical: &Physical{Artifact: Artifact{URI: (&url.URL{Path: filepath.ToSlash(file)}).String()}}} // a blank or a # in a name is written as URLs have it
	if line > 0 {
		l.Physical.Region = &Region{StartLine: line, StartColumn: column}
	}
	return l
}
