package corsfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What people write where JSON wants something else is named, where it stands, and how it is mended.
func TestNotQuiteJSON(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"typographic quotes", `{“CORSRules”: []}`, `CP010 error 1:2 typographic quotes: JSON wants straight ones; write " for them; editors for prose change what is typed`},
		{"single quotes", `{'CORSRules': []}`, `CP011 error 1:2 JSON wants double quotes, and this is a single one; print it as JSON: python3 -c 'import ast,json,sys; print(json.dumps(ast.literal_eval(sys.stdin.read()), indent=2))' < f.json`},
		{"single quotes in a value", `{"a": 'b'}`, `CP011 error 1:7 JSON wants double quotes, and this is a single one; write double quotes; node -p 'JSON.stringify(VALUE, null, 2)' prints JavaScript, python3's json.dumps(VALUE, indent=2) Python`},
		{"three dots", `{"CORSRules": [...]}`, `CP017 error 1:16 an ellipsis stands where a value belongs; write the values out`},
		{"one character for three dots", `{"CORSRules": […]}`, `CP017 error 1:16 an ellipsis stands where a value belongs; write the values out`},
		{"an arrow", `{"CORSRules" => []}`, `CP011 error 1:14 JSON has a colon between key and value, not =>; write double quotes; node -p 'JSON.stringify(VALUE, null, 2)' prints JavaScript, python3's json.dumps(VALUE, indent=2) Python`},
		{"a template's braces", `{"CORSRules": [{{ .Values.rules }}]}`, `CP008 error 1:16 a placeholder of a template stands where a value belongs; give the file that the template is rendered to`},
		{"a template's expression", `{"CORSRules": <%= rules %>}`, `CP008 error 1:15 a placeholder of a template stands where a value belongs; give the file that the template is rendered to`},
		{"a template's variable", `{"CORSRules": ${rules}}`, `CP008 error 1:15 a placeholder of a template stands where a value belongs; give the file that the template is rendered to`},
		{"keys without quotes", `{CORSRules: []}`, `CP011 error 1:2 JSON wants double quotes around keys; write double quotes; node -p 'JSON.stringify(VALUE, null, 2)' prints JavaScript, python3's json.dumps(VALUE, indent=2) Python`},
		{"a key with a dollar sign", `{$rules: []}`, `CP011 error 1:2 JSON wants double quotes around keys; write double quotes; node -p 'JSON.stringify(VALUE, null, 2)' prints JavaScript, python3's json.dumps(VALUE, indent=2) Python`},
		{"Python's words", `{"a": True}`, `CP011 error 1:7 True is Python's: JSON writes true, false and null; write true`},
		{"Python's words beside single quotes", `{"a": None, "b": 'c'}`, `CP011 error 1:7 None is Python's: JSON writes true, false and null; write double quotes; node -p 'JSON.stringify(VALUE, null, 2)' prints JavaScript, python3's json.dumps(VALUE, indent=2) Python`},
		{"JavaScript's words", `{"a": undefined}`, `CP011 error 1:7 undefined is JavaScript's, and JSON has no such value; write double quotes; node -p 'JSON.stringify(VALUE, null, 2)' prints JavaScript, python3's json.dumps(VALUE, indent=2) Python`},
		{"a word without quotes", `{"AllowedMethods": [GET]}`, `CP011 error 1:21 "GET" stands without quotes; write it in double quotes`},
		{"and so on", `{"AllowedMethods": [etc]}`, `CP017 error 1:21 an ellipsis stands where a value belongs; write the values out`},
		{"an invisible character", "{\u00a0\"a\": 1}", `CP023 error 1:2 an invisible character stands here (U+00A0); delete it, and write a blank`},
		{"another invisible character", "{\"a\": \u200b1}", `CP023 error 1:7 an invisible character stands here (U+200B); delete it, and write a blank`},
		{"no comma between values", `{"a": ["GET" "PUT"]}`, `CP023 error 1:13 a comma is missing here; write one after the value`},
		{"no comma between members", "{\"a\": 1\n \"b\": 2}", `CP023 error 1:8 a comma is missing here; write one after the value`},
		{"a comma too many", `{"a": [,"GET"]}`, `CP007 error 1:8 a comma without a value before it; take the comma out`},
		{"two commas", `{"a": ["GET",,"PUT"]}`, `CP007 error 1:14 a comma without a value before it; take the comma out`},
		{"another bracket", `{"a": ["GET"}}`, `CP023 error 1:13 this bracket closes another kind than was opened; look where the bracket before it was opened`},
		{"a bracket too many", `{"a": 1}}`, `CP023 error 1:9 text follows the document; take out what comes after the last bracket`},
		{"a second document", `{"a": 1} {"b": 2}`, `CP013 error 1:10 a second document begins here, and a file of JSON holds one; put each into a file of its own, or the rules of both into one list`},
		{"several rules", `{"a": 1}, {"b": 2}`, `CP013 error 1:9 a comma follows the document: several rules stand here without a list around them; write { "CORSRules": [ … ] } around them`},
		{"words behind it", `{"a": 1} that is all`, `CP023 error 1:10 text follows the document; take out what comes after the last bracket`},
		{"an open bracket", `{"a": [1`, `CP016 error 1:9 the text ends before it is complete: the [ at 1:7 is not closed; give the whole document`},
		{"an open string", `{"a": "b`, `CP016 error 1:7 the text ends within the string that begins here; give the whole document`},
		{"an open string over a line", "{\"a\": \"b\n, \"c\": 1}", `CP016 error 1:7 this string is broken: it goes over the line's end, or has a backslash that means nothing; close the string on its line`},
		{"a backslash that means nothing", `{"a": "\x41"}`, `CP016 error 1:7 this string is broken: it goes over the line's end, or has a backslash that means nothing; close the string on its line`},
		{"a key alone", `{"a"`, `CP016 error 1:5 the text ends before it is complete: the { at 1:1 is not closed; give the whole document`},
		{"a colon alone", `{"a": }`, `CP023 error 1:7 a value is missing here; write one after the colon`},
		{"a number that is none", `{"a": 01}`, `CP023 error 1:7 "01" is no number that JSON knows; write digits alone, without a zero or a sign before them`},
		{"a minus alone", `{"a": -}`, `CP023 error 1:7 "-" is no number that JSON knows; write digits alone, without a zero or a sign before them`},
		{"URL-encoded", `%7B%22CORSRules%22%3A%5B%5D%7D`, `CP012 error 1:1 the text is URL-encoded; decode it: python3 -c 'import sys,urllib.parse;print(urllib.parse.unquote(sys.stdin.read()))'`},
		{"for HTML", `{&quot;CORSRules&quot;: []}`, `CP012 error 1:1 the text is written for HTML: &quot; stands for quotes; decode it: python3 -c 'import sys,html;print(html.unescape(sys.stdin.read()))'`},
		{"XML for HTML", `&lt;CORSConfiguration/&gt;`, `CP012 error 1:1 the text is written for HTML: &quot; stands for quotes; decode it: python3 -c 'import sys,html;print(html.unescape(sys.stdin.read()))'`},
		{"base64", `eyJDT1JTUnVsZXMiOltdfQ==`, `CP012 error 1:1 the text is base64; decode it with base64 -d`},
		{"inside a string", `{\"CORSRules\": []}`, `CP012 error 1:1 every quote has a backslash before it: this is JSON inside a string; take the backslashes out: sed 's/\\"/"/g'`},
	} {
		if diff := cmp.Diff(c.want+"\n", read("f.json", c.text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
