package suites

import (
	"io"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"
)

// Selected asks Ginkgo which cells would run under a configuration's label filter, focus and skip, without running any. Call it after
// [Describe] and before Ginkgo's RunSpecs.
func Selected(name string, config types.SuiteConfig, reporter types.ReporterConfig) map[string]bool {
	selected := map[string]bool{}
	for _, spec := range ginkgo.PreviewSpecs(name, config, reporter).SpecReports {
		if spec.State == types.SpecStatePassed {
			shared.each(spec, func(id string, _ types.SpecState) { selected[id] = true })
		}
	}
	return selected
}

// failer is the least that Ginkgo needs of a *testing.T.
type failer struct{ failed bool }

func (f *failer) Fail() { f.failed = true }

// Run runs the specs that [Describe] added in this process, without a word on standard output. It may be called once per process. It
// returns the ids of the cells that Ginkgo ran, by state, and whether the suite succeeded.
func Run(name string, config types.SuiteConfig, reporter types.ReporterConfig) (states map[string]types.SpecState, succeeded bool) {
	out := formatter.ColorableStdOut
	formatter.ColorableStdOut = io.Discard
	defer func() { formatter.ColorableStdOut = out }()
	states = map[string]types.SpecState{}
	ginkgo.ReportAfterEach(func(spec types.SpecReport) {
		shared.each(spec, func(id string, state types.SpecState) { states[id] = state })
	})
	return states, ginkgo.RunSpecs(&failer{}, name, config, reporter)
}
