package endpoint_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
)

// quiet is a server whose complaints about its clients are not shown.
func quiet(t *testing.T, handler http.Handler, secure bool) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server
}

// closedPort is the address of a port that nobody listens at.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, listener.Close())
	return listener.Addr().String()
}

// raw answers every connection with the same bytes, whatever it asks.
func raw(t *testing.T, text string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, text)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return listener.Addr().String()
}

// resetting resets every connection once it was asked something.
func resetting(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return listener.Addr().String()
}

// nameless lets no name be looked up outside.
func nameless(t *testing.T) {
	t.Helper()
	before := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = before })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no network in tests")
	}}
}

// Whether a run makes its bucket or uses one, what keeps it from the endpoint is said in the same words.
func TestNoAnswer(t *testing.T) {
	environment(t)
	nameless(t)
	s3 := except(func(*http.Request) bool { return false }, nil)
	silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() })
	named := quiet(t, s3, true)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: named.Certificate().Raw}), 0o600))
	other := strings.Replace(named.URL, "127.0.0.1", "localhost", 1)
	for _, c := range []struct {
		name, url string
		options   probe.Options
		want      string
	}{
		{"nobody listens", "http://" + closedPort(t), probe.Options{}, "URL refused the connection; is the server running, and is the port right?"},
		{"unknown host", "https://s3.nowhere.invalid", probe.Options{}, "the name s3.nowhere.invalid does not resolve; check --endpoint, or give --resolve HOST:PORT:ADDR"},
		{"unknown authority", quiet(t, s3, true).URL, probe.Options{}, "the certificate of URL is not trusted: x509: certificate signed by unknown authority; give its authority with --ca-file, or --insecure to go on regardless"},
		{"another's certificate", other, probe.Options{CAFile: authority}, "the certificate of URL is for another name: x509: certificate is valid for example.com, *.example.com, not localhost; check --endpoint, or give --insecure to go on regardless"},
		{"TLS to plain HTTP", strings.Replace(quiet(t, s3, false).URL, "http:", "https:", 1), probe.Options{}, "URL does not speak TLS; try http:// instead of https://"},
		{"TLS to a mail server", "https://" + raw(t, "220 mail.example.com ESMTP\r\n"), probe.Options{}, `URL speaks no TLS, and looks like a mail or FTP server: its answer begins with "220 m"; check --endpoint, its host and its port`},
		{"TLS to an SSH server", "https://" + raw(t, "SSH-2.0-OpenSSH_9.9\r\n"), probe.Options{}, `URL speaks no TLS, and looks like an SSH server: its answer begins with "SSH-2"; check --endpoint, its host and its port`},
		{"HTTP to an SSH server", "http://" + raw(t, "SSH-2.0-OpenSSH_9.9\r\n"), probe.Options{}, `URL speaks no HTTP/1.1, and looks like an SSH server: its answer begins with "SSH-2.0-OpenSSH_9.9"; check --endpoint, its host and its port`},
		{"HTTP to a mail server", "http://" + raw(t, "220 mail.example.com ESMTP\r\n"), probe.Options{}, `URL speaks no HTTP/1.1: its answer has "mail.example.com" where version and status belong; check --endpoint, its host and its port`},
		{"HTTP/0.9", "http://" + raw(t, "<html>Welcome</html>\r\n"), probe.Options{}, `URL speaks no HTTP/1.1: its answer begins with "<html>Welcome</html>"; check --endpoint, its host and its port`},
		{"HTTP/2 alone", "http://" + raw(t, "\x00\x00\x00\x04\x00\x00\x00\x00\x00\n"), probe.Options{}, `URL speaks no HTTP/1.1, and looks like an HTTP/2 server, or another: its answer begins with ""; check --endpoint, its host and its port`},
		{"plain HTTP to TLS", strings.Replace(quiet(t, s3, true).URL, "https:", "http:", 1), probe.Options{}, "URL speaks TLS only; try https:// instead of http://"},
		{"plain HTTP to TLS that answers with an alert", "http://" + raw(t, "\x15\x03\x01\x00\x02\x02\x46"), probe.Options{}, "URL speaks TLS only; try https:// instead of http://"},
		{"plain HTTP to nginx", quiet(t, answer(400, "text/html", "<html>The plain HTTP request was sent to HTTPS port</html>"), false).URL, probe.Options{}, "URL speaks TLS only; try https:// instead of http://"},
		{"no answer in time", quiet(t, silent, false).URL, probe.Options{Timeout: 50 * time.Millisecond}, "URL did not answer within 50ms; is it reachable from here? --timeout waits longer"},
		{"hangs up", "http://" + raw(t, ""), probe.Options{}, "URL does not answer: the connection was closed without an answer; is it up, and is --endpoint right?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := endpoint.Config{URL: c.url, Addressing: "path", AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID, JournalDir: t.TempDir(), Options: c.options}
			e := open(t, config)
			same(t, "Check", c.want, said(e.Check(t.Context()), config))
			_, err := e.UseBucket(t.Context(), "users")
			same(t, "UseBucket", c.want, said(err, config))
		})
	}
}

// An interrupt is no fault of the endpoint's.
func TestCheckInterrupted(t *testing.T) {
	environment(t)
	ctx, cancel := context.WithCancel(t.Context())
	server := quiet(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }), false)
	config := endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret}
	same(t, "error", "interrupted before URL answered", said(open(t, config).Check(ctx), config))
}

// A certificate is trusted by --ca-file, by AWS_CA_BUNDLE, whatever else that holds, and by --insecure.
func TestTrust(t *testing.T) {
	environment(t)
	server := quiet(t, except(func(*http.Request) bool { return false }, nil), true)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	dir := t.TempDir()
	right, wrong := filepath.Join(dir, "right.pem"), filepath.Join(dir, "wrong.pem")
	must(t, os.WriteFile(right, text, 0o600))
	must(t, os.WriteFile(wrong, otherAuthority(t), 0o600))
	for _, c := range []struct {
		name, bundle string
		options      probe.Options
	}{
		{"--ca-file", "", probe.Options{CAFile: right}},
		{"AWS_CA_BUNDLE", right, probe.Options{}},
		{"--ca-file beside AWS_CA_BUNDLE", wrong, probe.Options{CAFile: right}},
		{"--insecure", "", probe.Options{Insecure: true}},
		{"--insecure beside AWS_CA_BUNDLE", wrong, probe.Options{Insecure: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("AWS_CA_BUNDLE", c.bundle)
			must(t, open(t, endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID, Options: c.options}).Check(t.Context()))
		})
	}
}

// otherAuthority is a certificate that has nothing to do with any server here.
func otherAuthority(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
