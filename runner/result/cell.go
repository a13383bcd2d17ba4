package result

import "time"

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

// Browser says what a page would get, by Fetch's model, from the answer owed and from the one that came.
type Browser struct {
	Owed string `json:"owed"` // "readable", or "blocked: …"
	Got  string `json:"got"`
	// Sentence is the whole in one line for a person; empty where both agree.
	Sentence string `json:"sentence,omitempty"`
	// Code is Fetch's reason code of the answer that came, empty when a page can read it.
	Code string `json:"code,omitempty"`
}
