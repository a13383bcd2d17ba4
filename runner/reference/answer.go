package reference

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

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

// fitting is the likelier answer; where a point is open and the server behind has refused the request, the answer that refuses it too.
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

// exists reports that there is a bucket: as its creation or deletion was answered, or else as the server says.
func (s *Server) exists(ctx context.Context, bucket string) bool {
	s.mu.Lock()
	there, known := s.buckets[bucket]
	s.mu.Unlock()
	return there || !known && s.found(ctx, bucket)
}

// found asks the server without a signature: it answers 404 for a bucket that is not there, and 403 for one that is.
func (s *Server) found(ctx context.Context, bucket string) bool {
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
