// Package reference is an S3 endpoint that answers CORS as S3 does: the embedded server, with everything that concerns CORS taken out of its
// answers and put in again from S3's model. Tests hold the harness against it: whatever it is blamed for is the harness's own mistake.
//
// It stands in front of the server as a proxy that changes neither the request's path nor its Host, so that signatures hold.
package reference

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5"
	"encoding/base64"
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

	"corsprobe/runner/dialect"
	"corsprobe/runner/embedded"
	"corsprobe/runner/result"
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

	mu     sync.Mutex
	states map[string]held       // by bucket
	keys   map[string]bool       // "bucket/key" of every object that was put
	last   *s3cors.Configuration // of whichever bucket was configured last
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
	opts.Address = ""
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

// StartBefore runs one before a server that may have others before it. What they know of its buckets is their own.
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
	s := &Server{upstream: upstream, listener: listener, states: map[string]held{}, keys: map[string]bool{}, served: make(chan struct{}), behave: b}
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

// asked is a request as a dialect sees it; status is what it was answered apart from CORS, 0 for a preflight.
func (s *Server) asked(bucket string, r *http.Request, q s3cors.Request, status int) dialect.Asked {
	a := dialect.Asked{Request: q, Query: r.URL.Query(), Path: r.URL.Path, Status: status, Fault: s.fault(r.URL.Query())}
	if q.Target == s3cors.Object {
		a.Key = keyOf(bucket, r)
		s.mu.Lock()
		a.KeyMissing = !s.keys[bucket+"/"+a.Key]
		s.mu.Unlock()
	}
	for name, values := range r.Header {
		for _, v := range values {
			a.Headers = append(a.Headers, result.Header{Name: name, Value: v})
		}
	}
	return a
}

// fault is what is wrong with a presigned URL.
func (s *Server) fault(query url.Values) string {
	access, _ := s.Credentials()
	switch key, _, signed := strings.Cut(query.Get("X-Amz-Credential"), "/"); {
	case signed && key != access:
		return dialect.FaultUnknownKey
	case expired(query, time.Now()):
		return dialect.FaultExpired
	}
	return ""
}

// usable reports that nothing is wrong with a presigned URL for which the server behind has another answer than 403.
func (s *Server) usable(query url.Values) bool {
	return s.fault(query) == "" && !query.Has("X-Amz-Security-Token") && !query.Has("AWSAccessKeyId")
}

// expired reports that a presigned URL is no longer valid.
func expired(query url.Values, now time.Time) bool {
	signed, err := time.Parse("20060102T150405Z", query.Get("X-Amz-Date"))
	seconds, numeric := strconv.Atoi(query.Get("X-Amz-Expires"))
	return err == nil && numeric == nil && now.After(signed.Add(time.Duration(seconds)*time.Second))
}

// keyOf is the key that a request names, in either style of addressing.
func keyOf(bucket string, r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/")
	if strings.HasPrefix(r.Host, bucket+".") {
		return path
	}
	return strings.TrimPrefix(path, bucket+"/")
}

// owed is an answer before it is written, with what the shadows would answer.
type owed struct {
	dialect.Answer
	shadows []*dialect.Answer // nil members: of those that need not be looked at any more
}

// evaluate is what a request on a bucket in that state is answered.
func (s *Server) evaluate(bucket string, state held, r *http.Request, q dialect.Asked) owed {
	if s.behave.Config != nil {
		s.mu.Lock()
		state.Own = s.behave.Config(View{Bucket: bucket, Own: state.Own, Last: s.last})
		s.mu.Unlock()
	}
	return owed{s.behave.answer(state.State, r, q), s.shadows.answer(state, r, q)}
}

// fitting is the answer leaned to, or where a point is open and the server behind has refused the request, the one that refuses it too.
func fitting(answers []dialect.Answer, status int) dialect.Answer {
	for _, a := range answers {
		if status >= http.StatusBadRequest && slices.Equal(a.Status, []int{status}) {
			return a
		}
	}
	return answers[0]
}

// answer is what an endpoint that behaves so owes to a request, whatever other buckets hold.
func (b Behaviour) answer(state dialect.State, r *http.Request, q dialect.Asked) dialect.Answer {
	own := state.Own
	if b.Rules != nil && own != nil {
		state.Own = b.Rules(own, q.Request)
	}
	a := fitting(b.Answers(state, q), q.Status)
	q.Config = own
	if b.Answer != nil {
		b.Answer(&a, q)
	}
	if b.Raw != nil {
		b.Raw(&a, q, r)
	}
	return a
}

func (s *Server) state(bucket string) held {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.states[bucket]
}

func (s *Server) preflight(w http.ResponseWriter, r *http.Request) {
	bucket, q := s.request(r)
	q.BucketMissing = q.Target != s3cors.Service && !s.exists(r.Context(), bucket)
	owed := s.evaluate(bucket, s.state(bucket), r, s.asked(bucket, r, q, 0))
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
func (s *Server) lines(h http.Header, owed owed) {
	s.shadows.compare(h, owed, s.behave)
	s.behave.lines(h, owed.Answer)
}

func (b Behaviour) lines(h http.Header, owed dialect.Answer) {
	for _, line := range owed.Lines() {
		h.Add(line.Name, line.Value)
	}
	if b.Lines != nil {
		b.Lines(h)
	}
}

// send writes an answer of the model.
func (s *Server) send(w http.ResponseWriter, owed owed) {
	s.lines(w.Header(), owed)
	status := http.StatusForbidden
	if len(owed.Status) > 0 {
		status = owed.Status[0]
	}
	if owed.Error == nil {
		w.WriteHeader(status)
		return
	}
	sendError(w, status, written(*owed.Error))
}

// written is an error without the members that are to be left out.
func written(e s3cors.Error) s3cors.Error {
	for _, member := range []*string{&e.Message, &e.Method, &e.ResourceType} {
		if *member == dialect.Nothing {
			*member = ""
		}
	}
	return e
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
	cfg, _ := s3cors.ParseXML(document(r, body)) // nil where the document does not fit the schema
	bucket, _ := where(r)
	call := dialect.Call{Method: http.MethodPut, Put: cfg, Bytes: len(body), Digest: spoilt(r.Header.Get("Content-MD5"), body)}
	if refusal := s.refusal(bucket, call); refusal != nil {
		sendError(w, refusal.Status, s3cors.Error{Code: refusal.Code, Message: refusal.Message})
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), putting{}, call)))
}

// spoilt is the error code that a Content-MD5 deserves; empty: none.
func spoilt(digest string, body []byte) string {
	sum := md5.Sum(body)
	switch sent, err := base64.StdEncoding.DecodeString(digest); {
	case digest == "":
		return ""
	case err != nil || len(sent) != len(sum):
		return s3cors.CodeInvalidDigest
	case !bytes.Equal(sent, sum[:]):
		return s3cors.CodeBadDigest
	}
	return ""
}

// document is a body without the chunks that it may be in.
func document(r *http.Request, body []byte) []byte {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return body
	}
	data, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(body)))
	if err != nil {
		return body
	}
	return data
}

// refusal is why a configuration is refused; nil: it is not.
func (s *Server) refusal(bucket string, call dialect.Call) *s3cors.Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	reply, after := s.call(bucket, call)
	if reply.Refusal == nil {
		return nil
	}
	s.states[bucket] = after // a refusal may wipe what was there
	if s.behave.Refusal != "" {
		reply.Refusal.Message = s.behave.Refusal
	}
	return reply.Refusal
}

// call is what a configuration call comes to. The server is locked.
func (s *Server) call(bucket string, c dialect.Call) (dialect.Reply, held) {
	reply, after := s.behave.Call(s.states[bucket].State, c)
	return reply, held{after, s.shadows.call(s.states[bucket], c, reply)}
}

// putting is the context key of the call that a request makes which puts a configuration.
type putting struct{}

// answer takes the server's CORS out of an answer and puts S3's in.
func (s *Server) answer(a *http.Response) error {
	r := a.Request
	bucket, q := s.request(r)
	_, cors := r.URL.Query()["cors"]
	before := s.state(bucket)
	s.note(bucket, q, a)
	usable := s.usable(r.URL.Query())
	q.BucketMissing = bucketMissing(a) || q.Target != s3cors.Service && (untold(a) || !usable) && !s.exists(r.Context(), bucket)
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
	if onBucketItself(r, http.MethodPut) && a.StatusCode < 300 {
		s.mu.Lock()
		delete(s.states, bucket) // a bucket that is made again has nothing of the one before; until then a defect may answer by that
		maps.DeleteFunc(s.keys, func(key string, _ bool) bool { return strings.HasPrefix(key, bucket+"/") })
		s.mu.Unlock()
	}
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

// untold reports an answer that does not tell whether the bucket exists: a 404 without a body, and a refusal of the signature (403, or 400 where
// its kind is not known), which is looked at first.
func untold(a *http.Response) bool {
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

// configuration makes an answer to GetBucketCors, PutBucketCors or DeleteBucketCors S3's own. The server has checked the signature.
func (s *Server) configuration(a *http.Response, bucket string, missing bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := dialect.Call{Method: a.Request.Method}
	if put, ok := a.Request.Context().Value(putting{}).(dialect.Call); ok {
		call = put
	}
	call.Missing = missing
	reply, after := s.call(bucket, call)
	if call.Method == http.MethodGet && s.behave.Returned != nil && !missing {
		reply, _ = s.behave.Call(dialect.State{Own: s.behave.Returned(View{Bucket: bucket, Own: s.states[bucket].Own, Last: s.last})}, call)
	}
	if call.Method == http.MethodPut && reply.Status < 300 && !missing {
		s.last = after.Own
	}
	if call.Method != http.MethodGet && !missing {
		s.states[bucket] = after
	}
	return answerCall(a, reply, bucket)
}

// answerCall writes what a configuration call is answered.
func answerCall(a *http.Response, reply dialect.Reply, bucket string) error {
	switch {
	case reply.Code != "":
		document, err := xml.Marshal(errorDocument{Code: reply.Code, Message: reply.Message, BucketName: bucket, RequestId: "1", HostId: "1"})
		if err != nil {
			return err
		}
		replace(a, reply.Status, document)
	case reply.Config != nil:
		replace(a, reply.Status, reply.Config.XML())
	default:
		replace(a, reply.Status, nil)
	}
	return nil
}

// note keeps which objects there are.
func (s *Server) note(bucket string, q s3cors.Request, a *http.Response) {
	if q.Target != s3cors.Object || a.StatusCode >= 300 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch key := bucket + "/" + keyOf(bucket, a.Request); q.Method {
	case http.MethodPut:
		s.keys[key] = true
	case http.MethodDelete:
		delete(s.keys, key)
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
