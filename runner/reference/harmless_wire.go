package reference

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"corsprobe/runner/header"
	"corsprobe/runner/s3cors"
)

// harmlessOnTheWire are differences in how an answer travels: what proxies, load balancers and other libraries make of the same answer.
func harmlessOnTheWire() []Harmless {
	return []Harmless{
		{"compressed", "Answers are compressed where the client takes it, and vary on that too.", rewritten(compress)},
		{"indented-documents", "Documents are indented, and have no declaration.", rewritten(documents(indent))},
		{"prefixed-documents", "Documents have a namespace with a prefix and attributes.", rewritten(documents(prefix))},
		{"declared-otherwise", "Documents are declared in single quotes and as standalone, with line breaks around them.", rewritten(documents(declare))},
		{"vary-repeated", "Vary names each header twice.", changed(header.Vary, func(v string) string { return v + ", " + strings.ToLower(v) })},
		{"jitter", "Answers take between nothing and 40 ms.", wrapped(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			pause(r, time.Duration(rand.IntN(40))*time.Millisecond)
			next.ServeHTTP(w, r)
		})},
		{"busy-now-and-then", "Every sixtieth request is answered 503 SlowDown.", busyNowAndThen()},
		{"version-1.0", "Answers are of HTTP/1.0, without a length, and end with the connection.", raw("HTTP/1.0", func(lines []string) []string {
			return slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "Content-Length:") })
		})},
		{"lines-reversed", "Header lines come in another order.", raw("HTTP/1.1", func(lines []string) []string {
			slices.Reverse(lines)
			return lines
		})},
		{"blanks-around-values", "Values of headers have blanks and tabs around them.", raw("HTTP/1.1", func(lines []string) []string {
			for i, line := range lines {
				name, value, _ := strings.Cut(line, ":")
				lines[i] = name + ": \t" + strings.TrimSpace(value) + " \t "
			}
			return lines
		})},
		{"bit-by-bit", "Answers come in chunks of a few bytes.", rewritten(func(a *recorded, _ *http.Request) { a.piece = 7 })},
		{"clock-ahead", "The endpoint's clock is two minutes ahead.", rewritten(func(a *recorded, _ *http.Request) {
			a.header.Set("Date", time.Now().Add(2*time.Minute).UTC().Format(http.TimeFormat))
		})},
		{"sets-cookies", "A load balancer sets cookies, and advertises other protocols.", rewritten(func(a *recorded, _ *http.Request) {
			a.header.Add("Set-Cookie", "node=a; Path=/; HttpOnly")
			a.header.Add("Set-Cookie", "lb=1; Secure")
			a.header.Set("Alt-Svc", `h3=":443"; ma=86400`)
			a.header.Set("Age", "0")
		})},
		{"preflights-with-text", "Preflights that are granted have a body.", rewritten(func(a *recorded, r *http.Request) {
			if r.Method == http.MethodOptions && a.status == http.StatusOK {
				a.body = []byte("OK\n")
				a.header.Set("Content-Type", "text/plain")
			}
		})},
		{"connections-end", "Every fifth answer ends its connection.", connectionsEnd()},
		{"spreading", "While a configuration spreads, answers are old and new by turns.", spreading(200 * time.Millisecond)},
		{"forms-without-headers", "Form uploads that succeed are answered without CORS headers, which is open (fact 42).",
			withoutCORS(all(sends("Content-Type", "multipart/form-data"), not(isRefused)))},
		{"further-members", "Errors have further members, and their headers too.", rewritten(documents(func(doc []byte) []byte {
			return bytes.Replace(doc, []byte("</Error>"), []byte("<Resource>/bucket</Resource><Region>here</Region></Error>"), 1)
		}))},
	}
}

// recorded is an answer before it is sent.
type recorded struct {
	status int
	header http.Header
	body   []byte
	piece  int // bytes that are sent at a time; 0: all
}

func (a *recorded) Header() http.Header { return a.header }

func (a *recorded) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
}

func (a *recorded) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	a.body = append(a.body, p...)
	return len(p), nil
}

func record(next http.Handler, r *http.Request) *recorded {
	a := &recorded{header: http.Header{}}
	next.ServeHTTP(a, r)
	a.WriteHeader(http.StatusOK)
	return a
}

// rewritten changes whole answers.
func rewritten(change func(*recorded, *http.Request)) Behaviour {
	return wrapped(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		a := record(next, r)
		change(a, r)
		if r.Method != http.MethodHead {
			a.header.Del("Content-Length")
		}
		for name, values := range a.header {
			w.Header()[name] = values
		}
		w.WriteHeader(a.status)
		if r.Method == http.MethodHead || a.status == http.StatusNoContent || a.status == http.StatusNotModified {
			return
		}
		for len(a.body) > 0 {
			n := len(a.body)
			if a.piece > 0 {
				n = min(n, max(a.piece, n/50)) // large objects in fewer pieces
			}
			_, _ = w.Write(a.body[:n])
			if f, ok := w.(http.Flusher); ok && a.piece > 0 {
				f.Flush()
			}
			a.body = a.body[n:]
		}
	})
}

// compress compresses whole answers, as servers in front do.
func compress(a *recorded, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || a.status == http.StatusPartialContent || len(a.body) == 0 {
		return
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(a.body) // a bytes.Buffer takes every write
	_ = w.Close()
	a.body = b.Bytes()
	a.header.Set("Content-Encoding", "gzip")
	a.header.Add(header.Vary, "Accept-Encoding")
}

// documents changes those that are XML.
func documents(change func([]byte) []byte) func(*recorded, *http.Request) {
	return func(a *recorded, _ *http.Request) {
		if strings.HasPrefix(a.header.Get("Content-Type"), "application/xml") && len(a.body) > 0 {
			a.body = change(a.body)
		}
	}
}

func withoutDeclaration(doc []byte) []byte {
	if before, after, found := bytes.Cut(doc, []byte("?>")); found && bytes.HasPrefix(before, []byte("<?xml")) {
		return bytes.TrimSpace(after)
	}
	return doc
}

func declare(doc []byte) []byte {
	return slices.Concat([]byte("<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n\n"), withoutDeclaration(doc), []byte("\n\n"))
}

// indent writes a document anew, an element a line. One that is none stays as it is.
func indent(doc []byte) []byte {
	var b bytes.Buffer
	d, e := xml.NewDecoder(bytes.NewReader(withoutDeclaration(doc))), xml.NewEncoder(&b)
	e.Indent("", "    ")
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || e.EncodeToken(plainToken(token)) != nil {
			return doc
		}
	}
	if e.Close() != nil {
		return doc
	}
	return b.Bytes()
}

// plainToken has no attributes, among them the namespace.
func plainToken(token xml.Token) xml.Token {
	if start, ok := token.(xml.StartElement); ok {
		start.Attr = nil
		return start
	}
	return token
}

// prefix puts the document's elements into a namespace by a prefix.
func prefix(doc []byte) []byte {
	text := string(withoutDeclaration(doc))
	text = strings.ReplaceAll(text, ` xmlns="`+s3cors.Namespace+`"`, "")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "</", "\x00"), "<", "<s3:")
	text = strings.ReplaceAll(text, "\x00", "</s3:")
	return []byte(strings.Replace(text, ">", ` xmlns:s3="`+s3cors.Namespace+`" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`, 1))
}

func busyNowAndThen() Behaviour {
	var n atomic.Int64
	return wrapped(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%60 == 0 {
			w.Header().Set("Retry-After", "0")
			sendError(w, http.StatusServiceUnavailable, s3cors.Error{Code: "SlowDown", Message: "Please reduce your request rate."})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func connectionsEnd() Behaviour {
	var n atomic.Int64
	return wrapped(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%5 == 0 {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// raw writes answers itself, line by line, and ends the connection after each. A server that cannot be taken over answers as it does.
func raw(proto string, change func(lines []string) []string) Behaviour {
	return wrapped(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		a := record(next, r)
		hijacker, ok := w.(http.Hijacker)
		if !ok {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := hijacker.Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		if bodiless := r.Method == http.MethodHead || a.status == http.StatusNoContent || a.status == http.StatusNotModified; bodiless {
			a.body = nil
		} else {
			a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
		}
		var lines []string
		for name, values := range a.header {
			for _, v := range values {
				lines = append(lines, name+": "+v)
			}
		}
		slices.Sort(lines)
		lines = append(change(lines), "Connection: close", "", "")
		_, _ = fmt.Fprintf(conn, "%s %d %s\r\n%s", proto, a.status, http.StatusText(a.status), strings.Join(lines, "\r\n"))
		_, _ = conn.Write(a.body)
	})
}

// spreading answers by turns by the configuration that a bucket had before and by the one that it has, for a while.
func spreading(long time.Duration) Behaviour {
	before, n := late(long), 0
	return Behaviour{Config: func(v View) *s3cors.Configuration {
		old := before.Config(v)
		if n++; n%2 == 0 {
			return old
		}
		return v.Own
	}}
}
