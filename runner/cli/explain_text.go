package cli

import (
	"errors"
	"io"

	"corsprobe/reports"
	"corsprobe/runner/console"
	"corsprobe/runner/result"
)

// mostPasted is how much of standard input is read as a pasted text: a console's worth, many times over.
const mostPasted = 256 << 10

// notRecognised says what is. It does not repeat the text, which may hold a signature.
const notRecognised = `nothing in this text is recognised. What is:
  Chromium   Access to fetch at 'URL' from origin 'ORIGIN' has been blocked by CORS policy: …
             Refused to get unsafe header "ETag"
  Firefox    Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at URL. (Reason: …). Status code: 403.
  Safari     Origin ORIGIN is not allowed by Access-Control-Allow-Origin. Status code: 403
             Preflight response is not successful. Status code: 403
  S3         <Error><Code>AccessForbidden</Code>…</Error>, or a code such as SignatureDoesNotMatch
Firefox in any language, the others in English, whole or in part; corsprobe explain without arguments lists the names of checks and reasons`

// explainText explains what a pasted text says.
func (f *explainFlags) explainText(text string, w io.Writer) error {
	var all []result.Symptom
	for _, m := range console.Read(text) {
		all = append(all, console.Explain(m))
	}
	if len(all) == 0 {
		return usage(errors.New(notRecognised))
	}
	var err error
	if f.json {
		err = reports.WriteSymptomsJSON(w, all)
	} else {
		err = reports.WriteSymptoms(w, all, f.look.text(w))
	}
	if err != nil {
		return exit{exitNoJudgement, err}
	}
	return nil
}
