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
  authorisations: [presigned, signed, anonymous, forged, expired]
`

// Whatever is wrong with a request's signature, a bucket that is gone answers by no configuration.
func TestSignaturesOnDeletedBuckets(t *testing.T) {
	plan := runnertest.Plan(t, map[string]string{"deleted.yaml": ofDeleted})
	for _, c := range run(t, reference.Behaviour{}, plan, 10*time.Second).Cells {
		if c.Verdict != result.Passed {
			t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
		}
	}
}
