package result

// Explanation is what a page of one origin gets by a CORS configuration, without anybody being asked.
type Explanation struct {
	Version int      `json:"version"` // as a report's
	Tool    string   `json:"tool"`
	File    string   `json:"file"` // of the configuration
	Origin  string   `json:"origin"`
	Method  string   `json:"method"` // as a browser sends it
	Headers []string `json:"headers,omitempty"`
	// Credentials: the page asks with credentials: "include".
	Credentials bool `json:"credentials"`
	// Remarks say what a browser makes of the request before it sends it: "put is sent as PUT".
	Remarks []string        `json:"remarks,omitempty"`
	Rules   []ExplainedRule `json:"rules"`
	// Preflight is what S3 answers to it; nil: a browser sends none.
	Preflight *ExplainedAnswer `json:"preflight,omitempty"`
	// Actual is what S3 answers to the request itself; nil: a browser does not send it.
	Actual *ExplainedAnswer `json:"actual,omitempty"`
	Gets   Gets             `json:"gets"` // Readable or Blocked
	// Sentence says why it is blocked.
	Sentence string   `json:"sentence,omitempty"`
	Readable []string `json:"readable,omitempty"` // names of headers that a script can read beside the body
	Notes    []string `json:"notes,omitempty"`
	// Providers say what comes of the same at other endpoints.
	Providers []ExplainedProvider `json:"providers,omitempty"`
	// Change is the smallest that permits what is blocked; nil: nothing is blocked, or no change of the configuration helps.
	Change *ConfigurationChange `json:"change,omitempty"`
}

// ExplainedRule is what one rule makes of a request.
type ExplainedRule struct {
	Rule    int  `json:"rule"` // from 1
	Matched bool `json:"matched"`
	Answers bool `json:"answers"` // it is the first that matches
	// Sentence says why, with everything that stands against it; Why is the same point by point.
	Sentence string   `json:"sentence"`
	Why      []string `json:"why,omitempty"`
}

// ExplainedAnswer is what S3 owes, and what a browser makes of it.
type ExplainedAnswer struct {
	Status  int         `json:"status"`
	Code    string      `json:"code,omitempty"` // of the error document
	Headers []Header    `json:"headers,omitempty"`
	Verdict PageVerdict `json:"verdict"` // of browsers as they ship
	// Standard is the verdict by the Fetch standard, where it is another.
	Standard *PageVerdict `json:"standard,omitempty"`
}

// ExplainedProvider is what comes of a configuration and a request at an endpoint that is known to depart from S3.
type ExplainedProvider struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Refused says why PutBucketCors is refused, so that the bucket has no configuration; empty: it is not.
	Refused   string           `json:"refused,omitempty"`
	Preflight *ExplainedAnswer `json:"preflight,omitempty"` // nil: a browser sends none
	Actual    *ExplainedAnswer `json:"actual,omitempty"`    // nil: a browser does not send it
	Gets      Gets             `json:"gets"`                // Readable or Blocked
	Sentence  string           `json:"sentence,omitempty"`  // why it is blocked
	Readable  []string         `json:"readable,omitempty"`  // names of headers that a script can read beside the body
	// By are the known deviations without which an answer, or the fate of the configuration, would be another; none: it answers as S3 does.
	By []ExplainedDeviation `json:"by,omitempty"`
}

// ExplainedDeviation is a known deviation that makes a difference.
type ExplainedDeviation struct {
	Deviation string `json:"deviation"` // as it is written in a file: "most-rules: 20"
	Summary   string `json:"summary"`
}

// ConfigurationChange is a change of a configuration.
type ConfigurationChange struct {
	What          []string `json:"what"`           // "add PUT to AllowedMethods of rule 1"
	Also          []string `json:"also,omitempty"` // what it permits beside the request
	Diff          string   `json:"diff"`           // unified, of the configuration as aws s3api takes it
	Configuration string   `json:"configuration"`  // the changed one
}

// ProviderComparison is what works of a configuration at several providers, without anybody being asked.
type ProviderComparison struct {
	Version   int                `json:"version"` // as a report's
	Tool      string             `json:"tool"`
	File      string             `json:"file"` // of the configuration
	Providers []ComparedProvider `json:"providers"`
	Requests  []ComparedRequest  `json:"requests"` // what the rules mean to permit
}

// ComparedProvider is one column.
type ComparedProvider struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Refused says why PutBucketCors is refused; empty: it is not.
	Refused    string `json:"refused,omitempty"`
	Deviations int    `json:"deviations"` // that are known of it and can be held against a configuration
}

// ComparedRequest is one row: a page's request that a rule permits and S3 serves.
type ComparedRequest struct {
	Rule   int    `json:"rule"` // from 1
	Origin string `json:"origin"`
	Method string `json:"method"`
	Header string `json:"header,omitempty"` // that the page sets; empty: none
	// At says what comes of it, a provider each.
	At []ComparedOutcome `json:"at"`
}

// ComparedOutcome is what a page gets at a provider.
type ComparedOutcome struct {
	Gets     Gets                 `json:"gets"`               // Readable or Blocked
	Sentence string               `json:"sentence,omitempty"` // why it is blocked
	Unread   []string             `json:"unread,omitempty"`   // names of exposed headers that a script cannot read there
	By       []ExplainedDeviation `json:"by,omitempty"`
}

// Works reports that a page gets all that it gets of S3.
func (o ComparedOutcome) Works() bool { return o.Gets == Readable && len(o.Unread) == 0 }
