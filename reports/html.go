package reports

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"

	"corsprobe/runner/result"
)

// The page is one file: its style and its script stand in it, and nothing else is ever loaded. The script hides, shows, opens and unfolds.
var (
	//go:embed html
	htmlFiles     embed.FS
	htmlTemplates = template.Must(template.ParseFS(htmlFiles, "html/*.tmpl"))
	htmlStyle     = htmlFile("html/report.css")
	htmlScript    = htmlFile("html/report.js")
)

func htmlFile(name string) string {
	data, err := htmlFiles.ReadFile(name)
	if err != nil {
		panic(err) // embedded, so a test has seen it
	}
	return string(data)
}

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
	if err := htmlTemplates.ExecuteTemplate(out, "head", page); err != nil {
		return err
	}
	evidence, bodies := &folder{name: "fold"}, &folder{name: "body"}
	for i, g := range groups {
		view := newScenarioView(g, describedAs(r, g.key), kinds.mark)
		view.Part, view.Open, view.Folded = evidence.n, len(groups) == 1, i >= plainScenarios
		if err := htmlTemplates.ExecuteTemplate(out, "scenario", view); err != nil {
			return err
		}
		if view.Folded {
			if err := bodies.add(func(w io.Writer) error { return htmlTemplates.ExecuteTemplate(w, "folded", view) }); err != nil {
				return err
			}
		}
		if err := evidence.add(func(w io.Writer) error {
			return htmlTemplates.ExecuteTemplate(w, "blocks", blocksOf(g, page.Gone != ""))
		}); err != nil {
			return err
		}
	}
	if err := errors.Join(evidence.flush(), bodies.flush()); err != nil {
		return err
	}
	page.Kinds, page.Parts = kinds.list, template.HTML(bodies.out.String()+evidence.out.String())
	if err := htmlTemplates.ExecuteTemplate(out, "foot", page); err != nil {
		return err
	}
	return out.Flush()
}

// scenarioGroups are the cells by scenario, in the order in which they were run.
func scenarioGroups(r result.Report) []group {
	return groupBy(pick(r.Cells, func(result.Verdict) bool { return true }), func(c *result.Cell) string { return c.Scenario })
}

// Label and Value let a template read a row.
func (r row) Label() string { return r.label }

// Value is what the label names.
func (r row) Value() string { return r.value }
