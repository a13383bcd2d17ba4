package lint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/corsfile"
	"corsprobe/runner/lint"
)

// lists are those of a rule, as they stand in a file.
type lists struct{ origins, methods, headers, exposed []string }

// shapes write a rule in each language that a configuration is written in, without anything that lint would say of the form.
var shapes = map[string]func(lists) string{
	"f.json": func(l lists) string {
		return fmt.Sprintf("{\n  \"CORSRules\": [\n    {\n      \"AllowedOrigins\": [%s],\n      \"AllowedMethods\": [%s],\n      \"AllowedHeaders\": [%s],\n      \"ExposeHeaders\": [%s],\n      \"MaxAgeSeconds\": 600\n    }\n  ]\n}\n",
			inQuotes(l.origins), inQuotes(l.methods), inQuotes(l.headers), inQuotes(l.exposed))
	},
	"f.yaml": func(l lists) string {
		return fmt.Sprintf("CORSRules:\n  - AllowedOrigins: [%s] # whose pages\n    AllowedMethods: [%s]\n    AllowedHeaders: [%s]\n    ExposeHeaders: [%s]\n    MaxAgeSeconds: 600\n",
			inQuotes(l.origins), inQuotes(l.methods), inQuotes(l.headers), inQuotes(l.exposed))
	},
	"lines.yaml": func(l lists) string {
		var b strings.Builder
		b.WriteString("CORSRules:\n  - MaxAgeSeconds: 600\n")
		for _, field := range []struct {
			name   string
			values []string
		}{{"AllowedOrigins", l.origins}, {"AllowedMethods", l.methods}, {"AllowedHeaders", l.headers}, {"ExposeHeaders", l.exposed}} {
			b.WriteString("    " + field.name + ":\n")
			for _, v := range field.values {
				b.WriteString("      - " + inQuotes([]string{v}) + "\n")
			}
		}
		return b.String()
	},
	"f.xml": func(l lists) string {
		var b strings.Builder
		b.WriteString("<CORSConfiguration>\n  <CORSRule>\n")
		for _, field := range []struct {
			name   string
			values []string
		}{{"AllowedOrigin", l.origins}, {"AllowedMethod", l.methods}, {"AllowedHeader", l.headers}, {"ExposeHeader", l.exposed}} {
			for _, v := range field.values {
				b.WriteString("    <" + field.name + ">" + v + "</" + field.name + ">\n")
			}
		}
		b.WriteString("    <MaxAgeSeconds>600</MaxAgeSeconds>\n  </CORSRule>\n</CORSConfiguration>\n")
		return b.String()
	},
	"f.tf": func(l lists) string {
		return fmt.Sprintf("resource \"aws_s3_bucket_cors_configuration\" \"a\" {\n  cors_rule {\n    allowed_origins = [%s]\n    allowed_methods = [%s] // what they do\n    allowed_headers = [%s]\n    expose_headers  = [%s]\n    max_age_seconds = 600\n  }\n}\n",
			inQuotes(l.origins), inQuotes(l.methods), inQuotes(l.headers), inQuotes(l.exposed))
	},
}

func inQuotes(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = `"` + v + `"`
	}
	return strings.Join(quoted, ", ")
}

// usual is a rule in which nothing is wrong but what a case puts in.
func usual(change func(*lists)) lists {
	l := lists{[]string{"https://app.example.com"}, []string{"HEAD"}, []string{"x-a"}, []string{"ETag"}}
	change(&l)
	return l
}

func originsAre(values ...string) func(*lists) { return func(l *lists) { l.origins = values } }
func methodsAre(values ...string) func(*lists) { return func(l *lists) { l.methods = values } }
func headersAre(values ...string) func(*lists) { return func(l *lists) { l.headers = values } }
func exposedAre(values ...string) func(*lists) { return func(l *lists) { l.exposed = values } }

// fixes has for each code about a value what stood there and what is written in its place.
var fixes = []struct {
	code          string
	before, after func(*lists)
}{
	{"CP104", methodsAre("head"), methodsAre("HEAD")},
	{"CP104", methodsAre("HEAD", "OPTIONS"), methodsAre("HEAD")},
	{"CP104", methodsAre("PATCH", "HEAD"), methodsAre("HEAD")},
	{"CP104", methodsAre("Head, delete"), methodsAre("HEAD", "DELETE")},
	{"CP108", exposedAre("ETag", "x-a: 1"), exposedAre("ETag", "x-a")},
	{"CP109", headersAre("x-a: 1", "x-b"), headersAre("x-a", "x-b")},
	{"CP109", headersAre("x-a, x-b"), headersAre("x-a", "x-b")},
	{"CP201", originsAre("https://app.example.com/"), originsAre("https://app.example.com")},
	{"CP201", originsAre("https://a.example.com", "https://*.example.org/"), originsAre("https://a.example.com", "https://*.example.org")},
	{"CP202", originsAre("https://app.example.com/*"), originsAre("https://app.example.com")},
	{"CP202", originsAre("https://app.example.com:8443/a/b"), originsAre("https://app.example.com:8443")},
	{"CP203", originsAre("https://App.Example.com"), originsAre("https://app.example.com")},
	{"CP204", originsAre("https://app.example.com:443"), originsAre("https://app.example.com")},
	{"CP206", originsAre("https://a.example.com,https://b.example.com"), originsAre("https://a.example.com", "https://b.example.com")},
	{"CP206", originsAre("https://a.example.com", "https://b.example.com https://c.example.com"), originsAre("https://a.example.com", "https://b.example.com", "https://c.example.com")},
	{"CP220", originsAre("https://bücher.example.com"), originsAre("https://xn--bcher-kva.example.com")},
	{"CP221", methodsAre("HEAD", "DELETE", "HEAD"), methodsAre("HEAD", "DELETE")},
	{"CP221", headersAre("x-a", "x-a"), headersAre("x-a")},
	{"CP224", originsAre("https%3A%2F%2Fapp.example.com"), originsAre("https://app.example.com")},
	{"CP304", headersAre("Origin", "x-a", "Host"), headersAre("x-a")},
	{"CP403", exposedAre("ETag", "Content-Type"), exposedAre("ETag")},
	{"CP408", exposedAre("Set-Cookie", "ETag"), exposedAre("ETag")},
}

// Each fix is what was said it would be, in every language; nothing else of the file changes, and the second time there is nothing to mend.
func TestFixesAreApplied(t *testing.T) {
	for name, write := range shapes {
		for _, c := range fixes {
			before, after := write(usual(c.before)), write(usual(c.after))
			if !slices.ContainsFunc(raised(file(name, before)), func(s string) bool { return strings.HasPrefix(s, c.code) }) {
				t.Errorf("%s: %s is not said of\n%s", name, c.code, before)
				continue
			}
			data, mended, err := lint.Fix(read(t, name, before), lint.Options{})
			if err != nil || string(data) != after {
				t.Errorf("%s: %s makes of\n%s\n%s\n%v, want\n%s", name, c.code, before, data, err, after)
				continue
			}
			if !slices.Contains(mended, c.code) {
				t.Errorf("%s: %q were mended, want %s among them", name, mended, c.code)
			}
			if again, more, err := lint.Fix(read(t, name, after), lint.Options{}); again != nil || more != nil || err != nil {
				t.Errorf("%s: what %s mended is mended again (%q, %v) to\n%s", name, c.code, more, err, again)
			}
			if left := raised(file(name, after)); slices.ContainsFunc(left, func(s string) bool { return strings.HasPrefix(s, c.code) }) {
				t.Errorf("%s: after it was mended, %s is still said: %q", name, c.code, left)
			}
		}
	}
}

// A code that is switched off is not mended.
func TestFixLeavesWhatIsOff(t *testing.T) {
	text := shapes["f.json"](usual(originsAre("https://App.example.com/")))
	data, mended, err := lint.Fix(read(t, "f.json", text), lint.Options{Disabled: []string{"CP201", "CP203"}})
	if data != nil || mended != nil || err != nil {
		t.Errorf("%q are mended, %v, to\n%s", mended, err, data)
	}
	commented := strings.Replace(shapes["f.yaml"](usual(originsAre("https://app.example.com/"))), "# whose pages", "# corsprobe:disable-line trailing-slash", 1)
	if data, mended, err := lint.Fix(read(t, "f.yaml", commented), lint.Options{}); data != nil || mended != nil || err != nil {
		t.Errorf("%q are mended, %v, to\n%s", mended, err, data)
	}
}

// Every code about a value that the table calls mendable has a fix here.
func TestEveryFixIsListed(t *testing.T) {
	// of the form of one language, or of a value that these shapes cannot hold: TestFix has them
	elsewhere := []string{"CP007", "CP024", "CP205"}
	for _, c := range lint.Codes() {
		listed := false
		for _, f := range fixes {
			listed = listed || f.code == c.ID
		}
		if c.Mends != (listed || slices.Contains(elsewhere, c.ID)) {
			t.Errorf("%s mends: %t; a fix is listed: %t", c.ID, c.Mends, listed)
		}
	}
}

func read(t *testing.T, name, text string) *corsfile.File {
	t.Helper()
	f, err := corsfile.Read(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// FuzzFixIsFinal: what was mended has nothing more to mend, whatever it was.
func FuzzFixIsFinal(f *testing.F) {
	for name, write := range shapes {
		for _, c := range fixes {
			f.Add(name, write(usual(c.before)))
		}
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		first, err := corsfile.Read(name, []byte(text))
		if err != nil {
			return
		}
		data, mended, err := lint.Fix(first, lint.Options{})
		if err != nil || data == nil {
			return
		}
		second, err := corsfile.Read(name, data)
		if err != nil {
			t.Fatalf("what was mended cannot be read: %v\n%s", err, data)
		}
		if again, more, err := lint.Fix(second, lint.Options{}); err != nil || again != nil {
			t.Fatalf("after %q, %q are mended again, %v:\n%s\n%s", mended, more, err, data, again)
		}
	})
}
