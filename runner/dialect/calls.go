package dialect

import (
	"net/http"
	"slices"

	"corsprobe/runner/s3cors"
)

// Call is a configuration call: PutBucketCors, GetBucketCors or DeleteBucketCors.
type Call struct {
	Method string // PUT, GET or DELETE, or [Recreate]
	// Put is the configuration that is put, nil where its document does not fit the schema; Bytes is the document's length.
	Put   *s3cors.Configuration
	Bytes int
	Had   bool // the bucket had a configuration before
	// Missing: the bucket does not exist.
	Missing bool
	// Digest is what is wrong with Content-MD5: [s3cors.CodeBadDigest] or [s3cors.CodeInvalidDigest]; empty: nothing.
	Digest string

	validated bool // owed is what S3 makes of Put
	owed      *s3cors.Refusal
}

// Validated is the call with what S3 makes of its configuration: for a call that many dialects are held against.
func (c Call) Validated() Call {
	c.owed, c.validated = c.refusal(), true
	return c
}

// refusal is why S3 refuses what is put; nil: it does not.
func (c Call) refusal() *s3cors.Refusal {
	switch {
	case c.validated:
		return c.owed
	case c.Put == nil:
		return malformed()
	}
	return s3cors.Validate(c.Put)
}

// Recreate stands for a bucket that is deleted and made again, which is no configuration call: it holds nothing afterwards, whatever the
// dialect.
const Recreate = "RECREATE"

// Reply is what a configuration call is answered.
type Reply struct {
	Status  int
	Code    string // the error document's, empty: none
	Message string
	Config  *s3cors.Configuration // that GetBucketCors returns
	// Refusal is why a PutBucketCors is refused, where S3 does so.
	Refusal *s3cors.Refusal
}

// Call says what a configuration call is answered, and what the bucket holds afterwards.
func (d Dialect) Call(s State, c Call) (Reply, State) {
	if c.Method == Recreate {
		return Reply{}, State{}
	}
	c.Had = s.Own != nil
	var reply Reply
	switch {
	case c.Missing:
		reply = Reply{Status: http.StatusNotFound, Code: s3cors.CodeNoSuchBucket, Message: "The specified bucket does not exist"}
	case c.Method == http.MethodPut:
		reply, s = d.put(s, c)
	case c.Method == http.MethodDelete:
		reply.Status = 204
		if !d.any(func(one *Deviation) bool { return one.keeps }) {
			s = s.Now(nil)
		}
	default:
		reply = d.get(s)
	}
	for i := range d {
		one := &d[i]
		if one.called != nil {
			one.called(&reply, c)
		}
	}
	return reply, s
}

func (d Dialect) put(s State, c Call) (Reply, State) {
	if code := d.digest(c.Digest); code != "" { // what was changed on its way is not read
		return Reply{Status: 400, Code: code, Message: "The Content-MD5 you specified is not that of the document", Refusal: &s3cors.Refusal{Status: 400, Code: code}}, s
	}
	refusal := c.refusal()
	for i := range d {
		one := &d[i]
		if one.validate != nil {
			refusal = one.validate(c.Put, c.Bytes, refusal)
		}
	}
	if refusal != nil {
		if d.any(func(one *Deviation) bool { return one.wipes }) {
			s = s.Now(nil)
		}
		return Reply{Status: refusal.Status, Code: refusal.Code, Message: refusal.Message, Refusal: refusal}, s
	}
	kept := c.Put
	for i := range d {
		one := &d[i]
		if one.store != nil {
			kept = one.store(s.Own, kept)
		}
	}
	return Reply{Status: 200}, s.Now(kept)
}

// digest is the error code by which a wrong Content-MD5 is refused; empty: it is not.
func (d Dialect) digest(code string) string {
	for i := range d {
		one := &d[i]
		if one.digest != nil && code != "" {
			code = one.digest(code)
		}
	}
	return code
}

func (d Dialect) get(s State) Reply {
	if s.Own == nil {
		return Reply{Status: 404, Code: s3cors.CodeNoSuchCORSConfiguration, Message: s3cors.MessageNoConfiguration}
	}
	return Reply{Status: 200, Config: d.Returned(s.Own)}
}

// Returned is what GetBucketCors returns of a configuration.
func (d Dialect) Returned(cfg *s3cors.Configuration) *s3cors.Configuration {
	for i := range d {
		one := &d[i]
		if one.returned == nil {
			continue
		}
		changed := &s3cors.Configuration{}
		for _, r := range cfg.CORSRules {
			r.AllowedOrigins, r.AllowedMethods = slices.Clone(r.AllowedOrigins), slices.Clone(r.AllowedMethods)
			r.AllowedHeaders, r.ExposeHeaders = slices.Clone(r.AllowedHeaders), slices.Clone(r.ExposeHeaders)
			one.returned(&r)
			changed.CORSRules = append(changed.CORSRules, r)
		}
		cfg = changed
	}
	return cfg
}

func malformed() *s3cors.Refusal {
	return &s3cors.Refusal{Status: 400, Code: s3cors.CodeMalformedXML, Message: s3cors.MessageMalformedXML}
}

// Remembers reports that what a bucket held before may change answers: the configuration that was put last does not decide alone.
func (d Dialect) Remembers() bool {
	return d.any(func(one *Deviation) bool {
		return one.config != nil || one.store != nil || one.wipes || one.keeps
	})
}

// Configures reports that a deviation changes what configuration calls are answered, or what they leave behind.
func (d Dialect) Configures() bool { return d.any((*Deviation).configures) }

func (d *Deviation) configures() bool {
	return d.validate != nil || d.wipes || d.store != nil || d.keeps || d.returned != nil || d.called != nil || d.digest != nil
}

// WithoutAnswers lists the deviations that change configuration calls, and those of [Dialect.Matching]: dialects that have these in common leave
// the same in buckets, and come to the same rules.
func (d Dialect) WithoutAnswers() Dialect {
	return slices.DeleteFunc(slices.Clone(d), func(one Deviation) bool { return !one.configures() && !one.matches() })
}
