package scenarios

import (
	_ "embed" // of the changes
	"fmt"
	"slices"
	"sync"

	"gopkg.in/yaml.v3"
)

// CatalogueVersion is a state of the built-in catalogue. A later one asks more, or judges otherwise, so that an endpoint that did not change can
// fail by it.
type CatalogueVersion struct {
	Version int    `yaml:"version"` // from 1
	Date    string `yaml:"date"`
	// Added are globs of the ids of the scenarios that came with it; of the first version, which has all others, none.
	Added []string `yaml:"added"`
	// Scenarios is how many the first version has.
	Scenarios int               `yaml:"scenarios"`
	Changes   []CatalogueChange `yaml:"changes"`
}

// CatalogueChange is one change, and who may notice: "endpoints that …".
type CatalogueChange struct {
	What string `yaml:"what"`
	Who  string `yaml:"who"`
}

//go:embed changes.yaml
var changes []byte

// CatalogueVersions lists every version, the newest first.
var CatalogueVersions = sync.OnceValue(func() []CatalogueVersion {
	var all []CatalogueVersion
	if err := yaml.Unmarshal(changes, &all); err != nil {
		panic("scenarios/changes.yaml: " + err.Error()) // it is built in, and tested
	}
	return all
})

// addedIn is the version of the catalogue that a scenario came with.
func addedIn(id string) int {
	for _, v := range CatalogueVersions() {
		if slices.ContainsFunc(v.Added, func(glob string) bool { return Glob(glob, id) }) {
			return v.Version
		}
	}
	return 1
}

// builtIn reports that a scenario is the catalogue's.
func (s *Scenario) builtIn() bool { return len(s.Files) == 0 && s.File != stdin }

// Since keeps the scenarios of the catalogue that came after a version of it.
func (p Plan) Since(version int) Plan {
	return p.choose(func(s *Scenario) bool { return s.builtIn() && addedIn(s.ID) > version })
}

// AsOf leaves out the scenarios of the catalogue that came after a version of it.
func (p Plan) AsOf(version int) Plan {
	return p.choose(func(s *Scenario) bool { return !s.builtIn() || addedIn(s.ID) <= version })
}

// HasCatalogue reports that some of the plan is the catalogue's.
func (p Plan) HasCatalogue() bool {
	return slices.ContainsFunc(p.Scenarios, func(s Planned) bool { return s.Scenario.builtIn() })
}

func (p Plan) choose(keep func(*Scenario) bool) Plan {
	var kept Plan
	for _, s := range p.Scenarios {
		if keep(s.Scenario) {
			kept.Scenarios = append(kept.Scenarios, s)
		}
	}
	return kept
}

// CheckCatalogueVersion says what is wrong with the number of a version; nil: there is one.
func CheckCatalogueVersion(version int) error {
	newest := CatalogueVersions()[0].Version
	if version < 1 || version > newest {
		return fmt.Errorf("there is no version %d of the catalogue: expected one from 1 to %d", version, newest)
	}
	return nil
}
