package s3cors

import (
	"fmt"
	"slices"
	"strconv"

	"corsprobe/runner/english"
)

// Equal reports whether two configurations are the same as S3 stores them: the order of rules and values counts, and so does
// case; an empty list is the same as none (fact 73). nil, no configuration, equals nil only.
func Equal(a, b *Configuration) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a == b || firstDifference(a, b, slices.Equal) == ""
}

// Same is [Equal] without regard to the order of values inside a list. The order of rules counts, for it decides which one
// answers (fact 44).
func Same(a, b *Configuration) bool { return Equal(sorted(a), sorted(b)) }

// sorted copies a configuration with every list in alphabetical order.
func sorted(c *Configuration) *Configuration {
	if c == nil {
		return nil
	}
	copied := &Configuration{CORSRules: slices.Clone(c.CORSRules)}
	for i := range copied.CORSRules {
		rule := &copied.CORSRules[i]
		for _, list := range []*[]string{&rule.AllowedOrigins, &rule.AllowedMethods, &rule.AllowedHeaders, &rule.ExposeHeaders} {
			*list = slices.Sorted(slices.Values(*list))
		}
	}
	return copied
}

// Difference says in one line where b, which came back, first differs from a, which was set; empty when they are [Equal]. A list in another
// order is told only where nothing worse is.
func Difference(a, b *Configuration) string {
	switch {
	case a == nil && b == nil:
		return ""
	case a == nil:
		return "no configuration was set; one came back"
	case b == nil:
		return "a configuration was set; none came back"
	}
	if d := firstDifference(a, b, sameValues); d != "" {
		return d
	}
	return firstDifference(a, b, slices.Equal)
}

// firstDifference compares lists by equal.
func firstDifference(a, b *Configuration, equal func(was, is []string) bool) string {
	for i := range min(len(a.CORSRules), len(b.CORSRules)) {
		if d := ruleDifference(a.CORSRules[i], b.CORSRules[i], equal); d != "" {
			return fmt.Sprintf("rule %d: %s", i+1, d)
		}
	}
	if was, is := len(a.CORSRules), len(b.CORSRules); was != is {
		return fmt.Sprintf("%s set; %d came back", english.CountOf(was, "rule was", "rules were"), is)
	}
	return ""
}

// sameValues compares without regard to order.
func sameValues(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// ruleDifference compares in the order in which people write a rule.
func ruleDifference(a, b Rule, equal func(was, is []string) bool) string {
	lists := []struct {
		field   string
		was, is []string
	}{
		{"AllowedOrigins", a.AllowedOrigins, b.AllowedOrigins},
		{"AllowedMethods", a.AllowedMethods, b.AllowedMethods},
		{"AllowedHeaders", a.AllowedHeaders, b.AllowedHeaders},
		{"ExposeHeaders", a.ExposeHeaders, b.ExposeHeaders},
	}
	if a.ID != b.ID {
		return cameBack("ID", idText(a.ID), idText(b.ID))
	}
	for _, list := range lists {
		switch {
		case equal(list.was, list.is):
		case sameValues(list.was, list.is):
			return list.field + " is " + listText(list.was) + "; came back in another order: " + listText(list.is)
		default:
			return cameBack(list.field, listText(list.was), listText(list.is))
		}
	}
	if was, is := secondsText(a.MaxAgeSeconds), secondsText(b.MaxAgeSeconds); was != is {
		return cameBack("MaxAgeSeconds", was, is)
	}
	return ""
}

func cameBack(field, was, is string) string { return field + " is " + was + "; came back as " + is }

// absent stands in sentences for a member without a value.
const absent = "absent"

func idText(id string) string {
	if id == "" {
		return absent
	}
	return strconv.Quote(id)
}

func listText(list []string) string {
	if len(list) == 0 {
		return absent
	}
	return showAll(list)
}

func secondsText(seconds *int32) string {
	if seconds == nil {
		return absent
	}
	return strconv.Itoa(int(*seconds))
}
