package header_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/header"
)

// names holds a header of every meaning.
var names = []string{allowOrigin, allowMethods, vary}

// FuzzCompareWithItself holds that a value never differs from itself, and that a list does not from itself over several lines.
func FuzzCompareWithItself(f *testing.F) {
	for _, value := range []string{"", "GET, PUT", " a ,,b", "*, *", "\t", "Mon, 02 Jan", "\xff,\u212a"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, name := range names {
			if d := compare(lines(name, value), name, value); d != nil {
				t.Errorf("%s: %q differs from itself: %s", name, value, d)
			}
			if meanings[name] == header.Exact {
				continue
			}
			if d := compare(lines(name, strings.Split(value, ",")...), name, value); d != nil {
				t.Errorf("%s: %q differs from itself over several lines: %s", name, value, d)
			}
		}
	})
}

// FuzzVaryOrder holds that neither order nor case nor further names in Vary make a difference.
func FuzzVaryOrder(f *testing.F) {
	f.Add("Origin, Accept-Encoding, Cookie", uint64(1))
	f.Add("a,b,,c , *", uint64(2))
	f.Add("\xf8", uint64(0))
	f.Fuzz(func(t *testing.T, value string, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		elements := append(header.Elements(lines(vary, value), vary), "X-More")
		random.Shuffle(len(elements), func(i, j int) { elements[i], elements[j] = elements[j], elements[i] })
		shuffled := flipped(strings.Join(elements, ","))
		if d := compare(lines(vary, shuffled), vary, value); d != nil {
			t.Errorf("%q differs from %q: %s", shuffled, value, d)
		}
	})
}

// flipped turns the case of ASCII letters and keeps every other byte.
func flipped(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c|0x20 && c|0x20 <= 'z' {
			b[i] = c ^ 0x20
		}
	}
	return string(b)
}

// FuzzDifference holds that a difference has a kind and a sentence that fit it, whatever comes.
func FuzzDifference(f *testing.F) {
	f.Add("GET, PUT", "PUT", "GET")
	f.Add("*", "*", "*")
	f.Add("a", "", "A,a")
	f.Fuzz(func(t *testing.T, want, first, second string) {
		for _, name := range names {
			for _, values := range [][]string{nil, {first}, {first, second}} {
				headers := lines(name, values...)
				d := compare(headers, name, want)
				if d == nil {
					continue
				}
				if (d.Kind == header.Missing) != (values == nil) {
					t.Errorf("%s: %q: kind %s", name, values, d.Kind)
				}
				if d.String() == "" {
					t.Errorf("%s: %q against %q: no sentence for %+v", name, values, want, *d)
				}
				if got := header.Elements(headers, name); d.Kind == header.Order && slices.Equal(got, header.Elements(lines(name, want), name)) {
					t.Errorf("%s: %q is %q in the same order", name, got, want)
				}
			}
		}
	})
}
