package corsfile

import (
	"bytes"
	"regexp"
)

// planned is what terraform plan, apply or show prints of a resource for people: signs before each line, and comments that begin a block.
var planned = regexp.MustCompile(`(?m)^ *# \S+(?:\[[^\]\n]*\])? (?:will be|must be|has been|has changed)|^ +[+~-] resource "|^ +-/\+ resource "`)

var (
	planSign    = regexp.MustCompile(`^( *)(-/\+|\+/-|[+~-]|<=)( )`)
	planBlock   = regexp.MustCompile(`^ *(?:resource|data) "`)
	planChange  = regexp.MustCompile(`(?:"(?:[^"\\]|\\.)*"|[\w.]+) -> `)
	planUnknown = regexp.MustCompile(`\((?:known after apply|sensitive value)\)`)
)

// fromPlan makes the configuration of a printed plan, in Terraform's language. Lines that the plan removes, and its remarks, become blanks,
// so that everything keeps its place.
func fromPlan(data []byte) []byte {
	text := bytes.Clone(data)
	inside, removed := "", "" // how the block, and what is taken away, is indented; "": there is none
	for start := 0; start < len(text); {
		end := start + bytes.IndexByte(text[start:], '\n')
		if end < start {
			end = len(text)
		}
		line := text[start:end]
		sign := ""
		if m := planSign.FindSubmatchIndex(line); m != nil {
			sign = string(line[m[4]:m[5]])
			blank(line[m[4]:m[5]])
		}
		indent := string(line[:len(line)-len(bytes.TrimLeft(line, " "))])
		closes := bytes.IndexAny(bytes.TrimLeft(line, " "), "}]") == 0
		opens := bytes.HasSuffix(bytes.TrimRight(line, " \r"), []byte("{")) || bytes.HasSuffix(bytes.TrimRight(line, " \r"), []byte("["))
		switch {
		case removed != "":
			blank(line)
			if closes && indent == removed {
				removed = ""
			}
		case inside == "" && planBlock.Match(line) && sign != "-":
			inside = indent
		case inside == "":
			blank(line)
		case sign == "-":
			if opens {
				removed = indent
			}
			blank(line)
		case closes && indent == inside:
			inside = ""
		default:
			settle(line)
		}
		start = end + 1
	}
	return text
}

// settle leaves of a line what it says of the time after the plan.
func settle(line []byte) {
	for _, m := range planChange.FindAllIndex(line, -1) {
		blank(line[m[0]:m[1]])
	}
	for _, m := range planUnknown.FindAllIndex(line, -1) {
		copy(line[m[0]:m[1]], "later.not_known_yet_") // an expression that nothing resolves, cut to the length of what it stands for
	}
}

func blank(text []byte) {
	for i := range text {
		if text[i] != '\r' {
			text[i] = ' '
		}
	}
}
