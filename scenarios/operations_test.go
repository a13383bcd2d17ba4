package scenarios

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"
)

var inBraces = regexp.MustCompile(`\{[a-z0-9]+\}`)

// Operations have names of their own, methods of S3's and placeholders that are known; those that change an object have one of their own.
func TestOperations(t *testing.T) {
	known := []string{"{etag}", "{modified}", "{version}", "{upload}", "{part}", "{source}", "{key}", "{md5}", "{chunk}", "{cors}"}
	names := map[string]bool{}
	for _, o := range Operations() {
		if names[o.Name] {
			t.Errorf("%s is there twice", o.Name)
		}
		names[o.Name] = true
		if !slices.Contains(s3cors.Methods, o.Method) || !slices.Contains([]Target{Object, MissingObject, Bucket}, o.Target) {
			t.Errorf("%s: a %s of %s", o.Name, o.Method, o.Target)
		}
		changes := o.Target == Bucket && (o.Method == http.MethodPut || o.Method == http.MethodDelete) && o.Body != "{cors}" // which the bucket has anyway
		if o.Changes != changes {
			t.Errorf("%s changes a bucket: %t, want %t", o.Name, o.Changes, changes)
		}
		text := o.Query + o.Body
		for _, f := range o.Fields {
			text += f.Value
		}
		for _, found := range inBraces.FindAllString(text, -1) {
			if !slices.Contains(known, found) {
				t.Errorf("%s has the placeholder %s", o.Name, found)
			}
		}
		if strings.Contains(o.Query, "versionId=") != (o.NoPreflight != "") {
			t.Errorf("%s: a preflight is refused for a versionId, and for nothing else (fact 14)", o.Name)
		}
	}
}

// The checksums that are written down are right.
func TestChecksumsOfOperations(t *testing.T) {
	const body = "corsprobe was here\n"
	want := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))))
	for _, name := range []string{"PutObject-checksum", "PutObject-trailer"} {
		o, ok := OperationByName(name)
		text := o.Body
		for _, f := range o.Fields {
			text += f.Value + "\n"
		}
		if !ok || !strings.Contains(text, want) || !strings.Contains(o.Body, body) {
			t.Errorf("%s lacks %s of %q", name, want, body)
		}
	}
}

// The catalogue asks for every operation, under every kind of rule that it tells apart: allowed, unlisted and without Origin.
func TestEveryOperationIsAsked(t *testing.T) {
	all, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Expand(all)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]map[string]bool{}
	for _, s := range plan.UpTo(Normal).Scenarios {
		for _, step := range s.Steps {
			for _, c := range step.Cells {
				if asked[c.Operation] == nil {
					asked[c.Operation] = map[string]bool{}
				}
				asked[c.Operation][orNone(c.Origin)] = true
			}
		}
	}
	for _, o := range Operations() {
		if n := len(asked[o.Name]); n < 2 {
			t.Errorf("%s is asked for from %d origins only", o.Name, n)
		}
	}
}

func TestUpTo(t *testing.T) {
	plan := expand(t, good+"---\n"+strings.Replace(good, "good", "fast", 1)+"depth: quick\n---\n"+strings.Replace(good, "good", "slow", 1)+"depth: deep\n")
	for depth, want := range map[Depth]string{Quick: "fast", Normal: "good fast", Deep: "good fast slow"} {
		var names []string
		for _, s := range plan.UpTo(depth).Scenarios {
			names = append(names, s.Scenario.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("up to %s: %s, want %s", depth, got, want)
		}
	}
}

// What a cell's operation and other further dimensions say stands in its id and its title, and a selector finds it by them.
func TestFurtherDimensions(t *testing.T) {
	plan := expand(t, `
name: a
cors: none
matrix:
  origins: x
  operations: [any, GetObject-version, DeleteObjects]
  clients: [plain, firefox]
  combine: pairs
  exclude: [{operations: DeleteObjects, clients: plain}]
expect: [{cells: {clients: fire*}, reason: r, actual: {status: 200}}]
`)
	want := []string{
		"object/auto/presigned/x/GET/-",
		"object/auto/presigned/x/GET/-/client=firefox",
		"object/auto/presigned/x/GET/-/operation=GetObject-version",
		"object/auto/presigned/x/GET/-/operation=GetObject-version/client=firefox",
		"bucket/auto/presigned/x/POST/-/operation=DeleteObjects/client=firefox",
	}
	if got := ids(plan); !slices.Equal(got, want) {
		t.Errorf("ids %q, want %q", got, want)
	}
	for _, c := range plan.Scenarios[0].Steps[0].Cells {
		if sends := slices.Contains(c.Send, Preflight); sends == strings.HasPrefix(c.Operation, "GetObject-version") {
			t.Errorf("%s: a preflight is sent: %v", c.ID, sends)
		}
		if pinned := len(c.Pins) == 1; pinned != (c.Client == Firefox) {
			t.Errorf("%s: pinned: %v", c.ID, pinned)
		}
	}
	if got, want := plan.Scenarios[0].Steps[0].Cells[4].Title, "POST of a bucket from x, DeleteObjects, as firefox"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
}
