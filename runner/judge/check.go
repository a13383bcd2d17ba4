package judge

import (
	"path"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3cors/fact"
)

// Check is one thing that is compared.
type Check struct {
	ID      string // "preflight.allow-origin"; * stands for preflight and for actual where both are compared alike
	Owes    string // what S3 owes
	Matters string // what it means to a page, or to its author
	Facts   []int
}

// Checks lists every check, in the order in which an answer is read.
func Checks() []Check {
	all := slices.Clone(statusChecks)
	for _, h := range s3cors.Headers {
		all = append(all, Check{ID: "*." + h.Check, Owes: h.Owes, Matters: h.Matters, Facts: h.Facts})
	}
	return append(all, otherChecks...)
}

// CheckByID is the check of that id, with or without the request's kind; false where there is none.
func CheckByID(id string) (Check, bool) {
	for _, c := range Checks() {
		if ok, _ := path.Match(c.ID, id); ok || strings.TrimPrefix(c.ID, "*.") == id {
			return c, true
		}
	}
	return Check{}, false
}

var statusChecks = []Check{
	{"preflight.status", "200 where a rule matches; 403 where none does, or the bucket has no configuration or does not exist; 400 where the preflight lacks Origin or asks for what is no method or no header name.",
		"A browser goes on only after a status from 200 to 299. That a refusal has S3's own status matters to whoever looks for its cause.", []int{fact.PreflightGranted, fact.PreflightRefused, fact.NotEnabled, fact.BucketNotFound, fact.OriginNeeded, fact.LookupWithoutMethod, fact.MissingMethod, fact.UnknownMethod, fact.BadHeaderName, fact.OrderOfChecks, fact.PreflightUnauthenticated, fact.KeyNotNeeded, fact.SameForBuckets}},
	{"actual.status", "The status that the request has without CORS: CORS never stops an actual request.",
		"A page, an image or a download that needs no CORS fails where the status changes with the Origin.", []int{fact.NeverStopped, fact.NoOrigin}},
}

var otherChecks = []Check{
	{"*.error-code", "The Code of S3's error document: AccessForbidden, BadRequest, NoSuchKey …",
		"Tools and people look errors up by it.", []int{fact.PreflightRefused, fact.RefusalDocument, fact.NotEnabled, fact.BucketNotFound, fact.OriginNeeded, fact.UnknownMethod, fact.BadHeaderName, fact.ErrorsCarryHeaders}},
	{"preflight.error-method", "The Method in a refusal's document: the one that was asked for.", "It tells which of a page's requests was refused.", []int{fact.RefusalDocument}},
	{"preflight.error-resource-type", "The ResourceType in a refusal's document: OBJECT or BUCKET by the URL; BUCKET where the bucket has no configuration or does not exist.",
		"It tells a missing configuration from a rule that does not match.", []int{fact.RefusalDocument, fact.NotEnabled, fact.BucketNotFound, fact.SameForBuckets}},
	{"config.status", "The status of PutBucketCors (200, or 400 for what S3 refuses), GetBucketCors (200, 404 without a configuration) and DeleteBucketCors (204).",
		"A configuration that S3 takes and this endpoint refuses leaves pages without it; one that S3 refuses and this endpoint takes does something that nobody has described.", []int{fact.PutReplaces, fact.SchemaBroken, fact.UnsupportedMethod, fact.TwoStarsInOrigin, fact.TwoStarsInHeader, fact.StarInExpose, fact.TooManyRules, fact.NoConfiguration, fact.DeleteAnswered}},
	{"config.error-code", "The code of a refused configuration call.", "Tools that manage configurations tell by it what to do: NoSuchCORSConfiguration is no error to them.", []int{fact.SchemaBroken, fact.UnsupportedMethod, fact.TwoStarsInOrigin, fact.TwoStarsInHeader, fact.StarInExpose, fact.TooManyRules, fact.NoConfiguration}},
	{"config.error-bucket-name", "The BucketName in the document that says there is no configuration.", "It tells which bucket, where a tool asks many.", []int{fact.NoConfiguration}},
	{"config.round-trip", "GetBucketCors returns what was put: rules and values in their order, in their case, nothing added.",
		"Tools that keep configurations in files see a change at every run, and put it again.", []int{fact.PutReplaces, fact.StoredAsPut}},
	{"config.deleted", "After DeleteBucketCors, GetBucketCors finds none.", "What was taken away still works.", []int{fact.DeleteAnswered}},
}
