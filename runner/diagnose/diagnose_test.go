package diagnose_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/runnertest/race"
)

// Memory is cheaper here than the time to collect it.
func init() { debug.SetGCPercent(400) }

// 500 pairs and 200 triples take five minutes of processor time: go test ./runner/diagnose -run PairsAndTriples -pairs 500 -v -timeout 1h.
var pairs = flag.Int("pairs", 40, "how many random pairs of deviations are planted together, and two fifths as many triples")

var (
	once     sync.Once
	faithful result.Report
)

// catalogue is the report of the built-in catalogue on an endpoint that answers as S3 does.
func catalogue(t testing.TB) result.Report {
	t.Helper()
	once.Do(func() {
		server, err := reference.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close(context.Background()) })
		faithful = runnertest.Connect(t, server).CleanRun(t, runnertest.Catalogue(t), runner.Options{Settle: 10 * time.Second})
	})
	if s := faithful.Summary; s.Passed == 0 || s.Passed+s.Unsupported != s.Cells { // the server behind it does not have every operation
		t.Fatalf("the faithful endpoint came to %+v", faithful.Summary)
	}
	return faithful
}

func plantable() []dialect.Deviation {
	return slices.DeleteFunc(dialect.Examples(), func(d dialect.Deviation) bool { return d.Class == dialect.Open })
}

func failed(r result.Report) int {
	n := 0
	for _, c := range r.Cells {
		if c.Verdict == result.Failed {
			n++
		}
	}
	return n
}

// exactly reports that there are causes, and that every one is planted, or could be another that is.
func exactly(d diagnose.Diagnosis, planted dialect.Dialect) bool {
	if len(d.Unexplained) > 0 || len(d.Causes) == 0 || len(d.Causes) > len(planted) {
		return false
	}
	for i, c := range d.Causes {
		name := c.Deviation
		is := func(one dialect.Deviation) bool {
			return one.String() == d.Written(i) || slices.Contains(c.Alternatives, one.String()) || one.Name == name
		}
		if !slices.ContainsFunc(planted, is) {
			return false
		}
	}
	return true
}

// Nothing of the catalogue is beyond the diagnosis, its operations, keys and calls included: every exchange is read, and where the endpoint
// answers as S3 does, foreseen by S3's own dialect. What a scenario itself expects otherwise is left to it.
func TestNothingIsBlind(t *testing.T) {
	race.Skip(t)
	unread, unforeseen := diagnose.Blind(catalogue(t))
	t.Logf("%d unread, %d unforeseen", len(unread), len(unforeseen))
	for _, id := range unread {
		t.Errorf("not read: %s", id)
	}
	for _, id := range unforeseen {
		t.Errorf("not foreseen: %s", id)
	}
}

func TestFaithful(t *testing.T) {
	race.Skip(t)
	d := diagnose.Report(catalogue(t))
	if len(d.Causes) > 0 || len(d.Unexplained) > 0 {
		t.Errorf("causes %v, unexplained %v", d.Causes, d.Unexplained)
	}
}

// Every deviation is diagnosed as itself, or as one that answers the same on all of the catalogue.
func TestEachDeviation(t *testing.T) {
	race.Skip(t)
	r := catalogue(t)
	all := plantable()
	exact, slowest := 0, time.Duration(0)
	for _, one := range all {
		report := diagnose.Plant(r, dialect.Dialect{one})
		if failed(report) == 0 {
			t.Errorf("%s: no cell fails", one)
			continue
		}
		start := time.Now()
		d := diagnose.Report(report)
		if took := time.Since(start); took > 2*time.Second {
			t.Logf("%s takes %v", one, took)
		}
		slowest = max(slowest, time.Since(start))
		if exactly(d, dialect.Dialect{one}) {
			exact++
			continue
		}
		t.Errorf("%s is diagnosed as %s, with %d of %d cells unexplained: %s", one, d.Dialect, len(d.Unexplained), failed(report), first(d.Unexplained))
	}
	t.Logf("%d of %d diagnosed as themselves or their like, the slowest in %v", exact, len(all), slowest)
}

// What a run of such an endpoint shows is more than was planted in a report: pages delete configurations, objects are made, documents are long, and
// calls are left out where those before them were refused. It is diagnosed all the same, and nothing else is.
func TestRunsOfDeviations(t *testing.T) {
	race.Skip(t)
	plan := runnertest.Catalogue(t, "lifecycle/**", "operations/further/**", "rules/kibibytes/**", "actual/errors/**", "addressing/further/**")
	for _, name := range []string{"put-once", "put-merges", "preflight-key-needed", "refuses-id", "returned-max-age", "delete-never", "refuses-without-max-age"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planted := dialecttest.Dialect(t, name)
			server, err := reference.StartWith(t.Context(), reference.Behaviour{Dialect: planted})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = server.Close(context.Background()) }()
			report := runnertest.Connect(t, server).CleanRun(t, plan, runner.Options{Settle: 400 * time.Millisecond})
			if d := diagnose.Report(report); !exactly(d, planted) || len(d.Causes) != 1 {
				t.Errorf("diagnosed as %s, with %d of %d cells unexplained: %s", d.Dialect, len(d.Unexplained), failed(report), first(d.Unexplained))
			}
		})
	}
}

func first(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// What several deviations at once come to is found all the same.
func TestPairsAndTriples(t *testing.T) {
	race.Skip(t)
	for _, c := range []struct {
		of, times        int
		exact, explained float64
	}{{2, *pairs, 0.95, 0.99}, {3, *pairs * 2 / 5, 0.95, 0.99}} {
		t.Run(strconv.Itoa(c.of), func(t *testing.T) { together(t, c.of, c.times, c.exact, c.explained) })
	}
}

func together(t *testing.T, of, times int, exactAim, explainedAim float64) {
	r := catalogue(t)
	if times < 1 {
		t.Fatal("nothing would be planted: -pairs is too few")
	}
	all := plantable()
	random := rand.New(rand.NewPCG(1, uint64(of)))
	exact, explained := 0, 0
	var missed []string
	began := time.Now()
	for range times {
		var planted dialect.Dialect
		for _, i := range random.Perm(len(all))[:of] {
			planted = append(planted, all[i])
		}
		report := diagnose.Plant(r, planted)
		if failed(report) == 0 {
			t.Errorf("%s: no cell fails", planted)
		}
		d := diagnose.Report(report)
		if len(d.Unexplained) == 0 {
			explained++
		}
		if exactly(d, planted) {
			exact++
		} else {
			missed = append(missed, fmt.Sprintf("%s: %s, %d unexplained", planted, d.Dialect, len(d.Unexplained)))
		}
	}
	t.Logf("%d of %d exactly, %d fully explained, %v each", exact, times, explained, time.Since(began)/time.Duration(times))
	t.Log(strings.Join(missed, "\n"))
	if float64(exact) < exactAim*float64(times) || float64(explained) < explainedAim*float64(times) {
		t.Errorf("%d of %d exactly, %d fully explained", exact, times, explained)
	}
}
