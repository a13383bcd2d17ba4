package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"corsprobe/runner/result"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// sameResults fails unless two reports hold the same cells with the same verdicts and findings, in the same order, and the same sums:
// sameresults a.json b.json.
func sameResults(ts *testscript.TestScript, _ bool, args []string) {
	type cell struct{ ID, Verdict, Findings string }
	type results struct {
		Digest    string
		Summary   result.Summary
		Scenarios []result.Scenario
		Stale     []result.StaleDeviation
		Cells     []cell
	}
	read := func(name string) results {
		r, err := readReport(ts.MkAbs(name))
		ts.Check(err)
		r.Summary.Requests, r.Summary.CellRequests, r.Summary.SlowDowns = 0, 0, 0 // each shard has its own set-up
		all := results{Digest: r.Run.Digest, Summary: r.Summary, Scenarios: r.Scenarios, Stale: r.Stale}
		for _, c := range r.Cells {
			findings := ""
			for _, f := range c.Findings {
				findings += f.Check + " " + string(f.Class) + "; "
			}
			all.Cells = append(all.Cells, cell{c.ID, string(c.Verdict), findings})
		}
		return all
	}
	if diff := cmp.Diff(read(args[0]), read(args[1])); diff != "" {
		ts.Fatalf("%s and %s differ (-first +second):\n%s", args[0], args[1], diff)
	}
}

// shellLine is the shell part of a line of a CI system's file.
var shellLine = regexp.MustCompile(`corsprobe (?:run|merge) [^'\n]+`)

// examples writes the shell commands of the CI examples to files: .github/workflows/cors.yaml to cors.yaml.sh, and so on. The
// page is the one place where they stand.
func examples(ts *testscript.TestScript, _ bool, _ []string) {
	readme, err := os.ReadFile(filepath.Join(shipped, "README.md"))
	ts.Check(err)
	found := 0
	for _, m := range regexp.MustCompile("(?s)```(?:yaml|groovy)\n(?:#|//) ([\\w./-]+)(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		lines := shellLine.FindAllString(m[2], -1)
		if len(lines) == 0 {
			continue // no CI system's
		}
		found++
		name := strings.TrimSuffix(filepath.Base(m[1]), ":") + ".sh"
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(strings.Join(lines, "\n")+"\n"), 0o666))
	}
	if found != 3 {
		ts.Fatalf(".github/README.md has %d examples, want 3", found)
	}
}

// startPages starts a server that is no S3, and names it in PAGES: /open to every page, all else to none.
func startPages(ts *testscript.TestScript, _ bool, _ []string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header()["ETag"] = []string{`"1"`}
		if r.URL.Path == "/open" {
			for _, name := range []string{"Origin", "Methods", "Headers"} {
				w.Header().Set("Access-Control-Allow-"+name, "*")
			}
		}
		fmt.Fprint(w, "hello")
	}))
	ts.Defer(server.Close)
	ts.Setenv("PAGES", server.URL)
}

func TestShardOf(t *testing.T) {
	for _, c := range []struct {
		name, flag string
		env        map[string]string
		want       string
	}{
		{"nothing", "", nil, "<nil> "},
		{"flag", "2/3", nil, "&{2 3} --shard"},
		{"all of it, whatever the environment", "1/1", map[string]string{"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, "&{1 1} --shard"},
		{"GitLab", "", map[string]string{"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, "&{2 3} CI_NODE_INDEX and CI_NODE_TOTAL"},
		{"GitLab without parallel", "", map[string]string{"CI_NODE_TOTAL": "1"}, "<nil> "},
		{"Kubernetes", "", map[string]string{"JOB_COMPLETION_INDEX": "0", "CORSPROBE_SHARDS": "3"}, "&{1 3} JOB_COMPLETION_INDEX and CORSPROBE_SHARDS"},
		{"a Kubernetes job of another kind", "", map[string]string{"JOB_COMPLETION_INDEX": "0"}, "<nil> "},
		{"GitLab on Kubernetes", "", map[string]string{"JOB_COMPLETION_INDEX": "2", "CORSPROBE_SHARDS": "3", "CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "2"},
			"&{3 3} JOB_COMPLETION_INDEX and CORSPROBE_SHARDS"},
		{"the flag's total", "/3", map[string]string{"JOB_COMPLETION_INDEX": "1"}, "&{2 3} --shard and JOB_COMPLETION_INDEX"},
		{"the flag's total in GitLab", "/3", map[string]string{"CI_NODE_INDEX": "1"}, "&{1 3} --shard and CI_NODE_INDEX"},
		{"beyond", "", map[string]string{"JOB_COMPLETION_INDEX": "3", "CORSPROBE_SHARDS": "3"},
			"shard by JOB_COMPLETION_INDEX and CORSPROBE_SHARDS: found 3/3, expected I/N with I from 0 to N-1"},
		{"no number", "", map[string]string{"CI_NODE_INDEX": "x", "CI_NODE_TOTAL": "3"},
			"shard by CI_NODE_INDEX and CI_NODE_TOTAL: found x/3, expected I/N with I from 1 to N"},
		{"a part of nothing", "3", nil, "--shard 3: expected I/N, which part and of how many, such as 1/3"},
		{"too many", "1/99999", nil, "shard by --shard: found 1/99999, expected I/N with I from 1 to N"},
	} {
		t.Run(c.name, func(t *testing.T) {
			shard, by, err := shardOf(c.flag, func(name string) string { return c.env[name] })
			got := fmt.Sprint(shard, " ", by)
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
