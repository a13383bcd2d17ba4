package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// BenchmarkRun is the whole program on scenarios of so many cells, half of them refused, against the embedded server in the same process:
// its time, and the most memory that it had.
func BenchmarkRun(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "corsprobe")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", binary, "../..").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, cells := range []int{1000, 10_000, 100_000} {
		b.Run(strconv.Itoa(cells), func(b *testing.B) {
			file := filepath.Join(b.TempDir(), "large.yaml")
			if err := os.WriteFile(file, []byte(large(cells)), 0o600); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				cmd := exec.Command(binary, "run", file, "--report", "json="+filepath.Join(b.TempDir(), "report.json"))
				cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL=", "AWS_ENDPOINT_URL_S3=", "AWS_PROFILE=")
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v: %s", err, out)
				}
				if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
					b.ReportMetric(float64(usage.Maxrss)/1024, "peak-MiB") // Linux counts in KiB
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*cells)/1000, "µs/cell")
		})
	}
}

// large is a scenario of n preflights.
func large(n int) string {
	var origins strings.Builder
	for i := range n / 20 {
		fmt.Fprintf(&origins, "https://a%d.example.com, https://b%d.example.org, ", i, i)
	}
	return `name: large
cors:
  CORSRules:
    - AllowedOrigins: [https://*.example.com]
      AllowedMethods: [GET, PUT]
      AllowedHeaders: ["*"]
      MaxAgeSeconds: 600
matrix:
  origins: [` + origins.String() + `]
  methods: [GET, PUT]
  headers: [none, x-amz-date, content-type, "x-amz-date,content-type", x-amz-meta-title]
  send: preflight
`
}
