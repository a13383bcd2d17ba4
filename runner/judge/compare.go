package judge

import (
	"slices"
	"strings"
	"sync"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3error"
)

// Compare lists the differences between one acceptable answer and the one that came. A difference that only follows from another is
// folded into it, so that one cause makes one difference: an answer of the wrong status is not also held for its headers and body.
func Compare(kind Kind, owed s3cors.Answer, ex result.Exchange) []Difference {
	return compare(kind, owed, ex, reading(ex.Response.Body))
}

// readDocument reads the error document of an answer, once however often it is called.
type readDocument func() (s3error.Document, error)

func reading(body string) readDocument {
	return sync.OnceValues(func() (s3error.Document, error) { return s3error.Read(body) })
}

func compare(kind Kind, owed s3cors.Answer, ex result.Exchange, document readDocument) []Difference {
	c := comparison{kind: kind, owed: owed, came: ex.Response, read: document}
	d, differs := c.status()
	switch {
	case !differs:
		return append(c.headers(), c.document()...)
	case kind == Preflight || !c.carriesCORS():
		return []Difference{d}
	default:
		return append([]Difference{d}, c.headers()...)
	}
}

// comparison is one answer under comparison.
type comparison struct {
	kind Kind
	owed s3cors.Answer
	came result.Response
	read readDocument // of came
}

func (c comparison) difference(part string, how result.How, owed, got result.Side) Difference {
	return Difference{Kind: c.kind, Part: part, How: how, Owed: owed, Got: got, Facts: c.owed.Facts[part]}
}

func (c comparison) carriesCORS() bool { return len(corsHeaders(c.came.Headers)) > 0 }

func (c comparison) status() (Difference, bool) {
	if len(c.owed.Status) == 0 || slices.Contains(c.owed.Status, c.came.Status) {
		return Difference{}, false
	}
	owed := result.Side{Status: c.owed.Status}
	if c.owed.Error != nil {
		owed.Code = c.owed.Error.Code
	}
	return c.difference(Status, result.Value, owed, statusOf(c.came)), true
}

// statusOf is a status with what helps to recognise the answer: the error document's code and the CORS headers.
func statusOf(r result.Response) result.Side {
	doc, _ := s3error.Read(r.Body)
	return result.Side{Status: []int{r.Status}, Code: doc.Code, Headers: corsHeaders(r.Headers)}
}

// headers compares every header that CORS owes or must leave out. Where Allow-Origin itself is missing or unwanted the others go with it.
func (c comparison) headers() []Difference {
	var found []Difference
	for _, h := range s3cors.Headers {
		if slices.Contains(c.owed.Free, h.Name) {
			continue
		}
		d, differs := c.header(h)
		if !differs {
			continue
		}
		found = append(found, d)
		if d.whole() {
			break
		}
	}
	return found
}

func (c comparison) header(h s3cors.Header) (Difference, bool) {
	want, owed := c.owed.Headers[h.Name]
	if !owed {
		return c.unwanted(h)
	}
	detail := compareHeader(h, c.came.Headers, want)
	if detail == nil {
		return Difference{}, false
	}
	d := c.difference(h.Check, result.How(detail.Kind), result.Side{Values: []string{want}}, result.Side{Headers: named(c.came.Headers, h.Name)})
	d.Name, d.Detail = h.Name, detail
	switch {
	case h.Name == header.AllowOrigin && !c.carriesCORS():
		d.How = result.MissingAll
	case h.Name == header.Vary && d.How == result.Missing:
		d.Got.Headers = named(c.came.Headers, header.AllowOrigin) // what a cache may keep depends on it
	}
	return d, true
}

// compareHeader compares the lines of a header with the value owed. Where every reader takes the list for a set, its order alone is no
// difference; elements in another case are one, in any order.
func compareHeader(h s3cors.Header, lines []result.Header, want string) *header.Difference {
	detail := header.Compare(lines, h.Name, want, h.Meaning)
	if detail == nil || detail.Kind != header.Order || !h.AnyOrder {
		return detail
	}
	if len(detail.Missing)+len(detail.Extra) == 0 {
		return nil
	}
	detail.Kind = header.Case
	return detail
}

// unwanted finds a header that must be absent. Vary is unwanted only where it names what CORS varies on: a server may vary on anything
// of its own.
func (c comparison) unwanted(h s3cors.Header) (Difference, bool) {
	lines := named(c.came.Headers, h.Name)
	if len(lines) == 0 || (h.Name == header.Vary && !variesOnCORS(lines)) {
		return Difference{}, false
	}
	d := c.difference(h.Check, result.Unwanted, result.Side{}, result.Side{Headers: lines})
	d.Name = h.Name
	if h.Name == header.AllowOrigin {
		d.How, d.Got.Headers = result.UnwantedAll, corsHeaders(c.came.Headers)
	}
	return d, true
}

func variesOnCORS(lines []result.Header) bool {
	return slices.ContainsFunc(header.Elements(lines, header.Vary), func(e string) bool {
		return strings.EqualFold(e, header.Origin) || strings.HasPrefix(strings.ToLower(e), "access-control-request-")
	})
}

// document compares S3's error document. When it is missing or has another code, its other elements are not compared.
func (c comparison) document() []Difference {
	want := c.owed.Error
	if want == nil {
		return nil
	}
	got, err := c.read()
	if err != nil {
		return []Difference{c.difference(ErrorCode, result.NoDocument, result.Side{Values: []string{want.Code}}, result.Side{Body: BodyStart(c.came.Body)})}
	}
	var found []Difference
	for _, e := range []struct{ part, want, got string }{
		{ErrorCode, want.Code, got.Code}, {ErrorMethod, want.Method, got.Method}, {ResourceType, want.ResourceType, got.ResourceType},
	} {
		if e.want == "" || e.want == e.got {
			continue
		}
		found = append(found, c.element(e.part, []string{e.want}, e.got, got))
		if e.part == ErrorCode {
			break
		}
	}
	return found
}

// elements are the names of the parts that are read from an error document.
var elements = map[string]string{ErrorCode: "Code", ErrorMethod: "Method", ResourceType: "ResourceType", BucketName: "BucketName"}

// element is a difference in the error document. Where the element is missing, one whose name differs in case alone is shown with it: XML
// readers take the two for different elements, and the endpoint's author will look for it.
func (c comparison) element(part string, want []string, got string, doc s3error.Document) Difference {
	d := c.difference(part, result.Value, result.Side{Values: want}, result.Side{Values: []string{got}})
	if got == "" {
		d.How, d.Got.Values = result.Missing, nil
		for _, e := range doc.Like(elements[part]) {
			d.Got.Elements = append(d.Got.Elements, result.Element{Name: e.Name, Value: e.Value})
		}
	}
	return d
}

// corsHeaders are the Access-Control-* lines, sorted: some servers send them in another order each time.
func corsHeaders(lines []result.Header) []result.Header {
	var all []result.Header
	for _, h := range lines {
		if strings.HasPrefix(strings.ToLower(h.Name), "access-control-") {
			all = append(all, h)
		}
	}
	slices.SortFunc(all, func(a, b result.Header) int { return strings.Compare(line(a), line(b)) })
	return all
}

// named are the lines of one header, under the name that S3 gives it.
func named(lines []result.Header, name string) []result.Header {
	var all []result.Header
	for _, value := range result.Values(lines, name) {
		all = append(all, result.Header{Name: name, Value: value})
	}
	return all
}
