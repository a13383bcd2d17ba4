package reference

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

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
