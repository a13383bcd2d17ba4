package judge

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// Exchange is one exchange of a page's request, and what it came to.
type Exchange struct {
	Page
	Judgement
	Exchange result.Exchange

	forbidden map[permission]bool // what was asked of S3's model before
}

// permission is a method, and headers as a preflight asks for them.
type permission struct{ method, headers string }

// remembering are the exchanges with a cache of what S3's model said: each difference asks it for the same, in every mode.
func (all Exchanges) remembering() Exchanges {
	all = slices.Clone(all)
	for i := range all {
		all[i].forbidden = map[permission]bool{}
	}
	return all
}

// forbids is [Page.forbids].
func (x Exchange) forbids(method string, headers *string) bool {
	key := permission{method: method}
	if headers != nil {
		key.headers = "=" + *headers
	}
	forbidden, known := x.forbidden[key]
	if !known {
		forbidden = x.Page.forbids(method, headers)
		if x.forbidden != nil {
			x.forbidden[key] = forbidden
		}
	}
	return forbidden
}

// Exchanges are those of one request, as a page has it: the preflight and the request itself. Either may be absent.
type Exchanges []Exchange

// mode is a way in which browsers read an answer.
type mode struct {
	credentials fetch.Credentials
	today       bool // as browsers ship, where they and the standard differ: [fetch.PreflightCheckToday]
}

// asShipped is how browsers as they ship read an answer without credentials.
var asShipped = mode{credentials: fetch.Omit, today: true}

// modes are those that a class is computed for, the standard's first. With credentials browsers keep to the standard.
var modes = []mode{{credentials: fetch.Omit}, asShipped, {credentials: fetch.Include}}

// gain is one thing that a page gets of its request.
type gain struct {
	what gained
	name string // of a header or method
}

type gained string

const (
	sends     gained = "sends"      // the preflight lets the request go
	keeps     gained = "keeps"      // the preflight's answer lets other requests go that the configuration forbids: with a method
	keepsName gained = "keeps-name" // … or with a header
	reads     gained = "reads"      // the answer
	served    gained = "served"     // the answer is readable, and no error
	readsName gained = "reads-name" // a header of the answer
)

// gains are what a page gets.
type gains map[gain]bool

// without are the gains that the other has not.
func (g gains) without(other gains) gains {
	rest := maps.Clone(g)
	maps.DeleteFunc(rest, func(what gain, _ bool) bool { return other[what] })
	return rest
}

func (g gains) and(other gains) gains {
	both := maps.Clone(g)
	maps.DeleteFunc(both, func(what gain, _ bool) bool { return !other[what] })
	return both
}

// gains are what a page gets where these are the answers. A preflight counts where a page would send one; an exchange that no browser makes
// counts for nothing (fetch#main-fetch, fetch#concept-http-fetch).
func (all Exchanges) gains(answers []fetch.Response, m mode) gains {
	got := gains{}
	goes := true
	for i, x := range all {
		if x.Kind != Preflight || !x.sendable(x.Exchange) || !fetch.NeedsPreflight(x.Request) {
			continue
		}
		if goes = x.preflightCheck(answers[i], m).Allowed; goes {
			got[gain{what: sends}] = true
			x.kept(answers[i], m, got)
		}
	}
	for i, x := range all {
		if x.Kind != Actual || !goes || !x.sendable(x.Exchange) || !x.actualCheck(answers[i], m).Allowed {
			continue
		}
		got[gain{what: reads}] = true
		if answers[i].Status < http.StatusBadRequest {
			got[gain{what: served}] = true
		}
		for _, name := range fetch.ExposedHeaders(m.credentials, answers[i].Headers) {
			got[gain{readsName, name}] = true
		}
	}
	return got
}

// kept adds the requests, other than its own, that a preflight's answer permits to a page although the configuration forbids them: browsers
// keep the answer and send those without asking again (fetch#cors-preflight-cache).
func (x Exchange) kept(a fetch.Response, m mode, got gains) {
	for _, method := range header.Elements(a.Headers, header.AllowMethods) {
		if method == "*" {
			method = http.MethodDelete
		}
		if method = fetch.NormalizeMethod(method); fetch.IsSafelistedMethod(method) {
			continue // it needs no permission
		}
		if x.forbids(method, x.Asked.RequestHeaders) && x.grants(a, method, "", m) {
			got[gain{keeps, method}] = true
		}
	}
	for _, name := range header.Elements(a.Headers, header.AllowHeaders) {
		if name == "*" {
			name = "x-corsprobe-unlisted"
		}
		if name = strings.ToLower(name); x.forbids(x.Request.Method, &name) && x.grants(a, x.Request.Method, name, m) {
			got[gain{keepsName, name}] = true
		}
	}
}

func (all Exchanges) owed() []fetch.Response {
	answers := make([]fetch.Response, len(all))
	for i, x := range all {
		answers[i] = owedAnswer(x.Owed, x.Exchange)
	}
	return answers
}

func (all Exchanges) came() []fetch.Response {
	answers := make([]fetch.Response, len(all))
	for i, x := range all {
		answers[i] = came(x.Exchange)
	}
	return answers
}

// change is what one difference, or all together, change for a page.
type change struct {
	mode         mode
	gained, lost gains
}

// changes are those of the exchanges as a whole, by mode: the effect of an answer is computed over all that a page has of its request.
func (all Exchanges) changes() []change {
	var found []change
	owed, came := all.owed(), all.came()
	for _, m := range modes {
		right, got := all.gains(owed, m), all.gains(came, m)
		found = append(found, change{m, got.without(right), right.without(got)})
	}
	return found
}

// changesBy are the changes that one difference makes by itself, whether the other exchange is as owed or as it came. A change that does not
// show in the exchanges as a whole does not count: a page that is blocked anyway gains nothing.
func (all Exchanges) changesBy(i int, d Difference, whole []change) []change {
	found := make([]change, len(modes))
	cases := [][]fetch.Response{all.owed(), all.came()}
	if len(all) == 1 {
		cases = cases[:1] // there is no other exchange
	}
	for n, m := range modes {
		found[n] = change{m, gains{}, gains{}}
		if len(whole[n].gained)+len(whole[n].lost) == 0 {
			continue // no difference can cause a change that there is not
		}
		for _, others := range cases {
			right := slices.Clone(others)
			right[i] = owedAnswer(all[i].Owed, all[i].Exchange)
			wrong := slices.Clone(right)
			wrong[i] = with(right[i], all[i].Exchange, d)
			before, after := all.gains(right, m), all.gains(wrong, m)
			maps.Copy(found[n].gained, after.without(before).and(whole[n].gained))
			maps.Copy(found[n].lost, before.without(after).and(whole[n].lost))
		}
	}
	return found
}

// classOf is the class of some changes; empty where nothing changed.
func classOf(changes []change) result.Class {
	class := result.Class("")
	for _, c := range changes {
		if len(c.gained) > 0 {
			return result.Exposure
		}
		if len(c.lost) > 0 {
			class = result.Breakage
		}
	}
	return class
}

// Findings are the differences of all exchanges in words, each with its class and its effect in a browser. Where only several differences
// together change what a page gets, the first that could be the cause gets the class.
func (all Exchanges) Findings() []result.Finding {
	if !slices.ContainsFunc(all, func(x Exchange) bool { return len(x.Differences) > 0 }) {
		return nil
	}
	all = all.remembering()
	whole := all.changes()
	var findings []result.Finding
	var of []int // index of each finding's exchange
	for i, x := range all {
		for _, d := range x.Differences {
			f := d.Finding()
			changes := all.changesBy(i, d, whole)
			switch f.Class = classOf(changes); {
			case f.Class != "":
				f.Browser = all.effect(changes)
			case x.mixesOrigins(d):
				f.Class, f.Browser = result.Cache, &result.Effect{Sentence: "a cache may give this answer to another origin, or one without Access-Control-Allow-Origin to this page"}
			default:
				f.Class = result.Contract
				if sentence := x.keepsOtherwise(d); sentence != "" {
					f.Class, f.Browser = result.Cache, &result.Effect{Sentence: sentence}
				}
			}
			findings, of = append(findings, f), append(of, i)
		}
	}
	all.together(whole, findings, of)
	return findings
}

// together gives a finding the class of a change that only all differences together make.
func (all Exchanges) together(whole []change, findings []result.Finding, of []int) {
	class := classOf(whole)
	if class == "" || slices.ContainsFunc(findings, func(f result.Finding) bool { return f.Class == class }) {
		return
	}
	for n, f := range findings {
		if x := all[of[n]]; f.Class != result.Exposure && f.Class != result.Breakage && x.sendable(x.Exchange) && (x.Kind == Actual || fetch.NeedsPreflight(x.Request)) {
			findings[n].Class, findings[n].Browser = class, all.effect(whole)
			return
		}
	}
}
