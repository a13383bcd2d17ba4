package reports

import (
	"compress/gzip"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"testing"
)

var foldedPart = regexp.MustCompile(`<script type="application/gzip" id="((?:fold|body)-\d+)">([^<]*)</script>`)

// unfolded is a page with its evidence as a browser unfolds it.
func unfolded(t testing.TB, page string) string {
	t.Helper()
	return foldedPart.ReplaceAllStringFunc(page, func(part string) string {
		m := foldedPart.FindStringSubmatch(part)
		packed, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(m[2])))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(packed)
		if err != nil {
			t.Fatal(err)
		}
		return "<div id=\"" + m[1] + "\">\n" + string(text) + "</div>"
	})
}

// Every cell has evidence, those that passed too, in the part that its scenario names, and the parts stay small: each holds whole scenarios.
func TestHTMLFolds(t *testing.T) {
	r := many(2500)
	page := htmlPage(t, r)
	in := map[string]string{}       // part, by the anchor of the cell
	scenario := map[string]string{} // anchor of the cell's scenario, by the cell's, of folded scenarios
	for _, part := range foldedPart.FindAllString(page, -1) {
		name, isEvidence := strings.CutPrefix(foldedPart.FindStringSubmatch(part)[1], "fold-")
		text := unfolded(t, part)
		if !isEvidence {
			for _, body := range strings.Split(text, `<div data-for="`)[1:] {
				id, cells, _ := strings.Cut(body, `"`)
				for _, cell := range cellIDs(cells) {
					scenario[cell] = id
				}
			}
			continue
		}
		if len(text) > foldSize+1<<20 {
			t.Errorf("part %s unfolds to %d bytes", name, len(text))
		}
		for _, block := range strings.Split(text, ` data-for="`)[1:] {
			id, _, _ := strings.Cut(block, `"`)
			in[id] = name
		}
	}
	if len(in) != len(r.Cells) || len(foldedPart.FindAllString(page, -1)) < 2 {
		t.Fatalf("%d cells have evidence, want %d in several parts", len(in), len(r.Cells))
	}
	parts, plain := map[string]string{}, 0 // part, by the anchor of the scenario
	for _, text := range strings.Split(page, `<details class="scenario" id="`)[1:] {
		id, rest, _ := strings.Cut(text, `"`)
		part, cells, _ := strings.Cut(strings.TrimPrefix(rest, ` data-fold="`), `"`)
		parts[id] = part
		for _, cell := range cellIDs(cells) {
			scenario[cell] = id
			plain++
		}
	}
	if len(scenario) != len(r.Cells) || plain == 0 || plain == len(r.Cells) {
		t.Errorf("%d cells are in a scenario, %d of them plain", len(scenario), plain)
	}
	for cell, id := range scenario {
		if in[cell] != parts[id] {
			t.Errorf("the evidence of %s is in part %s, and its scenario names %s", cell, in[cell], parts[id])
		}
	}
}

// cellIDs are the anchors of the cells of some tables.
func cellIDs(tables string) []string {
	var all []string
	for _, cell := range strings.Split(tables, `" id="c-`)[1:] {
		id, _, _ := strings.Cut("c-"+cell, `"`)
		all = append(all, id)
	}
	return all
}
