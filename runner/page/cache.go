package page

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
)

// withoutOrigin asks once more as an <img> does, or a visit to the address. S3 sends Vary: Origin only where a rule matched (facts 29, 30), so a
// cache may give the answer to such a request, which has no Access-Control-Allow-Origin, to a page that asks with Origin later: Chromium keeps
// both under one key, and blocks the page.
func (v *visit) withoutOrigin(raw probe.Request, came fetch.Response) {
	if raw.Method != http.MethodGet && raw.Method != http.MethodHead {
		return
	}
	withoutOrigin := raw
	withoutOrigin.Kind = "without-origin"
	withoutOrigin.Header = slices.DeleteFunc(slices.Clone(raw.Header), func(h result.Header) bool { return h.Name == "Origin" })
	ex := v.client.Do(v.ctx, withoutOrigin)
	if ex.Error != "" {
		return
	}
	without := answer(ex)
	if spoils(came, without) {
		v.page.WithoutOrigin = &ex
	}
	value, granted := fetch.Get(came.Headers, header.AllowOrigin)
	if granted && value != "*" && !fetch.VaryCovers(came.Headers, "Origin") && fetch.NeedsVary(came.Headers, ex.Response.Headers) {
		v.note("Access-Control-Allow-Origin follows the request's Origin, and Vary does not list Origin: a cache may give this answer to another origin, or one without the header to this page")
	}
}

// spoils reports that a cache may give a page the answer to a request without Origin, and that the page cannot read it.
func spoils(came, without fetch.Response) bool {
	_, grants := fetch.Get(without.Headers, header.AllowOrigin)
	return !grants && !fetch.VaryCovers(without.Headers, "Origin") && without.Status == http.StatusOK && came.Status == http.StatusOK && isKept(without)
}

// isKept reports that a browser's cache may use an answer again without asking: it is fresh for some time, by what it says or, with a
// Last-Modified, by a rule of thumb (RFC 9111, 4.2).
func isKept(a fetch.Response) bool {
	age, limited := "", false
	for _, directive := range header.Elements(a.Headers, "Cache-Control") {
		name, value, _ := strings.Cut(strings.ToLower(directive), "=")
		switch strings.TrimSpace(name) {
		case "no-store", "no-cache": // wherever it stands
			return false
		case "max-age":
			age, limited = strings.Trim(value, `" `), true
		}
	}
	if limited {
		seconds, err := strconv.Atoi(age)
		return err == nil && seconds > 0
	}
	if expires, ok := fetch.Get(a.Headers, "Expires"); ok {
		return isLater(expires, a)
	}
	_, modified := fetch.Get(a.Headers, "Last-Modified")
	return modified
}

// isLater reports that an Expires is later than the answer's own Date. One that is no date, such as 0, is in the past (RFC 9111, 5.3).
func isLater(expires string, a fetch.Response) bool {
	end, err := http.ParseTime(expires)
	if err != nil {
		return false
	}
	date, _ := fetch.Get(a.Headers, "Date")
	start, err := http.ParseTime(date)
	return err != nil || end.After(start)
}

// traces are the headers by which caches and proxies in between are known.
var traces = []string{"Age", "X-Cache", "X-Cache-Status", "CF-Cache-Status", "X-Proxy-Cache", "X-Served-By", "X-Amz-Cf-Pop", "Via"}

// trace lists those that an answer has, as it has them.
func trace(ex result.Exchange) []string {
	var all []string
	for _, name := range traces {
		for _, value := range result.Values(ex.Response.Headers, name) {
			all = append(all, name+": "+value)
		}
	}
	return all
}

// isFromCache reports that a cache in between gave an answer that it had kept.
func isFromCache(ex result.Exchange) bool {
	for _, value := range result.Values(ex.Response.Headers, "Age") {
		if seconds, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && seconds > 0 {
			return true
		}
	}
	return slices.ContainsFunc([]string{"X-Cache", "X-Cache-Status", "CF-Cache-Status", "X-Proxy-Cache"}, func(name string) bool {
		return slices.ContainsFunc(result.Values(ex.Response.Headers, name), func(v string) bool { return strings.Contains(strings.ToLower(v), "hit") })
	})
}

// noteCaches notes which caches and proxies answered.
func (v *visit) noteCaches(ex result.Exchange) {
	switch found := trace(ex); {
	case len(found) == 0:
	case isFromCache(ex):
		v.note("a cache in between gave an answer that it had kept (%s)", strings.Join(found, ", "))
	default:
		v.note("a cache or proxy stands in between (%s)", strings.Join(found, ", "))
	}
}
