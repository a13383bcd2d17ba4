package dialect

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// configurationDeviations lose, keep, alter or misjudge configurations.
var configurationDeviations = []Deviation{
	{Name: "accepts-method", Summary: "PutBucketCors accepts an AllowedMethod that S3 refuses.", Class: result.Contract, Checks: status,
		Parameter: &Parameter{Doc: "the method", Examples: []Value{Word("get"), Word("PATCH"), Word("OPTIONS"), Word("*")},
			summary: worded("PutBucketCors accepts AllowedMethod %s."), make: func(v Value) change { return accepting(v.word) }}},
	{Name: "accepts-two-stars", Summary: "PutBucketCors accepts two wildcards in an origin.", Class: result.Contract, Checks: status, change: acceptingFact(58)},
	{Name: "accepts-two-stars-in-header", Summary: "PutBucketCors accepts two wildcards in an allowed header.", Class: result.Contract, Checks: status, change: acceptingFact(59)},
	{Name: "accepts-star-in-expose", Summary: "PutBucketCors accepts a wildcard in ExposeHeader.", Class: result.Contract, Checks: status, change: acceptingFact(60)},
	{Name: "accepts-odd-exposed-names", Summary: "PutBucketCors accepts an ExposeHeader that is no header name.", Class: result.Contract, Checks: status, change: acceptingFact(61)},
	{Name: "accepts-long-id", Summary: "PutBucketCors accepts an ID of more than 255 characters.", Class: Open, Checks: status, change: acceptingFact(65)},
	{Name: "accepts-no-rules", Summary: "PutBucketCors accepts a configuration without rules.", Class: result.Contract, Checks: status,
		change: acceptingAll(func(cfg *s3cors.Configuration) bool { return len(cfg.CORSRules) == 0 })},
	{Name: "accepts-no-methods", Summary: "PutBucketCors accepts a rule without methods.", Class: result.Contract, Checks: status,
		change: acceptingWhere(func(r s3cors.Rule) bool { return len(r.AllowedMethods) == 0 && len(r.AllowedOrigins) > 0 })},
	{Name: "accepts-101-rules", Summary: "PutBucketCors accepts more than 100 rules.", Class: result.Contract, Checks: status,
		change: acceptingAll(func(cfg *s3cors.Configuration) bool { return len(cfg.CORSRules) > s3cors.MaxRules })},
	{Name: "accepts-anything", Summary: "PutBucketCors accepts every document that can be parsed.", Class: result.Contract, Checks: status,
		change: acceptingAll(func(*s3cors.Configuration) bool { return true })},
	{Name: "refuses-bare-host", Summary: "PutBucketCors refuses an origin without a scheme.", Class: result.Breakage, Checks: status,
		change: refusingOrigins(func(o string) bool { return o != "" && o != "*" && !strings.Contains(o, "://") })},
	{Name: "refuses-wildcard-within", Summary: "PutBucketCors refuses a wildcard that does not stand behind the scheme.", Class: result.Breakage, Checks: status,
		change: refusingOrigins(func(o string) bool {
			return o != "*" && strings.Contains(o, "*") && !strings.Contains(o, "://*")
		})},
	{Name: "refuses-path-in-origin", Summary: "PutBucketCors refuses an origin with a path.", Class: result.Breakage, Checks: status,
		change: refusingOrigins(func(o string) bool { _, rest, _ := strings.Cut(o, "://"); return strings.Contains(rest, "/") })},
	{Name: "refuses-empty-origin", Summary: "PutBucketCors refuses an empty origin.", Class: result.Breakage, Checks: status,
		change: refusingOrigins(func(o string) bool { return o == "" })},
	{Name: "refuses-empty-text", Summary: "PutBucketCors fails with an internal error for an empty first origin, or an empty header name.", Class: result.Breakage, Checks: status,
		change: change{validate: func(cfg *s3cors.Configuration, _ int, refusal *s3cors.Refusal) *s3cors.Refusal {
			if cfg != nil && (refusal == nil || refusal.Open) && slices.ContainsFunc(cfg.CORSRules, hasEmpty) {
				return &s3cors.Refusal{Status: 500, Code: "InternalError", Message: "We encountered an internal error. Please try again."}
			}
			return refusal
		}}},
	{Name: "accepts-two-stars-behind-the-first", Summary: "PutBucketCors looks at the first origin of a rule alone: others may have two wildcards.", Class: result.Contract, Checks: status,
		change: acceptingOnly(58, func(r s3cors.Rule) bool { return strings.Count(head(r.AllowedOrigins), "*") < 2 })},
	{Name: "refuses-second-origin", Summary: "PutBucketCors refuses a rule with more than one origin.", Class: result.Breakage, Checks: status,
		change: refusingWhere(func(r s3cors.Rule) bool { return len(r.AllowedOrigins) > 1 })},
	{Name: "refuses-id", Summary: "PutBucketCors refuses a rule with an ID.", Class: result.Breakage, Checks: []string{"config.*"},
		change: refusingWhere(func(r s3cors.Rule) bool { return r.ID != "" })},
	{Name: "refuses-without-max-age", Summary: "PutBucketCors refuses a rule without MaxAgeSeconds.", Class: result.Breakage, Checks: status,
		change: refusingWhere(func(r s3cors.Rule) bool { return r.MaxAgeSeconds == nil })},
	{Name: "most-rules", Summary: "PutBucketCors refuses configurations of more rules than its own limit.", Class: result.Breakage, Checks: status,
		Parameter: &Parameter{Doc: "how many rules are accepted", Examples: []Value{Number(20)}, summary: worded("PutBucketCors refuses more than %s rules."),
			check: positive, make: func(v Value) change {
				return refusing(func(cfg *s3cors.Configuration, _ int) bool { return len(cfg.CORSRules) > v.number }, s3cors.CodeInvalidRequest)
			}}},
	{Name: "document-bytes", Summary: "PutBucketCors refuses documents longer than its own limit.", Class: result.Breakage, Checks: status,
		Parameter: &Parameter{Doc: "how many bytes are accepted", Examples: []Value{Number(10_240), Number(4096)}, summary: worded("PutBucketCors refuses documents of more than %s bytes."),
			check: positive, make: func(v Value) change {
				return refusing(func(_ *s3cors.Configuration, bytes int) bool { return bytes > v.number }, s3cors.CodeMalformedXML)
			}}},
	{Name: "refusal-malformed", Summary: "Every refused configuration is MalformedXML.", Class: result.Contract, Checks: []string{"config.error-code"},
		change: change{validate: func(_ *s3cors.Configuration, _ int, refusal *s3cors.Refusal) *s3cors.Refusal {
			if refusal != nil {
				return malformed()
			}
			return nil
		}}},
	{Name: "refusal-malformed-for-empty-method", Summary: "An empty AllowedMethod is refused as MalformedXML.", Class: result.Contract, Checks: []string{"config.error-code"},
		change: change{validate: func(cfg *s3cors.Configuration, _ int, refusal *s3cors.Refusal) *s3cors.Refusal {
			if refusal != nil && cfg != nil && slices.ContainsFunc(cfg.CORSRules, func(r s3cors.Rule) bool { return slices.Contains(r.AllowedMethods, "") }) {
				return malformed()
			}
			return refusal
		}}},
	{Name: "refusal-code", Summary: "Refused configurations have other error codes.", Class: result.Contract, Checks: []string{"config.error-code"},
		Parameter: &Parameter{Doc: "S3's codes, and what stands in their place", Examples: []Value{Pairs(map[string]string{"InvalidRequest": "CORSInvalidRequest"})},
			make: func(v Value) change {
				return change{validate: func(_ *s3cors.Configuration, _ int, refusal *s3cors.Refusal) *s3cors.Refusal {
					if refusal == nil || refusal.Open || v.pairs[refusal.Code] == "" {
						return refusal
					}
					r := *refusal
					r.Code = v.pairs[refusal.Code]
					return &r
				}}
			}}},
	{Name: "refused-put-wipes", Summary: "A refused PutBucketCors removes the configuration that was there.", Class: result.Breakage, change: change{wipes: true}},

	{Name: "put-merges", Summary: "PutBucketCors adds its rules to those that are there.", Class: result.Exposure,
		change: change{store: func(before, put *s3cors.Configuration) *s3cors.Configuration {
			if before == nil {
				return put
			}
			return &s3cors.Configuration{CORSRules: slices.Concat(put.CORSRules, before.CORSRules)}
		}}},
	{Name: "put-merges-silently", Summary: "Answers come from all configurations that were put; GetBucketCors returns the last.", Class: result.Exposure,
		change: change{config: history}},
	{Name: "put-once", Summary: "A second PutBucketCors changes nothing.", Class: result.Exposure,
		change: change{store: func(before, put *s3cors.Configuration) *s3cors.Configuration {
			if before != nil {
				return before
			}
			return put
		}}},
	{Name: "last-rule-lost", Summary: "The last of several rules is lost.", Class: result.Breakage,
		change: change{store: func(_, put *s3cors.Configuration) *s3cors.Configuration {
			if n := len(put.CORSRules); n > 1 {
				return &s3cors.Configuration{CORSRules: put.CORSRules[:n-1]}
			}
			return put
		}}},
	{Name: "returned-ids-added", Summary: "GetBucketCors returns rules with IDs that nobody gave.", Class: result.Contract, Checks: roundTrip,
		change: returning(func(r *s3cors.Rule) {
			if r.ID == "" {
				r.ID = "rule-1"
			}
		})},
	{Name: "returned-ids-lost", Summary: "GetBucketCors returns rules without their IDs.", Class: result.Contract, Checks: roundTrip, change: returning(func(r *s3cors.Rule) { r.ID = "" })},
	{Name: "returned-lower-case", Summary: "GetBucketCors returns header names in lower case.", Class: result.Contract, Checks: roundTrip,
		change: returning(func(r *s3cors.Rule) {
			r.AllowedHeaders, r.ExposeHeaders = lower(r.AllowedHeaders), lower(r.ExposeHeaders)
		})},
	{Name: "returned-sorted", Summary: "GetBucketCors returns lists in sorted order.", Class: result.Contract, Checks: roundTrip,
		Parameter: &Parameter{Doc: "the lists", Examples: []Value{List("AllowedMethods")}, summary: worded("GetBucketCors returns %s in sorted order."),
			check: fields, make: func(v Value) change {
				return returning(func(r *s3cors.Rule) {
					for name, list := range lists(r) {
						if slices.Contains(v.list, name) {
							slices.Sort(*list)
						}
					}
				})
			}}},
	{Name: "returned-once", Summary: "GetBucketCors returns values that were put twice once.", Class: result.Contract, Checks: roundTrip,
		Parameter: &Parameter{Doc: "the lists", Examples: []Value{List("AllowedOrigins")}, summary: worded("GetBucketCors returns values of %s that were put twice once."),
			check: fields, make: func(v Value) change {
				return returning(func(r *s3cors.Rule) {
					for name, list := range lists(r) {
						if slices.Contains(v.list, name) {
							*list = once(*list)
						}
					}
				})
			}}},
	{Name: "returned-methods-order", Summary: "GetBucketCors returns methods in an order of its own.", Class: result.Contract, Checks: roundTrip,
		Parameter: &Parameter{Doc: "the order", Examples: []Value{List("GET", "PUT", "DELETE", "HEAD", "POST")}, summary: worded("GetBucketCors returns methods in the order %s."),
			make: func(v Value) change {
				return returning(func(r *s3cors.Rule) {
					slices.SortStableFunc(r.AllowedMethods, func(a, b string) int { return slices.Index(v.list, a) - slices.Index(v.list, b) })
				})
			}}},
	{Name: "returned-max-age", Summary: "GetBucketCors returns MaxAgeSeconds 0 where none was put.", Class: result.Contract, Checks: roundTrip,
		change: returning(func(r *s3cors.Rule) {
			if r.MaxAgeSeconds == nil {
				r.MaxAgeSeconds = new(int32)
			}
		})},
	{Name: "delete-ignored", Summary: "DeleteBucketCors removes nothing.", Class: result.Exposure, change: change{keeps: true}},
	{Name: "delete-late", Summary: "After DeleteBucketCors, GetBucketCors returns none, but answers go on.", Class: result.Exposure, change: change{config: lingering}},
	{Name: "delete-twice-404", Summary: "DeleteBucketCors without a configuration gets 404.", Class: result.Contract, Checks: []string{"config.*"},
		change: change{called: func(r *Reply, c Call) {
			if c.Method == http.MethodDelete && !c.Had && !c.Missing {
				*r = Reply{Status: 404, Code: s3cors.CodeNoSuchCORSConfiguration, Message: "x"}
			}
		}}},
	{Name: "delete-200", Summary: "DeleteBucketCors gets 200.", Class: result.Contract, Checks: status,
		change: change{called: func(r *Reply, c Call) {
			if c.Method == http.MethodDelete && r.Status == 204 {
				r.Status = 200
			}
		}}},
	{Name: "get-none-200", Summary: "GetBucketCors without a configuration gets 200 and an empty configuration.", Class: result.Contract, Checks: []string{"config.*"},
		change: gettingNone(Reply{Status: 200, Config: &s3cors.Configuration{}})},
	{Name: "get-none-204", Summary: "GetBucketCors without a configuration gets 204.", Class: result.Contract, Checks: []string{"config.*"}, change: gettingNone(Reply{Status: 204})},
	{Name: "get-none-code", Summary: "GetBucketCors without a configuration gets 404 with another code.", Class: result.Contract, Checks: []string{"config.*"},
		Parameter: &Parameter{Doc: "the code", Examples: []Value{Word("NoSuchKey")}, summary: worded("GetBucketCors without a configuration gets %s."),
			make: func(v Value) change { return gettingNone(Reply{Status: 404, Code: v.word, Message: "x"}) }}},
	{Name: "get-of-missing-bucket", Summary: "GetBucketCors on a bucket that does not exist gets another answer.", Class: result.Contract, Checks: []string{"config.*"},
		Parameter: onMissing("GET", "GetBucketCors on a bucket that does not exist gets %s.", map[string]string{"status": "404", "code": "NoSuchCORSConfiguration"})},
	{Name: "put-on-missing-bucket", Summary: "PutBucketCors on a bucket that does not exist gets another answer.", Class: result.Contract, Checks: []string{"config.*"},
		Parameter: onMissing("PUT", "PutBucketCors on a bucket that does not exist gets %s.", map[string]string{"status": "200"})},
	{Name: "delete-on-missing-bucket", Summary: "DeleteBucketCors on a bucket that does not exist gets another answer.", Class: result.Contract, Checks: []string{"config.*"},
		Parameter: onMissing("DELETE", "DeleteBucketCors on a bucket that does not exist gets %s.", map[string]string{"status": "204"})},
	{Name: "digest-unchecked", Summary: "PutBucketCors accepts a Content-MD5 that is wrong, or none.", Class: result.Contract, Checks: status,
		Parameter: &Parameter{Doc: "the codes that S3 refuses it by", Examples: []Value{List(s3cors.CodeBadDigest), List(s3cors.CodeBadDigest, s3cors.CodeInvalidDigest)}, check: digestCodes,
			summary: worded("PutBucketCors accepts what S3 refuses with %s."),
			make: func(v Value) change {
				return change{digest: func(code string) string {
					if slices.Contains(v.list, code) {
						return ""
					}
					return code
				}}
			}}},
	{Name: "digest-code", Summary: "A Content-MD5 that is wrong, or none, has another error code.", Class: result.Contract, Checks: []string{"config.error-code"},
		Parameter: &Parameter{Doc: "S3's codes, and what stands in their place", Examples: []Value{Pairs(map[string]string{s3cors.CodeInvalidDigest: s3cors.CodeBadDigest})},
			make: func(v Value) change {
				return change{digest: func(code string) string { return cmp.Or(v.pairs[code], code) }}
			}}},
	{Name: "deleted-bucket-lingers", Summary: "A bucket's configuration outlives the bucket.", Class: result.Exposure,
		change: change{request: func(q *s3cors.Request) { q.BucketMissing = false }}},
}

var (
	status    = []string{"config.status"}
	roundTrip = []string{"config.round-trip"}
)

// worded makes a summary with the value in it.
func worded(format string) func(Value) string {
	return func(v Value) string {
		shown := v.String()
		if v.set == "a list" {
			shown = strings.Join(v.list, ", ")
		}
		if v.set == "a word" {
			shown = v.word
		}
		return fmt.Sprintf(format, shown)
	}
}

func positive(v Value) error {
	if v.number < 1 {
		return fmt.Errorf("%d is not above 0", v.number)
	}
	return nil
}

// lists are the lists of a rule, by their names.
func lists(r *s3cors.Rule) map[string]*[]string {
	return map[string]*[]string{"AllowedOrigins": &r.AllowedOrigins, "AllowedMethods": &r.AllowedMethods, "AllowedHeaders": &r.AllowedHeaders, "ExposeHeaders": &r.ExposeHeaders}
}

func fields(v Value) error {
	for _, name := range v.list {
		if lists(&s3cors.Rule{})[name] == nil {
			return fmt.Errorf("a rule has no list %q: AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders", name)
		}
	}
	return nil
}

// accepting accepts one method that S3 refuses.
func accepting(method string) change {
	return acceptingWhere(func(r s3cors.Rule) bool { return slices.Contains(r.AllowedMethods, method) })
}

func acceptingWhere(rule func(s3cors.Rule) bool) change {
	return acceptingAll(func(cfg *s3cors.Configuration) bool { return slices.ContainsFunc(cfg.CORSRules, rule) })
}

func acceptingAll(where func(*s3cors.Configuration) bool) change {
	return change{validate: func(cfg *s3cors.Configuration, _ int, refusal *s3cors.Refusal) *s3cors.Refusal {
		if cfg != nil && where(cfg) {
			return nil
		}
		return refusal
	}}
}

// acceptingFact accepts what S3 refuses for the sake of one fact.
func acceptingFact(fact int) change {
	return change{validate: func(_ *s3cors.Configuration, _ int, refusal *s3cors.Refusal) *s3cors.Refusal {
		if refusal != nil && slices.Contains(refusal.Facts, fact) {
			return nil
		}
		return refusal
	}}
}

// acceptingOnly accepts what S3 refuses for the sake of one fact, where every rule is so.
func acceptingOnly(fact int, rule func(s3cors.Rule) bool) change {
	return change{validate: func(cfg *s3cors.Configuration, _ int, refusal *s3cors.Refusal) *s3cors.Refusal {
		if refusal != nil && slices.Contains(refusal.Facts, fact) && !slices.ContainsFunc(cfg.CORSRules, func(r s3cors.Rule) bool { return !rule(r) }) {
			return nil
		}
		return refusal
	}}
}

func hasEmpty(r s3cors.Rule) bool {
	return len(r.AllowedOrigins) > 0 && r.AllowedOrigins[0] == "" || slices.Contains(r.AllowedHeaders, "") || slices.Contains(r.ExposeHeaders, "")
}

// refusing refuses what S3 accepts.
func refusing(where func(cfg *s3cors.Configuration, bytes int) bool, code string) change {
	return change{validate: func(cfg *s3cors.Configuration, bytes int, refusal *s3cors.Refusal) *s3cors.Refusal {
		if cfg == nil || refusal != nil || !where(cfg, bytes) {
			return refusal
		}
		if code == s3cors.CodeMalformedXML {
			return malformed()
		}
		return &s3cors.Refusal{Status: 400, Code: code, Message: "The configuration is refused."}
	}}
}

func refusingWhere(rule func(s3cors.Rule) bool) change {
	return refusing(func(cfg *s3cors.Configuration, _ int) bool { return slices.ContainsFunc(cfg.CORSRules, rule) }, s3cors.CodeMalformedXML)
}

func refusingOrigins(origin func(string) bool) change {
	return refusingWhere(func(r s3cors.Rule) bool { return slices.ContainsFunc(r.AllowedOrigins, origin) })
}

// returning changes each rule that GetBucketCors returns.
func returning(by func(*s3cors.Rule)) change { return change{returned: by} }

// onMissing is the parameter of deviations that answer a call otherwise where there is no bucket.
func onMissing(method, summary string, example map[string]string) *Parameter {
	return &Parameter{
		Doc: "the status and, where there is an error document, its code", Examples: []Value{Pairs(example)}, check: isAnswer,
		summary: func(v Value) string {
			return fmt.Sprintf(summary, strings.TrimSpace(v.pairs["status"]+" "+v.pairs["code"]))
		},
		make: func(v Value) change {
			return change{called: func(r *Reply, c Call) {
				if status, err := strconv.Atoi(v.pairs["status"]); err == nil && c.Missing && c.Method == method {
					*r = Reply{Status: status, Code: v.pairs["code"]}
				}
			}}
		},
	}
}

func digestCodes(v Value) error {
	for _, code := range v.list {
		if code != s3cors.CodeBadDigest && code != s3cors.CodeInvalidDigest {
			return fmt.Errorf("%q is neither %s nor %s", code, s3cors.CodeBadDigest, s3cors.CodeInvalidDigest)
		}
	}
	return nil
}

// gettingNone changes the answer to GetBucketCors where there is no configuration.
func gettingNone(reply Reply) change {
	return change{called: func(r *Reply, c Call) {
		if c.Method == http.MethodGet && !c.Had && !c.Missing {
			*r = reply
		}
	}}
}

func lower(names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, strings.ToLower(n))
	}
	return all
}

// history answers by everything that a bucket held since it last held nothing, the newest first.
func history(s State) *s3cors.Configuration {
	if s.Own == nil {
		return nil
	}
	all := slices.Clone(s.Own.CORSRules)
	for _, past := range s.Past {
		if past == nil {
			break
		}
		for _, r := range past.CORSRules {
			if !slices.ContainsFunc(all, func(o s3cors.Rule) bool { return sameRule(o, r) }) {
				all = append(all, r)
			}
		}
	}
	return &s3cors.Configuration{CORSRules: all}
}

func sameRule(a, b s3cors.Rule) bool {
	return s3cors.Equal(&s3cors.Configuration{CORSRules: []s3cors.Rule{a}}, &s3cors.Configuration{CORSRules: []s3cors.Rule{b}})
}

// lingering goes on answering by a configuration that was deleted.
func lingering(s State) *s3cors.Configuration {
	for _, cfg := range append([]*s3cors.Configuration{s.Own}, s.Past...) {
		if cfg != nil {
			return cfg
		}
	}
	return nil
}

// once are the values of a list, each at its first place.
func once(list []string) []string {
	var all []string
	for _, v := range list {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}
