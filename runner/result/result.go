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

// Cause is a deviation from S3 that explains failed cells and contradicts no answer.
type Cause struct {
	Deviation string `json:"deviation"` // its name: corsprobe explain NAME tells of it
	// Parameters is what the deviation was told: a number, a word, a list or a mapping; nil: it takes nothing.
	Parameters any    `json:"parameters,omitempty"`
	Class      Class  `json:"class"`
	Summary    string `json:"summary"` // what the endpoint does, in a sentence
	Facts      []int  `json:"facts,omitempty"`
	// Checks are what it shows by: "preflight.vary".
	Checks []string `json:"checks,omitempty"`
	// Cells are the ids of the cells that are not explained without it.
	Cells []string `json:"cells"`
	// Alternatives are deviations that explain the same answers as well, as they are written in a file: "most-rules: 20".
	Alternatives []string `json:"alternatives,omitempty"`
}

// FollowUp is what a run asked beyond its plan. Its cells count nowhere else: they are evidence for the causes.
type FollowUp struct {
	Questions []FollowUpQuestion `json:"questions"`
	Scenarios []Scenario         `json:"scenarios"`
	Cells     []Cell             `json:"cells"`
	// Incomplete says why fewer questions were asked than there were; empty: none was left out.
	Incomplete string `json:"incomplete,omitempty"`
}

// FollowUpQuestion is one configuration and request, or configuration call, on which deviations differ.
type FollowUpQuestion struct {
	// Between are the deviations that explained the same answers before, as they are written in a file: "most-rules: 20".
	Between []string `json:"between"`
	Cell    string   `json:"cell"` // id of the cell among the follow-up's that asked
	// Remaining are those of Between that explain all answers still, this one included: one where it decided, none where it contradicts all.
	Remaining []string `json:"left"`
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

// LevelState says whether an endpoint is at a level.
type LevelState string

// The states of a level.
const (
	Reached   LevelState = "reached"
	Missed    LevelState = "missed"    // something speaks against it, whatever else is open
	Undecided LevelState = "undecided" // nothing speaks against it, and not everything was judged
)

// Level is a promise that an endpoint keeps or breaks as a whole.
type Level struct {
	Name    string     `json:"name"`    // "readable"
	Meaning string     `json:"meaning"` // "what the configuration permits works in browsers"
	State   LevelState `json:"state"`
	// Reason says why an undecided level is; empty for others.
	Reason string `json:"reason,omitempty"`
	// Against lists what a missed level is missed by, worst first. Known deviations count: a level speaks of the endpoint.
	Against []Against `json:"against,omitempty"`
}

// Against is one check that found the same class of difference in some cells.
type Against struct {
	Check string `json:"check"`
	Class Class  `json:"class"`
	Cells int    `json:"cells"`
	First string `json:"first"` // id of the first of them
}

// Cell is the result of one point of a scenario's matrix, or of one configuration call.
type Cell struct {
	ID       string    `json:"id"`
	Scenario string    `json:"scenario"`        // id of the scenario, the first part of ID
	Title    string    `json:"title"`           // a few words for a person: "preflight PUT from https://app.example.com"
	File     string    `json:"file"`            // as the user named it, or "catalogue/…"
	Line     int       `json:"line,omitempty"`  // of the scenario's matrix in File, from 1
	Step     string    `json:"step,omitempty"`  // of scenarios that have steps
	Point    *Point    `json:"point,omitempty"` // nil: a configuration call
	Verdict  Verdict   `json:"verdict"`
	Reason   string    `json:"reason,omitempty"` // of known, unsupported and error
	Findings []Finding `json:"findings,omitempty"`
	// Checks is how many checks the answers were held against: their statuses, headers and error documents. What is no finding is as owed.
	Checks int `json:"checks,omitempty"`
	// Explanation says which rule should have answered, and why: "rule 2 matches: …".
	Explanation string        `json:"explanation,omitempty"`
	Exchanges   []Exchange    `json:"exchanges,omitempty"`
	Curl        []string      `json:"curl,omitempty"` // one command an exchange
	Browser     *Browser      `json:"browser,omitempty"`
	Chromium    *Chromium     `json:"chromium,omitempty"` // of runs with a browser
	Duration    time.Duration `json:"durationNanoseconds"`
	// Attempts is how often the cell was asked: 1, or 2 when the first time failed.
	Attempts int `json:"attempts,omitempty"`
}

// Point is where a cell lies in its scenario's matrix, each dimension in the words of the format.
type Point struct {
	Target        string  `json:"target"`           // "object"
	Addressing    string  `json:"addressing"`       // "auto", "path", "virtual"
	Authorisation string  `json:"authorisation"`    // "presigned"
	Origin        *string `json:"origin,omitempty"` // nil: no Origin is sent
	Method        string  `json:"method"`           // "none": a preflight without Access-Control-Request-Method
	Headers       string  `json:"headers"`          // "none", a value of Access-Control-Request-Headers, or "x-amz-meta-title: holiday, …"
	// Further has the other dimensions that are not as usual, by name: "operation": "GetObject-range".
	Further map[string]string `json:"further,omitempty"`
	// Adversarial says what the origin would be confused with, where "adversarial" added it: "suffix of https://app.example.com".
	Adversarial string `json:"adversarial,omitempty"`
}

// Chromium is what a page in a real browser got of a cell.
type Chromium struct {
	NotSent  string   `json:"notSent,omitempty"` // why it was not sent; all else is empty then
	Resolved bool     `json:"resolved"`          // the script was given an answer
	Status   int      `json:"status,omitempty"`
	Readable []string `json:"readable,omitempty"` // names of the headers that the script could read
	// Code is DevTools' name of the error that a console shows: "MissingAllowOriginHeader".
	Code string `json:"code,omitempty"`
	// Console is what the browser's console says of it: "Access to fetch at … has been blocked by CORS policy: …".
	Console   string   `json:"console,omitempty"`
	Preflight []Header `json:"preflight,omitempty"` // what the browser's own preflight asked; empty: it sent none
	// Otherwise says how the endpoint answered the browser otherwise than the run's own requests; empty where it did not.
	Otherwise string `json:"otherwise,omitempty"`
	// Credentials is what the page got with credentials: include, where that makes a difference to the model; nil: it was not asked.
	Credentials *ChromiumAnswer `json:"credentials,omitempty"`
	// Disagreement says where Fetch's model and the browser differ; empty where they agree.
	Disagreement string `json:"disagreement,omitempty"`
}

// ChromiumAnswer is what a page in a real browser got of one more request.
type ChromiumAnswer struct {
	Resolved bool   `json:"resolved"` // the script was given an answer
	Code     string `json:"code,omitempty"`
	Console  string `json:"console,omitempty"`
}

// Finding is one difference between what was owed and what came: as data, and in words.
type Finding struct {
	Check string `json:"check"` // "preflight.allow-origin"
	Class Class  `json:"class"`
	// How says in which way both differ; empty in reports of earlier releases, as Owed and Came are.
	How      How    `json:"how,omitempty"`
	Owed     *Side  `json:"owed,omitempty"`
	Came     *Side  `json:"came,omitempty"`
	Expected string `json:"expected"`        // Owed in words
	Got      string `json:"got"`             // Came in words
	Why      string `json:"why"`             // one sentence: what S3 owes here, or the scenario's own reason
	Facts    []int  `json:"facts,omitempty"` // the facts it rests on
	// Browser says what a browser makes of it; nil where no page and no cache notices.
	Browser *Effect `json:"browser,omitempty"`
	// Known is the reason of the listed deviation that covers the finding, with its link.
	Known *Deviation `json:"known,omitempty"`
}

// Effect is what a browser, or a cache, makes of a difference.
type Effect struct {
	Sentence string `json:"sentence"`
	// Blocked: a page is stopped that S3 would have let through.
	Blocked bool `json:"blocked,omitempty"`
	// Credentials: only a request with credentials: include shows it.
	Credentials bool `json:"credentials,omitempty"`
	By          By   `json:"by,omitempty"`
}

// By says whose reading it is that makes a difference, where the standard's and that of browsers as they ship differ.
type By string

// The readings that may differ.
const (
	ByStandard By = "standard"
	ByBrowsers By = "browsers"
)

// Same reports that two findings are of one difference. What came in place of an error document may hold a time, or the request's number: the
// rest counts there.
func (f Finding) Same(g Finding) bool {
	return f.Check == g.Check && f.How == g.How && (f.Got == g.Got || f.How == NoDocument && f.Came != nil && g.Came != nil)
}

// How says in which way what came differs from what was owed.
type How string

// The ways in which what came may differ from what was owed.
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

// Hows lists every way.
var Hows = []How{Missing, MissingAll, Unwanted, UnwantedAll, Value, Repeated, Members, Order, Case, NoDocument}

// Side is one side of a difference: what was owed, or what came. It has set what the difference speaks of.
type Side struct {
	Status []int    `json:"status,omitempty"` // acceptable ones, or the one that came
	Code   string   `json:"code,omitempty"`   // of the error document that goes with the status
	Values []string `json:"values,omitempty"` // acceptable values of a header or of an element of the error document, or what came
	// Headers are lines that came: of the header itself, or those that a reader needs beside it.
	Headers []Header `json:"headers,omitempty"`
	// Elements are those of an error document that came in place of a missing one: of the same name but for case.
	Elements []Element `json:"elements,omitempty"`
	Body     string    `json:"body,omitempty"` // the start of what came in place of an error document
}

// Element is one element of an error document.
type Element struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Deviation is the reason why a finding is known.
type Deviation struct {
	// Name is the deviation as it is written in a file, "most-rules: 20"; empty where a glob of cells says what is known.
	Name   string `json:"name,omitempty"`
	Reason string `json:"reason"`
	Link   string `json:"link,omitempty"`
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

// Browser says what a page would get, by Fetch's model, from the answer owed and from the one that came.
type Browser struct {
	Owed string `json:"owed"` // "readable", or "blocked: …"
	Got  string `json:"got"`
	// Sentence is the whole in one line for a person; empty where both agree.
	Sentence string `json:"sentence,omitempty"`
	// Code is Fetch's reason code of the answer that came, empty when a page can read it.
	Code string `json:"code,omitempty"`
}

// Exchange is a request as sent and the answer as received.
type Exchange struct {
	Kind string `json:"kind"` // "preflight", "actual", "PutBucketCors" …
	// Short: of what was sent and came only what CORS's answers depend on, and what they consist of, is kept. A signature in the URL is but
	// named, other headers have no value, the body is no more than an error document's code, method and resource type.
	Short    bool     `json:"short,omitempty"`
	Request  Request  `json:"request"`
	Response Response `json:"response"`
	// Error is the transport's, when there was no answer. Response is empty then.
	Error string        `json:"error,omitempty"`
	Start time.Time     `json:"start,omitzero"` // not of one in short
	Took  time.Duration `json:"tookNanoseconds"`
}

// Request is a request as sent, its credentials and signatures replaced by "REDACTED".
type Request struct {
	Method  string   `json:"method"`
	URL     string   `json:"url"`
	Headers []Header `json:"headers,omitempty"`
}

// Response is an answer as received.
type Response struct {
	Status  int      `json:"status"`
	Proto   string   `json:"proto,omitempty"` // "HTTP/1.1"
	Headers []Header `json:"headers,omitempty"`
	// Body is the start of the body, at most 64 KiB of it.
	Body      string `json:"body,omitempty"`
	Truncated bool   `json:"truncated,omitempty"` // Body is not the whole
}

// Header is one header line, its name in the case that was sent.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Values returns the values of every line of headers with that name, in order, whatever the case of the name.
func Values(headers []Header, name string) []string {
	var values []string
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			values = append(values, h.Value)
		}
	}
	return values
}
