// Package redact takes secrets out of evidence: signatures, tokens and keys, wherever S3's protocol puts them or a server repeats them.
//
// Evidence is judged as it came, and redacted once, when a run hands it over to be shown: with a secret key of "test" the answer
// https://test.example.com is judged as that, and shown as https://REDACTED.example.com.
package redact

import (
	"cmp"
	"encoding/xml"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Redacted replaces what must not be shown.
const Redacted = "REDACTED"

var (
	// secretForm is a field of a form, which stand on lines of their own. The policy names the access key.
	secretForm = regexp.MustCompile(`(?i)(name="(?:x-amz-(?:signature|credential|security-token)|signature|awsaccesskeyid|policy)"\s+)[^\s"'<>]+`)
	// secretXML is an element that holds a secret. It may be cut short, at the end of what is kept of a body or where a sentence quotes its start.
	secretXML = regexp.MustCompile(`(?is)(<(?:AWSAccessKeyId|StringToSign|StringToSignBytes|CanonicalRequest|CanonicalRequestBytes|SignatureProvided)>).*?(</|…|$)`)
)

// Text removes signatures, credentials and tokens from a text, wherever S3's protocol puts them.
func Text(text string) string {
	text = withoutQuery(text)
	if strings.Contains(text, `="`) { // looking is slow, and most texts hold no field
		text = secretForm.ReplaceAllString(text, "${1}"+Redacted)
	}
	if strings.Contains(text, "<") {
		text = secretXML.ReplaceAllString(text, "${1}"+Redacted+"${2}")
	}
	return text
}

// secretNames end the names of a query's parameters that are secret, longer ones such as X-Amz-Signature among them.
var secretNames = []string{"signature", "credential", "x-amz-security-token", "awsaccesskeyid"}

// withoutQuery removes the values of secret parameters, wherever in a text a query stands. It reads by hand, for all evidence goes through it.
func withoutQuery(text string) string {
	if !strings.ContainsAny(text, "=%") {
		return text
	}
	var b strings.Builder
	done := 0 // all before it is in b
	for i := 0; i < len(text); {
		n := equals(text[i:])
		if n == 0 || !slices.ContainsFunc(secretNames, func(name string) bool { return endsFold(text[done:i], name) }) {
			i += max(n, 1)
			continue
		}
		value := len(text) - i - n
		if end := strings.IndexAny(text[i+n:], "&\t\n\f\r \"'<>,"); end >= 0 {
			value = end
		}
		if value > 0 {
			b.WriteString(text[done : i+n])
			b.WriteString(Redacted)
			done = i + n + value
		}
		i += n + value
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}

// equals is the length of an = at the start of a text: %3D is one where a URL is a parameter of another. 0: there is none.
func equals(text string) int {
	switch {
	case text[0] == '=':
		return 1
	case text[0] == '%' && len(text) > 2 && text[1] == '3' && (text[2] == 'D' || text[2] == 'd'):
		return 3
	}
	return 0
}

func endsFold(text, end string) bool {
	return len(text) >= len(end) && strings.EqualFold(text[len(text)-len(end):], end)
}

// Redactor removes what [Text] does, and secrets that it was given. The zero value and nil know none. It is safe for use from several goroutines.
type Redactor struct {
	secrets  []string
	extended []string          // those that begin with another secret
	written  []string          // the secrets, in all their spellings
	replacer *strings.Replacer // of the secrets, in all their spellings
	looked   looked
}

// looked are texts that were looked through before, and what is shown of them: names and values of headers come again with every cell.
type looked struct {
	mu    sync.RWMutex
	shown map[string]string
}

const (
	mostLooked    = 10_000
	longestLooked = 256
)

func (l *looked) at(text string) (shown string, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	shown, ok = l.shown[text]
	return shown, ok
}

func (l *looked) keep(text, shown string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown == nil || len(l.shown) >= mostLooked {
		l.shown = map[string]string{}
	}
	l.shown[text] = shown
}

// New makes a redactor of those secrets. Empty ones are passed over.
func New(secrets ...string) *Redactor {
	r := &Redactor{}
	for _, secret := range secrets {
		if secret == "" || slices.Contains(r.secrets, secret) {
			continue
		}
		r.secrets, r.written = append(r.secrets, secret), append(r.written, spellings(secret)...)
	}
	for _, secret := range r.secrets {
		if slices.ContainsFunc(r.secrets, func(other string) bool { return other != secret && strings.HasPrefix(secret, other) }) {
			r.extended = append(r.extended, secret)
		}
	}
	slices.Sort(r.written)
	r.written = slices.Compact(r.written)
	r.replacer = longestFirst(slices.Clone(r.written))
	return r
}

// longestFirst replaces what it is given. A replacer takes the first that fits: of "key" and "key-2" the longer must come first, or "-2" is left.
func longestFirst(written []string) *strings.Replacer {
	slices.SortFunc(written, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, s := range written {
		pairs = append(pairs, s, Redacted)
	}
	return strings.NewReplacer(pairs...)
}

// spellings are the forms in which a secret stands in URLs, quoted texts, documents and commands.
func spellings(secret string) []string {
	quoted := strconv.Quote(secret)
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(secret)) // a strings.Builder takes all
	return []string{
		secret, quoted[1 : len(quoted)-1], url.QueryEscape(secret), url.PathEscape(secret), escaped.String(), strings.ReplaceAll(secret, "'", `'\''`),
	}
}

// With is the redactor with further secrets.
func (r *Redactor) With(secrets ...string) *Redactor {
	if len(secrets) == 0 {
		return r
	}
	if r != nil {
		secrets = append(slices.Clone(r.secrets), secrets...)
	}
	return New(secrets...)
}

// Text removes secrets from a text. What it returns for equal short texts is one string, and no part of a larger one.
func (r *Redactor) Text(text string) string {
	if r == nil || text == "" || len(text) > longestLooked {
		return r.text(text)
	}
	shown, ok := r.looked.at(text)
	if !ok {
		text = strings.Clone(text)
		shown = r.text(text)
		r.looked.keep(text, shown)
	}
	return shown
}

func (r *Redactor) text(text string) string {
	if r != nil && r.replacer != nil && text != "" {
		for _, secret := range r.extended { // before its own start is replaced as the other secret
			text = withoutStart(text, secret)
		}
		if slices.ContainsFunc(r.written, func(s string) bool { return strings.Contains(text, s) }) {
			text = r.replacer.Replace(text)
		}
		for _, secret := range r.secrets {
			text = withoutStart(text, secret)
		}
	}
	return Text(text)
}

// leastStart is how much of a secret's start gives something away.
const leastStart = 4

// cuts are what follows where a text was cut short.
var cuts = []string{"…", `" and `}

// withoutStart removes the start of a secret where a cut left no more of it: at the end of a body that went on, or of a value that a
// sentence quotes in part.
func withoutStart(text, secret string) string {
	if len(secret) <= leastStart || !strings.Contains(text, secret[:leastStart]) {
		return text
	}
	for n := len(secret) - 1; n >= leastStart; n-- {
		if before, cut := strings.CutSuffix(text, secret[:n]); cut {
			text = before + Redacted
		}
	}
	for _, cut := range cuts {
		for n := len(secret) - 1; n >= leastStart && strings.Contains(text, cut); n-- {
			text = strings.ReplaceAll(text, secret[:n]+cut, Redacted+cut)
		}
	}
	return text
}
