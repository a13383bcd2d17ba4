package s3cors

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestFactsAreComplete(t *testing.T) {
	facts := Facts()
	if len(facts) < 82 { // none is ever taken away
		t.Errorf("there are %d facts, want 82 or more", len(facts))
	}
	strengths := []Strength{Recorded, Field, AWSRun, Doc, Peer, Open}
	asserts := []Assert{Hard, Tolerant, Advisory, Info}
	sections := []string{"preflight", "headers", "actual", "matching", "put", "configuration", "timing", "documentation"}
	for i, fact := range facts {
		if fact.ID != i+1 {
			t.Errorf("fact %d stands where %d should", fact.ID, i+1)
		}
		if !slices.Contains(strengths, fact.Strength) || !slices.Contains(asserts, fact.Assert) || !slices.Contains(sections, fact.Section) {
			t.Errorf("fact %d: unknown strength %q, assert %q or section %q", fact.ID, fact.Strength, fact.Assert, fact.Section)
		}
		if !strings.HasSuffix(strings.TrimSuffix(fact.Statement, `"`), ".") && !strings.HasSuffix(fact.Statement, `exist"`) || fact.Source == "" {
			t.Errorf("fact %d: a statement ends with a full stop and has a source: %+v", fact.ID, fact)
		}
		if fact.Strength == Open && fact.Assert != Tolerant {
			t.Errorf("fact %d is open, so it must be tolerant, not %s", fact.ID, fact.Assert)
		}
	}
}

func TestFactsHaveNoUnknownKeys(t *testing.T) {
	dec := yaml.NewDecoder(bytes.NewReader(factsYAML))
	dec.KnownFields(true)
	var facts []Fact
	if err := dec.Decode(&facts); err != nil {
		t.Error(err)
	}
}

func TestFactsAreACopy(t *testing.T) {
	Facts()[0].Statement = "changed"
	if fact, _ := FactByID(1); fact.Statement == "changed" {
		t.Error("a caller can change the facts")
	}
}

func TestFactByID(t *testing.T) {
	for _, id := range []int{-1, 0, len(Facts()) + 1} {
		if fact, found := FactByID(id); found {
			t.Errorf("fact %d is %+v, want none", id, fact)
		}
	}
	if fact, found := FactByID(82); !found || fact.ID != 82 {
		t.Errorf("fact 82 is %+v, %t", fact, found)
	}
}

// TestFactsQuoteTheMessages keeps facts.yaml and the constants together.
func TestFactsQuoteTheMessages(t *testing.T) {
	for id, message := range map[int]string{
		2: MessageNotAllowed, 5: MessageNotEnabled, 6: MessageBucketNotFound, 7: MessageOriginNeeded,
		56: MessageMalformedXML, 57: MessageUnsupportedMethod, 72: MessageNoConfiguration,
	} {
		if fact, _ := FactByID(id); !strings.Contains(fact.Statement, `"`+message+`"`) {
			t.Errorf("fact %d does not quote %q", id, message)
		}
	}
}

// cited finds "fact 12", "facts 3, 13, 18" and "facts 45 to 48" in comments.
var cited = regexp.MustCompile(`facts? (\d+(?:(?:, | and | to )\d+)*)`)

func TestCitedFactsExist(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		source, err := os.ReadFile(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range cited.FindAllStringSubmatch(string(source), -1) {
			for _, number := range regexp.MustCompile(`\d+`).FindAllString(match[1], -1) {
				id, _ := strconv.Atoi(number)
				if _, found := FactByID(id); !found {
					t.Errorf("%s cites fact %d, which does not exist", entry.Name(), id)
				}
			}
		}
	}
}

// TestOpenPointsCiteFacts: an open point that no tolerant fact stands behind must be one where its fact says itself that a
// part is open.
func TestOpenPointsCiteFacts(t *testing.T) {
	for _, at := range points {
		if len(at.options) < 2 || len(at.facts) == 0 {
			t.Errorf("%s has %d options and %d facts", at.name, len(at.options), len(at.facts))
		}
		tolerant := at == zeroMaxAge // fact 28 is hard but for 0
		for _, id := range at.facts {
			fact, found := FactByID(id)
			if !found {
				t.Errorf("%s cites fact %d, which does not exist", at.name, id)
			}
			tolerant = tolerant || fact.Assert == Tolerant
		}
		if !tolerant {
			t.Errorf("%s rests on facts %v, none of them tolerant", at.name, at.facts)
		}
	}
}
