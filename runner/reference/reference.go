// Package reference is an S3 endpoint that answers CORS as S3 does: the embedded server, with everything that concerns CORS taken out of its
// answers and put in again from S3's model. Tests hold the harness against it: whatever it is blamed for is the harness's own mistake.
//
// It stands in front of the server as a proxy that changes neither the request's path nor its Host, so that signatures hold.
package reference

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"corsprobe/runner/embedded"
	"corsprobe/runner/s3cors"
)

// Server is a running reference endpoint.
type Server struct {
	upstream *embedded.Server
	owned    bool // the upstream was started for this endpoint alone
	http     *http.Server
	listener net.Listener
	proxy    *httputil.ReverseProxy
	served   chan struct{}
	behave   Behaviour
	shadows  *shadows // nil: none

	mu      sync.Mutex
	states  map[string]held       // by bucket
	buckets map[string]bool       // that were made (true) or deleted
	keys    map[string]bool       // "bucket/key" of every object that was put
	last    *s3cors.Configuration // of whichever bucket was configured last
}

// Start runs a reference endpoint on a free port of the loopback interface.
func Start(ctx context.Context) (*Server, error) { return StartWith(ctx, Behaviour{}) }

// StartWith runs one that departs from S3 as b says.
func StartWith(ctx context.Context, b Behaviour) (*Server, error) {
	return StartAt(ctx, embedded.Options{}, b)
}

// StartAt runs one at an address, with credentials and in a region of the caller's choice.
func StartAt(ctx context.Context, opts embedded.Options, b Behaviour) (*Server, error) {
	address := cmp.Or(opts.Address, embedded.DefaultAddress)
	opts.Address, opts.WithoutCORS = "", true
	upstream, err := embedded.Start(ctx, opts)
	if err != nil {
		return nil, err
	}
	s, err := before(upstream, address, b)
	if err != nil {
		return nil, errors.Join(err, upstream.Close(ctx))
	}
	s.owned = true
	return s, nil
}

// StartBefore runs one before a server that may have others before it. What they know of its buckets is their own. The server needs no CORS of its own.
func StartBefore(upstream *embedded.Server, b Behaviour) (*Server, error) {
	return before(upstream, embedded.DefaultAddress, b)
}

func before(upstream *embedded.Server, address string, b Behaviour) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	if addr, ok := listener.Addr().(*net.TCPAddr); !ok || !addr.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("address %q is not loopback", address), listener.Close())
	}
	s := &Server{upstream: upstream, listener: listener, states: map[string]held{}, buckets: map[string]bool{}, keys: map[string]bool{}, served: make(chan struct{}), behave: b}
	target, err := url.Parse(upstream.URL())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
			r.Out.URL.RawQuery = r.In.URL.RawQuery // as it was signed
		},
		ModifyResponse: s.answer,
		Transport:      &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}, // as many as are asked at once: no connection is made for one request
	}
	handler := http.Handler(http.HandlerFunc(s.serve))
	if b.Handler != nil {
		handler = b.Handler(handler)
	}
	s.http = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(listener) // ends with ErrServerClosed
	}()
	return s, nil
}

// URL is where the endpoint listens.
func (s *Server) URL() string {
	return strings.Replace("http://"+s.listener.Addr().String(), "127.0.0.1", "localhost", 1) // a name, for virtual-hosted addressing
}

// Credentials returns the keys of the only account.
func (s *Server) Credentials() (accessKey, secretKey string) { return s.upstream.Credentials() }

// Region is the one that signatures name.
func (s *Server) Region() string { return s.upstream.Region() }

// Close stops the endpoint.
func (s *Server) Close(ctx context.Context) error {
	err := s.http.Close() // Shutdown would wait for connections that were opened and never used
	<-s.served
	s.proxy.Transport.(*http.Transport).CloseIdleConnections()
	if !s.owned {
		return err
	}
	return errors.Join(err, s.upstream.Close(ctx))
}

// serve answers preflights and what S3 refuses to configure by itself; all else goes to the server, and its answer through answer.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	switch _, cors := r.URL.Query()["cors"]; {
	case r.Method == http.MethodOptions:
		s.preflight(w, r)
	case cors && r.Method == http.MethodPut:
		s.put(w, r)
	default:
		s.proxy.ServeHTTP(w, r)
	}
}

// answer takes the server's CORS out of an answer and puts S3's in.
func (s *Server) answer(a *http.Response) error {
	r := a.Request
	bucket, q := s.request(r)
	_, cors := r.URL.Query()["cors"]
	before := s.state(bucket)
	s.note(bucket, q, a)
	usable := s.usable(r.URL.Query())
	q.BucketMissing = bucketMissing(a) || q.Target != s3cors.Service && (mayBeMissing(a) || !usable) && !s.exists(r.Context(), bucket)
	if cors && a.StatusCode != http.StatusForbidden && usable {
		if err := s.configuration(a, bucket, q.BucketMissing); err != nil {
			return err
		}
	}
	for name := range a.Header {
		if name == "Vary" || strings.HasPrefix(name, "Access-Control-") {
			a.Header.Del(name)
		}
	}
	s.noteBucket(bucket, a)
	asked := s.asked(bucket, r, q, a.StatusCode)
	asked.Sent = slices.Collect(maps.Keys(a.Header))
	owed := s.evaluate(bucket, before, r, asked)
	s.lines(a.Header, owed)
	if len(owed.Status) == 0 || owed.Status[0] == a.StatusCode {
		return nil
	}
	if owed.Error == nil {
		replace(a, owed.Status[0], nil)
		return nil
	}
	document, err := xml.Marshal(errorDocument{Code: owed.Error.Code, Message: owed.Error.Message, RequestId: "1", HostId: "1"})
	replace(a, owed.Status[0], document)
	return err
}

// onBucketItself reports CreateBucket (PUT) or DeleteBucket (DELETE), which name no sub-resource.
func onBucketItself(r *http.Request, method string) bool {
	_, target := where(r)
	return r.Method == method && target == s3cors.Bucket && (r.URL.RawQuery == "" || strings.HasPrefix(r.URL.RawQuery, "x-id="))
}

// mayBeMissing reports an answer that does not say whether the bucket exists: a 404 without a body, and a refusal of the signature (403, or 400
// where its kind is not known), which is looked at first.
func mayBeMissing(a *http.Response) bool {
	refused := a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusBadRequest
	return a.StatusCode == http.StatusNotFound && a.Request.Method == http.MethodHead || refused
}

// bucketMissing reads the server's error document, and leaves it to be read again.
func bucketMissing(a *http.Response) bool {
	if a.StatusCode != http.StatusNotFound || a.Request.Method == http.MethodHead {
		return false
	}
	body, _ := io.ReadAll(io.LimitReader(a.Body, 1<<16))
	a.Body = io.NopCloser(bytes.NewReader(body))
	return bytes.Contains(body, []byte("<Code>NoSuchBucket</Code>"))
}

// note keeps which objects there are: the parts of an upload make none before it is completed.
func (s *Server) note(bucket string, q s3cors.Request, a *http.Response) {
	if q.Target != s3cors.Object || a.StatusCode >= 300 {
		return
	}
	ofUpload := a.Request.URL.Query().Has("uploadId")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch key := bucket + "/" + keyOf(bucket, a.Request); {
	case q.Method == http.MethodPut && !ofUpload, q.Method == http.MethodPost && ofUpload:
		s.keys[key] = true
	case q.Method == http.MethodDelete && !ofUpload && !a.Request.URL.Query().Has("tagging"):
		delete(s.keys, key)
	}
}

// noteBucket keeps which buckets were made and deleted.
func (s *Server) noteBucket(bucket string, a *http.Response) {
	made := onBucketItself(a.Request, http.MethodPut)
	if a.StatusCode >= 300 || !made && !onBucketItself(a.Request, http.MethodDelete) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[bucket] = made
	if made { // what is made again has nothing of the one before; until then a defect may answer by that
		delete(s.states, bucket)
		maps.DeleteFunc(s.keys, func(key string, _ bool) bool { return strings.HasPrefix(key, bucket+"/") })
	}
}

func replace(a *http.Response, status int, body []byte) {
	_ = a.Body.Close()
	a.StatusCode, a.Status = status, strconv.Itoa(status)+" "+http.StatusText(status)
	a.Body, a.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	a.Header.Set("Content-Length", strconv.Itoa(len(body)))
	if len(body) > 0 {
		a.Header.Set("Content-Type", "application/xml")
	}
}
