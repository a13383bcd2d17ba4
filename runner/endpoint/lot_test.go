package endpoint_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// lots is how the fake answers DeleteObjects.
type lots int

const (
	notKnown   lots = iota // 200 with an empty body, as servers do that look at the method alone
	unoffered              // 501
	asS3                   // every version, and every object that has none
	notAll                 // but for keys with "stubborn" in them, which are errors
	allegedly              // says that all are gone, and removes none
	unreadable             // removes all, and its answer is no XML
)

func (f *fake) deleteLot(w http.ResponseWriter, body []byte) {
	var asked struct {
		Object []struct{ Key, VersionId string } //nolint:revive // S3's name
	}
	if err := xml.Unmarshal(body, &asked); err != nil || f.lots == unoffered {
		w.WriteHeader(http.StatusNotImplemented)
		fmt.Fprint(w, document("NotImplemented"))
		return
	}
	var out strings.Builder
	for _, o := range asked.Object {
		if f.lots == notAll && strings.Contains(o.Key, "stubborn") {
			fmt.Fprintf(&out, "<Error><Key>%s</Key><VersionId>%s</VersionId><Code>InternalError</Code></Error>", o.Key, o.VersionId)
			continue
		}
		if f.lots != allegedly && f.lots != notKnown {
			f.versions = slices.DeleteFunc(f.versions, func(v version) bool { return v.Key == o.Key && (v.ID == o.VersionId || o.VersionId == "") })
		}
		fmt.Fprintf(&out, "<Deleted><Key>%s</Key><VersionId>%s</VersionId></Deleted>", o.Key, o.VersionId)
	}
	switch f.lots {
	case notKnown:
	case unreadable:
		fmt.Fprint(w, "gone")
	default:
		fmt.Fprintf(w, "<DeleteResult>%s</DeleteResult>", out.String())
	}
}

// A bucket of the run's own is emptied in few calls where the endpoint can, and wholly whatever it makes of them.
func TestCloseRemovesLots(t *testing.T) {
	for _, c := range []struct {
		what         string
		lots         lots
		posts, again int // DeleteObjects sent for the first bucket, and for another
		singles      int // DeleteObject sent for the first
	}{
		{"as S3", asS3, 1, 1, 1},
		{"not offered", unoffered, 1, 0, 5},
		{"answered with nothing", notKnown, 1, 1, 5},
		{"some are errors", notAll, 1, 1, 1 + 1},
		{"said to be gone", allegedly, 2, 2, 5}, // as versions, and as the objects that are listed all the same; the bucket is not empty then
		{"not to be read", unreadable, 1, 1, 5}, // what is gone is deleted once more
	} {
		t.Run(c.what, func(t *testing.T) {
			f := &fake{lots: c.lots}
			e := open(t, f.start(t))
			count := func(want int) (singles int) {
				b := newBucket(t, e)
				for _, key := range []string{"a", "a", "stubborn"} {
					must(t, b.PutObject(t.Context(), key, []byte("x")))
				}
				f.add("marked", true)
				f.take("")
				must(t, b.Close(t.Context()))
				same(t, "versions", 0, len(f.versions))
				same(t, "bucket gone", true, f.gone)
				requests := f.take("")
				posts := 0
				for _, line := range requests {
					if method, rest, _ := strings.Cut(line, " "); method == "POST" {
						posts++
					} else if method == "DELETE" && strings.Contains(rest, "versionId=") {
						singles++
					}
				}
				same(t, "DeleteObjects", want, posts)
				return singles
			}
			singles := count(c.posts)
			same(t, "DeleteObject", c.singles, singles)
			count(c.again)
		})
	}
}

// In a user's bucket objects are removed one by one: a server that takes DeleteObjects for something else could do harm.
func TestNoLotsInUsersBuckets(t *testing.T) {
	f := &fake{lots: asS3}
	b, err := open(t, f.start(t)).UseBucket(t.Context(), "users")
	must(t, err)
	for _, name := range []string{"one", "two", "three"} {
		must(t, b.PutObject(t.Context(), b.Key(name), []byte("x")))
	}
	f.take("")
	must(t, b.Close(t.Context()))
	same(t, "DeleteObjects", []string(nil), f.take("POST"))
	same(t, "versions", 0, len(f.versions))
}
