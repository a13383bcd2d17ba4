// Package result holds what a run found: the types that the runner fills and that reports, baselines and comparisons read.
//
// It is the JSON report's shape too, so a change here is a change of [Version]. It depends on nothing but the list of
// checks, and knows nothing of how a result came about.
package result

import (
	"strings"
	"time"
)

// Version is the version of the JSON report. It rises when a field changes its meaning or goes away, not when one is added.
const Version = 1

// Class says what a finding costs. It is computed from what a browser makes of the answer that was owed and of the one that came.
type Class string

const (
	// Exposure says that a page may do or read what the configuration forbids.
	Exposure Class = "exposure"
	// Breakage says that a page is stopped from what the configuration permits.
	Breakage Class = "breakage"
	// Cache says that a shared or a browser's cache may serve one origin's answer to another, or keep a permission longer or shorter than configured.
	Cache Class = "cache"
	// Contract says that the answer differs from S3's, and no browser or cache would notice.
	Contract Class = "contract"
)

// Classes lists every class, worst first.
var Classes = []Class{Exposure, Breakage, Cache, Contract}

// Meaning says what findings of a class cost; empty for a class that is not known.
func (c Class) Meaning() string {
	switch c {
	case Exposure:
		return "a page may do or read what the configuration forbids"
	case Breakage:
		return "a page is stopped from what the configuration permits"
	case Cache:
		return "a cache may serve one origin's answer to another, or a browser keep a permission longer or shorter than configured"
	case Contract:
		return "the answer differs from S3's, and no browser or cache would notice"
	default:
		return ""
	}
}

// Verdict is what became of a cell.
type Verdict string

// The verdicts.
const (
	Passed      Verdict = "passed"
	Failed      Verdict = "failed"
	Known       Verdict = "known"       // every finding is a listed deviation
	Flaky       Verdict = "flaky"       // the same request was answered in two ways: never a pass
	Unsupported Verdict = "unsupported" // this endpoint cannot be asked, see Cell.Reason
	Error       Verdict = "error"       // no judgement was possible, see Cell.Reason
)

// Report is one run.
type Report struct {
	Version  int      `json:"version"`
	Run      Run      `json:"run"`
	Endpoint Endpoint `json:"endpoint"`
	Summary  Summary  `json:"summary"`
	// Levels say what the run shows of the endpoint as a whole. They are computed from all else when a report is written.
	Levels []Level `json:"levels,omitempty"`
	// Stale lists entries of the known deviations that no longer occur or that match nothing.
	Stale []StaleDeviation `json:"stale,omitempty"`
	// Undecided lists entries that showed nothing in this shard, and that name cells of other shards: only all shards together say
	// whether they are stale.
	Undecided []StaleDeviation `json:"undecided,omitempty"`
	// CleanUp lists what the run's clean-up could not undo. A run that leaves anything is never a good one.
	CleanUp []Leftover `json:"cleanUp,omitempty"`
	// Baseline says how the run differs from an earlier one that it was held against; nil: from none.
	Baseline *Baseline `json:"baseline,omitempty"`
	// Causes are the smallest set of deviations that explains what failed or is known, the one that explains most cells first.
	Causes []Cause `json:"causes,omitempty"`
	// Unexplained are the ids of failed and known cells that the causes do not explain, or not whole.
	Unexplained []string `json:"unexplained,omitempty"`
	// FollowUp is what the run asked beyond its plan, to tell apart deviations that explained the same answers; nil: nothing.
	FollowUp *FollowUp `json:"followUp,omitempty"`
	// Observations are an endpoint's choices where S3's behaviour is open, and what it does beside CORS that pages suffer from. They are never held
	// against a cell.
	Observations []Observation `json:"observations,omitempty"`
	Scenarios    []Scenario    `json:"scenarios,omitempty"`
	Cells        []Cell        `json:"cells"`
}

// Cell is the result of that id, if the report has one.
func (r Report) Cell(id string) (Cell, bool) {
	for i := range r.Cells {
		if r.Cells[i].ID == id {
			return r.Cells[i], true
		}
	}
	return Cell{}, false
}

// LeftoverKind says what was left.
type LeftoverKind string

// What a run may leave behind.
const (
	LeftoverConfiguration LeftoverKind = "configuration" // a user's bucket does not have its own configuration any more
	LeftoverBucket        LeftoverKind = "bucket"        // a bucket of the run's own is still there
	LeftoverObjects       LeftoverKind = "objects"       // objects of the run's own are in a user's bucket
	LeftoverOther         LeftoverKind = "other"         // what is left is not known, see Leftover.Problem
)

// Leftover is something that a run changed, and that its clean-up could not undo.
type Leftover struct {
	Kind    LeftoverKind `json:"kind"`
	Bucket  string       `json:"bucket,omitempty"`
	Objects string       `json:"objects,omitempty"` // what their keys begin with
	Journal string       `json:"journal,omitempty"` // the file that holds the bucket's own configuration
	Command string       `json:"command,omitempty"` // undoes it, as one line for a shell
	Problem string       `json:"problem"`           // why it was not undone
}

// Scenario is what a reader needs to know of a scenario beside its cells.
type Scenario struct {
	ID          string   `json:"id"`
	Description string   `json:"description,omitempty"`
	Labels      []string `json:"labels,omitempty"`
	Facts       []int    `json:"facts,omitempty"` // that it proves
	References  []string `json:"references,omitempty"`
	Steps       []Step   `json:"steps"` // in order; a scenario without steps has one, of no name
}

// Step is a state that a bucket is in while cells are asked.
type Step struct {
	Name string `json:"name,omitempty"`
	Call string `json:"call,omitempty"` // by which the step begins: "PutBucketCors"; empty: none
	// CORS is the configuration that the bucket should hold after the call, as aws s3api put-bucket-cors takes it; empty: none.
	CORS string `json:"cors,omitempty"`
	// Put is what PutBucketCors puts where that is not CORS, because S3 refuses it: a configuration in JSON, or a document of XML.
	Put string `json:"put,omitempty"`
	// On is which bucket the call names: "missing-bucket", one that does not exist; empty: the scenario's own.
	On string `json:"on,omitempty"`
	// Digest is what PutBucketCors is sent with where that is a reason to refuse it: "wrong-md5", "malformed-md5"; empty: it is not.
	Digest string `json:"digest,omitempty"`
}

// Run says when and with what a run was made.
type Run struct {
	ID       string        `json:"id"`
	Tool     string        `json:"tool"` // "corsprobe 0.1.0"
	Started  time.Time     `json:"started"`
	Duration time.Duration `json:"durationNanoseconds"`
	// Incomplete says why a run ended before every selected cell was judged; empty when it did not.
	Incomplete string `json:"incomplete,omitempty"`
	// Digest is of what the plan holds, cells and configurations: two runs of the same digest asked the same. "sha256:…"
	Digest string `json:"digest,omitempty"`
	// Shard is which part of a plan was asked; nil: the whole.
	Shard *Shard `json:"shard,omitempty"`
	// Plan is the Digest of the whole plan that the shards share; empty without shards.
	Plan string `json:"plan,omitempty"`
	// Catalogue is the version of the built-in catalogue that was asked; 0: none of it, or not known.
	Catalogue int `json:"catalogue,omitempty"`
	// Buckets says whether the curl commands of the cells find what they ask for; empty: not known, or no bucket was configured.
	Buckets Buckets `json:"buckets,omitempty"`
}

// Buckets says what became of the buckets that a run asked. Where its curl commands find none, corsprobe reproduce makes one again.
type Buckets string

// What may become of the buckets.
const (
	BucketsRemoved Buckets = "removed" // they were the run's own, and are gone
	BucketsKept    Buckets = "kept"    // they were the run's own, and --keep left them with their last configurations
	BucketsGiven   Buckets = "given"   // one of the user's, which has its own configuration again
)

// Interrupted reports that somebody ended the run, and not a limit of its own, or a part that is missing.
func (r Run) Interrupted() bool { return strings.HasPrefix(r.Incomplete, Interrupted) }

// Interrupted begins Run.Incomplete where a signal ended the run.
const Interrupted = "interrupted"

// Shard is one part of a plan that several runs share.
type Shard struct {
	Index int `json:"index"` // from 1
	Total int `json:"total"`
}

// Endpoint is what was probed.
type Endpoint struct {
	URL      string `json:"url"`
	Name     string `json:"name,omitempty"`   // "embedded versitygw 1.8.0"
	Region   string `json:"region,omitempty"` // used for signatures
	Server   string `json:"server,omitempty"` // the Server header of its answers
	Embedded bool   `json:"embedded,omitempty"`
	// Provider is the name of the provider's file that the run was made with: "ovhcloud"; empty: none.
	Provider string `json:"provider,omitempty"`
}

// Summary counts verdicts, and the findings of failed and flaky cells by class.
type Summary struct {
	Cells       int           `json:"cells"`
	Passed      int           `json:"passed"`
	Failed      int           `json:"failed"`
	Known       int           `json:"known"`
	Flaky       int           `json:"flaky"`
	Unsupported int           `json:"unsupported"`
	Errors      int           `json:"errors"`
	Findings    map[Class]int `json:"findings"`
	// Checks counts what the cells' answers were held against; nil in reports of earlier releases.
	Checks *ChecksSummary `json:"checks,omitempty"`
	// Requests is how many requests the run sent, those for set-up, settling and clean-up among them; CellRequests are the cells' own,
	// asked again or not.
	Requests     int `json:"requests,omitempty"`
	CellRequests int `json:"cellRequests,omitempty"`
	// SlowDowns is how many answers only asked to slow down (503, 429). They are never judged.
	SlowDowns int `json:"slowDowns,omitempty"`
	// Chromium counts what a real browser made of the cells; nil for runs without one.
	Chromium *ChromiumSummary `json:"chromium,omitempty"`
}

// ChecksSummary counts checks: a cell in which one header of seven differs is one difference, and not seven.
type ChecksSummary struct {
	Made      int `json:"made"`
	Known     int `json:"known"`     // not as S3 owes it, and exactly as a listed deviation says
	Otherwise int `json:"otherwise"` // neither
}

// Owed is how many came as S3 owes them.
func (c ChecksSummary) Owed() int { return c.Made - c.Known - c.Otherwise }

// ChromiumSummary counts cells by what a real browser made of them.
type ChromiumSummary struct {
	Sent     int `json:"sent"`
	Agreed   int `json:"agreed"`   // with Fetch's model, in everything: of those sent
	Resolved int `json:"resolved"` // the script was given an answer: of those sent
	NotSent  int `json:"notSent"`  // no page can send them, or they would change more than an object of the run's
}

// StaleDeviation is an entry of the known deviations that the run contradicts.
type StaleDeviation struct {
	Where   string `json:"where"` // file:line
	Cells   string `json:"cells"`
	Check   string `json:"check"`
	Problem string `json:"problem"` // "matches no cell", "no longer occurs"
}

// Observation is an endpoint's choice on a point that S3's facts leave open.
type Observation struct {
	Point  string `json:"point"`  // "an AllowedOrigin list with both * and the origin"
	Choice string `json:"choice"` // "answers *"
	Facts  []int  `json:"facts,omitempty"`
	Cells  int    `json:"cells"` // how many cells showed it
}
