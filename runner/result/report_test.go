package result

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// full is a value of a type with every field set, so that none is lost unnoticed on its way through JSON. Pointers and lists hold one.
func full(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch {
	case t == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
		return v
	case t == reflect.TypeFor[any]():
		v.Set(reflect.ValueOf("a value"))
		return v
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			v.Field(i).Set(full(t.Field(i).Type))
		}
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(full(t.Elem()))
	case reflect.Slice:
		v.Set(reflect.Append(v, full(t.Elem())))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(full(t.Key()), full(t.Elem()))
	case reflect.String:
		v.SetString("text of " + t.Name())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(7)
	default:
		panic("a kind of field that no report had: " + t.String())
	}
	return v
}

// written are the types that other programs read as JSON.
var written = []reflect.Type{
	reflect.TypeFor[Report](), reflect.TypeFor[Page](), reflect.TypeFor[Explanation](), reflect.TypeFor[ProviderComparison](), reflect.TypeFor[Symptom](),
}

// What is written is read again as it was, every field of every type.
func TestJSONLosesNothing(t *testing.T) {
	for _, typ := range written {
		want := full(typ)
		text, err := json.Marshal(want.Interface())
		if err != nil {
			t.Fatal(err)
		}
		got := reflect.New(typ)
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(got.Interface()); err != nil {
			t.Errorf("%s: %v", typ, err)
		}
		if diff := cmp.Diff(want.Interface(), got.Elem().Interface()); diff != "" {
			t.Errorf("%s (-written +read):\n%s", typ, diff)
		}
	}
}

// Members are named as JavaScript names them, and each has a name of its own choice: a field that is renamed renames nothing for readers.
func TestJSONNames(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(typ.Elem())
		case reflect.Struct:
			if seen[typ] || typ == reflect.TypeFor[time.Time]() {
				return
			}
			seen[typ] = true
			for i := range typ.NumField() {
				f := typ.Field(i)
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				if name == "" || strings.ToLower(name[:1]) != name[:1] || strings.ContainsAny(name, "_- ") {
					t.Errorf("%s.%s is written as %q", typ, f.Name, name)
				}
				if f.Type == reflect.TypeFor[time.Duration]() && !strings.HasSuffix(name, "Nanoseconds") {
					t.Errorf("%s.%s is written as %q, without its unit", typ, f.Name, name)
				}
				visit(f.Type)
			}
		}
	}
	for _, typ := range written {
		visit(typ)
	}
	if len(seen) < 20 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}

// Whatever a file of another program holds, it is read or refused; what was read is written and read again as the same.
func FuzzReport(f *testing.F) {
	text, err := json.Marshal(full(reflect.TypeFor[Report]()).Interface())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, seed := range []string{
		`{}`, `{"cells":null}`, `{"cells":[{"verdict":"of a later release","findings":[{}]}]}`, `{"summary":{"findings":{"":-1}}}`, `[]`, `{"cells":[{"point":{"origin":null}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r, again Report
		if json.Unmarshal(text, &r) != nil {
			return
		}
		for i := range r.Cells {
			if got, found := r.Cell(r.Cells[i].ID); !found || got.ID != r.Cells[i].ID {
				t.Fatalf("cell %q is not found by its id", r.Cells[i].ID)
			}
		}
		s := Summarise(r.Cells)
		if s.Cells != len(r.Cells) || s.Passed+s.Failed+s.Known+s.Flaky+s.Unsupported+s.Errors != s.Cells {
			t.Fatalf("%+v counts %d cells otherwise than once", s, len(r.Cells))
		}
		first, err := json.Marshal(r)
		if err != nil {
			return // a time that JSON has no text for
		}
		if err := json.Unmarshal(first, &again); err != nil {
			t.Fatalf("%s was written, and cannot be read: %v", first, err)
		}
		second, err := json.Marshal(again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("written as\n%s\nand then as\n%s, %v", first, second, err)
		}
	})
}

// A cell is found by its whole id, the first of those that have it.
func TestCell(t *testing.T) {
	r := Report{Cells: []Cell{{ID: "a/b", Title: "first"}, {ID: "a", Title: "second"}, {ID: "a/b", Title: "third"}, {Title: "without an id"}}}
	for id, want := range map[string]string{"a/b": "first", "a": "second", "": "without an id"} {
		if got, found := r.Cell(id); !found || got.Title != want {
			t.Errorf("%q is %q, %t, want %q", id, got.Title, found, want)
		}
	}
	for _, id := range []string{"a/", "A", "b", "a/b/c"} {
		if got, found := r.Cell(id); found || got.ID != "" {
			t.Errorf("%q is %+v", id, got)
		}
	}
}

// A run was interrupted by a person or a signal; one that ran into a limit of its own was not.
func TestInterrupted(t *testing.T) {
	for reason, want := range map[string]bool{
		"": false, "interrupted": true, "interrupted by SIGINT": true, "the run was interrupted": false, "Interrupted": false, "--timeout 1m is over": false,
	} {
		if got := (Run{Incomplete: reason}).Interrupted(); got != want {
			t.Errorf("%q: %t, want %t", reason, got, want)
		}
	}
}

// What works at a provider is what works of S3: the answer, and every header that is exposed.
func TestWorks(t *testing.T) {
	for _, c := range []struct {
		outcome ComparedOutcome
		want    bool
	}{
		{ComparedOutcome{Gets: Readable}, true},
		{ComparedOutcome{Gets: Readable, By: []ExplainedDeviation{{Deviation: "vary-missing"}}}, true},
		{ComparedOutcome{Gets: Readable, Unread: []string{"ETag"}}, false},
		{ComparedOutcome{Gets: Blocked, Sentence: "why"}, false},
		{ComparedOutcome{}, false},
	} {
		if got := c.outcome.Works(); got != c.want {
			t.Errorf("%+v works: %t, want %t", c.outcome, got, c.want)
		}
	}
}
