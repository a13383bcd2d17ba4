package corsfile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/english"
	"corsprobe/runner/s3cors"
)

// rulePlaces are where a rule and its parts stand.
type rulePlaces struct {
	at     span
	fields [fieldCount]fieldPlaces
}

type fieldPlaces struct {
	at    span // of the value; its zero value: the field is not there
	key   span
	items []itemPlace
}

// itemPlace is one value of a list. outer has an element's tags.
type itemPlace struct {
	at, outer span
	style     style
}

// valueKey names a value of a configuration; index -1 is the field as a whole.
type valueKey struct {
	rule  int
	field field
	index int
}

// ruleReader reads the rules of one configuration.
type ruleReader struct {
	*finder

	shape   *shape
	config  *Configuration
	written []string // keys that were written otherwise, and where the first stands
	better  []string
	first   span
	edits   []Edit
	native  []string // Backblaze's own operations
	once    map[string]bool
}

func newConfiguration(f *finder, s *shape, rules *node, w where) *Configuration {
	c := &Configuration{Configuration: &s3cors.Configuration{}, Name: w.nameOf(), Shape: s.name, at: rules.at, source: f.source, syntax: f.syntax, unknown: map[valueKey]bool{}}
	r := &ruleReader{finder: f, shape: s, config: c, once: map[string]bool{}}
	for i := range rules.items {
		r.rule(f.ruleOf(&rules.items[i]))
	}
	r.summary(rules)
	return c
}

// say adds a notice, each matter once for a configuration.
func (r *ruleReader) say(id string, at int, matter, what, do string) {
	if !r.once[id+matter] {
		r.once[id+matter] = true
		r.config.Notices = append(r.config.Notices, problem(id, r.source.place(at), what, do))
	}
}

// summary notes what concerns all rules: keys spelled in another way, and the tool whose shape they have.
func (r *ruleReader) summary(rules *node) {
	c := r.config
	if len(r.written) > 0 {
		n := problem("CP024", r.source.place(r.first.start), fmt.Sprintf("%s has no key %s: did you mean %s?", r.shape.name, english.And(quoted(r.written)), english.And(r.better)), "write "+english.And(r.better))
		n.Edits = r.edits
		c.Notices = append(c.Notices, n)
	}
	if r.shape.provider == "" {
		return
	}
	do := "corsprobe lint --convert json prints it as S3's API takes it"
	what := "this is " + r.shape.provider + "'s own shape, and S3's API takes another"
	if r.shape == b2Shape {
		what += ": its operations are not S3's, and s3_put is read as PUT, s3_get as GET, and so on"
	}
	c.Notices = append(c.Notices, problem("CP004", r.source.place(rules.at.start), what, do))
	if len(r.native) > 0 {
		c.Notices = append(c.Notices, problem("CP026", r.source.place(rules.at.start), english.And(r.native)+" "+isAre(r.native)+" of Backblaze's native API, and S3 has nothing of the kind", "read on for the others; keep them for requests of the native API"))
	}
}

func quoted(words []string) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = strconv.Quote(w)
	}
	return all
}

func isAre(words []string) string {
	if len(words) == 1 {
		return "is"
	}
	return "are"
}

func (r *ruleReader) rule(n *node) {
	number := len(r.config.CORSRules) + 1
	if n.kind == unknown {
		r.say("CP008", n.at.start, strconv.Itoa(number), fmt.Sprintf("a rule comes from %s, which cannot be resolved here", quote(n.text)), "give the rules written out")
		return
	}
	at := n.at
	if n.style == tags {
		at = n.outer
	}
	if n.kind != object && (n.kind != text || r.syntax != XML) { // an empty element is a rule without members
		what, do := fmt.Sprintf("rule %d is %s", number, n.describe()), "write an object with "+english.And(r.shape.all())
		if isEllipsis(n.text) {
			r.say("CP017", at.start, "", "an ellipsis stands where a rule belongs", "write the rule out, or leave it out")
			return
		}
		r.say("CP019", at.start, strconv.Itoa(number), what, do)
		return
	}
	r.config.CORSRules = append(r.config.CORSRules, s3cors.Rule{})
	r.config.places = append(r.config.places, rulePlaces{at: at})
	seen := map[field]bool{}
	for i := range n.members {
		m := &n.members[i]
		if m.key == "allowed" && r.shape == r2Shape && m.value.kind == object {
			for j := range m.value.members {
				inner := m.value.members[j]
				inner.key = "allowed." + inner.key
				r.member(&inner, seen)
			}
			continue
		}
		r.member(m, seen)
	}
}

func isEllipsis(s string) bool {
	s = strings.Trim(strings.ToLower(strings.TrimSpace(s)), ",;")
	return s == "..." || s == "…" || s == "etc" || s == "etc." || s == "...etc" || s == "and so on"
}

// current is the rule that is being read, and its places.
func (r *ruleReader) current() (*s3cors.Rule, *rulePlaces) {
	last := len(r.config.CORSRules) - 1
	return &r.config.CORSRules[last], &r.config.places[last]
}

func (r *ruleReader) member(m *member, seen map[field]bool) {
	at := m.at.start
	if r.syntax == XML {
		at = m.value.outer.start
	}
	f, exact, ok := r.shape.fieldOf(m.key)
	if !ok {
		if !strings.HasPrefix(m.key, "_") && foldKey(m.key) != "comment" || r.shape == awsShape {
			r.say("CP009", at, m.key, fmt.Sprintf("unknown key %q in a rule", m.key), "a rule has "+english.And(r.shape.all()))
		}
		return
	}
	if !exact {
		r.otherwise(m, f)
	}
	if seen[f] && (r.syntax != XML || f == ids || f == age) {
		what := fmt.Sprintf("%s is there twice in one rule, and readers of %s keep the last alone or refuse the file", m.key, r.syntax)
		if r.syntax == XML {
			what = fmt.Sprintf("a second %s in one rule, which S3 refuses", m.key)
		}
		r.say("CP025", at, m.key, what, "leave one of them")
		if r.syntax != XML {
			r.forget(f)
		}
	}
	seen[f] = true
	r.value(f, m)
}

// forget removes what an earlier key of the same name gave.
func (r *ruleReader) forget(f field) {
	rule, places := r.current()
	if target := listOf(rule, f); target != nil {
		*target = nil
	}
	places.fields[f].items = nil
}

// otherwise remembers a key that is not written as the shape has it.
func (r *ruleReader) otherwise(m *member, f field) {
	meant := r.shape.suggest(f)
	if r.shape == googleShape && f == exposed {
		return
	}
	if edit, ok := r.rename(m.at, m.key, meant); ok {
		r.edits = append(r.edits, edit)
	}
	if slices.Contains(r.written, m.key) {
		return
	}
	if len(r.written) == 0 {
		r.first = m.at
	}
	r.written, r.better = append(r.written, m.key), append(r.better, meant)
}

// listOf is a field's list; nil for those that have one value.
func listOf(rule *s3cors.Rule, f field) *[]string {
	switch f {
	case origins:
		return &rule.AllowedOrigins
	case methods:
		return &rule.AllowedMethods
	case headers:
		return &rule.AllowedHeaders
	case exposed:
		return &rule.ExposeHeaders
	}
	return nil
}

func (r *ruleReader) value(f field, m *member) {
	value := r.resolve(m.value)
	_, places := r.current()
	at := value.at
	if value.style == tags {
		at = value.outer
	}
	if places.fields[f].at == (span{}) {
		places.fields[f].at, places.fields[f].key = at, m.at
	}
	switch f {
	case ids:
		r.id(m, &value)
	case age:
		r.age(m, &value)
	default:
		r.list(f, m.key, &value)
		if r.shape == googleShape && f == headers {
			r.list(exposed, m.key, &value)
			places.fields[exposed].at = at
			r.say("CP026", m.at.start, "", "responseHeader is one list for what a page may send and what it may read; S3 has AllowedHeaders and ExposeHeaders, and both are read from it, patterns into AllowedHeaders alone", "divide it when you convert")
		}
	}
}

func (r *ruleReader) id(m *member, value *node) {
	rule, _ := r.current()
	if value.kind != text && value.kind != number && value.kind != nothing && value.kind != unknown {
		r.say("CP019", m.value.at.start, m.key, fmt.Sprintf("%s is %s", m.key, value.describe()), "write a string")
		return
	}
	if value.kind == number && r.shape == awsShape {
		r.say("CP019", m.value.at.start, m.key, m.key+" is a number", "write it in quotes")
	}
	rule.ID = value.text
}

func (r *ruleReader) age(m *member, value *node) {
	rule, places := r.current()
	switch {
	case value.kind == nothing && r.shape.lenient:
		return
	case value.kind == unknown || placeholder.MatchString(value.text):
		r.config.unknown[valueKey{len(r.config.CORSRules) - 1, age, -1}] = true
		r.placeholder(m.value.at.start, value.text)
		return
	}
	at := places.fields[age].at.start
	seconds, err := strconv.ParseInt(strings.TrimSpace(value.text), 10, 32)
	switch {
	case err != nil || value.kind != number && value.kind != text:
		shown := value.text
		if value.kind == list || value.kind == object || value.kind == nothing {
			shown = value.describe()
		}
		r.say("CP019", at, m.key+shown, fmt.Sprintf("%s is %s, not a whole number of seconds", m.key, shown), "write 3600, or another number below 2147483648")
		return
	case value.kind == text && !r.shape.lenient:
		r.say("CP019", at, m.key, m.key+" is a string, and aws s3api wants a number", "write "+strings.TrimSpace(value.text)+" without quotes")
	}
	whole := int32(seconds)
	rule.MaxAgeSeconds = &whole
}

// list reads a list of strings, and whatever stands in its place.
func (r *ruleReader) list(f field, key string, value *node) {
	switch {
	case value.kind == list:
		for i := range value.items {
			r.item(f, key, &value.items[i])
		}
	case value.kind == text && r.syntax == XML:
		r.item(f, key, value)
	case value.kind == object && len(value.members) > 0 && r.syntax == XML: // <Origins><Origin>…
		for i := range value.members {
			r.item(f, key, &value.members[i].value)
		}
	case value.kind == nothing && r.shape.lenient:
	case value.kind == unknown:
		r.item(f, key, value)
	case value.kind == text:
		r.say("CP003", value.at.start, key, key+" is a string, and a list belongs there", "write [ and ] around it")
		r.item(f, key, value)
	default:
		r.say("CP019", value.at.start, key, fmt.Sprintf("%s is %s", key, value.describe()), "write a list of strings")
	}
}

// item reads one string of a list.
func (r *ruleReader) item(f field, key string, n *node) {
	value := r.resolve(*n)
	rule, places := r.current()
	switch {
	case value.kind == list && len(value.items) > 0 && value.items[0].kind == text:
		if n.kind != unknown && !isFunction(n) {
			r.say("CP019", n.at.start, key, "a list stands within "+key, "write its values in one list")
		}
		for i := range value.items {
			r.item(f, key, &value.items[i])
		}
		return
	case value.kind == nothing:
		r.say("CP019", value.at.start, key, key+" has null, which is no string", `for the word null write "null" in quotes`)
		return
	case value.kind == list || value.kind == object:
		r.say("CP019", value.at.start, key, fmt.Sprintf("%s has %s in its list", key, value.describe()), "write strings")
		return
	case value.kind == number || value.kind == boolean:
		r.say("CP019", value.at.start, key, fmt.Sprintf("%s has %s, which is no string", key, value.text), "write it in quotes")
	case f != ids && isEllipsis(value.text):
		at := value.at.start
		r.say("CP017", at, "", quote(value.text)+" stands for values that were left out", "write them out, or leave it out")
		return
	}
	place := itemPlace{at: value.at, outer: value.outer, style: value.style}
	text := value.text
	if unquoted := strings.Trim(text, typographic); unquoted != text {
		r.say("CP010", value.at.start, "", "typographic quotes stand around "+unquoted+", and belong to the value", `write " for them`)
		text = unquoted
	}
	meant, same := r.meant(f, text)
	if !same {
		place.at.end = place.at.start // no edit may write S3's value in another shape
	}
	for _, text := range meant {
		r.add(rule, places, f, text, value.kind == unknown, place)
	}
}

// meant is what a value of another provider's is in S3's terms: none, one or several; and whether it is the same.
func (r *ruleReader) meant(f field, text string) ([]string, bool) {
	switch {
	case f == methods && r.shape == b2Shape:
		operation, ok := strings.CutPrefix(text, "s3_")
		if !ok {
			r.native = appendNew(r.native, text)
			return nil, false
		}
		return []string{strings.ToUpper(operation)}, false
	case f == origins && r.shape == b2Shape && text == "https": // any origin with https, on any port
		return []string{"https://*"}, false
	case f == methods && r.shape == googleShape && text == "*":
		return []string{"GET", "PUT", "POST", "DELETE", "HEAD"}, false
	case f == methods && r.shape == googleShape && strings.EqualFold(text, "OPTIONS"), f == exposed && r.shape == googleShape && strings.Contains(text, "*"):
		return nil, false
	}
	return []string{text}, true
}

// add puts a value into its list.
func (r *ruleReader) add(rule *s3cors.Rule, places *rulePlaces, f field, text string, isUnknown bool, place itemPlace) {
	target := listOf(rule, f)
	if isUnknown || placeholder.MatchString(text) {
		r.config.unknown[valueKey{len(r.config.CORSRules) - 1, f, len(*target)}] = true
		r.placeholder(place.at.start, text)
	}
	*target = append(*target, text)
	places.fields[f].items = append(places.fields[f].items, place)
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// placeholder is what a template, a shell or an author fills in later.
var placeholder = regexp.MustCompile(`\$\{[^}]*\}|\{\{.*?\}\}|<[A-Za-z][\w. -]*>|\$\([\w.]+\)|%\{[^}]*\}|<%.*?%>`)

func (r *ruleReader) placeholder(at int, text string) {
	do := "give the file that it is rendered to, for an answer about that value"
	switch r.shape {
	case terraformShape:
		do = "run terraform plan -out plan, and give what terraform show -json plan prints, for an answer about that value"
	case templateShape:
		do = "give the parameter a Default, or write the value out, for an answer about it"
	}
	r.say("CP008", at, text, quote(text)+" is filled in elsewhere, and what it will be is not known here", do)
}
