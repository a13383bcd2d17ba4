package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/s3cors"
)

// inFile writes a text and gives its path, and the place that was marked in it.
func inFile(t *testing.T, text string) (path, place string) {
	t.Helper()
	plain, place := marked(text)
	path = filepath.Join(t.TempDir(), "entries.yaml")
	if err := os.WriteFile(path, []byte(plain), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, place
}

const entries = "knownDeviations:\n"

// What is wrong in a file of known deviations is said where it stands.
func TestPlacesInDeviations(t *testing.T) {
	for _, c := range []struct {
		name, text string
		words      []string
	}{
		{"a deviation that there is not", entries + "  - {deviation: ¦vary-mising, reason: r}\n", []string{`"vary-mising"`, "vary-missing"}},
		{"a deviation without its value", entries + "  - {deviation: ¦most-rules, reason: r}\n", []string{"most-rules needs a value"}},
		{"a value of another kind", entries + "  - {deviation: ¦most-rules, parameters: many, reason: r}\n", []string{"a number", "many"}},
		{"a value for one that takes none", entries + "  - {deviation: ¦vary-missing, parameters: 3, reason: r}\n", []string{"takes no parameters"}},
		{"a value that is too small", entries + "  - {deviation: ¦most-rules, parameters: 0, reason: r}\n", []string{"0"}},
		{"a list of lists for a value", entries + "  - {deviation: always-exposed, parameters: ¦[[a]], reason: r}\n", []string{"a list"}},
		{"cells beside a deviation", entries + "  - {deviation: vary-missing, cells: ¦'**', reason: r}\n", []string{"cells beside deviation"}},
		{"a check beside a deviation", entries + "  - {deviation: vary-missing, check: ¦'*', reason: r}\n", []string{"check beside deviation"}},
		{"what came beside a deviation", entries + "  - {deviation: vary-missing, got: ¦absent, reason: r}\n", []string{"got beside deviation"}},
		{"the second of two", entries + "  - {deviation: vary-missing, reason: r}\n  - ¦{cells: '**', check: '*'}\n", []string{`"reason"`}},
		{"cells without a check", entries + "  - ¦{cells: '**', reason: r}\n", []string{`"check"`}},
		{"empty cells", entries + "  - {cells: ¦' ', check: '*', reason: r}\n", []string{"empty cells"}},
		{"a day that there is not", entries + "  - {cells: '**', check: '*', reason: r, until: ¦2026-02-30}\n", []string{"2026-02-30", "YYYY-MM-DD"}},
		{"a source without a file's sources", entries + "  - {cells: '**', check: '*', reason: r, source: ¦docs}\n", []string{`"docs"`}},
		{"a word for the list", "knownDeviations: ¦none\n", []string{`"none"`}},
	} {
		path, place := inFile(t, c.text)
		_, err := LoadDeviations(path)
		pointed(t, c.name, path, place, err, c.words...)
	}
}

// An entry knows where it stands, what it speaks of, and how long it holds.
func TestEntriesAsRead(t *testing.T) {
	path, _ := inFile(t, entries+`  - deviation: always-exposed
    parameters: [ETag]
    reason: one
    link: https://docs.example
  - cells: origins/**
    check: '*.vary'
    got: absent
    reason: two
    until: 2026-03-04
`)
	all, err := LoadDeviations(path)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d entries, %v", len(all), err)
	}
	named, listed := all[0], all[1]
	if !named.IsNamed() || named.Named.String() != "always-exposed: [ETag]" || named.Link != "https://docs.example" || named.Where() != path+":2" || named.Lenient {
		t.Errorf("the first is %+v", named)
	}
	if listed.IsNamed() || listed.Cells != "origins/**" || listed.Where() != path+":6" || listed.Lenient {
		t.Errorf("the second is %+v", listed)
	}
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]bool{-time.Hour: false, 0: false, 24*time.Hour - 1: false, 24 * time.Hour: true} {
		if got := listed.Expired(day.Add(after)); got != want || named.Expired(day.Add(after)) {
			t.Errorf("%s after its last day began, it has expired: %t, want %t; without a day: %t, want false", after, got, want, named.Expired(day.Add(after)))
		}
	}
}

// Several files are read one after the other, and what is wrong in all of them is said.
func TestSeveralFilesOfDeviations(t *testing.T) {
	good, _ := inFile(t, entries+"  - {deviation: vary-missing, reason: r}\n")
	other, _ := inFile(t, entries+"  - {deviation: max-age-missing, reason: r}\n")
	all, err := LoadDeviations(good, other)
	if err != nil || len(all) != 2 || all[0].Name != "vary-missing" || all[1].Name != "max-age-missing" {
		t.Errorf("%+v, %v", all, err)
	}
	bad, _ := inFile(t, entries+"  - {deviation: vary-mising, reason: r}\n")
	missing := filepath.Join(t.TempDir(), "none.yaml")
	all, err = LoadDeviations(bad, good, missing)
	if err == nil || all != nil || !strings.Contains(err.Error(), bad+":2:17: ") || !strings.Contains(err.Error(), missing+": no such file") {
		t.Errorf("%+v, %v", all, err)
	}
}

// Of a provider's limits, features and addressing each is known, or known not to be there, or not known at all.
func TestWhatIsKnownOfProviders(t *testing.T) {
	p := Provider{
		Name: "p", Limits: []Limit{{Of: "rules", Most: 20}},
		Features: []Feature{{Name: "bucket-cors", Offered: true}, {Name: "form-uploads"}},
		Sources:  []Source{{Name: "docs", Link: "https://d.example"}},
	}
	for feature, want := range map[string][2]bool{"bucket-cors": {true, true}, "form-uploads": {false, true}, "presigned-urls": {false, false}} {
		if offered, known := p.Offers(feature); offered != want[0] || known != want[1] {
			t.Errorf("%s is offered: %t, known: %t; want %v", feature, offered, known, want)
		}
	}
	for styles, want := range map[string]Addressing{"": Auto, "path-style": Virtual, "virtual-hosted": Path} {
		var q Provider
		if styles != "" {
			q.Features = []Feature{{Name: styles, Offered: false}}
		}
		if got := q.Addressing(); got != want {
			t.Errorf("without %q the addressing is %s, want %s", styles, got, want)
		}
	}
	if p.SourceOf("docs").Link != "https://d.example" || p.SourceOf("none").Link != "" {
		t.Errorf("sources are %+v, %+v", p.SourceOf("docs"), p.SourceOf("none"))
	}
}

// Around an origin lies what a careless matcher takes for it: a longer or a shorter host, another scheme, port or case, what stands before and
// behind it; and under a star, what it may not reach over.
func TestNeighboursByHand(t *testing.T) {
	for pattern, want := range map[string][]string{
		"https://app.example.com": {
			"https://app.example.com.evil.test", "https://evilapp.example.com", "https://sub.app.example.com", "https://appxexample.com", "https://example.com",
			"https://app.example.com@evil.test", "https://app.example.co", "https://app.example.com/", "HTTPS://APP.EXAMPLE.COM", "http://app.example.com",
			"https://app.example.com:8443", "https://app.example.com:443", "null",
		},
		"http://localhost:3000": {
			"http://localhost.evil.test:3000", "http://evillocalhost:3000", "http://sub.localhost:3000", "http://localhost:3000@evil.test", "http://localhost:300",
			"http://localhost:3000/", "HTTP://LOCALHOST:3000", "https://localhost:3000", "http://localhost", "http://localhost:30000", "null",
		},
		"https://192.0.2.1": {
			"https://192.0.2.1@evil.test", "https://192.0.2.", "https://192.0.2.1/", "HTTPS://192.0.2.1", "http://192.0.2.1", "https://192.0.2.1:8443", "https://192.0.2.1:443", "null",
		},
		"https://*.example.com": {
			"https://sub.example.com", "https://a.b.example.com", "https://.example.com", "https://*.example.com", "https://sub.example.com.evil.test",
			"https://evil.test/.example.com", "xhttps://sub.example.com", "https://example.com", "https://evilexample.com", "http://sub.example.com",
			"https://sub.example.com:8443", "https://sub.EXAMPLE.COM", "null",
		},
		"*": {"https://any.example.com", "null"},
	} {
		var got []string
		for _, v := range neighbours(&s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{pattern}}}}, nil) {
			got = append(got, v.Text)
			if v.Adversarial == "" || v.Text == pattern && pattern != "https://*.example.com" {
				t.Errorf("%s: %q is a neighbour because of %q", pattern, v.Text, v.Adversarial)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("around %s lie\n %q, want\n %q", pattern, got, want)
		}
	}
}

// Two ends of a pattern overlap in the longest text that both share.
func TestOverlap(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"https://a", "a.example", "https://a.example"}, {"abab", "abc", "ababc"}, {"abc", "xyz", ""}, {"", "a", ""}, {"a", "", ""}, {"aa", "aa", "aa"},
	} {
		if got := overlap(c.before, c.after); got != c.want {
			t.Errorf("%s*%s overlaps in %q, want %q", c.before, c.after, got, c.want)
		}
	}
}

// Ids are the parts of a path, whatever stands in an origin or a header, and no two origins share one.
func TestPartsOfIDs(t *testing.T) {
	seen := map[string]string{}
	for origin, want := range map[string]string{
		"https://app.example.com": "https:app.example.com", "https://app.example.com:8443": "https:app.example.com:8443", "https:app.example.com": "https%3Aapp.example.com",
		"app.example.com:80": "app.example.com%3A80", "https://": "https:", "https": "https", "null": "null", "-": "%2D", "": "''", "''": "%27%27", "https://a/b": "https:a%2Fb",
		"https://*.a": "https:%2A.a", "a b": "a%20b", "https://ü": "https:%C3%BC", "%2D": "%252D", "https://-": "https:-", "https://''": "https:%27%27",
	} {
		got := originPart(&origin)
		if got != want || strings.ContainsAny(got, "/ *?[]") {
			t.Errorf("%q is %q in an id, want %q", origin, got, want)
		}
		if other, taken := seen[got]; taken {
			t.Errorf("%q and %q are both %q", origin, other, got)
		}
		seen[got] = origin
	}
	if got := originPart(nil); got != "-" {
		t.Errorf("no origin is %q, want -", got)
	}
	one := "x"
	for _, c := range []struct {
		headers Headers
		want    string
	}{
		{Headers{}, "- none"}, {Headers{Request: &one}, "x x"},
		{Headers{Fields: []Field{{"A", "b=c&d"}, {"E", ""}}}, "A=b%3Dc%26d&E='' A: b=c&d, E: "},
	} {
		if got := fmt.Sprint(headersPart(c.headers), " ", c.headers); got != c.want {
			t.Errorf("%+v is %q, want %q", c.headers, got, c.want)
		}
	}
}
