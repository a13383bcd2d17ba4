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
	pairs := []string{"endpoint", r.Endpoint.URL, "server", r.Endpoint.Name, "tool", r.Run.Tool, "run", r.Run.ID}
	for i, c := range namedCauses(r) {
		pairs = append(pairs, fmt.Sprintf("cause.%d", i+1), fmt.Sprintf("%s: %s (%s, %s)", c.Class, c.Summary, written(c.Cause), plural(c.count, "cell")))
	}
	s.Properties = properties(pairs...)
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
		out.Skipped = &junitProblem{Message: messageOf(c)}
	case result.Failed:
		out.Failure = problem(c, class)
	case result.Flaky:
		out.Failure = problem(c, "flaky")
	default: // never green by accident
		out.Error = problem(c, "error")
	}
	return out
}

// problem holds the message, and the text that begins with it.
func problem(c *result.Cell, kind string) *junitProblem {
	message := messageOf(c)
	lines := append([]string{message, ""}, problemLines(c)...)
	return &junitProblem{Message: message, Type: kind, Markup: markup(strings.Join(lines, "\n"))}
}

// markup is text as XML. The encoder's own has references in place of line ends and quotes, which nobody can read in a file.
func markup(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return readable.Replace(b.String())
}

var readable = strings.NewReplacer("&#xA;", "\n", "&#34;", `"`, "&#39;", "'")

// suiteOfRun makes testcases of what no cell shows.
func suiteOfRun(r result.Report) *junitSuite {
	s := &junitSuite{Name: runSuite}
	for _, p := range runProblems(r) {
		c := &junitCase{Name: p.name, File: p.file, Line: p.line}
		if p.stale {
			c.Failure = &junitProblem{Message: p.message, Type: "stale", Markup: markup(p.message)}
		} else {
			c.Error = &junitProblem{Message: p.message, Type: "run", Markup: markup(p.message)}
		}
		s.add(c, 0)
	}
	return s
}
