package scenarios

import (
	"crypto/sha256"
	"fmt"
	"io"

	"corsprobe/runner/s3cors"
)

// Plan is what a run will do: scenarios in the order of their files, their steps in order, each step's cells.
type Plan struct {
	Scenarios []Planned
}

// Planned is a scenario with its steps expanded. A scenario without steps has one, of no name.
type Planned struct {
	Scenario *Scenario
	Steps    []PlannedStep
}

// Call is a configuration call that starts a step.
type Call string

// The configuration calls.
const (
	NoCall           Call = "" // the bucket stays as it is: it never had a configuration
	PutBucketCors    Call = "PutBucketCors"
	GetBucketCors    Call = "GetBucketCors"
	DeleteBucketCors Call = "DeleteBucketCors"
)

// PlannedStep is one call and the cells that follow it.
type PlannedStep struct {
	Name   string
	Call   Call
	CallID string // the id of the call's own cell, "<scenario>/<step>/PutBucketCors"; empty without a call
	Line   int
	// CORS is what Call puts.
	CORS *CORS
	// Digest is how it is protected; empty: as usual.
	Digest Digest
	// Missing: Call names a bucket that does not exist, and leaves the scenario's own alone.
	Missing bool
	// After is what the bucket holds after the call by S3's contract; nil: nothing. A call that S3 refuses changes nothing.
	After  *s3cors.Configuration
	Answer *Answer
	Cells  []Cell
}

// Cell is one point of a matrix.
type Cell struct {
	// ID is scenario/[step/]target/addressing/authorisation/origin/method/headers, and name=value for each further dimension that is not
	// as usual; each part escaped: stable from run to run and release to release, and unlike any other cell's.
	ID    string
	Title string // a few words for a person: "PUT https://app.example.com asking for x-amz-date"
	Line  int    // of the matrix

	Target        Target
	Origin        *string // nil: no Origin header
	Method        string  // "": none
	Headers       Headers
	Send          []Send
	Authorisation Authorisation
	Addressing    Addressing
	// Operation names one of [Operations], which gives Method and Target; empty or "any": what they say.
	Operation  string
	Client     Client
	Size       Size
	Key        Key
	Connection Connection
	Parameters Parameters
	// Adversarial says what an origin that adversarial added would be confused with: "suffix of https://app.example.com".
	Adversarial string
	// Pins apply in order; later ones win.
	Pins []Pin
}

// Further are the values of the dimensions that an id leaves out where they are as usual, by name; nil: all are.
func (c *Cell) Further() map[string]string {
	var all map[string]string
	for i := range dimensions {
		d := &dimensions[i]
		if d.Always || d.isDefault(c) {
			continue
		}
		if all == nil {
			all = map[string]string{}
		}
		all[d.Name] = d.text(c)
	}
	return all
}

// Digest identifies what a plan asks: the ids of its cells and the bodies of its configuration calls, in order. Labels, texts and pins do not
// count. "sha256:…"
func (p Plan) Digest() string {
	h := sha256.New()
	for _, s := range p.Scenarios {
		for _, step := range s.Steps {
			_, _ = fmt.Fprintf(h, "%q %q\n", step.CallID, step.CORS.Body()) // a hash takes everything
			if step.Missing || step.Digest.Spoilt() {
				_, _ = fmt.Fprintf(h, "%t %q\n", step.Missing, step.Digest)
			}
			for _, c := range step.Cells {
				_, _ = io.WriteString(h, c.ID+"\n")
			}
		}
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil))
}

// Body is what PutBucketCors sends.
func (c *CORS) Body() []byte {
	switch {
	case c == nil:
		return nil
	case c.Config != nil:
		return c.Config.XML()
	default:
		return []byte(c.Document)
	}
}
