package cli

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"corsprobe/reports"
)

// leastColumns is what is written to as if it were as wide: narrower lines are worse to read than those that a terminal breaks.
const leastColumns = 40

// fit writes lines that a terminal holds: one that is longer is broken between words, and goes on below the last column of its table. What is
// no terminal gets lines as they are, to be searched and cut.
type fit struct {
	w     io.Writer
	width int
	rest  []byte // of a line that has not ended
}

// fitted is a writer of tables and sentences, each ended by a newline.
func fitted(w io.Writer) io.Writer {
	if width := columns(w); isTerminal(w) && width > 0 {
		return &fit{w: w, width: max(width, leastColumns)}
	}
	return w
}

func (f *fit) Write(p []byte) (int, error) {
	f.rest = append(f.rest, p...)
	end := bytes.LastIndexByte(f.rest, '\n')
	if end < 0 {
		return len(p), nil
	}
	var b strings.Builder
	for line := range strings.Lines(string(f.rest[:end+1])) {
		b.WriteString(strings.Join(folded(strings.TrimRight(line, " \n"), f.width), "\n") + "\n")
	}
	f.rest = append(f.rest[:0], f.rest[end+1:]...)
	if _, err := io.WriteString(f.w, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// folded breaks a line that is too long.
func folded(line string, width int) []string {
	if utf8.RuneCountInString(line) <= width {
		return []string{line}
	}
	column := lastColumn(line, width/2)
	below := utf8.RuneCountInString(line[:column])
	if column == 0 { // there is nothing to go on below
		below = len(line) - len(strings.TrimLeft(line, " ")) + 4
	}
	lines := reports.Wrap(line[column:], width-below)
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
		if i > 0 {
			lines[i] = strings.Repeat(" ", below) + strings.TrimLeft(lines[i], " ")
		}
	}
	lines[0] = line[:column] + lines[0]
	return lines
}

// lastColumn is where the last column of a table begins that begins before most; 0: there is none but the first.
func lastColumn(line string, most int) int {
	column := 0
	for i := 1; i < len(line) && i <= most; i++ {
		if line[i-1] == ' ' && line[i] != ' ' && i > 1 && line[i-2] == ' ' && strings.TrimSpace(line[:i]) != "" {
			column = i
		}
	}
	return column
}
