// Package scenarios is the format: what a YAML file may say, how it is read and refused, and the cells that it expands to.
//
// A [Scenario] is a bucket's CORS configuration, or a sequence of them ([Step]), and for each a [Matrix] of requests. [Load] reads
// files and reports every error of all of them at once; [Expand] turns scenarios into a [Plan] of [Cell]s. Nothing here does network I/O.
package scenarios

import "corsprobe/runner/s3cors"

// Scenario is one YAML document. A file may hold several, separated by lines of three dashes.
type Scenario struct {
	Name        string   `yaml:"name" required:"true" doc:"The scenario's name: lower-case words joined by dashes, unique within its file. It is part of every cell's id, so that renaming it starts a new history."`
	Description string   `yaml:"description" doc:"What the scenario proves, for a reader of reports."`
	Labels      []string `yaml:"labels" doc:"Labels for --label-filter."`
	Depth       Depth    `yaml:"depth" doc:"How thorough a run must be to hold the scenario: quick, normal or deep. Default: normal."`
	Facts       []int    `yaml:"facts" doc:"Numbers of the facts that the scenario proves; see corsprobe explain."`
	References  []string `yaml:"references" doc:"Links to documentation or issues."`
	CORS        *CORS    `yaml:"cors" doc:"The bucket's CORS configuration as S3's API takes it (CORSRules …), in another shape that corsprobe lint reads, or none."`
	CORSFile    string   `yaml:"corsFile" doc:"A file with the configuration, in any shape that corsprobe lint reads: aws s3api's JSON, S3's XML, a template … Relative to the scenario's file; FILE#NAME chooses one of several."`
	Matrix      *Matrix  `yaml:"matrix" doc:"The requests."`
	Expect      []Pin    `yaml:"expect" doc:"What is expected other than what S3's model says, each with a reason."`
	Steps       []Step   `yaml:"steps" doc:"A bucket's life instead of cors: calls in order, each followed by its own matrix."`

	ID   string `yaml:"-"` // file's path without extension, then the name: "origins/exact/one-origin"
	File string `yaml:"-"` // as the user named it
	// Files are all that its file was read from, itself and the configurations that it names; none of the built-in ones.
	Files []string `yaml:"-"`
	Line  int      `yaml:"-"` // where the document starts, from 1

	undecoded bool    // some of it is not as it should be, and is missing here
	planned   Planned // what it expands to; zero: it is not expanded yet
	places
}

// Step is one call in a bucket's life, and the requests that follow it. Exactly one of Put, Replace, Delete, Get and Call is set.
type Step struct {
	Name    string  `yaml:"name" required:"true" doc:"The step's name, unique within the scenario; part of its cells' ids."`
	Put     *CORS   `yaml:"put" doc:"PutBucketCors on a bucket without a configuration: inline, {file: …}, or {document: …} for a raw body."`
	Replace *CORS   `yaml:"replace" doc:"PutBucketCors over an earlier configuration, which it replaces whole."`
	Delete  bool    `yaml:"delete" doc:"DeleteBucketCors."`
	Get     bool    `yaml:"get" doc:"GetBucketCors, judged against what the bucket should hold."`
	Call    Call    `yaml:"call" doc:"Another call, which leaves the configuration alone, or RecreateBucket, which deletes the bucket and makes it again. The call itself is not judged."`
	On      On      `yaml:"on" doc:"Which bucket put, get or delete names. missing-bucket: one that does not exist, so that the call is refused and the scenario's own bucket stays as it is. Default: own-bucket."`
	Digest  Digest  `yaml:"digest" doc:"How put or replace is protected, as one or another client does it; wrong-md5 and malformed-md5 are refused. Default: md5-and-crc32."`
	Answer  *Answer `yaml:"answer" doc:"What the call itself must answer, where it is not for S3's model to say."`
	Matrix  *Matrix `yaml:"matrix" doc:"The requests after the call."`
	Expect  []Pin   `yaml:"expect" doc:"As a scenario's expect, for this step's cells."`

	places
}

// CORS is a configuration to put: parsed, none, or a raw document that need not be valid.
type CORS struct {
	Config   *s3cors.Configuration // nil: none, or Document
	None     bool
	Document string // a raw PutBucketCors body

	broken bool // some of it is not as it should be, and is missing here
}

// Answer is what a configuration call must answer.
type Answer struct {
	Status []int    `yaml:"status" doc:"Any of these status codes."`
	Error  []string `yaml:"error" doc:"Any of these error codes."`
	Reason string   `yaml:"reason" required:"true" doc:"Why: a link, a fact, the provider's documentation."`
}

// Matrix spans the cells: combinations of the values that it lists of each of [Dimensions], with some added and some left out.
type Matrix struct {
	Lists   lists
	Send    []Send     `yaml:"send" doc:"What each cell sends. Default: preflight and actual, as a browser does."`
	Combine string     `yaml:"combine" enum:"product,zip,pairs" doc:"product (default): every combination. zip: the first of each, the second of each …; dimensions of one value are repeated. pairs: as few as bring any two values of any two dimensions together."`
	Include []Matrix   `yaml:"include" doc:"Further cells: small matrices of their own; what they leave out is as in the matrix's defaults."`
	Exclude []Selector `yaml:"exclude" doc:"Cells to leave out. A selector that matches no cell is an error."`

	places
}

// Send is one of the requests that a cell sends.
type Send string

// The requests of a cell.
const (
	Preflight Send = "preflight"
	Actual    Send = "actual"
)

// Selector chooses cells by their dimensions. An empty dimension matches all; values are globs (* for any run of characters) over a dimension's text.
type Selector struct {
	Patterns patterns

	places
}

// Pin replaces parts of what S3's model expects of some cells.
type Pin struct {
	Cells     Selector `yaml:"cells" doc:"Which cells; all when left out. A selector that matches no cell is an error."`
	Reason    string   `yaml:"reason" required:"true" doc:"Why: a link, a fact, the provider's documentation. It stands in every finding."`
	Preflight *Parts   `yaml:"preflight" doc:"Parts of the preflight's answer."`
	Actual    *Parts   `yaml:"actual" doc:"Parts of the actual request's answer."`

	places
}

// Parts are the pinned parts of one answer. Lists mean: one of these.
type Parts struct {
	Status  []int      `yaml:"status" doc:"Any of these status codes."`
	Error   []string   `yaml:"error" doc:"Any of these error codes (the Code of S3's error document)."`
	Headers headerPins `yaml:"headers" doc:"By name: the value, compared by the header's meaning; a list: any of these values; absent; present; any."`
}

// HeaderPin is what one header must be.
type HeaderPin struct {
	Name   string
	Values []string // any of these; "absent", "present" and "any" are words of the format
}
