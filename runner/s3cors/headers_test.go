package s3cors

import (
	"strings"
	"testing"

	"corsprobe/runner/header"
)

func TestHeaderNamed(t *testing.T) {
	for name, want := range map[string]Header{
		"Access-Control-Allow-Origin":   {Check: "allow-origin", Meaning: header.Exact},
		"access-control-allow-methods":  {Check: "allow-methods", Meaning: header.Sequence},
		"Access-Control-Allow-Headers":  {Check: "allow-headers", Meaning: header.Sequence, AnyOrder: true},
		"ACCESS-CONTROL-EXPOSE-HEADERS": {Check: "expose-headers", Meaning: header.Sequence, AnyOrder: true},
		"vary":                          {Check: "vary", Meaning: header.CoversFold},
		"X-Amz-Request-Id":              {Check: "header.x-amz-request-id", Meaning: header.Exact},
		"":                              {Check: "header.", Meaning: header.Exact},
	} {
		got := HeaderNamed(name)
		if got.Check != want.Check || got.Meaning != want.Meaning || got.AnyOrder != want.AnyOrder || CheckOf(name) != want.Check {
			t.Errorf("%s is %s, meaning %d, any order %v", name, got.Check, got.Meaning, got.AnyOrder)
		}
	}
}

// A header that is in the table is whole there: explained, and resting on facts that say so.
func TestHeadersAreWhole(t *testing.T) {
	names := map[string]bool{}
	for _, h := range Headers {
		if h.Owes == "" || h.Matters == "" || h.value == nil || names[h.Name] || names[h.Check] || h.Check != strings.ToLower(h.Check) {
			t.Errorf("%s is not whole, or twice in the table", h.Name)
		}
		names[h.Name], names[h.Check] = true, true
		about := 0
		for _, id := range h.Facts {
			fact, ok := FactByID(id)
			if !ok {
				t.Errorf("%s rests on fact %d, which is not there", h.Name, id)
			}
			if strings.Contains(fact.Statement, h.Name) || strings.Contains(fact.Statement, "headers") {
				about++
			}
		}
		if about == 0 {
			t.Errorf("none of the facts %v speaks of %s", h.Facts, h.Name)
		}
	}
}
