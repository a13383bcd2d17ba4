package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/s3cors"
)

// rule is the configuration that every tool asks about.
var rule = s3cors.Rule{
	AllowedOrigins: []string{"https://*.example.com"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"*"},
}

var (
	methods = []string{"GET", "PUT"}
	headers = []string{"", "x-amz-date", "content-type", "content-type,x-amz-date", "x-amz-meta-title"}
)

// origins are as many as make n cells; every other one is not allowed.
func origins(n int) []string {
	var all []string
	for i := range n / len(methods) / len(headers) / 2 {
		all = append(all, fmt.Sprintf("https://a%d.example.com", i), fmt.Sprintf("https://b%d.example.org", i))
	}
	return all
}

// matrix is the n preflights.
func (s *s3) matrix(n int) []preflight {
	var all []preflight
	for _, origin := range origins(n) {
		for _, method := range methods {
			for _, names := range headers {
				all = append(all, preflight{s.url + "/" + s.bucket + "/object.txt", origin, method, names})
			}
		}
	}
	return all
}

// prepare makes the bucket that tools ask which make none.
func (s *s3) prepare(b *testing.B) {
	b.Helper()
	ctx := context.Background()
	e, err := endpoint.Open(ctx, endpoint.Config{URL: s.url, Region: "us-east-1", AccessKey: accessKey, SecretKey: secretKey, RunID: "bench", JournalDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	bucket, err := e.NewBucket(ctx)
	if err != nil {
		b.Fatal(err)
	}
	if err := bucket.PutCORS(ctx, &s3cors.Configuration{CORSRules: []s3cors.Rule{rule}}); err != nil {
		b.Fatal(err)
	}
	s.bucket = bucket.Name()
}

// contenders are the tools that there are. k6 and venom are built from the module in testdata/peers; one that cannot be is left out, and that
// is said.
func contenders(b *testing.B, dir string) []contender {
	b.Helper()
	binary := build(b, dir)
	all := []contender{{"loop", runLoop}, {"corsprobe", func(dir string, s *s3, n int) (usage, error) { return runCorsprobe(binary, dir, s, n) }}}
	for _, peer := range []struct {
		name, pkg string
		run       func(binary, dir string, s *s3, n int) (usage, error)
	}{{"k6", "go.k6.io/k6", runK6}, {"venom", "github.com/ovh/venom/cmd/venom", runVenom}} {
		path := os.Getenv("BENCH_" + strings.ToUpper(peer.name)) // one that is built already
		if path == "" && testing.Short() {
			fmt.Printf("%s is left out: -short\n", peer.name)
			continue
		}
		if path == "" {
			path = filepath.Join(dir, peer.name)
			cmd := exec.Command("go", "build", "-o", path, peer.pkg)
			cmd.Dir = filepath.Join("testdata", "peers")
			if out, err := cmd.CombinedOutput(); err != nil {
				fmt.Printf("%s is left out: it cannot be built here: %v\n%.500s\n", peer.name, err, out)
				continue
			}
		}
		all = append(all, contender{peer.name, func(dir string, s *s3, n int) (usage, error) { return peer.run(path, dir, s, n) }})
	}
	return all
}

// asked writes the matrix to a file.
func (s *s3) asked(dir string, n int) (string, error) {
	data, err := json.Marshal(s.matrix(n))
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "matrix"+strconv.Itoa(n)+".json")
	return path, os.WriteFile(path, data, 0o600)
}

func runLoop(dir string, s *s3, n int) (usage, error) {
	path, err := s.asked(dir, n)
	if err != nil {
		return usage{}, err
	}
	u, _, err := measured(os.Args[0], []string{loopVariable + "=" + path})
	return u, err
}

// runCorsprobe does all that a user would have: a bucket, its configuration, settling, judging, specs, a JSON report, clean-up.
func runCorsprobe(binary, dir string, s *s3, n int) (usage, error) {
	scenario := filepath.Join(dir, "large.yaml")
	text := "name: large\ncors: {CORSRules: [{AllowedOrigins: ['https://*.example.com'], AllowedMethods: [GET, PUT], AllowedHeaders: ['*']}]}\n" +
		"matrix:\n  origins: [" + strings.Join(origins(n), ", ") + "]\n  methods: [GET, PUT]\n" +
		"  headers: [none, x-amz-date, content-type, 'content-type,x-amz-date', x-amz-meta-title]\n  send: preflight\n"
	if err := os.WriteFile(scenario, []byte(text), 0o600); err != nil {
		return usage{}, err
	}
	report := filepath.Join(dir, "report.json")
	u, out, err := measured(binary, s.env, "run", scenario, "--endpoint", s.url, "--region", "us-east-1", "--concurrency", strconv.Itoa(concurrency), "--report", "json="+report)
	if want := fmt.Sprintf("Conforms: %d cells passed.", n+1); err == nil && !strings.Contains(out, want) {
		err = fmt.Errorf("corsprobe did not say %q:\n%.2000s", want, out)
	}
	return u, err
}

// runK6 has k6 send the same and check status and Access-Control-Allow-Origin, which is less than corsprobe judges.
func runK6(binary, dir string, s *s3, n int) (usage, error) {
	path, err := s.asked(dir, n)
	if err != nil {
		return usage{}, err
	}
	script, err := filepath.Abs(filepath.Join("testdata", "k6.js"))
	if err != nil {
		return usage{}, err
	}
	u, out, err := measured(binary, []string{"MATRIX=" + path, "VUS=" + strconv.Itoa(concurrency), "K6_NO_USAGE_REPORT=true"}, "run", "--quiet", "--address", "127.0.0.1:0", script)
	if want := fmt.Sprintf("%d out of %d", 2*n, 2*n); err == nil && !strings.Contains(out, want) {
		err = fmt.Errorf("k6 did not say %q:\n%.2000s", want, out)
	}
	return u, err
}

// runVenom has venom send the same and assert the same as k6. It has no concurrency within a suite.
func runVenom(binary, dir string, s *s3, n int) (usage, error) {
	var suite strings.Builder
	suite.WriteString("name: beside\ntestcases:\n")
	for i, p := range s.matrix(n) {
		fmt.Fprintf(&suite, "- name: c%d\n  steps:\n  - type: http\n    method: OPTIONS\n    url: %s\n    headers:\n      Origin: %s\n      Access-Control-Request-Method: %s\n", i, p.URL, p.Origin, p.Method)
		if p.Headers != "" {
			fmt.Fprintf(&suite, "      Access-Control-Request-Headers: %s\n", p.Headers)
		}
		if strings.HasSuffix(p.Origin, ".com") {
			fmt.Fprintf(&suite, "    assertions:\n    - result.statuscode ShouldEqual 200\n    - result.headers.Access-Control-Allow-Origin ShouldEqual %s\n", p.Origin)
		} else {
			suite.WriteString("    assertions:\n    - result.statuscode ShouldEqual 403\n")
		}
	}
	path := filepath.Join(dir, "suite.yml")
	if err := os.WriteFile(path, []byte(suite.String()), 0o600); err != nil {
		return usage{}, err
	}
	u, _, err := measured(binary, nil, "run", "--output-dir", filepath.Join(dir, "venom-output"), path)
	return u, err
}
