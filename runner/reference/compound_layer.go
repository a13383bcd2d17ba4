package reference

import (
	"cmp"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"corsprobe/runner/dialect"
	"corsprobe/runner/header"
	"corsprobe/runner/s3cors"
)

// layerDefects were thought up in one go, before any scenario for them, by how servers are built: caches, proxies and compression before them,
// several nodes, a handler for each operation and a layer for each method, and parts that each choose a rule for themselves.
var layerDefects = slices.Concat(layerCaches, layerHandlers, layerGateways, layerRules)

// layerCaches keep what they should not, or not everywhere the same.
var layerCaches = []Defect{
	{Name: "errors-kept", Summary: "The CORS headers of a 404 are kept for two seconds, whoever asks for the same key.", Behaviour: keeping(2*time.Second, func(q asked) string {
		if q.Preflight() || q.Status != http.StatusNotFound {
			return ""
		}
		return q.HTTP.URL.EscapedPath()
	})},
	{Name: "put-one-behind", Summary: "Preflights for PUT are answered by the configuration before the present one.", Behaviour: oneBehind("PUT")},
	{Name: "every-other-node", Summary: "On connections from even ports, 404 carries no CORS headers.", Behaviour: counting(func(a *dialect.Answer, q asked) {
		_, port, _ := net.SplitHostPort(q.HTTP.RemoteAddr)
		if n, _ := strconv.Atoi(port); n%2 == 0 && q.Status == http.StatusNotFound {
			clear(a.Headers)
		}
	})},
}

// layerHandlers answer one operation, or one method, by themselves.
var layerHandlers = []Defect{
	{Name: "head-with-range", Summary: "HEAD with a range is answered without CORS headers.", Behaviour: withoutCORS(all(is("HEAD"), sends("Range", "")))},
	{Name: "lock-questions", Summary: "An object's retention or legal hold is answered without CORS headers.", Behaviour: withoutCORS(all(is("GET"), func(q asked) bool { return asks("retention")(q) || asks("legal-hold")(q) }))},
	{Name: "versions-hide", Summary: "A listing of versions exposes nothing.", Behaviour: leavingOut(header.ExposeHeaders, all(is("GET"), asks("versions")))},
	{Name: "delete-of-nothing", Summary: "DELETE of an object that is not there is answered without CORS headers.", Behaviour: withoutCORS(all(is("DELETE"), func(q asked) bool { return q.KeyMissing }))},
	{Name: "untagging-object", Summary: "The deletion of an object's tags is answered without CORS headers.", Behaviour: withoutCORS(all(is("DELETE"), asks("tagging")))},
	{Name: "head-of-bucket", Summary: "HEAD of a bucket lacks Vary.", Behaviour: leavingOut(header.Vary, all(is("HEAD"), onBucket))},
	{Name: "listing-after", Summary: "A listing that begins after a key is answered without CORS headers.", Behaviour: withoutCORS(func(q asked) bool { return asks("start-after")(q) || asks("marker")(q) })},
	{Name: "virtual-head", Summary: "HEAD of an object whose bucket is in the host lacks Allow-Credentials.", Behaviour: leavingOut(header.AllowCredentials, all(is("HEAD"), inHost))},
	{Name: "signed-delete", Summary: "DELETE that is signed in a header lacks Allow-Credentials.", Behaviour: leavingOut(header.AllowCredentials, all(is("DELETE"), sends("Authorization", "")))},
}

// layerGateways are before the server: they look at a request, or work on an answer, as if it were any other site's.
var layerGateways = []Defect{
	{Name: "brotli-refusals", Summary: "Where br is accepted, 403 carries no CORS headers.", Behaviour: withoutCORS(all(answered(403), func(q asked) bool { return strings.Contains(q.HTTP.Header.Get("Accept-Encoding"), "br") }))},
	{Name: "compressed-upload", Summary: "An upload whose body is compressed is answered without Vary.", Behaviour: leavingOut(header.Vary, all(is("PUT"), sends("Content-Encoding", "gzip")))},
	{Name: "hidden-key", Summary: "GET of a key with a segment that begins with a dot is answered without CORS headers.", Behaviour: withoutCORS(all(is("GET"), anySegment(func(s string) bool { return strings.HasPrefix(s, ".") && strings.Trim(s, ".") != "" })))},
	{Name: "several-ranges", Summary: "A request for several ranges is answered without CORS headers.", Behaviour: withoutCORS(func(q asked) bool { return strings.Contains(q.HTTP.Header.Get("Range"), ",") })},
	{Name: "star-to-anonymous", Summary: "An anonymous request that * allows is answered without Vary.", Behaviour: onActual(func(h map[string]string, q asked) {
		if h[header.AllowOrigin] == "*" && q.HTTP.Header.Get("Authorization") == "" && !asks("X-Amz-Signature")(q) {
			delete(h, header.Vary)
		}
	})},
	{Name: "signed-type", Summary: "The preflight of a URL that was presigned with more headers than the host is refused.", Behaviour: refusingPreflights(func(q asked) bool {
		return strings.Contains(q.HTTP.URL.Query().Get("X-Amz-SignedHeaders"), ";")
	})},
}

// layerRules choose a rule for one part of the answer otherwise than for the rest.
var layerRules = []Defect{
	{Name: "exposes-by-first", Summary: "What a later rule allows exposes what the first rule says.", Behaviour: onActual(func(h map[string]string, q asked) {
		if first := q.Config.CORSRules[0].ExposeHeaders; ruleOf(q) > 0 && len(first) > 0 {
			h[header.ExposeHeaders] = strings.Join(first, ", ")
		}
	})},
	{Name: "age-by-origin", Summary: "Max-Age is that of the first rule that the origin fits, whichever rule answers.", Behaviour: onPreflight(func(h map[string]string, q asked) {
		for _, r := range q.Config.CORSRules {
			if slices.ContainsFunc(r.AllowedOrigins, func(p string) bool { return s3cors.MatchOrigin(p, text(q.Origin)) }) {
				if delete(h, header.MaxAge); r.MaxAgeSeconds != nil {
					h[header.MaxAge] = strconv.Itoa(int(*r.MaxAgeSeconds))
				}
				return
			}
		}
	})},
	{Name: "star-after-listed", Summary: "Where a rule lists the origin and one after it answers by *, credentials are allowed.", Behaviour: onActual(func(h map[string]string, q asked) {
		if h[header.AllowOrigin] == "*" && slices.ContainsFunc(q.Config.CORSRules, func(r s3cors.Rule) bool { return slices.Contains(r.AllowedOrigins, text(q.Origin)) }) {
			h[header.AllowOrigin], h[header.AllowCredentials] = text(q.Origin), "true"
		}
	})},
}

// onBucket holds where the URL names the bucket itself.
func onBucket(q asked) bool { return q.Target == s3cors.Bucket }

// anySegment holds where a segment of the path does.
func anySegment(fits func(string) bool) condition {
	return func(q asked) bool { return slices.ContainsFunc(strings.Split(q.HTTP.URL.Path, "/"), fits) }
}

// ruleOf is which rule answers, from 0; -1: none.
func ruleOf(q asked) int { return s3cors.Evaluate(q.Config, q.Request).Rule }

// oneBehind answers preflights for a method by what a bucket held before what it holds.
func oneBehind(method string) Behaviour {
	type life struct{ now, before *s3cors.Configuration }
	var mu sync.Mutex
	lives := map[string]life{}
	return counting(func(a *dialect.Answer, q asked) {
		bucket, _ := where(q.HTTP)
		mu.Lock()
		l := lives[bucket]
		if q.Config != l.now {
			l = life{q.Config, l.now}
			lives[bucket] = l
		}
		mu.Unlock()
		if q.Preflight() && text(q.RequestMethod) == method && cmp.Or(l.before, l.now) != l.now {
			*a = dialect.Dialect(nil).Answers(dialect.State{Own: l.before}, q.Asked)[0]
		}
	})
}
