package result

import "time"

// Baseline says how a run differs from an earlier one. Cells are the same where their ids are.
type Baseline struct {
	Name    string    `json:"name"` // of the file
	Run     string    `json:"run"`  // id of the earlier run
	Started time.Time `json:"started"`
	// Worse and Better hold the cells that changed, in the order of the later run. A cell that did both is worse.
	Worse  []Change `json:"worse,omitempty"`
	Better []Change `json:"better,omitempty"`
	// New cells are in the later run only, and have nothing against them: others are worse. Gone ones are no longer there to be asked.
	New  []string `json:"new,omitempty"`
	Gone []string `json:"gone,omitempty"`
}

// Change is how one cell differs from the same cell of an earlier run.
type Change struct {
	ID     string  `json:"id"`
	Title  string  `json:"title,omitempty"`
	Before Verdict `json:"before,omitempty"` // empty: the cell is new
	After  Verdict `json:"after"`
	// Class is the worst of the findings that made the cell worse, or of those that it lost where it is better; empty where no finding
	// did: a cell that can no longer be judged, say.
	Class Class `json:"class,omitempty"`
	// Findings are those that are new or of a worse class than before; of a cell that is better, those that are gone or milder, as they were.
	Findings []Finding `json:"findings,omitempty"`
}
