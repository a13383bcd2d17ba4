package permit

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"corsprobe/runner/dialect"
	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Provider is an endpoint, and how it is known to depart from S3.
type Provider struct {
	Name, Title  string
	Dialect      dialect.Dialect
	NoBucketCORS bool // it refuses PutBucketCors, whatever is put
}

// At says what a page's request comes to where the configuration is put to a provider's bucket. On points that S3's facts leave open it takes
// the provider's known answer, or else the likelier one.
func At(p Provider, cfg *s3cors.Configuration, q fetch.Request) result.ExplainedProvider {
	e := result.ExplainedProvider{Name: p.Name, Title: p.Title}
	if p.NoBucketCORS {
		e.Gets, e.Refused = result.Blocked, "it has no CORS of a bucket's"
		e.Sentence = "the bucket has no configuration of its own"
		return e
	}
	c := comesTo(p.Dialect, cfg, q)
	e.Refused, e.Preflight, e.Actual, e.Gets, e.Sentence, e.Readable = c.refused, c.preflight, c.actual, c.gets, c.sentence, c.readable
	e.By = explainedDeviations(responsible(p.Dialect, func(d dialect.Dialect) any { return comesTo(d, cfg, q).visible() }))
	return e
}

// fate is what a configuration and a request come to at an endpoint.
type fate struct {
	outcome
	refused string // why the endpoint refused the configuration; empty: it accepted it
}

// visible is the part of a fate that a reader is shown, and by which two fates are compared.
func (f fate) visible() any {
	return []any{f.refused, f.preflight, f.actual, f.gets, f.readable}
}

func comesTo(d dialect.Dialect, cfg *s3cors.Configuration, q fetch.Request) fate {
	state, refused := Put(d, cfg)
	answers := func(ask s3cors.Request) dialect.Answer { return d.Answers(state, askedBy(q, ask))[0] }
	return fate{asksOf(answers, q), refused}
}

// Put is what a bucket holds after PutBucketCors at an endpoint of a dialect, and why the endpoint refused it; empty: it accepted it.
func Put(d dialect.Dialect, cfg *s3cors.Configuration) (dialect.State, string) {
	reply, state := d.Call(dialect.State{}, dialect.Call{Method: http.MethodPut, Put: cfg, Bytes: len(cfg.XML())})
	if reply.Refusal == nil {
		return state, ""
	}
	return state, fmt.Sprintf("PutBucketCors is answered %d %s", reply.Status, reply.Code)
}

// askedBy is a request with what else of it an endpoint sees: the headers that the page sends, of an object that is there.
func askedBy(q fetch.Request, ask s3cors.Request) dialect.Asked {
	asked := dialect.Asked{Request: ask, Path: "/bucket/key", Key: "key"}
	for name, value := range map[string]*string{"Origin": ask.Origin, "Access-Control-Request-Method": ask.RequestMethod, "Access-Control-Request-Headers": ask.RequestHeaders} {
		if value != nil {
			asked.Headers = append(asked.Headers, result.Header{Name: name, Value: *value})
		}
	}
	if ask.Method == http.MethodOptions {
		return asked
	}
	asked.Status = http.StatusOK
	asked.Headers = append(asked.Headers, q.Headers...)
	for _, name := range q.UnsafeNames {
		asked.Headers = append(asked.Headers, result.Header{Name: name, Value: "…"})
	}
	return asked
}

// responsible are the deviations without each of which the result would differ; where no single one is needed, those that alone lead to the
// result.
func responsible(d dialect.Dialect, comesOut func(dialect.Dialect) any) dialect.Dialect {
	whole, faithful := comesOut(d), comesOut(nil)
	if reflect.DeepEqual(whole, faithful) {
		return nil
	}
	var needed, alone dialect.Dialect
	for i, one := range d {
		if !reflect.DeepEqual(comesOut(slices.Delete(slices.Clone(d), i, i+1)), whole) {
			needed = append(needed, one)
		}
		if !reflect.DeepEqual(comesOut(dialect.Dialect{one}), faithful) {
			alone = append(alone, one)
		}
	}
	if len(needed) == 0 {
		return alone
	}
	return needed
}
