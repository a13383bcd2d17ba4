// Package permit says what a page gets by a bucket's CORS configuration without asking anybody: which rule answers, everything that stands
// against the others, what a browser makes of the answers, and the smallest change that permits what is blocked.
//
// It is pure: it brings S3's model (package s3cors) and Fetch's (package fetch) together and judges by nothing else.
package permit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"golang.org/x/net/http/httpguts"
)

// Page is a request that a page's script makes, as a person writes it down.
type Page struct {
	Origin string
	Method string
	// Headers are "NAME: VALUE", or NAME alone for one whose value is not known: it counts as one that needs permission.
	Headers     []string
	Credentials bool // credentials: include
}

// Request is the page's request as a browser takes it, with remarks on what the browser makes of it. The error joins everything that no page
// can request. Values of headers are never repeated: they may be keys.
func (p Page) Request() (fetch.Request, []string, error) {
	q := fetch.Request{Origin: p.Origin, Method: p.Method, Credentials: fetch.Omit}
	if p.Credentials {
		q.Credentials = fetch.Include
	}
	problems := []error{checkOrigin(p.Origin)}
	if p.Method != "" && !httpguts.ValidHeaderFieldName(p.Method) {
		problems = append(problems, fmt.Errorf("--method %q: this is no method", p.Method))
	}
	for _, text := range p.Headers {
		problems = append(problems, addHeader(&q, text))
	}
	if err := errors.Join(problems...); err != nil {
		return q, nil, err
	}
	return q, append(methodRemarks(p.Method), headerRemarks(q)...), nil
}

func checkOrigin(origin string) error {
	if origin == "" {
		return errors.New("--origin is needed: the page's origin, such as https://app.example.com")
	}
	if problem := fetch.OriginProblem(origin); problem != "" {
		return fmt.Errorf("--origin: %q: %s", origin, problem)
	}
	return nil
}

// addHeader reads NAME or NAME: VALUE, as curl has it.
func addHeader(q *fetch.Request, text string) error {
	name, value, found := strings.Cut(text, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		return fmt.Errorf("--header: %q is no name of a header", name)
	case strings.ContainsAny(value, "\r\n\x00"):
		return fmt.Errorf("--header %s: its value holds a line break or NUL", name)
	case fetch.IsForbiddenRequestHeader(name, value):
		return fmt.Errorf("--header %s: no page can set this header; the browser does, or nobody", name)
	case !found:
		q.UnsafeNames = append(q.UnsafeNames, strings.ToLower(name))
	default:
		q.Headers = append(q.Headers, result.Header{Name: name, Value: value})
	}
	return nil
}

// methodRemarks says what becomes of a method's letters (fetch#concept-method-normalize), and whether S3 has it.
func methodRemarks(written string) []string {
	var remarks []string
	sent := fetch.NormalizeMethod(written)
	upper := strings.ToUpper(sent)
	switch {
	case written != "" && sent != written:
		remarks = append(remarks, fmt.Sprintf("%s is sent as %s: browsers write DELETE, GET, HEAD, OPTIONS, POST and PUT in upper case", written, sent))
	case sent != upper:
		remarks = append(remarks, fmt.Sprintf("%s is sent as it is written, and is not %s: browsers write DELETE, GET, HEAD, OPTIONS, POST and PUT alone in upper case", sent, upper))
	}
	if !slices.Contains(s3cors.Methods, sent) {
		remarks = append(remarks, fmt.Sprintf("S3 has no method %s: a rule can list %s", sent, strings.Join(s3cors.Methods, ", ")))
	}
	return remarks
}

// byValue are the headers that need no permission where their value is of a kind (fetch#cors-safelisted-request-header).
var byValue = map[string]string{
	"accept": "an ordinary value", "accept-language": "a list of languages", "content-language": "a list of languages",
	"content-type": "the type of a form: application/x-www-form-urlencoded, multipart/form-data or text/plain", "range": "one range with a start, such as bytes=0-1",
}

// headerRemarks says which headers need permission, and which only by their value.
func headerRemarks(q fetch.Request) []string {
	var remarks []string
	unsafe := fetch.UnsafeRequestHeaderNames(q.Headers)
	for _, h := range q.Headers {
		name := strings.ToLower(h.Name)
		switch kind := byValue[name]; {
		case !slices.Contains(unsafe, name):
			remarks = append(remarks, name+" is safelisted with this value: a browser sends it without asking")
		case kind != "":
			remarks = append(remarks, fmt.Sprintf("%s needs permission with this value: it is safelisted only with %s", name, kind))
		}
	}
	for _, name := range q.UnsafeNames {
		if kind := byValue[name]; kind != "" {
			remarks = append(remarks, fmt.Sprintf("%s by name alone counts as needing permission; with %s it is safelisted and needs none: give it as '%s: VALUE'", name, kind, name))
		}
	}
	return append(remarks, signedRemarks(q)...)
}

// signedNames are what an AWS SDK sends beside authorization, without which no request signed in a header is (SigV4), and what JavaScript's adds.
var (
	signedNames = []string{"x-amz-content-sha256", "x-amz-date"}
	scriptNames = []string{"amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent"}
)

// signedRemarks reminds of the headers that come with a signature.
func signedRemarks(q fetch.Request) []string {
	if without := unnamed(q, signedNames); hasName(q, "authorization") && len(without) > 0 {
		return []string{fmt.Sprintf("an SDK's signed request does not come with authorization alone: it asks for %s too, and JavaScript's for %s",
			strings.Join(without, " and "), strings.Join(scriptNames, ", "))}
	}
	return nil
}

func unnamed(q fetch.Request, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return hasName(q, name) })
}

func hasName(q fetch.Request, name string) bool { return slices.Contains(asked(q), name) }

// asked are the names that a preflight of the request asks for.
func asked(q fetch.Request) []string {
	for _, h := range fetch.PreflightHeaders(q) {
		if h.Name == header.RequestHeaders {
			return strings.Split(h.Value, ",")
		}
	}
	return nil
}
