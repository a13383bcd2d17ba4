package corsfile

import (
	"fmt"
	"slices"
	"strings"
)

// finder walks a tree for configurations, wherever a template or an answer keeps them.
type finder struct {
	*reader

	found      []*Configuration
	parameters map[string]*node // CloudFormation's, with their defaults
	unresolved []Notice         // rules that only another tool can write out
	others     []Notice         // CORS of something else than a bucket
}

// where is the path to a value, and what was learnt on the way.
type where struct {
	path    []string
	name    string // of the document
	address string // Terraform's, of the resource
	hint    *shape
}

func (w where) below(key string) where {
	w.path = append(slices.Clip(w.path), key)
	return w
}

func (r *reader) find(roots []node) []*Configuration {
	f := &finder{reader: r, parameters: map[string]*node{}}
	for i := range roots {
		w := where{}
		if len(roots) > 1 {
			w.name = fmt.Sprintf("document-%d", i+1)
		}
		f.root(&roots[i], w)
	}
	f.nameAll()
	if len(f.found) > 0 {
		r.notices = append(r.notices, f.unresolved...)
	} else {
		r.notices = append(f.unresolved, f.others...)
	}
	return f.found
}

// root looks at a document as a whole: a bare list of rules, one rule, or something that holds configurations.
func (f *finder) root(n *node, w where) {
	if n.kind == object {
		f.readParameters(n)
	}
	switch {
	case f.syntax == XML:
		f.xmlRoot(n, w)
	case n.kind == list && len(n.items) > 0 && looksLikeRule(&n.items[0]):
		c := f.configuration(n, "", w)
		if s := shapeNamed(c.Shape); s == awsShape {
			c.Notices = append(c.Notices, problem("CP001", f.source.place(n.at.start), "this is the list that the AWS console shows and takes; aws s3api and the SDKs want it as CORSRules of an object", "corsprobe lint --convert json prints it so"))
		}
	case looksLikeRule(n) && !hasRules(n):
		c := f.configuration(&node{kind: list, at: n.at, items: []node{*n}}, "", w)
		c.Notices = append(c.Notices, problem("CP002", f.source.place(n.at.start), "this is one rule alone, which no tool takes", "corsprobe lint --convert json prints it as a configuration"))
	default:
		f.value(n, w)
	}
}

func shapeNamed(name string) *shape {
	for _, s := range []*shape{awsShape, xmlShape, templateShape, terraformShape, camelShape, r2Shape, b2Shape, googleShape} {
		if s.name == name {
			return s
		}
	}
	return nil
}

// hasRules reports that an object has a list of rules, whatever else it has.
func hasRules(n *node) bool {
	return slices.ContainsFunc(n.members, func(m member) bool {
		key := foldKey(m.key)
		return key == "corsrules" || key == "corsrule"
	})
}

// xmlRoot: a document holds one CORSConfiguration; rules that stand alone are taken together.
func (f *finder) xmlRoot(n *node, w where) {
	var alone []node
	var first *member
	for i := range n.members {
		m := &n.members[i]
		switch {
		case isRuleName(m.key):
			alone = append(alone, m.value)
		case first != nil && foldKey(m.key) == foldKey(first.key):
			f.others = append(f.others, problem("CP013", f.source.place(m.value.outer.start), "a second document begins here, and a file of XML holds one", "put each into a file of its own, or the rules of both into one document"))
			f.found = nil
			return
		default:
			first = m
			f.xmlElement(m, w)
		}
	}
	if len(alone) > 0 {
		at := alone[0].outer
		c := f.configuration(&node{kind: list, at: at, items: alone}, "CORSRule", w)
		what := "a CORSRule stands alone"
		if len(alone) > 1 {
			what = "CORSRules stand alone"
		}
		c.Notices = append(c.Notices, problem("CP002", f.source.place(at.start), what+": S3 takes a document with CORSConfiguration around them", "corsprobe lint --convert xml prints it so"))
	}
}

func isRuleName(key string) bool {
	key = foldKey(key)
	return key == "corsrule" || key == "corsrules"
}

// xmlElement reads S3's document, or looks for one further in: SOAP and exports wrap it.
func (f *finder) xmlElement(m *member, w where) {
	switch foldKey(m.key) {
	case "corsconfiguration", "corsconfig", "corsrulelist":
	default:
		if !hasRules(&m.value) {
			for i := range m.value.members {
				if m.value.members[i].value.kind == object {
					f.xmlElement(&m.value.members[i], w)
				}
			}
			return
		}
	}
	rules := node{kind: list, at: m.value.outer}
	container := "CORSRule"
	for _, child := range m.value.members {
		switch {
		case isRuleName(child.key), foldKey(child.key) == "cors":
			container = child.key
			rules.items = append(rules.items, child.value)
		case foldKey(child.key) == "xmlns":
		default:
			f.notices = append(f.notices, problem("CP009", f.source.place(child.at.start-1), "the element "+child.key+" is unknown in "+m.key, "write CORSRule; each rule has one"))
		}
	}
	c := f.configuration(&rules, container, w)
	if m.key != "CORSConfiguration" && m.key != "CorsConfig" {
		c.Notices = append(c.Notices, f.misspelled(m.key, "CORSConfiguration", m.at))
	}
}

// value looks for configurations in whatever a document holds.
func (f *finder) value(n *node, w where) {
	switch n.kind {
	case list, unknown:
		for i := range n.items {
			f.value(&n.items[i], w)
		}
	case object:
		w = w.enter(n)
		for _, only := range []string{"planned_values", "values"} { // of terraform show -json; the rest of it says the same again
			if m := n.get(only); m != nil && n.get("format_version") != nil {
				f.value(m, w)
				return
			}
		}
		for i := range n.members {
			f.member(&n.members[i], w)
		}
	}
}

// enter learns from an object whose it is.
func (w where) enter(n *node) where {
	kind := n.textOf("Type")
	if kind == "" {
		kind = n.textOf("type")
	}
	switch {
	case strings.HasPrefix(kind, "AWS::"):
		w.hint = templateShape
	case strings.HasPrefix(kind, "aws:") || strings.HasPrefix(kind, "aws-native:") || n.textOf("apiVersion") != "":
		w.hint = camelShape
	}
	if address := n.textOf("address"); address != "" && n.get("type") != nil {
		w.address = address
	}
	if metadata := n.get("metadata"); metadata != nil && n.get("kind") != nil && metadata.textOf("name") != "" {
		w.name = metadata.textOf("name")
	}
	if name := n.textOf("name"); name != "" && len(w.path) == 0 {
		w.name = name
	}
	return w
}

// member looks at one key of an object.
func (f *finder) member(m *member, w where) {
	switch foldKey(m.key) {
	case "corsrules", "corsrule":
		f.rules(m, w)
	case "corsconfiguration", "corsconfig", "corspolicy", "cors", "rules", "corsrulelist":
		if f.holdsRules(&m.value) {
			f.rules(m, w)
			return
		}
		if n, other := f.notABuckets(m, w); other {
			f.others = append(f.others, n)
			return
		}
		f.value(&m.value, w.below(m.key))
	default:
		f.value(&m.value, w.below(m.key))
	}
}

// holdsRules reports that a value is a list of rules, or one rule.
func (f *finder) holdsRules(n *node) bool {
	return n.kind == list && len(n.items) > 0 && looksLikeRule(&n.items[0]) || looksLikeRule(n) && !hasRules(n)
}

// notABuckets recognises the CORS of an HTTP API or a function, which is not a bucket's.
func (f *finder) notABuckets(m *member, _ where) (Notice, bool) {
	for _, inner := range m.value.members {
		if key := foldKey(inner.key); key == "alloworigins" || key == "allowmethods" || key == "alloworigin" {
			return problem("CP027", f.source.place(m.at.start), m.key+" is an HTTP API's or a function's, not a bucket's", "give the configuration of a bucket"), true
		}
	}
	return Notice{}, false
}

// rules reads the rules under a key.
func (f *finder) rules(m *member, w where) {
	if w.isAzures() {
		f.others = append(f.others, problem("CP027", f.source.place(m.at.start), m.key+" is Azure's, which has no buckets of S3's", "give the configuration of a bucket"))
		return
	}
	value := f.resolve(m.value)
	switch value.kind {
	case unknown:
		f.unresolvedRules(m, &value)
		return
	case object:
		if looksLikeRule(&value) {
			value = node{kind: list, at: value.at, items: []node{value}}
		} else {
			f.value(&value, w.below(m.key))
			return
		}
		if f.syntax == JSON && m.key == "CORSRules" {
			defer f.ruleForList(m, len(f.found))
		}
	case list:
		if len(value.items) > 0 && allUnknown(value.items) {
			f.unresolvedRules(m, &value.items[0])
			return
		}
	default:
		f.others = append(f.others, problem("CP019", f.source.place(m.value.at.start), fmt.Sprintf("%s is %s", m.key, value.describe()), "write a list of rules"))
		return
	}
	c := f.configuration(&value, m.key, w)
	c.at.start = min(c.at.start, m.at.start)
	s := shapeNamed(c.Shape)
	inScenario := f.syntax == YAML && m.key == "cors"
	if known := strings.Split(s.container, "|"); !slices.Contains(known, m.key) && (s == awsShape || s == templateShape) && !inScenario {
		c.Notices = append(c.Notices, f.misspelled(m.key, known[0], m.at))
	}
}

func (f *finder) ruleForList(m *member, index int) {
	if index < len(f.found) {
		c := f.found[index]
		c.Notices = append(c.Notices, problem("CP003", f.source.place(m.value.at.start), m.key+" is one rule, where a list of rules belongs", "write [ and ] around it"))
	}
}

func allUnknown(items []node) bool {
	return !slices.ContainsFunc(items, func(n node) bool { return n.kind != unknown || len(n.items) > 0 })
}

func (f *finder) unresolvedRules(m *member, value *node) {
	do := "give the rules written out"
	if f.syntax == HCL {
		do = "run terraform plan -out plan, and give what terraform show -json plan prints"
	}
	f.unresolved = append(f.unresolved, problem("CP008", f.source.place(m.at.start), fmt.Sprintf("the rules of %s come from %s, which cannot be resolved here", m.key, quote(value.text)), do))
}

// misspelled is a key that is nearly one of S3's, with the edit that mends it.
func (f *finder) misspelled(key, meant string, at span) Notice {
	n := problem("CP024", f.source.place(at.start), fmt.Sprintf("the key %q is written otherwise: did you mean %q?", key, meant), "write "+meant)
	if edit, ok := f.rename(at, key, meant); ok {
		n.Edits = []Edit{edit}
	}
	return n
}

// rename writes another key in one's place, as it was quoted.
func (r *reader) rename(at span, key, meant string) (Edit, bool) {
	written := r.source.slice(at)
	if r.syntax == XML || strings.Count(written, key) != 1 {
		return Edit{}, false // an element's end tag has the name once more
	}
	return Edit{at, strings.Replace(written, key, meant, 1)}, true
}

// configuration reads a list of rules.
func (f *finder) configuration(rules *node, container string, w where) *Configuration {
	var first *node
	for i := range rules.items {
		if item := f.ruleOf(&rules.items[i]); item.kind == object {
			first = item
			break
		}
	}
	s := pick(container, w.hint, f.syntax, len(w.path) > 0 || strings.Contains(f.name, ".tfvars"), first)
	c := newConfiguration(f, s, rules, w)
	f.found = append(f.found, c)
	return c
}

// ruleOf is the rule of an item: that of CloudFormation's !If stands within its list.
func (f *finder) ruleOf(n *node) *node {
	if n.kind == unknown {
		for i := range n.items {
			if looksLikeRule(&n.items[i]) {
				return &n.items[i]
			}
		}
	}
	return n
}

// nameAll gives a name to each configuration where there are several.
func (f *finder) nameAll() {
	seen := map[string]int{}
	for i, c := range f.found {
		if c.Name == "" && len(f.found) > 1 {
			c.Name = fmt.Sprintf("configuration-%d", i+1)
		}
		if seen[c.Name]++; seen[c.Name] > 1 {
			c.Name += fmt.Sprintf("-%d", seen[c.Name])
		}
	}
}

// nameOf is a configuration's name by the path to it: a resource's.
func (w where) nameOf() string {
	if w.address != "" {
		return w.address
	}
	for i, key := range w.path {
		rest := w.path[i+1:]
		switch {
		case key == "Resources" && len(rest) > 0, key == "resources" && len(rest) > 0:
			return rest[0]
		case key == "resource" && len(rest) > 1:
			return rest[0] + "." + rest[1]
		case key == "module" && len(rest) > 0:
			return "module." + rest[0]
		}
	}
	return w.name
}

// isAzures: its Terraform resources have cors_rule blocks of another shape.
func (w where) isAzures() bool {
	return slices.ContainsFunc(w.path, func(key string) bool { return strings.HasPrefix(key, "azurerm_") })
}

// nothingFound says why a file that could be parsed holds no configuration.
func (r *reader) nothingFound(roots []node) Notice {
	if len(r.notices) > 0 {
		return r.notices[0]
	}
	if len(roots) == 1 && roots[0].kind == text {
		if start := strings.TrimSpace(roots[0].text); strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[") || strings.HasPrefix(start, "<") {
			return problem("CP012", r.source.place(roots[0].at.start), "the configuration is within a string", "take it out: jq -r . "+r.name)
		}
	}
	for i := range roots {
		if other := roots[i].textOf("corsFile"); other != "" {
			return problem("CP014", r.source.place(roots[i].get("corsFile").at.start), "the scenario's configuration is in "+other, "give that file")
		}
		for _, m := range roots[i].members {
			if near := nearest(m.key, []string{"CORSRules", "CORSConfiguration", "CorsConfiguration", "cors_rule"}); near != "" {
				return problem("CP024", r.source.place(m.at.start), fmt.Sprintf("unknown key %q: did you mean %q?", m.key, near), "write "+near)
			}
		}
	}
	at := Place{}
	if len(roots) > 0 && r.syntax != XML {
		at = r.source.place(roots[0].at.start)
	}
	return problem("CP014", at, "there is no CORS configuration in it", `write { "CORSRules": [ … ] }, S3's XML, or a template that has one`)
}
