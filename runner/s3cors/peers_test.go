package s3cors

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// peerCase is an expectation of another project's tests, as testdata/peer-cases.json holds it.
type peerCase struct {
	ID           string         `json:"id"`
	Config       *Configuration `json:"cors_config"`
	BucketExists *bool          `json:"bucket_exists"`
	Request      struct {
		Method   string            `json:"method"`
		Kind     string            `json:"path_kind"`
		Headers  map[string]string `json:"headers"`
		Query    string            `json:"query"`
		Endpoint string            `json:"endpoint"`
		Body     *Configuration    `json:"body_config"`
	} `json:"request"`
	Response peerResponse `json:"response"`
}

type peerResponse struct {
	Status   *int                `json:"status"`
	Headers  map[string]*string  `json:"headers"` // null: asserted absent
	Contain  map[string][]string `json:"headers_contain"`
	Code     *string             `json:"error_code"`
	Message  *string             `json:"error_message"`
	Fragment string              `json:"error_message_contains"`
}

// disagreements lists the peers' expectations that the model does not share, with the fact that decides.
var disagreements = map[string]struct {
	fact int
	why  string
}{
	"nephoria-12": {2, `spells "evaluation", where S3 writes "evalution"`},
	"nephoria-15": {2, `spells "evaluation", where S3 writes "evalution"`},
	"nephoria-16": {2, `spells "evaluation", where S3 writes "evalution"`},

	"nephoria-13":                           {24, "keeps the case of requested names"},
	"nephoria-14":                           {24, "keeps the case of requested names"},
	"seaweed-preflight":                     {24, "keeps the case of requested names"},
	"seaweed-header-wildcard-headers":       {24, "keeps the case of requested names"},
	"seaweed-header-specific-headers-match": {24, "keeps the case of requested names"},
	"seaweed-header-partial-header-match":   {24, "keeps the case of requested names"},
	"seaweed-header-case-insensitive-match": {24, "keeps the case of requested names"},
	"seaweed-rules-1":                       {24, "keeps the case of requested names"},
	"seaweed-rules-2":                       {24, "keeps the case of requested names"},

	"moto-srv-preflight-bucket": {24, "answers the rule's list in Allow-Headers"},
	"moto-srv-preflight-object": {24, "answers the rule's list in Allow-Headers"},

	"s3rver-options-ok":             {20, "answers * for an origin that a pattern covers"},
	"seaweed-origin-wildcard-match": {20, "answers the origin for a rule that lists *"},

	"seaweed-header-disallowed-header": {4, "sends Allow-Origin on a refusal"},
	"seaweed-method-PUT":               {4, "sends Allow-Origin on a refusal"},
	"seaweed-method-DELETE":            {4, "sends Allow-Origin on a refusal"},
	"seaweed-method-HEAD":              {4, "sends Allow-Origin on a refusal"},
	"seaweed-noconfig":                 {5, "falls back to a configuration of the server's own"},
	"seaweed-service-options":          {13, "grants everything at the service root"},

	"seaweed-put-expose-star": {60, "takes * in ExposeHeader"},
}

// websites are preflights of website endpoints, which the model does not know (fact 43: peers only).
var websites = []string{"garage-web-preflight", "garage-web-preflight-no", "garage-web-preflight-deleted"}

func TestPeerCases(t *testing.T) {
	var cases []peerCase
	loadJSON(t, "testdata/peer-cases.json", &cases)
	left := map[string]bool{}
	for id, d := range disagreements {
		left[id] = true
		if _, found := FactByID(d.fact); !found {
			t.Errorf("%s: fact %d does not exist", id, d.fact)
		}
	}
	skipped := []string{}
	for _, c := range cases {
		if c.Request.Endpoint == "website" && c.Request.Method == http.MethodOptions {
			skipped = append(skipped, c.ID)
			continue
		}
		listed, problem := left[c.ID], c.problem()
		delete(left, c.ID)
		switch {
		case listed && problem == "":
			t.Errorf("%s: the model agrees, so the table must not list it", c.ID)
		case !listed && problem != "":
			t.Errorf("%s: %s", c.ID, problem)
		}
	}
	for id := range left {
		t.Errorf("%s is in the table but not among the cases", id)
	}
	if !slices.Equal(skipped, websites) {
		t.Errorf("skipped %v, want the websites' preflights %v", skipped, websites)
	}
}

// problem says why no answer of the model is what the peer expects; empty when one is.
func (c peerCase) problem() string {
	if c.Request.Query == "cors" {
		return c.configurationProblem()
	}
	var problems []string
	for _, answer := range Evaluate(c.Config, c.request()).Answers {
		p := c.Response.unlike(answer)
		if p == "" {
			return ""
		}
		problems = append(problems, p)
	}
	return strings.Join(problems, "; or ")
}

func (c peerCase) request() Request {
	req := Request{
		Method:         c.Request.Method,
		Target:         Target(c.Request.Kind),
		BucketMissing:  c.BucketExists != nil && !*c.BucketExists,
		Origin:         sent(c.Request.Headers, "Origin"),
		RequestMethod:  sent(c.Request.Headers, "Access-Control-Request-Method"),
		RequestHeaders: sent(c.Request.Headers, "Access-Control-Request-Headers"),
	}
	if req.Method != http.MethodOptions && c.Response.Status != nil {
		req.Outcome.Status = []int{*c.Response.Status}
	}
	return req
}

// unlike says how an answer of the model differs from the peer's expectation.
func (r peerResponse) unlike(got Answer) string {
	if r.Status != nil && len(got.Status) > 0 && !slices.Contains(got.Status, *r.Status) {
		return fmt.Sprintf("status %v, the peer has %d", got.Status, *r.Status)
	}
	for name, want := range r.Headers {
		value, owed := got.Headers[name]
		switch {
		case name == "Content-Length":
		case want == nil && owed:
			return fmt.Sprintf("%s is %q, the peer has none", name, value)
		case want != nil && value != *want:
			return fmt.Sprintf("%s is %q, the peer has %q", name, value, *want)
		}
	}
	for name, members := range r.Contain {
		for _, member := range members {
			if !slices.Contains(strings.Split(got.Headers[name], ", "), member) {
				return fmt.Sprintf("%s is %q, the peer looks for %s", name, got.Headers[name], member)
			}
		}
	}
	if got.Error == nil {
		return ""
	}
	return r.unlikeError(got.Error.Code, got.Error.Message)
}

// unlikeError compares what both sides assert.
func (r peerResponse) unlikeError(code, message string) string {
	switch {
	case r.Code != nil && code != "" && *r.Code != code:
		return fmt.Sprintf("code %s, the peer has %s", code, *r.Code)
	case r.Message != nil && message != "" && *r.Message != message:
		return fmt.Sprintf("message %q, the peer has %q", message, *r.Message)
	case message != "" && !strings.Contains(message, r.Fragment):
		return fmt.Sprintf("message %q, the peer looks for %q", message, r.Fragment)
	}
	return ""
}

// configurationProblem compares a call of the configuration's API.
func (c peerCase) configurationProblem() string {
	want := map[string]int{"GET": 200, "DELETE": 204}[c.Request.Method] // facts 73, 74
	switch {
	case c.Request.Method == http.MethodPut:
		return c.putProblem()
	case c.Request.Method == http.MethodGet && c.Config == nil:
		want = 404 // fact 72
		if p := c.Response.unlikeError(CodeNoSuchCORSConfiguration, MessageNoConfiguration); p != "" {
			return p
		}
	}
	if c.Response.Status != nil && *c.Response.Status != want {
		return fmt.Sprintf("status %d, the peer has %d", want, *c.Response.Status)
	}
	return ""
}

func (c peerCase) putProblem() string {
	got := Validate(c.Request.Body)
	accepted := c.Response.Code == nil && c.Response.Status != nil && *c.Response.Status == 200
	switch {
	case got == nil && !accepted:
		return "accepted, the peer refuses"
	case got == nil:
		return ""
	case accepted && !got.MayAccept:
		return fmt.Sprintf("refused with %+v, the peer accepts", *got)
	case accepted:
		return ""
	case c.Response.Status != nil && *c.Response.Status != got.Status:
		return fmt.Sprintf("status %d, the peer has %d", got.Status, *c.Response.Status)
	case got.Open:
		return ""
	}
	return c.Response.unlikeError(got.Code, got.Message)
}

// TestPeerConfigurationsSurviveXML takes every configuration of the cases through both formats.
func TestPeerConfigurationsSurviveXML(t *testing.T) {
	var cases []peerCase
	loadJSON(t, "testdata/peer-cases.json", &cases)
	for _, c := range cases {
		for _, cfg := range []*Configuration{c.Config, c.Request.Body} {
			if cfg == nil {
				continue
			}
			back, err := ParseXML(cfg.XML())
			if err != nil || !Equal(cfg, back) {
				t.Errorf("%s by way of XML: %s, %v", c.ID, Difference(cfg, back), err)
			}
			if r := Validate(cfg); r != nil && r.Code == CodeMalformedXML {
				continue // a list that JSON would have as null
			}
			text, _ := json.Marshal(cfg)
			if again, err := ParseJSON(text); err != nil || !Equal(cfg, again) {
				t.Errorf("%s by way of JSON: %s, %v", c.ID, Difference(cfg, again), err)
			}
		}
	}
}
