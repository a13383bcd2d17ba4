package console

import (
	"cmp"
	"html"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// Message is one thing that a text says. Fields are empty where the text does not say it.
type Message struct {
	Source  string // Chromium, Firefox, Safari or S3
	Meaning *Meaning
	// URL is the address that was asked for, without what is as good as a key; Signed: something of it was left out.
	URL    string
	Signed bool
	From   string // the address that was asked first, where a redirect led to URL; kept as URL is
	Origin string // of the page
	Method string
	Header string // the one that is spoken of
	Value  string // of the header that is spoken of
	Status string
	Error  *Document // S3's
}

// maxText is how much of a text is read: a console's worth, many times over.
const maxText = 256 << 10

// Read finds what a text says, S3's documents first, because they say more than a browser does. It returns nil where it recognises nothing.
func Read(text string) []Message {
	if len(text) > maxText {
		text = text[:maxText]
	}
	text = strings.ToValidUTF8(text, " ")
	if strings.Contains(text, "&lt;Error") || strings.Contains(text, "&lt;Code") {
		text = html.UnescapeString(text)
	}
	messages, rest := documents(text)
	line := normalised(rest)
	messages = append(messages, assemble(parts(line))...)
	if len(messages) == 0 {
		messages = foreign(line)
	}
	messages = distinct(messages)
	addRequest(messages)
	if loud := slices.DeleteFunc(slices.Clone(messages), func(m Message) bool { return m.Meaning.Quiet }); len(loud) > 0 {
		return loud
	}
	return messages
}

var straight = strings.NewReplacer("‘", "'", "’", "'", "‚", "'", "`", "'", "´", "'", "“", `"`, "”", `"`, "„", `"`)

// normalised writes quotes straight, and every run of white space and of what cannot be printed as one space: a pasted line may be broken anywhere.
func normalised(text string) string {
	return strings.Join(strings.FieldsFunc(straight.Replace(text), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
}

// assemble makes messages of parts: a frame belongs to the sentence beside it.
func assemble(all []found) []Message {
	var a assembly
	for _, f := range all {
		a.add(f)
	}
	a.flush()
	a.addMethods()
	return a.messages
}

type assembly struct {
	messages []Message
	end      int    // of the last part of the last message
	pending  *found // a frame that waits for its sentence
	lines    []Message
}

// beside is how far apart two parts may be that belong together: a full stop and a space, or a bracket.
const beside = 3

func (a *assembly) add(f found) {
	switch f.role {
	case before:
		a.flush()
		a.pending = &f
	case network:
		a.flush()
		a.pending = &f
		line := Message{}
		line.take(f.values)
		a.lines = append(a.lines, line)
	case after:
		a.flush()
		a.amend(f)
	default:
		a.sentence(f)
	}
}

func (a *assembly) sentence(f found) {
	last := len(a.messages) - 1
	if a.pending == nil && last >= 0 && a.messages[last].Meaning.ID == "redirect-denied" && f.start-a.end <= beside {
		a.messages[last].take(f.values) // Safari adds why
		a.end = f.end
		return
	}
	m := Message{Source: f.browser, Meaning: f.meaning}
	if a.pending != nil && f.start-a.pending.end <= beside {
		m.take(a.pending.values)
		if a.pending.role == before {
			m.Source = cmp.Or(a.pending.browser, m.Source)
		}
		a.pending = nil
	}
	a.flush()
	m.take(f.values)
	a.messages, a.end = append(a.messages, m), f.end
}

// flush makes a message of a frame without a known sentence. A line of the network log says nothing by itself.
func (a *assembly) flush() {
	if p := a.pending; p != nil && p.role == before {
		m := Message{Source: cmp.Or(p.browser, Chromium), Meaning: byID("blocked")}
		m.take(p.values)
		a.messages, a.end = append(a.messages, m), p.end
	}
	a.pending = nil
}

// amend adds to the last message what follows it, unless that is about another request.
func (a *assembly) amend(f found) {
	last := len(a.messages) - 1
	if last >= 0 && (f.values["url"] == "" || a.messages[last].URL == "") {
		a.messages[last].take(f.values)
		a.messages[last].redirected()
		a.end = f.end
		return
	}
	if f.values["url"] != "" {
		m := Message{Source: f.browser, Meaning: byID("blocked")}
		m.take(f.values)
		a.messages, a.end = append(a.messages, m), f.end
	}
}

// redirected: Safari tells a preflight's redirect by its status alone.
func (m *Message) redirected() {
	if m.Meaning.ID == "preflight-status" && strings.HasPrefix(m.Status, "3") {
		m.Meaning = byID("preflight-redirect")
	}
}

// addMethods takes methods from the lines of the network log for messages of the same address that have none.
func (a *assembly) addMethods() {
	for i := range a.messages {
		for _, line := range a.lines {
			m := &a.messages[i]
			if m.URL == line.URL && m.Method == "" && line.Method != http.MethodOptions {
				m.Method = line.Method
			}
		}
	}
}

// take fills what is not known yet.
func (m *Message) take(values map[string]string) {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	if text := values["url"]; text != "" && m.URL == "" {
		m.URL, m.Signed = shown(text)
	}
	if text := values["from"]; text != "" {
		from, signed := shown(text)
		m.From, m.Signed = from, m.Signed || signed
	}
	if origin := values["origin"]; origin == "null" || strings.Contains(origin, "://") {
		fill(&m.Origin, origin)
	}
	fill(&m.Method, values["method"])
	fill(&m.Header, strings.Trim(values["header"], `'".`))
	fill(&m.Value, WithoutKeys(strings.TrimSuffix(values["value"], ".")))
	if status := strings.TrimSuffix(values["status"], "."); status != "null" && status != "0" {
		fill(&m.Status, status)
	}
}

// addRequest gives S3's documents the request of the one browser's line that stands beside them.
func addRequest(messages []Message) {
	var withRequest []Message
	for _, m := range messages {
		if m.Source != S3 && m.URL != "" {
			withRequest = append(withRequest, m)
		}
	}
	for i := range messages {
		if m := &messages[i]; m.Source == S3 && len(withRequest) == 1 {
			m.URL, m.Signed, m.From, m.Origin, m.Method = withRequest[0].URL, withRequest[0].Signed, withRequest[0].From, withRequest[0].Origin, withRequest[0].Method
		}
	}
}

// distinct leaves out what another message says with more.
func distinct(all []Message) []Message {
	var kept []Message
	for i, m := range all {
		said := slices.ContainsFunc(all[:i], func(o Message) bool { return o.covers(m) })
		said = said || slices.ContainsFunc(all[i+1:], func(o Message) bool { return o.covers(m) && !m.covers(o) })
		if !said {
			kept = append(kept, m)
		}
	}
	return kept
}

// covers reports that m says all that o says. A line that only says that something failed is covered by any that says why.
func (m Message) covers(o Message) bool {
	same := func(mine, other string) bool { return other == "" || mine == other }
	why := m.Source != S3 && !m.saysNoReason() && o.saysNoReason() && m.URL == o.URL
	return (m.Meaning == o.Meaning || why) && same(m.URL, o.URL) && same(m.Origin, o.Origin) && same(m.Method, o.Method) &&
		same(m.Header, o.Header) && same(m.Value, o.Value) && (why || same(m.Status, o.Status)) && (o.Error == nil || m.Error != nil && *m.Error == *o.Error)
}

// saysNoReason: Firefox tells of a blocked request a second time as of one that did not succeed.
func (m Message) saysNoReason() bool { return m.Meaning.ID == "blocked" || m.Meaning.ID == "transport" }
