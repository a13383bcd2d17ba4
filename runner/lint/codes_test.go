package lint_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/corsfile"
	"corsprobe/runner/dialect"
	"corsprobe/runner/lint"
	"corsprobe/runner/s3cors"
)

// input is a file. In the one that raises a code, ¦ stands where the code must point to; without one it points to the file as a whole.
type input struct {
	name, text string
	provider   lint.Provider
}

func (i input) of(p lint.Provider) input { return input{i.name, i.text, p} }

func file(name, text string) input { return input{name: name, text: text} }

// one is a file with one rule.
func one(origins, methods, rest string) input {
	return file("f.json", `{"CORSRules": [{"AllowedOrigins": [`+origins+`], "AllowedMethods": [`+methods+`]`+rest+`}]}`)
}

// site is a page's origin and head a method, of which there is nothing to say; age completes their rule.
const site, head, age = `"https://app.example.com"`, `"HEAD"`, `, "MaxAgeSeconds": 600`

var plainFile = one(site, head, age)

func origin(text string) input        { return one(text, head, age) }
func allowed(names string) input      { return one(site, head, age+`, "AllowedHeaders": [`+names+`]`) }
func exposedNames(names string) input { return one(site, head, age+`, "ExposeHeaders": [`+names+`]`) }
func aged(seconds string) input       { return one(site, head, `, "MaxAgeSeconds": `+seconds) }

// two is a file with two rules, each of them given by its origin, its method and more.
func two(mark, origin1, methods1, rest1, origin2, methods2, rest2 string) input {
	return file("f.json", fmt.Sprintf(`{"CORSRules": [{"AllowedOrigins": [%s], "AllowedMethods": [%s]%s},
%s{"AllowedOrigins": [%s], "AllowedMethods": [%s]%s}]}`, origin1, methods1, rest1, mark, origin2, methods2, rest2))
}

func manyRules(mark string, n int) input {
	rule := `{"AllowedOrigins": [` + site + `], "AllowedMethods": ["HEAD"]` + age + `}`
	return file("f.json", `{`+mark+`"CORSRules": [`+strings.Repeat(rule+",", n-1)+rule+`]}`)
}

// sized is a configuration of so many bytes as XML.
func sized(mark string, size int) input {
	rule := s3cors.Rule{AllowedOrigins: []string{"https://"}, AllowedMethods: []string{"HEAD"}}
	cfg := s3cors.Configuration{CORSRules: []s3cors.Rule{rule}}
	return file("f.json", `{`+mark+`"CORSRules": [{"AllowedOrigins": ["https://`+strings.Repeat("a", size-len(cfg.XML()))+`"], "AllowedMethods": ["HEAD"]}]}`)
}

var (
	oneRule = lint.Provider{Name: "p", Title: "P", Limits: []lint.Limit{{Of: "rules", Most: 1}}}
	noCORS  = lint.Provider{Name: "p", Title: "P", NoBucketCORS: true}
	speaks  = func(names ...string) lint.Provider {
		p := lint.Provider{Name: "p", Title: "P"}
		for _, name := range names {
			one, err := dialect.Parse(name)
			if err != nil {
				panic(err)
			}
			p.Dialect = append(p.Dialect, one)
		}
		return p
	}
	noPorts = func(s lint.Severity) lint.Provider {
		return lint.Provider{Name: "p", Title: "P", Points: []lint.Point{{Field: "AllowedOrigins", Matches: regexp.MustCompile(`:\*$`), Severity: s, What: "no port is a pattern", Do: "list ports"}}}
	}
)

// byCode has for each code a file that raises it, and the nearest one that does not.
var byCode = map[string]struct{ raises, harmless input }{
	"CP001": {file("f.json", `¦[{"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}]`), file("f.json", `{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}]}`)},
	"CP002": {file("f.json", `¦{"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}`), file("f.json", `[{"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}]`)},
	"CP003": {file("f.json", `{"CORSRules": [{"AllowedOrigins": ¦"*", "AllowedMethods": ["HEAD"]}]}`), origin(`"*"`)},
	"CP004": {file("f.json", `{"rules": ¦[{"allowed": {"origins": ["*"], "methods": ["HEAD"]}}]}`), file("f.json", `{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}]}`)},
	"CP005": {file("f.json", "\uFEFF¦"+plainFile.text), file("f.xml", "\uFEFF<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod></CORSRule></CORSConfiguration>")},
	"CP006": {file("f.json", "¦// why\n"+plainFile.text), one(site, head, `, "ID": "// why"`)},
	"CP007": {one(site, `"HEAD"¦,`, age), plainFile},
	"CP008": {origin(`¦"https://${STAGE}.example.com"`), origin(`"https://stage.example.com"`)},
	"CP009": {one(site, head, `, ¦"Maximum": 600`), one(site, head, `, "ID": "Maximum"`)},
	"CP010": {origin(`¦“https://app.example.com”`), one(site, head, `, "ID": "“mine”"`)},
	"CP011": {file("f.json", `{¦'CORSRules': []}`), one(site, head, `, "ID": "'mine'"`)},
	"CP012": {file("f.json", `¦%7B%22CORSRules%22%3A%5B%5D%7D`), one(site, head, `, "ID": "%7B%22CORSRules%22%3A%5B%5D%7D"`)},
	"CP013": {file("f.json", plainFile.text+"\n¦"+plainFile.text), file("f.json", plainFile.text+"\n\n")},
	"CP014": {file("f.json", `¦{"Bucket": "b"}`), file("f.json", `{"Bucket": {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}]}}`)},
	"CP015": {file("f.xml", `¦<html><body>Sign in</body></html>`), file("f.xml", `<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod></CORSRule></CORSConfiguration>`)},
	"CP016": {file("f.json", strings.TrimSuffix(plainFile.text, "]}")+"¦"), plainFile},
	"CP017": {origin(site + `, ¦"..."`), one(site, head, `, "ID": "..."`)},
	"CP018": {file("f.json", " \n"), file("f.json", `{"CORSRules": []}`)},
	"CP019": {aged(`¦"600"`), aged(`600`)},
	"CP020": {file("f.yaml", "CORSRules:\n  - AllowedMethods: [HEAD]\n    AllowedOrigins: [¦*]\n"), file("f.yaml", "CORSRules:\n  - AllowedMethods: [HEAD]\n    AllowedOrigins: ['*']\n")},
	"CP021": {file("f.json", strings.Repeat("[", 200)+"¦["), file("f.json", strings.Repeat("[", 200))},
	"CP022": {origin("\"https://caf¦\xe9.example.com\""), origin("\"https://caf\u00e9.example.com\"")},
	"CP023": {one(site, `"HEAD"¦ "GET"`, age), one(site, `"HEAD", "GET"`, age)},
	"CP024": {file("f.json", `{"CORSRules": [{¦"AllowedOrigin": ["*"], "AllowedMethods": ["HEAD"]}]}`), origin(`"*"`)},
	"CP025": {one(site, head, `, "ID": "a", ¦"ID": "b"`), one(site, head, `, "ID": "a"`)},
	"CP026": {file("f.json", `¦[{"corsRuleName": "a", "allowedOrigins": ["*"], "allowedOperations": ["s3_get", "b2_upload_file"], "maxAgeSeconds": 600}]`),
		file("f.json", `[{"corsRuleName": "a", "allowedOrigins": ["*"], "allowedOperations": ["s3_get", "s3_put"], "maxAgeSeconds": 600}]`)},
	"CP027": {file("f.yaml", "Resources:\n  Api:\n    Properties:\n      ¦CorsConfiguration:\n        AllowOrigins: ['*']\n        AllowMethods: [HEAD]\n"),
		file("f.yaml", "Resources:\n  Bucket:\n    Properties:\n      CorsConfiguration:\n        CorsRules: [{AllowedOrigins: ['*'], AllowedMethods: [HEAD]}]\n")},
	"CP028": {file("f.xml", `¦<CORSConfiguration xmlns="http://s3.example.com/"><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod></CORSRule></CORSConfiguration>`),
		file("f.xml", `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod></CORSRule></CORSConfiguration>`)},

	"CP101": {file("f.json", `{¦"CORSRules": []}`), plainFile},
	"CP102": {file("f.json", `{"CORSRules": [¦{"AllowedMethods": ["HEAD"]}]}`), plainFile},
	"CP103": {file("f.json", `{"CORSRules": [¦{"AllowedOrigins": ["*"]}]}`), plainFile},
	"CP104": {one(site, `"HEAD", ¦"PATCH"`, age), one(site, `"HEAD", "PUT"`, age)},
	"CP105": {origin(`¦"https://*.*.example.com"`), origin(`"https://*.example.com"`)},
	"CP106": {allowed(`¦"x-*-*"`), allowed(`"x-*"`)},
	"CP107": {exposedNames(`¦"x-amz-*"`), exposedNames(`"x-amz-request-id"`)},
	"CP108": {exposedNames(`¦"x amz"`), exposedNames(`"x-amz"`)},
	"CP109": {allowed(`¦"x amz"`), allowed(`"x-amz"`)},
	"CP110": {manyRules("¦", 101), manyRules("", 100)},
	"CP111": {sized("¦", 64<<10+1), sized("", 64<<10)},
	"CP112": {one(site, head, `, "ID": ¦"`+strings.Repeat("é", 256)+`"`), one(site, head, `, "ID": "`+strings.Repeat("é", 255)+`"`)},
	"CP113": {aged(`¦-1`), aged(`0`)},

	"CP201": {origin(`¦"https://app.example.com/"`), origin(site)},
	"CP202": {origin(`¦"https://app.example.com/*"`), origin(`"https://app.example.com/"`)},
	"CP203": {origin(`¦"https://App.example.com"`), origin(site)},
	"CP204": {origin(`¦"https://app.example.com:443"`), origin(`"https://app.example.com:80"`)},
	"CP205": {origin(`¦"https://app.example.com "`), origin(site)},
	"CP206": {origin(`¦"https://a.example.com,https://b.example.com"`), origin(`"https://a.example.com", "https://b.example.com"`)},
	"CP207": {origin(`¦"app.example.com"`), origin(site)},
	"CP208": {origin(`¦"https"`), origin(`"https://*"`)},
	"CP209": {origin(`¦"file://"`), origin(`"http://localhost:8080"`)},
	"CP210": {origin(`¦"null"`), origin(`"https://null.example.com"`)},
	"CP211": {origin(`¦"capacitor://localhost"`), origin(`"https://capacitor.example.com"`)},
	"CP212": {origin(`¦"chrome-extension://abcdefghijklmnopabcdefghijklmnop"`), origin(`"https://chrome-extension.example.com"`)},
	"CP213": {origin(`¦"http://app.example.com"`), origin(site)},
	"CP214": {origin(`¦"http://localhost:3000"`), origin(`"https://localhost.example.com:3000"`)},
	"CP215": {origin(`¦"https://*"`), origin(`"https://*.example.com"`)},
	"CP216": {origin(`¦"*"`), origin(`"https://*"`)},
	"CP217": {origin(`¦"https://*.co.uk"`), origin(`"https://*.example.co.uk"`)},
	"CP218": {origin(`¦"https://*.github.io"`), origin(`"https://*.me.github.io"`)},
	"CP219": {origin(`¦"https://s3.amazonaws.com"`), origin(`"https://bucket.s3.amazonaws.com"`)},
	"CP220": {origin(`¦"https://bücher.example.com"`), origin(`"https://xn--bcher-kva.example.com"`)},
	"CP221": {one(site, `"HEAD", ¦"HEAD"`, age), one(site, `"HEAD", "GET"`, age)},
	"CP222": {origin(`¦"https://a.example.com", "https://*.example.com"`), origin(`"https://example.com", "https://*.example.com"`)},
	"CP223": {origin(`¦"htps://app.example.com"`), origin(site)},
	"CP224": {origin(`¦"'https://app.example.com'"`), origin(site)},
	"CP225": {origin(`¦"https://user@app.example.com"`), origin(site)},

	"CP301": {file("f.json", `{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ¦["GET"]}]}`), one(site, `"GET", "HEAD"`, age)},
	"CP302": {file("f.json", `{"CORSRules": [¦{"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"]}]}`), one(site, `"PUT"`, `, "AllowedHeaders": ["Content-Type"]`)},
	"CP303": {one(site, `"PUT"`, `, "AllowedHeaders": ¦["x-amz-acl"]`), one(site, `"PUT"`, `, "AllowedHeaders": ["x-amz-acl", "content-*"]`)},
	"CP304": {allowed(`¦"Host"`), allowed(`"x-host"`)},
	"CP305": {allowed(`¦"ETag"`), allowed(`"If-Match"`)},
	"CP306": {exposedNames(`¦"Access-Control-Allow-Origin"`), exposedNames(`"ETag"`)},
	"CP307": {one(site, head, `, "AllowedHeaders": ¦["Authorization"]`), allowed(`"Authorization", "x-amz-date", "x-amz-content-sha256"`)},
	"CP308": {one(site, head, `, "AllowedHeaders": ¦["Authorization", "x-amz-*"]`), allowed(`"Authorization", "x-amz-*", "amz-sdk-*"`)},
	"CP309": {one(site, `"GET", "HEAD"`, `, "ID": "videos", "AllowedHeaders": ¦["if-match"]`), one(site, `"GET", "HEAD"`, `, "ID": "videos", "AllowedHeaders": ["range"]`)},
	"CP401": {file("f.json", `{"CORSRules": [¦{"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}]}`), one(site, `"PUT"`, `, "ExposeHeaders": ["ETag"]`)},
	"CP402": {file("f.json", `{"CORSRules": [¦{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "AllowedHeaders": ["Range"]}]}`), one(site, `"GET"`, `, "AllowedHeaders": ["Range"], "ExposeHeaders": ["Content-Range"]`)},
	"CP403": {exposedNames(`¦"Content-Type"`), exposedNames(`"Content-Encoding"`)},
	"CP404": {file("f.json", `{"CORSRules": [¦{"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}]}`), aged(`600`)},
	"CP405": {aged(`¦0`), aged(`1`)},
	"CP406": {aged(`¦7201`), aged(`7200`)},
	"CP407": {exposedNames(`¦"Authorization"`), exposedNames(`"x-amz-request-id"`)},
	"CP408": {exposedNames(`¦"Set-Cookie"`), exposedNames(`"Cookie-Policy"`)},

	"CP501": {two("¦", `"https://*.example.com"`, head, age, `"https://a.example.com"`, head, age), two("", `"https://a.example.com"`, head, age, `"https://*.example.com"`, head, age)},
	"CP502": {file("f.json", `{"CORSRules": [{"AllowedOrigins": ["https://a.example.com"], "AllowedMethods": ["HEAD"]},
{"AllowedOrigins": ["https://a.example.com"], "AllowedMethods": ¦["HEAD", "DELETE"]}]}`), two("", site, head, age, `"https://other.example.com"`, `"HEAD", "DELETE"`, age)},
	"CP503": {two("¦", `"https://a.example.com"`, head, age, `"https://b.example.com"`, head, age), two("", `"https://a.example.com"`, head, age, `"https://b.example.com"`, `"DELETE"`, age)},
	"CP504": {two("", `"https://a.example.com"`, head, `, "ID": "x"`, `"https://b.example.com"`, `"DELETE"`, `, "ID": ¦"x"`), two("", `"https://a.example.com"`, head, `, "ID": "x"`, `"https://b.example.com"`, `"DELETE"`, `, "ID": "X"`)},

	"CP601": {manyRules("¦", 2).of(oneRule), manyRules("", 1).of(oneRule)},
	"CP602": {file("f.json", `{¦"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}]}`).of(noCORS), plainFile.of(oneRule)},
	"CP603": {origin(`¦"https://app.example.com:*"`).of(noPorts(lint.Error)), origin(`"https://app.example.com:8443"`).of(noPorts(lint.Error))},
	"CP604": {origin(`¦"https://app.example.com:*"`).of(noPorts(lint.Warning)), origin(`"https://app.example.com:8443"`).of(noPorts(lint.Warning))},
	"CP605": {two("", site, head, age, `¦`+site, `"GET"`, age).of(speaks("rule-by-origin-alone")), two("", site, head, age, `"https://www.example.com"`, `"GET"`, age).of(speaks("rule-by-origin-alone"))},
	"CP606": {file("f.json", strings.Replace(plainFile.text, `[{`, `[¦{`, 1)).of(speaks("credentials-missing")), origin(`"*"`).of(speaks("credentials-missing"))},
}

// raised lists the codes that a file raises with their places, whether or not it can be read.
func raised(in input) []string {
	file, err := corsfile.Read(in.name, []byte(strings.Replace(in.text, "¦", "", 1)))
	var all []string
	if problems := (corsfile.Problems{}); errors.As(err, &problems) {
		for _, n := range problems.All {
			all = append(all, fmt.Sprintf("%s %d:%d", n.Code, n.Line, n.Column))
		}
		return all
	}
	for _, f := range lint.File(file, lint.Options{Provider: in.provider}).Findings {
		all = append(all, fmt.Sprintf("%s %d:%d", f.Code, f.Place.Line, f.Place.Column))
	}
	return all
}

// marked is where ¦ stands: line and column from 1, columns in characters, a byte order mark not counted.
func marked(text string) string {
	before, _, found := strings.Cut(strings.TrimPrefix(text, "\uFEFF"), "¦")
	if !found {
		return "0:0"
	}
	return fmt.Sprintf("%d:%d", strings.Count(before, "\n")+1, len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))+1)
}

// Each code is raised by one file, at its place, and not by the file that is nearest to it.
func TestEachCode(t *testing.T) {
	for _, c := range lint.Codes() {
		t.Run(c.ID, func(t *testing.T) {
			pair, ok := byCode[c.ID]
			if !ok {
				t.Fatalf("no file raises %s, %s", c.ID, c.Name)
			}
			if got, want := raised(pair.raises), c.ID+" "+marked(pair.raises.text); !slices.Contains(got, want) {
				t.Errorf("%s, want %s among it, of\n%.300s", got, want, pair.raises.text)
			}
			if got := raised(pair.harmless); slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, c.ID) }) {
				t.Errorf("%s, want no %s, of\n%.300s", got, c.ID, pair.harmless.text)
			}
		})
	}
	for id := range byCode {
		if _, ok := lint.ByCode(id); !ok {
			t.Errorf("there is no %s", id)
		}
	}
}

// The file that the others are made from raises nothing, so that what they raise is their own.
func TestPlainFile(t *testing.T) {
	if got := raised(plainFile); got != nil {
		t.Errorf("%s, want nothing", got)
	}
}
