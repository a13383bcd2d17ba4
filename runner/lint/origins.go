package lint

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"corsprobe/runner/english"
	"corsprobe/runner/fetch"
	"corsprobe/runner/s3cors"

	"golang.org/x/net/idna"
)

// origins checks each AllowedOrigin as something that a browser's Origin header will be compared with.
func origins(r s3cors.Rule) []Problem {
	var all []Problem
	for i, value := range r.AllowedOrigins {
		at := At{Field: "AllowedOrigins", Index: i, Value: value}
		all = append(all, originProblems(value, at, r)...)
	}
	return all
}

func originProblems(value string, at At, r s3cors.Rule) []Problem {
	if p, done := wholeValue(value, at, r); done {
		return p
	}
	o := &origin{at: at, value: value}
	o.trim()
	if !o.splitScheme() {
		return o.problems
	}
	o.splitRest()
	o.host()
	o.port()
	// What follows is said of the origin as it was probably meant.
	if !o.broken {
		o.meaning()
	}
	for i := range o.problems {
		if p := &o.problems[i]; p.Mend != nil {
			if p.Mend = nil; !o.broken {
				p.Mend = with(o.written())
			}
		}
	}
	return o.problems
}

// wholeValue knows the values that are no scheme://host at all.
func wholeValue(value string, at At, r s3cors.Rule) ([]Problem, bool) {
	one := func(p Problem) ([]Problem, bool) { return []Problem{p}, true }
	switch {
	case strings.Count(value, "*") > 1:
		return nil, true // S3 refuses it
	case value == "*":
		return one(star(at, r))
	case value == "":
		return one(found("CP225", at, "it is empty, and no request has an empty origin", "leave it out").mended(remove))
	case value == "null":
		return one(found("CP210", at, "a sandboxed frame of any site has the origin null, as have pages from files, data: URLs and old Cordova applications", "serve the page from an origin of its own, and list that"))
	case value == "https" || value == "http":
		return one(found("CP208", at, "it is compared as text and covers no origin, whatever the user guide says", "write "+value+"://* for every such origin, or list those that are meant"))
	}
	if parts := several(value); parts != nil {
		return one(found("CP206", at, fmt.Sprintf("%s origins stand in one entry, which matches none of them: they are %s entries", number(len(parts)), number(len(parts))), "write "+english.And(quoted(parts))+", each as an entry of its own").mended(with(parts...)))
	}
	if inner := unwrapped(value); inner != value {
		return one(found("CP224", at, "it is compared as text, with the quotes or the encoding around it", "write "+inner).mended(with(inner)))
	}
	return nil, false
}

func number(n int) string {
	if words := []string{"no", "one", "two", "three", "four", "five", "six"}; n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

func quoted(values []string) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = fmt.Sprintf("%q", v)
	}
	return all
}

// several splits an entry with more than one origin; nil where there is only one.
func several(value string) []string {
	parts := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(", ;|\t\r\n", r) })
	for _, p := range parts {
		if !strings.Contains(p, "://") && !strings.Contains(p, ".") && p != "*" && p != "null" && !strings.HasPrefix(p, "localhost") {
			return nil
		}
	}
	if len(parts) < 2 {
		return nil
	}
	return parts
}

// unwrapped takes quotes, brackets and URL-encoding off an origin.
func unwrapped(value string) string {
	if strings.Contains(strings.ToLower(value), "%3a%2f%2f") {
		if unescaped, err := url.QueryUnescape(value); err == nil {
			value = unescaped
		}
	}
	for _, around := range []string{`""`, "''", "<>", "[]", "()", "``"} {
		if len(value) > 2 && value[0] == around[0] && value[len(value)-1] == around[1] {
			value = value[1 : len(value)-1]
		}
	}
	return value
}

func star(at At, r s3cors.Rule) Problem {
	if writes := written(r); len(writes) > 0 {
		return found("CP216", at, "every site may send "+english.And(writes)+" with a presigned URL that it holds, and none with credentials such as cookies", "list the origins that are meant").as(Warning)
	}
	return found("CP216", at, "every site may read what it can fetch, and none with credentials such as cookies", "list origins if pages send credentials")
}

// origin is an entry split into scheme://hostname:portname. broken: it does not show what a browser would send, so nothing is fixed.
type origin struct {
	at       At
	value    string
	scheme   string
	rest     string // what comes after ://
	hostname string
	portname string // with its colon
	broken   bool
	problems []Problem
}

func (o *origin) say(p Problem) { o.problems = append(o.problems, p) }

// written is the origin as a browser writes it.
func (o *origin) written() string { return o.scheme + "://" + o.hostname + o.portname }

// mendable marks a problem whose fix is to write the whole origin anew; that origin is only known at the end.
func mendable(p Problem) Problem { return p.mended(with()) }

func (o *origin) trim() {
	trimmed := strings.TrimSpace(o.value)
	if trimmed != o.value {
		o.say(mendable(found("CP205", o.at, "white space stands around it, which no browser sends", "write "+trimmed)))
	}
	o.value = trimmed
	if strings.ContainsAny(o.value, " \t\r\n\u00a0") {
		o.broken = true
		o.say(found("CP205", o.at, "white space stands in it, which no browser sends", "write the origin without"))
	}
}

// splitScheme cuts the value at ://; false where there is none, or nothing more to say.
func (o *origin) splitScheme() bool {
	scheme, rest, ok := strings.Cut(o.value, "://")
	if !ok {
		o.noScheme()
		return false
	}
	if lower := strings.ToLower(scheme); lower != scheme {
		o.upperCase()
	}
	o.scheme, o.rest = strings.ToLower(scheme), rest
	switch {
	case o.scheme == "http" || o.scheme == "https" || strings.Contains(o.scheme, "*"):
		return true
	case o.scheme == "file":
		o.say(found("CP209", o.at, "browsers send Origin null for a page from a file", "serve the page from a local web server, and list its origin"))
	case o.application():
	case o.scheme == "":
		o.noScheme()
	default:
		o.unknownScheme()
	}
	return false
}

func (o *origin) noScheme() {
	host := strings.ToLower(strings.TrimLeft(o.value, "/:"))
	for _, prefix := range []string{"https:/", "http:/", "https//", "http//", "https:", "http:"} {
		if after, ok := strings.CutPrefix(host, prefix); ok {
			o.say(found("CP207", o.at, "no browser sends it: :// must stand between scheme and host", "write "+strings.TrimRight(prefix, ":/")+"://"+strings.TrimLeft(after, "/")))
			return
		}
	}
	host, _, _ = strings.Cut(host, "/")
	do := "write scheme and host, such as https://app.example.com"
	if host != "" && !strings.ContainsAny(host, " @") && (strings.Contains(host, ".") || strings.HasPrefix(host, "localhost")) {
		do = "write https://" + strings.TrimPrefix(host, "*://")
	}
	if !strings.Contains(o.value, "*") || strings.Contains(o.value, "/") {
		o.say(found("CP207", o.at, "it has no scheme, and no browser sends such an origin", do))
		return
	}
	if coversAll(o.value) {
		o.everySite()
		return
	}
	o.say(found("CP207", o.at, "it has no scheme: its * covers http too, and whoever is on the way can change a page that comes over http", do))
	o.scheme = "https"
	if o.hostname = o.value; strings.HasPrefix(o.value, "*") {
		o.strangers()
	}
}

// near are misspellings of https and http by more or fewer letters.
func (o *origin) unknownScheme() {
	letters := strings.Trim(strings.NewReplacer("h", "", "t", "", "p", "", "s", "").Replace(o.scheme), "")
	switch {
	case letters == "":
		o.say(found("CP223", o.at, fmt.Sprintf("the scheme %q is misspelled, and matches no page", o.scheme), "write https://"+o.rest))
	case o.scheme == "ws" || o.scheme == "wss":
		o.say(found("CP223", o.at, "a WebSocket has the origin of the page that opened it, and never "+o.scheme+"://", "write https://"+o.rest))
	default:
		o.say(found("CP223", o.at, fmt.Sprintf("no page on the web has the scheme %q", o.scheme), "write https:// if a page is meant; if it is an application's own scheme, leave it").as(Note))
	}
}

// upperCase is said once, whether scheme or host.
func (o *origin) upperCase() {
	for _, p := range o.problems {
		if p.Code == "CP203" {
			return
		}
	}
	o.say(mendable(found("CP203", o.at, "it has upper-case letters, and browsers write lower case", "write "+strings.ToLower(o.value))))
}

// splitRest cuts off what comes after the host, which no origin has.
func (o *origin) splitRest() {
	i := strings.IndexAny(o.rest, "/?#")
	if i < 0 {
		return
	}
	after := o.rest[i:]
	o.rest = o.rest[:i]
	do := "write " + o.scheme + "://" + strings.ToLower(o.rest)
	if o.rest == "" || strings.HasSuffix(o.rest, ":") {
		o.broken, do = true, "write scheme and host, such as https://app.example.com"
	}
	switch {
	case after == "/":
		o.say(mendable(found("CP201", o.at, "no browser sends it: it ends in a slash, and an origin has none", do)))
	case after[0] == '/':
		o.say(mendable(found("CP202", o.at, fmt.Sprintf("no browser sends it: it has the path %s, and an origin has none", short(after)), do)))
	case after[0] == '?':
		o.say(mendable(found("CP202", o.at, "no browser sends it: it has a query, and an origin has none", do)))
	default:
		o.say(mendable(found("CP202", o.at, "no browser sends it: it has a fragment, and an origin has none", do)))
	}
}

// host looks at the part between :// and the port.
func (o *origin) host() {
	o.hostname = o.rest
	if i := strings.LastIndexByte(o.rest, ':'); i >= 0 && i > strings.LastIndexByte(o.rest, ']') {
		o.hostname, o.portname = o.rest[:i], o.rest[i:]
	}
	if lower := strings.ToLower(o.hostname); lower != o.hostname && isASCII(o.hostname) {
		o.upperCase()
	}
	if isASCII(o.hostname) {
		o.hostname = strings.ToLower(o.hostname)
		return
	}
	ascii, err := idna.Lookup.ToASCII(strings.ReplaceAll(o.hostname, "*", "x-star"))
	ascii = strings.ReplaceAll(ascii, "x-star", "*")
	if err != nil || strings.Contains(o.hostname, "*") && !strings.Contains(ascii, "*") {
		o.broken = true
		o.say(found("CP220", o.at, "its host is not ASCII, and browsers write it in punycode", "write the host as location.origin has it"))
		return
	}
	o.hostname = ascii
	o.say(mendable(found("CP220", o.at, "its host is not ASCII, and browsers write it in punycode", "write "+o.written())))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// port leaves the scheme's own out, and then asks the standard about the whole.
func (o *origin) port() {
	if o.portname == ":443" && o.scheme == "https" || o.portname == ":80" && o.scheme == "http" {
		port := o.portname[1:]
		o.portname = ""
		o.say(mendable(found("CP204", o.at, "no browser sends it: it names port "+port+", which browsers leave out for "+o.scheme, "write "+o.written())))
	}
	if o.portname == ":" {
		o.portname = ""
		o.say(mendable(found("CP225", o.at, "no browser sends it: a colon stands at its end without a port", "write "+o.written())))
	}
	if why := o.unsendable(); why != "" && !o.broken {
		o.broken = true
		o.say(found("CP225", o.at, "no browser sends it: "+why, "write scheme and host, such as https://app.example.com"))
	}
}

// unsendable reports what no browser sends, by the URL standard. Of a pattern only the fixed parts can be wrong: texts are tried in place of
// its *, and the reason does not name them.
func (o *origin) unsendable() string {
	text := o.written()
	if !strings.Contains(text, "*") {
		return fetch.OriginProblem(text)
	}
	for _, try := range []string{"x", "x.y", "https", "https://x", "8443", ""} {
		if fetch.OriginProblem(strings.Replace(text, "*", try, 1)) == "" {
			return ""
		}
	}
	return "whatever its * stands for, it is no scheme and host"
}
