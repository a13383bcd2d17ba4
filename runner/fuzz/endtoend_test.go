package fuzz_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/fuzz"
	"corsprobe/runner/probe"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

var lot = flag.Int("lot", 0, "hold fuzz against the chosen planted defects and so many drawn by lot, and log what it takes to find them")

var silent = flag.Int("silent", 600, "ask an endpoint without a defect so many questions")

// fuzzed runs against the reference with a defect.
func fuzzed(t *testing.T, b reference.Behaviour, opts fuzz.Options) fuzz.Outcome {
	t.Helper()
	server, err := reference.StartWith(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	access, secret := server.Credentials()
	id := runner.NewID()
	e, err := endpoint.Open(t.Context(), endpoint.Config{URL: server.URL(), Region: server.Region(), AccessKey: access, SecretKey: secret, RunID: id, JournalDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	client, err := probe.New(probe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	opts.Carry = func(ctx context.Context, plan scenarios.Plan) (result.Report, []error) {
		return runner.Start(ctx, plan, e, client, id, runner.Options{Settle: 2 * time.Second}).Finish()
	}
	out := fuzz.Run(t.Context(), opts)
	for _, err := range out.Trouble {
		t.Errorf("clean-up: %v", err)
	}
	return out
}

// An endpoint that does as S3 does is not blamed for anything, whatever it is asked.
func TestSilenceWithoutADefect(t *testing.T) {
	out := fuzzed(t, reference.Behaviour{}, fuzz.Options{Seed: 1, Questions: *silent})
	for _, d := range out.Differences {
		text, _ := d.Scenario(out.Seed)
		t.Errorf("%s\n%s", d.Name, text)
	}
	for _, c := range slices.Concat(out.Flaky, out.Errors) {
		t.Errorf("%s is %s: %s %+v", c.ID, c.Verdict, c.Reason, c.Findings)
	}
	if out.Questions != *silent || out.Incomplete != "" {
		t.Errorf("%d questions were asked of %d: %s", out.Questions, *silent, out.Incomplete)
	}
	t.Logf("%d questions, %d requests in %s; %d facts, %d branches, %d pairs", out.Questions, out.Requests, out.Duration, out.Coverage.Facts(), out.Coverage.Branches(), out.Coverage.Pairs())
}

// found are planted defects of each sort, and how many rules it takes to show them; 0: as many as there are.
var found = map[string]int{
	"allow-origin-pattern": 1, "credentials-with-star": 1, "allow-headers-case-kept": 1, "vary-missing-on-actual": 1, "preflight-authorization-checked": 1,
	"no-headers-on-signed": 1, "actual-headers-on-missing-bucket": 1, "origin-case-ignored": 1, "header-first-only": 1, "only-first-rule": 2, "put-merges": 2,
}

func TestFindsPlantedDefects(t *testing.T) {
	all := reference.Defects()
	for name, rules := range found {
		if *lot == 0 && name != "vary-missing-on-actual" && name != "allow-headers-case-kept" {
			continue // settling takes its time where a defect hides that a configuration has changed
		}
		i := slices.IndexFunc(all, func(d reference.Defect) bool { return d.Name == name })
		if i < 0 {
			t.Errorf("there is no defect %s", name)
			continue
		}
		t.Run(name, func(t *testing.T) { find(t, all[i], 1500, rules) })
	}
}

// find holds that a defect is found, and as what it is.
func find(t *testing.T, d reference.Defect, questions, rules int) {
	t.Parallel() // most of it is waiting
	out := fuzzed(t, d.Behaviour, fuzz.Options{Seed: 1, Questions: questions, Differences: 1})
	if len(out.Differences) == 0 {
		t.Fatalf("not found in %d questions: %s", out.Questions, d.Summary)
	}
	first := out.Differences[0]
	text, err := first.Scenario(out.Seed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fuzz.Read(text); err != nil {
		t.Errorf("what it wrote is no scenario: %v\n%s", err, text)
	}
	if got := first.Case.Rules(); rules > 0 && got > rules {
		t.Errorf("shrunk to %d rules, expected %d\n%s", got, rules, text)
	}
	t.Logf("%s after %d questions, %s; %d rules, %d smaller cases tried\n%s", first.Finding.Check, first.After, out.Duration, first.Case.Rules(), first.Tries, text)
}

// TestLot is run by hand: go test ./runner/fuzz -run Lot -lot 40 -v.
func TestLot(t *testing.T) {
	if *lot == 0 {
		t.Skip("-lot says how many")
	}
	all := reference.Defects()
	r := rand.New(rand.NewPCG(40, 0))
	for _, i := range r.Perm(len(all))[:*lot] {
		t.Run(all[i].Name, func(t *testing.T) { find(t, all[i], 1500, 0) })
	}
}
