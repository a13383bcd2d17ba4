package judge

import (
	"path"
	"slices"
	"strings"
)

// Check is one thing that is compared.
type Check struct {
	ID      string // "preflight.allow-origin"; * stands for preflight and for actual where both are compared alike
	Owes    string // what S3 owes
	Matters string // what a page, or its author, has of it
	Facts   []int
}

// Checks lists every check, in the order in which an answer is read.
func Checks() []Check { return slices.Clone(checks) }

// CheckByID is the check of that id, with or without the request's kind; false where there is none.
func CheckByID(id string) (Check, bool) {
	for _, c := range checks {
		if ok, _ := path.Match(c.ID, id); ok || strings.TrimPrefix(c.ID, "*.") == id {
			return c, true
		}
	}
	return Check{}, false
}

var checks = []Check{
	{"preflight.status", "200 where a rule matches; 403 where none does, or the bucket has no configuration or does not exist; 400 where the preflight lacks Origin or asks for what is no method or no header name.",
		"A browser goes on only after a status from 200 to 299. That a refusal has S3's own status matters to whoever looks for its cause.", []int{1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 16, 17, 18}},
	{"actual.status", "The status that the request has without CORS: CORS never stops an actual request.",
		"A page, an image or a download that needs no CORS fails where the status changes with the Origin.", []int{31, 32}},
	{"*.allow-origin", "* where the matching rule lists *; otherwise the request's Origin, to the letter. No CORS header at all where no rule matches, there is no Origin or no configuration. Errors carry it too.",
		"Without it, or with another value, a browser keeps the answer from the page; with it where none is owed, a page reads what the configuration keeps from it.", []int{4, 20, 21, 30, 31, 37, 38, 39}},
	{"*.allow-credentials", "true where Allow-Origin is not *; otherwise nothing, never false.",
		"A page that sends cookies or an Authorization of the browser's own needs it; beside * a browser refuses credentials anyway.", []int{22}},
	{"*.allow-methods", "The matching rule's AllowedMethods in their order, on preflights and on answers.",
		"A browser refuses a PUT or DELETE that the preflight's answer does not list, and may send whatever it lists for as long as it keeps the answer.", []int{23}},
	{"*.allow-headers", "The names that the request asked for, in lower case; nothing where it asked for none. Never *, never the rule's patterns.",
		"A browser compares whole names: a pattern such as x-amz-* in the answer is a name like any other, and every request with x-amz-date is blocked. * does not cover Authorization.", []int{24, 25, 26, 51}},
	{"*.expose-headers", "The matching rule's ExposeHeaders as they were put; nothing where there are none, and nothing else is exposed.",
		"A script reads only exposed headers: without ETag a multipart upload cannot be completed, without Content-Range a player does not know where it is.", []int{27}},
	{"*.max-age", "The matching rule's MaxAgeSeconds; nothing where there is none.",
		"How long a browser asks no more. Browsers cap it (Chromium at two hours, Firefox at a day).", []int{28}},
	{"*.vary", "Origin, Access-Control-Request-Headers and Access-Control-Request-Method where a rule matched; none of them elsewhere. More names are fine.",
		"Without Origin in Vary a cache gives one origin's answer to another, and a page is blocked, or reads, at random.", []int{29, 30}},
	{"*.error-code", "The Code of S3's error document: AccessForbidden, BadRequest, NoSuchKey …",
		"Tools and people look errors up by it.", []int{2, 3, 5, 6, 7, 10, 11, 37}},
	{"preflight.error-method", "The Method in a refusal's document: the one that was asked for.", "It tells which of a page's requests was refused.", []int{3}},
	{"preflight.error-resource-type", "The ResourceType in a refusal's document: OBJECT or BUCKET by the URL; BUCKET where the bucket has no configuration or does not exist.",
		"It tells a missing configuration from a rule that does not match.", []int{3, 5, 6, 18}},
	{"config.status", "The status of PutBucketCors (200, or 400 for what S3 refuses), GetBucketCors (200, 404 without a configuration) and DeleteBucketCors (204).",
		"A configuration that S3 takes and this endpoint refuses leaves pages without it; one that S3 refuses and this endpoint takes does something that nobody has described.", []int{55, 56, 57, 58, 59, 60, 63, 72, 74}},
	{"config.error-code", "The code of a refused configuration call.", "Tools that manage configurations tell by it what to do: NoSuchCORSConfiguration is no error to them.", []int{56, 57, 58, 59, 60, 63, 72}},
	{"config.error-bucket-name", "The BucketName in the document that says there is no configuration.", "It tells which bucket, where a tool asks many.", []int{72}},
	{"config.round-trip", "GetBucketCors returns what was put: rules and values in their order, in their case, nothing added.",
		"Tools that keep configurations in files see a change at every run, and put it again.", []int{55, 73}},
	{"config.deleted", "After DeleteBucketCors, GetBucketCors finds none.", "What was taken away still works.", []int{74}},
}
