package console

import (
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
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
	id := ""
	switch header, value := foreignNames(text); {
	case header == "" && status == "null":
		id = "transport"
	case header == "" && status != "":
		id = "preflight-status"
	case header == "Origin":
		id = "not-by-mode"
	case header == "Access-Control-Allow-Credentials":
		id = "credentials-not-true"
	case header == "Access-Control-Allow-Methods" && value == "":
		id = "method-denied"
	case header == "Access-Control-Allow-Methods":
		id, m.Value = "allow-methods-invalid", value
	case header == "Access-Control-Allow-Headers" && isToken(value):
		id, m.Header = "header-denied", value
	case header == "Access-Control-Allow-Origin" && value == "*":
		id = "wildcard-with-credentials"
	case header == "Access-Control-Allow-Origin" && value != "":
		id, m.Value = "allow-origin-mismatch", WithoutKeys(value)
	case header == "Access-Control-Allow-Origin" && (status != "" || saysMissing(text)):
		id = "allow-origin-missing"
	default:
		id = "blocked"
	}
	if m.Meaning = byID(id); status != "null" {
		m.Status = status
	}
	return m, true
}

// foreignNames are the header in quotes that a sentence speaks of, and the other value in quotes.
func foreignNames(text string) (header, value string) {
	for _, found := range foreignQuoted.FindAllStringSubmatch(text, -1) {
		name := strings.ReplaceAll(found[1], "Allow -", "Allow-") // as French has it
		switch {
		case header == "" && (strings.HasPrefix(name, "Access-Control-") || name == "Origin"):
			header = name
		case value == "" && name != "true" && name != header:
			value = name
		}
	}
	return header, value
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
