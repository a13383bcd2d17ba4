package console

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// The browsers whose sentences are known.
const (
	Chromium = "Chromium"
	Firefox  = "Firefox"
	Safari   = "Safari"
	S3       = "S3"
)

// role is what a part of a text is to the others.
type role int

const (
	sentence role = iota // says what happened
	before               // comes before a sentence, and says of which request it speaks
	after                // comes after one, and says more of it
	network              // a line of the network's beside it
)

// pattern finds one kind of part.
type pattern struct {
	role    role
	browser string
	meaning *Meaning // of sentences
	re      *regexp.Regexp
	// word is a part of every text that re fits, in lower case: looking for it first is what makes a long text quick to read.
	word string
}

// found is a part of a text.
type found struct {
	pattern
	start, end int
	values     map[string]string
}

// frames surround sentences; a quote in them may be a double one, or missing. Safari says of which request it speaks after it said why.
var frames = []struct {
	role    role
	browser string
	text    string
}{
	{before, Chromium, `Access to [A-Za-z /-]{1,40}? at '?(?P<url>\S+?)'? (?:\(redirected from '?(?P<from>\S+?)'?\) )?from origin '?(?P<origin>\S+?)'? has been blocked by CORS policy:? ?`},
	{before, Chromium, `[A-Z][a-z]+(?: [a-z]+)? from origin '?\S+?'? has been blocked from loading by Cross-Origin Resource Sharing policy: ?`},
	{before, "", `(?:XMLHttpRequest|Fetch API|EventSource) cannot load (?P<url>\S+?)\.? `}, // of Chromium before 2018, and of Safari
	{before, "", `Failed to load (?P<url>https?://\S+?): `},
	{after, Chromium, `Origin '?(?P<origin>\S+?)'? is therefore not allowed access\.?(?: The response had HTTP status code (?P<status>\d{3}))?`},
	{before, Firefox, `Cross-Origin Request (?:Blocked|Warning): The Same Origin Policy (?:will )?disallows? reading the remote resource at '?(?P<url>\S+?)'?(?: soon)?\.?(?: \(Reason: |\s|$)`},
	{after, Safari, `(?:XMLHttpRequest|Fetch API|EventSource) cannot load (?P<url>\S+?) due to access control checks`},
	{after, "", `Status code: \(?(?P<status>\d{3}|null|0)\)?`},
	{network, Chromium, `\b(?P<method>GET|HEAD|PUT|POST|DELETE|OPTIONS|PATCH) (?P<url>https?://\S+)(?: (?P<status>\d{3}) \([A-Za-z ]*\))? ?`},
}

var patterns = sync.OnceValue(func() []pattern {
	var all []pattern
	for _, f := range frames {
		text := strings.ReplaceAll(f.text, `'?`, `['"]?`) // Chromium quotes an address in either way
		all = append(all, pattern{role: f.role, browser: f.browser, re: regexp.MustCompile("(?i)" + text)})
	}
	for _, m := range browserMeanings() {
		for browser, texts := range map[string][]string{Chromium: m.Chromium, Firefox: m.Firefox, Safari: m.Safari} {
			for _, text := range texts {
				for _, re := range compile(text) {
					all = append(all, pattern{role: sentence, browser: browser, meaning: m, re: re, word: longestWord(text)})
				}
			}
		}
	}
	return all
})

// longestWord is the longest part of a sentence without values and quotes, in lower case.
func longestWord(text string) string {
	pieces := strings.FieldsFunc(placeholder.ReplaceAllString(text, "'"), func(r rune) bool { return r == '\'' || r == '"' })
	return strings.ToLower(slices.MaxFunc(pieces, func(a, b string) int { return cmp.Compare(len(a), len(b)) }))
}

// placeholder is the {name} of a sentence, where a value stands.
var placeholder = regexp.MustCompile(`\{([a-z]+)\}`)

// anyQuote makes a sentence fit however its quotes are written.
var anyQuote = strings.NewReplacer(`'`, `['"]`, `"`, `['"]`)

// compile makes the patterns of a sentence: as it stands, and as it is when a shell ate its quotes.
func compile(text string) []*regexp.Regexp {
	all := []*regexp.Regexp{filled(text)}
	if unquoted := strings.NewReplacer(`'`, "", `"`, "").Replace(text); unquoted != text {
		all = append(all, filled(unquoted))
	}
	return all
}

// filled puts groups where values stand. A value has blanks only where something says where it ends: a quote, or the text after it.
func filled(text string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("(?i)")
	last := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		name, rest := text[at[2]:at[3]], text[at[1]:]
		b.WriteString(anyQuote.Replace(regexp.QuoteMeta(text[last:at[0]])))
		group := `\S+?`
		switch {
		case strings.HasPrefix(rest, `'`), strings.HasPrefix(rest, `"`):
			group = `[^'"]*?`
		case rest == "":
			group = `[^\s'"]+`
		case name == "value":
			group = `.*?`
		}
		b.WriteString("(?P<" + name + ">" + group + ")")
		last = at[1]
	}
	b.WriteString(anyQuote.Replace(regexp.QuoteMeta(text[last:])))
	return regexp.MustCompile(b.String())
}

// parts finds every frame and sentence of a text, in order. Of those that overlap the first counts, and of those that begin together the longest.
func parts(text string) []found {
	var all []found
	lower := strings.ToLower(text)
	for _, p := range patterns() {
		if !strings.Contains(lower, p.word) {
			continue
		}
		for _, at := range p.re.FindAllStringSubmatchIndex(text, -1) {
			f := found{pattern: p, start: at[0], end: at[1], values: map[string]string{}}
			for i, name := range p.re.SubexpNames() {
				if name != "" && at[2*i] >= 0 {
					f.values[name] = text[at[2*i]:at[2*i+1]]
				}
			}
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(a.role, b.role), cmp.Compare(a.browser, b.browser))
	})
	end := 0
	return slices.DeleteFunc(all, func(f found) bool {
		if f.start < end {
			return true
		}
		end = f.end
		return false
	})
}
