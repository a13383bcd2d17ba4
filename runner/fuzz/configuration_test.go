package fuzz

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"
)

// Configurations are such as S3 takes, whatever chance makes of them, and so are those that are made of others.
func TestConfigurationsAreTaken(t *testing.T) {
	r := random()
	for range 300 {
		cfg := configuration(r)
		before := string(cfg.XML())
		next := edited(r, cfg)
		for name, c := range map[string]*s3cors.Configuration{"a configuration": cfg, "an edited one": next} {
			if refusal := s3cors.Validate(c); refusal != nil {
				t.Fatalf("%s is refused with %s: %s", name, refusal.Code, c.XML())
			}
		}
		if string(cfg.XML()) != before {
			t.Fatalf("what was edited has changed:\n%s\n%s", before, cfg.XML())
		}
	}
}

// One rule is usual, some are a few, and now and then there are as many as S3 takes, nearly.
func TestRuleCounts(t *testing.T) {
	r := random()
	counts := map[string]int{}
	const draws = 5000
	for range draws {
		switch n := ruleCount(r); {
		case n < 1 || n > s3cors.MaxRules:
			t.Fatalf("%d rules", n)
		case n == 1:
			counts["one"]++
		case n <= 3:
			counts["few"]++
		case n <= 8:
			counts["several"]++
		case n >= 30:
			counts["many"]++
		default:
			t.Fatalf("%d rules, which is neither a few nor many", n)
		}
	}
	for name, want := range map[string]float64{"one": 0.45, "few": 0.45, "several": 0.08, "many": 0.02} {
		if got := float64(counts[name]) / draws; got < want/2 || got > want*2 {
			t.Errorf("%s: %.3f of all, want about %.2f", name, got, want)
		}
	}
}

// A varied rule is another, and much of it is the same.
func TestVaried(t *testing.T) {
	r := random()
	same := 0
	for range 200 {
		from := rule(r)
		next := varied(r, from)
		differs := []bool{
			!slices.Equal(from.AllowedOrigins, next.AllowedOrigins), !slices.Equal(from.AllowedMethods, next.AllowedMethods),
			!slices.Equal(from.AllowedHeaders, next.AllowedHeaders), !slices.Equal(from.ExposeHeaders, next.ExposeHeaders),
		}
		n := 0
		for _, d := range differs {
			if d {
				n++
			}
		}
		if n > 2 || from.ID != next.ID {
			t.Errorf("%+v became %+v", from, next)
		}
		if n == 0 {
			same++
		}
	}
	if same > 60 {
		t.Errorf("%d of 200 are the same", same)
	}
}

func TestSibling(t *testing.T) {
	r := random()
	for range 50 {
		if got := sibling(r, "https://app.example.com:8080"); !strings.HasPrefix(got, "https://app.example.com") {
			t.Errorf("a sibling of another host: %s", got)
		}
		if got := sibling(r, "null"); got != "null" {
			t.Errorf("null has the sibling %s", got)
		}
	}
}

// Every way to have S3 refuse a configuration does, and none is open.
func TestSpoiltConfigurationsAreRefused(t *testing.T) {
	for turn := range spoilt {
		cfg := refused(random(), turn)
		refusal := s3cors.Validate(cfg)
		if refusal == nil || refusal.MayAccept {
			t.Errorf("way %d: %+v: %s", turn, refusal, cfg.XML())
		}
	}
	reasons := map[string]bool{}
	for turn := range spoilt {
		reasons[refusalOf(refused(random(), turn))] = true
	}
	if len(reasons) < 5 {
		t.Errorf("only %d reasons: %v", len(reasons), reasons)
	}
}

func TestSome(t *testing.T) {
	r := random()
	all := []string{"a", "b", "c"}
	lengths := map[int]bool{}
	for range 100 {
		got := some(r, all, 1, 3)
		lengths[len(got)] = true
		if sorted := slices.Compact(slices.Sorted(slices.Values(got))); len(sorted) != len(got) {
			t.Errorf("%s has one twice", got)
		}
	}
	if len(lengths) != 3 || lengths[0] {
		t.Errorf("lengths are %v, want 1 to 3", lengths)
	}
	if got := several(r, 2, 5, func(*rand.Rand) string { return "a" }); len(got) != 1 {
		t.Errorf("of one text there are several: %s", got)
	}
	if got := all; !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("the list itself is now %s", got)
	}
}
