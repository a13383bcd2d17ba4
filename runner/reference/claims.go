package reference

import (
	"fmt"
	"strings"

	"corsprobe/runner/result"
)

// Claims counts what a report of run --browser says of browsers and Chromium can be asked about: in how many cells what a page gets, and in how
// many findings that a browser blocks, that a page can read, and what is so with credentials.
type Claims struct{ Pages, Blocked, Exposed, WithCredentials int }

// Hold holds every claim of a report against what Chromium did there, and lists the contradictions.
func (n *Claims) Hold(report result.Report) (wrong []string) {
	for _, c := range report.Cells {
		if c.Chromium == nil || c.Chromium.NotSent != "" || c.Chromium.Otherwise != "" {
			continue
		}
		if text := n.page(c); text != "" {
			wrong = append(wrong, text)
		}
		for _, f := range c.Findings {
			if text := n.finding(c, f); text != "" {
				wrong = append(wrong, text)
			}
		}
	}
	return wrong
}

// page holds what a cell says that a page gets against whether the script was given an answer.
func (n *Claims) page(c result.Cell) string {
	if c.Browser == nil || c.Browser.Got != "readable" && c.Browser.Code == "" {
		return "" // a preflight alone, or one that no page sends
	}
	n.Pages++
	if readable := c.Browser.Got == "readable"; readable != c.Chromium.Resolved {
		return fmt.Sprintf("%s says %q, and Chromium: resolved %v %s", c.ID, c.Browser.Got, c.Chromium.Resolved, c.Chromium.Code)
	}
	return ""
}

func (n *Claims) finding(c result.Cell, f result.Finding) string {
	switch {
	case f.Browser == nil || strings.HasPrefix(f.Check, "config."):
	case f.Browser.Credentials:
		n.WithCredentials++
		if c.Chromium.Credentials == nil || f.Browser.Blocked && c.Chromium.Credentials.Resolved {
			return fmt.Sprintf("%s: %s says %q, and Chromium with credentials: %+v", c.ID, f.Check, f.Browser.Sentence, c.Chromium.Credentials)
		}
	case f.Browser.Blocked && f.Browser.By != result.ByStandard:
		n.Blocked++
		if c.Chromium.Resolved {
			return fmt.Sprintf("%s: %s says %q, and Chromium gave the script the answer", c.ID, f.Check, f.Browser.Sentence)
		}
	case strings.HasSuffix(f.Browser.Sentence, "the page can read it"), strings.HasSuffix(f.Browser.Sentence, "the page can read the answer"):
		n.Exposed++
		if !c.Chromium.Resolved {
			return fmt.Sprintf("%s: %s says %q, and Chromium kept it from the script: %s", c.ID, f.Check, f.Browser.Sentence, c.Chromium.Code)
		}
	}
	return ""
}
