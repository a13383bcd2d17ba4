package dialect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// preflightDeviations treat preflights in another way than S3.
var preflightDeviations = []Deviation{
	{Name: "preflight-signature-needed", Summary: "An anonymous preflight is refused.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Anonymous() {
				refuse(a, 403, "AccessDenied")
			}
		})},
	{Name: "preflight-presigned-checked", Summary: "The preflight of a presigned URL fails the check of its signature, which is another method's.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Presigned() {
				refuse(a, 403, "SignatureDoesNotMatch")
			}
		})},
	{Name: "preflight-unusable-url-refused", Summary: "The preflight of a presigned URL that cannot be used any more, or by nobody, is refused with 403.", Class: result.Breakage, Checks: []string{"preflight.*"},
		Parameter: &Parameter{Doc: "what is wrong with the URL, expired or unknown-key, and the code", Examples: []Value{Pairs(map[string]string{"expired": "AccessDenied"})},
			summary: worded("The preflight of a presigned URL that cannot be used is refused with 403: %s."), check: faults,
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if code := v.pairs[q.Fault]; q.Preflight() && code != "" {
						refuse(a, 403, code)
					}
				})
			}}},
	{Name: "preflight-unusable-url-refused-where-granted", Summary: "The preflight of a presigned URL that cannot be used is refused with 403 where a rule permits it, and keeps its headers.", Class: result.Breakage, Checks: []string{"preflight.*"},
		Parameter: &Parameter{Doc: "what is wrong with the URL, expired or unknown-key, and the code", Examples: []Value{Pairs(map[string]string{"expired": "AccessDenied"})},
			summary: worded("The preflight of a presigned URL that cannot be used is refused with 403 where a rule permits it, and keeps its headers: %s."), check: faults,
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if code := v.pairs[q.Fault]; q.Preflight() && code != "" && a.Headers[header.AllowOrigin] != "" {
						a.Status, a.Error = []int{403}, &s3cors.Error{Code: code, Message: code}
					}
				})
			}}},
	{Name: "preflight-authorization-checked", Summary: "A preflight with an Authorization header fails the check of its signature.", Class: result.Contract, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Signed() {
				refuse(a, 403, "SignatureDoesNotMatch")
			}
		})},
	{Name: "preflight-key-needed", Summary: "The preflight of an object that does not exist gets 404.", Class: result.Breakage, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Headers[header.AllowOrigin] != "" && q.KeyMissing {
				refuse(a, 404, "NoSuchKey")
			}
		})},
	{Name: "preflight-bucket-url-unrouted", Summary: "The preflight of a bucket's URL gets 405.", Class: result.Breakage, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Target == s3cors.Bucket {
				refuse(a, 405, "MethodNotAllowed")
			}
		})},
	{Name: "preflight-query-unrouted", Summary: "The preflight of a URL with a query that names a sub-resource gets 400.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.has("list-type") {
				refuse(a, 400, "InvalidArgument")
			}
		})},
	{Name: "preflight-part-unrouted", Summary: "The preflight for a part of an upload gets 400.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.has("partNumber") {
				refuse(a, 400, "InvalidArgument")
			}
		})},
	{Name: "preflight-folder-unrouted", Summary: "The preflight of an object in a folder gets 405.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && strings.Contains(q.Key, "/") {
				refuse(a, 405, "MethodNotAllowed")
			}
		})},
	{Name: "preflight-bare-bucket-url-allowed", Summary: "A preflight of a bucket's URL without a slash is permitted to everybody.", Class: result.Exposure,
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Origin != nil && strings.Count(q.Path, "/") == 1 && q.Target == s3cors.Bucket && q.Path != "/" {
				grant(a, q, text(q.Origin))
			}
		})},
	{Name: "preflight-bucket-slash-refused", Summary: "A preflight of a bucket's URL with a slash is refused.", Class: result.Breakage,
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Target == s3cors.Bucket && strings.HasSuffix(q.Path, "/") && len(q.Path) > 1 {
				refuse(a, 403, s3cors.CodeAccessForbidden)
			}
		})},
	{Name: "preflight-of-the-root-allowed", Summary: "A preflight of the endpoint's root is permitted to everybody.", Class: result.Exposure, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Target == s3cors.Service && q.Origin != nil {
				grant(a, q, "*")
			}
		})},
	{Name: "preflight-204", Summary: "A preflight that is permitted gets 204.", Class: result.Contract, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Headers[header.AllowOrigin] != "" {
				a.Status = []int{204}
			}
		})},
	{Name: "preflight-refusal-200", Summary: "A preflight that no rule permits gets 200 without CORS headers.", Class: result.Contract, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Error != nil && a.Status[0] == 403 {
				a.Status, a.Error = []int{200}, nil
			}
		})},
	{Name: "preflight-refusal-with-headers", Summary: "A preflight that no rule permits gets 403 with CORS headers.", Class: result.Contract,
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Error != nil && q.Origin != nil && q.Config != nil && a.Status[0] == 403 {
				a.Headers[header.AllowOrigin], a.Headers[header.AllowMethods] = text(q.Origin), text(q.RequestMethod)
			}
		})},
	{Name: "preflight-granted-by-origin", Summary: "A preflight whose origin a rule lists gets 200 with Allow-Origin alone where method or headers do not match.", Class: result.Contract,
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Error != nil && a.Error.Code == s3cors.CodeAccessForbidden && q.Config != nil && originListed(q.Config, q.Request) {
				a.Status, a.Error, a.NoDocument = []int{200}, nil, false
				a.Headers[header.AllowOrigin] = text(q.Origin)
			}
		})},
	{Name: "error-code", Summary: "Refused preflights have other error codes.", Class: result.Contract, Checks: []string{"preflight.error-code"},
		Parameter: &Parameter{Doc: "S3's codes, and what stands in their place", Examples: []Value{Pairs(map[string]string{"AccessForbidden": "AccessDenied"})},
			summary: worded("Refused preflights have other error codes: %s."),
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if q.Preflight() && a.Error != nil && v.pairs[a.Error.Code] != "" {
						e := *a.Error
						e.Code = v.pairs[e.Code]
						a.Error = &e
					}
				})
			}}},
	{Name: "error-method", Summary: "A refused preflight names another method in its error document.", Class: result.Contract, Checks: []string{"preflight.error-method"},
		Parameter: &Parameter{Doc: "what is named, or none", Examples: []Value{Word("OPTIONS"), Word(Nothing)}, summary: worded("A refused preflight names %s as its method in the error document."),
			make: func(v Value) change {
				return documents(func(e *s3cors.Error) {
					if e.Method != "" {
						e.Method = v.word
					}
				})
			}}},
	{Name: "error-resource-type", Summary: "A refused preflight names one resource type, whatever its URL.", Class: result.Contract, Checks: []string{"preflight.error-resource-type"},
		Parameter: &Parameter{Doc: "what is named, or none", Examples: []Value{Word("OBJECT"), Word("BUCKET"), Word(Nothing)}, summary: worded("A refused preflight names %s as its resource type, whatever its URL."),
			make: func(v Value) change {
				return documents(func(e *s3cors.Error) {
					if e.ResourceType != "" {
						e.ResourceType = v.word
					}
				})
			}}},
	{Name: "preflight-empty-refusal", Summary: "A refused preflight has no error document.", Class: result.Contract, Checks: []string{"preflight.error-code"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && len(a.Status) > 0 && a.Status[0] >= 300 {
				a.Error, a.NoDocument = nil, true
			}
		})},
	{Name: "preflight-without-origin", Summary: "OPTIONS without Origin gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("OPTIONS without Origin gets %s.", 7, map[string]string{"status": "200"})},
	{Name: "preflight-without-method", Summary: "A preflight without Access-Control-Request-Method gets another answer, whatever the bucket.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: &Parameter{Doc: "the status and, where there is an error document, its code", Examples: []Value{Pairs(map[string]string{"status": "404", "code": "NoSuchMethod"})}, check: isAnswer,
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if q.Preflight() && text(q.RequestMethod) == "" && text(q.Origin) != "" {
						clear(a.Headers)
						replied(a, v)
					}
				})
			}}},
	{Name: "preflight-bad-method", Summary: "A preflight for a method that does not exist gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("A preflight for a method that does not exist gets %s.", 10, map[string]string{"status": "403", "code": "AccessForbidden"})},
	{Name: "preflight-bad-header-name-200", Summary: "Names that are no header names are granted under *.", Class: result.Contract, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Status[0] == 400 && q.Origin != nil && requested(q.Request) != nil {
				grant(a, q, text(q.Origin))
			}
		})},
	{Name: "preflight-missing-bucket", Summary: "A preflight of a bucket that does not exist gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("A preflight of a bucket that does not exist gets %s.", 6, map[string]string{"status": "404", "code": "NoSuchBucket"})},
	{Name: "preflight-not-enabled", Summary: "A preflight of a bucket without a configuration gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("A preflight of a bucket without a configuration gets %s.", 5, map[string]string{"status": "404", "code": "NoSuchCORSConfiguration"})},
	{Name: "preflight-not-allowed", Summary: "A preflight that no rule permits gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("A preflight that no rule permits gets %s.", 2, map[string]string{"status": "400", "code": "InvalidRequest"})},
	{Name: "preflight-root", Summary: "A preflight of the endpoint's root gets another answer.", Class: result.Contract, Checks: []string{"preflight.status"},
		Parameter: otherwise("A preflight of the endpoint's root gets %s.", 13, map[string]string{"status": "200"})},
	{Name: "preflight-missing-bucket-first", Summary: "Whether the bucket exists is looked at before all else of a preflight.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: &Parameter{Doc: "the status and, where there is an error document, its code", Examples: []Value{Pairs(map[string]string{"status": "404", "code": "NoSuchBucket"})}, check: isAnswer,
			summary: func(v Value) string {
				return fmt.Sprintf("Every preflight of a bucket that does not exist gets %s, whatever else is wrong with it.", strings.TrimSpace(v.pairs["status"]+" "+v.pairs["code"]))
			},
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if q.Preflight() && q.BucketMissing {
						clear(a.Headers)
						replied(a, v)
					}
				})
			}}},
	{Name: "preflight-missing-bucket-after-method", Summary: "Whether the bucket exists is looked at before Origin and requested names, but after the requested method.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: &Parameter{Doc: "the status and, where there is an error document, its code", Examples: []Value{Pairs(map[string]string{"status": "404", "code": "NoSuchBucket"})}, check: isAnswer,
			summary: func(v Value) string {
				return fmt.Sprintf("A preflight of a bucket that does not exist gets %s, whatever is wrong with it but its method.", strings.TrimSpace(v.pairs["status"]+" "+v.pairs["code"]))
			},
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if q.Preflight() && q.BucketMissing && q.RequestMethod != nil && slices.Contains(s3cors.Methods, *q.RequestMethod) {
						clear(a.Headers)
						replied(a, v)
					}
				})
			}}},
	{Name: "preflight-missing-bucket-allowed", Summary: "A preflight of a bucket that does not exist is permitted with *.", Class: result.Exposure, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.BucketMissing && q.Origin != nil {
				grant(a, q, "*")
			}
		})},
	{Name: "no-configuration-allowed", Summary: "A bucket without a configuration permits everything with *.", Class: result.Exposure,
		change: answering(func(a *Answer, q Asked) {
			if q.Config == nil && !q.BucketMissing && q.Origin != nil {
				if q.Preflight() {
					grant(a, q, "*")
				} else {
					a.Headers[header.AllowOrigin] = "*"
				}
			}
		})},
}

// otherwise is the parameter of deviations that give another answer to preflights that S3 refuses for the sake of one fact.
func otherwise(summary string, fact int, example map[string]string) *Parameter {
	return &Parameter{
		Doc: "the status and, where there is an error document, its code", Examples: []Value{Pairs(example)}, check: isAnswer,
		summary: func(v Value) string {
			return fmt.Sprintf(summary, strings.TrimSpace(v.pairs["status"]+" "+v.pairs["code"]))
		},
		make: func(v Value) change {
			return answering(func(a *Answer, q Asked) {
				if because := a.Facts["status"]; q.Preflight() && a.Status[0] >= 300 && len(because) > 0 && because[0] == fact {
					replied(a, v)
				}
			})
		},
	}
}

// replied makes of a refusal another one, or a 200 without anything.
func replied(a *Answer, v Value) {
	code, _ := strconv.Atoi(v.pairs["status"])
	e := s3cors.Error{Code: v.pairs["code"]} // another document: what else it names is not said
	a.Status, a.Error, a.NoDocument = []int{code}, &e, false
	if e.Code == "" {
		a.Error, a.NoDocument = nil, true
	}
}

func isAnswer(v Value) error {
	if n, err := strconv.Atoi(v.pairs["status"]); err != nil || n < 200 || n > 599 {
		return fmt.Errorf("status %q is none from 200 to 599", v.pairs["status"])
	}
	for name := range v.pairs {
		if name != "status" && name != "code" {
			return fmt.Errorf("%q is neither status nor code", name)
		}
	}
	return nil
}

// documents changes the error document of refused preflights.
func documents(by func(*s3cors.Error)) change {
	return answering(func(a *Answer, q Asked) {
		if q.Preflight() && a.Error != nil {
			e := *a.Error
			by(&e)
			a.Error = &e
		}
	})
}

// Nothing is the value of a member that an error document leaves out.
const Nothing = "none"

// faults checks what may be wrong with a presigned URL.
func faults(v Value) error {
	for name := range v.pairs {
		if name != FaultExpired && name != FaultUnknownKey {
			return fmt.Errorf("there is no %q: it may be %s or %s", name, FaultExpired, FaultUnknownKey)
		}
	}
	return nil
}
