package reference

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

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

// spoilt is the error code for a wrong Content-MD5; empty: it is right, or absent.
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
