package probe

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"mime/multipart"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/result"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// formBoundary parts the fields of a form. None of them holds it.
const formBoundary = "corsprobe-form-boundary"

// FormType is the Content-Type of [Form].
const FormType = "multipart/form-data; boundary=" + formBoundary

// Form is the body by which a page's form uploads an object, with a policy that permits just that for a while. further are fields to add; one of
// the form's own names stands in place of the form's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
func Form(creds aws.Credentials, region, bucket, key string, further []result.Header, file []byte, expires time.Duration, now time.Time) ([]byte, error) {
	scope := signingScope(region, now)
	fields := []result.Header{
		{Name: "key", Value: key},
		{Name: "x-amz-algorithm", Value: "AWS4-HMAC-SHA256"},
		{Name: "x-amz-credential", Value: creds.AccessKeyID + "/" + scope},
		{Name: "x-amz-date", Value: now.UTC().Format(amzDate)},
	}
	if creds.SessionToken != "" {
		fields = append(fields, result.Header{Name: "x-amz-security-token", Value: creds.SessionToken})
	}
	fields = slices.Concat(fields, others(further))
	policy, err := formPolicy(bucket, fields, now.Add(expires))
	if err != nil {
		return nil, err
	}
	signature := hex.EncodeToString(hmacSHA256(signingKey(creds, region, now), policy))
	fields = append(fields, result.Header{Name: "policy", Value: policy}, result.Header{Name: "x-amz-signature", Value: signature})
	for i, f := range fields {
		if given := result.Values(further, f.Name); len(given) > 0 {
			fields[i].Value = given[0]
		}
	}
	return formBody(fields, file)
}

// own are the fields that [Form] makes after the policy, which cannot name them.
var own = []string{"policy", "x-amz-signature"}

func others(further []result.Header) []result.Header {
	return slices.DeleteFunc(slices.Clone(further), func(f result.Header) bool { return slices.Contains(own, strings.ToLower(f.Name)) })
}

// formPolicy permits these fields, and no others.
func formPolicy(bucket string, fields []result.Header, until time.Time) (string, error) {
	conditions := []map[string]string{{"bucket": bucket}}
	for _, f := range fields {
		conditions = append(conditions, map[string]string{f.Name: f.Value})
	}
	text, err := json.Marshal(map[string]any{"expiration": until.UTC().Format("2006-01-02T15:04:05.000Z"), "conditions": conditions})
	return base64.StdEncoding.EncodeToString(text), err
}

func formBody(fields []result.Header, file []byte) ([]byte, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary(formBoundary); err != nil {
		return nil, err
	}
	for _, f := range fields {
		if err := w.WriteField(f.Name, f.Value); err != nil {
			return nil, err
		}
	}
	part, err := w.CreateFormFile("file", "corsprobe.txt") // S3 wants it last
	if err != nil {
		return nil, err
	}
	if _, err := part.Write(file); err != nil {
		return nil, err
	}
	err = w.Close() // writes the end
	return b.Bytes(), err
}
