package cli

import (
	"fmt"
	"io"
	"strings"

	"corsprobe/reports"
	"corsprobe/scenarios"
)

// listSince prints what each version of the catalogue after one changed, the newest first, and lists the scenarios that came.
func listSince(w io.Writer, plan scenarios.Plan, version int) error {
	if err := scenarios.CheckCatalogueVersion(version); err != nil {
		return usage(fmt.Errorf("--since %d: %w", version, err))
	}
	for _, v := range scenarios.CatalogueVersions() {
		if v.Version <= version {
			break
		}
		fmt.Fprintf(w, "catalogue %d, %s\n", v.Version, v.Date)
		for _, c := range v.Changes {
			fmt.Fprintf(w, "  %s\n", wrapped("  ", c.What))
			fmt.Fprintf(w, "    for %s\n", wrapped("        ", c.Who))
		}
		added := plan.Since(v.Version - 1).AsOf(v.Version)
		fmt.Fprintf(w, "  %s with %s\n", count(len(added.Scenarios), "new scenario"), count(added.Results(), "cell"))
		for _, s := range added.Scenarios {
			fmt.Fprintf(w, "    %s  %s\n", s.Scenario.ID, count(s.Results(), "cell"))
		}
	}
	_, err := fmt.Fprintf(w, "corsprobe run --catalogue-version %d asks what was asked then.\n", version)
	return err
}

// wrapped breaks a text into lines of a terminal, each but the first indented.
func wrapped(indent, text string) string {
	return strings.Join(reports.Wrap(text, helpWidth-len(indent)), "\n"+indent)
}

// asOf leaves out what came after the version of the catalogue that is asked for.
func (f *runFlags) asOf(plan scenarios.Plan) (scenarios.Plan, error) {
	if f.catalogue == 0 {
		return plan, nil
	}
	if err := scenarios.CheckCatalogueVersion(f.catalogue); err != nil {
		return plan, fmt.Errorf("--catalogue-version %d: %w", f.catalogue, err)
	}
	return plan.AsOf(f.catalogue), nil
}

// catalogueOf is the version of the catalogue that a plan asks; 0: none of it.
func (f *runFlags) catalogueOf(plan scenarios.Plan) int {
	switch {
	case !plan.HasCatalogue():
		return 0
	case f.catalogue != 0:
		return f.catalogue
	}
	return scenarios.CatalogueVersions()[0].Version
}
