package scenarios

import (
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// WriteDeviations writes entries as a file that [LoadDeviations] reads once each has its reason: until then it says where one is missing.
func WriteDeviations(w io.Writer, entries []Deviation) error {
	type entry struct {
		Name   string `yaml:"deviation,omitempty"`
		Value  any    `yaml:"parameters,omitempty"`
		Cells  string `yaml:"cells,omitempty"`
		Check  string `yaml:"check,omitempty"`
		Got    string `yaml:"got,omitempty"`
		Reason string `yaml:"reason"`
	}
	list := make([]entry, len(entries))
	for i, d := range entries {
		list[i] = entry{d.Name, d.Parameters.Untyped(), d.Cells, d.Check, d.Got, d.Reason}
	}
	if _, err := fmt.Fprintln(w, "# What was found, as known deviations. Say of each why it is accepted, or take it out; a link and a last day (until) may be added."); err != nil {
		return err
	}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(map[string][]entry{"knownDeviations": list}); err != nil {
		return err
	}
	return e.Close()
}
