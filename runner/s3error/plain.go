package s3error

import "strings"

// declaration is how S3 begins its documents, and most other servers.
const declaration = `<?xml version="1.0" encoding="UTF-8"?>`

// readPlain reads a document as S3 writes it: elements with nothing but text in them, all of it in ASCII, without a comment or an attribute. That is nearly every one, and a run reads one for each request that is refused; encoding/xml takes ten times as long. It leaves
// to [Read] what is written in any other way, and whatever is wrong with it.
func readPlain(body string) (Document, bool) {
	rest := strings.TrimLeft(strings.TrimPrefix(body, declaration), "\n")
	rest, ok := strings.CutPrefix(rest, "<Error>")
	if !ok {
		return Document{}, false
	}
	var doc Document
	for {
		rest = strings.TrimLeft(rest, "\n ")
		if rest == "</Error>" || rest == "</Error>\n" {
			return doc, true
		}
		var e Element
		if e, rest, ok = plainElement(rest); !ok {
			return Document{}, false
		}
		doc.add(e)
	}
}

// plainElement cuts an element off the beginning of a text.
func plainElement(from string) (e Element, rest string, ok bool) {
	name, rest, ok := strings.Cut(from, ">")
	if !ok || len(name) < 2 || name[0] != '<' || strings.ContainsFunc(name[1:], notLetter) {
		return e, from, false
	}
	text, rest, ok := strings.Cut(rest, "<")
	if !ok || strings.ContainsFunc(text, notPlain) {
		return e, from, false
	}
	if text, ok = dereferenced(text); !ok {
		return e, from, false
	}
	rest, ok = strings.CutPrefix(rest, "/"+name[1:]+">")
	return Element{name[1:], text}, rest, ok
}

// references are those that servers write.
var references = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'", "#34": `"`, "#39": "'"}

func dereferenced(text string) (string, bool) {
	before, rest, found := strings.Cut(text, "&")
	if !found {
		return text, true
	}
	var whole strings.Builder
	for found {
		name, after, ended := strings.Cut(rest, ";")
		sign, known := references[name]
		if !ended || !known {
			return "", false
		}
		whole.WriteString(before)
		whole.WriteString(sign)
		before, rest, found = strings.Cut(after, "&")
	}
	whole.WriteString(before)
	return whole.String(), true
}

func notLetter(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }

// notPlain reports what XML reads as something else than itself, or does not permit; and what is no ASCII.
func notPlain(r rune) bool {
	return (r < ' ' || r > '~') && r != '\n' && r != '\t' || r == '>'
}
