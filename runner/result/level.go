package result

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
