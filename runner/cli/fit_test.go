package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFolded(t *testing.T) {
	for line, want := range map[string]string{
		"":      "",
		"short": "short",
		"exactly forty characters, to the letter.":                     "exactly forty characters, to the letter.",
		"name  breakage  One sentence that is too long for it.":        "name  breakage  One sentence that is too\n                long for it.",
		"  fact 44   Rules are tried in stored order, one by one.":     "  fact 44   Rules are tried in stored\n            order, one by one.",
		"a-name-of-more-than-half-the-width  breakage  One sentence.":  "a-name-of-more-than-half-the-width\n    breakage  One sentence.",
		"One sentence without any column that is too long for a line.": "One sentence without any column that\n    is too long for a line.",
		"ünï  çödé  " + strings.Repeat("ä", 28) + " ö":                 "ünï  çödé  " + strings.Repeat("ä", 28) + "\n           ö",
		"a-word-that-is-longer-than-any-line-of-forty-characters":      "a-word-that-is-longer-than-any-line-of-forty-characters",
	} {
		if diff := cmp.Diff(want, strings.Join(folded(line, 40), "\n")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
}

// TestFit: lines come whole, however they are written; what is no terminal gets them as they are.
func TestFit(t *testing.T) {
	var b bytes.Buffer
	f := &fit{w: &b, width: 40}
	for _, part := range []string{"name  One sentence that", " is too long for one line.\nand", " another\n"} {
		if n, err := fmt.Fprint(f, part); n != len(part) || err != nil {
			t.Errorf("%d bytes of %d, %v", n, len(part), err)
		}
	}
	if want := "name  One sentence that is too long for\n      one line.\nand another\n"; b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	if fitted(&b) != &b {
		t.Error("a file's lines are broken")
	}
}
