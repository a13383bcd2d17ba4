package endpoint_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"corsprobe/runner/endpoint"
)

// version is one version of an object, or a delete marker.
type version struct {
	Key, ID string
	Marker  bool
}

// condition is what an endpoint answers to a write with If-None-Match, where the object is there and where it is not; 0: it writes.
type condition struct{ there, missing int }

// fake is an S3 of one bucket, with versions and unfinished uploads, which the embedded server lacks or takes away by itself.
type fake struct {
	recorder
	mu        sync.Mutex
	versions  []version
	uploads   []version
	gone      bool
	next      int
	bodies    map[string]string // by the version's ID
	condition *condition        // nil: as S3
	lots      lots              // how it answers DeleteObjects
	refuse    map[string]int    // by the beginning of method and target
	before    func(line string)
	after     func(line string, w http.ResponseWriter)
}

func (f *fake) start(t *testing.T) endpoint.Config {
	t.Helper()
	environment(t)
	return f.serve(t)
}

// serve starts it where the environment was seen to: parallel tests cannot do that.
func (f *fake) serve(t *testing.T) endpoint.Config {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return endpoint.Config{URL: server.URL, Region: "us-east-1", AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID, JournalDir: t.TempDir()}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	line := r.Method + " " + r.URL.RequestURI()
	f.note(line)
	w.Header().Set("Content-Type", "application/xml")
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.before != nil {
		f.before(line)
	}
	for beginning, status := range f.refuse {
		if strings.HasPrefix(line, beginning) {
			w.WriteHeader(status)
			fmt.Fprint(w, document("Refused"))
			return
		}
	}
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if r.Method == http.MethodPost && r.URL.Query().Has("delete") {
		f.deleteLot(w, body)
		return
	}
	if key == "" {
		f.bucket(w, r)
		return
	}
	f.object(w, r, key, string(body))
	if f.after != nil {
		f.after(line, w)
	}
}

func (f *fake) bucket(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodDelete && len(f.versions) > 0:
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, document("BucketNotEmpty"))
	case r.Method == http.MethodDelete:
		f.gone = true
		w.WriteHeader(http.StatusNoContent)
	case q.Has("cors"):
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, document("NoSuchCORSConfiguration"))
	case q.Has("versions"):
		fmt.Fprintf(w, "<ListVersionsResult>%s</ListVersionsResult>", f.list(q.Get("prefix")))
	case q.Has("uploads"):
		fmt.Fprint(w, "<ListMultipartUploadsResult>")
		for _, u := range f.uploads {
			fmt.Fprintf(w, "<Upload><Key>%s</Key><UploadId>%s</UploadId></Upload>", u.Key, u.ID)
		}
		fmt.Fprint(w, "</ListMultipartUploadsResult>")
	case q.Has("list-type"):
		fmt.Fprint(w, "<ListBucketResult>")
		for _, key := range f.current() {
			if strings.HasPrefix(key, q.Get("prefix")) {
				fmt.Fprintf(w, "<Contents><Key>%s</Key></Contents>", key)
			}
		}
		fmt.Fprint(w, "</ListBucketResult>")
	}
}

func (f *fake) list(prefix string) string {
	var out strings.Builder
	for _, v := range f.versions {
		if element := "Version"; strings.HasPrefix(v.Key, prefix) {
			if v.Marker {
				element = "DeleteMarker"
			}
			fmt.Fprintf(&out, "<%s><Key>%s</Key><VersionId>%s</VersionId></%s>", element, v.Key, v.ID, element)
		}
	}
	return out.String()
}

// newest is the newest version of each key, which stands last.
func (f *fake) newest() map[string]version {
	newest := map[string]version{}
	for _, v := range f.versions {
		newest[v.Key] = v
	}
	return newest
}

// current lists the keys whose newest version is no marker.
func (f *fake) current() []string {
	var found []string
	for key, v := range f.newest() {
		if !v.Marker {
			found = append(found, key)
		}
	}
	slices.Sort(found)
	return found
}

func (f *fake) object(w http.ResponseWriter, r *http.Request, key, body string) {
	q := r.URL.Query()
	there := slices.Contains(f.current(), key)
	switch {
	case r.Method == http.MethodPut && r.Header.Get("If-None-Match") == "*" && f.conditional(there) != 0:
		w.WriteHeader(f.conditional(there))
		fmt.Fprint(w, document("Conditional"))
	case r.Method == http.MethodPut:
		f.add(key, false)
		if f.bodies == nil {
			f.bodies = map[string]string{}
		}
		id := f.versions[len(f.versions)-1].ID
		f.bodies[id] = unchunked(body)
		w.Header().Set("X-Amz-Version-Id", id)
	case r.Method == http.MethodGet && !there:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, document("NoSuchKey"))
	case r.Method == http.MethodGet:
		fmt.Fprint(w, f.bodies[f.newest()[key].ID])
	case r.Method == http.MethodDelete && q.Has("uploadId"):
		f.uploads = slices.DeleteFunc(f.uploads, func(u version) bool { return u.Key == key && u.ID == q.Get("uploadId") })
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodDelete && q.Has("versionId"):
		f.versions = slices.DeleteFunc(f.versions, func(v version) bool { return v.Key == key && v.ID == q.Get("versionId") })
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodDelete:
		f.add(key, true)
		w.Header().Set("X-Amz-Delete-Marker", "true")
		w.WriteHeader(http.StatusNoContent)
	}
}

func (f *fake) conditional(there bool) int {
	c := f.condition
	if c == nil {
		c = &condition{there: http.StatusPreconditionFailed}
	}
	if there {
		return c.there
	}
	return c.missing
}

// unchunked takes the SDK's own chunks off a body: a size in hexadecimal, a line each, and a trailer.
func unchunked(body string) string {
	size, rest, framed := strings.Cut(body, "\r\n")
	var n int
	if _, err := fmt.Sscanf(size, "%x", &n); !framed || err != nil || n > len(rest) {
		return body
	}
	return rest[:n]
}

func (f *fake) add(key string, marker bool) {
	f.next++
	f.versions = append(f.versions, version{key, fmt.Sprint("v", f.next), marker})
}

func document(code string) string {
	return "<Error><Code>" + code + "</Code><Message>No.</Message><RequestId>1</RequestId></Error>"
}
