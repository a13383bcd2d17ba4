package cli

import (
	"context"
	"fmt"
	"io"

	"corsprobe/runner"
	"corsprobe/runner/diagnose"
	"corsprobe/runner/followup"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// diagnose adds the causes of what failed to a report. Where several explain the same, it asks the endpoint further.
func (f *runFlags) diagnose(ctx context.Context, report *result.Report, target *target, id string, stderr io.Writer) diagnose.Diagnosis {
	if !f.asksFurther(ctx, *report) {
		return diagnosed(report)
	}
	notes := f.outcome.look.notes(stderr)
	carry := func(ctx context.Context, plan scenarios.Plan) (result.Report, []error) {
		fmt.Fprintf(notes, "corsprobe: several causes explain the same answers: asking %s to decide between them\n", count(len(plan.Scenarios), "further question"))
		opts := f.opts
		opts.Known, opts.Browser, opts.Judged, opts.Tool, opts.Curl = nil, nil, nil, report.Run.Tool, target.curl
		return runner.Start(ctx, plan, target.endpoint, target.client, id, opts).Finish()
	}
	found, trouble := followup.Ask(ctx, report, followup.Options{Carry: carry})
	report.Causes, report.Unexplained = found.Causes, found.Unexplained
	report.CleanUp = append(report.CleanUp, target.leftovers(trouble)...)
	return found
}

// asksFurther reports that there is something to explain, that the run may put configurations of its own, and that it went well so far. A
// shard asks nothing further: only all shards together show what is to be explained.
func (f *runFlags) asksFurther(ctx context.Context, r result.Report) bool {
	may := !f.noFollowUp && !f.opts.AssumeConfigured && r.Run.Shard == nil
	return may && ctx.Err() == nil && r.Summary.Failed > 0 && r.Run.Incomplete == "" && len(r.CleanUp) == 0
}
