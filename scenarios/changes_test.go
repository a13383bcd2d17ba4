package scenarios

import (
	"testing"
)

// The list of the catalogue's versions is whole: numbered without a gap, each change says whom it concerns, every glob fits a scenario, and no
// scenario is there that no version tells of.
func TestCatalogueVersions(t *testing.T) {
	catalogue, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	versions := CatalogueVersions()
	first := 0
	for _, s := range catalogue {
		if addedIn(s.ID) == 1 {
			first++
		}
	}
	for i, v := range versions {
		if v.Version != len(versions)-i {
			t.Errorf("version %d stands where %d belongs", v.Version, len(versions)-i)
		}
		if i+1 < len(versions) && v.Date < versions[i+1].Date {
			t.Errorf("version %d of %s is older than the one before", v.Version, v.Date)
		}
		if len(v.Changes) == 0 {
			t.Errorf("version %d does not say what changed", v.Version)
		}
		for _, c := range v.Changes {
			if c.What == "" || c.Who == "" {
				t.Errorf("version %d: a change without what or who: %+v", v.Version, c)
			}
		}
		for _, glob := range v.Added {
			if !anyFits(catalogue, glob, v.Version) {
				t.Errorf("version %d: %s fits no scenario that it added", v.Version, glob)
			}
		}
		if v.Version == 1 && v.Scenarios != first {
			t.Errorf("version 1 has %d scenarios, and %d are in no later one: name those that are new in changes.yaml, under the version that adds them", v.Scenarios, first)
		}
	}
}

func anyFits(catalogue []*Scenario, glob string, version int) bool {
	for _, s := range catalogue {
		if Glob(glob, s.ID) && addedIn(s.ID) == version {
			return true
		}
	}
	return false
}

func TestSinceAndAsOf(t *testing.T) {
	plan := Plan{Scenarios: []Planned{
		{Scenario: &Scenario{ID: "origins/exact/one-origin", File: "catalogue/origins/exact.yaml"}},
		{Scenario: &Scenario{ID: "rules/order/by-headers-alone", File: "catalogue/rules/order.yaml"}},
		{Scenario: &Scenario{ID: "operations/every/reading", File: "catalogue/operations/every.yaml"}},
		{Scenario: &Scenario{ID: "operations/every/mine", File: "operations/every.yaml", Files: []string{"operations/every.yaml"}}},
		{Scenario: &Scenario{ID: "operations/every/piped", File: stdin}},
	}}
	ids := func(p Plan) (all string) {
		for _, s := range p.Scenarios {
			all += s.Scenario.ID + " "
		}
		return all
	}
	for _, c := range []struct {
		name, got, want string
	}{
		{"as of 1", ids(plan.AsOf(1)), "origins/exact/one-origin operations/every/mine operations/every/piped "},
		{"as of 2", ids(plan.AsOf(2)), "origins/exact/one-origin rules/order/by-headers-alone operations/every/mine operations/every/piped "},
		{"as of 3", ids(plan.AsOf(3)), ids(plan)},
		{"since 1", ids(plan.Since(1)), "rules/order/by-headers-alone operations/every/reading "},
		{"since 2", ids(plan.Since(2)), "operations/every/reading "},
		{"since 3", ids(plan.Since(3)), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
	for version, want := range map[int]string{0: "there is no version 0 of the catalogue: expected one from 1 to 3", 1: "", 3: "", 4: "there is no version 4 of the catalogue: expected one from 1 to 3"} {
		got := ""
		if err := CheckCatalogueVersion(version); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%d: %q, want %q", version, got, want)
		}
	}
}
