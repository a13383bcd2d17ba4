package scenarios

import (
	"fmt"
	"time"
)

// Deviation is a difference from S3 that is known of an endpoint.
type Deviation struct {
	Cells  string `yaml:"cells" required:"true" doc:"Cells, as a glob over ids: * within one part, ** over any number."`
	Check  string `yaml:"check" required:"true" doc:"Checks, as a glob: preflight.vary, *.expose-headers."`
	Got    string `yaml:"got" doc:"What came, as a glob; anything when left out. It keeps an entry from hiding another defect of the same check."`
	Reason string `yaml:"reason" required:"true" doc:"Why this is known and accepted, in a sentence."`
	Link   string `yaml:"link" doc:"Evidence: an issue, a line of source, documentation."`
	Until  string `yaml:"until" doc:"A date, YYYY-MM-DD, after which the entry no longer counts."`

	File string `yaml:"-"`
	Line int    `yaml:"-"`
}

// Covers reports that the entry speaks of that check and of what came. An empty Got covers anything.
func (d Deviation) Covers(check, got string) bool {
	return wildcard(d.Check, check) && (d.Got == "" || wildcard(d.Got, got))
}

// Expired reports that the entry's last day lies before now.
func (d Deviation) Expired(now time.Time) bool {
	last, err := time.Parse(time.DateOnly, d.Until)
	return err == nil && !now.Before(last.AddDate(0, 0, 1))
}

// Where is the entry's place, "file:line".
func (d Deviation) Where() string { return fmt.Sprintf("%s:%d", d.File, d.Line) }

// wildcard matches text against a pattern in which * stands for any run of characters.
func wildcard(pattern, text string) bool {
	for len(pattern) > 0 {
		if pattern[0] == '*' {
			for i := 0; i <= len(text); i++ {
				if wildcard(pattern[1:], text[i:]) {
					return true
				}
			}
			return false
		}
		if text == "" || text[0] != pattern[0] {
			return false
		}
		pattern, text = pattern[1:], text[1:]
	}
	return text == ""
}
