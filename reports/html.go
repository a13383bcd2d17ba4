package reports

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"corsprobe/runner/result"
)

// The templates are compiled: html/template calls methods by name, and a program in which anything does keeps every method of every type.
//go:generate go tool qtc -skipLineComments

// The page is one file: its style and its script stand in it, and nothing else is ever loaded. The script hides, shows, opens and unfolds.
var (
	//go:embed html/report.css
	htmlStyle string
	//go:embed html/report.js
	htmlScript string
)

// contentPolicy lets a browser load nothing and run nothing but the page's own style and script, whatever an endpoint sent.
func contentPolicy() string {
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'", digest(htmlStyle), digest(htmlScript))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// plainScenarios is how many scenarios, the worst, can be read without a script.
const plainScenarios = 6

// writeHTML writes one page for a browser: what lies behind the findings first, then a picture of the whole, then a matrix of every scenario,
// the worst first. Evidence is folded, and so are all scenarios but the worst, see [folder]. One scenario is rendered after the other, so that a report of many cells is never held twice.
func writeHTML(w io.Writer, r result.Report) error {
	out := bufio.NewWriterSize(w, 64<<10)
	causes := namedCauses(r)
	page, kinds, groups := newPage(r, causes), newKinds(causes), worstScenarios(r)
	writepageHead(out, page)
	evidence, bodies := &folder{name: "fold"}, &folder{name: "body"}
	for i, g := range groups {
		view := newScenarioView(g, describedAs(r, g.key), kinds.mark)
		view.Part, view.Open, view.Folded = evidence.n, len(groups) == 1, i >= plainScenarios
		writescenarioBlock(out, view)
		if view.Folded {
			if err := bodies.add(func(w io.Writer) { writefoldedScenario(w, view) }); err != nil {
				return err
			}
		}
		if err := evidence.add(func(w io.Writer) { writeevidence(w, blocksOf(g, page.Gone != "")) }); err != nil {
			return err
		}
	}
	if err := errors.Join(evidence.flush(), bodies.flush()); err != nil {
		return err
	}
	filtered, err := json.Marshal(kinds.list)
	if err != nil {
		return err
	}
	writepageFoot(out, page, filtered, bodies.out.String()+evidence.out.String())
	return out.Flush() // with the first error of all that was written
}

// scenarioGroups are the cells by scenario, in the order in which they were run.
func scenarioGroups(r result.Report) []group {
	return groupBy(pick(r.Cells, func(result.Verdict) bool { return true }), func(c *result.Cell) string { return c.Scenario })
}

// address is a link as it may stand in an attribute: what no address holds is percent-encoded.
func address(link string) string {
	var b strings.Builder
	for _, c := range []byte(link) {
		if c > ' ' && c < 0x7f && !strings.ContainsRune("\"'()<>\\^`{|}", rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}
