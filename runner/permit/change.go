package permit

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/rogpeppe/go-internal/diff"
)

// candidate is a change that permits a request.
type candidate struct {
	cfg       *s3cors.Configuration
	what      []string
	strangers int // what it gives to origins that the configuration does not name
	hidden    int // what it takes from pages: names of headers that they can read no longer
	lines     int // how many it touches
	foreign   int // 1: it adds the page's origin to a rule that was for other origins
}

// smallest is the change that permits the request and gives other origins least; of those the one that hides least of what pages can read,
// then the one that touches the fewest lines, then one of a rule that is for the page's origin already, then the earliest. nil: no change
// permits it. Every candidate is tried on the models before it counts.
func smallest(cfg *s3cors.Configuration, q fetch.Request) *result.ConfigurationChange {
	var all []candidate
	before := readers(cfg, q)
	for _, c := range candidates(cfg, q) {
		if s3cors.Validate(c.cfg) != nil || simulate(c.cfg, q).gets != result.Readable {
			continue
		}
		c.strangers, c.hidden, c.lines = strangersGain(cfg, c.cfg, q), hides(before, c.cfg), changedLines(unified("a", cfg, "b", c.cfg))
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil
	}
	best := slices.MinFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.strangers, b.strangers), cmp.Compare(a.hidden, b.hidden), cmp.Compare(a.lines, b.lines), cmp.Compare(a.foreign, b.foreign))
	})
	return &result.ConfigurationChange{What: best.what, Also: alsoPermitted(cfg, best.cfg, q), Diff: string(unified("cors.json", cfg, "cors.json", best.cfg)), Configuration: string(best.cfg.JSON())}
}

// candidates are: each rule with what it lacks, and a new rule, behind the others or, where another would answer first, before them.
func candidates(cfg *s3cors.Configuration, q fetch.Request) []candidate {
	var all []candidate
	for i := range cfg.CORSRules {
		all = append(all, extended(cfg, i, q))
	}
	rule := s3cors.Rule{AllowedOrigins: []string{q.Origin}, AllowedMethods: []string{fetch.NormalizeMethod(q.Method)}, AllowedHeaders: asked(q)}
	behind, ahead := clone(cfg), clone(cfg)
	behind.CORSRules = append(behind.CORSRules, rule)
	rule.ExposeHeaders, rule.MaxAgeSeconds = exposedTo(cfg, q), ageFor(cfg, q)
	ahead.CORSRules = append([]s3cors.Rule{rule}, ahead.CORSRules...)
	return append(all,
		candidate{cfg: behind, what: []string{"add a rule for " + q.Origin}},
		candidate{cfg: ahead, what: []string{"add a rule for " + q.Origin + " before the others"}})
}

// exposedTo are the names that rules expose to the page by the method: a rule before them answers in their place, and must not hide what they show.
func exposedTo(cfg *s3cors.Configuration, q fetch.Request) []string {
	var names []string
	for _, rule := range cfg.CORSRules {
		if l := lacking(rule, q); l.origin || l.method {
			continue
		}
		for _, name := range rule.ExposeHeaders {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// ageFor is for how long browsers may keep answers to the page by the method now: a new rule before the others answers in their place and
// must keep that. nil: no rule says.
func ageFor(cfg *s3cors.Configuration, q fetch.Request) *int32 {
	for _, rule := range cfg.CORSRules {
		if l := lacking(rule, q); !l.origin && !l.method {
			return rule.MaxAgeSeconds
		}
	}
	return nil
}

// extended is the configuration with one rule given what it lacks. An origin that was meant and is misspelt is mended.
func extended(cfg *s3cors.Configuration, index int, q fetch.Request) candidate {
	changed := clone(cfg)
	rule := &changed.CORSRules[index]
	c := candidate{cfg: changed}
	l := lacking(*rule, q)
	if l.origin {
		c.foreign = 1
		c.what = append(c.what, giveOrigin(rule, q.Origin)+fmt.Sprintf(" of rule %d", index+1))
	}
	if l.method {
		method := fetch.NormalizeMethod(q.Method)
		rule.AllowedMethods = append(rule.AllowedMethods, method)
		c.what = append(c.what, fmt.Sprintf("add %s to AllowedMethods of rule %d", method, index+1))
	}
	if len(l.headers) > 0 {
		rule.AllowedHeaders = append(rule.AllowedHeaders, l.headers...)
		c.what = append(c.what, fmt.Sprintf("add %s to AllowedHeaders of rule %d", strings.Join(l.headers, ", "), index+1))
	}
	return c
}

// giveOrigin corrects the entry that was meant for the origin, or adds the origin.
func giveOrigin(rule *s3cors.Rule, origin string) string {
	for i, entry := range rule.AllowedOrigins {
		if meant(entry, origin) {
			rule.AllowedOrigins[i] = origin
			return fmt.Sprintf("write %s in place of %q in AllowedOrigins", origin, entry)
		}
	}
	rule.AllowedOrigins = append(rule.AllowedOrigins, origin)
	return "add " + origin + " to AllowedOrigins"
}

// meant reports that an entry covers no browser's origin as it stands, and this one once it is mended: its scheme may be missing or be http's.
func meant(entry, origin string) bool {
	if entryProblem(entry) == "" || strings.Contains(entry, "*") {
		return false
	}
	mine, other := split(mended(entry)), split(origin)
	return mine.host == other.host && mine.port == other.port && (mine.scheme == other.scheme || mine.scheme == "" || mine.scheme == "http")
}

func clone(cfg *s3cors.Configuration) *s3cors.Configuration {
	copied := &s3cors.Configuration{CORSRules: slices.Clone(cfg.CORSRules)}
	for i := range copied.CORSRules {
		rule := &copied.CORSRules[i]
		rule.AllowedOrigins, rule.AllowedMethods, rule.AllowedHeaders = slices.Clone(rule.AllowedOrigins), slices.Clone(rule.AllowedMethods), slices.Clone(rule.AllowedHeaders)
	}
	return copied
}

// strangersGain counts the methods that a change gives to origins which fit a pattern and are not named. The page's own origin is none of them.
func strangersGain(old, changed *s3cors.Configuration, q fetch.Request) int {
	gain := 0
	for _, origin := range strangers(old) {
		for _, method := range s3cors.Methods {
			if origin != q.Origin && !permits(old, origin, method) && permits(changed, origin, method) {
				gain++
			}
		}
	}
	return gain
}

// mostWatched bounds for how many origins a change is checked for hiding headers: a configuration may name thousands.
const mostWatched = 20

// reader is a page that can read names of headers.
type reader struct {
	page  fetch.Request
	names []string
}

// readers are pages that can read answers now: the page itself, strangers, and the first of the origins that are named and that a browser sends.
func readers(cfg *s3cors.Configuration, q fetch.Request) []reader {
	watched := append([]string{q.Origin}, strangers(cfg)...)
	for _, rule := range cfg.CORSRules {
		for _, entry := range rule.AllowedOrigins {
			if len(watched) < mostWatched && !strings.Contains(entry, "*") && entryProblem(entry) == "" && !slices.Contains(watched, entry) {
				watched = append(watched, entry)
			}
		}
	}
	var all []reader
	for _, origin := range watched[:min(len(watched), mostWatched)] {
		for _, method := range s3cors.Methods {
			page := fetch.Request{Origin: origin, Method: method, Credentials: fetch.Omit}
			if names := simulate(cfg, page).readable; len(names) > 0 {
				all = append(all, reader{page, names})
			}
		}
	}
	return all
}

// hides counts the names that pages can no longer read, because another rule than before answers them.
func hides(before []reader, changed *s3cors.Configuration) int {
	hidden := 0
	for _, r := range before {
		after := simulate(changed, r.page).readable
		for _, name := range r.names {
			if !slices.Contains(after, name) {
				hidden++
			}
		}
	}
	return hidden
}

// strangers are origins that patterns cover: one for each pattern, with a text in place of * that nobody has.
func strangers(cfg *s3cors.Configuration) []string {
	var all []string
	for _, rule := range cfg.CORSRules {
		for _, entry := range rule.AllowedOrigins {
			if strings.Contains(entry, "*") {
				all = append(all, strings.Replace(entry, "*", "stranger", 1))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func permits(cfg *s3cors.Configuration, origin, method string) bool {
	q := fetch.Request{Origin: origin, Method: method}
	return slices.ContainsFunc(cfg.CORSRules, func(rule s3cors.Rule) bool { return lacking(rule, q).nothing() })
}

// alsoPermitted says what a change permits beside the request: other methods of the page's origin, and the method from other origins by name.
func alsoPermitted(old, changed *s3cors.Configuration, q fetch.Request) []string {
	var also, methods, origins []string
	for _, method := range s3cors.Methods {
		if method != fetch.NormalizeMethod(q.Method) && !permits(old, q.Origin, method) && permits(changed, q.Origin, method) {
			methods = append(methods, method)
		}
	}
	for _, rule := range changed.CORSRules {
		for _, origin := range rule.AllowedOrigins {
			method := fetch.NormalizeMethod(q.Method)
			if origin != q.Origin && !permits(old, origin, method) && permits(changed, origin, method) && !slices.Contains(origins, origin) {
				origins = append(origins, origin)
			}
		}
	}
	if len(methods) > 0 {
		also = append(also, fmt.Sprintf("it permits %s from %s as well", strings.Join(methods, ", "), q.Origin))
	}
	if len(origins) > 0 {
		also = append(also, fmt.Sprintf("it permits %s from %s as well", fetch.NormalizeMethod(q.Method), strings.Join(origins, ", ")))
	}
	return also
}

// unified is the difference of two configurations, written as aws s3api takes them.
func unified(oldName string, old *s3cors.Configuration, newName string, changed *s3cors.Configuration) []byte {
	text := diff.Diff(oldName, old.JSON(), newName, changed.JSON())
	if first, rest, found := bytes.Cut(text, []byte("\n")); found && bytes.HasPrefix(first, []byte("diff ")) {
		return rest
	}
	return text
}

func changedLines(text []byte) int {
	n := 0
	for line := range strings.Lines(string(text)) {
		if changed := line[0] == '+' || line[0] == '-'; changed && !strings.HasPrefix(line, "+++ ") && !strings.HasPrefix(line, "--- ") {
			n++
		}
	}
	return n
}
