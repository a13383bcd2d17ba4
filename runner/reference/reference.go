// Package reference is an S3 endpoint that answers CORS as S3 does: the embedded server, with everything that concerns CORS taken out of its
// answers and put in again from S3's model. Tests hold the harness against it: whatever it is blamed for is the harness's own mistake.
//
// It stands in front of the server as a proxy that changes neither the request's path nor its Host, so that signatures hold.
package reference

import (
	"bytes"
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
	http     *http.Server
	listener net.Listener
	proxy    *httputil.ReverseProxy
	served   chan struct{}
	behave   Behaviour

	mu      sync.Mutex
	configs map[string]*s3cors.Configuration // by bucket
	last    *s3cors.Configuration            // of whichever bucket was configured last
}

// Start runs a reference endpoint on a free port of the loopback interface.
func Start(ctx context.Context) (*Server, error) { return StartWith(ctx, Behaviour{}) }

// StartWith runs one that departs from S3 as b says.
func StartWith(ctx context.Context, b Behaviour) (*Server, error) {
	upstream, err := embedded.Start(ctx, embedded.Options{})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, upstream.Close(ctx))
	}
	s := &Server{upstream: upstream, listener: listener, configs: map[string]*s3cors.Configuration{}, served: make(chan struct{}), behave: b}
	target, err := url.Parse(upstream.URL())
	if err != nil {
		return nil, errors.Join(err, listener.Close(), upstream.Close(ctx))
	}
	s.proxy = &httputil.ReverseProxy{
		Director:       func(r *http.Request) { r.URL.Scheme, r.URL.Host = target.Scheme, target.Host },
		ModifyResponse: s.answer,
		Transport:      &http.Transport{DisableCompression: true},
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

// where names the bucket of a request and whether its URL names the bucket itself.
func where(r *http.Request) (bucket string, target s3cors.Target) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	host, _, _ := net.SplitHostPort(r.Host)
	if name, ok := strings.CutSuffix(host, ".localhost"); ok {
		bucket = name
	} else {
		bucket, path, _ = strings.Cut(path, "/")
	}
	switch {
	case bucket == "":
		return "", s3cors.Service
	case path == "":
		return bucket, s3cors.Bucket
	default:
		return bucket, s3cors.Object
	}
}

func (s *Server) request(r *http.Request) (string, s3cors.Request) {
	bucket, target := where(r)
	return bucket, s3cors.Request{
		Method: r.Method, Target: target,
		Origin: value(r, "Origin"), RequestMethod: value(r, "Access-Control-Request-Method"), RequestHeaders: value(r, "Access-Control-Request-Headers"),
	}
}

func value(r *http.Request, name string) *string {
	if values, ok := r.Header[name]; ok {
		joined := strings.Join(values, ", ")
		return &joined
	}
	return nil
}

// evaluate is what a request on a bucket is answered.
func (s *Server) evaluate(bucket string, cfg *s3cors.Configuration, r *http.Request, q s3cors.Request, status int) s3cors.Answer {
	if s.behave.Config != nil {
		s.mu.Lock()
		cfg = s.behave.Config(View{Bucket: bucket, Own: cfg, Last: s.last})
		s.mu.Unlock()
	}
	if s.behave.Request != nil {
		s.behave.Request(&q, r)
	}
	stored := cfg
	if s.behave.Rules != nil && cfg != nil {
		cfg = s.behave.Rules(cfg, q)
	}
	a := s3cors.Evaluate(cfg, q).Answers[0]
	a.Headers = maps.Clone(a.Headers)
	if a.Headers == nil {
		a.Headers = map[string]string{}
	}
	if s.behave.Answer != nil {
		s.behave.Answer(&a, Asked{Request: q, HTTP: r, Config: stored, Status: status})
	}
	return a
}

func (s *Server) config(bucket string) *s3cors.Configuration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.configs[bucket]
}

func (s *Server) preflight(w http.ResponseWriter, r *http.Request) {
	bucket, q := s.request(r)
	q.BucketMissing = q.Target != s3cors.Service && !s.exists(r.Context(), bucket)
	owed := s.evaluate(bucket, s.config(bucket), r, q, 0)
	s.send(w, owed)
}

// exists asks the server without a signature: it answers 404 for a bucket that is not there, and 403 for one that is.
func (s *Server) exists(ctx context.Context, bucket string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, s.upstream.URL()+"/"+bucket, nil)
	if err != nil {
		return false
	}
	answer, err := s.proxy.Transport.RoundTrip(r)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode != http.StatusNotFound
}

// lines writes the CORS headers of an answer.
func (s *Server) lines(h http.Header, owed s3cors.Answer) {
	for name, v := range owed.Headers {
		h.Set(name, v)
	}
	if s.behave.Lines != nil {
		s.behave.Lines(h)
	}
}

// send writes an answer of the model.
func (s *Server) send(w http.ResponseWriter, owed s3cors.Answer) {
	s.lines(w.Header(), owed)
	status := http.StatusForbidden
	if len(owed.Status) > 0 {
		status = owed.Status[0]
	}
	if owed.Error == nil {
		w.WriteHeader(status)
		return
	}
	sendError(w, status, *owed.Error)
}

// errorDocument has S3's members in S3's order (fact 3).
type errorDocument struct {
	XMLName      xml.Name `xml:"Error"`
	Code         string
	Message      string
	Method       string `xml:",omitempty"`
	ResourceType string `xml:",omitempty"`
	BucketName   string `xml:",omitempty"`
	RequestId    string //nolint:revive // S3's name
	HostId       string //nolint:revive // S3's name
}

func sendError(w http.ResponseWriter, status int, e s3cors.Error) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	document, _ := xml.Marshal(errorDocument{Code: e.Code, Message: e.Message, Method: e.Method, ResourceType: e.ResourceType, RequestId: "1", HostId: "1"})
	_, _ = fmt.Fprint(w, xml.Header, string(document))
}

// put refuses what S3 refuses, and keeps what the server lets this account put.
func (s *Server) put(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	cfg, err := s3cors.ParseXML(body)
	refusal := s3cors.Validate(cfg)
	if err != nil {
		refusal = &s3cors.Refusal{Status: http.StatusBadRequest, Code: s3cors.CodeMalformedXML, Message: s3cors.MessageMalformedXML}
	}
	if s.behave.Validate != nil {
		refusal = s.behave.Validate(cfg, refusal)
	}
	if refusal != nil {
		if s.behave.Refused != nil {
			s.mu.Lock()
			bucket, _ := where(r)
			s.behave.Refused(s.configs, bucket)
			s.mu.Unlock()
		}
		sendError(w, refusal.Status, s3cors.Error{Code: refusal.Code, Message: refusal.Message})
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), putting{}, cfg)))
}

// putting is the context key of the configuration that a request puts.
type putting struct{}

// answer takes the server's CORS out of an answer and puts S3's in.
func (s *Server) answer(a *http.Response) error {
	r := a.Request
	bucket, q := s.request(r)
	_, cors := r.URL.Query()["cors"]
	before := s.config(bucket)
	if cors && a.StatusCode != http.StatusForbidden {
		if err := s.configuration(a, bucket); err != nil {
			return err
		}
	}
	for name := range a.Header {
		if name == "Vary" || strings.HasPrefix(name, "Access-Control-") {
			a.Header.Del(name)
		}
	}
	if deletesBucket(r) && a.StatusCode < 300 {
		s.mu.Lock()
		delete(s.configs, bucket) // a configuration goes with its bucket
		s.mu.Unlock()
	}
	q.BucketMissing = bucketMissing(a) || headOfNothing(a) && !s.exists(r.Context(), bucket)
	owed := s.evaluate(bucket, before, r, q, a.StatusCode)
	s.lines(a.Header, owed)
	if len(owed.Status) > 0 && owed.Status[0] != a.StatusCode && s.behave.Answer != nil {
		replace(a, owed.Status[0], nil)
	}
	return nil
}

// deletesBucket reports DeleteBucket, which names no sub-resource.
func deletesBucket(r *http.Request) bool {
	_, target := where(r)
	return r.Method == http.MethodDelete && target == s3cors.Bucket && (r.URL.RawQuery == "" || r.URL.RawQuery == "x-id=DeleteBucket")
}

// headOfNothing reports a 404 that has no body to tell what is missing.
func headOfNothing(a *http.Response) bool {
	return a.StatusCode == http.StatusNotFound && a.Request.Method == http.MethodHead
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

// configuration makes an answer to GetBucketCors, PutBucketCors or DeleteBucketCors S3's own. The server has checked the signature.
func (s *Server) configuration(a *http.Response, bucket string) error {
	if a.StatusCode == http.StatusNotFound && bucketMissing(a) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	had := s.configs[bucket] != nil
	defer func() {
		if s.behave.Called != nil {
			s.behave.Called(a, had)
		}
	}()
	switch a.Request.Method {
	case http.MethodPut:
		cfg, _ := a.Request.Context().Value(putting{}).(*s3cors.Configuration)
		if s.behave.Store != nil {
			cfg = s.behave.Store(s.configs[bucket], cfg)
		}
		s.configs[bucket], s.last = cfg, cfg
		replace(a, http.StatusOK, nil)
	case http.MethodDelete:
		if s.behave.Delete == nil || s.behave.Delete(s.configs[bucket]) {
			delete(s.configs, bucket)
		}
		replace(a, http.StatusNoContent, nil)
	case http.MethodGet:
		cfg := s.configs[bucket]
		if s.behave.Returned != nil {
			cfg = s.behave.Returned(View{Bucket: bucket, Own: cfg, Last: s.last})
		}
		if cfg != nil {
			replace(a, http.StatusOK, cfg.XML())
			break
		}
		document, err := xml.Marshal(errorDocument{Code: s3cors.CodeNoSuchCORSConfiguration, Message: s3cors.MessageNoConfiguration, BucketName: bucket, RequestId: "1", HostId: "1"})
		if err != nil {
			return err
		}
		replace(a, http.StatusNotFound, document)
	}
	return nil
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
