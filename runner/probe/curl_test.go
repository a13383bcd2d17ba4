package probe

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/result"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
)

// arrivals keeps what arrives.
type arrivals struct {
	*httptest.Server
	arrived []string
}

func recordArrivals(t *testing.T) *arrivals {
	t.Helper()
	r := &arrivals{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		lines := []string{q.Method + " " + q.RequestURI, "Host: " + q.Host, "Content-Length: " + q.Header.Get("Content-Length"), "body: " + string(body)}
		for _, name := range slices.Sorted(maps.Keys(q.Header)) {
			// each of both names itself, and signs at its own time
			if !slices.Contains([]string{"User-Agent", "Authorization", "X-Amz-Date", "X-Amz-Content-Sha256", "Content-Length"}, name) {
				lines = append(lines, name+": "+strings.Join(q.Header[name], " | "))
			}
		}
		r.arrived = append(r.arrived, strings.Join(lines, "\n"))
	}))
	t.Cleanup(r.Close)
	return r
}

// The printed line sends what the run sent.
func TestCurlRepeats(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip(err)
	}
	creds := aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: planted, SessionToken: "the-session-token"}
	page := []result.Header{{Name: "Accept", Value: "*/*"}, {Name: "Origin", Value: "https://app.example.com"}}
	with := func(headers ...result.Header) []result.Header { return append(slices.Clone(page), headers...) }
	for _, c := range []struct {
		name     string
		request  Request
		path     string
		presign  bool // the URL, before a preflight is sent to it
		unsigned bool // what arrives of the run's has a signature, which curl puts in a header
		refused  bool // the URL is one that must be refused
	}{
		{name: "GET", request: Request{Method: "GET", Header: page}, path: "/b/k"},
		{name: "HEAD", request: Request{Method: "HEAD", Header: page}, path: "/b/k"},
		{name: "without an origin", request: Request{Method: "GET", Header: page[:1]}, path: "/b/k?list-type=2"},
		{name: "an empty origin", request: Request{Method: "GET", Header: []result.Header{{Name: "Accept", Value: "*/*"}, {Name: "Origin"}}}, path: "/b/k"},
		{name: "a preflight", request: Request{Method: "OPTIONS", Header: with(result.Header{Name: "Access-Control-Request-Method", Value: "PUT"})}, path: "/b/k"},
		{name: "a preflight that asks for nothing", request: Request{Method: "OPTIONS", Header: with(result.Header{Name: "Access-Control-Request-Method"}, result.Header{Name: "Access-Control-Request-Headers"})}, path: "/b/k"},
		{name: "a preflight of a presigned URL", request: Request{Method: "OPTIONS", Header: with(result.Header{Name: "Access-Control-Request-Method", Value: "PUT"})}, path: "/b/k?uploads=", presign: true},
		{name: "a presigned URL", request: Request{Method: "GET", Header: page}, path: "/b/k?partNumber=1&uploadId=a%20b", presign: true, unsigned: true},
		{name: "a presigned URL that must be refused", request: Request{Method: "GET", Header: page}, path: "/b/k", presign: true, refused: true},
		{name: "PUT with a body", request: Request{Method: "PUT", Header: page, Body: []byte("it's \"quoted\"\n")}, path: "/b/k"},
		{name: "PUT with a type", request: Request{Method: "PUT", Header: with(result.Header{Name: "Content-Type", Value: "text/plain"}), Body: []byte("x")}, path: "/b/k"},
		{name: "POST without a body", request: Request{Method: "POST", Header: page}, path: "/b/k?uploads"},
		{name: "DELETE", request: Request{Method: "DELETE", Header: page}, path: "/b/k"},
		{name: "odd characters", request: Request{Method: "GET", Header: with(result.Header{Name: "x-amz-meta-a", Value: "it's $HOME `id` \\ !;&|"})}, path: "/b/folder/sub%20folder/a+b&c=d%20%C3%BC.txt"},
		{name: "dots and brackets", request: Request{Method: "GET", Header: page}, path: "/b/../a/./[1-3]{x,y}"},
		{name: "another host", request: Request{Method: "GET", Host: "bucket.s3.example.com", Header: page}, path: "/k"},
		{name: "another Accept", request: Request{Method: "GET", Header: []result.Header{{Name: "Accept", Value: "image/png"}}}, path: "/k"},
		{name: "a header twice", request: Request{Method: "GET", Header: with(result.Header{Name: "X-A", Value: "1"}, result.Header{Name: "X-A", Value: "2"})}, path: "/k"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := recordArrivals(t)
			client := client(t, Options{Secrets: []string{planted, creds.SessionToken}})
			q := c.request
			q.URL = parse(t, server.URL+c.path)
			if c.presign {
				signed, err := Presign(t.Context(), creds, "r", Request{Method: "PUT", URL: q.URL}, time.Minute, time.Now())
				if err != nil {
					t.Fatal(err)
				}
				q.URL = signed.URL
			}
			ex := client.Do(t.Context(), q)
			if ex.Error != "" {
				t.Fatal(ex.Error)
			}
			command := client.Redactor().Text(Curl(ex.Request, q.Body, CurlOptions{Region: "r", AsSent: c.refused}))
			out, err := exec.CommandContext(t.Context(), "sh", "-c", "AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret "+strings.Replace(command, "curl ", "curl --noproxy '*' ", 1)).CombinedOutput()
			if err != nil || len(server.arrived) != 2 {
				t.Fatalf("%v: %d requests arrived\n%s\n%s", err, len(server.arrived), command, out)
			}
			want := client.Redactor().Text(server.arrived[0])
			if c.unsigned {
				want = strings.Replace(want, ex.Request.Method+" "+client.Redactor().Text(q.URL.RequestURI()), ex.Request.Method+" "+c.path, 1)
			}
			if diff := cmp.Diff(want, server.arrived[1]); diff != "" {
				t.Errorf("%s\narrives as (-run +curl):\n%s", command, diff)
			}
		})
	}
}
