package corsfile

import (
	"regexp"
	"strings"
)

// readParameters remembers the parameters of a CloudFormation template that have a default.
func (f *finder) readParameters(root *node) {
	parameters := root.get("Parameters")
	if parameters == nil {
		return
	}
	for i := range parameters.members {
		m := &parameters.members[i]
		value := m.value.get("Default")
		if value == nil || value.kind != text && value.kind != number {
			continue
		}
		resolved := *value
		if strings.Contains(m.value.textOf("Type"), "List") {
			resolved = node{kind: list, at: value.at}
			for item := range strings.SplitSeq(value.text, ",") {
				resolved.items = append(resolved.items, node{kind: text, at: span{value.at.start, value.at.start}, text: strings.TrimSpace(item)})
			}
		}
		f.parameters[m.key] = &resolved
	}
}

var reference = regexp.MustCompile(`\$\{([\w.:]+)\}`)

// resolve follows Ref and Sub to parameters with a default; other functions become expressions. No edit may touch what is resolved.
func (f *finder) resolve(n node) node {
	at := span{n.at.start, n.at.start}
	switch name, argument := intrinsic(&n); {
	case name == "Ref":
		if p := f.parameters[argument.text]; p != nil {
			found := *p
			found.at = at
			return found
		}
		return node{kind: unknown, at: at, text: "Ref " + argument.text}
	case name == "Sub" && argument.kind == text:
		n = node{kind: text, at: at, text: argument.text}
	case name != "":
		return node{kind: unknown, at: at, text: name, items: argument.items}
	}
	if n.kind == text && len(f.parameters) > 0 && strings.Contains(n.text, "${") {
		n.text = reference.ReplaceAllStringFunc(n.text, func(match string) string {
			if p := f.parameters[match[2:len(match)-1]]; p != nil && p.kind == text {
				n.at.end = n.at.start
				return p.text
			}
			return match
		})
	}
	return n
}

// intrinsic is the name and argument of one of CloudFormation's functions: {"Ref": "Name"}, or !Ref Name.
func intrinsic(n *node) (name string, argument node) {
	if n.kind == unknown && strings.HasPrefix(n.text, "!Ref ") {
		return "Ref", node{kind: text, text: strings.TrimPrefix(n.text, "!Ref ")}
	}
	if n.kind != object || len(n.members) != 1 {
		return "", node{}
	}
	m := n.members[0]
	if m.key == "Ref" {
		return "Ref", m.value
	}
	if after, ok := strings.CutPrefix(m.key, "Fn::"); ok {
		return after, m.value
	}
	return "", node{}
}

func isFunction(n *node) bool {
	name, _ := intrinsic(n)
	return name != ""
}
