package runner

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"corsprobe/runner/redact"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3error"
)

// Evidence says for which cells a run keeps all exchanges. They are most of what a run has in memory.
type Evidence int

const (
	// All of every cell.
	All Evidence = iota
	// Problems keeps conforming cells short, see [result.Exchange], and so failures that are alike after the first thousand. Options.Judged
	// is still given the whole of every cell.
	Problems
	// OnlyProblems is Problems for callers that never look at the whole of a conforming cell: Options.Judged is given it short too.
	OnlyProblems
)

// mostAlike is for how many cells of a scenario with the same findings the evidence is kept; where all findings are known, mostKnownAlike.
const (
	mostAlike      = 1000
	mostKnownAlike = 1
)

// keeping decides what is kept of each cell. It is safe for use from several goroutines.
type keeping struct {
	evidence Evidence

	mu    sync.Mutex
	alike map[string]int // cells by scenario, verdict and checks
	// What cells have in common.
	words    map[string]string
	findings map[string][]result.Finding // by their JSON
}

// shortens reports that a cell is to be kept in short.
func (k *keeping) shortens(c *result.Cell) bool {
	if k.evidence == All || c.Point == nil {
		return false
	}
	most := mostAlike
	switch c.Verdict {
	case result.Passed:
		return true
	case result.Known:
		most = mostKnownAlike
	case result.Failed:
	default:
		return false
	}
	parts := []string{c.Scenario, string(c.Verdict)}
	for _, f := range c.Findings {
		parts = append(parts, f.Check)
	}
	key := strings.Join(parts, " ")
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.alike == nil {
		k.alike = map[string]int{}
	}
	k.alike[key]++
	return k.alike[key] > most
}

// shortened is a cell with as much of its evidence as a diagnosis reads.
func shortened(c result.Cell) result.Cell {
	c.Explanation, c.Curl, c.Browser = "", nil, nil
	exchanges := make([]result.Exchange, len(c.Exchanges))
	for i, ex := range c.Exchanges {
		exchanges[i] = brief(ex)
	}
	c.Exchanges = exchanges
	return c
}

func brief(ex result.Exchange) result.Exchange {
	short := result.Exchange{Kind: ex.Kind, Short: true, NoObject: ex.NoObject, Took: ex.Took, Error: ex.Error}
	short.Request = result.Request{Method: ex.Request.Method, URL: unsigned(ex.Request.URL)}
	for _, h := range ex.Request.Headers {
		if !slices.ContainsFunc(passedOver, h.Is) {
			short.Request.Headers = append(short.Request.Headers, h)
		}
	}
	short.Response = result.Response{Status: ex.Response.Status, Body: document(ex.Response.Body)}
	for _, h := range ex.Response.Headers {
		switch {
		case speaksOfCORS(h):
			short.Response.Headers = append(short.Response.Headers, h)
		case ex.Request.Method != http.MethodOptions: // its name alone: it may be exposed
			short.Response.Headers = append(short.Response.Headers, result.Header{Name: h.Name})
		}
	}
	return short
}

// share makes a short cell use the same strings as others, so that it keeps nothing else of its answers in memory.
func (k *keeping) share(c *result.Cell) {
	for i := range c.Exchanges {
		ex := &c.Exchanges[i]
		ex.Request.URL, ex.Response.Body = k.same(ex.Request.URL), k.same(ex.Response.Body)
		for _, lines := range [][]result.Header{ex.Request.Headers, ex.Response.Headers} {
			for j, h := range lines {
				lines[j] = result.Header{Name: k.same(h.Name), Value: k.same(h.Value)}
			}
		}
	}
}

// sameFindings are equal ones that other cells share.
func (k *keeping) sameFindings(findings []result.Finding) []result.Finding {
	if len(findings) == 0 {
		return nil
	}
	key, err := json.Marshal(findings)
	if err != nil {
		return findings
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if known, ok := k.findings[string(key)]; ok {
		return known
	}
	if k.findings == nil {
		k.findings = map[string][]result.Finding{}
	}
	if len(k.findings) < mostWords {
		k.findings[string(key)] = findings
	}
	return findings
}

// passedOver are headers of a request that no answer of CORS depends on.
var passedOver = []string{"Host", "User-Agent", "Accept", "X-Amz-Date", "X-Amz-Content-Sha256", "Content-MD5"}

func speaksOfCORS(h result.Header) bool {
	for i := range s3cors.Headers { // which are large
		if h.Is(s3cors.Headers[i].Name) {
			return true
		}
	}
	return false
}

// amz begins the parameters of a signature.
const amz = "X-Amz-"

// unsigned is a URL without the value of its signature; that it is signed stays visible.
func unsigned(address string) string {
	before, query, found := strings.Cut(address, "?")
	if !found {
		return address
	}
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		switch {
		case err == nil && strings.EqualFold(name, "X-Amz-Signature"):
			kept = append(kept, name+"="+redact.Redacted)
		case err == nil && len(name) >= len(amz) && strings.EqualFold(name[:len(amz)], amz):
		default:
			kept = append(kept, pair)
		}
	}
	return before + "?" + strings.Join(kept, "&")
}

// document is as much of an error document as is judged; empty for any other body.
func document(body string) string {
	if !strings.Contains(body, "<") {
		return ""
	}
	doc, err := s3error.Read(body)
	if err != nil {
		return ""
	}
	var short strings.Builder
	short.WriteString("<Error>")
	for _, e := range []s3error.Element{{Name: "Code", Value: doc.Code}, {Name: "Method", Value: doc.Method}, {Name: "ResourceType", Value: doc.ResourceType}} {
		if e.Value != "" {
			short.WriteString("<" + e.Name + ">" + escaped.Replace(e.Value) + "</" + e.Name + ">")
		}
	}
	short.WriteString("</Error>")
	return short.String()
}

var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// mostWords bounds how many strings are kept for sharing.
const mostWords = 10_000

// same is an equal string that other cells use already.
func (k *keeping) same(text string) string {
	if text == "" {
		return ""
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if known, ok := k.words[text]; ok {
		return known
	}
	if k.words == nil {
		k.words = map[string]string{}
	}
	own := strings.Clone(text)
	if len(k.words) < mostWords {
		k.words[own] = own
	}
	return own
}
