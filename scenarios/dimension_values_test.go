package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// one is the only cell of a matrix with that line added.
func one(t *testing.T, line string) Cell {
	t.Helper()
	plan := expand(t, "name: a\ncors: none\nmatrix:\n  origins: [x]\n"+line)
	cells := plan.Scenarios[0].Steps[0].Cells
	if len(cells) != 1 {
		t.Fatalf("%q gives %d cells, want 1", line, len(cells))
	}
	return cells[0]
}

// What a matrix says of one dimension stands in the cell's id, behind the file's and the scenario's name, and in its title.
func TestValuesInIDsAndTitles(t *testing.T) {
	for _, c := range []struct{ line, id, title string }{
		{"", "object/auto/presigned/x/GET/-", "GET from x"},
		{"  targets: nested-object\n", "nested-object/auto/presigned/x/GET/-", "GET of a nested object from x"},
		{"  targets: missing-object\n", "missing-object/auto/presigned/x/GET/-", "GET of a missing object from x"},
		{"  targets: part\n", "part/auto/presigned/x/GET/-", "GET of a part from x"},
		{"  targets: bucket\n", "bucket/auto/presigned/x/GET/-", "GET of a bucket from x"},
		{"  targets: bucket-slash\n", "bucket-slash/auto/presigned/x/GET/-", "GET of a bucket with a slash from x"},
		{"  targets: listing\n", "listing/auto/presigned/x/GET/-", "GET of a listing from x"},
		{"  targets: uploads\n", "uploads/auto/presigned/x/GET/-", "GET of a bucket's uploads from x"},
		{"  targets: location\n", "location/auto/presigned/x/GET/-", "GET of a bucket's location from x"},
		{"  targets: service\n", "service/auto/presigned/x/GET/-", "GET of the service from x"},
		{"  targets: missing-bucket\n", "missing-bucket/auto/presigned/x/GET/-", "GET of a missing bucket from x"},
		{"  targets: other-bucket\n", "other-bucket/auto/presigned/x/GET/-", "GET of another bucket from x"},
		{"  targets: longer-bucket\n", "longer-bucket/auto/presigned/x/GET/-", "GET of a longer bucket from x"},
		{"  targets: deleted-bucket\n", "deleted-bucket/auto/presigned/x/GET/-", "GET of a deleted bucket from x"},
		{"  addressing: path\n", "object/path/presigned/x/GET/-", "GET from x, path-style"},
		{"  addressing: virtual\n", "object/virtual/presigned/x/GET/-", "GET from x, virtual-style"},
		{"  authorisations: signed\n", "object/auto/signed/x/GET/-", "GET from x, signed"},
		{"  authorisations: unknown-key\n", "object/auto/unknown-key/x/GET/-", "GET from x, unknown-key"},
		{"  methods: DELETE\n", "object/auto/presigned/x/DELETE/-", "DELETE from x"},
		{"  methods: get\n  send: preflight\n", "object/auto/presigned/x/get/-", "get from x"},
		{"  methods: none\n  send: preflight\n", "object/auto/presigned/x/-/-", "no method from x"},
		{"  headers: 'x-b, x-a'\n", "object/auto/presigned/x/GET/x-b,%20x-a", "GET from x asking for x-b, x-a"},
		{"  headers: [{Range: bytes=0-1, If-Match: '*'}]\n", "object/auto/presigned/x/GET/Range=bytes%3D0-1&If-Match=%2A", "GET from x with Range: bytes=0-1, If-Match: *"},
		{"  headers: ['none']\n", "object/auto/presigned/x/GET/none", "GET from x asking for none"},
		{"  headers: none\n", "object/auto/presigned/x/GET/-", "GET from x"},
		{"  clients: safari\n", "object/auto/presigned/x/GET/-/client=safari", "GET from x, as safari"},
		{"  clients: plain\n", "object/auto/presigned/x/GET/-", "GET from x"},
		{"  sizes: 6-MiB\n", "object/auto/presigned/x/GET/-/size=6-MiB", "GET from x, 6-MiB"},
		{"  keys: 1024-bytes\n", "object/auto/presigned/x/GET/-/key=1024-bytes", "GET from x, key: 1024-bytes"},
		{"  connections: several\n", "object/auto/presigned/x/GET/-/connection=several", "GET from x, connection: several"},
		{"  parameters: x-id\n", "object/auto/presigned/x/GET/-/parameters=x-id", "GET from x, parameters: x-id"},
		{"  operations: DeleteObjects\n", "bucket/auto/presigned/x/POST/-/operation=DeleteObjects", "POST of a bucket from x, DeleteObjects"},
		{"  operations: NoSuchTagging\n", "missing-object/auto/presigned/x/GET/-/operation=NoSuchTagging", "GET of a missing object from x, NoSuchTagging"},
		{"  operations: PostObject-forged\n", "bucket/auto/anonymous/x/POST/-/operation=PostObject-forged", "POST of a bucket from x, anonymous, PostObject-forged"},
		{
			"  connections: fresh\n  clients: firefox\n  sizes: no-byte\n  keys: dots\n",
			"object/auto/presigned/x/GET/-/client=firefox/size=no-byte/key=dots/connection=fresh", "GET from x, as firefox, no-byte, key: dots, connection: fresh",
		},
	} {
		got := one(t, c.line)
		if got.ID != "f/a/"+c.id || got.Title != c.title {
			t.Errorf("%q: id %q, title %q; want %q, %q", c.line, got.ID, got.Title, "f/a/"+c.id, c.title)
		}
	}
}

// A dimension whose values are words refuses any other, says which there are and which was likely meant, and names the place.
func TestWordsOfDimensions(t *testing.T) {
	for _, d := range Dimensions() {
		if d.Words == nil {
			continue
		}
		for _, word := range d.Words[1:] {
			c := Cell{}
			d.set(&c, &Value{Text: word})
			if d.Value(c) != word || d.IsDefault(c) {
				t.Errorf("%s: %s is read as %s, default: %t", d.Key, word, d.Value(c), d.IsDefault(c))
			}
		}
		if c := (Cell{}); d.Value(c) != d.Words[0] || !d.IsDefault(c) {
			t.Errorf("%s: a cell that says nothing has %s, want the default %s", d.Key, d.Value(c), d.Words[0])
		}
		wrong := d.Words[1] + "x"
		_, err := load(map[string]string{"f.yaml": good + "  " + d.Key + ": [" + wrong + "]\n"})
		if err == nil {
			t.Errorf("%s: %s is accepted", d.Key, wrong)
			continue
		}
		for _, want := range []string{
			fmt.Sprintf("f.yaml:5:%d: found %q, expected %s", len(d.Key)+6, wrong, d.Words[0]),
			fmt.Sprintf("or %s; did you mean %q?", d.Words[len(d.Words)-1], d.Words[1]),
		} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error is\n%s\nwant it to hold\n%s", d.Key, err, want)
			}
		}
	}
}

// What an id leaves out can be asked for by name.
func TestFurther(t *testing.T) {
	c := one(t, "  clients: chromium\n  keys: plain\n  sizes: 2-MiB\n  targets: bucket\n")
	if diff := cmp.Diff(map[string]string{"client": "chromium", "size": "2-MiB"}, c.Further()); diff != "" {
		t.Errorf("further (-want +got):\n%s", diff)
	}
	if c := one(t, "  targets: bucket\n"); c.Further() != nil {
		t.Errorf("further of a usual cell: %v, want nil", c.Further())
	}
}

// How values of several dimensions are combined, and how include and exclude change that.
func TestCombinations(t *testing.T) {
	for _, c := range []struct{ name, matrix, want string }{
		{"a single value is a list of one", "{origins: x, methods: [GET, PUT]}", "x/GET/- x/PUT/-"},
		{"the order is the file's", "{origins: [b, a], methods: [PUT, GET]}", "b/PUT/- b/GET/- a/PUT/- a/GET/-"},
		{"zip", "{origins: [x, y, z], methods: [GET, PUT, HEAD], combine: zip}", "x/GET/- y/PUT/- z/HEAD/-"},
		{"zip repeats a value that is alone", "{origins: [x, y], methods: PUT, combine: zip}", "x/PUT/- y/PUT/-"},
		{"pairs of two lists are all", "{origins: [x, y], methods: [GET, PUT], combine: pairs}", "x/GET/- x/PUT/- y/GET/- y/PUT/-"},
		{"exclude by two keys takes what fits both", "{origins: [x, y], methods: [GET, PUT], exclude: [{origins: x, methods: GET}]}", "x/PUT/- y/GET/- y/PUT/-"},
		{"exclude by a list takes what fits one", "{origins: [x, y, z], exclude: [{origins: [x, z]}]}", "y/GET/-"},
		{"exclude by a glob", "{origins: [ax, ay, b], exclude: [{origins: 'a*'}]}", "b/GET/-"},
		{"exclude of what is not sent", "{origins: [x, none], exclude: [{origins: none}]}", "x/GET/-"},
		{"exclude what asks for names", "{origins: x, headers: [none, a, 'b, c'], exclude: [{headers: '*, *'}]}", "x/GET/- x/GET/a"},
		{"two selectors", "{origins: [x, y, z], exclude: [{origins: x}, {origins: y}]}", "z/GET/-"},
		{"include adds behind", "{origins: x, include: [{origins: y, methods: PUT}]}", "x/GET/- y/PUT/-"},
		{"include within include", "{origins: x, include: [{origins: y, include: [{origins: z}]}]}", "x/GET/- y/GET/- z/GET/-"},
		{"exclude leaves what is included", "{origins: [x, y], exclude: [{origins: y}], include: [{origins: y, methods: PUT}]}", "x/GET/- y/PUT/-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, id := range ids(expand(t, "name: a\ncors: none\nmatrix: "+c.matrix+"\n")) {
				got = append(got, strings.TrimPrefix(id, "object/auto/presigned/"))
			}
			if diff := cmp.Diff(strings.Fields(strings.ReplaceAll(c.want, ", ", ",%20")), got); diff != "" {
				t.Errorf("cells (-want +got):\n%s", diff)
			}
		})
	}
}

// send says which requests a cell is.
func TestSend(t *testing.T) {
	for line, want := range map[string][]Send{
		"":                                        {Preflight, Actual},
		"  send: preflight\n":                     {Preflight},
		"  send: actual\n":                        {Actual},
		"  send: [actual, preflight]\n":           {Actual, Preflight},
		"  operations: GetObject-version\n":       {Actual}, // S3 refuses a preflight with versionId (fact 14)
		"  operations: GetObject-range\n":         {Preflight, Actual},
		"  methods: OPTIONS\n  send: preflight\n": {Preflight},
	} {
		if got := one(t, line).Send; !slices.Equal(got, want) {
			t.Errorf("%q sends %q, want %q", line, got, want)
		}
	}
}

// adversarial stands for what lies around the configured origins, and a selector finds it by that word.
func TestAdversarialInAMatrix(t *testing.T) {
	plan := expand(t, `
name: a
cors: {CORSRules: [{AllowedOrigins: [https://a.example], AllowedMethods: [GET]}]}
matrix:
  origins: [https://a.example, adversarial]
  methods: [GET, PUT]
  exclude: [{origins: adversarial, methods: PUT}]
`)
	usual, around := 0, 0
	for _, c := range plan.Scenarios[0].Steps[0].Cells {
		switch {
		case *c.Origin == "https://a.example":
			usual++
		case c.Method == http.MethodPut:
			t.Errorf("%s is there, though it is excluded", c.ID)
		case c.Adversarial == "":
			t.Errorf("%s does not say what it would be confused with", c.ID)
		default:
			around++
		}
	}
	if usual != 2 || around < 5 {
		t.Errorf("%d cells of the origin itself and %d around it, want 2 and several", usual, around)
	}
}

// Globs select cells: * within a part, ** over any number, a pattern that ends early everything below.
func TestGlobs(t *testing.T) {
	const id = "topic/name/step/object/auto"
	for pattern, want := range map[string]bool{
		"topic/name/step/object/auto": true, "topic/name": true, "topic": true, "**": true, "*": true, "/topic/name/": true,
		"topic/*/step": true, "topic/**/auto": true, "**/object": true, "**/auto": true, "*/*/*/*/*": true, "top*/na*e": true, "**/**": true,
		"topic/name/step/object/auto/more": false, "name": false, "*/step": false, "topic/*/object": false, "top": false,
		"**/objec": false, "topic/**/missing": false, "*/*/*/*/*/*": false, "Topic": false, "topic/**/step/auto": false,
	} {
		if got := Glob(pattern, id); got != want {
			t.Errorf("Glob(%q, %q) = %t, want %t", pattern, id, got, want)
		}
	}
}

// A star that stands for itself is written with a backslash.
func TestLiteralStars(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{Literal("https://*.example"), "https://*.example", true}, {Literal("https://*.example"), "https://a.example", false},
		{"*" + Literal("*"), "Allow-Origin: *", true}, {"*" + Literal("*"), "Allow-Origin: x", false},
		{Literal("a") + "*", "abc", true}, {Literal(""), "", true}, {Literal(""), "x", false}, {`\*\*`, "**", true}, {`\*\*`, "*", false},
		{"a*b*c", "a-b-b-c", true}, {"a*b*c", "acb", false}, {"", "", true}, {"*", "", true}, {"**", "x", true},
	} {
		if got := wildcard(c.pattern, c.text); got != c.want {
			t.Errorf("wildcard(%q, %q) = %t, want %t", c.pattern, c.text, got, c.want)
		}
	}
}
