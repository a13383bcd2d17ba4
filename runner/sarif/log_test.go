package sarif

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schema is the standard's own, as OASIS publishes it.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "reports", "testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	document, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.json", document); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("sarif.json")
}

// whole is a document in which every type has every field.
func whole() Log {
	place := InFile("folder/a b.yaml", 3, 7)
	place.Logical = []Logical{{Name: "topic/scenario/cell", Kind: "element"}}
	rule := Rule{
		ID: "preflight.vary", Name: "Vary", Short: Text{"Vary is as S3 owes it."}, Full: &Text{"…"}, Help: &Text{"See the facts."},
		Default: &Default{Level: Warning}, Properties: &Tags{Tags: []string{"cors"}},
	}
	return NewLog(Run{
		Tool:        Tool{Driver{Name: "corsprobe", Version: "1.0.0", Rules: []Rule{rule}}},
		Invocations: []Invocation{{Successful: false, Started: "2026-11-26T10:00:00Z", Notifications: []Notification{{Level: Error, Message: Text{"interrupted"}}}}},
		Results: []Result{{
			RuleID: rule.ID, Level: Note, Message: Text{"Vary is missing."}, Locations: []Location{place}, Related: []Location{InFile("b.yaml", 0, 0)},
			Fingerprints: map[string]string{"cell/v1": "0"}, Occurrences: 2,
		}},
	})
}

// What is written keeps the standard's schema, with everything and with nothing in it.
func TestKeepsTheSchema(t *testing.T) {
	for name, log := range map[string]Log{"everything": whole(), "nothing": NewLog(Run{Tool: Tool{Driver{Name: "corsprobe"}}})} {
		if err := kept(t, log); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The schema notices what the standard forbids: a test by it can fail.
func TestTheSchemaNotices(t *testing.T) {
	for name, spoil := range map[string]func(*Log){
		"an unknown level":  func(l *Log) { l.Runs[0].Results[0].Level = "fatal" },
		"another version":   func(l *Log) { l.Version = "2.0.0" },
		"a line below 1":    func(l *Log) { l.Runs[0].Results[0].Locations[0].Physical.Region.StartLine = 0 },
		"no rules' list":    func(l *Log) { l.Runs[0].Tool.Driver.Rules = nil },
		"an unknown unit":   func(l *Log) { l.Runs[0].ColumnKind = "bytes" },
		"an index below -1": func(l *Log) { l.Runs[0].Results[0].RuleIndex = -2 },
		"a negative count":  func(l *Log) { l.Runs[0].Results[0].Occurrences = -1 },
	} {
		log := whole()
		spoil(&log)
		if kept(t, log) == nil {
			t.Errorf("%s keeps the schema", name)
		}
	}
}

func kept(t *testing.T, log Log) error {
	t.Helper()
	data, err := json.Marshal(log)
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	return schema(t).Validate(document)
}
