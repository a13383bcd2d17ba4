package scenarios

import "strings"

// Glob reports that an id fits a pattern: * stands for anything within one part, ** for any number of parts, and a pattern that ends early
// fits everything below it.
func Glob(pattern, id string) bool {
	return globParts(strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(id, "/"))
}

func globParts(pattern, id []string) bool {
	switch {
	case len(pattern) == 0:
		return true
	case pattern[0] == "**":
		for i := range len(id) + 1 {
			if globParts(pattern[1:], id[i:]) {
				return true
			}
		}
		return false
	case len(id) == 0:
		return false
	}
	return wildcard(pattern[0], id[0]) && globParts(pattern[1:], id[1:])
}

// Literal is the pattern that fits a text and nothing else, where a star may stand for itself: in what a deviation's got says.
func Literal(text string) string { return strings.ReplaceAll(text, "*", `\*`) }

// wildcard matches a text against a pattern in which * stands for any run of characters, and \* for a star. It goes back to the last star only,
// so that no pattern takes longer than the product of both lengths.
func wildcard(pattern, text string) bool {
	star, mark := -1, 0
	p, t := 0, 0
	for t < len(text) {
		literal := strings.HasPrefix(pattern[p:], `\*`)
		switch {
		case literal && text[t] == '*':
			p += 2
			t++
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && !literal && pattern[p] == text[t]:
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
