package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"corsprobe/runner/result"
)

// The elements of JUnit XML, as far as its readers agree on them.
type (
	junitRoot struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Skipped *int          `xml:"skipped,attr"`
		Time    string        `xml:"time,attr"`
		Suites  []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Skipped    *int             `xml:"skipped,attr"`
		Time       string           `xml:"time,attr,omitempty"`
		Timestamp  string           `xml:"timestamp,attr,omitempty"`
		Properties *junitProperties `xml:"properties"`
		Cases      []*junitCase     `xml:"testcase"`

		took time.Duration
	}
	junitCounts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
	}
	junitCase struct {
		Name       string           `xml:"name,attr"`
		Classname  string           `xml:"classname,attr"`
		Time       string           `xml:"time,attr"`
		File       string           `xml:"file,attr,omitempty"`
		Line       int              `xml:"line,attr,omitempty"`
		Properties *junitProperties `xml:"properties"`
		Failure    *junitProblem    `xml:"failure"`
		Error      *junitProblem    `xml:"error"`
		Skipped    *junitProblem    `xml:"skipped"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Markup  string `xml:",innerxml"` // see markup
	}
	junitProperties struct {
		List []junitProperty `xml:"property"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
)

// runSuite holds what is wrong with a run as a whole. It is there only when something is, so that it never adds to the count of a good run.
const runSuite = "cors.corsprobe"

// writeJUnit writes JUnit XML with everything that some reader shows: places in files, properties, counts of what was skipped.
func writeJUnit(w io.Writer, r result.Report) error {
	return encodeXML(w, junitDocument(r))
}

// writeJUnitStrict writes the same without what junit-10.xsd, the schema of Jenkins' xunit plugin, does not know.
func writeJUnitStrict(w io.Writer, r result.Report) error {
	root := junitDocument(r)
	root.Skipped = nil
	for _, s := range root.Suites {
		s.Skipped, s.Time, s.Timestamp, s.Properties = nil, "", "", nil
		for _, c := range s.Cases {
			c.File, c.Line, c.Properties = "", 0, nil
		}
	}
	return encodeXML(w, root)
}

// encodeXML relies on the encoder for markup, and for characters that XML 1.0 forbids and invalid UTF-8, which become U+FFFD.
func encodeXML(w io.Writer, document any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(document); err != nil {
		return err
	}
	if err := e.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitDocument(r result.Report) *junitRoot {
	root := &junitRoot{Name: "corsprobe", Time: seconds(r.Run.Duration), Skipped: new(int)}
	if s := suiteOfRun(r); len(s.Cases) > 0 {
		root.Suites = append(root.Suites, s)
	}
	all := pick(r.Cells, func(result.Verdict) bool { return true })
	for _, g := range groupBy(all, func(c *result.Cell) string { return c.Scenario }) {
		s := &junitSuite{Name: classname(g.key)}
		for _, c := range g.cells {
			s.add(junitCell(c), c.Duration)
		}
		root.Suites = append(root.Suites, s)
	}
	for _, s := range root.Suites {
		s.finish(r)
		root.add(s)
	}
	return root
}

// classname makes Jenkins' packages of the folders of a scenario's id: "cors.origins.exact" is shown as exact in cors.origins.
func classname(scenario string) string {
	return "cors." + strings.ReplaceAll(visible(scenario), "/", ".")
}

func (root *junitRoot) add(s *junitSuite) {
	root.Tests += s.Tests
	root.Failures += s.Failures
	root.Errors += s.Errors
	*root.Skipped += *s.Skipped
}

func (s *junitSuite) add(c *junitCase, took time.Duration) {
	c.Classname, c.Time = s.Name, seconds(took)
	s.Cases = append(s.Cases, c)
	s.took += took
}

// finish counts the elements that are there, so that counts can never disagree with them.
func (s *junitSuite) finish(r result.Report) {
	s.Tests, s.Skipped, s.Time = len(s.Cases), new(int), seconds(s.took)
	for _, c := range s.Cases {
		switch {
		case c.Error != nil:
			s.Errors++
		case c.Failure != nil:
			s.Failures++
		case c.Skipped != nil:
			*s.Skipped++
		}
	}
	if !r.Run.Started.IsZero() {
		s.Timestamp = r.Run.Started.UTC().Format("2006-01-02T15:04:05")
	}
	s.Properties = properties("endpoint", r.Endpoint.URL, "server", r.Endpoint.Name, "tool", r.Run.Tool, "run", r.Run.ID)
}

// seconds renders a time as every schema accepts it: never an exponent, three decimals.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(max(0, d.Seconds()), 'f', 3, 64)
}

// properties takes names and values in turn, and leaves out what is empty.
func properties(pairs ...string) *junitProperties {
	var p junitProperties
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			p.List = append(p.List, junitProperty{pair[0], brief(pair[1], valueLimit)})
		}
	}
	if len(p.List) == 0 {
		return nil
	}
	return &p
}

// junitCell makes a testcase of a cell. Its name is the id within the scenario: a title may be reworded, and would end the case's history.
func junitCell(c *result.Cell) *junitCase {
	class := ""
	if f, any := worst(c.Findings); any {
		class = string(f.Class)
	}
	out := &junitCase{Name: shortID(c), File: visible(c.File), Line: c.Line}
	out.Properties = properties("cell", c.ID, "title", c.Title, "scenario", c.Scenario, "verdict", string(c.Verdict), "class", class)
	switch c.Verdict {
	case result.Passed:
	case result.Known, result.Unsupported:
		out.Skipped = &junitProblem{Message: skipReason(c)}
	case result.Failed:
		out.Failure = problem(c, class, failedMessage(c))
	case result.Flaky:
		out.Failure = problem(c, "flaky", "flaky: "+flakyMessage(c))
	case result.Error:
		out.Error = problem(c, "error", brief(c.Reason, valueLimit))
	default: // never green by accident
		out.Error = problem(c, "error", fmt.Sprintf("the cell has no verdict that a report knows: %q", c.Verdict))
	}
	return out
}

func skipReason(c *result.Cell) string {
	reason := brief(c.Reason, valueLimit)
	if c.Verdict == result.Known {
		if all := deviationsOf(c); len(all) > 0 {
			reason = strings.Join(all, "; ")
		}
	}
	return string(c.Verdict) + ": " + reason
}

// deviationsOf lists each listed deviation that covers a finding of a cell once.
func deviationsOf(c *result.Cell) []string {
	var all []string
	for _, f := range c.Findings {
		if f.Known == nil {
			continue
		}
		if d := deviation(*f.Known); !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

func failedMessage(c *result.Cell) string {
	f, any := worst(c.Findings)
	if !any {
		return "failed without a finding"
	}
	message := fmt.Sprintf("%s: expected %s, got %s", heading(f), brief(f.Expected, valueLimit), brief(f.Got, valueLimit))
	if more := len(c.Findings) - 1; more > 0 {
		message += " (and " + plural(more, "more finding") + ")"
	}
	return message
}

func flakyMessage(c *result.Cell) string {
	why := brief(c.Reason, valueLimit)
	if why == "" {
		why = "the same request was answered in two ways"
	}
	if len(c.Findings) == 0 {
		return why
	}
	return why + "; " + failedMessage(c)
}

// problem writes the text that a reader of JUnit shows: the message, every mismatch, what a browser makes of it, the evidence, the
// commands to repeat it.
func problem(c *result.Cell, kind, message string) *junitProblem {
	lines := []string{message, ""}
	for _, f := range worstFirst(c.Findings) {
		lines = append(lines, heading(f))
		lines = append(append(lines, rowLines("  ", findingRows(f, valueLimit))...), "")
	}
	lines = append(lines, rowLines("", append([]row{
		{label: "cell", value: visible(c.ID)}, {label: "title", value: visible(c.Title)}}, cellRows(c)...))...)
	for _, ex := range c.Exchanges {
		lines = append(append(lines, ""), exchangeLines(ex, evidenceLimit)...)
	}
	if curl := curlRows(c); len(curl) > 0 {
		lines = append(append(lines, ""), rowLines("", curl)...)
	}
	return &junitProblem{Message: message, Type: kind, Markup: markup(strings.Join(lines, "\n"))}
}

// markup is text as XML. The encoder's own has references in place of line ends and quotes, which nobody can read in a file.
func markup(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return readable.Replace(b.String())
}

var readable = strings.NewReplacer("&#xA;", "\n", "&#34;", `"`, "&#39;", "'")

func rowLines(indent string, rows []row) []string {
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = strings.TrimRight(fmt.Sprintf("%s%-*s  %s", indent, labelWidth, r.label, r.value), " ")
	}
	return lines
}

// suiteOfRun makes testcases of what no cell shows: without them a reader that knows only testcases would take the run for a good one.
func suiteOfRun(r result.Report) *junitSuite {
	s := &junitSuite{Name: runSuite}
	if why := r.Run.Incomplete; why != "" {
		s.add(runError("the run is complete", "the run is incomplete: "+brief(why, valueLimit)), 0)
	}
	if why := nothingJudged(r.Cells); why != "" && !r.EmptyShard() {
		s.add(runError("something was judged", "nothing was judged: "+why), 0)
	}
	for _, d := range r.Stale {
		s.add(staleCase(d), 0)
	}
	return s
}

func runError(name, message string) *junitCase {
	return &junitCase{Name: name, Error: &junitProblem{Message: message, Type: "run", Markup: markup(message)}}
}

func staleCase(d result.StaleDeviation) *junitCase {
	message := fmt.Sprintf("stale known deviation at %s: %s of %s %s", visible(d.Where), visible(d.Check), visible(d.Cells), visible(d.Problem))
	file, line := splitPlace(d.Where)
	return &junitCase{
		Name: fmt.Sprintf("known deviation %s %s", visible(d.Cells), visible(d.Check)),
		File: visible(file), Line: line,
		Failure: &junitProblem{Message: message, Type: "stale", Markup: markup(message)},
	}
}

// splitPlace takes "file:line" apart.
func splitPlace(where string) (file string, line int) {
	if i := strings.LastIndexByte(where, ':'); i >= 0 {
		if n, err := strconv.Atoi(where[i+1:]); err == nil {
			return where[:i], n
		}
	}
	return where, 0
}
