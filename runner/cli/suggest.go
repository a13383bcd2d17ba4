package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/suggest"
)

// fewMeant is how many words are suggested at most.
const fewMeant = 3

// meant suggests words that a mistyped one may stand for, as the end of an error: "; did you mean …?". They are those that hold the word, or
// else those that differ in few letters, the nearest first. Empty: none is near.
func meant(word string, words []string) string {
	found := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return word == "" || !strings.Contains(w, word) })
	if len(found) == 0 {
		found = suggest.Nearest(word, words, max(2, len(word)/3))
	}
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", strings.Join(found[:min(len(found), fewMeant)], " or "))
}

var notCommand = regexp.MustCompile(`^unknown command "([^"]*)" for "[^"]*"$`)

// unknownCommand adds to cobra's error the commands that were perhaps meant; another error stays as it is.
func unknownCommand(text string) string {
	found := notCommand.FindStringSubmatch(text)
	if found == nil {
		return text
	}
	return fmt.Sprintf("there is no command %q%s; corsprobe help lists them", found[1], meant(found[1], commandNames()))
}

// commandNames are those that help lists, in its order.
func commandNames() []string {
	var names []string
	for _, g := range commandGroups {
		names = append(names, g.commands...)
	}
	return names
}

// cellIDs are those of a report.
func cellIDs(r result.Report) []string {
	ids := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		ids[i] = c.ID
	}
	return ids
}
