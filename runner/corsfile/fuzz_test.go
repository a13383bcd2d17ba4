package corsfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"corsprobe/runner/s3cors"

	"github.com/rogpeppe/go-internal/txtar"
)

// seeds gives a fuzz test every file of the archive.
func seeds(f *testing.F, endings ...string) {
	archive, err := txtar.ParseFile("testdata/kinds.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for i := 0; i < len(archive.Files); i += 2 {
		for _, ending := range endings {
			if filepath.Ext(archive.Files[i].Name) == ending {
				f.Add(archive.Files[i].Data)
			}
		}
	}
}

// holds: whatever the bytes, they are read or refused; every notice has a place in the text, and words; what was read can be written and read again.
func holds(t *testing.T, name string, data []byte) {
	file, err := Read(name, data)
	lines := strings.Count(string(data), "\n") + 1
	sound := func(all []Notice) {
		for _, n := range all {
			if n.What == "" || n.Do == "" || n.Line < 0 || n.Line > lines && utf8.Valid(data) || (n.Line == 0) != (n.Column == 0) {
				t.Fatalf("%+v", n)
			}
		}
	}
	if err != nil {
		var problems Problems
		if !errors.As(err, &problems) || len(problems.All) == 0 || problems.All[0].Severity != "error" {
			t.Fatalf("%T %v", err, err)
		}
		if strings.Contains(err.Error(), "it cannot be read") {
			t.Fatalf("a parser panicked: %v", err)
		}
		sound(problems.All)
		return
	}
	sound(file.Notices)
	for _, c := range file.Configurations {
		sound(c.Notices)
		places(t, c)
		text, err := Write("json", c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Read("f.json", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if d := s3cors.Difference(c.Configuration, back.Configurations[0].Configuration); d != "" && !hasEllipsis(c) {
			t.Fatalf("%s\n%s", d, text)
		}
	}
}

// hasEllipsis: a value that the reader leaves out only where it is written as JSON, such as a number in another shape.
func hasEllipsis(c *Configuration) bool {
	for _, r := range c.CORSRules {
		for _, list := range [][]string{r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders} {
			for _, v := range list {
				if isEllipsis(v) || strings.ContainsAny(v, typographic) || !utf8.ValidString(v) {
					return true
				}
			}
		}
	}
	return false
}

func places(t *testing.T, c *Configuration) {
	for i, r := range c.CORSRules {
		if p := c.Place(i, "AllowedOrigins", len(r.AllowedOrigins)-1); p.Line < 1 || p.Column < 1 {
			t.Fatalf("rule %d is at %v", i, p)
		}
		for j := range r.AllowedOrigins {
			c.Replace(i, "AllowedOrigins", j, "https://a.example", "https://b.example")
			c.Remove(i, "AllowedOrigins", j)
		}
	}
}

func FuzzReadJSON(f *testing.F) {
	seeds(f, ".json", ".py", ".js", ".php")
	f.Fuzz(func(t *testing.T, data []byte) { holds(t, "f.json", data) })
}

func FuzzReadYAML(f *testing.F) {
	seeds(f, ".yaml", ".json")
	f.Fuzz(func(t *testing.T, data []byte) { holds(t, "f.yaml", data) })
}

func FuzzReadXML(f *testing.F) {
	seeds(f, ".xml")
	f.Fuzz(func(t *testing.T, data []byte) { holds(t, "f.xml", data) })
}

func FuzzReadHCL(f *testing.F) {
	seeds(f, ".tf")
	f.Fuzz(func(t *testing.T, data []byte) { holds(t, "f.tf", data) })
}

// FuzzRead leaves the language to the reader.
func FuzzRead(f *testing.F) {
	seeds(f, ".json", ".yaml", ".xml", ".tf", ".py", ".md", ".sh", ".ts")
	f.Fuzz(func(t *testing.T, data []byte) { holds(t, "-", data) })
}

func BenchmarkRead(b *testing.B) {
	name := os.Getenv("CORSFILE") // a large file of one's own
	if name == "" {
		b.Skip("CORSFILE names no file")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Read(name, data); err != nil {
			b.Fatal(err)
		}
	}
}
