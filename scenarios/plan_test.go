package scenarios

import (
	"strings"
	"testing"
)

// A digest changes with what is asked, and with nothing else.
func TestDigest(t *testing.T) {
	const base = `
name: a
description: words
cors: {CORSRules: [{AllowedOrigins: ["https://a.example"], AllowedMethods: [GET]}]}
matrix: {origins: ["https://a.example"]}
`
	of := func(text string) string { return expand(t, text).Digest() }
	digest := of(base)
	if !strings.HasPrefix(digest, "sha256:") || len(digest) != len("sha256:")+64 {
		t.Errorf("digest %q", digest)
	}
	for _, c := range []struct {
		name, old, new string
		same           bool
	}{
		{"nothing", "", "", true},
		{"the description", "words", "other words", true},
		{"the configuration", "[GET]", "[GET, PUT]", false},
		{"a cell more", `origins: ["https://a.example"]`, `origins: ["https://a.example", none]`, false},
		{"the name", "name: a", "name: b", false},
		{"no configuration", `{CORSRules: [{AllowedOrigins: ["https://a.example"], AllowedMethods: [GET]}]}`, "none", false},
	} {
		if got := of(strings.Replace(base, c.old, c.new, 1)); (got == digest) != c.same {
			t.Errorf("%s changed: %s, before %s", c.name, got, digest)
		}
	}
}
