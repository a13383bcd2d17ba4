package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLoadDeviations(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"good", "knownDeviations:\n  - {cells: '**', check: preflight.vary, reason: never sent, until: 2030-01-02}\n", "<nil>"},
		{"none", "knownDeviations: []\n", "<nil>"},
		{"no reason", "knownDeviations:\n  - {cells: a, check: b}\n", `FILE:2:5: the key "reason" is missing, expected why this is known and accepted, in a sentence`},
		{"empty reason", "knownDeviations:\n  - {cells: a, check: b, reason: ' '}\n", `FILE:2:34: an empty reason, expected some text`},
		{"bad date", "knownDeviations:\n  - {cells: a, check: b, reason: c, until: soon}\n", `FILE:2:44: found "soon", expected a date, YYYY-MM-DD`},
		{"unknown key", "knownDeviations:\n  - {cels: a, check: b, reason: c}\n", `FILE:2:5: the key "cells" is missing, expected cells, as a glob over ids: * within one part, ** over any number` + "\n" +
			`FILE:2:6: unknown key "cels", expected one of deviation, parameters, cells, check, got, reason, link, until, source; did you mean "cells"?`},
		{"another file", good, `FILE:1:1: the key "knownDeviations" is missing, expected what is known, each with its reason` + "\n" +
			`FILE:2:1: unknown key "cors", expected one of name, title, sources, endpoint, limits, features, notes, knownDeviations` + "\n" +
			`FILE:3:1: unknown key "matrix", expected one of name, title, sources, endpoint, limits, features, notes, knownDeviations`},
		{"empty", "", "FILE: 0 documents, expected one, with knownDeviations"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "known.yaml")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := LoadDeviations(file)
			if diff := cmp.Diff(c.want, replace(fmt.Sprint(err), file, "FILE")); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeviation(t *testing.T) {
	d := Deviation{Check: "*.vary", Got: "*Origin*{origin}", Until: "2030-01-02", File: "k.yaml", Line: 3}
	for _, c := range []struct {
		check, got string
		want       bool
	}{
		{"preflight.vary", "Vary: Origin, https://a.example", true}, {"preflight.vary", "Vary: Origin, https://b.example", false},
		{"actual.vary", "absent", false}, {"preflight.max-age", "Origin https://a.example", false},
	} {
		if covers := d.Covers(c.check, c.got, "https://a.example"); covers != c.want {
			t.Errorf("Covers(%q, %q) = %v, want %v", c.check, c.got, covers, c.want)
		}
	}
	star := Deviation{Check: "*", Got: `*-Origin: \*`}
	for got, want := range map[string]bool{"Allow-Origin: *": true, "Allow-Origin: https://a": false, "Allow-Origin: ": false, `Allow-Origin: \*`: false, "Allow-Origin: **": false} {
		if covers := star.Covers("a", got, ""); covers != want {
			t.Errorf("Covers(%q) = %v, want %v", got, covers, want)
		}
	}
	last := time.Date(2030, 1, 2, 23, 59, 0, 0, time.UTC)
	if d.Expired(last) || !d.Expired(last.Add(time.Minute)) || (Deviation{}).Expired(last) {
		t.Error("the last day counts whole, and no date never expires")
	}
	if d.Where() != "k.yaml:3" {
		t.Errorf("Where() = %q", d.Where())
	}
}

func TestLoadPaths(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"top.yaml": good, "sub/a b.yml": good, "empty/x.txt": "", "cors.xml": "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
		"file.yaml": "name: f\ncorsFile: cors.xml\nmatrix: {origins: a}\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := LoadPaths(dir, filepath.Join(dir, "empty"), filepath.Join(dir, "nonesuch"))
	want := "DIR/empty: no scenario files (*.yaml, *.yml) in this folder\nDIR/nonesuch: no such file or directory"
	if diff := cmp.Diff(want, replace(fmt.Sprint(err), dir, "DIR")); diff != "" || all != nil {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	all, err = LoadPaths(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range all {
		got = append(got, s.ID)
	}
	if diff := cmp.Diff([]string{"file/f", "sub/a%20b/good", "top/good"}, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if n := len(all[0].CORS.Config.CORSRules); n != 1 {
		t.Errorf("corsFile of XML gives %d rules, want 1", n)
	}
	one, err := LoadPaths(filepath.Join(dir, "sub", "a b.yml"))
	if err != nil || one[0].ID != "a%20b/good" {
		t.Errorf("one file: %v, %v", one, err)
	}
}
