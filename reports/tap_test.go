package reports

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"corsprobe/runner/result"
)

func TestTAPGolden(t *testing.T) {
	golden(t, "report.tap", render(t, TAP, shortened(sample())))
}

// tapPoint is a test point as a harness reads it.
type tapPoint struct {
	ok                             bool
	description, directive, reason string
	diagnostics                    map[string]any
}

var (
	tapPlan  = regexp.MustCompile(`^1\.\.(\d+)$`)
	tapLine  = regexp.MustCompile(`^(ok|not ok) (\d+) - (.*)$`)
	tapHash  = regexp.MustCompile(`^((?:[^#\\]|\\.)*?) # (SKIP|TODO) (.*)$`)
	tapPlain = regexp.MustCompile(`^(?:[^#\\]|\\[#\\])*$`)
)

// readTAP reads TAP 14 as strictly as its specification lets it: version, plan, comments, points in order, blocks of YAML that belong to a
// point, every # and \ escaped. Whatever else there is, is a problem.
func readTAP(text string) (points []tapPoint, problems []string) {
	complain := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if !strings.HasSuffix(text, "\n") {
		complain("no line end at the end")
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 2 || lines[0] != "TAP version 14" || !tapPlan.MatchString(lines[1]) {
		return nil, append(problems, "no version and plan")
	}
	for i := 2; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "# Subtest"):
		case tapLine.MatchString(line):
			p, number := readPoint(tapLine.FindStringSubmatch(line))
			if points = append(points, p); number != len(points) {
				complain("point %d is numbered %d", len(points), number)
			}
			if !tapPlain.MatchString(p.description) || !tapPlain.MatchString(p.reason) {
				complain("something is not escaped in %.300q", line)
			}
		case line == "  ---" && len(points) > 0 && points[len(points)-1].diagnostics == nil:
			n := blockLength(lines[i+1:])
			if err := yaml.Unmarshal([]byte(strings.Join(lines[i+1:i+1+n], "\n")), &points[len(points)-1].diagnostics); err != nil {
				complain("diagnostics: %v", err)
			}
			if i += n + 1; i >= len(lines) {
				complain("a block without an end")
			}
		default:
			complain("no TAP: %.300q", line)
		}
	}
	if plan := tapPlan.FindStringSubmatch(lines[1])[1]; plan != strconv.Itoa(len(points)) {
		complain("%s points are planned, %d came", plan, len(points))
	}
	return points, problems
}

func readPoint(parts []string) (tapPoint, int) {
	number, _ := strconv.Atoi(parts[2])
	p := tapPoint{ok: parts[1] == "ok", description: parts[3]}
	if d := tapHash.FindStringSubmatch(parts[3]); d != nil {
		p.description, p.directive, p.reason = d[1], d[2], d[3]
	}
	return p, number
}

// blockLength counts the lines of a block of YAML before its end; all of them are indented.
func blockLength(lines []string) int {
	for i, l := range lines {
		if l == "  ..." || !strings.HasPrefix(l, "  ") {
			return i
		}
	}
	return len(lines)
}

func TestReadTAPIsStrict(t *testing.T) {
	const head = "TAP version 14\n1..1\n"
	for _, text := range []string{
		"", "TAP version 13\n1..1\nok 1 - a\n", head, head + "ok 1 - a", head + "ok 1 - a\nok 2 - b\n", head + "ok 2 - a\n", head + "ok 1 - a # todo\n",
		head + "ok 1 - a \\x\n", head + "ok 1 - a\n  ---\n  a: b\n", head + "ok 1 - a\n  ---\n  a: b\nok 2\n  ...\n", head + "ok 1 - a\nBail out!\n",
		head + "ok 1 - a\n  ---\n  a: [\n  ...\n", head + "  ---\n  ...\nok 1 - a\n", head + "ok 1 - a\n\n", head + "pragma +strict\nok 1 - a\n",
	} {
		if _, problems := readTAP(text); problems == nil {
			t.Errorf("takes %q", text)
		}
	}
}

func TestTAPAsAHarnessReadsIt(t *testing.T) {
	r := sample()
	points, problems := readTAP(string(render(t, TAP, r)))
	if problems != nil {
		t.Fatalf("%q", problems)
	}
	if want := len(r.Cells) + len(r.Stale); len(points) != want {
		t.Fatalf("%d points, want %d", len(points), want)
	}
	for i, p := range points[len(r.Stale):] {
		c := &r.Cells[i]
		want := map[result.Verdict]tapPoint{
			result.Passed:      {ok: true},
			result.Unsupported: {ok: true, directive: "SKIP", reason: "virtual-hosted addressing: the endpoint is an IP address"},
			result.Known:       {directive: "TODO", reason: "accepts CONNECT as AllowedMethod <https://example.com/issues/9>"},
		}[c.Verdict]
		want.description = escapeTAP(visible(c.ID))
		if isWrong(c.Verdict) {
			want.diagnostics = map[string]any{
				"message": messageOf(c), "severity": "fail", "at": map[string]any{"file": c.File, "line": c.Line}, "details": p.diagnostics["details"],
			}
		}
		if diff := cmp.Diff(want, p, cmp.AllowUnexported(tapPoint{})); diff != "" {
			t.Errorf("%s cell (-want +got):\n%s", c.Verdict, diff)
		}
	}
}

// The details of a diagnostic are the lines that other formats show.
func TestTAPDetails(t *testing.T) {
	c := broken()
	points, _ := readTAP(string(render(t, TAP, result.Report{Cells: []result.Cell{c}})))
	var got []string
	for _, line := range points[0].diagnostics["details"].([]any) {
		got = append(got, line.(string))
	}
	if diff := cmp.Diff(problemLines(&c), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTAPEscapes(t *testing.T) {
	c := newCell("a/b", `x # TODO y \# z \`, "", result.Passed)
	got := string(render(t, TAP, result.Report{Cells: []result.Cell{c}}))
	if want := `ok 1 - a/b/x \# TODO y \\\# z \\` + "\n"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want %q at its end", got, want)
	}
}

func TestTAPIsNeverGreenByAccident(t *testing.T) {
	r := clean()
	r.Run.Incomplete = "interrupted"
	for _, tc := range []struct {
		r    result.Report
		want string
	}{{r, "the run is complete"}, {result.Report{}, "something was judged"}} {
		points, problems := readTAP(string(render(t, TAP, tc.r)))
		if problems != nil || points[0].ok || points[0].description != tc.want {
			t.Errorf("got %+v and %q, want %s not ok", points, problems, tc.want)
		}
	}
}
