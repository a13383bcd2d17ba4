package reference

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"corsprobe/runner/dialect"
	"corsprobe/runner/header"
	"corsprobe/runner/s3cors"
)

// originShapeDefects concern origins of unusual shape.
func originShapeDefects() []Defect { //nolint:gocyclo // a list of small functions
	return []Defect{
		{Name: "five-digit-port", Summary: "Of a port of five digits only four count.", Behaviour: origins(func(p, o string) bool {
			return s3cors.MatchOrigin(p, o) || len(portOf(p)) == 5 && len(portOf(o)) == 5 && s3cors.MatchOrigin(p[:len(p)-1]+"*", o)
		})},
		{Name: "address-of-version-6", Summary: "An origin of an IPv6 address without a port is never matched.", Behaviour: origins(func(p, o string) bool {
			return s3cors.MatchOrigin(p, o) && !strings.HasSuffix(o, "]")
		})},
		{Name: "private-addresses", Summary: "Where a rule lists one private address, all of its network are allowed.", Behaviour: origins(func(p, o string) bool {
			a, errA := netip.ParseAddr(hostOf(p))
			b, errB := netip.ParseAddr(hostOf(o))
			return s3cors.MatchOrigin(p, o) || errA == nil && errB == nil && a.Is4() && b.Is4() && a.IsPrivate() && b.IsPrivate() && a.As4()[0] == b.As4()[0]
		})},
		{Name: "loopback-port", Summary: "Where a rule lists localhost, any of its ports is allowed.", Behaviour: origins(func(p, o string) bool {
			return s3cors.MatchOrigin(p, o) || hostOf(p) == "localhost" && hostOf(o) == "localhost" && portOf(p) != "" && portOf(o) != "" && schemeOf(p) == schemeOf(o)
		})},
		{Name: "punycode-under-pattern", Summary: "A name in punycode is not covered by a pattern.", Behaviour: origins(func(p, o string) bool {
			return s3cors.MatchOrigin(p, o) && (!strings.Contains(p, "*") || !strings.Contains(o, "xn--"))
		})},
		{Name: "long-host", Summary: "Of a host of over 128 characters only the first 128 count.", Behaviour: origins(func(p, o string) bool {
			return s3cors.MatchOrigin(p, o) || len(p) > 136 && len(o) > 136 && !strings.Contains(p, "*") && p[:136] == o[:136]
		})},
		{Name: "hyphen-ends-label", Summary: "A hyphen ends the name that is compared, where a rule lists a host with a hyphen.", Behaviour: origins(func(p, o string) bool {
			name, _, dashed := strings.Cut(hostOf(p), "-")
			return s3cors.MatchOrigin(p, o) || dashed && !strings.Contains(p, "*") && strings.HasPrefix(hostOf(o), name+"-")
		})},
		{Name: "custom-scheme", Summary: "An origin of another scheme than http and https is covered by * alone.", Behaviour: origins(func(p, o string) bool {
			return s3cors.MatchOrigin(p, o) && (p == "*" || !strings.Contains(o, "://") || strings.HasPrefix(o, "http"))
		})},
		{Name: "one-origin-a-host", Summary: "Of several origins of one rule that share a host only the last counts.", Behaviour: rewriting(func(r s3cors.Rule, _ s3cors.Request) (s3cors.Rule, bool) {
			var kept []string
			for i, p := range r.AllowedOrigins {
				again := func(other string) bool { return hostOf(other) == hostOf(p) && strings.Contains(p, "://") }
				if !slices.ContainsFunc(r.AllowedOrigins[i+1:], again) {
					kept = append(kept, p)
				}
			}
			r.AllowedOrigins = kept
			return r, true
		})},
	}
}

func portOf(origin string) string {
	_, port, err := net.SplitHostPort(noScheme(origin))
	if err != nil {
		return ""
	}
	return port
}

// lifeDefects concern other calls in a bucket's life.
func lifeDefects() []Defect {
	return []Defect{
		{Name: "versioning-drops", Summary: "Where versioning is set after the configuration, that is gone.", Behaviour: forgetting(after("PUT", "versioning"))},
		{Name: "acl-drops", Summary: "Where an ACL is put after the configuration, that is gone.", Behaviour: forgetting(after("PUT", "acl"))},
		{Name: "policy-drops", Summary: "Where a policy is put after the configuration, that is gone.", Behaviour: forgetting(after("PUT", "policy"))},
		{Name: "tagging-drops", Summary: "Where the bucket is tagged after the configuration, that is gone.", Behaviour: forgetting(after("PUT", "tagging"))},
		{Name: "name-begins-alike", Summary: "A bucket without a configuration is answered by one whose name is the beginning of its own.", Behaviour: beginningAlike()},
		{Name: "outlives-its-bucket", Summary: "A bucket that is deleted and made again has its old configuration.", Behaviour: outliving()},
	}
}

// after holds for a call on a bucket.
func after(method, parameter string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		_, target := where(r)
		return r.Method == method && r.URL.Query().Has(parameter) && target == s3cors.Bucket
	}
}

// forgetting ignores the configuration of a bucket after a call on it, until the next PutBucketCors.
func forgetting(call func(*http.Request) bool) Behaviour {
	var forgotten sync.Map
	return Behaviour{
		Handler: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				bucket, _ := where(r)
				if call(r) {
					forgotten.Store(bucket, true)
				} else if r.Method == http.MethodPut && r.URL.Query().Has("cors") {
					forgotten.Delete(bucket)
				}
				next.ServeHTTP(w, r)
			})
		},
		Config: func(v View) *s3cors.Configuration {
			if _, gone := forgotten.Load(v.Bucket); gone {
				return nil
			}
			return v.Own
		},
	}
}

// beginningAlike answers for a bucket by one whose name its own begins with.
func beginningAlike() Behaviour {
	configured := map[string]*s3cors.Configuration{}
	return Behaviour{Config: func(v View) *s3cors.Configuration {
		configured[v.Bucket] = v.Own
		if v.Own != nil {
			return v.Own
		}
		for name, cfg := range configured {
			if cfg != nil && len(name) < len(v.Bucket) && strings.HasPrefix(v.Bucket, name) && !digit(v.Bucket[len(name)]) {
				return cfg
			}
		}
		return nil
	}}
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// outliving answers for a bucket that was made again by what it held before.
func outliving() Behaviour {
	var deleted sync.Map
	held := map[string]*s3cors.Configuration{}
	return Behaviour{
		Handler: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if bucket, _ := where(r); onBucketItself(r, http.MethodDelete) {
					deleted.Store(bucket, true)
				}
				next.ServeHTTP(w, r)
			})
		},
		Config: func(v View) *s3cors.Configuration {
			if v.Own != nil {
				held[v.Bucket] = v.Own
			}
			if _, again := deleted.Load(v.Bucket); again {
				return held[v.Bucket]
			}
			return v.Own
		},
	}
}

// callDefects concern configuration calls of one kind of client.
func callDefects() []Defect {
	return []Defect{
		{Name: "md5-alone", Summary: "PutBucketCors with Content-MD5 and no checksum is refused.", Behaviour: refusingCalls(func(h http.Header) bool {
			return h.Get("Content-Md5") != "" && checksums(h) == 0
		})},
		{Name: "checksum-alone", Summary: "PutBucketCors with a checksum and no Content-MD5 is refused.", Behaviour: refusingCalls(func(h http.Header) bool {
			return h.Get("Content-Md5") == "" && checksums(h) > 0
		})},
		{Name: "sha256-alone", Summary: "PutBucketCors with a checksum other than CRC32 is refused.", Behaviour: refusingCalls(func(h http.Header) bool {
			return checksums(h) > 0 && h.Get("X-Amz-Checksum-Crc32") == ""
		})},
	}
}

func checksums(h http.Header) int {
	n := 0
	for name := range h {
		if strings.HasPrefix(name, "X-Amz-Checksum-") {
			n++
		}
	}
	return n
}

// refusingCalls refuses PutBucketCors by its headers.
func refusingCalls(when func(http.Header) bool) Behaviour {
	return wrapped(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.URL.Query().Has("cors") && when(r.Header) {
			sendError(w, http.StatusBadRequest, s3cors.Error{Code: "InvalidRequest", Message: "Missing required header for this request: Content-MD5"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// connectionDefects concern what came before on the same connection.
func connectionDefects() []Defect {
	return []Defect{
		{Name: "refusal-lingers", Summary: "The first actual answer on a connection after a refused preflight carries no CORS headers.", Behaviour: lingeringRefusal()},
		{Name: "first-answer-of-a-connection", Summary: "The first answer on a connection lacks Vary, where it is an actual one.", Behaviour: firstOfConnection()},
	}
}

// lingeringRefusal knows connections by the client's address.
func lingeringRefusal() Behaviour {
	var refused sync.Map
	return counting(func(a *dialect.Answer, q asked) {
		switch _, was := refused.LoadAndDelete(q.HTTP.RemoteAddr); {
		case q.Preflight() && len(a.Status) > 0 && a.Status[0] == http.StatusForbidden:
			refused.Store(q.HTTP.RemoteAddr, true)
		case was && !q.Preflight():
			clear(a.Headers)
		}
	})
}

func firstOfConnection() Behaviour {
	var seen sync.Map
	return counting(func(a *dialect.Answer, q asked) {
		if _, before := seen.LoadOrStore(q.HTTP.RemoteAddr, true); !before && !q.Preflight() {
			delete(a.Headers, header.Vary)
		}
	})
}

// counting changes answers by what was asked before.
func counting(change func(*dialect.Answer, asked)) Behaviour {
	b := answering(change)
	b.counts = true
	return b
}
