package s3cors

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// This file holds a second model, written from the facts in another way: it tries every combination of the open points'
// sides in nested loops, matches with regular expressions and writes answers as text. Evaluate must give the same answers.

// sides is one side of every open point. The zero value is the one leaned to.
type sides struct {
	noMethodIs400, rootIs400Last, starEchoes, emptyMemberIs400, zeroAgeDropped, oddMethodIs400, nullIsNone bool
	oddName                                                                                                int // 0 none, 1 400, 2 compare
	emptyOriginCounts, emptyMethodAbsent, emptyListIs400                                                   bool
}

// naive returns the leaned answer and the set of all of them.
func naive(cfg *Configuration, req Request) (string, []string) {
	set := map[string]bool{}
	for bits := range 1 << 10 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		for odd := range 3 {
			set[naiveAnswer(cfg, req, sides{on(0), on(1), on(2), on(3), on(4), on(5), on(6), odd, on(7), on(8), on(9)})] = true
		}
	}
	var all []string
	for answer := range set {
		all = append(all, answer)
	}
	sort.Strings(all)
	return naiveAnswer(cfg, req, sides{}), all
}

// naiveExpr compiles an expression once: the loops above ask for the same few thousands of times.
func naiveExpr(expr string) *regexp.Regexp {
	if naiveExprs[expr] == nil {
		naiveExprs[expr] = regexp.MustCompile(expr)
	}
	return naiveExprs[expr]
}

var naiveExprs = map[string]*regexp.Regexp{}

var naiveToken = regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$")

func naiveAnswer(cfg *Configuration, req Request, s sides) string {
	isPreflight := req.Method == http.MethodOptions

	// What was sent, after the sides on empty values.
	origin := req.Origin
	if origin != nil && *origin == "" && !s.emptyOriginCounts {
		origin = nil
	}
	acrm := req.RequestMethod
	if acrm != nil && *acrm == "" && s.emptyMethodAbsent {
		acrm = nil
	}
	var names []string
	badName, emptyName := false, false
	if req.RequestHeaders != nil && strings.Trim(*req.RequestHeaders, " \t") != "" {
		for _, part := range naiveExpr(`[ \t]*,[ \t]*`).Split(strings.Trim(*req.RequestHeaders, " \t"), -1) {
			if part == "" {
				emptyName = true
			} else {
				badName = badName || !naiveToken.MatchString(part)
				names = append(names, strings.ToLower(part))
			}
		}
	}
	emptyIs400 := emptyName && !badName && s.emptyMemberIs400
	if req.RequestHeaders != nil && strings.Trim(*req.RequestHeaders, " \t") == "" {
		emptyIs400 = s.emptyListIs400
	}
	method := req.Method
	if acrm != nil {
		method = *acrm
	}
	badMethod := acrm != nil && !naiveExpr(`^(GET|PUT|POST|DELETE|HEAD)$`).MatchString(*acrm)

	// Refusals of preflights, in the order of fact 12.
	if isPreflight {
		first := ""
		if origin == nil {
			first = naiveText("400", "BadRequest", "Insufficient information. Origin request header needed.", "", "", nil)
		} else if badMethod || badName {
			first = naiveText("400", "BadRequest", "", "", "", nil)
		} else if emptyIs400 {
			first = naiveText("400", "", "", "", "", nil)
		}
		if first != "" && (req.Target != Service || !s.rootIs400Last) {
			return first
		}
		if req.Target == Service {
			return naiveText("403", "", "", "", "", nil)
		}
		if req.BucketMissing {
			return naiveText("403", "AccessForbidden", "CORSResponse: Bucket not found", method, "BUCKET", nil)
		}
		if cfg == nil {
			return naiveText("403", "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.", method, "BUCKET", nil)
		}
		if acrm == nil {
			if s.noMethodIs400 {
				return naiveText("400", "", "", "", "", nil)
			}
			return naiveText("403", "", "", "", "", nil)
		}
	}

	// Actual requests that no rule can touch, and the open ones.
	status, code := fmt.Sprint(req.Outcome.Status), req.Outcome.Code
	if req.Method == http.MethodHead {
		code = ""
	}
	bare := naiveText(strings.Trim(status, "[]"), code, "", "", "", nil)
	if !isPreflight {
		if req.Target == Service || origin == nil {
			return bare
		}
		if badMethod {
			if s.oddMethodIs400 {
				return naiveText("400", "", "", "", "", nil)
			}
			return bare
		}
		if badName && s.oddName == 0 {
			return bare
		}
		if badName && s.oddName == 1 || emptyIs400 {
			return naiveText("400", "", "", "", "", nil)
		}
		if req.BucketMissing || cfg == nil {
			return bare
		}
	}

	// The rules.
	for _, rule := range cfg.CORSRules {
		if !naiveAny(rule.AllowedOrigins, *origin, "") || !slices.Contains(rule.AllowedMethods, method) {
			continue
		}
		all := true
		for _, name := range names {
			all = all && naiveAny(rule.AllowedHeaders, name, "(?i)")
		}
		if !all || *origin == "null" && s.nullIsNone {
			continue
		}
		h := map[string]string{"Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"}
		h["Access-Control-Allow-Origin"] = *origin
		others := slices.DeleteFunc(slices.Clone(rule.AllowedOrigins), func(o string) bool { return o == "*" })
		if len(others) < len(rule.AllowedOrigins) && (!s.starEchoes || !naiveAny(others, *origin, "")) {
			h["Access-Control-Allow-Origin"] = "*"
		}
		if h["Access-Control-Allow-Origin"] != "*" {
			h["Access-Control-Allow-Credentials"] = "true"
		}
		h["Access-Control-Allow-Methods"] = strings.Join(rule.AllowedMethods, ", ")
		h["Access-Control-Allow-Headers"] = strings.Join(names, ", ")
		h["Access-Control-Expose-Headers"] = strings.Join(rule.ExposeHeaders, ", ")
		if rule.MaxAgeSeconds != nil && (*rule.MaxAgeSeconds != 0 || !s.zeroAgeDropped) {
			h["Access-Control-Max-Age"] = strconv.FormatInt(int64(*rule.MaxAgeSeconds), 10)
		}
		if isPreflight {
			return naiveText("200", "", "", "", "", h)
		}
		return naiveText(strings.Trim(status, "[]"), code, "", "", "", h)
	}
	if !isPreflight {
		return bare
	}
	return naiveText("403", "AccessForbidden", "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
		method, strings.ToUpper(string(req.Target)), nil)
}

func naiveAny(patterns []string, value, flags string) bool {
	for _, pattern := range patterns {
		quoted := strings.Replace(regexp.QuoteMeta(pattern), `\*`, `.*`, 1)
		if naiveExpr(flags + `(?s)\A` + quoted + `\z`).MatchString(value) {
			return true
		}
	}
	return false
}

// naiveText writes an answer in one line, empty parts left out.
func naiveText(status, code, message, method, resource string, headers map[string]string) string {
	parts := []string{"status=" + status, "code=" + code, "message=" + message, "method=" + method, "resource=" + resource}
	for name, value := range headers {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	sort.Strings(parts)
	return strings.Join(parts, "|")
}
