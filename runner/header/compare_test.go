package header_test

import (
	"slices"
	"testing"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

const (
	allowOrigin   = header.AllowOrigin
	allowMethods  = header.AllowMethods
	allowHeaders  = header.AllowHeaders
	exposeHeaders = header.ExposeHeaders
	maxAge        = header.MaxAge
	vary          = header.Vary
)

// meanings are how the tests' headers are compared; those that are not listed are single values.
var meanings = map[string]header.Meaning{
	allowMethods: header.Sequence, allowHeaders: header.Sequence, exposeHeaders: header.Sequence, vary: header.CoversFold,
}

func compare(lines []result.Header, name, want string) *header.Difference {
	return header.Compare(lines, name, want, meanings[name])
}

func TestCompareFindsTheSameMeaning(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		desc, name string
		values     []string
		want       string
	}{
		{"one value", allowOrigin, []string{"https://a.example"}, "https://a.example"},
		{"space around a value", allowOrigin, []string{" https://a.example\t"}, "https://a.example"},
		{"space around what is wanted", maxAge, []string{"3000"}, " 3000 "},
		{"commas in a single value", "Date", []string{"Mon, 02 Jan 2006"}, "Mon, 02 Jan 2006"},
		{"an empty single value", allowOrigin, []string{""}, ""},
		{"no space after the comma", allowMethods, []string{"GET,PUT"}, "GET, PUT"},
		{"more space after the comma", allowMethods, []string{"GET ,\t PUT"}, "GET, PUT"},
		{"a list over two lines", allowMethods, []string{"GET", "PUT"}, "GET, PUT"},
		{"empty elements", exposeHeaders, []string{"ETag,, x-amz-id-2,"}, "ETag, x-amz-id-2"},
		{"an empty list", exposeHeaders, []string{""}, ""},
		{"Vary in another order", vary, []string{"Accept, Origin"}, "Origin, Accept"},
		{"Vary in another case", vary, []string{"origin"}, "Origin"},
		{"Vary over lines, with more", vary, []string{"Accept-Encoding", "Origin"}, "Origin"},
		{"Vary twice", vary, []string{"Origin, Origin"}, "Origin"},
		{"Vary wanted twice", vary, []string{"Origin"}, "Origin, origin"},
		{"Vary on everything", vary, []string{"*"}, "Origin, Accept"},
		{"Vary on everything, and more", vary, []string{"Accept", "*"}, "Origin"},
	} {
		t.Run(tc.desc, func(t *testing.T) {
			t.Parallel()
			if d := compare(lines(tc.name, tc.values...), tc.name, tc.want); d != nil {
				t.Errorf("got %+v: %s", *d, d)
			}
		})
	}
}

func TestCompareFindsDifferences(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		desc, name string
		values     []string
		want       string
		kind       header.Kind
		missing    []string
		extra      []string
		sentence   string
	}{
		{desc: "a value that is absent", name: allowOrigin, want: "*", kind: header.Missing, sentence: "absent"},
		{desc: "a list that is absent", name: allowMethods, want: "GET", kind: header.Missing, sentence: "absent"},
		{desc: "an absent header of which nothing is wanted", name: exposeHeaders, kind: header.Missing, sentence: "absent"},

		{desc: "another value", name: allowOrigin, values: []string{"https://b.example"}, want: "https://a.example",
			kind: header.Value, sentence: "another value"},
		{desc: "an empty value", name: maxAge, values: []string{""}, want: "3000", kind: header.Value, sentence: "another value"},
		{desc: "a value with more", name: maxAge, values: []string{"3000, 60"}, want: "3000", kind: header.Value, sentence: "another value"},
		{desc: "case of a value", name: "Access-Control-Allow-Credentials", values: []string{"True"}, want: "true",
			kind: header.Case, sentence: "same but for case"},
		{desc: "letters that only Unicode folds", name: "X-A", values: []string{"\u212a"}, want: "k",
			kind: header.Value, sentence: "another value"},

		{desc: "the same value in two lines", name: allowOrigin, values: []string{"*", "*"}, want: "*",
			kind: header.Repeated, sentence: "sent twice"},
		{desc: "another value in two lines", name: allowOrigin, values: []string{"null", "null"}, want: "*",
			kind: header.Repeated, sentence: "sent twice"},
		{desc: "the same value in three lines", name: maxAge, values: []string{"1", "1", " 1"}, want: "1",
			kind: header.Repeated, sentence: "sent 3 times"},
		{desc: "the same value with a comma in two lines", name: "Date", values: []string{"Mon, 2 Jan", "Mon, 2 Jan"}, want: "Mon, 2 Jan",
			kind: header.Repeated, sentence: "sent twice"},
		{desc: "two empty lines", name: maxAge, values: []string{"", ""}, want: "1", kind: header.Repeated, sentence: "sent twice"},
		{desc: "two values in two lines", name: allowOrigin, values: []string{"*", "https://a.example"}, want: "*",
			kind: header.Repeated, sentence: "sent twice, with different values"},
		{desc: "the same value twice in a line", name: allowOrigin, values: []string{"*, *"}, want: "*",
			kind: header.Repeated, sentence: "sent twice in one line"},
		{desc: "the same value thrice in a line", name: allowOrigin, values: []string{"*,*, *"}, want: "*",
			kind: header.Repeated, sentence: "sent 3 times in one line"},

		{desc: "an element missing", name: allowMethods, values: []string{"GET"}, want: "GET, PUT",
			kind: header.Members, missing: []string{"PUT"}, sentence: "missing PUT"},
		{desc: "elements missing", name: allowMethods, values: []string{"PUT"}, want: "GET, PUT, HEAD",
			kind: header.Members, missing: []string{"GET", "HEAD"}, sentence: "missing GET, HEAD"},
		{desc: "an element more", name: allowMethods, values: []string{"GET", "DELETE"}, want: "GET",
			kind: header.Members, extra: []string{"DELETE"}, sentence: "extra DELETE"},
		{desc: "one missing, one more", name: allowMethods, values: []string{"GET, DELETE"}, want: "GET, PUT",
			kind: header.Members, missing: []string{"PUT"}, extra: []string{"DELETE"}, sentence: "missing PUT; extra DELETE"},
		{desc: "an empty list", name: exposeHeaders, values: []string{" "}, want: "ETag",
			kind: header.Members, missing: []string{"ETag"}, sentence: "missing ETag"},
		{desc: "a doubled element", name: allowMethods, values: []string{"GET, GET"}, want: "GET",
			kind: header.Members, extra: []string{"GET"}, sentence: "GET too often"},
		{desc: "a doubled line", name: allowMethods, values: []string{"GET, PUT", "GET, PUT"}, want: "GET, PUT",
			kind: header.Members, extra: []string{"GET", "PUT"}, sentence: "GET, PUT too often"},
		{desc: "an element three times", name: allowMethods, values: []string{"GET, GET, GET"}, want: "GET",
			kind: header.Members, extra: []string{"GET", "GET"}, sentence: "GET too often"},
		{desc: "an element once that is owed twice", name: allowMethods, values: []string{"GET"}, want: "GET, GET",
			kind: header.Members, missing: []string{"GET"}, sentence: "GET not often enough"},
		{desc: "everything at once", name: allowMethods, values: []string{"GET, PUT, PUT, POST"}, want: "GET, GET, PUT, HEAD",
			kind: header.Members, missing: []string{"GET", "HEAD"}, extra: []string{"PUT", "POST"},
			sentence: "missing HEAD; extra POST; GET not often enough; PUT too often"},
		{desc: "* for a list", name: allowHeaders, values: []string{"*"}, want: "x-a, x-b",
			kind: header.Members, missing: []string{"x-a", "x-b"}, extra: []string{"*"}, sentence: "missing x-a, x-b; extra *"},

		{desc: "another order", name: allowMethods, values: []string{"PUT, GET"}, want: "GET, PUT",
			kind: header.Order, sentence: "same elements in another order"},
		{desc: "another order over lines", name: exposeHeaders, values: []string{"b", "a"}, want: "a, b",
			kind: header.Order, sentence: "same elements in another order"},
		{desc: "another order and case", name: allowHeaders, values: []string{"x-b, X-A"}, want: "x-a, x-b",
			kind: header.Order, missing: []string{"x-a"}, extra: []string{"X-A"}, sentence: "same elements in another order and case"},

		{desc: "case of one element", name: allowHeaders, values: []string{"Content-Type, x-a"}, want: "content-type, x-a",
			kind: header.Case, missing: []string{"content-type"}, extra: []string{"Content-Type"},
			sentence: "same but for case: Content-Type for content-type"},
		{desc: "case of several elements", name: exposeHeaders, values: []string{"etag,date"}, want: "ETag, Date",
			kind: header.Case, missing: []string{"ETag", "Date"}, extra: []string{"etag", "date"},
			sentence: "same but for case: etag for ETag, date for Date"},
		{desc: "case swapped between doubles", name: exposeHeaders, values: []string{"a, A"}, want: "A, a",
			kind: header.Order, sentence: "same elements in another order"},
		{desc: "the same case twice", name: exposeHeaders, values: []string{"a, a"}, want: "A, A",
			kind: header.Case, missing: []string{"A", "A"}, extra: []string{"a", "a"}, sentence: "same but for case: a for A"},

		{desc: "Vary without the origin", name: vary, values: []string{"Accept-Encoding"}, want: "Origin",
			kind: header.Members, missing: []string{"Origin"}, sentence: "missing Origin"},
		{desc: "Vary lacks two of three", name: vary, values: []string{"origin"}, want: "Origin, Accept, Cookie",
			kind: header.Members, missing: []string{"Accept", "Cookie"}, sentence: "missing Accept, Cookie"},
		{desc: "Vary lacks one that is wanted twice", name: vary, values: []string{"Accept"}, want: "Origin, origin",
			kind: header.Members, missing: []string{"Origin"}, sentence: "missing Origin"},
		{desc: "Vary absent", name: vary, want: "Origin", kind: header.Missing, sentence: "absent"},
		{desc: "Vary has a name with a star in it", name: vary, values: []string{"Orig*"}, want: "Origin",
			kind: header.Members, missing: []string{"Origin"}, sentence: "missing Origin"},
		{desc: "Vary wanted on everything", name: vary, values: []string{"Origin"}, want: "*",
			kind: header.Members, missing: []string{"*"}, sentence: "missing *"},
	} {
		t.Run(tc.desc, func(t *testing.T) {
			t.Parallel()
			headers := lines(tc.name, tc.values...)
			d := compare(headers, tc.name, tc.want)
			if d == nil {
				t.Fatal("no difference")
			}
			if d.Kind != tc.kind || !slices.Equal(d.Missing, tc.missing) || !slices.Equal(d.Extra, tc.extra) {
				t.Errorf("got %s, missing %q, extra %q; want %s, missing %q, extra %q", d.Kind, d.Missing, d.Extra, tc.kind, tc.missing, tc.extra)
			}
			if got := d.String(); got != tc.sentence {
				t.Errorf("got %q, want %q", got, tc.sentence)
			}
			if got, count := header.Combined(headers, tc.name); d.Want != tc.want || d.Got != got || d.Lines != count {
				t.Errorf("got want %q, got %q in %d lines; want %q, %q in %d", d.Want, d.Got, d.Lines, tc.want, got, count)
			}
		})
	}
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	if d := header.Absent(lines("X-Other", "a"), vary); d != nil {
		t.Errorf("got %s for a header that is absent", d)
	}
	for _, tc := range []struct {
		values []string
		got    string
	}{
		{[]string{"Origin"}, "Origin"},
		{[]string{"Origin", "Accept"}, "Origin, Accept"},
		{[]string{""}, ""},
	} {
		d := header.Absent(lines("vary", tc.values...), vary)
		if d == nil {
			t.Fatalf("%q: no difference", tc.values)
		}
		if d.Kind != header.Unwanted || d.Want != "" || d.Got != tc.got || d.Lines != len(tc.values) {
			t.Errorf("%q: got %+v", tc.values, *d)
		}
		if got, want := d.String(), "present, must be absent"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCompareReadsOneNameInAnyCase(t *testing.T) {
	t.Parallel()
	headers := slices.Concat(lines("access-control-allow-methods", "GET"), lines("X-A", "b"), lines("ACCESS-CONTROL-ALLOW-METHODS", "PUT"))
	if d := compare(headers, allowMethods, "GET, PUT"); d != nil {
		t.Errorf("got %s", d)
	}
}

func TestCompareLeavesWhatIsWantedWhole(t *testing.T) {
	t.Parallel()
	d := compare(lines(allowMethods, "PUT,  GET"), allowMethods, "GET,PUT")
	if d == nil || d.Want != "GET,PUT" || d.Got != "PUT,  GET" {
		t.Errorf("got %+v", d)
	}
}
