package s3cors

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"gopkg.in/yaml.v3"
)

// Fact is one thing that S3 does.
type Fact struct {
	ID        int      `yaml:"id"`        // from 1, without gaps, never given to another fact
	Name      string   `yaml:"name"`      // in package fact: "PreflightGranted"
	Statement string   `yaml:"statement"` // a sentence or two
	Strength  Strength `yaml:"strength"`  // what it rests on
	Source    string   `yaml:"source"`    // who saw it
	Section   string   `yaml:"section"`   // preflight, headers, actual, matching, put, configuration, timing or documentation
	Assert    Assert   `yaml:"assert"`    // what a difference means
}

// Strength is what a fact rests on.
type Strength string

// The strengths, strongest first.
const (
	Recorded Strength = "RECORDED" // an answer captured from AWS
	Field    Strength = "FIELD"    // a trace or report from AWS
	AWSRun   Strength = "AWS-RUN"  // a suite that runs against AWS
	Doc      Strength = "DOC"      // AWS's documentation
	Peer     Strength = "PEER"     // other implementations only
	Open     Strength = "OPEN"     // sources disagree or are silent
)

// Assert is what a difference from a fact means.
type Assert string

// The ways in which a fact is asserted.
const (
	Hard     Assert = "hard"     // a difference fails
	Tolerant Assert = "tolerant" // both answers are accepted, and the choice is reported
	Advisory Assert = "advisory" // reported, never a failure
	Info     Assert = "info"     // background, nothing to check
)

//go:embed facts.yaml
var factsYAML []byte

var loadFacts = sync.OnceValue(func() []Fact {
	var facts []Fact
	if err := yaml.Unmarshal(factsYAML, &facts); err != nil {
		panic(fmt.Sprintf("s3cors: facts.yaml: %v", err)) // embedded, so a test has seen it
	}
	return facts
})

// Facts returns every fact, ordered by id.
func Facts() []Fact { return slices.Clone(loadFacts()) }

// FactByID returns the fact with this id; false when there is none.
func FactByID(id int) (Fact, bool) {
	facts := loadFacts()
	if id < 1 || id > len(facts) {
		return Fact{}, false
	}
	return facts[id-1], true
}
