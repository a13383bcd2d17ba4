package reports

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"corsprobe/runner/result"
)

func TestStatementGolden(t *testing.T) {
	r := shortened(sample())
	r.Run.Digest, r.Endpoint.Provider = "sha256:5d41402abc4b2a76b9719d911017c592", "examplecloud"
	golden(t, "statement.yaml", render(t, Statement, r))
	golden(t, "statement-clean.yaml", render(t, Statement, clean()))
}

// readStatement reads one document, and no key that it does not know.
func readStatement(data []byte) (s statement, err error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		return s, err
	}
	if err := d.Decode(&statement{}); !errors.Is(err, io.EOF) {
		return s, errors.New("something follows the document")
	}
	return s, nil
}

func TestStatementRoundTrip(t *testing.T) {
	for name, r := range map[string]result.Report{"sample": sample(), "clean": clean(), "empty": {}} {
		got, err := readStatement(render(t, Statement, r))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(statementOf(r), got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", name, diff)
		}
	}
}

func TestStatementIsStable(t *testing.T) {
	first := render(t, Statement, sample())
	for range 10 {
		if !bytes.Equal(first, render(t, Statement, sample())) {
			t.Fatal("the same report was written in two ways")
		}
	}
}

func TestStatementImplementation(t *testing.T) {
	for _, tc := range []struct {
		e    result.Endpoint
		want implementation
	}{
		{result.Endpoint{}, implementation{}},
		{result.Endpoint{URL: "https://a", Server: "MinIO/2025.1 (linux)"}, implementation{Endpoint: "https://a", Product: "MinIO", Version: "2025.1", Server: "MinIO/2025.1 (linux)"}},
		{result.Endpoint{Server: "AmazonS3"}, implementation{Server: "AmazonS3"}},
		{result.Endpoint{Name: "embedded versitygw 1.8.0", Server: "nginx/1.2"}, implementation{Product: "embedded versitygw 1.8.0", Server: "nginx/1.2"}},
		{result.Endpoint{Provider: "examplecloud", Region: "eu"}, implementation{Provider: "examplecloud", Region: "eu"}},
	} {
		if diff := cmp.Diff(tc.want, implementationOf(tc.e)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tc.e, diff)
		}
	}
}

// What a run leaves open is said, so that nobody publishes a level that was not shown.
func TestStatementSaysWhatIsOpen(t *testing.T) {
	r := clean()
	r.Run.Incomplete, r.Run.Shard = "interrupted", &result.Shard{Index: 2, Total: 4}
	s := statementOf(r)
	if s.Run.Incomplete != "interrupted" || s.Run.Part != "2 of 4" {
		t.Errorf("got %+v", s.Run)
	}
	for _, l := range s.Levels {
		if want := "the run is incomplete: interrupted; only part 2 of 4 was asked"; l.State != "undecided" || l.Reason != want {
			t.Errorf("%s is %s: %s", l.Name, l.State, l.Reason)
		}
	}
}
