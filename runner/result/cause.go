package result

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
