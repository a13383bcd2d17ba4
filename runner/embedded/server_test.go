package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestStartDefaults(t *testing.T) {
	s := run(t, Options{})
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("URL is %q", s.URL())
	}
	if s.Region() != "us-east-1" {
		t.Errorf("region is %q", s.Region())
	}
	if s.Name() != "versitygw 1.8.0" {
		t.Errorf("name is %q", s.Name())
	}
	access, secret := s.Credentials()
	if len(access) < 16 || len(secret) < 32 {
		t.Errorf("credentials are short: %q, %q", access, secret)
	}
	other := run(t, Options{})
	if a, b := other.Credentials(); a == access || b == secret {
		t.Error("two servers have the same random credentials")
	}
}

func TestStartGivenOptions(t *testing.T) {
	s := run(t, Options{
		Address: "localhost:0", AccessKey: "someone", SecretKey: "very-secret", Region: "eu-west-3",
	})
	if a, b := s.Credentials(); a != "someone" || b != "very-secret" {
		t.Errorf("credentials are %q, %q", a, b)
	}
	must(t)(client(s).ListBuckets(t.Context(), &s3.ListBucketsInput{}))
}

func TestStartRefuses(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	cases := []struct {
		desc string
		opts Options
		want string
	}{
		{"half a credential", Options{AccessKey: "a"},
			"embedded: an access key and a secret key go together: only one is given"},
		{"the other half", Options{SecretKey: "a"},
			"embedded: an access key and a secret key go together: only one is given"},
		{"no port", Options{Address: "127.0.0.1"},
			`embedded: address "127.0.0.1": address 127.0.0.1: missing port in address`},
		{"every interface", Options{Address: ":0"}, `embedded: address ":0" is not loopback`},
		{"port in use", Options{Address: busy.Addr().String()}, "address already in use"},
	}
	for _, tc := range cases {
		t.Run(tc.desc, func(t *testing.T) {
			s, err := Start(t.Context(), tc.opts)
			if err == nil {
				s.Close(t.Context())
				t.Fatal("the server started")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error is %q, want %q", err, tc.want)
			}
		})
	}
}

func TestStartCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(ctx, Options{}); err == nil {
		s.Close(t.Context())
		t.Fatal("the server started")
	}
}

func TestStartContextDoesNotStopTheServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	cancel()
	must(t)(client(s).ListBuckets(t.Context(), &s3.ListBucketsInput{}))
}

func TestTwoServersShareNothing(t *testing.T) {
	_, first := withBucket(t, Options{})
	second := client(run(t, Options{}))
	must(t)(first.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: pail}))
	_, err := second.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: pail})
	wantCode(t, err, "NotFound")
}

func TestCloseFreesThePort(t *testing.T) {
	s, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	// An idle connection that the client keeps must not hold the server up.
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()

	began := time.Now()
	for range 2 {
		if err := s.Close(t.Context()); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("Close took %v", took)
	}
	listener, err := net.Listen("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatalf("the port is still taken: %v", err)
	}
	listener.Close()
}

func TestCloseKeepsItsContext(t *testing.T) {
	began, finish := make(chan struct{}), make(chan struct{})
	s, err := Start(t.Context(), Options{Middleware: func(_ *Exchange, next func()) {
		close(began)
		<-finish
		next()
	}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if resp, err := web.Get(s.URL()); err == nil {
			resp.Body.Close()
		}
	}()
	<-began
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err = s.Close(ctx)
	if want := "embedded: close: context deadline exceeded"; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	close(finish)
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	<-done
}

func TestGatewayVersion(t *testing.T) {
	linked := &debug.BuildInfo{Deps: []*debug.Module{
		{Path: "example.org/other", Version: "v3.0.0"}, {Path: modulePath, Version: "v9.8.7"},
	}}
	for _, tc := range []struct {
		desc string
		info *debug.BuildInfo
		ok   bool
		want string
	}{
		{"linked", linked, true, "9.8.7"},
		{"not listed", &debug.BuildInfo{}, true, fallbackVersion},
		{"no information", nil, false, fallbackVersion},
	} {
		if got := gatewayVersion(tc.info, tc.ok); got != tc.want {
			t.Errorf("%s: version is %q, want %q", tc.desc, got, tc.want)
		}
	}
}

// The server's code writes to os.Stdout and os.Stderr directly, so the test puts a file in their place. It must not
// run beside others.
func TestServerPrintsNothing(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "output")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = file, file
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()

	s, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := client(s)
	must(t)(c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: pail}))
	put(t, c, "k", "content")
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: pail, Key: aws.String("absent")})
	wantCode(t, err, "NoSuchKey")
	send(t, "GET", s.URL()+"/pail/k", "")
	send(t, "OPTIONS", s.URL()+"/pail/k", "", "Origin", "https://a.example")
	send(t, "PATCH", s.URL()+"/pail/k", "")
	send(t, "FOO", s.URL()+"/pail/k", "")
	send(t, "TRACE", s.URL()+"/pail/k", "")
	raw(t, s, "garbage\r\n\r\n")
	raw(t, s, "PUT /pail/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc")
	raw(t, s, "PUT /pail/k HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	cutUpload(t, s, 10)
	cutUpload(t, s, 100_000)
	raw(t, s, "GET /pail HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n")
	raw(t, s, "GET /pail/"+strings.Repeat("k", 9000)+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	printed, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if len(printed) > 0 {
		t.Errorf("the server printed %q", printed)
	}
}

// cutUpload signs an upload of some length, goes away in the middle of its body and returns the answer.
func cutUpload(t *testing.T, s *Server, length int) string {
	t.Helper()
	signed, err := s3.NewPresignClient(client(s)).PresignPutObject(t.Context(), &s3.PutObjectInput{
		Bucket: pail, Key: aws.String("cut"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw(t, s, fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s",
		strings.TrimPrefix(signed.URL, s.URL()), signed.SignedHeader.Get("Host"), length,
		strings.Repeat("x", length/2)))
}

func TestCutUploadStoresNothing(t *testing.T) {
	s, c := withBucket(t, Options{})
	cases := []struct {
		desc   string
		length int
		want   string
	}{
		// A short body is read before the request is routed.
		{"short", 10, "HTTP/1.1 400 Bad Request"},
		{"long", 100_000, "<Code>IncompleteBody</Code>"},
	}
	for _, tc := range cases {
		t.Run(tc.desc, func(t *testing.T) {
			if got := cutUpload(t, s, tc.length); !strings.Contains(got, tc.want) {
				t.Errorf("the answer is %q, want %s", got, tc.want)
			}
			_, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: pail, Key: aws.String("cut")})
			wantCode(t, err, "NotFound")
		})
	}
}

// raw sends bytes as they are and waits for the end of the answer.
func raw(t *testing.T, s *Server, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, request)
	if err = errors.Join(err, conn.(*net.TCPConn).CloseWrite()); err != nil {
		t.Logf("the server closed early: %v", err)
	}
	got, _ := io.ReadAll(conn)
	return string(got)
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		s.Close(b.Context())
		b.StartTimer()
	}
}
