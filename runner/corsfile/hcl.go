package corsfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// maxHCL bounds what is given to HCL's parser, which calls itself for every sign and bracket.
const maxHCL = 1 << 20

// parseHCL reads Terraform's language; data is the text, or what it comes to, of the same length. Variables have their defaults, and locals their values; what needs more stays an expression.
func (r *reader) parseHCL(data []byte) ([]node, []Notice) {
	r.syntax = HCL
	if at := tooDeep(data); at >= 0 || len(data) > maxHCL || tooManySigns(data) {
		return nil, []Notice{problem("CP021", r.source.place(max(at, 0)), "it is too long or too deeply nested for Terraform", "give the file that has the cors_rule blocks alone")}
	}
	file, diags := hclsyntax.ParseConfig(data, r.name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, r.meantHCL(diags)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil, []Notice{problem("CP023", Place{}, "not Terraform's language", "give a .tf file")}
	}
	c := hclConverter{source: r.source}
	return []node{c.body(body, scope(body), 0)}, nil
}

// tooManySigns finds a run of operators that would nest as deeply as brackets.
func tooManySigns(data []byte) bool {
	run := 0
	for _, b := range data {
		switch b {
		case '!', '-', '?', ':', '$', '%', '~':
			if run++; run > 10*deepest {
				return true
			}
		case ' ', '\t', '\r', '\n':
		default:
			run = 0
		}
	}
	return false
}

func (r *reader) meantHCL(diags hcl.Diagnostics) []Notice {
	var all []Notice
	for _, d := range diags {
		at := Place{}
		if d.Subject != nil {
			at = r.source.place(d.Subject.Start.Byte)
		}
		what, do := lowerFirst(strings.TrimSuffix(d.Summary, ".")), "mend it; terraform validate says more"
		if d.Detail != "" {
			what += ": " + lowerFirst(strings.TrimSuffix(oneLine(d.Detail), "."))
		}
		code := "CP023"
		if d.Subject != nil && d.Subject.Start.Byte < len(r.source.data) && strings.ContainsRune(typographic, firstRune(r.source.data[d.Subject.Start.Byte:])) {
			code, what, do = "CP010", "typographic quotes", `write " for them`
		}
		all = append(all, problem(code, at, "not Terraform's language: "+what, do))
	}
	return all[:1] // one mistake brings others after it
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// functions are those of Terraform's that people build such lists with.
var functions = map[string]function.Function{
	"compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "distinct": stdlib.DistinctFunc, "flatten": stdlib.FlattenFunc,
	"format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc,
	"merge": stdlib.MergeFunc, "split": stdlib.SplitFunc, "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "trimsuffix": stdlib.TrimSuffixFunc, "coalesce": stdlib.CoalesceFunc,
}

// scope holds variables with a default, and locals. Locals may name each other: each pass resolves those that the pass before made possible.
func scope(body *hclsyntax.Body) *hcl.EvalContext {
	variables, locals := map[string]cty.Value{}, map[string]cty.Value{}
	ctx := &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{}}
	for _, b := range body.Blocks {
		if b.Type == "variable" && len(b.Labels) == 1 && b.Body.Attributes["default"] != nil {
			if v, ok := evaluate(b.Body.Attributes["default"].Expr, ctx); ok {
				variables[b.Labels[0]] = v
			}
		}
	}
	ctx.Variables["var"] = cty.ObjectVal(variables)
	for range 5 {
		for _, b := range body.Blocks {
			if b.Type != "locals" {
				continue
			}
			for name, a := range b.Body.Attributes {
				if v, ok := evaluate(a.Expr, ctx); ok {
					locals[name] = v
				}
			}
		}
		ctx.Variables["local"] = cty.ObjectVal(locals)
	}
	return ctx
}

// evaluate is a value that is known whole.
func evaluate(e hcl.Expression, ctx *hcl.EvalContext) (cty.Value, bool) {
	v, diags := e.Value(ctx)
	return v, !diags.HasErrors() && v.IsWhollyKnown() && !v.IsNull()
}

type hclConverter struct{ source *source }

func (c *hclConverter) body(b *hclsyntax.Body, ctx *hcl.EvalContext, depth int) node {
	n := node{kind: object, at: rangeSpan(b.SrcRange)}
	attributes := make([]*hclsyntax.Attribute, 0, len(b.Attributes))
	for _, a := range b.Attributes {
		attributes = append(attributes, a)
	}
	slices.SortFunc(attributes, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	for _, a := range attributes {
		n.members = append(n.members, member{a.Name, rangeSpan(a.NameRange), c.expression(a.Expr, ctx, depth+1)})
	}
	for _, block := range b.Blocks {
		c.block(&n, block, ctx, depth+1)
	}
	return n
}

// block adds a block as a member; several of one name become a list, and labels nest.
func (c *hclConverter) block(n *node, b *hclsyntax.Block, ctx *hcl.EvalContext, depth int) {
	if b.Type == "dynamic" && len(b.Labels) == 1 {
		c.dynamic(n, b, ctx, depth)
		return
	}
	value, at := c.body(b.Body, ctx, depth), rangeSpan(b.TypeRange)
	value.at.start = at.start
	for i := len(b.Labels) - 1; i >= 0; i-- {
		value = node{kind: object, at: at, members: []member{{b.Labels[i], rangeSpan(b.LabelRanges[i]), value}}}
	}
	if len(b.Labels) > 0 {
		n.members = append(n.members, member{b.Type, at, value}) // resources of one type stay members of one name
		return
	}
	addToList(n, b.Type, at, value)
}

func addToList(n *node, key string, at span, value node) {
	for i := range n.members {
		if m := &n.members[i]; m.key == key && m.value.kind == list {
			m.value.items = append(m.value.items, value)
			return
		}
	}
	n.members = append(n.members, member{key, at, node{kind: list, at: value.at, style: block, items: []node{value}}})
}

// dynamic writes a block's content once for each value, where the values are known.
func (c *hclConverter) dynamic(n *node, b *hclsyntax.Block, ctx *hcl.EvalContext, depth int) {
	name, at := b.Labels[0], rangeSpan(b.TypeRange)
	each, iterator := b.Body.Attributes["for_each"], b.Labels[0]
	if own := b.Body.Attributes["iterator"]; own != nil {
		if keyword := hcl.ExprAsKeyword(own.Expr); keyword != "" {
			iterator = keyword
		}
	}
	var content *hclsyntax.Body
	for _, inner := range b.Body.Blocks {
		if inner.Type == "content" {
			content = inner.Body
		}
	}
	if each == nil || content == nil {
		return
	}
	values, known := evaluate(each.Expr, ctx)
	if !known || !values.CanIterateElements() {
		addToList(n, name, at, node{kind: unknown, at: span{at.start, at.start}, text: c.source.slice(rangeSpan(each.Expr.Range()))})
		return
	}
	for it := values.ElementIterator(); it.Next(); {
		key, value := it.Element()
		child := ctx.NewChild()
		child.Variables = map[string]cty.Value{iterator: cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
		rule := c.body(content, child, depth)
		rule.at = at
		addToList(n, name, at, rule)
	}
}

// expression reads literal lists and objects item by item, so that one unknown item does not hide the others.
func (c *hclConverter) expression(e hclsyntax.Expression, ctx *hcl.EvalContext, depth int) node {
	at := rangeSpan(e.Range())
	switch e := e.(type) {
	case *hclsyntax.TupleConsExpr:
		n := node{kind: list, at: at}
		for _, item := range e.Exprs {
			n.items = append(n.items, c.expression(item, ctx, depth+1))
		}
		return n
	case *hclsyntax.ObjectConsExpr:
		n := node{kind: object, at: at}
		for _, item := range e.Items {
			if key, ok := evaluate(item.KeyExpr, ctx); ok && key.Type() == cty.String {
				n.members = append(n.members, member{key.AsString(), rangeSpan(item.KeyExpr.Range()), c.expression(item.ValueExpr, ctx, depth+1)})
			}
		}
		return n
	case *hclsyntax.ParenthesesExpr:
		return c.expression(e.Expression, ctx, depth+1)
	}
	v, diags := e.Value(ctx)
	if diags.HasErrors() || !v.IsWhollyKnown() {
		return c.template(e, at)
	}
	n := ctyNode(v, span{at.start, at.start})
	if isLiteral(e) {
		n.at = at
	}
	return n
}

// template keeps a text with a placeholder as a text, as CloudFormation's !Sub is.
func (c *hclConverter) template(e hclsyntax.Expression, at span) node {
	written := c.source.slice(at)
	if _, ok := e.(*hclsyntax.TemplateExpr); ok {
		return node{kind: text, at: span{at.start, at.start}, text: strings.Trim(written, `"`)}
	}
	return node{kind: unknown, at: span{at.start, at.start}, text: written}
}

// isLiteral reports that an edit may write another literal in an expression's place.
func isLiteral(e hclsyntax.Expression) bool {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.TemplateExpr:
		return e.IsStringLiteral()
	}
	return false
}

// ctyNode is a known value. All of it stands where its expression does.
func ctyNode(v cty.Value, at span) node {
	v, _ = v.UnmarkDeep()
	n := node{at: at}
	switch t := v.Type(); {
	case v.IsNull():
	case t == cty.String:
		n.kind, n.text = text, v.AsString()
	case t == cty.Bool:
		n.kind, n.text = boolean, strconv.FormatBool(v.True())
	case t == cty.Number:
		n.kind, n.text = number, v.AsBigFloat().Text('f', -1)
	case t.IsObjectType() || t.IsMapType():
		n.kind = object
		for it := v.ElementIterator(); it.Next(); {
			key, value := it.Element()
			n.members = append(n.members, member{key.AsString(), at, ctyNode(value, at)})
		}
	case v.CanIterateElements():
		n.kind = list
		for it := v.ElementIterator(); it.Next(); {
			_, value := it.Element()
			n.items = append(n.items, ctyNode(value, at))
		}
	}
	return n
}

func rangeSpan(r hcl.Range) span { return span{r.Start.Byte, r.End.Byte} }
