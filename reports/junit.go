package reports

import (
	"bytes"
	"cmp"
	"encoding/xml"
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
		Time   string        `xml:"time,attr"`
		Suites []*junitSuite `xml:"testsuite"`
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

// writeJUnit writes JUnit XML with everything that some reader shows: places in files, properties of cases.
func writeJUnit(w io.Writer, r result.Report) error {
	return encodeXML(w, junitDocument(r))
}

// writeJUnitStrict writes the same without what junit-10.xsd, the schema of Jenkins' xunit plugin, does not know.
func writeJUnitStrict(w io.Writer, r result.Report) error {
	root := junitDocument(r)
	for _, s := range root.Suites {
		for _, c := range s.Cases {
			c.File, c.Line, c.Properties = "", 0, nil
		}
	}
	return encodeXML(w, root)
}

// encodeXML relies on the encoder for markup, and for characters that XML 1.0 forbids and invalid UTF-8, which become U+FFFD.
func encodeXML(w io.Writer, document any) error {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", " ")
	if err := e.Encode(document); err != nil {
		return err
	}
	if err := e.Close(); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := shorterTags.WriteString(w, b.String())
	return err
}

// shorterTags are of elements that hold nothing. No text can hold them: a < is never left as it is.
var shorterTags = strings.NewReplacer("></property>", "/>", "></skipped>", "/>")

func junitDocument(r result.Report) *junitRoot {
	root := &junitRoot{Name: "corsprobe", Time: seconds(r.Run.Duration)}
	if s := suiteOfRun(r); len(s.Cases) > 0 {
		root.Suites = append(root.Suites, s)
	}
	writer := newJUnitCells(r)
	all := pick(r.Cells, func(result.Verdict) bool { return true })
	for _, g := range groupBy(all, func(c *result.Cell) string { return c.Scenario }) {
		s := &junitSuite{Name: classname(g.key)}
		names := caseNames(g.cells)
		for _, c := range g.cells {
			s.add(writer.cell(c, names[c]), c.Duration)
		}
		s.Properties = writer.suite(g.cells)
		root.Suites = append(root.Suites, s)
	}
	for _, s := range root.Suites {
		s.finish(r)
		root.add(s)
	}
	return root
}

// caseNames are the cells' titles: what a tester reads. Where cells of a scenario share one, the step tells them apart, or else the id.
func caseNames(cells []*result.Cell) map[*result.Cell]string {
	names := make(map[*result.Cell]string, len(cells))
	for _, c := range cells {
		names[c] = cmp.Or(visible(c.Title), shortID(c))
	}
	for _, more := range []func(*result.Cell) string{func(c *result.Cell) string { return visible(c.Step) }, shortID} {
		shared := map[string]int{}
		for _, c := range cells {
			shared[names[c]]++
		}
		for _, c := range cells {
			if word := more(c); shared[names[c]] > 1 && word != "" {
				names[c] += " (" + word + ")"
			}
		}
	}
	return names
}

// classname makes Jenkins' packages of the folders of a scenario's id: "cors.origins.exact" is shown as exact in cors.origins.
func classname(scenario string) string {
	return "cors." + strings.ReplaceAll(visible(scenario), "/", ".")
}

func (root *junitRoot) add(s *junitSuite) {
	root.Tests += s.Tests
	root.Failures += s.Failures
	root.Errors += s.Errors
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
