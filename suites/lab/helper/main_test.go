package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/reference"
)

// printed runs a command as main does, and returns what it prints.
func printed(t *testing.T, args ...string) (string, error) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	err = do(t.Context(), args)
	os.Stdout = stdout
	_ = w.Close()
	text, readErr := io.ReadAll(r)
	if readErr != nil {
		t.Fatal(readErr)
	}
	return string(text), err
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"port", "1"}, {"ports"}, {"ports", "x"}, {"ports", "1", "2"}, {"ready", "now"}, {"-h"}} {
		if text, err := printed(t, args...); err == nil || err.Error() != usage || text != "" {
			t.Errorf("%q: %q, %v; want the usage", args, text, err)
		}
	}
}

// The ports are distinct, and nobody listens on them.
func TestPorts(t *testing.T) {
	for n := range 5 {
		text, err := printed(t, "ports", strconv.Itoa(n))
		if err != nil {
			t.Fatal(err)
		}
		ports := strings.Fields(text)
		slices.Sort(ports)
		if len(slices.Compact(ports)) != n || !strings.HasSuffix(text, "\n") {
			t.Errorf("ports %d prints %q", n, text)
		}
		for _, port := range ports {
			l, err := net.Listen("tcp", "127.0.0.1:"+port)
			if err != nil {
				t.Errorf("port %s: %v", port, err)
				continue
			}
			_ = l.Close()
		}
	}
}

// lead has the SDK's environment lead to an endpoint.
func lead(t *testing.T, address, region, access, secret string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": address, "AWS_ENDPOINT_URL_S3": "", "AWS_REGION": region, "AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_CA_BUNDLE": "", "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
}

// serve is an endpoint that answers as a test says.
func serve(t *testing.T, handler http.HandlerFunc) {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	lead(t, s.URL, "us-east-1", "access", "planted-secret")
}

// A working server is ready, and holds no bucket afterwards; one that refuses is not.
func TestReady(t *testing.T) {
	s, err := reference.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	access, secret := s.Credentials()
	lead(t, s.URL(), s.Region(), access, secret)
	for _, command := range []string{"empty", "ready", "empty"} {
		if text, err := printed(t, command); err != nil || text != "" {
			t.Errorf("%s: %q, %v", command, text, err)
		}
	}
	lead(t, s.URL(), s.Region(), access, "planted-wrong")
	for _, command := range []string{"ready", "empty"} {
		if _, err := printed(t, command); err == nil || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s with a wrong key: %v", command, err)
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, c := range []struct {
		name, body, want string
	}{
		{"none", "<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>", ""},
		{"two", "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket><Bucket><Name>b</Name></Bucket></Buckets></ListAllMyBucketsResult>", "buckets are left: a, b"},
	} {
		serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/" {
				t.Errorf("%s: asked %s %s", c.name, r.Method, r.URL)
			}
			_, _ = io.WriteString(w, c.body)
		})
		got := ""
		if err := do(context.Background(), []string{"empty"}); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	if err := do(context.Background(), []string{"empty"}); err == nil {
		t.Error("a refusal is taken for no buckets")
	}
}
