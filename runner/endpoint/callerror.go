package endpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"

	"corsprobe/runner/redact"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// CallError is an S3 call that was refused.
type CallError struct {
	Operation string
	Status    int
	Code      string
	Message   string
	elsewhere elsewhere // what the answer says of the right endpoint
}

// Error is what the refusal says, as far as it says anything.
func (c *CallError) Error() string {
	text := fmt.Sprintf("%s: %d", c.Operation, c.Status)
	if c.Code != "" {
		text += " " + c.Code
	}
	if c.Message != "" {
		text += ": " + c.Message
	}
	return text
}

// lostError is a call that got no answer, or none that could be read. Its text is short; the error that it wraps has the details.
type lostError struct {
	operation, text string
	err             error
}

func (l *lostError) Error() string { return l.operation + ": " + l.text }
func (l *lostError) Unwrap() error { return l.err }

// callError turns the SDK's error into a CallError where there was an answer.
func (e *Endpoint) callError(operation string, err error) error {
	if err == nil {
		return nil
	}
	var answer *awshttp.ResponseError
	switch {
	case !errors.As(err, &answer) || answer.HTTPStatusCode() == 0:
		return &lostError{operation, e.presentable(reason(err)), err}
	case answer.HTTPStatusCode() < http.StatusMultipleChoices:
		return &lostError{operation, fmt.Sprintf("its answer of %d cannot be read: %s", answer.HTTPStatusCode(), e.presentable(reason(err))), err}
	}
	c := &CallError{Operation: operation, Status: answer.HTTPStatusCode(), elsewhere: elsewhereIn(answer.HTTPResponse().Response, e.url)}
	var api smithy.APIError
	if errors.As(err, &api) {
		c.Code, c.Message = e.presentable(api.ErrorCode()), e.presentable(api.ErrorMessage())
	}
	return c
}

// reason says in a few words why there was no answer.
func reason(err error) string {
	switch root := rootCause(err); {
	case errors.Is(err, errTooLong):
		return errTooLong.Error()
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case timedOut(err):
		return "no answer in time"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed in the middle of the answer"
	case errors.Is(err, io.EOF):
		return "the connection was closed without an answer"
	default:
		return root.Error()
	}
}

// isCall reports a refusal with one of those codes.
func isCall(err error, codes ...string) bool {
	var call *CallError
	if !errors.As(err, &call) {
		return false
	}
	for _, code := range codes {
		if call.Code == code {
			return true
		}
	}
	return false
}

// longest is how much of a server's text is shown: an error message should not fill the screen.
const longest = 300

// presentable makes one line of a server's text, without secrets and without control characters, which could steer a terminal.
func (e *Endpoint) presentable(text string) string {
	var secrets []string
	if creds, err := e.Credentials(context.Background()); err == nil { // in the SDK's cache: the call was signed
		secrets = append(secrets, creds.SecretAccessKey, creds.SessionToken)
	}
	return oneLine(redact.New(secrets...).Text(text))
}

// oneLine makes one line of a text, without control characters, which could steer a terminal.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return string(runes)
}
