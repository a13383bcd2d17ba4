package runner

import (
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// described is what a report says of the plan's scenarios.
func described(plan scenarios.Plan) []result.Scenario {
	all := make([]result.Scenario, len(plan.Scenarios))
	for i, planned := range plan.Scenarios {
		s := planned.Scenario
		all[i] = result.Scenario{ID: s.ID, Description: s.Description, Labels: s.Labels, Facts: s.Facts, References: s.References}
		for _, step := range planned.Steps {
			described := result.Step{Name: step.Name, Call: string(step.Call), CORS: configuration(step.After), Put: refusedPut(step)}
			if step.Missing {
				described.On = string(scenarios.NoSuchBucket)
			}
			if step.Digest.Spoilt() {
				described.Digest = string(step.Digest)
			}
			all[i].Steps = append(all[i].Steps, described)
		}
	}
	return all
}

// refusedPut is what a step puts and S3 does not keep; empty: S3 keeps it, or nothing is put.
func refusedPut(step scenarios.PlannedStep) string {
	switch {
	case step.Call != scenarios.PutBucketCors || step.CORS == nil:
		return ""
	case step.CORS.Document != "":
		return step.CORS.Document
	case s3cors.Equal(step.CORS.Config, step.After):
		return ""
	}
	return configuration(step.CORS.Config)
}

func configuration(cfg *s3cors.Configuration) string {
	if cfg == nil {
		return ""
	}
	return string(cfg.JSON())
}

// point is where a cell lies in its matrix.
func point(cell scenarios.Cell) *result.Point {
	method := cell.Method
	if method == "" {
		method = "none"
	}
	return &result.Point{
		Target: string(cell.Target), Addressing: string(cell.Addressing), Authorisation: string(cell.Authorisation),
		Origin: cell.Origin, Method: method, Headers: cell.Headers.String(), Adversarial: cell.Adversarial,
		Further: cell.Further(),
	}
}
