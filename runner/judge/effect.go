package judge

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/english"
	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
)

// effect says what a browser makes of changes, in the first mode that has any.
func (all Exchanges) effect(changes []change) *result.Effect {
	class := classOf(changes)
	i := slices.IndexFunc(changes, func(c change) bool { return classOf([]change{c}) == class })
	c := changes[i]
	e := &result.Effect{
		Blocked:     c.lost[gain{what: sends}] || c.lost[gain{what: reads}],
		Credentials: c.mode.credentials == fetch.Include,
		By:          by(changes),
	}
	x := all[0]
	e.Sentence = fmt.Sprintf("%s from %s%s", x.Request.Method, *x.Asked.Origin, all.asking())
	if e.Credentials {
		e.Sentence += " with credentials: include"
	}
	e.Sentence += ": " + all.clause(c, class)
	switch e.By {
	case result.ByStandard:
		e.Sentence += "; that is the standard's word, and browsers as they ship let * cover Authorization"
	case result.ByBrowsers:
		e.Sentence += "; that is what browsers as they ship do: by the standard * does not cover Authorization"
	}
	return e
}

// by says whether the standard alone or browsers as they ship alone have a change without credentials.
func by(changes []change) result.By {
	standard, today := classOf(changes[:1]) != "", classOf(changes[1:2]) != ""
	switch {
	case standard && !today:
		return result.ByStandard
	case today && !standard:
		return result.ByBrowsers
	default:
		return ""
	}
}

// asking names the headers for which the request needs permission: " with x-a".
func (all Exchanges) asking() string {
	for _, x := range all {
		if names := x.Asked.RequestHeaders; names != nil && x.Kind == Preflight {
			return " with " + *names
		}
	}
	return ""
}

// clause says what changed in a clause, the worst first.
func (all Exchanges) clause(c change, class result.Class) string {
	if class == result.Exposure {
		return all.gainClause(c)
	}
	return all.lossClause(c)
}

func (all Exchanges) gainClause(c change) string {
	switch {
	case c.gained[gain{what: sends}] && c.gained[gain{what: reads}]:
		return "S3 refuses the preflight; here the browser sends the request, and the page can read the answer"
	case c.gained[gain{what: sends}]:
		return "S3 refuses the preflight; here the browser sends the request" + all.unread(c.mode)
	case c.gained[gain{what: reads}]:
		return "S3 keeps the answer from the page; here the page can read it"
	case c.gained[gain{what: served}]:
		return "S3 answers with an error; here the page gets what it asked for"
	}
	if names := namesOf(c.gained, readsName); len(names) > 0 {
		return "a script can read " + english.And(names) + ", which S3 keeps from it"
	}
	return "the browser keeps this permission, and sends " + english.And(append(namesOf(c.gained, keeps), namesOf(c.gained, keepsName)...)) + " without asking, which the configuration forbids"
}

// unread says what becomes of the answer to a request that was sent, where the page cannot read it; empty: it can.
func (all Exchanges) unread(m mode) string {
	for _, x := range all {
		if x.Kind == Actual {
			if v := x.actualCheck(came(x.Exchange), m); !v.Allowed {
				return ", and keeps the answer from the page: " + because(v)
			}
		}
	}
	return ""
}

func (all Exchanges) lossClause(c change) string {
	for _, x := range all {
		switch a := came(x.Exchange); {
		case c.lost[gain{what: sends}] && x.Kind == Preflight:
			return "S3 permits it; here the browser blocks it at the preflight: " + because(x.preflightCheck(a, c.mode))
		case c.lost[gain{what: sends}]:
		case c.lost[gain{what: reads}] && x.Kind == Actual:
			return "S3 lets the page read the answer; here the browser blocks it: " + because(x.actualCheck(a, c.mode))
		case c.lost[gain{what: served}] && x.Kind == Actual:
			return fmt.Sprintf("S3 answers with what the page asks for; here it gets an error, %d", a.Status)
		}
	}
	return "a script cannot read " + english.And(namesOf(c.lost, readsName)) + ", which S3 exposes"
}

// because is a verdict's sentence, with the name that Chromium's console has for it.
func because(v fetch.Verdict) string {
	if v.Chromium == "" {
		return v.Sentence
	}
	return fmt.Sprintf("%s (%s)", v.Sentence, v.Chromium)
}

func namesOf(g gains, what gained) []string {
	var names []string
	for gain := range g {
		if gain.what == what {
			names = append(names, gain.name)
		}
	}
	slices.Sort(names)
	return names
}

// Describe says what a page gets of its request as a whole, from the answers owed and from those that came, without credentials and in browsers
// as they ship; nil without an origin, which every page has.
func (all Exchanges) Describe() *result.Browser {
	if len(all) == 0 || all[0].Asked.Origin == nil {
		return nil
	}
	all = all.remembering()
	owed, got := all.owed(), all.came()
	b := &result.Browser{}
	b.Owed, _ = all.gets(owed, asShipped)
	b.Got, b.Code = all.gets(got, asShipped)
	if changes := all.changes(); classOf(changes) != "" {
		b.Sentence = all.effect(changes).Sentence
	}
	return b
}

// gets says what a page gets of answers in a few words, and Fetch's reason code where it is blocked.
func (all Exchanges) gets(answers []fetch.Response, m mode) (words, code string) {
	words = "no browser sends such a request for a page"
	for i, x := range all {
		switch {
		case !x.sendable(x.Exchange):
		case x.Kind == Preflight && !fetch.NeedsPreflight(x.Request):
			words = "no browser sends a preflight for such a request"
		case x.Kind == Preflight:
			v := x.preflightCheck(answers[i], m)
			if !v.Allowed {
				return "blocked: " + v.Sentence, string(v.Reason)
			}
			words = "permitted"
		default:
			v := x.actualCheck(answers[i], m)
			if !v.Allowed {
				return "blocked: " + v.Sentence, string(v.Reason)
			}
			words = "readable"
			if fetch.NeedsPreflight(x.Request) && !all.asked() {
				words = "readable where its preflight is permitted, which is not asked here"
			}
		}
	}
	return words, ""
}

// asked reports that there is a preflight that a browser would send.
func (all Exchanges) asked() bool {
	return slices.ContainsFunc(all, func(x Exchange) bool { return x.Kind == Preflight && x.sendable(x.Exchange) })
}

// Explanation says which rule should have answered each exchange; once where both say the same.
func Explanation(preflight, actual string) string {
	switch {
	case preflight == "" || preflight == actual:
		return actual
	case actual == "":
		return preflight
	default:
		return strings.TrimSpace("The preflight: " + preflight + " The request itself: " + actual)
	}
}
