package reports

import (
	"bytes"
	"html"
	"strings"
	"testing"

	"corsprobe/runner/result"
)

// left is a good run but for what its clean-up left.
func left() result.Report {
	r := clean()
	r.CleanUp = []result.Leftover{
		{Kind: result.LeftoverConfiguration, Bucket: "media", Journal: "/home/me/.local/state/corsprobe/0123.json", Command: "corsprobe restore --bucket media",
			Problem: "PutBucketCors: 403 ExpiredToken: The provided token has expired."},
		{Kind: result.LeftoverBucket, Bucket: "corsprobe-0123456789ab-1", Command: "corsprobe sweep --run 0123456789ab", Problem: "DeleteBucket: 409 OperationAborted: \x1b[2J##vso[x]"},
		{Kind: result.LeftoverObjects, Bucket: "media", Objects: "corsprobe-0123456789ab/", Command: "corsprobe restore --bucket media", Problem: "DeleteObject: 403 AccessDenied"},
		{Kind: result.LeftoverOther, Problem: "nobody knows"},
	}
	return r
}

// leftLines are what a terminal ends with.
var leftLines = []string{
	"NOT CLEANED UP: the bucket media does not have its own CORS configuration any more: corsprobe restore --bucket media puts it back from /home/me/.local/state/corsprobe/0123.json (PutBucketCors: 403 ExpiredToken: The provided token has expired.)",
	`NOT CLEANED UP: the bucket corsprobe-0123456789ab-1 of the run's own is left behind: corsprobe sweep --run 0123456789ab removes it (DeleteBucket: 409 OperationAborted: \x1b[2J#\x23vso[x])`,
	"NOT CLEANED UP: objects below corsprobe-0123456789ab/ in the bucket media are left behind: corsprobe restore --bucket media removes them (DeleteObject: 403 AccessDenied)",
	"NOT CLEANED UP: clean-up failed: nobody knows",
}

func TestTextEndsWithWhatIsLeft(t *testing.T) {
	want := "Not cleaned up: 1 bucket without the configuration of its\nown, 1 bucket left behind, 1 bucket with objects left\nbehind, 1 other problem.\n" +
		strings.Join(leftLines, "\n") + "\n"
	if got := text(t, left(), TextOptions{Width: 60}); !strings.HasSuffix(got, want) || strings.Contains(got, "Conforms") {
		t.Errorf("got\n%s\nwant at its end\n%s", got, want)
	}
	var b bytes.Buffer
	if err := WriteLeftovers(&b, left(), TextOptions{}); err != nil || b.String() != strings.Join(leftLines, "\n")+"\n" {
		t.Errorf("got %v\n%s", err, b.String())
	}
}

// Every format names the bucket, the file that holds its configuration, and the command that puts it back; and none takes the run for a good
// one.
func TestEveryFormatTellsWhatIsLeft(t *testing.T) {
	worse := map[Format]string{ // what a reader that counts goes by
		JUnit: `errors="4"`, JUnitStrict: `errors="4"`, CTRF: `"failed": 4`, TAP: "not ok 1 - clean-up of the bucket media",
		HTML: `class="verdict bad"`, Markdown: "**Not cleaned up**", GitHub: "**Not cleaned up**", Text: "Not cleaned up: ",
		SARIF: `"executionSuccessful": false`, JSON: `"cleanUp": [`, NDJSON: `"cleanUp":[`, Statement: "notCleanedUp:",
	}
	for _, f := range Formats() {
		data := string(render(t, f, left()))
		plainer := html.UnescapeString(data)
		for _, want := range []string{"media", "/home/me/.local/state/corsprobe/0123.json", "corsprobe restore --bucket media", "corsprobe sweep --run 0123456789ab", "ExpiredToken"} {
			if !strings.Contains(plainer, want) {
				t.Errorf("%s does not name %s", f, want)
			}
		}
		if worse[f] == "" || !strings.Contains(data, worse[f]) {
			t.Errorf("%s does not hold %q", f, worse[f])
		}
	}
	if got := commands(t, left()); strings.Count(got, "::error title=corsprobe::") != len(left().CleanUp) {
		t.Errorf("annotations are\n%s", got)
	}
}
