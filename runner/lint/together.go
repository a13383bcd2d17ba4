package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/english"
	"corsprobe/runner/s3cors"
)

// together compares rules with each other. Where there are more rules than S3 takes it does not: the number is reported already, and
// comparing them takes long.
func together(rules []s3cors.Rule) []Problem {
	if len(rules) > s3cors.MaxRules {
		return nil
	}
	all := repeatedIDs(rules)
	unreachable := map[int]bool{}
	for i := range rules {
		for _, p := range shadowed(rules, i) {
			p.Rule = i
			unreachable[i] = true
			all = append(all, p)
		}
	}
	return append(all, forOne(rules, unreachable)...)
}

func repeatedIDs(rules []s3cors.Rule) []Problem {
	var all []Problem
	first := map[string]int{}
	for i, r := range rules {
		if before, seen := first[r.ID]; seen && r.ID != "" {
			p := found("CP504", whole("ID"), fmt.Sprintf("rule %d has the same ID %s", before+1, short(r.ID)), "give each an ID of its own")
			p.Rule = i
			all = append(all, p)
			continue
		}
		first[r.ID] = i
	}
	return all
}

// shadowed finds the methods of a rule that an earlier rule answers whenever this one would.
func shadowed(rules []s3cors.Rule, index int) []Problem {
	rule := rules[index]
	by := map[int][]string{}
	for _, m := range rule.AllowedMethods {
		for i, earlier := range rules[:index] {
			if slices.Contains(earlier.AllowedMethods, m) && coverAll(earlier.AllowedOrigins, rule.AllowedOrigins, s3cors.MatchOrigin) && coverAll(earlier.AllowedHeaders, rule.AllowedHeaders, s3cors.MatchHeader) {
				by[i] = append(by[i], m)
				break
			}
		}
	}
	var all []Problem
	for i := range index {
		taken := by[i]
		switch {
		case len(taken) == 0:
		case len(taken) == len(rule.AllowedMethods):
			all = append(all, found("CP501", At{Index: -1}, fmt.Sprintf("it is never reached: rule %d answers whatever it matches", i+1), "put it before that rule, or leave it out"))
		default:
			all = append(all, found("CP502", whole("AllowedMethods"), fmt.Sprintf("its %s is never reached: rule %d answers that", english.And(taken), i+1), "put it before that rule if the answers should differ"))
		}
	}
	return all
}

// mostNamed bounds how many rules a sentence names.
const mostNamed = 5

// forOne finds rules that differ in their origins alone. One note for each such group; rules that are never reached have a problem already.
func forOne(rules []s3cors.Rule, unreachable map[int]bool) []Problem {
	groups := map[string][]int{}
	var order []string
	for i, r := range rules {
		if unreachable[i] || len(r.AllowedOrigins) == 0 {
			continue
		}
		key := fmt.Sprintf("%q %q %q", r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders)
		if r.MaxAgeSeconds != nil {
			key += strconv.FormatInt(int64(*r.MaxAgeSeconds), 10)
		}
		// Beside * other origins mean less: such a rule stays alone.
		if slices.Contains(r.AllowedOrigins, "*") {
			continue
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], i)
	}
	var all []Problem
	for _, key := range order {
		group := groups[key]
		if len(group) < 2 {
			continue
		}
		var names []string
		for i, n := range group {
			if i == mostNamed && len(group) > mostNamed+1 {
				names = append(names, fmt.Sprintf("%d more", len(group)-i))
				break
			}
			names = append(names, strconv.Itoa(n+1))
		}
		p := found("CP503", At{Index: -1}, "rules "+english.And(names)+" differ in their origins alone, and could be one", "put their origins into one list")
		p.Rule = group[1]
		all = append(all, p)
	}
	return all
}

func coverAll(patterns, values []string, match func(pattern, value string) bool) bool {
	return !slices.ContainsFunc(values, func(v string) bool {
		return !slices.ContainsFunc(patterns, func(p string) bool { return covers(p, v, match) })
	})
}

// covers reports that a pattern matches all that another matches.
func covers(pattern, other string, match func(pattern, value string) bool) bool {
	before, after, wild := strings.Cut(other, "*")
	if !wild || pattern == other {
		return match(pattern, other)
	}
	first, last, wider := strings.Cut(pattern, "*")
	// Both ends are compared by the same rule as values are, case of headers included.
	return wider && match(first+"*", before) && match("*"+last, after)
}
