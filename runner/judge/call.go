package judge

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"corsprobe/runner/english"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3cors/fact"
	"corsprobe/runner/s3error"
)

// Config begins the ids of checks of configuration calls.
const Config Kind = "config"

// The parts that only configuration calls have.
const (
	BucketName = "error-bucket-name"
	RoundTrip  = "round-trip"
	Deleted    = "deleted"
)

// Call is what a configuration call must answer.
type Call struct {
	Status  []int    // acceptable codes
	Codes   []string // acceptable codes of the error document; empty: any
	Message string   // as S3 words it; empty: not known. A difference is shown, and is no finding
	Facts   []int
	Why     string
	// Open: the facts do not settle how it is refused. MayAccept: S3 may accept it, so accepting it is right too.
	Open, MayAccept bool
	accepted        bool // S3 accepts the configuration
}

// Refused reports that S3 refuses the call, or may refuse it.
func (c Call) Refused() bool { return len(c.Status) > 0 && c.Status[0] >= http.StatusMultipleChoices }

// PinnedCall is the answer that a scenario pins, in place of S3's.
func PinnedCall(status []int, codes []string, reason string) Call {
	return Call{Status: status, Codes: codes, Why: "pinned by the scenario: " + reason}
}

// Delete is what DeleteBucketCors must answer.
func Delete() Call {
	return Call{Status: []int{http.StatusNoContent}, Facts: []int{fact.DeleteAnswered}, Why: "DeleteBucketCors succeeds with or without a configuration"}
}

// OnMissing is what any configuration call must answer on a bucket that does not exist.
func OnMissing() Call {
	return Call{
		Status: []int{http.StatusNotFound}, Codes: []string{s3cors.CodeNoSuchBucket}, Facts: []int{fact.MissingBucketWithoutHeaders, fact.DeleteAnswered},
		Why: "the bucket does not exist",
	}
}

// PutSpoilt is what PutBucketCors must answer where its Content-MD5 is that of another document (wrong), or cannot be read.
func PutSpoilt(wrong bool) Call {
	c := Call{Status: []int{http.StatusBadRequest}, Codes: []string{s3cors.CodeInvalidDigest}, Facts: []int{fact.ChecksumNeeded}, Why: "the Content-MD5 cannot be read"}
	if wrong {
		c.Codes, c.Why = []string{s3cors.CodeBadDigest}, "the Content-MD5 is of another document, so that this one may have been changed on its way"
	}
	c.Why += peersOnly
	return c
}

// Get is what GetBucketCors must answer for a bucket that holds a configuration; nil: none.
func Get(holds *s3cors.Configuration) Call {
	if holds == nil {
		return Call{Status: []int{http.StatusNotFound}, Codes: []string{s3cors.CodeNoSuchCORSConfiguration}, Facts: []int{fact.NoConfiguration}, Why: "there is no configuration"}
	}
	return Call{Status: []int{http.StatusOK}, Facts: []int{fact.StoredAsPut}, Why: "the configuration is returned as stored"}
}

// Put is what PutBucketCors must answer to a configuration.
func Put(cfg *s3cors.Configuration) Call {
	refusal := s3cors.Validate(cfg)
	if refusal == nil {
		return Call{Status: []int{http.StatusOK}, accepted: true, Facts: []int{fact.PutReplaces}, Why: "S3 accepts this configuration"}
	}
	c := Call{Status: []int{refusal.Status}, Message: refusal.Message, Facts: refusal.Facts, Open: refusal.Open, MayAccept: refusal.MayAccept, Why: "S3 refuses this configuration"}
	if refusal.Code != "" {
		c.Codes = []string{refusal.Code}
	}
	return c
}

// emptyMaxAge is a MaxAgeSeconds without a number. Whether S3 reads it as absent is not known.
var emptyMaxAge = regexp.MustCompile(`<MaxAgeSeconds\s*/>|<MaxAgeSeconds>\s*</MaxAgeSeconds>`)

// PutDocument is what PutBucketCors must answer to a document. parse reads the document as S3 does.
func PutDocument(document string, parse func([]byte) (*s3cors.Configuration, error)) Call {
	cfg, err := parse([]byte(document))
	if err == nil {
		return Put(cfg)
	}
	c := Call{Status: []int{http.StatusBadRequest}, Codes: []string{s3cors.CodeMalformedXML}, Facts: []int{fact.SchemaBroken}, Why: "the document does not fit S3's schema: " + err.Error()}
	if cfg, err := parse([]byte(emptyMaxAge.ReplaceAllString(document, ""))); err == nil && s3cors.Validate(cfg) == nil {
		c.Open, c.MayAccept, c.Why = true, true, "whether S3 takes an empty MaxAgeSeconds for none is not known"
	}
	return c
}

// Compare lists how a call's answer differs from the one that is owed.
func (c Call) Compare(status int, code string) []result.Finding {
	d := Difference{Kind: Config, How: result.Value, Facts: c.Facts, Why: c.Why}
	switch {
	case len(c.Status) > 0 && !slices.Contains(c.Status, status):
		if c.MayAccept && status == http.StatusOK || c.Open && status == http.StatusBadRequest {
			return nil
		}
		d.Part, d.Owed, d.Got = Status, result.Side{Status: c.Status, Code: english.Or(c.Codes)}, result.Side{Status: []int{status}, Code: code}
		f := d.classed(result.Contract)
		if c.accepted && status >= http.StatusMultipleChoices {
			f.Class = result.Breakage // pages that need the configuration are without it
		}
		return []result.Finding{f}
	case status >= http.StatusMultipleChoices && len(c.Codes) > 0 && !c.Open && !slices.Contains(c.Codes, code):
		d.Part, d.Owed, d.Got = ErrorCode, result.Side{Values: c.Codes}, result.Side{Values: []string{code}}
		if code == "" {
			d.How, d.Got.Values = result.Missing, nil
		}
		return []result.Finding{d.classed(result.Contract)}
	}
	return nil
}

func (d Difference) classed(class result.Class) result.Finding {
	f := d.Finding()
	f.Class = class
	return f
}

// Wording reports that the message of a refusal differs from S3's.
func (c Call) Wording(status int, message string) []s3cors.Choice {
	if status < http.StatusMultipleChoices || c.Message == "" || c.Open || message == c.Message {
		return nil
	}
	return Worded(c.Message, message, c.Facts)
}

// Returned compares the answer to GetBucketCors with the configuration that was put. err is why the answer could not be read.
func Returned(want, got *s3cors.Configuration, err error, body string) []result.Finding {
	d := Difference{
		Kind: Config, Part: RoundTrip, How: result.Value, Owed: result.Side{Values: []string{rules(want)}},
		Facts: []int{fact.StoredAsPut}, Why: "GetBucketCors returns the configuration as it was put: order, values and case",
	}
	switch {
	case err != nil:
		d.How, d.Got, d.Why = result.NoDocument, result.Side{Body: BodyStart(body)}, "the answer is no CORSConfiguration: "+err.Error()
		return []result.Finding{d.classed(result.Contract)}
	case s3cors.Equal(got, want):
		return nil
	}
	d.Facts = []int{fact.PutReplaces, fact.StoredAsPut}
	if got == nil {
		d.How, d.Got.Values = result.Missing, []string{"no configuration"}
		return []result.Finding{d.classed(result.Breakage)}
	}
	d.Got.Values = []string{s3cors.Difference(want, got)}
	return []result.Finding{d.classed(result.Contract)}
}

func rules(cfg *s3cors.Configuration) string {
	switch {
	case cfg == nil:
		return "no configuration"
	case len(cfg.CORSRules) == 1:
		return "the rule that was put"
	default:
		return fmt.Sprintf("the %d rules that were put", len(cfg.CORSRules))
	}
}

// NamesBucket holds that the answer of a bucket without a configuration names the bucket (fact 72).
func NamesBucket(name, body string) []result.Finding {
	doc, err := s3error.Read(body)
	if err != nil && !errors.Is(err, s3error.ErrCutShort) || doc.BucketName == name {
		return nil // an answer without an error document is a finding already
	}
	d := comparison{kind: Config}.element(BucketName, []string{name}, doc.BucketName, doc)
	d.Facts, d.Why = []int{fact.NoConfiguration}, "the error document names the bucket"
	return []result.Finding{d.classed(result.Contract)}
}

// StillThere is the finding where DeleteBucketCors was answered, and the configuration can still be read.
func StillThere() result.Finding {
	return Difference{
		Kind: Config, Part: Deleted, How: result.Value, Owed: result.Side{Values: []string{"no configuration"}}, Got: result.Side{Values: []string{"GetBucketCors still returns one"}},
		Facts: []int{fact.DeleteAnswered}, Why: "DeleteBucketCors removes the configuration",
	}.classed(result.Exposure)
}
