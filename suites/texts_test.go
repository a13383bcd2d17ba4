package suites_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"corsprobe/scenarios"
	"corsprobe/suites"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// TestTexts holds the texts against those that Ginkgo gives to the catalogue's specs. Ginkgo has one tree a process, so this asks in another.
func TestTexts(t *testing.T) {
	if os.Getenv("CORSPROBE_TEST_TEXTS") == "" {
		child := exec.Command(os.Args[0], "-test.run", "^TestTexts$", "-test.v")
		child.Env = append(os.Environ(), "CORSPROBE_TEST_TEXTS=1")
		if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestTexts") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	loaded, err := scenarios.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Expand(loaded)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, spec := range ginkgo.PreviewSpecs("catalogue").SpecReports {
		if id, ok := suites.ID(spec); ok && spec.LeafNodeType == types.NodeTypeIt {
			want[id] = spec.FullText()
		}
	}
	texts := map[string]string{}
	for id, text := range suites.Texts(plan) {
		texts[id] = text
	}
	for id, text := range want {
		if texts[id] != text {
			t.Errorf("%s is %q, and to Ginkgo %q", id, texts[id], text)
		}
	}
	if len(want) < 1000 || len(texts) != plan.Results() {
		t.Errorf("%d specs, and %d texts of %d cells", len(want), len(texts), plan.Results())
	}
	for id := range suites.Texts(plan) {
		if id != "" {
			break // whoever has seen enough may stop
		}
	}
}
