package console

import (
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
)

// Firefox speaks its user's language, and its sentences are translated whole. What stays in all of them are the address, the names of headers and
// the values in quotes, the word CORS, and the status at the end; and the page of MDN that the sentence links to.
var (
	foreignAddress = regexp.MustCompile(`https?://[^\s'"«»「」（(]+`)
	foreignQuoted  = regexp.MustCompile(`['"«「] ?([^'"«»「」]{1,200}?) ?['"»」]`)
	foreignStatus  = regexp.MustCompile(`[:：] ?\(?(\d{3}|null)\)?[.。]?(?: |$)`)
	mdnPage        = regexp.MustCompile(`\bCORS[A-Z][A-Za-z]+`)
)

// missing are the words by which Firefox says that a header is not there: in German, French, Spanish and Portuguese, Italian, Dutch, Polish, Russian,
// Chinese (of both scripts) and Japanese.
var missing = []string{"fehlt", "manquant", "falta", "manca", "ontbreekt", "brak", "отсутствует", "缺少", "足りない", "ありません"}

// foreign reads what a Firefox of another language than English says. It returns nil where a text has not all that such a sentence has.
func foreign(text string) []Message {
	var all []Message
	addresses := foreignAddress.FindAllStringIndex(text, -1)
	for i, at := range addresses {
		end := len(text)
		for _, next := range addresses[i+1:] {
			if quotedAt(text, next[0]) || strings.Contains(text[next[0]:next[1]], "/CORS/Errors/") {
				continue // an origin that the sentence speaks of, or its link
			}
			end = next[0]
			break
		}
		if quotedAt(text, at[0]) && i > 0 || strings.Contains(text[at[0]:at[1]], "/CORS/Errors/") {
			continue
		}
		if m, ok := foreignReason(text[at[1]:end]); ok {
			m.URL, m.Signed = shown(strings.TrimRight(text[at[0]:at[1]], ".,;:。"))
			all = append(all, m)
		}
	}
	return all
}

func quotedAt(text string, at int) bool {
	return at > 0 && strings.ContainsAny(text[at-1:at], `'"`) || strings.HasSuffix(text[:at], "«") || strings.HasSuffix(text[:at], "« ")
}

// foreignReason is what stands after the address: why, and which status came.
func foreignReason(text string) (Message, bool) {
	m := Message{Source: Firefox}
	if page := mdnPage.FindString(text); page != "" {
		if m.Meaning = byPage(page); m.Meaning != nil {
			return m, true
		}
	}
	if !strings.Contains(text, "CORS") {
		return m, false
	}
	status := ""
	if found := foreignStatus.FindStringSubmatch(text); found != nil {
		status = found[1]
	}
	name, value := foreignNames(text)
	id := foreignID(foreignSentence{name, value, status, saysMissing(text)})
	switch id {
	case "allow-methods-invalid":
		m.Value = value
	case "allow-origin-mismatch":
		m.Value = WithoutKeys(value)
	case "header-denied":
		m.Header = value
	}
	if m.Meaning = byID(id); status != "null" {
		m.Status = status
	}
	return m, true
}

// foreignSentence is what a sentence has whatever its language: a header's name and another value, both in quotes, and the status at its end.
type foreignSentence struct {
	header, value, status string
	missing               bool // one of the words for a header that is not there
}

// foreignIDs are the meanings of sentences that name a header, or none; the first that fits counts.
var foreignIDs = []struct {
	id, header string
	fits       func(s foreignSentence) bool
}{
	{"transport", "", func(s foreignSentence) bool { return s.status == "null" }},
	{"preflight-status", "", func(s foreignSentence) bool { return s.status != "" }},
	{"not-by-mode", header.Origin, func(foreignSentence) bool { return true }},
	{"credentials-not-true", header.AllowCredentials, func(foreignSentence) bool { return true }},
	{"method-denied", header.AllowMethods, func(s foreignSentence) bool { return s.value == "" }},
	{"allow-methods-invalid", header.AllowMethods, func(foreignSentence) bool { return true }},
	{"header-denied", header.AllowHeaders, func(s foreignSentence) bool { return isToken(s.value) }},
	{"wildcard-with-credentials", header.AllowOrigin, func(s foreignSentence) bool { return s.value == "*" }},
	{"allow-origin-mismatch", header.AllowOrigin, func(s foreignSentence) bool { return s.value != "" }},
	{"allow-origin-missing", header.AllowOrigin, func(s foreignSentence) bool { return s.status != "" || s.missing }},
}

func foreignID(s foreignSentence) string {
	for _, one := range foreignIDs {
		if one.header == s.header && one.fits(s) {
			return one.id
		}
	}
	return "blocked"
}

// foreignNames are the header in quotes that a sentence is about, and the other value in quotes.
func foreignNames(text string) (name, value string) {
	for _, found := range foreignQuoted.FindAllStringSubmatch(text, -1) {
		quoted := strings.ReplaceAll(found[1], "Allow -", "Allow-") // as French has it
		switch {
		case name == "" && (strings.HasPrefix(quoted, "Access-Control-") || quoted == header.Origin):
			name = quoted
		case value == "" && quoted != "true" && quoted != name:
			value = quoted
		}
	}
	return name, value
}

func saysMissing(text string) bool {
	return slices.ContainsFunc(missing, func(word string) bool { return strings.Contains(strings.ToLower(text), word) })
}

// byPage is the meaning that MDN has a page of that name of; nil: none. Of those that share one the last is told, which is no preflight's.
func byPage(page string) *Meaning {
	var of *Meaning
	for _, m := range browserMeanings() {
		if fetch.Reason(m.ID).Info().Firefox == page {
			of = m
		}
	}
	return of
}
