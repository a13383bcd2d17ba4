package diagnose

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

// proposals are the deviations that may explain what a dialect does not: each one without a parameter, and those with one with the values
// that the observations speak for.
func (e *evidence) proposals(d dialect.Dialect, failing []int) []dialect.Deviation {
	p := proposing{e: e, d: d, s: e.simulate(d), failing: failing, values: map[string][]dialect.Value{}}
	p.look()
	var all []dialect.Deviation
	for _, one := range dialect.All() {
		if d.Has(one.Name) && one.Parameter == nil {
			continue
		}
		if one.Parameter == nil {
			all = append(all, one)
			continue
		}
		for _, v := range p.values[one.Name] {
			if given, err := one.With(v); err == nil && !has(d, given) {
				all = append(all, given)
			}
		}
	}
	return all
}

func has(d dialect.Dialect, one dialect.Deviation) bool {
	return slices.ContainsFunc(d, func(o dialect.Deviation) bool { return o.Name == one.Name && o.Value.Equal(one.Value) })
}

// proposing collects values.
type proposing struct {
	e       *evidence
	d       dialect.Dialect
	s       *simulation
	failing []int
	values  map[string][]dialect.Value
}

func (p *proposing) add(name string, v dialect.Value) {
	if !slices.ContainsFunc(p.values[name], v.Equal) {
		p.values[name] = append(p.values[name], v)
	}
}

func (p *proposing) look() {
	codes, refusals := votes{}, votes{}
	for _, i := range p.failing {
		o := p.e.cases[i]
		if o.call != nil {
			p.call(o, refusals)
			continue
		}
		t := p.e.try(p.d, p.s, i)
		x, missed := t.predicted, t.missed
		if o.asked.Preflight() {
			p.preflight(o, x, missed, codes)
		} else {
			p.actual(o, x, missed)
		}
		if missed&status == 0 || o.seen.headers[allowOrigin] != "" {
			p.granted(o, x, missed)
		}
	}
	for name, seen := range map[string]votes{"error-code": codes, "refusal-code": refusals} {
		pairs := seen.most()
		if len(pairs) == 0 {
			continue
		}
		p.add(name, dialect.Pairs(maps.Clone(pairs)))
		for _, from := range slices.Sorted(maps.Keys(pairs)) {
			p.add(name, dialect.Pairs(map[string]string{from: pairs[from]}))
		}
	}
	p.exposed()
	p.limits()
}

// granted looks at the headers of answers that a rule made.
func (p *proposing) granted(o *observation, x expected, missed parts) {
	if missed&(firstHeader<<maxAge) == 0 {
		return
	}
	n, err := strconv.Atoi(strings.TrimPrefix(o.seen.headers[maxAge], "="))
	if err != nil {
		return
	}
	if x.headers[maxAge] == "" {
		p.add("max-age-default", dialect.Number(n))
	} else {
		p.add("max-age-capped", dialect.Number(n))
	}
}

func (p *proposing) preflight(o *observation, x expected, missed parts, codes votes) {
	if missed&errorCode != 0 && missed&status == 0 && x.code != "" && o.seen.code != "" && o.asked.Fault == "" {
		codes.saw(x.code, o.seen.code)
	}
	p.member("error-method", missed&errorMethod, o.seen.method)
	p.member("error-resource-type", missed&errorResourceType, o.seen.resource)
	if f := o.asked.Fault; f != "" && o.seen.status == 403 && o.seen.code != "" {
		p.fault(map[string]string{f: o.seen.code})
	}
	if missed&(status|errorCode) != 0 {
		p.otherwise(o)
		if o.seen.status >= 400 && o.seen.code == "" {
			return
		}
	}
	if missed&status != 0 && x.headers[allowOrigin] != "" {
		p.lookedAt(o)
	}
}

// otherwise proposes what gives a preflight another status or code than S3's.
func (p *proposing) otherwise(o *observation) {
	pairs := map[string]string{"status": strconv.Itoa(o.seen.status)}
	if o.seen.code != "" {
		pairs["code"] = o.seen.code
	}
	if o.asked.BucketMissing {
		p.add("preflight-missing-bucket-first", dialect.Pairs(pairs))
		p.add("preflight-missing-bucket-after-method", dialect.Pairs(pairs))
	}
	name := situation(o)
	if name == "" && o.asked.Config == nil {
		name = p.situation(o)
	}
	if name != "" {
		p.add(name, dialect.Pairs(pairs))
	}
}

// situation is the deviation that gives another answer to a preflight that has something wrong in itself.
func situation(o *observation) string {
	q := o.asked
	switch {
	case q.Origin == nil:
		return "preflight-without-origin"
	case q.RequestMethod == nil:
		return "preflight-without-method"
	case !slices.Contains(s3cors.Methods, *q.RequestMethod):
		return "preflight-bad-method"
	case q.Target == s3cors.Service:
		return "preflight-root"
	case q.BucketMissing:
		return "preflight-missing-bucket"
	}
	return ""
}

// situation is the deviation that gives another answer to a preflight that is refused for the sake of its bucket.
func (p *proposing) situation(o *observation) string {
	if p.e.state(p.s, o).Own == nil {
		return "preflight-not-enabled"
	}
	if a := p.d.Answers(p.e.state(p.s, o), o.asked)[0]; len(a.Facts["status"]) > 0 && a.Facts["status"][0] == 2 {
		return "preflight-not-allowed"
	}
	return ""
}

func (p *proposing) member(name string, missed parts, came string) {
	if missed == 0 {
		return
	}
	if came == "" {
		came = dialect.Nothing
	}
	p.add(name, dialect.Word(came))
}

func (p *proposing) actual(o *observation, x expected, missed parts) {
	if missed&(firstHeader<<allowOrigin) != 0 && x.headers[allowOrigin] != "" && o.seen.headers[allowOrigin] == "" {
		p.add("no-headers-on-status", dialect.Number(o.seen.status))
		p.add("no-headers-on-method", dialect.Word(o.asked.Method))
		p.operation(o)
		if o.seen.status == 403 {
			p.grow("no-headers-on-refusals", o.asked.Method)
		}
		p.lookedAt(o)
	}
	if m := o.asked.RequestMethod; missed&status != 0 && m != nil && !slices.Contains(s3cors.Methods, *m) {
		pairs := map[string]string{"status": strconv.Itoa(o.seen.status)}
		if o.seen.code != "" {
			pairs["code"] = o.seen.code
		}
		p.add("actual-bad-method", dialect.Pairs(pairs))
	}
}

// fault adds to what is proposed of URLs that cannot be used.
func (p *proposing) fault(pair map[string]string) {
	for _, name := range []string{"preflight-unusable-url-refused", "preflight-unusable-url-refused-where-granted"} {
		all := maps.Clone(pair)
		for _, had := range p.values[name] {
			if pairs, ok := had.Untyped().(map[string]string); ok {
				maps.Copy(all, pairs)
			}
		}
		p.add(name, dialect.Pairs(pair))
		p.add(name, dialect.Pairs(all))
	}
}

// votes counts what came in the place of what.
type votes map[string]map[string]int

func (v votes) saw(owed, came string) {
	if v[owed] == nil {
		v[owed] = map[string]int{}
	}
	v[owed][came]++
}

// most is what came most often in the place of each.
func (v votes) most() map[string]string {
	pairs := map[string]string{}
	for owed, all := range v {
		came := slices.Sorted(maps.Keys(all))
		pairs[owed] = slices.MaxFunc(came, func(a, b string) int { return all[a] - all[b] })
	}
	return pairs
}

// operation proposes what is told by a query: all of its answers, and those of this status.
func (p *proposing) operation(o *observation) {
	for _, name := range slices.Sorted(maps.Keys(o.asked.Query)) {
		if strings.HasPrefix(strings.ToLower(name), "x-amz-") {
			continue
		}
		operation := map[string]string{"method": o.asked.Method, "query": name}
		p.add("no-headers-on-query", dialect.Pairs(maps.Clone(operation)))
		operation["status"] = strconv.Itoa(o.seen.status)
		p.add("no-headers-on-query", dialect.Pairs(operation))
	}
}

// grow adds a word to the list that is proposed.
func (p *proposing) grow(name, word string) {
	var words []string
	if had := p.values[name]; len(had) > 0 {
		words = had[0].Words()
	}
	if !slices.Contains(words, word) {
		words = append(words, word)
		slices.Sort(words)
		p.values[name] = []dialect.Value{dialect.List(words...)}
	}
}

// lookedAt: a rule that should answer and does not may stand behind those that are looked at.
func (p *proposing) lookedAt(o *observation) {
	state := p.e.state(p.s, o)
	if state.Own == nil || len(state.Own.CORSRules) < 2 {
		return
	}
	rule := s3cors.Answers(state.Own, o.asked.Request).Rule
	if rule < 1 {
		return
	}
	least := rule
	if had := p.values["rules-looked-at"]; len(had) > 0 {
		least = min(least, had[0].Int())
	}
	p.values["rules-looked-at"] = []dialect.Value{dialect.Number(least)}
}

// exposed proposes names that every failing answer of a kind exposes though no rule says so.
func (p *proposing) exposed() {
	var all, actual []string
	allSeen, actualSeen := false, false
	for _, i := range p.failing {
		o := p.e.cases[i]
		if o.call != nil || o.seen.headers[allowOrigin] == "" {
			continue
		}
		t := p.e.try(p.d, p.s, i)
		x, missed := t.predicted, t.missed
		if missed&(firstHeader<<exposeHeaders) == 0 || x.headers[allowOrigin] == "" {
			continue
		}
		owed := elements(x.headers[exposeHeaders])
		extra := slices.DeleteFunc(elements(o.seen.headers[exposeHeaders]), func(n string) bool { return slices.Contains(owed, n) })
		all, allSeen = intersect(all, extra, allSeen), true
		if !o.asked.Preflight() {
			actual, actualSeen = intersect(actual, extra, actualSeen), true
		}
	}
	if len(all) > 0 {
		p.add("always-exposed", dialect.List(all...))
	}
	if more := slices.DeleteFunc(slices.Clone(actual), func(n string) bool { return slices.Contains(all, n) }); len(more) > 0 {
		p.add("always-exposed-on-actual", dialect.List(more...))
	}
	if len(actual) > 0 {
		p.add("always-exposed-on-actual", dialect.List(actual...))
	}
	p.exposedWhereSent()
}

// exposedWhereSent proposes names that are exposed wherever the answer has such a header.
func (p *proposing) exposedWhereSent() {
	candidates := map[string]bool{}
	for _, i := range p.failing {
		o := p.e.cases[i]
		if o.call != nil || o.asked.Preflight() {
			continue
		}
		x := p.e.try(p.d, p.s, i).predicted
		owed := elements(x.headers[exposeHeaders])
		for _, name := range elements(o.seen.headers[exposeHeaders]) {
			if !slices.Contains(owed, name) && slices.ContainsFunc(o.asked.Sent, func(s string) bool { return strings.EqualFold(s, name) }) {
				candidates[pattern(name)] = true
			}
		}
	}
	if len(candidates) == 0 {
		return
	}
	all := slices.Sorted(maps.Keys(candidates))
	p.add("exposed-where-sent", dialect.List(all...))
	for _, name := range all {
		p.add("exposed-where-sent", dialect.List(name))
	}
}

// pattern takes an object's own metadata for any metadata.
func pattern(name string) string {
	if strings.HasPrefix(strings.ToLower(name), "x-amz-meta-") {
		return "x-amz-meta-*"
	}
	return name
}

func elements(meaning string) []string {
	if len(meaning) < 2 {
		return nil
	}
	return strings.Split(meaning[1:], ",")
}

func intersect(all, came []string, seen bool) []string {
	if !seen {
		return slices.Clone(came)
	}
	return slices.DeleteFunc(all, func(n string) bool { return !slices.Contains(came, n) })
}

// call looks at one configuration call.
func (p *proposing) call(o *observation, refusals votes) {
	call, came := p.e.scenarios[o.scenario].calls[o.step], o.call
	switch {
	case call.Missing:
		p.missing(came)
	case call.Digest != "" && came.status == 200:
		p.grow("digest-unchecked", call.Digest)
		p.add("digest-unchecked", dialect.List(call.Digest))
	case call.Digest != "" && came.code != "":
		p.add("digest-code", dialect.Pairs(map[string]string{call.Digest: came.code}))
	case came.method == "GET" && came.status == 404 && came.code != "":
		p.add("get-none-code", dialect.Word(came.code))
	case came.method == "PUT":
		p.put(o, call, refusals)
	}
	if came.read && came.returned != nil && call.Put != nil {
		p.sorted(call.Put, came.returned)
	}
}

// put looks at a PutBucketCors on a bucket that exists, with a right digest or none.
func (p *proposing) put(o *observation, call *dialect.Call, refusals votes) {
	if came := o.call; came.status >= 400 {
		reply, _ := p.d.Call(p.e.before(p.d, p.s.states, o.scenario, o.step), *call)
		if reply.Status == came.status && reply.Code != "" && reply.Code != came.code {
			refusals.saw(reply.Code, came.code)
		}
		return
	}
	if call.Put != nil && s3cors.Validate(call.Put) != nil {
		p.acceptedMethods(call.Put)
	}
}

// acceptedMethods looks at a configuration that was accepted, and that S3 refuses.
func (p *proposing) acceptedMethods(put *s3cors.Configuration) {
	for _, r := range put.CORSRules {
		for _, m := range r.AllowedMethods {
			if !slices.Contains(s3cors.Methods, m) {
				p.add("accepts-method", dialect.Word(m))
			}
		}
	}
}

// missing looks at a call on a bucket that does not exist.
func (p *proposing) missing(came *called) {
	pairs := map[string]string{"status": strconv.Itoa(came.status)}
	if came.code != "" {
		pairs["code"] = came.code
	}
	name := map[string]string{"GET": "get-of-missing-bucket", "PUT": "put-on-missing-bucket", "DELETE": "delete-on-missing-bucket"}[came.method]
	p.add(name, dialect.Pairs(pairs))
}

// sorted proposes the lists that came back in order, and were not put so: all of them, and all but one.
func (p *proposing) sorted(put, came *s3cors.Configuration) {
	var names []string
	if had := p.values["returned-sorted"]; len(had) > 0 {
		names = had[0].Words()
	}
	var repeated []string
	for i := range min(len(put.CORSRules), len(came.CORSRules)) {
		a, b := put.CORSRules[i], came.CORSRules[i]
		for name, pair := range map[string][2][]string{
			"AllowedOrigins": {a.AllowedOrigins, b.AllowedOrigins}, "AllowedMethods": {a.AllowedMethods, b.AllowedMethods},
			"AllowedHeaders": {a.AllowedHeaders, b.AllowedHeaders}, "ExposeHeaders": {a.ExposeHeaders, b.ExposeHeaders},
		} {
			if once := slices.Compact(slices.Sorted(slices.Values(pair[0]))); len(once) == len(pair[1]) && len(once) < len(pair[0]) {
				repeated = append(repeated, name)
			}
			if !slices.Equal(pair[0], pair[1]) && slices.IsSorted(pair[1]) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if m := b.AllowedMethods; len(m) == len(s3cors.Methods) && !slices.Equal(a.AllowedMethods, m) {
			p.add("returned-methods-order", dialect.List(m...))
		}
	}
	if len(repeated) > 0 {
		slices.Sort(repeated)
		p.add("returned-once", dialect.List(slices.Compact(repeated)...))
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	p.values["returned-sorted"] = []dialect.Value{dialect.List(names...)}
	for i := range names {
		if len(names) > 1 {
			p.add("returned-sorted", dialect.List(slices.Delete(slices.Clone(names), i, i+1)...))
		}
	}
}
