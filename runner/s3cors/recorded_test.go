package s3cors

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"testing"
)

// recordings is testdata/aws-recorded.json: answers captured from AWS.
type recordings struct {
	Requests         []recordedRequest `json:"requests"`
	ConfigurationAPI []recordedCall    `json:"configuration_api"`
}

type recordedRequest struct {
	ID      string         `json:"id"`
	Bucket  string         `json:"bucket"` // configured, unconfigured or missing
	CORS    *Configuration `json:"cors"`
	Request struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
	} `json:"request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Absent  []string          `json:"absent"`
		Error   *recordedError    `json:"error"`
	} `json:"response"`
}

type recordedError struct {
	Code         string `json:"code"`
	Message      string `json:"message"`
	Method       string `json:"method"`
	ResourceType string `json:"resource_type"`
}

type recordedCall struct {
	ID        string          `json:"id"`
	Operation string          `json:"operation"`
	Before    json.RawMessage `json:"before"`
	CORS      *Configuration  `json:"cors"`
	Response  struct {
		Status  int            `json:"status"`
		Returns *Configuration `json:"returns"`
		Error   *recordedError `json:"error"`
	} `json:"response"`
}

func loadRecordings(t testing.TB) recordings {
	t.Helper()
	var all recordings
	loadJSON(t, "testdata/aws-recorded.json", &all)
	return all
}

func loadJSON(t testing.TB, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func TestRecordingsAreUntouched(t *testing.T) {
	for file, want := range map[string]string{
		"testdata/aws-recorded.json": "7016cc3fd578d4b7c2a47ffab2e94a529f18f53125cefc19043dc75409fb5974",
		"testdata/peer-cases.json":   "782ddb69bdd17e0892234ac2fb0ef894e6f50a6e7906f30ccb290a80b3e32c56",
	} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s has changed (SHA-256 is %s, was %s): it holds recordings, which are never edited; restore it", file, got, want)
		}
	}
}

func TestRecordedRequests(t *testing.T) {
	all := loadRecordings(t)
	if len(all.Requests) != 36 {
		t.Fatalf("%d requests are recorded, want 36", len(all.Requests))
	}
	for _, rec := range all.Requests {
		t.Run(rec.ID, func(t *testing.T) { checkRecorded(t, rec) })
	}
}

func checkRecorded(t *testing.T, rec recordedRequest) {
	owed := Evaluate(rec.CORS, rec.request())
	got := owed.Answers[0]
	if !slices.Equal(got.Status, []int{rec.Response.Status}) {
		t.Errorf("status is %v, recorded %d", got.Status, rec.Response.Status)
	}
	for name, want := range rec.Response.Headers {
		if got.Headers[name] != want {
			t.Errorf("%s is %q, recorded %q", name, got.Headers[name], want)
		}
	}
	for _, name := range rec.Response.Absent {
		if value, there := got.Headers[name]; there {
			t.Errorf("%s is %q, recorded as absent", name, value)
		}
	}
	checkRecordedError(t, got.Error, rec.Response.Error)
	if len(owed.Answers) > 1 {
		t.Errorf("%d answers are owed to a request whose answer is recorded", len(owed.Answers))
	}
}

func checkRecordedError(t *testing.T, got *Error, rec *recordedError) {
	t.Helper()
	switch {
	case rec == nil && got == nil:
	case rec == nil:
		t.Errorf("the error is %+v, none is recorded", *got)
	case got == nil:
		t.Errorf("no error is owed, recorded %+v", *rec)
	case *got != Error(*rec):
		t.Errorf("the error is %+v, recorded %+v", *got, *rec)
	}
}

// request is the recorded one as the model takes it: the outcome of an actual request is what was recorded.
func (rec recordedRequest) request() Request {
	req := Request{
		Method:         rec.Request.Method,
		Target:         Object,
		BucketMissing:  rec.Bucket == "missing",
		Origin:         sent(rec.Request.Headers, "Origin"),
		RequestMethod:  sent(rec.Request.Headers, "Access-Control-Request-Method"),
		RequestHeaders: sent(rec.Request.Headers, "Access-Control-Request-Headers"),
	}
	if rec.Request.Path == "bucket" {
		req.Target = Bucket
	}
	if req.Method != http.MethodOptions {
		req.Outcome.Status = []int{rec.Response.Status}
	}
	return req
}

func sent(headers map[string]string, name string) *string {
	if value, ok := headers[name]; ok {
		return &value
	}
	return nil
}

func TestRecordedConfigurationAPI(t *testing.T) {
	all := loadRecordings(t)
	if len(all.ConfigurationAPI) != 13 {
		t.Fatalf("%d calls are recorded, want 13", len(all.ConfigurationAPI))
	}
	for _, call := range all.ConfigurationAPI {
		t.Run(call.ID, func(t *testing.T) { checkRecordedCall(t, call) })
	}
}

func checkRecordedCall(t *testing.T, call recordedCall) {
	switch call.Operation {
	case "PutBucketCors":
		checkRecordedPut(t, call)
	case "GetBucketCors":
		checkRecordedGet(t, call)
	case "DeleteBucketCors":
		if call.Response.Status != 204 {
			t.Errorf("recorded status %d contradicts fact 74", call.Response.Status)
		}
	default:
		t.Errorf("unknown operation %s", call.Operation)
	}
}

func checkRecordedPut(t *testing.T, call recordedCall) {
	got := Validate(call.CORS)
	switch {
	case got == nil && call.Response.Status != 200:
		t.Errorf("accepted, recorded %d %+v", call.Response.Status, call.Response.Error)
	case got == nil:
	case got.Status != call.Response.Status:
		t.Errorf("refused with %+v, recorded %d", *got, call.Response.Status)
	case got.Code != call.Response.Error.Code || got.Message != call.Response.Error.Message || got.Open:
		t.Errorf("refused with %+v, recorded %+v", *got, *call.Response.Error)
	}
}

// checkRecordedGet: what was put comes back as it was, also by way of XML.
func checkRecordedGet(t *testing.T, call recordedCall) {
	if rec := call.Response.Error; rec != nil {
		if call.Response.Status != 404 || rec.Code != CodeNoSuchCORSConfiguration || rec.Message != MessageNoConfiguration {
			t.Errorf("recorded %d %+v contradicts fact 72", call.Response.Status, *rec)
		}
		return
	}
	var before *Configuration
	if err := json.Unmarshal(call.Before, &before); err != nil {
		t.Fatal(err)
	}
	if d := Difference(before, call.Response.Returns); d != "" {
		t.Error(d)
	}
	back, err := ParseXML(call.Response.Returns.XML())
	if err != nil || !Equal(back, call.Response.Returns) {
		t.Errorf("by way of XML: %s, %v", Difference(call.Response.Returns, back), err)
	}
}
