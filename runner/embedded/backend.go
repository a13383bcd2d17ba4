package embedded

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
)

// nullVersion is the version ID of an object in a bucket that keeps no versions.
const nullVersion = "null"

// store holds all buckets of one server. What it does not implement answers NotImplemented.
//
// Strings and slices of a request lie in a buffer that the server uses again for the next one. Whatever is kept is
// therefore cloned first.
type store struct {
	backend.BackendUnsupported

	mu      sync.RWMutex
	buckets map[string]*bucket

	withoutCORS bool // configurations are accepted and not kept
}

var _ backend.Backend = (*store)(nil)

// bucket is one bucket with its configurations. A nil configuration is one that is not set.
type bucket struct {
	created   time.Time
	acl       []byte
	ownership types.ObjectOwnership
	cors      []byte
	policy    []byte
	website   []byte
	tags      map[string]string
	objects   map[string]*object
	uploads   map[string]*upload
}

func newStore() *store { return &store{buckets: map[string]*bucket{}} }

// String names the backend.
func (s *store) String() string { return "memory" }

// now has whole seconds, as Last-Modified has: with more, If-Modified-Since would never find an object unchanged.
func now() time.Time { return time.Now().UTC().Truncate(time.Second) }

// bucket finds a bucket. The caller holds the lock.
func (s *store) bucket(name string) (*bucket, error) {
	b, ok := s.buckets[name]
	if !ok {
		return nil, s3err.GetBucketErr(s3err.ErrNoSuchBucket, strings.Clone(name))
	}
	return b, nil
}

// view calls f with a bucket that does not change meanwhile.
func (s *store) view(name string, f func(*bucket) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.bucket(name)
	if err != nil {
		return err
	}
	return f(b)
}

// update calls f with a bucket that it may change.
func (s *store) update(name string, f func(*bucket) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(name)
	if err != nil {
		return err
	}
	return f(b)
}

// get returns a configuration of a bucket, or the error for one that is not set.
func (s *store) get(name string, missing s3err.ErrorCode, field func(*bucket) []byte) ([]byte, error) {
	var value []byte
	err := s.view(name, func(b *bucket) error {
		if value = slices.Clone(field(b)); value == nil {
			return s3err.GetBucketErr(missing, strings.Clone(name))
		}
		return nil
	})
	return value, err
}

// set stores a configuration of a bucket; nil removes it.
func (s *store) set(name string, value []byte, field func(*bucket) *[]byte) error {
	return s.update(name, func(b *bucket) error {
		*field(b) = slices.Clone(value)
		return nil
	})
}

// cloneMap copies a map of the request with its strings.
func cloneMap(m map[string]string) map[string]string {
	if m == nil {
		return nil
	}
	clone := make(map[string]string, len(m))
	for key, value := range m {
		clone[strings.Clone(key)] = strings.Clone(value)
	}
	return clone
}

// str reads an optional string of the request, cloned.
func str(p *string) string {
	if p == nil {
		return ""
	}
	return strings.Clone(*p)
}

// opt is the form in which answers carry optional strings: nil for the empty one, whose header is then left out.
func opt(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// checkVersion refuses every version but the one there is.
func checkVersion(id string) error {
	if id == "" || id == nullVersion {
		return nil
	}
	return s3err.GetInvalidArgumentErr(s3err.InvalidArgVersionId, strings.Clone(id))
}
