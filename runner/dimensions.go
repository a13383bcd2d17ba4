package runner

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// draft is a cell's actual request while its dimensions are applied to it, one after the other.
type draft struct {
	stage *stage
	// cell is the cell, with what its operation brings filled in.
	cell               scenarios.Cell
	bucket, key, query string
	raw                probe.Request
}

// application gives a request what one dimension says of it.
type application struct {
	dimension string // its key
	apply     func(*draft, context.Context) error
}

// applications are applied in this order: what the URL and the headers depend on comes first, the signature, which covers them, last. There
// is one for each of scenarios.Dimensions.
var applications = []application{
	{"operations", (*draft).operate},
	{"targets", (*draft).target},
	{"keys", (*draft).nameObject},
	{"sizes", (*draft).fill},
	{"methods", (*draft).method},
	{"origins", (*draft).origin},
	{"headers", (*draft).headers},
	{"clients", (*draft).client},
	{"parameters", (*draft).parameters},
	{"addressing", (*draft).address},
	{"authorisations", (*draft).sign},
	{"connections", (*draft).connect},
}

// draft applies every dimension of a cell to its actual request.
func (s *stage) draft(ctx context.Context, cell scenarios.Cell) (*draft, error) {
	d := &draft{stage: s, cell: cell, raw: probe.Request{Kind: string(scenarios.Actual)}}
	for _, a := range applications {
		if err := a.apply(d, ctx); err != nil {
			return d, err
		}
	}
	if why := s.place.refused[d.key]; why != "" {
		return d, &endpoint.Unsupported{Reason: "the endpoint does not take the object: " + why}
	}
	return d, nil
}

// target chooses bucket, key and query. Of an operation the query is its own.
func (d *draft) target(context.Context) error {
	var query string
	if d.bucket, d.key, query = d.stage.where(d.cell); d.bucket == "" {
		return d.stage.noBucket()
	}
	if !operated(d.cell) {
		d.query = query
	}
	return nil
}

// nameObject gives the key its shape.
func (d *draft) nameObject(context.Context) error {
	if d.cell.Key != "" && d.cell.Key != scenarios.PlainKey && d.cell.Target.OfObject() {
		d.key = d.stage.place.named(base(d.cell), d.cell.Key)
	}
	return nil
}

// fill gives a PUT its body.
func (d *draft) fill(context.Context) error {
	if d.cell.Method == http.MethodPut && !operated(d.cell) {
		d.raw.Body = content(d.cell.Size)
	}
	return nil
}

func (d *draft) method(context.Context) error {
	if d.raw.Method = d.cell.Method; d.raw.Method == "" {
		d.raw.Method = http.MethodGet // signed for; a cell without a method sends no actual request
	}
	return nil
}

func (d *draft) origin(context.Context) error {
	d.raw.Header = append(d.raw.Header, result.Header{Name: "Accept", Value: "*/*"})
	if d.cell.Origin != nil {
		d.raw.Header = append(d.raw.Header, result.Header{Name: "Origin", Value: *d.cell.Origin})
	}
	return nil
}

func (d *draft) headers(context.Context) error {
	d.raw.Header = append(d.raw.Header, fieldLines(d.cell.Headers.Fields)...)
	return nil
}

func (d *draft) client(context.Context) error {
	d.raw.Header = append(d.raw.Header, clientLines(d.cell, scenarios.Actual)...)
	return nil
}

// parameters adds the query parameters that the cell asks for. They are signed with the rest.
func (d *draft) parameters(context.Context) error {
	more := url.Values{}
	switch d.cell.Parameters {
	case scenarios.SDKParameters:
		more.Set("x-id", map[string]string{http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject", http.MethodHead: "HeadObject"}[d.raw.Method])
		if more.Get("x-id") == "" {
			more.Set("x-id", "GetObject")
		}
	case scenarios.UnknownOnes:
		more.Set("cache-buster", "1")
		more.Set("v", "2")
	case scenarios.SessionToken:
		more.Set("X-Amz-Security-Token", strings.Repeat("corsprobe", 60))
	}
	if len(more) > 0 {
		d.query = strings.Trim(d.query+"&"+more.Encode(), "&")
	}
	return nil
}

func (d *draft) address(context.Context) (err error) {
	d.raw.URL, d.raw.Host, err = d.stage.run.store.Address(d.bucket, d.key, d.query, string(d.cell.Addressing))
	return err
}

func (d *draft) sign(ctx context.Context) (err error) {
	d.raw, err = d.stage.authorise(ctx, d.cell.Authorisation, d.raw)
	return err
}

// connect does nothing to the request: [stage.exchanges] chooses the connections, which carry several requests each.
func (d *draft) connect(context.Context) error { return nil }

// operated reports a cell of a particular operation.
func operated(cell scenarios.Cell) bool {
	_, ok := scenarios.OperationByName(cell.Operation)
	return ok
}

// longestKey is how many bytes S3 permits.
const longestKey = 1024

// shaped is the name of an object with the shape that a cell asks for. prefix is how many bytes come before it in a user's own bucket.
func shaped(key scenarios.Key, name string, prefix int) string {
	switch key {
	case scenarios.DoubleSlash:
		return "folder//" + name
	case scenarios.TrailingSlash:
		return name + "/"
	case scenarios.Dots:
		return ".hidden/v1..2/" + name + "..."
	case scenarios.Percent:
		return "100%/%2F%zz/" + name
	case scenarios.ManyScripts:
		return "Ελλάδα/日本/🎉 " + name
	case scenarios.LeadingSlash:
		return "/" + name
	case scenarios.Signs:
		return "q?a=b&c#d+e f;g,h:i@j$k!l*m'(n)/" + name
	case scenarios.PageName:
		return name + "/index.html"
	case scenarios.CallName:
		return name + "/cors"
	case scenarios.Longest:
		return padded(name+"/", longestKey-prefix)
	default:
		return name
	}
}

// padded fills a key up with folders of at most 200 bytes, for some servers keep folders as files' names.
func padded(name string, length int) string {
	for len(name) < length {
		n := min(200, length-len(name))
		name += strings.Repeat("k", n)
		if len(name) < length {
			name = name[:len(name)-1] + "/"
		}
	}
	return name
}

// content is what an object of a size holds, and what a PUT writes.
func content(size scenarios.Size) []byte {
	switch size {
	case scenarios.NoByte:
		return nil
	case scenarios.HundredKiB:
		return []byte(strings.Repeat(probe.Filling, 100<<10))
	case scenarios.TwoMebibyte:
		return []byte(strings.Repeat(probe.Filling, 2<<20))
	case scenarios.SixMebibyte:
		return []byte(strings.Repeat(probe.Filling, 6<<20))
	default:
		return []byte(objectBody)
	}
}

// object is one that must be there for cells to read.
type object struct {
	base string
	key  scenarios.Key
	size scenarios.Size
}

// usualObject is the one that every bucket has.
var usualObject = []object{{base: objectName}}

// objects lists the objects that a scenario's cells read, each once.
func objects(planned scenarios.Planned) []object {
	all := slices.Clone(usualObject)
	for _, step := range planned.Steps {
		for _, cell := range step.Cells {
			o := object{base(cell), cell.Key, cell.Size}
			if usual := (object{base: o.base}); o.key == scenarios.PlainKey && (o.size == "" || o.size == scenarios.SomeBytes) {
				o = usual
			}
			if reads(cell) && !slices.Contains(all, o) {
				all = append(all, o)
			}
		}
	}
	return all
}

// reads reports a cell that asks for an object that is there.
func reads(cell scenarios.Cell) bool {
	reading := cell.Method == http.MethodGet || cell.Method == http.MethodHead
	return reading && (cell.Target == scenarios.Object || cell.Target == scenarios.NestedObject)
}

// named is the key of an object in a bucket.
func (at *place) named(base string, key scenarios.Key) string {
	prefix := len(at.Key(objectName)) - len(objectName)
	return at.Key(shaped(key, base, prefix))
}

// furnish writes the objects that are not there yet.
func (at *place) furnish(ctx context.Context, all []object) error {
	for _, o := range all {
		key := at.named(o.base, o.key)
		if at.objects[key] {
			continue
		}
		if err := at.PutObject(ctx, key, content(o.size)); err != nil {
			if key == at.Key(objectName) || !isRefusal(err) {
				return err
			}
			if at.refused == nil {
				at.refused = map[string]string{}
			}
			at.refused[key] = err.Error()
			continue
		}
		if at.objects == nil {
			at.objects = map[string]bool{}
		}
		at.objects[key] = true
	}
	return nil
}

// isRefusal reports that an endpoint does not take an object: servers that keep objects as files cannot have every key beside every other.
func isRefusal(err error) bool {
	var call *endpoint.CallError
	return errors.As(err, &call) && call.Status >= 400 && call.Status < 500 && call.Status != http.StatusForbidden
}

// what browsers send beyond what a script asks for. Cookies never go with a preflight.
const (
	chromiumAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	firefoxAgent  = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
	safariAgent   = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15"
)

// clientLines are the further lines of one of a cell's requests.
func clientLines(cell scenarios.Cell, send scenarios.Send) []result.Header {
	if cell.Client == "" || cell.Client == scenarios.Plain {
		return nil
	}
	preflight := send == scenarios.Preflight
	lines := browserLines(cell, send)
	switch {
	case cell.Client == scenarios.ChromiumCookie && !preflight:
		lines = append(lines, result.Header{Name: "Cookie", Value: "session=corsprobe; theme=dark"})
	case cell.Client == scenarios.ChromiumReload:
		lines = append(lines, result.Header{Name: "Cache-Control", Value: "no-cache"}, result.Header{Name: "Pragma", Value: "no-cache"})
	case cell.Client == scenarios.ChromiumLocal && preflight:
		lines = append(lines, result.Header{Name: "Access-Control-Request-Private-Network", Value: "true"})
	case cell.Client == scenarios.Proxied:
		lines = append(lines, result.Header{Name: "Via", Value: "1.1 proxy.example.net"}, result.Header{Name: "X-Forwarded-For", Value: "203.0.113.7"},
			result.Header{Name: "Forwarded", Value: "for=203.0.113.7"})
	}
	return slices.DeleteFunc(lines, func(h result.Header) bool { // what the scenario sets itself stands
		return h.Value == "" || field(cell.Headers.Fields, h.Name) != nil
	})
}

// browserLines are what a browser says of itself and of what its answer is for.
func browserLines(cell scenarios.Cell, send scenarios.Send) []result.Header {
	agent, encodings, purpose, site := chromiumAgent, "gzip, deflate, br, zstd", "empty", "cross-site"
	switch cell.Client {
	case scenarios.Firefox:
		agent = firefoxAgent
	case scenarios.Safari:
		agent, encodings = safariAgent, "gzip, deflate, br"
	case scenarios.ChromiumSame, scenarios.ChromiumCookie:
		site = "same-site"
	}
	if kind, ok := map[scenarios.Client]string{scenarios.ChromiumImage: "image", scenarios.ChromiumVideo: "video", scenarios.ChromiumFont: "font"}[cell.Client]; ok && send == scenarios.Actual {
		purpose = kind
	}
	if purpose == "video" {
		encodings = "identity;q=1, *;q=0"
	}
	return []result.Header{
		{Name: "User-Agent", Value: agent},
		{Name: "Accept-Encoding", Value: encodings},
		{Name: "Accept-Language", Value: "en-US,en;q=0.9"},
		{Name: "Referer", Value: referer(cell)},
		{Name: "Sec-Fetch-Dest", Value: purpose},
		{Name: "Sec-Fetch-Mode", Value: "cors"},
		{Name: "Sec-Fetch-Site", Value: site},
	}
}

// referer is the origin and a slash (strict-origin-when-cross-origin); a sandboxed page, whose origin is null, has a URL all the same.
func referer(cell scenarios.Cell) string {
	switch {
	case cell.Origin == nil:
		return ""
	case *cell.Origin == "null":
		return "https://sandboxed.example.com/"
	default:
		return *cell.Origin + "/"
	}
}

// exchanges sends a request over the connections that its cell asks for, and gives every answer that is to be judged.
func (s *stage) exchanges(ctx context.Context, q request, cell scenarios.Cell) []result.Exchange {
	times := 1
	switch cell.Connection {
	case scenarios.AfterRefusal:
		return []result.Exchange{s.afterOthers(ctx, q, s.refusals(cell))}
	case scenarios.Used:
		return []result.Exchange{s.afterOthers(ctx, q, s.readings(ctx, cell))}
	case scenarios.Several:
		times = max(3, s.run.nodes())
		fallthrough
	case scenarios.Fresh:
		q.Fresh = true
	}
	var all []result.Exchange
	for i := range times {
		if s.run.asked.Add(1); times > 1 {
			q.Node = i + 1
		}
		all = append(all, s.run.do(ctx, q.Request))
	}
	return all
}

// nodes is how many addresses the endpoint's name has, as far as the run was told.
func (r *Run) nodes() int {
	if client, ok := r.probes.(*probe.Client); ok {
		return client.Nodes()
	}
	return 1
}

// afterOthers sends a request on a connection that has carried others.
func (s *stage) afterOthers(ctx context.Context, q request, others []probe.Request) result.Exchange {
	probes := s.run.probes
	if client, ok := probes.(*probe.Client); ok {
		alone := client.Alone()
		defer alone.Close()
		probes = alone
	}
	for _, before := range others {
		probes.Do(ctx, before) // the cells of that request judge it
	}
	s.run.asked.Add(1)
	return probes.Do(ctx, q.Request)
}

// readings are answers without a body, or with a part of one: a range, what is not modified, and a HEAD.
func (s *stage) readings(ctx context.Context, cell scenarios.Cell) []probe.Request {
	u, host, err := s.run.store.Address(s.place.Name(), s.place.Key(objectName), "", string(cell.Addressing))
	if err != nil {
		return nil // the cell's own request says why
	}
	var all []probe.Request
	for _, q := range []probe.Request{
		{Method: http.MethodGet, Header: []result.Header{{Name: "Range", Value: "bytes=0-3"}}},
		{Method: http.MethodGet, Header: []result.Header{{Name: "If-None-Match", Value: "*"}}},
		{Method: http.MethodHead},
	} {
		q.Kind, q.URL, q.Host = "before", u, host
		if q, err = s.authorise(ctx, scenarios.Signed, q); err == nil {
			all = append(all, q)
		}
	}
	return all
}

// refusals are requests that an endpoint refuses: a preflight of an origin that no rule lists, and an unsigned upload, whose body a server
// may leave unread.
func (s *stage) refusals(cell scenarios.Cell) []probe.Request {
	u, host, err := s.run.store.Address(s.place.Name(), s.place.Key("refused"), "", string(cell.Addressing))
	if err != nil {
		return nil // the cell's own request says why
	}
	from := result.Header{Name: "Origin", Value: "https://refused.corsprobe.example"}
	return []probe.Request{
		{Kind: "before", Method: http.MethodPut, URL: u, Host: host, Header: []result.Header{from}, Body: content(scenarios.HundredKiB)},
		{Kind: "before", Method: http.MethodOptions, URL: u, Host: host, Header: []result.Header{from, {Name: "Access-Control-Request-Method", Value: "DELETE"}}},
	}
}

// shorten keeps the start of a large object's text: CORS does not depend on the rest.
func shorten(r *result.Response, cell scenarios.Cell) {
	const enough = 256
	large := cell.Size == scenarios.HundredKiB || cell.Size == scenarios.TwoMebibyte || cell.Size == scenarios.SixMebibyte
	if large && len(r.Body) > enough && r.Body[0] != '<' {
		r.Body, r.Truncated = r.Body[:enough], true
	}
}
