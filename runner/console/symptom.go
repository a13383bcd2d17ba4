package console

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"golang.org/x/net/http/httpguts"
)

// Explain says what a message means, what its likeliest causes are, which command settles it and what to write into the configuration.
func Explain(m Message) result.Symptom {
	info := fetch.Reason(m.Meaning.ID).Info()
	s := result.Symptom{
		Source: m.Source, ID: m.Meaning.ID, URL: m.URL, RedirectedFrom: m.From, Origin: m.Origin, Method: m.Method, Header: m.Header, Value: m.Value,
		Status: m.Status, Means: m.fill(m.Meaning.Means), Chromium: info.Chromium, Firefox: info.Firefox, Note: m.fill(m.Meaning.Note),
	}
	for _, cause := range m.Meaning.Causes {
		s.Causes = append(s.Causes, m.fill(cause))
	}
	if m.Error != nil {
		s.Code, s.Message, s.Endpoint, s.Region = m.Error.Code, m.Error.Message, m.Error.Endpoint, m.Error.Region
	}
	if m.Meaning.Asks != "none" {
		s.Command, s.Assumes = m.command()
		s.Reads = m.fill(m.Meaning.Read)
	}
	if method := fetch.NormalizeMethod(m.Method); m.Method != "" && isToken(method) && !slices.Contains(s3cors.Methods, method) {
		s.Note = "S3 has no method " + method + ", so no configuration permits it: it knows " + strings.Join(s3cors.Methods, ", ") + "."
		return s
	}
	if m.Meaning.Write != "" {
		s.Configuration = written(m.rule())
		if m.Origin == "" {
			s.Note = strings.TrimSpace("In place of " + anyOrigin + " put the page's origin. " + s.Note)
		}
	}
	return s
}

// anyOrigin stands in a configuration for an origin that is not known.
const anyOrigin = "https://app.example.com"

// unknown are the words for what a message does not tell.
var unknown = map[string]string{
	"origin": "the page's origin", "method": "the method", "header": "the header", "value": "another value", "status": "an error", "host": "the host",
}

var hole = regexp.MustCompile(`\{[a-z]+\}`)

func (m Message) fill(text string) string {
	known := map[string]string{"origin": m.Origin, "method": m.Method, "header": m.Header, "status": m.Status, "host": hostOf(m.URL)}
	if m.Value != "" {
		known["value"] = `"` + m.Value + `"`
	}
	text = hole.ReplaceAllStringFunc(text, func(h string) string {
		name := strings.Trim(h, "{}")
		if known[name] != "" {
			return known[name]
		}
		return unknown[name]
	})
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func hostOf(address string) string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		return ""
	}
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// command is corsprobe probe with the message's own values, and what in it is a guess.
func (m Message) command() (command string, assumes []string) {
	address, origin := Quote(m.URL), Quote(m.Origin)
	if m.From != "" {
		address = Quote(m.From)
	}
	switch {
	case m.Signed:
		address = `"$URL"`
		assumes = append(assumes, "The address holds a signature or a key, which is as good as the right itself: it is not repeated here. Put the whole of it into URL.")
	case m.URL == "":
		address = `"$URL"`
		assumes = append(assumes, "URL is the address that the page asked for.")
	}
	if m.Origin == "" {
		origin = `"$ORIGIN"`
		assumes = append(assumes, "ORIGIN is the page's origin: what location.origin says in its console.")
	}
	args := []string{"corsprobe", "probe", address, "--origin", origin}
	method, guessed := m.asksWith()
	if method != "GET" {
		args = append(args, "--method", Quote(method))
	}
	if guessed {
		assumes = append(assumes, "Put the page's own method for "+method+", which the text does not tell.")
	}
	if m.sendsHeader() {
		args = append(args, "--header", Quote(m.Header))
	}
	if m.Meaning.Asks == "preflight" {
		assumes = append(assumes, "Add --header NAME for each header that the page sets.")
		if fetch.IsSafelistedMethod(method) && !m.sendsHeader() {
			args = append(args, "--preflight")
		}
	}
	if m.Meaning.Asks == "credentials" {
		args = append(args, "--credentials")
	}
	return strings.Join(args, " "), assumes
}

// asksWith is the method to ask with, and whether it is a guess: what needs a preflight is mostly an upload.
func (m Message) asksWith() (method string, guessed bool) {
	switch {
	case isToken(m.Method):
		return fetch.NormalizeMethod(m.Method), false
	case m.Meaning.Asks == "preflight" && !m.sendsHeader():
		return "PUT", true
	}
	return "GET", m.Meaning.Asks == "preflight"
}

// sendsHeader reports that the header spoken of is one of the request's.
func (m Message) sendsHeader() bool {
	return isToken(m.Header) && m.Meaning.Write != "expose"
}

// rule permits what the message tells of.
func (m Message) rule() s3cors.Rule {
	method, guessed := m.asksWith()
	rule := s3cors.Rule{AllowedOrigins: []string{anyOrigin}, AllowedMethods: []string{method}}
	switch {
	case m.Origin == "null":
		rule.AllowedOrigins = []string{"*"}
	case m.Origin != "":
		rule.AllowedOrigins = []string{m.Origin}
	}
	if guessed {
		rule.AllowedMethods = []string{"GET", "PUT"}
	}
	if slices.Equal(rule.AllowedMethods, []string{"GET"}) {
		rule.AllowedMethods = []string{"GET", "HEAD"}
	}
	switch {
	case m.sendsHeader():
		rule.AllowedHeaders = []string{m.Header}
	case m.Meaning.Asks == "preflight":
		rule.AllowedHeaders = []string{"*"}
	}
	if m.Meaning.Write == "expose" && isToken(m.Header) {
		rule.ExposeHeaders = []string{m.Header}
	} else if slices.Contains(rule.AllowedMethods, "PUT") {
		rule.ExposeHeaders = []string{"ETag"}
	}
	return rule
}

// written is a configuration of one rule, as aws s3api takes it, a line a list.
func written(rule s3cors.Rule) string {
	lists := []struct {
		name   string
		values []string
	}{
		{"AllowedOrigins", rule.AllowedOrigins}, {"AllowedMethods", rule.AllowedMethods}, {"AllowedHeaders", rule.AllowedHeaders}, {"ExposeHeaders", rule.ExposeHeaders},
	}
	var lines []string
	for _, l := range lists {
		if len(l.values) > 0 {
			values, _ := json.Marshal(l.values) // strings into memory: it cannot fail
			lines = append(lines, fmt.Sprintf("  %q: %s", l.name, values))
		}
	}
	return "{\"CORSRules\": [{\n" + strings.Join(lines, ",\n") + "\n}]}\n"
}

// isToken: the grammar of methods and of names of headers (RFC 9110, 5.6.2).
func isToken(text string) bool { return httpguts.ValidHeaderFieldName(text) }

var needsNoQuotes = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// Quote writes a word as a POSIX shell reads it back.
func Quote(text string) string {
	if needsNoQuotes.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
