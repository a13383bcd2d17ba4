package reference

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// configurationDefects lose, keep, alter or misjudge configurations.
var configurationDefects = []Defect{
	{Name: "accepts-lower-case-method", Summary: "PutBucketCors accepts AllowedMethod get.", Class: result.Contract, Checks: []string{"config.status"}, Behaviour: accepting("get")},
	{Name: "accepts-patch", Summary: "PutBucketCors accepts AllowedMethod PATCH.", Class: result.Contract, Checks: []string{"config.status"}, Behaviour: accepting("PATCH")},
	{Name: "accepts-options", Summary: "PutBucketCors accepts AllowedMethod OPTIONS.", Class: result.Contract, Checks: []string{"config.status"}, Behaviour: accepting("OPTIONS")},
	{Name: "accepts-star-method", Summary: "PutBucketCors accepts AllowedMethod *.", Class: result.Contract, Checks: []string{"config.status"}, Behaviour: accepting("*")},
	{Name: "accepts-two-stars", Summary: "PutBucketCors accepts two wildcards in an origin.", Class: result.Contract, Checks: []string{"config.status"}, Behaviour: lenient("AllowedOrigin \"")},
	{Name: "accepts-two-stars-in-header", Summary: "PutBucketCors accepts two wildcards in an allowed header.", Class: result.Contract, Checks: []string{"config.status"},
		Behaviour: acceptingWhere(func(r s3cors.Rule) bool {
			return slices.ContainsFunc(r.AllowedHeaders, func(h string) bool { return strings.Count(h, "*") > 1 })
		})},
	{Name: "accepts-star-in-expose", Summary: "PutBucketCors accepts a wildcard in ExposeHeader.", Class: result.Contract, Checks: []string{"config.status"}, Behaviour: lenient("ExposeHeader")},
	{Name: "accepts-no-rules", Summary: "PutBucketCors accepts a configuration without rules.", Class: result.Contract, Checks: []string{"config.status"},
		Behaviour: Behaviour{Validate: func(cfg *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal {
			if cfg != nil && len(cfg.CORSRules) == 0 {
				return nil
			}
			return refusal
		}}},
	{Name: "accepts-no-methods", Summary: "PutBucketCors accepts a rule without methods.", Class: result.Contract, Checks: []string{"config.status"},
		Behaviour: acceptingWhere(func(r s3cors.Rule) bool { return len(r.AllowedMethods) == 0 && len(r.AllowedOrigins) > 0 })},
	{Name: "accepts-101-rules", Summary: "PutBucketCors accepts more than 100 rules.", Class: result.Contract, Checks: []string{"config.status"},
		Behaviour: Behaviour{Validate: func(cfg *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal {
			if cfg != nil && len(cfg.CORSRules) > 100 {
				return nil
			}
			return refusal
		}}},
	{Name: "accepts-anything", Summary: "PutBucketCors accepts every document that can be parsed.", Class: result.Contract, Checks: []string{"config.status"},
		Behaviour: Behaviour{Validate: func(cfg *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal {
			if cfg != nil {
				return nil
			}
			return refusal
		}}},
	{Name: "refuses-bare-host", Summary: "PutBucketCors refuses an origin without a scheme.", Class: result.Breakage, Checks: []string{"config.status"},
		Behaviour: refusingOrigins(func(o string) bool { return o != "" && o != "*" && !strings.Contains(o, "://") })},
	{Name: "refuses-wildcard-within", Summary: "PutBucketCors refuses a wildcard that does not stand behind the scheme.", Class: result.Breakage, Checks: []string{"config.status"},
		Behaviour: refusingOrigins(func(o string) bool {
			return o != "*" && strings.Contains(o, "*") && !strings.Contains(o, "://*")
		})},
	{Name: "refuses-path-in-origin", Summary: "PutBucketCors refuses an origin with a path.", Class: result.Breakage, Checks: []string{"config.status"},
		Behaviour: refusingOrigins(func(o string) bool { _, rest, _ := strings.Cut(o, "://"); return strings.Contains(rest, "/") })},
	{Name: "refuses-second-origin", Summary: "PutBucketCors refuses a rule with more than one origin.", Class: result.Breakage, Checks: []string{"config.status"},
		Behaviour: refusingWhere(func(r s3cors.Rule) bool { return len(r.AllowedOrigins) > 1 })},
	{Name: "refuses-id", Summary: "PutBucketCors refuses a rule with an ID.", Class: result.Breakage, Checks: []string{"config.*"},
		Behaviour: refusingWhere(func(r s3cors.Rule) bool { return r.ID != "" })},
	{Name: "refuses-without-max-age", Summary: "PutBucketCors refuses a rule without MaxAgeSeconds.", Class: result.Breakage, Checks: []string{"config.status"},
		Behaviour: refusingWhere(func(r s3cors.Rule) bool { return r.MaxAgeSeconds == nil })},
	{Name: "refuses-fifty-rules", Summary: "PutBucketCors refuses more than 20 rules.", Class: result.Breakage, Checks: []string{"config.status"},
		Behaviour: Behaviour{Validate: func(cfg *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal {
			if cfg != nil && len(cfg.CORSRules) > 20 && refusal == nil {
				return &s3cors.Refusal{Status: 400, Code: s3cors.CodeInvalidRequest, Message: "too many rules"}
			}
			return refusal
		}}},
	{Name: "refusal-malformed", Summary: "Every refused configuration is MalformedXML.", Class: result.Contract, Checks: []string{"config.error-code"},
		Behaviour: Behaviour{Validate: func(_ *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal {
			if refusal != nil {
				return &s3cors.Refusal{Status: 400, Code: s3cors.CodeMalformedXML, Message: s3cors.MessageMalformedXML}
			}
			return nil
		}}},
	{Name: "refused-put-wipes", Summary: "A refused PutBucketCors removes the configuration that was there.", Class: result.Breakage,
		Behaviour: Behaviour{Refused: func(configs map[string]*s3cors.Configuration, bucket string) { delete(configs, bucket) }}},

	{Name: "put-merges", Summary: "PutBucketCors adds its rules to those that are there.", Class: result.Exposure,
		Behaviour: Behaviour{Store: func(before, put *s3cors.Configuration) *s3cors.Configuration {
			if before == nil {
				return put
			}
			return &s3cors.Configuration{CORSRules: slices.Concat(put.CORSRules, before.CORSRules)}
		}}},
	{Name: "put-merges-silently", Summary: "Answers come from all configurations that were put; GetBucketCors returns the last.", Class: result.Exposure, Behaviour: history()},
	{Name: "put-once", Summary: "A second PutBucketCors changes nothing.", Class: result.Exposure,
		Behaviour: Behaviour{Store: func(before, put *s3cors.Configuration) *s3cors.Configuration {
			if before != nil {
				return before
			}
			return put
		}}},
	{Name: "last-rule-lost", Summary: "The last of several rules is lost.", Class: result.Breakage,
		Behaviour: Behaviour{Store: func(_, put *s3cors.Configuration) *s3cors.Configuration {
			if n := len(put.CORSRules); n > 1 {
				return &s3cors.Configuration{CORSRules: put.CORSRules[:n-1]}
			}
			return put
		}}},
	{Name: "returned-ids-added", Summary: "GetBucketCors returns rules with IDs that nobody gave.", Class: result.Contract, Checks: []string{"config.round-trip"},
		Behaviour: returning(func(r *s3cors.Rule) {
			if r.ID == "" {
				r.ID = "rule-1"
			}
		})},
	{Name: "returned-ids-lost", Summary: "GetBucketCors returns rules without their IDs.", Class: result.Contract, Checks: []string{"config.round-trip"}, Behaviour: returning(func(r *s3cors.Rule) { r.ID = "" })},
	{Name: "returned-lower-case", Summary: "GetBucketCors returns header names in lower case.", Class: result.Contract, Checks: []string{"config.round-trip"},
		Behaviour: returning(func(r *s3cors.Rule) {
			r.AllowedHeaders, r.ExposeHeaders = lower(r.AllowedHeaders), lower(r.ExposeHeaders)
		})},
	{Name: "returned-sorted", Summary: "GetBucketCors returns methods in sorted order.", Class: result.Contract, Checks: []string{"config.round-trip"},
		Behaviour: returning(func(r *s3cors.Rule) { slices.Sort(r.AllowedMethods) })},
	{Name: "returned-max-age", Summary: "GetBucketCors returns MaxAgeSeconds 0 where none was put.", Class: result.Contract, Checks: []string{"config.round-trip"},
		Behaviour: returning(func(r *s3cors.Rule) {
			if r.MaxAgeSeconds == nil {
				r.MaxAgeSeconds = new(int32)
			}
		})},
	{Name: "delete-ignored", Summary: "DeleteBucketCors removes nothing.", Class: result.Exposure,
		Behaviour: Behaviour{Delete: func(*s3cors.Configuration) bool { return false }}},
	{Name: "delete-late", Summary: "After DeleteBucketCors, GetBucketCors returns none, but answers go on.", Class: result.Exposure, Behaviour: lingering()},
	{Name: "delete-twice-404", Summary: "DeleteBucketCors without a configuration gets 404.", Class: result.Contract, Checks: []string{"config.*"},
		Behaviour: Behaviour{Called: func(a *http.Response, had bool) {
			if a.Request.Method == http.MethodDelete && !had {
				replace(a, 404, []byte("<Error><Code>NoSuchCORSConfiguration</Code><Message>x</Message></Error>"))
			}
		}}},
	{Name: "delete-200", Summary: "DeleteBucketCors gets 200.", Class: result.Contract, Checks: []string{"config.status"},
		Behaviour: Behaviour{Called: func(a *http.Response, _ bool) {
			if a.Request.Method == http.MethodDelete {
				replace(a, 200, nil)
			}
		}}},
	{Name: "get-none-200", Summary: "GetBucketCors without a configuration gets 200 and an empty configuration.", Class: result.Contract, Checks: []string{"config.*"},
		Behaviour: Behaviour{Called: func(a *http.Response, had bool) {
			if a.Request.Method == http.MethodGet && !had {
				replace(a, 200, []byte("<CORSConfiguration/>"))
			}
		}}},
	{Name: "get-none-204", Summary: "GetBucketCors without a configuration gets 204.", Class: result.Contract, Checks: []string{"config.*"},
		Behaviour: Behaviour{Called: func(a *http.Response, had bool) {
			if a.Request.Method == http.MethodGet && !had {
				replace(a, 204, nil)
			}
		}}},
	{Name: "get-none-other-code", Summary: "GetBucketCors without a configuration gets NoSuchKey.", Class: result.Contract, Checks: []string{"config.*"},
		Behaviour: Behaviour{Called: func(a *http.Response, had bool) {
			if a.Request.Method == http.MethodGet && !had {
				replace(a, 404, []byte("<Error><Code>NoSuchKey</Code><Message>x</Message></Error>"))
			}
		}}},
	{Name: "deleted-bucket-lingers", Summary: "A bucket's configuration outlives the bucket.", Class: result.Exposure,
		Behaviour: Behaviour{Request: func(q *s3cors.Request, _ *http.Request) { q.BucketMissing = false }}},
	{Name: "shared-between-buckets", Summary: "All buckets answer by the configuration that was put last.", Class: result.Exposure,
		Behaviour: Behaviour{Config: func(v View) *s3cors.Configuration { return v.Last }}},
	{Name: "default-for-bare-buckets", Summary: "A bucket without a configuration answers by another bucket's.", Class: result.Exposure,
		Behaviour: Behaviour{Config: func(v View) *s3cors.Configuration {
			if v.Own == nil {
				return v.Last
			}
			return v.Own
		}}},
}

// accepting accepts one method that S3 refuses.
func accepting(method string) Behaviour {
	return acceptingWhere(func(r s3cors.Rule) bool { return slices.Contains(r.AllowedMethods, method) })
}

func acceptingWhere(rule func(s3cors.Rule) bool) Behaviour {
	return Behaviour{Validate: func(cfg *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal {
		if cfg != nil && slices.ContainsFunc(cfg.CORSRules, rule) {
			return nil
		}
		return refusal
	}}
}

// lenient accepts what S3 refuses with a message that begins so.
func lenient(message string) Behaviour {
	return Behaviour{Validate: func(_ *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal {
		if refusal != nil && strings.HasPrefix(refusal.Message, message) {
			return nil
		}
		return refusal
	}}
}

func refusingWhere(rule func(s3cors.Rule) bool) Behaviour {
	return Behaviour{Validate: func(cfg *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal {
		if cfg != nil && refusal == nil && slices.ContainsFunc(cfg.CORSRules, rule) {
			return &s3cors.Refusal{Status: 400, Code: s3cors.CodeMalformedXML, Message: s3cors.MessageMalformedXML}
		}
		return refusal
	}}
}

func refusingOrigins(origin func(string) bool) Behaviour {
	return refusingWhere(func(r s3cors.Rule) bool { return slices.ContainsFunc(r.AllowedOrigins, origin) })
}

// returning changes each rule that GetBucketCors returns.
func returning(change func(*s3cors.Rule)) Behaviour {
	return Behaviour{Returned: func(v View) *s3cors.Configuration {
		if v.Own == nil {
			return nil
		}
		changed := &s3cors.Configuration{}
		for _, r := range v.Own.CORSRules {
			r.AllowedMethods = slices.Clone(r.AllowedMethods)
			change(&r)
			changed.CORSRules = append(changed.CORSRules, r)
		}
		return changed
	}}
}

func lower(names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, strings.ToLower(n))
	}
	return all
}

// history answers by everything that a bucket ever held, the newest first.
func history() Behaviour {
	var held atomicMap
	return Behaviour{Config: func(v View) *s3cors.Configuration {
		return held.update(v.Bucket, func(before *s3cors.Configuration) *s3cors.Configuration {
			if v.Own == nil {
				return nil
			}
			all := slices.Clone(v.Own.CORSRules)
			if before != nil {
				for _, r := range before.CORSRules {
					if !slices.ContainsFunc(all, func(o s3cors.Rule) bool {
						return s3cors.Equal(&s3cors.Configuration{CORSRules: []s3cors.Rule{o}}, &s3cors.Configuration{CORSRules: []s3cors.Rule{r}})
					}) {
						all = append(all, r)
					}
				}
			}
			return &s3cors.Configuration{CORSRules: all}
		})
	}}
}

// lingering goes on answering by a configuration that was deleted.
func lingering() Behaviour {
	var held atomicMap
	return Behaviour{Config: func(v View) *s3cors.Configuration {
		return held.update(v.Bucket, func(before *s3cors.Configuration) *s3cors.Configuration {
			if v.Own != nil {
				return v.Own
			}
			return before
		})
	}}
}

// atomicMap is a configuration for each bucket. Config is called under the server's lock, so that it needs none of its own.
type atomicMap struct {
	byBucket map[string]*s3cors.Configuration
}

func (m *atomicMap) update(bucket string, change func(*s3cors.Configuration) *s3cors.Configuration) *s3cors.Configuration {
	if m.byBucket == nil {
		m.byBucket = map[string]*s3cors.Configuration{}
	}
	m.byBucket[bucket] = change(m.byBucket[bucket])
	return m.byBucket[bucket]
}

// flakyDefects are right only most of the time. No verdict but flaky is fit for them.
var flakyDefects = []Defect{
	{Name: "flaky-preflight", Summary: "Every fifth preflight is refused.", Behaviour: everyFifth(func(a *s3cors.Answer, q Asked) {
		if q.preflight() {
			refuse(a, 403, "AccessForbidden")
		}
	})},
	{Name: "flaky-vary", Summary: "Every fifth answer lacks Vary.", Behaviour: everyFifth(func(a *s3cors.Answer, _ Asked) { delete(a.Headers, vary) })},
	{Name: "flaky-headers", Summary: "Every fifth actual answer lacks all CORS headers.", Behaviour: everyFifth(func(a *s3cors.Answer, q Asked) {
		if !q.preflight() {
			clear(a.Headers)
		}
	})},
}

// everyFifth spoils every fifth answer that a rule made.
func everyFifth(spoil func(*s3cors.Answer, Asked)) Behaviour {
	var n atomic.Int64
	return answering(func(a *s3cors.Answer, q Asked) {
		if a.Headers[allowOrigin] != "" && n.Add(1)%5 == 0 {
			spoil(a, q)
		}
	})
}
