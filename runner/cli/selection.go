package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/file"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
	"corsprobe/suites"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// chosen is what a run asks, and what it could have asked.
type chosen struct {
	plan          scenarios.Plan
	selected      map[string]bool // ids that the filters leave, those of other shards among them
	notSelected   func() []string // ids that were there to be selected, and were not: listed late, for few runs need them
	inOtherShards []string        // ids that other shards ask
	shard         *result.Shard   // nil: all is asked
	whole         string          // digest of the plan that the shards share; empty without shards
	notes         []string        // what the user should know of the choice
	files         []use           // that the scenarios were read from
	unchanged     *result.Report  // what --rerun-failed names, where nothing in it is to be asked again
}

// unasked are the ids that there are, and that this run does not ask.
func (c chosen) unasked() []string { return slices.Concat(c.notSelected(), c.inOtherShards) }

// known holds a list of deviations against what was chosen.
func (c chosen) known(list []scenarios.Deviation) *runner.Deviations {
	known := &runner.Deviations{List: list}
	if len(list) > 0 {
		known.NotSelected, known.InOtherShards = c.notSelected(), c.inOtherShards
	}
	return known
}

// choose loads, expands, selects, and takes the shard's part.
func (f *runFlags) choose(args []string) (c chosen, err error) {
	loaded, err := load(args)
	if err != nil {
		return c, err
	}
	c.files = scenarioFiles(loaded)
	all, err := scenarios.Expand(loaded)
	if err != nil {
		return c, err
	}
	within, err := upTo(all, f.depth, args)
	if err != nil {
		return c, err
	}
	if within, err = f.asOf(within); err != nil {
		return c, err
	}
	if c.plan, err = narrow(within, f.run); err != nil {
		return c, err
	}
	if c.plan, err = f.byText(c.plan); err != nil {
		return c, err
	}
	if err := f.onlyFailed(&c); err != nil {
		return c, err
	}
	if c.selected, err = f.selected(c.plan); err != nil {
		return c, err
	}
	c.plan = c.plan.Filter(func(id string) bool { return c.selected[id] })
	if len(c.plan.Scenarios) == 0 {
		return c, errors.New("nothing selected: no cell fits the names and filters given; corsprobe list shows what there is")
	}
	c.notSelected = sync.OnceValue(func() []string { return unselected(all, c.selected, len(args) > 0) })
	if err := f.takeShard(&c); err != nil {
		return c, err
	}
	return c, f.checkSize(c.plan)
}

// checkSize refuses a plan that is larger than --max-cells.
func (f *runFlags) checkSize(plan scenarios.Plan) error {
	n := plan.Cells()
	if n <= f.maxCells {
		return nil
	}
	text := fmt.Sprintf("the plan has %d cells, more than --max-cells %d", n, f.maxCells)
	if parts := min((n+max(f.maxCells, 1)-1)/max(f.maxCells, 1), len(plan.Scenarios)); parts > 1 {
		return fmt.Errorf("%s: share it between runs with --shard 1/%d to %d/%d, and join their reports with corsprobe merge, or allow more", text, parts, parts, parts)
	}
	return fmt.Errorf("%s: a scenario's cells stay together, so --shard can share it only once it is split into several, or allow more", text)
}

// unselected lists the ids of a plan, and of the catalogue where only parts of it were named, that were not selected.
func unselected(all scenarios.Plan, selected map[string]bool, catalogueToo bool) []string {
	ids := all.IDs()
	if catalogueToo {
		catalogue, err := scenarios.Catalogue()
		if err != nil {
			panic(err) // embedded, so a test has seen it
		}
		whole, err := scenarios.Expand(catalogue)
		if err != nil {
			panic(err) // likewise
		}
		ids = append(ids, whole.IDs()...)
	}
	return slices.DeleteFunc(ids, func(id string) bool { return selected[id] })
}

// source is where the specs find their results; elsewhere are the ids of other shards, sorted. The specs are described before there is a run, so that Ginkgo can say which of them would
// be selected.
type source struct {
	run       *runner.Run
	elsewhere []string
}

// Wait implements [suites.Source].
func (s *source) Wait(ctx context.Context, id string) result.Cell {
	if _, found := slices.BinarySearch(s.elsewhere, id); found {
		return result.Cell{ID: id, Verdict: result.Unsupported, Reason: "in another shard"}
	}
	return s.run.Wait(ctx, id)
}

// suiteName is what the suite is called in Ginkgo.
const suiteName = "corsprobe"

// mostSpecs is how many cells have a spec each.
const mostSpecs = 5000

// selected asks Ginkgo. It also adds the specs to Ginkgo's tree, for the process's one suite.
func (f *runFlags) selected(plan scenarios.Plan) (map[string]bool, error) {
	if _, err := types.ParseLabelFilter(f.labelFilter); err != nil {
		return nil, fmt.Errorf("--label-filter %s: %w", f.labelFilter, err)
	}
	if plan.Results() > mostSpecs {
		suites.DescribeTogether(plan, &f.source)
	} else {
		suites.Describe(plan, &f.source)
	}
	config, reporter := f.ginkgo()
	return suites.Selected(suiteName, config, reporter), nil
}

func (f *runFlags) ginkgo() (types.SuiteConfig, types.ReporterConfig) {
	config, reporter := ginkgo.GinkgoConfiguration()
	config.LabelFilter = f.labelFilter
	config.Timeout = 24 * time.Hour // the run bounds itself; Ginkgo's hour would be too short for a slow endpoint
	return config, reporter
}

// load reads scenarios from disk, or parts of the catalogue by id.
func load(args []string) ([]*scenarios.Scenario, error) {
	if len(args) == 0 {
		return scenarios.Catalogue()
	}
	var paths, names []string
	for _, arg := range args {
		if _, err := os.Stat(arg); arg == file.Stdin || err == nil || strings.HasSuffix(arg, ".yaml") || strings.HasSuffix(arg, ".yml") {
			paths = append(paths, arg)
		} else {
			names = append(names, arg)
		}
	}
	var all []*scenarios.Scenario
	if len(paths) > 0 {
		found, err := scenarios.LoadPaths(paths...)
		if err != nil {
			return nil, err
		}
		all = found
	}
	found, err := catalogued(names)
	return append(all, found...), err
}

// catalogued picks scenarios of the catalogue by id or by the start of an id.
func catalogued(names []string) ([]*scenarios.Scenario, error) {
	if len(names) == 0 {
		return nil, nil
	}
	catalogue, err := scenarios.Catalogue()
	if err != nil {
		return nil, err
	}
	var picked []*scenarios.Scenario
	var problems []error
	for _, name := range names {
		fits := false
		for _, s := range catalogue {
			fits = fits || scenarios.Glob(name, s.ID)
			if scenarios.Glob(name, s.ID) && !slices.Contains(picked, s) {
				picked = append(picked, s)
			}
		}
		if !fits {
			problems = append(problems, fmt.Errorf("%s: no such file, and no scenario of the catalogue; corsprobe list shows them", name))
		}
	}
	return picked, errors.Join(problems...)
}

// narrow keeps the cells that fit one of the globs; a glob that fits none is an error.
func narrow(plan scenarios.Plan, globs []string) (scenarios.Plan, error) {
	if len(globs) == 0 {
		return plan, nil
	}
	matched := make([]bool, len(globs))
	plan = plan.Filter(func(id string) bool {
		keep := false
		for i, g := range globs {
			if scenarios.Glob(g, id) {
				matched[i], keep = true, true
			}
		}
		return keep
	})
	for i, g := range globs {
		if !matched[i] {
			return plan, fmt.Errorf("--run %s: no cell has such an id; corsprobe list --cells shows them", g)
		}
	}
	return plan, nil
}
