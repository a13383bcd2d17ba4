package scenarios

import (
	"corsprobe/runner/s3cors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every file that corsprobe carries is complete, and named as its provider is.
func TestProviders(t *testing.T) {
	all, err := Providers()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
		if p.File != "providers/"+p.Name+".yaml" {
			t.Errorf("%s stands in %s", p.Name, p.File)
		}
		for _, d := range p.KnownDeviations {
			if !d.Lenient || d.Link == "" || d.Evidence == "" || d.Line == 0 || path.Base(d.File) != p.Name+".yaml" {
				t.Errorf("%s: an entry that is strict, or has no link, evidence or place: %+v", d.Where(), d)
			}
		}
	}
	files, err := filepath.Glob("providers/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var want []string
	for _, f := range files {
		want = append(want, strings.TrimSuffix(filepath.Base(f), ".yaml"))
	}
	slices.Sort(want)
	slices.Sort(names)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
}

// An entry's globs name cells that the catalogue has: no entry waits for what is never asked.
func TestProvidersNameCellsOfTheCatalogue(t *testing.T) {
	all, err := Providers()
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Expand(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for _, d := range p.KnownDeviations {
			found := d.IsNamed() // of every cell
			for _, id := range plan.IDs() {
				found = found || Glob(d.Cells, id)
			}
			if !found {
				t.Errorf("%s: no cell of the catalogue fits %s", d.Where(), d.Cells)
			}
		}
	}
}

func TestProviderByName(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"ovhcloud", "<nil>"},
		{"ovh-cloud", `there is no provider "ovh-cloud", did you mean "ovhcloud"?; there are `},
		{"zzz", `there is no provider "zzz"; there are aws, backblaze-b2, `},
	} {
		p, err := ProviderByName(c.name)
		if got := fmt.Sprint(err); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: error = %s, want %s…", c.name, got, c.want)
		}
		if err == nil && p.Name != c.name {
			t.Errorf("%s: the provider is %s", c.name, p.Name)
		}
	}
}

// complete is a provider's file without mistakes.
const complete = `name: mine
title: Mine
sources:
  - {name: docs, title: the page, link: "https://docs.example", date: 2026-01, evidence: reported}
endpoint: {url: "https://s3.{region}.mine.example", regions: [a, b], source: docs}
limits:
  - {of: rules, most: 20, source: docs}
features:
  - {name: virtual-hosted, offered: false, source: docs}
notes:
  - {text: Nothing to say., facts: [24], source: docs}
knownDeviations:
  - {cells: "**", check: "*.vary", reason: never sent, source: docs}
`

func TestLoadProvider(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"good", "", "", "<nil>"},
		{"no name", "name: mine\n", "", `FILE:1:1: the key "name" is missing, expected a name for --provider`},
		{"no file's name", "name: mine", "name: Mine Own", `FILE:1:7: the name "Mine Own", expected lower-case words and digits joined by dashes`},
		{"no title", "title: Mine\n", "", `FILE:1:1: the key "title" is missing, expected the provider's name for people`},
		{"no source of an entry", "reason: never sent, source: docs", "reason: never sent", `FILE:13:5: the key "source" is missing, expected the name of a source`},
		{"unknown source", "reason: never sent, source: docs", "reason: never sent, source: dogs",
			`FILE:13:64: there is no source "dogs", expected one of the file's sources: docs; did you mean "docs"?`},
		{"unused source", "evidence: reported}", "evidence: reported}\n  - {name: lab, title: t, link: \"https://l.example\", date: 2026, evidence: measured}",
			`FILE:5:5: no point names the source "lab", expected one that does, or no such source`},
		{"source twice", "evidence: reported}", "evidence: reported}\n  - {name: docs, title: t, link: \"https://l.example\", date: 2026, evidence: measured}",
			`FILE:5:12: a second source "docs", expected a name of its own`},
		{"no link", `"https://docs.example"`, "hearsay", `FILE:4:41: found "hearsay", expected an https:// link`},
		{"no date", "2026-01", "lately", `FILE:4:71: found "lately", expected a date, YYYY, YYYY-MM or YYYY-MM-DD`},
		{"evidence", "evidence: reported", "evidence: guessed", `FILE:4:90: found "guessed", expected measured, documented or reported`},
		{"placeholder", "{region}", "{zone}", `FILE:5:17: the placeholder {zone}, expected {region} or {account}`},
		{"no URL", "https://s3.{region}.mine.example", "s3.mine.example", `FILE:5:17: found "s3.mine.example", expected a URL such as https://s3.{region}.example.com`},
		{"limit of nothing", "of: rules", "of: rulez", `FILE:7:10: found "rulez", expected rules, document-bytes, document-characters, rule-bytes, id-characters, max-age-seconds or settle-seconds; did you mean "rules"?`},
		{"limit of zero", "most: 20", "most: 0", `FILE:7:23: the limit 0, expected a number above 0; a limit that is not known is left out`},
		{"no fact", "facts: [24]", "facts: [999]", fmt.Sprintf("FILE:11:37: there is no fact 999, expected a number from 1 to %d", len(s3cors.Facts()))},
		{"unknown key", "limits:", "limit:", `FILE:6:1: unknown key "limit", expected one of name, title, sources, endpoint, limits, features, notes, knownDeviations; did you mean "limits"?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "mine.yaml")
			if err := os.WriteFile(file, []byte(strings.Replace(complete, c.old, c.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := LoadProvider(file)
			if diff := cmp.Diff(c.want, replace(fmt.Sprint(err), file, "FILE")); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := LoadProvider("nonesuch.yaml"); fmt.Sprint(err) != "nonesuch.yaml: no such file or directory" {
		t.Errorf("error = %v", err)
	}
}

func TestProviderURL(t *testing.T) {
	for _, c := range []struct {
		name     string
		endpoint *Location
		region   string
		want     string
	}{
		{"by region", &Location{URL: "https://s3.{region}.example", Regions: []string{"a", "b"}}, "b", "https://s3.b.example b <nil>"},
		{"a region that is not known", &Location{URL: "https://s3.{region}.example", Regions: []string{"a", "b"}}, "c", "https://s3.c.example c <nil>"},
		{"no region", &Location{URL: "https://s3.{region}.example", Regions: []string{"a", "b"}}, "", "  --provider p needs --region: a, b, or another"},
		{"no region is known", &Location{URL: "https://s3.{region}.example"}, "", "  --provider p needs --region"},
		{"the only region", &Location{URL: "https://s3.{region}.example", Regions: []string{"a"}}, "", "https://s3.a.example a <nil>"},
		{"everywhere the same", &Location{URL: "https://s3.example"}, "", "https://s3.example  <nil>"},
		{"no region's name", &Location{URL: "https://s3.{region}.example", Regions: []string{"a"}}, "x/@evil", "  --region x/@evil: no region's name: a, or another"},
		{"an account's", &Location{URL: "https://{account}.example", Regions: []string{"auto"}}, "", " auto the endpoint of p names your account: give --endpoint https://<account>.example"},
		{"nowhere", nil, "r", " r p has no endpoint of its own: give --endpoint URL"},
	} {
		url, region, err := Provider{Name: "p", Endpoint: c.endpoint}.URL(c.region)
		if got := fmt.Sprintf("%s %s %v", url, region, err); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestProviderAnswers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte(complete), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := LoadProvider(file)
	if err != nil {
		t.Fatal(err)
	}
	most, known := p.Limit("rules")
	_, unknown := p.Limit("document-bytes")
	if most != 20 || !known || unknown {
		t.Errorf("the limit of rules is %d, %v; that of bytes is known: %v", most, known, unknown)
	}
	if p.Addressing() != Path || (Provider{}).Addressing() != Auto || (Provider{Features: []Feature{{Name: "path-style"}}}).Addressing() != Virtual {
		t.Errorf("the addressing is %s", p.Addressing())
	}
	if !p.Endpoint.Knows("a") || p.Endpoint.Knows("c") || !(Location{}).Knows("c") {
		t.Error("a region is known where it is listed, and every one where none is")
	}
	for name, want := range map[string]bool{"mine.yaml": true, "nonesuch.yaml": false} {
		if got := IsProviderFile(filepath.Join(filepath.Dir(file), name)); got != want {
			t.Errorf("IsProviderFile(%s) = %v", name, got)
		}
	}
}
