package corsfile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var hclStart = regexp.MustCompile(`(?m)^[ \t]*(?:(?:resource|module|variable|output|data|provider)[ \t]+"[^"\n]*"|(?:locals|terraform)[ \t]*\{|cors_rule[ \t]*[{=]|dynamic[ \t]+"cors_rule")`)

// parse chooses the language by the extension where it says one, else by the first character, else by what the text looks like.
func (r *reader) parse() ([]node, []Notice) {
	start := bytes.TrimSpace(r.source.data)
	if len(start) == 0 {
		return nil, []Notice{problem("CP018", Place{}, "the file is empty", "write at least one rule; lint reads JSON, XML, YAML and Terraform")}
	}
	if n, found := r.packed(start); found {
		return nil, []Notice{n}
	}
	if parse := r.parserFor(start); parse != nil {
		return parse()
	}
	if planned.Match(r.source.data) {
		return r.parseHCL(fromPlan(r.source.data))
	}
	if n, found := r.otherLanguage(); found {
		return nil, []Notice{n}
	}
	switch {
	case hclStart.Match(r.source.data):
		return r.parseHCL(r.source.data)
	case startsJSON(start):
		return r.parseJSON()
	}
	roots, problems := r.parseYAML()
	structured := slices.ContainsFunc(roots, func(n node) bool { return n.kind == object || n.kind == list })
	if len(problems) > 0 || !structured {
		if n, found := r.inProse(); found {
			return nil, []Notice{n}
		}
	}
	return roots, problems
}

// parserFor is the parser of the language that the extension or the first character says; nil: they say none.
func (r *reader) parserFor(start []byte) func() ([]node, []Notice) {
	switch ext := r.extension(); {
	case slices.Contains([]string{".tf", ".hcl", ".tfvars", ".tofu"}, ext):
		return func() ([]node, []Notice) { return r.parseHCL(r.source.data) }
	case start[0] == '<' && !bytes.HasPrefix(start, []byte("<?php")):
		return r.parseXML
	case ext == ".yaml" || ext == ".yml":
		return r.parseYAML
	case ext == ".json" || looksLikeJSON(start):
		return r.parseJSON
	}
	return nil
}

// looksLikeJSON reports that a text begins as JSON does, perhaps with a comment. What begins with a bracket is JSON even if it is broken.
func looksLikeJSON(start []byte) bool {
	return strings.ContainsRune(`{["`, rune(start[0])) || bytes.HasPrefix(start, []byte("//")) || bytes.HasPrefix(start, []byte("/*")) && startsJSON(start)
}

// startsJSON reports that JSON comes after comments of a kind that JSON has not.
func startsJSON(start []byte) bool {
	rest := leadingComments.ReplaceAll(start, nil)
	return len(rest) > 0 && (rest[0] == '{' || rest[0] == '[')
}

var leadingComments = regexp.MustCompile(`\A(?:\s+|//[^\n]*|#[^\n]*|/\*(?s:.*?)\*/)+`)

// packed finds a configuration in another wrapping, and says how to unwrap it.
func (r *reader) packed(start []byte) (Notice, bool) {
	at := r.source.place(bytes.Index(r.source.data, start))
	head := string(start[:min(len(start), 4096)])
	switch {
	case regexp.MustCompile(`^%(?:25)*(?:7B|7b|5B|5b|3C|3c|EF|ef)`).MatchString(head):
		return problem("CP012", at, "the text is URL-encoded", "decode it: python3 -c 'import sys,urllib.parse;print(urllib.parse.unquote(sys.stdin.read()))'"), true
	case regexp.MustCompile(`^[{\[]\s*(?:&quot;|&#34;|&#x22;)`).MatchString(head), strings.HasPrefix(head, "&lt;"):
		return problem("CP012", at, "the text is written for HTML: &quot; stands for quotes", "decode it: python3 -c 'import sys,html;print(html.unescape(sys.stdin.read()))'"), true
	case regexp.MustCompile(`^(?:eyJ|ewog|ewoJ|WwogI|W3si|PENPUlN|PD94bW)[A-Za-z0-9+/=\s]+$`).MatchString(head):
		return problem("CP012", at, "the text is base64", "decode it with base64 -d"), true
	case regexp.MustCompile(`^[{\[]\s*\\+"`).MatchString(head):
		return problem("CP012", at, `every quote has a backslash before it: this is JSON inside a string`, `take the backslashes out: sed 's/\\"/"/g'`), true
	}
	return Notice{}, false
}

// language is a programming language in which a configuration may be written down.
type language struct {
	name    string
	endings []string
	signs   *regexp.Regexp
	print   string // how it prints the value as JSON
}

var languages = []language{
	{"Python", []string{".py"}, regexp.MustCompile(`(?m)^(?:import |from \S+ import|def |[A-Za-z_][\w.]*\s*=\s*[\[{(]\s*(?:#.*)?$|\w[\w.]*\(.*)|'CORSRules'\s*:|\bNone\b|:\s*(?:True|False)\b`), "import json; print(json.dumps(%s, indent=2))"},
	{"JavaScript", []string{".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx"}, regexp.MustCompile(`(?m)^\s*(?:const|let|var|export|module\.exports|exports\.|await|async|import\s+[{*\w])\b`), "console.log(JSON.stringify(%s, null, 2))"},
	{"PHP", []string{".php"}, regexp.MustCompile(`<\?php|(?m)^\s*\$\w+\s*=|'\w+'\s*=>`), "echo json_encode(%s, JSON_PRETTY_PRINT);"},
	{"Ruby", []string{".rb"}, regexp.MustCompile(`(?m)\w+:\s*%w|:\w+\s*=>|^\s*(?:require|puts|\w+\.put_bucket_cors)\b|"\w+"\s*=>`), "require 'json'; puts JSON.pretty_generate(%s)"},
	{"Go", []string{".go"}, regexp.MustCompile(`(?m)^package \w+$|:=\s*&?\w*\.?\w*\{|\[\]string\{`), "json.NewEncoder(os.Stdout).Encode(%s)"},
	{"Java", []string{".java", ".kt", ".cs", ".scala"}, regexp.MustCompile(`\bnew \w+\(|CORSRule\.builder\(\)|\.allowedOrigins\(`), ""},
	{"a shell script", []string{".sh", ".bash"}, regexp.MustCompile(`\A#!|(?m)^\s*(?:aws|curl|s3cmd|mc|gsutil|gcloud|cat <<|echo)\s`), ""},
}

var assigned = regexp.MustCompile(`(?m)^\s*(?:export\s+)?(?:const|let|var|export default)?\s*(\$?[A-Za-z_][\w.]*)\s*(?::\s*\w+\s*)?:?=\s*[\[{(]`)

// otherLanguage finds a literal of a programming language, by the file's extension before all else.
func (r *reader) otherLanguage() (Notice, bool) {
	data, ext := r.source.data[:min(len(r.source.data), 64<<10)], r.extension()
	for _, l := range languages {
		if slices.Contains(l.endings, ext) || !known(ext) && l.signs.Match(data) && !hclStart.Match(data) && !yamlKeys.Match(data) {
			return r.literalOf(l), true
		}
	}
	return Notice{}, false
}

var yamlKeys = regexp.MustCompile(`(?m)^(?:CORSRules|Resources|AWSTemplateFormatVersion|resources|apiVersion|rules|cors|name|- [A-Za-z]\w*): *\S*$`)

// known is an extension that says the language.
func known(ext string) bool {
	return ext == ".json" || ext == ".xml" || ext == ".yaml" || ext == ".yml"
}

// literalOf says that a literal is not JSON: at the first single quote where it has some, else where it begins.
func (r *reader) literalOf(l language) Notice {
	name, from := "the value", 0
	if found := assigned.FindSubmatchIndex(r.source.data); found != nil {
		name, from = string(r.source.data[found[2]:found[3]]), found[1]-1
	}
	if l.print == "" {
		if n, found := r.inProse(); found {
			return n
		}
	}
	do := "write the configuration as JSON"
	if l.print != "" {
		do = "print it as JSON: " + strings.Replace(l.print, "%s", name, 1)
	}
	if cdk.Match(r.source.data) {
		do = "run cdk synth, and give the template that it prints"
	}
	if l.name == "Python" || l.name == "JavaScript" || l.name == "PHP" || l.name == "Ruby" {
		if i := bytes.IndexByte(r.source.data[from:], '\''); i >= 0 {
			return problem("CP011", r.source.place(from+i), "this is "+l.name+", and JSON wants double quotes", do)
		}
	}
	return problem("CP011", r.source.place(from), "this is "+l.name+", not a configuration", do)
}

var cdk = regexp.MustCompile(`aws-cdk|aws_cdk|\bs3\.Bucket\(|HttpMethods\.`)

var literalStart = regexp.MustCompile(`(?m)[{\[]\s*"?(?:CORSRules|AllowedOrigins|AllowedMethods)|[\[{]\s*\{\s*"Allowed|<(?:\w+:)?CORSConfiguration`)

// inProse points at a configuration that other text surrounds.
func (r *reader) inProse() (Notice, bool) {
	at := literalStart.FindIndex(r.source.data)
	if at == nil {
		return Notice{}, false
	}
	return problem("CP014", r.source.place(at[0]), "the configuration begins here, within other text", "put it into a file of its own"), true
}

const typographic = "“”„‟«»‘’‚‛″"

func firstRune(b []byte) rune {
	r, _ := utf8.DecodeRune(b)
	return r
}

// insteadOfJSON are beginnings of what people write where JSON wants a value or a key. An empty do: the advice depends on the language that
// the text was copied from.
var insteadOfJSON = []struct {
	begins         *regexp.Regexp
	code, what, do string
}{
	{regexp.MustCompile(`\A'`), "CP011", "JSON wants double quotes, and this is a single one", ""},
	{regexp.MustCompile(`\A(?:\.\.\.|…)`), "CP017", "an ellipsis stands where a value belongs", "write the values out"},
	{regexp.MustCompile(`\A=>`), "CP011", "JSON has a colon between key and value, not =>", ""},
	{regexp.MustCompile(`\A(?:\{\{|\$\{|<%)`), "CP008", "a placeholder of a template stands where a value belongs", "give the file that the template is rendered to"},
	{regexp.MustCompile(`\A[A-Za-z_$][\w$-]*\s*:`), "CP011", "JSON wants double quotes around keys", ""},
}

// meantJSON says what keeps a text from being JSON, and what was probably meant.
func (r *reader) meantJSON(clean []byte, at int, err error) Notice {
	rest := clean[min(at, len(clean)):]
	place := r.source.place(at)
	said := err.Error()
	switch {
	case len(bytes.TrimSpace(rest)) == 0 || strings.Contains(said, "unexpected EOF"):
		return r.truncated(clean)
	case strings.ContainsRune(typographic, firstRune(rest)):
		return problem("CP010", place, "typographic quotes: JSON wants straight ones", `write " for them; editors for prose change what is typed`)
	case strings.Contains(said, "after top-level value"):
		return afterValue(rest, place)
	}
	if before := bytes.TrimRight(clean[:at], " \t-"); bytes.HasSuffix(before, []byte("{{")) { // two objects open for who reads JSON
		return problem("CP008", r.source.place(len(before)-2), "a placeholder of a template stands where a value belongs", "give the file that the template is rendered to")
	}
	for _, other := range insteadOfJSON {
		switch {
		case !other.begins.Match(rest):
		case other.do == "":
			return r.notJSON(place, other.what)
		default:
			return problem(other.code, place, other.what, other.do)
		}
	}
	return r.misplaced(clean, at, said)
}

// misplaced says what is wrong with something that JSON has, where it does not belong.
func (r *reader) misplaced(clean []byte, at int, said string) Notice {
	rest, place := clean[at:], r.source.place(at)
	switch first := firstRune(rest); {
	case strings.Contains(said, "invalid literal"):
		return r.badLiteral(rest, place)
	case strings.ContainsRune("\u00a0\u200b\ufeff\u3000", first):
		return problem("CP023", place, fmt.Sprintf("an invisible character stands here (%U)", first), "delete it, and write a blank")
	case first == ',':
		return problem("CP007", place, "a comma without a value before it", "take the comma out")
	case bytes.HasSuffix(bytes.TrimSpace(clean[:at]), []byte(":")):
		return problem("CP023", place, "a value is missing here", "write one after the colon")
	case first == ']' || first == '}':
		return problem("CP023", place, "this bracket closes another kind than was opened", "look where the bracket before it was opened")
	case strings.Contains(said, "expecting ',' or"):
		return r.missingComma(clean, at)
	}
	i := strings.Index(said, ": invalid")
	return problem("CP023", place, "not JSON: "+said[max(i+2, 0):], "mend the JSON; jq . FILE checks it")
}

// notJSON is a literal of a programming language; how it is printed as JSON depends on which.
func (r *reader) notJSON(at Place, what string) Notice {
	do := "write double quotes; node -p 'JSON.stringify(VALUE, null, 2)' prints JavaScript, python3's json.dumps(VALUE, indent=2) Python"
	switch {
	case languages[2].signs.Match(r.source.data):
		do = "print the value as JSON: " + strings.Replace(languages[2].print, "%s", "$value", 1)
	case bytes.Contains(r.source.data, []byte("'CORSRules'")) || bytes.Contains(r.source.data, []byte("'Allowed")):
		do = `print it as JSON: python3 -c 'import ast,json,sys; print(json.dumps(ast.literal_eval(sys.stdin.read()), indent=2))' < ` + r.name
	}
	return problem("CP011", at, what, do)
}

func (r *reader) badLiteral(rest []byte, at Place) Notice {
	word := regexp.MustCompile(`\A"?[^\s,\]}]*`).Find(rest)
	switch string(word) {
	case "True", "False", "None":
		n := r.notJSON(at, string(word)+" is Python's: JSON writes true, false and null")
		if !bytes.ContainsRune(r.source.data, '\'') {
			n.Do = "write " + map[string]string{"True": "true", "False": "false", "None": "null"}[string(word)]
		}
		return n
	case "undefined", "NaN", "Infinity":
		return r.notJSON(at, string(word)+" is JavaScript's, and JSON has no such value")
	}
	if len(rest) > 0 && rest[0] == '"' {
		return problem("CP016", at, "this string is broken: it goes over the line's end, or has a backslash that means nothing", "close the string on its line")
	}
	if matched, _ := regexp.Match(`(?i)\Aetc\b`, word); matched || string(word) == "..." {
		return problem("CP017", at, "an ellipsis stands where a value belongs", "write the values out")
	}
	if nearlyNumber.Match(word) {
		return problem("CP023", at, quote(string(word))+" is no number that JSON knows", "write digits alone, without a zero or a sign before them")
	}
	return problem("CP011", at, quote(string(word))+" stands without quotes", "write it in double quotes")
}

var nearlyNumber = regexp.MustCompile(`\A[-+.]?[0-9.]*(?:[eE][-+]?[0-9]*)?\z`)

// afterValue: what follows the first document.
func afterValue(rest []byte, at Place) Notice {
	if strings.ContainsRune(`{["`, rune(rest[0])) {
		return problem("CP013", at, "a second document begins here, and a file of JSON holds one", "put each into a file of its own, or the rules of both into one list")
	}
	if rest[0] == ',' {
		return problem("CP013", at, "a comma follows the document: several rules stand here without a list around them", `write { "CORSRules": [ … ] } around them`)
	}
	return problem("CP023", at, "text follows the document", "take out what comes after the last bracket")
}

func (r *reader) missingComma(clean []byte, at int) Notice {
	end := len(bytes.TrimRight(clean[:at], " \t\r\n"))
	return problem("CP023", r.source.place(end), "a comma is missing here", "write one after the value")
}

// truncated says which bracket is open at the end.
func (r *reader) truncated(clean []byte) Notice {
	var open []int
	inText, textAt := false, 0
	for i := 0; i < len(clean); i++ {
		switch b := clean[i]; {
		case b == '\\' && inText:
			i++
		case b == '"':
			inText, textAt = !inText, i
		case inText:
		case b == '[' || b == '{':
			open = append(open, i)
		case (b == ']' || b == '}') && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	end := r.source.place(len(bytes.TrimRight(r.source.data, " \t\r\n")))
	switch {
	case inText:
		return problem("CP016", r.source.place(textAt), "the text ends within the string that begins here", "give the whole document")
	case len(open) > 0:
		at := r.source.place(open[len(open)-1])
		return problem("CP016", end, "the text ends before it is complete: the "+string(clean[open[len(open)-1]])+" at "+placeText(at)+" is not closed", "give the whole document")
	}
	return problem("CP016", end, "the text ends before it is complete", "give the whole document")
}
