package reports

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
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

// writeHTML writes one page for a browser: what lies behind the findings first, then a picture of the whole, then a matrix of every scenario,
// the worst first. Evidence is folded, see [folder]. One scenario is rendered after the other, so that a report of many cells is never held twice.
func writeHTML(w io.Writer, r result.Report) error {
	out := bufio.NewWriterSize(w, 64<<10)
	causes := namedCauses(r)
	page, kinds, groups := newPage(r, causes), newKinds(causes), worstScenarios(r)
	if err := htmlTemplates.ExecuteTemplate(out, "head", page); err != nil {
		return err
	}
	var folded bytes.Buffer
	fold := &folder{out: &folded}
	for _, g := range groups {
		described := describedAs(r, g.key)
		view := newScenarioView(g, described, kinds.mark)
		view.Fold, view.Open = fold.n, len(groups) == 1
		if err := htmlTemplates.ExecuteTemplate(out, "scenario", view); err != nil {
			return err
		}
		if err := fold.add(func(w io.Writer) error {
			return htmlTemplates.ExecuteTemplate(w, "blocks", blocksOf(g, page.Gone != ""))
		}); err != nil {
			return err
		}
	}
	if err := fold.flush(); err != nil {
		return err
	}
	page.Kinds, page.Folded = kinds.list, template.HTML(folded.String())
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
