package header_test

import (
	"slices"
	"testing"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// lines returns one header line for each value.
func lines(name string, values ...string) []result.Header {
	var headers []result.Header
	for _, value := range values {
		headers = append(headers, result.Header{Name: name, Value: value})
	}
	return headers
}

func TestElements(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		desc   string
		values []string
		want   []string
	}{
		{"absent", nil, nil},
		{"empty", []string{""}, nil},
		{"nothing but commas", []string{" , ,,"}, nil},
		{"one", []string{"GET"}, []string{"GET"}},
		{"comma and space", []string{"GET, PUT"}, []string{"GET", "PUT"}},
		{"comma alone", []string{"GET,PUT"}, []string{"GET", "PUT"}},
		{"spaces and tabs around", []string{"\tGET \t,  PUT "}, []string{"GET", "PUT"}},
		{"empty elements", []string{"GET,,PUT,"}, []string{"GET", "PUT"}},
		{"over lines", []string{"GET", "PUT, DELETE"}, []string{"GET", "PUT", "DELETE"}},
		{"doubles stay", []string{"GET, GET"}, []string{"GET", "GET"}},
		{"space inside stays", []string{"GET PUT"}, []string{"GET PUT"}},
	} {
		t.Run(tc.desc, func(t *testing.T) {
			t.Parallel()
			if got := header.Elements(lines("Allow", tc.values...), "Allow"); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestElementsOfThatNameOnly(t *testing.T) {
	t.Parallel()
	headers := slices.Concat(lines("vary", "Origin"), lines("X-Vary", "Cookie"), lines("VARY", "Accept"))
	if got, want := header.Elements(headers, "Vary"), []string{"Origin", "Accept"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCombined(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		desc   string
		values []string
		want   string
	}{
		{"absent", nil, ""},
		{"empty", []string{""}, ""},
		{"one", []string{" a,b "}, "a,b"},
		{"several", []string{"a ", "\tb", ""}, "a, b, "},
	} {
		t.Run(tc.desc, func(t *testing.T) {
			t.Parallel()
			got, count := header.Combined(lines("x-a", tc.values...), "X-A")
			if got != tc.want || count != len(tc.values) {
				t.Errorf("got %q in %d lines, want %q in %d", got, count, tc.want, len(tc.values))
			}
		})
	}
}

func TestReadersLeaveTheLinesAlone(t *testing.T) {
	t.Parallel()
	headers := lines("Vary", " Origin ", "Accept")
	header.Combined(headers, "Vary")
	header.Elements(headers, "Vary")
	compare(headers, "Vary", "Cookie")
	if want := lines("Vary", " Origin ", "Accept"); !slices.Equal(headers, want) {
		t.Errorf("the lines are now %q", headers)
	}
}
