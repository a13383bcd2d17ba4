package result

// Page is what a page of one origin gets of one URL.
type Page struct {
	Version int      `json:"version"` // as a report's
	Tool    string   `json:"tool"`
	Origin  string   `json:"origin"`
	Method  string   `json:"method"`
	URL     string   `json:"url"`               // signatures replaced by "REDACTED"
	Headers []string `json:"headers,omitempty"` // names of those that the page sets
	// Credentials: the page asks with credentials: "include".
	Credentials bool   `json:"credentials"`
	Gets        Gets   `json:"gets"`
	Sentence    string `json:"sentence,omitempty"` // why it is blocked, or could not be reached
	// Cause is what lies behind it, where the answers tell more than a browser does; nil: they do not.
	Cause *PageCause `json:"cause,omitempty"`
	// Steps are the exchanges in the order in which a browser makes them.
	Steps []PageStep `json:"steps"`
	// Readable and Hidden are the names of the last answer's headers that a script can read, and that it cannot.
	Readable []string `json:"readable,omitempty"`
	Hidden   []string `json:"hidden,omitempty"`
	Notes    []string `json:"notes,omitempty"`
	// WithoutOrigin is the same request as an <img> makes it, where its answer spoils a page's; nil: it does not, or it was not asked.
	WithoutOrigin *Exchange `json:"withoutOrigin,omitempty"`
	// Chromium is what a real browser made of the request; nil: none was asked.
	Chromium *Chromium `json:"chromium,omitempty"`
}

// PageCause is what lies behind what a page gets.
type PageCause struct {
	Code     string   `json:"code"`             // "s3-no-configuration", "cached", "image-first" …
	Sentence string   `json:"sentence"`         // without a full stop
	Do       []string `json:"do"`               // what to do, commands among it
	Likely   []string `json:"likely,omitempty"` // what may be behind it in turn, likeliest first
}

// Gets is what a page gets.
type Gets string

// What a page may get, from all it asked for to nothing.
const (
	Readable    Gets = "readable"    // the answer
	Refused     Gets = "refused"     // an answer that it can read, and that refuses the request: a status from 400
	Permitted   Gets = "permitted"   // the preflight lets the request go on; it was not sent, for it changes something
	Blocked     Gets = "blocked"     // an error
	Unreachable Gets = "unreachable" // no answer came
)

// PageStep is one exchange on the way, and what it comes to.
type PageStep struct {
	Exchange Exchange    `json:"exchange"`
	Curl     string      `json:"curl"`
	Verdict  PageVerdict `json:"verdict"` // of browsers as they ship
	// Standard is the verdict by the Fetch standard, where it is another.
	Standard *PageVerdict `json:"standard,omitempty"`
	// Findings are what S3 owed and did not come, where its configuration was given; Explanation says which rule should have answered.
	Findings    []Finding `json:"findings,omitempty"`
	Explanation string    `json:"explanation,omitempty"`
}

// PageVerdict is what a browser makes of an answer.
type PageVerdict struct {
	Allowed  bool   `json:"allowed"`
	Code     string `json:"code,omitempty"`     // corsprobe explain says more
	Sentence string `json:"sentence,omitempty"` // what is wrong with this answer
	// Chromium and Firefox are the names under which their consoles and documentation have the reason; empty where there is none.
	Chromium string `json:"chromium,omitempty"`
	Firefox  string `json:"firefox,omitempty"`
}
