package endpoint

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// NotRestored says that a user's bucket does not have its own configuration any more, and how it gets it back. What it holds instead is what
// the run put last.
type NotRestored struct {
	Bucket  string
	Journal string // the file that holds the bucket's own configuration
	Command string // puts it back, as one line for a shell
	Err     error  // why it was not put back
}

func (n *NotRestored) Error() string {
	return fmt.Sprintf("the configuration of %s was not put back: %v; %s puts it back from %s", n.Bucket, n.Err, n.Command, n.Journal)
}

func (n *NotRestored) Unwrap() error { return n.Err }

// LeftBehind says that something of the run's own is still on the endpoint: a bucket, or objects in a user's bucket, which is then otherwise
// as it was.
type LeftBehind struct {
	Bucket  string
	Objects string // what their keys begin with, in a user's bucket; empty: the bucket itself is the run's
	Command string // removes it, as one line for a shell
	Err     error  // why it was not removed
}

func (l *LeftBehind) Error() string {
	if l.Objects != "" {
		return fmt.Sprintf("objects below %s in the bucket %s may be left behind: %v; %s removes them", l.Objects, l.Bucket, l.Err, l.Command)
	}
	is := "is"
	var lost *lostError
	if errors.As(l.Err, &lost) {
		is = "may be" // nobody knows what became of the call
	}
	return fmt.Sprintf("the bucket %s %s left behind: %v; %s removes it", l.Bucket, is, l.Err, l.Command)
}

func (l *LeftBehind) Unwrap() error { return l.Err }

// Undone lists, as [NotRestored] and [LeftBehind], what is still to be cleaned up, for a process that must end without waiting for it. It
// sends nothing.
func (e *Endpoint) Undone() []error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var undone []error
	for b := range e.open {
		undone = append(undone, b.undone())
	}
	slices.SortFunc(undone, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return undone
}

var errEnded = errors.New("the run ended before that")

func (b *Bucket) undone() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.owned:
		return &LeftBehind{Bucket: b.name, Command: b.e.sweepCommand(b.e.config.RunID), Err: errEnded}
	case b.saved.Restored:
		return &LeftBehind{Bucket: b.name, Objects: prefixOf(b.e.config.RunID), Command: b.e.restoreCommand(b.name), Err: errEnded}
	default:
		return &NotRestored{Bucket: b.name, Journal: b.saved.path, Command: b.e.restoreCommand(b.name), Err: errEnded}
	}
}

// command is a command line of corsprobe's that reaches the endpoint as the run did. Keys are not in it: they come from the environment.
func (e *Endpoint) command(words ...string) string {
	words = append([]string{"corsprobe"}, words...)
	flag := func(name, value string) {
		if value != "" {
			words = append(words, name, value)
		}
	}
	c := e.config
	flag("--profile", c.Profile)
	if c.Addressing != "auto" {
		flag("--addressing", c.Addressing)
	}
	for _, r := range c.Resolve {
		flag("--resolve", r.Host+":"+r.Port+":"+r.Addr)
	}
	flag("--ca-file", c.CAFile)
	if c.Insecure {
		words = append(words, "--insecure")
	}
	if c.Timeout != defaultTimeout {
		flag("--timeout", c.Timeout.String())
	}
	for i, w := range words {
		words[i] = shellWord(w)
	}
	return strings.Join(words, " ")
}

// defaultTimeout is how long one request may take, as probe has it.
const defaultTimeout = 30 * time.Second

var shellSafe = regexp.MustCompile(`^[A-Za-z0-9_./:@=+,-]+$`)

// shellWord quotes what a shell would not take as one word as it stands.
func shellWord(word string) string {
	if shellSafe.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// restoreCommand puts a user's bucket back, and takes the run's objects away.
func (e *Endpoint) restoreCommand(bucket string) string {
	return e.command("restore", "--bucket", bucket)
}

// sweepCommand removes the run's own buckets, and no others.
func (e *Endpoint) sweepCommand(run string) string {
	return e.command("sweep", "--run", run, "--endpoint", e.URL(), "--region", e.Region())
}
