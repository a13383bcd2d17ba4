package reference_test

import (
	"testing"
	"time"

	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
)

const ofDeleted = `
name: deleted
cors: {CORSRules: [{AllowedOrigins: [https://app.example.com], AllowedMethods: [GET, HEAD]}]}
matrix:
  origins: https://app.example.com
  methods: [GET, HEAD]
  targets: [deleted-bucket, missing-bucket]
  authorisations: [presigned, signed, anonymous, forged, expired, unknown-key, version-2]
`

const afterRefusals = `
name: kept
steps:
  - name: refused
    put: {CORSRules: [{AllowedOrigins: [https://app.example.com], AllowedMethods: [GET, DELETE]}]}
    matrix: {origins: https://app.example.com, authorisations: [anonymous, forged, expired, unknown-key], operations: DeleteBucketCors}
  - name: still-there
    get: true
    matrix: {origins: https://app.example.com}
`

// Whatever is wrong with a request's signature, a bucket that is gone answers by no configuration.
func TestSignaturesOnDeletedBuckets(t *testing.T) { passes(t, ofDeleted) }

// Who may not delete a configuration does not, whatever is wrong with the signature.
func TestRefusedDeletions(t *testing.T) { passes(t, afterRefusals) }

// passes holds that a faithful endpoint passes a scenario.
func passes(t *testing.T, scenario string) {
	t.Helper()
	plan := runnertest.Plan(t, map[string]string{"scenario.yaml": scenario})
	for _, c := range run(t, reference.Behaviour{}, plan, 10*time.Second).Cells {
		if c.Verdict != result.Passed {
			t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
		}
	}
}
