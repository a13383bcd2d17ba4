package scenarios

import (
	"corsprobe/runner/s3cors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// good is a scenario to spoil: lines of its own follow.
const good = "name: good\ncors: none\nmatrix:\n  origins: [https://a.example]\n"

func TestErrors(t *testing.T) {
	rule := "{AllowedOrigins: ['*'], AllowedMethods: [GET]}"
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", good + "lables: [x]\n",
			`f.yaml:5:1: unknown key "lables", expected one of name, description, labels, depth, facts, references, cors, corsFile, matrix, expect, steps; did you mean "labels"?`},
		{"unknown key in a rule", "name: a\ncors: {CORSRules: [{AllowedOrigin: ['*']}]}\nmatrix: {origins: [a]}\n",
			`f.yaml:2:21: unknown key "AllowedOrigin", expected one of ID, AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders, MaxAgeSeconds; did you mean "AllowedOrigins"?`},
		{"key twice", good + "name: b\n", `f.yaml:5:1: the key "name" is there twice`},
		{"list for a name", "name: [a]\ncors: none\nmatrix: {origins: [a]}\n", `f.yaml:1:7: found a list, expected a string`},
		{"mapping for a list", "name: a\ncors: none\nmatrix: {origins: {a: b}}\n", `f.yaml:3:19: found a mapping, expected a string`},
		{"word for a number", good + "facts: [one]\n", `f.yaml:5:9: found "one", expected a whole number`},
		{"no such fact", good + "facts: [999]\n", fmt.Sprintf("f.yaml:5:9: there is no fact 999, expected a number from 1 to %d", len(s3cors.Facts()))},
		{"wrong target", good + "  targets: [objekt]\n", `f.yaml:5:13: found "objekt", expected object, nested-object, missing-object, part, bucket, bucket-slash, listing, uploads, location, service, missing-bucket, other-bucket, longer-bucket or deleted-bucket; did you mean "object"?`},
		{"wrong combine", good + "  combine: zap\n", `f.yaml:5:12: found "zap", expected product, zip or pairs; did you mean "zip"?`},
		{"bare null", "name: a\ncors: none\nmatrix:\n  origins: [null]\n", `f.yaml:4:13: found YAML's null, expected a string; for the word null write "null" in quotes`},
		{"word for a boolean", "name: a\nsteps: [{name: b, delete: maybe}]\n", `f.yaml:2:27: found "maybe", expected true or false`},
		{"missing name", "cors: none\nmatrix: {origins: [a]}\n", `f.yaml:1:1: the key "name" is missing, expected the scenario's name: lower-case words joined by dashes, unique within its file`},
		{"bad name", "name: A b\ncors: none\nmatrix: {origins: [a]}\n", `f.yaml:1:7: the name "A b", expected lower-case words and digits joined by dashes`},
		{"undecoded, and a bad name", "name: A b\nlables: [x]\ncors: none\nmatrix: {origins: [a], methods: ['G T'], send: preflight}\n",
			`f.yaml:1:7: the name "A b", expected lower-case words and digits joined by dashes` + "\n" +
				`f.yaml:2:1: unknown key "lables", expected one of name, description, labels, depth, facts, references, cors, corsFile, matrix, expect, steps; did you mean "labels"?` + "\n" +
				`f.yaml:4:34: the method "G T", expected a token such as GET, or none`},
		{"two of one name", good + "---\n" + good, `f.yaml:6:7: the name "good" is taken, expected another than the scenario's at f.yaml:1`},
		{"no configuration", "name: a\nmatrix: {origins: [a]}\n", `f.yaml:1:1: a scenario without a configuration, expected cors, corsFile or steps`},
		{"no requests", "name: a\ncors: none\n", `f.yaml:1:1: a scenario without requests, expected matrix`},
		{"cors twice", good + "corsFile: x.json\n", `f.yaml:5:11: both cors and corsFile, expected one of them`},
		{"missing corsFile", "name: a\ncorsFile: x.json\nmatrix: {origins: [a]}\n", `f.yaml:2:11: x.json: file does not exist, expected a file with a CORS configuration`},
		{"cors of a word", "name: a\ncors: some\nmatrix: {origins: [a]}\n", `f.yaml:2:7: found "some", expected none, or a configuration with CORSRules`},
		{"refused configuration", "name: a\ncors: {CORSRules: [{AllowedOrigins: ['*'], AllowedMethods: [PATCH]}]}\nmatrix: {origins: [a]}\n",
			`f.yaml:2:7: S3 refuses this configuration: InvalidRequest: Found unsupported HTTP method in CORS config. Unsupported method is PATCH (rule 1, AllowedMethods), expected one that it takes; or steps with put, to test the refusal`},
		{"steps and matrix", "name: a\nmatrix: {origins: [a]}\nsteps: [{name: b, delete: true}]\n", `f.yaml:2:9: matrix beside steps, expected each step's own configuration and matrix`},
		{"step of two calls", "name: a\nsteps: [{name: b, delete: true, get: true}]\n", `f.yaml:2:9: a step with 2 calls, expected exactly one of put, replace, delete, get, call`},
		{"no such call", "name: a\nsteps: [{name: b, call: PutBucketTagings}]\n", `f.yaml:2:25: found "PutBucketTagings", expected RecreateBucket, PutBucketAcl, PutBucketPolicy, DeleteBucketPolicy, PutBucketVersioning, PutBucketTagging, PutBucketWebsite, PutBucketLifecycleConfiguration, PutPublicAccessBlock, PutObject, DeleteBucketTagging, DeleteBucketWebsite, DeleteBucketLifecycle, DeletePublicAccessBlock, PutBucketEncryption, DeleteBucketEncryption, PutBucketOwnershipControls, PutBucketNotificationConfiguration, PutBucketLogging, PutBucketRequestPayment or PutBucketAccelerateConfiguration; did you mean "PutBucketTagging"?`},
		{"digest of nothing", "name: a\nsteps: [{name: b, get: true, digest: md5}]\n", `f.yaml:2:38: digest without a configuration, expected put or replace`},
		{"on another bucket, of a call", "name: a\nsteps: [{name: b, call: PutObject, on: missing-bucket}]\n", `f.yaml:2:40: on beside call, expected no on: the call is made in the life of the scenario's own bucket`},
		{"on no such kind of bucket", "name: a\nsteps: [{name: b, get: true, on: missing}]\n", `f.yaml:2:34: found "missing", expected own-bucket or missing-bucket`},
		{
			"two reasons to refuse", "name: a\nsteps: [{name: b, put: {CORSRules: [{AllowedOrigins: ['*'], AllowedMethods: [GET]}]}, on: missing-bucket, digest: wrong-md5}]\n",
			`f.yaml:2:115: two reasons to refuse one call, expected on: missing-bucket or digest: wrong-md5`,
		},
		{
			"replace on nothing", "name: a\nsteps: [{name: b, replace: {CORSRules: [{AllowedOrigins: ['*'], AllowedMethods: [GET]}]}, on: missing-bucket}]\n",
			`f.yaml:2:28: replace on a bucket that does not exist, expected put`,
		},
		{"answer of a call", "name: a\nsteps: [{name: b, call: PutObject, answer: {status: 200, reason: x}}]\n", `f.yaml:2:44: answer beside call, expected no answer: the call itself is not judged`},
		{"two steps of one name", "name: a\nsteps: [{name: b, delete: true}, {name: b, get: true}]\n", `f.yaml:2:41: a second step "b", expected a name of its own`},
		{"delete: false", "name: a\nsteps: [{name: b, delete: false}]\n", `f.yaml:2:27: delete: false, expected delete: true`},
		{"put: none", "name: a\nsteps: [{name: b, put: none}]\n", `f.yaml:2:24: put: none, expected a configuration; delete: true removes one`},
		{"put over another", "name: a\nsteps:\n  - {name: b, put: {CORSRules: [" + rule + "]}}\n  - {name: c, put: {CORSRules: [" + rule + "]}}\n",
			`f.yaml:4:20: put on a bucket that has a configuration, expected replace, or a delete before`},
		{"replace of nothing", "name: a\nsteps: [{name: c, replace: {CORSRules: [" + rule + "]}}]\n", `f.yaml:2:28: replace on a bucket without a configuration, expected put`},
		{"expect without matrix", "name: a\nsteps: [{name: b, delete: true, expect: [{reason: x, actual: {status: 200}}]}]\n", `f.yaml:2:41: expect without a matrix, expected a matrix; what the call answers is answer`},
		{"empty origins", "name: a\ncors: none\nmatrix: {origins: []}\n", `f.yaml:3:19: an empty list, expected at least one origin, or none`},
		{"control character", "name: a\ncors: none\nmatrix: {origins: [\"a\\nb\"]}\n", `f.yaml:3:20: the origin "a\nb" has a control character, expected text that a header line can carry`},
		{"no method", "name: a\ncors: none\nmatrix: {origins: [a], methods: ['G T']}\n", `f.yaml:3:34: the method "G T", expected a token such as GET, or none` + "\n" +
			`f.yaml:3:34: an actual request of method G T, expected GET, HEAD, PUT, POST or DELETE; or send: preflight`},
		{"header of the prober", good + "  headers: [{Origin: x}]\n", `f.yaml:5:13: the header Origin, expected one that a scenario may set: this one the prober sets`},
		{"methods beside operations", good + "  operations: GetObject-range\n  methods: PUT\n", `f.yaml:6:12: methods beside operations, expected one of them: an operation has its own method and target`},
		{"operation without a preflight", good + "  operations: GetObject-version\n  send: preflight\n", `f.yaml:5:15: a preflight of GetObject-version, which is not sent: S3 refuses a preflight with a versionId (fact 14), expected send: actual`},
		{"no such operation", good + "  clients: chromum\n", `f.yaml:5:12: found "chromum", expected plain, chromium, chromium-same, chromium-cookie, firefox, safari, chromium-image, chromium-video, chromium-font, chromium-reload, chromium-local or proxied; did you mean "chromium"?`},
		{"actual PATCH", good + "  methods: [GET, PATCH]\n", `f.yaml:5:18: an actual request of method PATCH, expected GET, HEAD, PUT, POST or DELETE; or send: preflight`},
		{"actual PUT of a bucket", good + "  methods: PUT\n  targets: bucket\n", `f.yaml:5:12: an actual PUT of a bucket, expected GET or HEAD; or send: preflight`},
		{"unequal zip", good + "  methods: [GET, PUT]\n  headers: [a, b, c]\n  combine: zip\n", `f.yaml:7:12: a zip of lists of 2 and 3 values, expected lists of the same length, or of one value`},
		{"value twice", "name: a\ncors: none\nmatrix:\n  origins: [x, x]\n", `f.yaml:4:3: the cell f/a/object/auto/presigned/x/GET/- is there twice, expected each combination once`},
		{"cell included twice", good + "  include: [{origins: [https://a.example]}]\n", `f.yaml:5:13: the cell f/good/object/auto/presigned/https:a.example/GET/- is there twice, expected each combination once`},
		{"excludes nothing", good + "  exclude: [{origins: [b]}]\n", `f.yaml:5:13: excludes no cell of the matrix, expected a selector that matches one`},
		{"excludes all", good + "  exclude: [{origins: ['*']}]\n", `f.yaml:4:3: no cell is left of the matrix, expected at least one`},
		{"pin without reason", good + "expect: [{actual: {status: 200}}]\n", `f.yaml:5:10: the key "reason" is missing, expected why: a link, a fact, the provider's documentation`},
		{"pin of nothing", good + "expect: [{reason: x}]\n", `f.yaml:5:10: expect that pins nothing, expected preflight, actual or both`},
		{"pin of no part", good + "expect: [{reason: x, actual: {}}]\n", `f.yaml:5:30: nothing is pinned, expected status, error or headers`},
		{"pin of an odd status", good + "expect: [{reason: x, actual: {status: 99}}]\n", `f.yaml:5:30: the status 99, expected a code from 200 to 599`},
		{"pin of no cell", good + "expect: [{cells: {methods: PUT}, reason: x, actual: {status: 200}}]\n", `f.yaml:5:18: matches no cell, expected a selector that matches one`},
		{"pin of what is not sent", good + "  send: preflight\nexpect: [{reason: x, actual: {status: 200}}]\n", `f.yaml:6:30: none of these cells sends an actual request, expected preflight`},
		{"pin of no header", good + "expect: [{reason: x, actual: {headers: {'a b': c}}}]\n", `f.yaml:5:41: "a b" is no header name, expected a name such as Access-Control-Max-Age`},
		{"merge key", "a: &a {name: x}\n<<: *a\n", `f.yaml:1:1: unknown key "a", expected one of name, description, labels, depth, facts, references, cors, corsFile, matrix, expect, steps` + "\n" +
			`f.yaml:1:1: the key "name" is missing, expected the scenario's name: lower-case words joined by dashes, unique within its file` + "\n" +
			`f.yaml:2:1: merge keys (<<) are not supported, expected the keys written out, or an alias for a whole value`},
		{"not YAML", "name: [a\n", `f.yaml:1:1: not YAML: did not find expected ',' or ']'`},
		{"tab", "name:\n\t- a\n", `f.yaml:2:1: not YAML: a tab indents this line, expected spaces`},
		{"tab behind blanks", "name: a\ncors:\n  \tCORSRules: []\n", `f.yaml:3:3: not YAML: a tab indents this line, expected spaces`},
		{"binary", "name: a\x00", `f.yaml:1:1: not YAML: the file is binary, expected text`},
		{"empty", "# nothing\n", `f.yaml: the file is empty, expected a scenario`},
		{"a list", "- a\n", `f.yaml:1:1: found a list, expected a mapping with name, description, labels, depth, facts, references, cors, corsFile, matrix, expect, steps`},
		{"an alias of itself", "name: a\ncors: none\nmatrix: {origins: [a], include: &x [{origins: [b], include: *x}]}\n", `f.yaml:3:47: nested too deeply, or an alias that contains itself` + "\n" + `f.yaml:3:61: nested too deeply, or an alias that contains itself`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(map[string]string{"f.yaml": c.text})
			if diff := cmp.Diff(c.want, fmt.Sprint(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// Aliases of aliases would fill the memory.
func TestAnchorBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("name: a\ncors: none\nmatrix:\n  origins: [a]\n  include:\n  - &m0 {origins: [x]}\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "  - &m%d {origins: [x], include: [%s]}\n", i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*m%d, ", i-1), 10), ", "))
	}
	_, err := load(map[string]string{"f.yaml": b.String()})
	if err == nil || !strings.Contains(err.Error(), "the document expands to over 200000 values, expected fewer aliases") {
		t.Errorf("error = %v", err)
	}
}

// Everything that is wrong in all files is said at once, in the order of files and places.
func TestErrorsOfSeveralFiles(t *testing.T) {
	_, err := load(map[string]string{"b.yaml": "name: B\ncors: none\nmatrix: {origins: [a]}\n", "a/a.yml": good + "x: 1\ny: 2\n", "c.txt": "x"})
	keys := "expected one of name, description, labels, depth, facts, references, cors, corsFile, matrix, expect, steps"
	want := `a/a.yml:5:1: unknown key "x", ` + keys + "\n" + `a/a.yml:6:1: unknown key "y", ` + keys + "\n" +
		`b.yaml:1:7: the name "B", expected lower-case words and digits joined by dashes`
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestLargeMatrix(t *testing.T) {
	list := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "v%d,", i)
		}
		return b.String()
	}
	_, err := load(map[string]string{"f.yaml": "name: a\ncors: none\nmatrix: {send: preflight, origins: [" + list(2000) + "], methods: [" + list(2000) + "], headers: [" + list(2000) + "]}\n"})
	if want := "f.yaml:3:9: the scenario has more than 1000000 cells, expected a smaller matrix"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}
