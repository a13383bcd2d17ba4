package diagnose

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// faithfully is what was read of the report that was planted in last: in the same one, most often.
var faithfully *evidence

func readOnce(r result.Report) *evidence {
	if faithfully == nil || len(faithfully.cells) != len(r.Cells) || &faithfully.cells[0] != &r.Cells[0] {
		faithfully = read(r)
	}
	return faithfully
}

// Plant makes of the report of a faithful endpoint that of one that speaks a dialect.
func Plant(r result.Report, d dialect.Dialect) result.Report {
	e := readOnce(r)
	faithful, planted := e.simulate(nil), e.simulate(d)
	r.Cells = slices.Clone(r.Cells)
	lost := map[int]bool{}
	n := 0
	for i := range r.Cells {
		c := &r.Cells[i]
		c.Exchanges = slices.Clone(c.Exchanges)
		for k := range c.Exchanges {
			c.Exchanges[k].Response.Headers = slices.Clone(c.Exchanges[k].Response.Headers)
		}
		for first := n; n < len(e.cases) && e.cases[n].cell == i; n++ {
			o := e.cases[n]
			step := o.scenario*1000 + o.step
			switch {
			case o.call != nil:
				e.plantCall(d, planted, o, c, lost)
			case lost[step] || lost[o.scenario*1000+999]:
				c.Verdict = result.Unsupported
			default:
				e.plantAnswer(d, planted, faithful, n, c, &c.Exchanges[n-first])
			}
		}
	}
	return r
}

func (e *evidence) plantAnswer(d dialect.Dialect, planted, faithful *simulation, n int, c *result.Cell, ex *result.Exchange) {
	o := e.cases[n]
	a := d.Answers(e.state(planted, o), o.asked)[0]
	response := &ex.Response
	response.Headers = slices.DeleteFunc(response.Headers, func(h result.Header) bool {
		name := strings.ToLower(h.Name)
		return name == "vary" || strings.HasPrefix(name, "access-control-")
	})
	response.Headers = append(response.Headers, a.Lines()...)
	was := response.Status
	if len(a.Status) > 0 && !slices.Contains(a.Status, response.Status) {
		response.Status, response.Body = a.Status[0], ""
	}
	if o.asked.Preflight() {
		response.Body = ""
	}
	if a.Error != nil && ex.Request.Method != http.MethodHead && (o.asked.Preflight() || response.Status != was) {
		response.Body = "<Error><Code>" + a.Error.Code + "</Code>" + member("Method", a.Error.Method) + member("ResourceType", a.Error.ResourceType) + "</Error>"
	}
	came := o.seen
	defer func() { o.seen = came }()
	o.seen = see(ex.Request.Method, *response)
	if m := e.try(nil, faithful, n).missed; m != 0 {
		c.Verdict = result.Failed
		check := ex.Kind + ".something"
		if m&status != 0 {
			check = ex.Kind + ".status"
		}
		c.Findings = append(slices.Clone(c.Findings), result.Finding{Check: check, Expected: strconv.Itoa(was), Got: strconv.Itoa(response.Status)})
	}
}

func member(name, value string) string {
	if value == "" || value == dialect.Nothing {
		return ""
	}
	return "<" + name + ">" + value + "</" + name + ">"
}

func (e *evidence) plantCall(d dialect.Dialect, planted *simulation, o *observation, c *result.Cell, lost map[int]bool) {
	call, before := *e.scenarios[o.scenario].calls[o.step], e.before(d, planted.states, o.scenario, o.step)
	reply, after := d.Call(before, call)
	should := s3cors.Validate(call.Put) == nil && call.Put != nil
	fail := func(check, expected, got string) {
		c.Verdict = result.Failed
		c.Findings = append(slices.Clone(c.Findings), result.Finding{Check: check, Expected: expected, Got: got})
	}
	ex := result.Exchange{Kind: "call", Request: result.Request{Method: call.Method}, Response: result.Response{Status: reply.Status}}
	if reply.Code != "" {
		ex.Response.Body = "<Error><Code>" + reply.Code + "</Code></Error>"
	}
	everything := o.scenario*1000 + 999
	if call.Missing || call.Digest != "" {
		c.Exchanges = []result.Exchange{ex}
		if owed, _ := dialect.Dialect(nil).Call(before, call); owed.Status != reply.Status || owed.Code != reply.Code {
			fail("config.something", "", "")
		}
		lost[everything] = lost[everything] || call.Digest != "" && reply.Status < 300
		return
	}
	switch call.Method {
	case http.MethodPut:
		switch {
		case should && reply.Status >= 300:
			c.Exchanges = nil
			fail("config.status", "200", fmt.Sprintf("%d %s", reply.Status, reply.Code))
			lost[o.scenario*1000+o.step] = true
		case should:
			lost[everything] = false
			if got := d.Returned(after.Own); !s3cors.Equal(got, call.Put) {
				ex.Request.Method, ex.Response.Body = "GET", string(got.XML())
				c.Exchanges = []result.Exchange{ex}
				fail("config.round-trip", "", "")
			}
		case reply.Status < 300:
			c.Exchanges = []result.Exchange{ex}
			if r := s3cors.Validate(call.Put); r == nil || !r.MayAccept {
				fail("config.status", "400", "200")
			}
			lost[everything] = true
		default:
			c.Exchanges = []result.Exchange{ex}
			if r := s3cors.Validate(call.Put); r != nil && !r.Open && r.Code != reply.Code || call.Put == nil && reply.Code != "MalformedXML" {
				fail("config.error-code", "", "")
			}
		}
	case http.MethodGet:
		if reply.Config != nil {
			ex.Response.Body = string(reply.Config.XML())
		}
		c.Exchanges = []result.Exchange{ex}
		if m := e.missedCall(nil, e.simulate(nil), &observation{scenario: o.scenario, step: o.step, call: answered("GET", ex.Response)}); m != 0 {
			fail("config.something", "", "")
		}
	case http.MethodDelete:
		c.Exchanges = []result.Exchange{ex}
		if reply.Status != 204 {
			fail("config.status", "204", strconv.Itoa(reply.Status))
		}
		if after.Own != nil {
			fail("config.deleted", "", "")
		}
	}
}

func answered(method string, r result.Response) *called {
	c := &called{method: method}
	c.answered(r)
	return c
}

// Blind lists the judged cells of a report of which some exchange is not read, and those of an endpoint that answers as S3 does which S3's own
// dialect does not predict: the diagnosis could say nothing of them.
func Blind(r result.Report) (unread, unforeseen []string) {
	e := read(r)
	observed := map[int]int{}
	for _, o := range e.cases {
		observed[o.cell]++
		if o.ignored != 0 {
			unforeseen = append(unforeseen, e.cells[o.cell].ID)
		}
	}
	for i, c := range e.cells {
		asked := 0
		for _, ex := range c.Exchanges {
			if ex.Error == "" {
				asked++
			}
		}
		if c.Point != nil && c.Verdict != result.Unsupported && c.Verdict != result.Error && observed[i] < asked {
			unread = append(unread, c.ID)
		}
	}
	return unread, unforeseen
}
