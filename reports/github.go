package reports

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/file"
	"corsprobe/runner/result"
)

// Auto is the path that stands for the step summary of the GitHub workflow that corsprobe runs in.
const Auto = "auto"

// summaryVariable names the file that GitHub makes a step's summary of.
const summaryVariable = "GITHUB_STEP_SUMMARY"

// What GitHub shows; it drops what is beyond, a summary as a whole.
const (
	summaryLimit    = 1 << 20 // bytes of one step's summary, all that write to it taken together
	annotationLimit = 10      // errors of one step
	causeLimit      = 5       // lines of one annotation: as many as its box shows without a click
)

// summaryPath finds the step summary that "auto" means.
func summaryPath(path string, getenv func(string) string) (string, error) {
	switch path {
	case Stdout:
		return "", errors.New("its path is the step summary's, for annotations go to standard output in any case: write github=auto")
	case Auto:
		if path = getenv(summaryVariable); path == "" {
			return "", fmt.Errorf("%s is not set, as it is in a step of a GitHub workflow; elsewhere write github=PATH, or markdown=PATH", summaryVariable)
		}
	}
	return path, nil
}

// writeSummary writes the Markdown of a step summary that is still empty.
func writeSummary(w io.Writer, r result.Report) error {
	text, err := fit(markdownBlocks(r), summaryLimit)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}

// publish appends the Markdown to the step summary at path, which other steps' tools write to as well, and writes annotations to stdout.
// A summary that cannot be written takes none of the annotations away.
func publish(path string, r result.Report, stdout io.Writer) error {
	return errors.Join(appendSummary(path, markdownBlocks(r)), buffered(stdout, func(w io.Writer) error { return annotate(w, r) }))
}

func appendSummary(path string, blocks []string) error {
	f, err := file.Append(path)
	if err != nil {
		return err
	}
	return errors.Join(appendTo(f, blocks), f.Close())
}

func appendTo(f *os.File, blocks []string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	separator := ""
	if info.Size() > 0 {
		separator = "\n\n" // whatever was there may not end its line
	}
	text, err := fit(blocks, summaryLimit-int(info.Size())-len(separator))
	if err != nil {
		return err
	}
	_, err = f.WriteString(separator + text) // in one write, for others may append too
	return err
}

const cutNote = "… cut here, for GitHub shows no step summary of more than 1 MiB. The other reports of the run have the rest.\n"

// fit joins as many blocks as there is room for, and says so where that is not all.
func fit(blocks []string, room int) (string, error) {
	text := strings.Join(blocks, "\n\n") + "\n"
	if len(text) <= room {
		return text, nil
	}
	if room < len(cutNote) {
		return "", errors.New("the step summary is full: GitHub shows none of more than 1 MiB")
	}
	var b strings.Builder
	for _, block := range blocks {
		if b.Len()+len(block)+len("\n\n")+len(cutNote) > room {
			break
		}
		b.WriteString(block + "\n\n")
	}
	return b.String() + cutNote, nil
}

// annotation is a message that GitHub shows at a line of a file.
type annotation struct {
	file           string
	line           int
	title, message string
}

// annotate writes what is wrong as workflow commands, one a scenario.
func annotate(w io.Writer, r result.Report) error {
	out := bufio.NewWriter(w) // its error sticks, and Flush returns it
	for _, a := range fewAnnotations(annotations(r)) {
		_, _ = out.WriteString(a.command() + "\n")
	}
	return out.Flush()
}

// fewAnnotations keeps to the limit, with the last one for those that it leaves out.
func fewAnnotations(all []annotation) []annotation {
	if len(all) <= annotationLimit {
		return all
	}
	shown := slices.Clip(all[:annotationLimit-1])
	return append(shown, annotation{
		title:   "corsprobe: more",
		message: fmt.Sprintf("%d more like these: the step summary and the reports have them", len(all)-len(shown)),
	})
}

// annotations lists what is wrong with the run as a whole, then the scenarios, worst first.
func annotations(r result.Report) []annotation {
	var all []annotation
	for _, p := range runProblems(r) {
		all = append(all, annotation{p.file, p.line, "corsprobe", p.message})
	}
	groups := groupBy(pick(r.Cells, isWrong), scenarioPlace)
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(worstOf(a.cells), worstOf(b.cells)) })
	for _, g := range groups {
		c := g.cells[0]
		title := "corsprobe: " + brief(c.Scenario, valueLimit) + ", " + plural(len(g.cells), "cell")
		file, line := ownFile(c)
		all = append(all, annotation{file, line, title, strings.Join(groupLines(g.cells), "\n")})
	}
	return all
}

// worstOf is the badness of the worst finding in some cells; without any they come last.
func worstOf(cells []*result.Cell) int {
	least := len(result.Classes) + 1
	for _, c := range cells {
		if f, found := worst(c.Findings); found {
			least = min(least, badness(f))
		}
	}
	return least
}

// groupLines says what the findings of some cells come down to.
func groupLines(cells []*result.Cell) []string {
	var lines []string
	for _, c := range causesOf(cells, func(f result.Finding) bool { return f.Known == nil }, how) {
		lines = append(lines, fmt.Sprintf("%s in %s: expected %s, got %s", heading(c.finding), plural(c.cells, "cell"),
			brief(c.finding.Expected, valueLimit), brief(c.finding.Got, valueLimit)))
	}
	withoutFindings := slices.DeleteFunc(slices.Clone(cells), func(c *result.Cell) bool { return len(c.Findings) > 0 })
	for _, g := range groupBy(withoutFindings, messageOf) {
		lines = append(lines, plural(len(g.cells), "cell")+": "+g.key)
	}
	if more := len(lines) - causeLimit; more > 0 {
		lines = append(lines[:causeLimit], "… and "+strconv.Itoa(more)+" more")
	}
	return lines
}

var (
	escapeMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// command renders an annotation as GitHub's runner reads it from standard output.
func (a annotation) command() string {
	var properties []string
	if a.file != "" {
		properties = append(properties, "file="+escapeProperty.Replace(a.file))
		if a.line > 0 {
			properties = append(properties, "line="+strconv.Itoa(a.line))
		}
	}
	properties = append(properties, "title="+escapeProperty.Replace(a.title))
	return "::error " + strings.Join(properties, ",") + "::" + escapeMessage.Replace(a.message)
}
