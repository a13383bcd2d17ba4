package reference

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/dialect"
	"corsprobe/runner/header"
	"corsprobe/runner/s3cors"
)

// HarmlessDifferences lists what a faithful endpoint may do.
func HarmlessDifferences() []Harmless {
	return append([]Harmless{
		{"names-lower-case", "Header names are in lower case.", renamed(strings.ToLower)},
		{"names-upper-case", "Header names are in upper case.", renamed(strings.ToUpper)},
		{"lists-without-blanks", "Lists have no blank after the comma.", relisted(",")},
		{"lists-with-blanks", "Lists have blanks on both sides of the comma.", relisted(" , \t")},
		{"allow-headers-reversed", "Allow-Headers lists its names in another order.", reordered(header.AllowHeaders)},
		{"expose-headers-reversed", "Expose-Headers lists its names in another order.", reordered(header.ExposeHeaders)},
		{"vary-reversed", "Vary lists its names in another order.", reordered(header.Vary)},
		{"vary-lines", "Vary comes in several lines.", Behaviour{Lines: func(h http.Header) {
			if v := h.Get(header.Vary); v != "" {
				h[header.Vary] = strings.Split(v, ", ")
			}
		}}},
		{"vary-more", "Vary names Accept-Encoding too.", Behaviour{Lines: func(h http.Header) {
			if v := h.Get(header.Vary); v != "" {
				h.Set(header.Vary, "Accept-Encoding, "+v)
			}
		}}},
		{"vary-accept-encoding-always", "Every answer varies on Accept-Encoding, in a line of its own.", Behaviour{Lines: func(h http.Header) { h.Add(header.Vary, "Accept-Encoding") }}},
		{"vary-lower-case", "Vary names headers in lower case.", changed(header.Vary, strings.ToLower)},
		{"more-headers", "Answers carry further headers.", Behaviour{Lines: func(h http.Header) {
			for _, name := range []string{"Strict-Transport-Security", "X-Content-Type-Options", "Timing-Allow-Origin", "Allow", "X-Amz-Request-Id", "Via", "X-Cache"} {
				h.Set(name, "max-age=1")
			}
		}}},
		{"content-type-on-grants", "Preflights that are permitted carry a Content-Type.", Behaviour{Lines: func(h http.Header) {
			if h.Get(header.AllowOrigin) != "" && h.Get("Content-Type") == "" {
				h.Set("Content-Type", "text/plain; charset=utf-8")
			}
		}}},
		{"chunked-errors", "Error documents come in chunks.", wrapped(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(&chunking{ResponseWriter: w}, r)
		})},
		{"connection-close", "The connection is closed after each answer.", Behaviour{Lines: func(h http.Header) { h.Set("Connection", "close") }}},
		{"early-hints", "A 103 goes before every answer.", wrapped(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</a>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			next.ServeHTTP(w, r)
		})},
		{"another-wording", "Messages of errors are worded otherwise.", Behaviour{Answer: func(a *dialect.Answer, _ dialect.Asked) {
			if a.Error != nil {
				e := *a.Error
				e.Message = "Computer says no."
				a.Error = &e
			}
		}}},
		{"refusals-worded-otherwise", "Messages of refused configurations are worded otherwise.", Behaviour{Refusal: "Computer says no."}},
		{"slow", "Answers take 20 ms.", wrapped(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			pause(r, 20*time.Millisecond)
			next.ServeHTTP(w, r)
		})},
		{"late-configuration", "A configuration takes a while to take effect.", late(150 * time.Millisecond)},
		{"late-everywhere", "A configuration takes a while to take effect, and GetBucketCors returns the old one for as long.", lateEverywhere(150 * time.Millisecond)},
	}, harmlessOnTheWire()...)
}

// Late is a server whose configurations take so long to take effect.
func Late(delay time.Duration) Behaviour { return late(delay) }

// renamed writes header names of the CORS protocol and Vary as they come, not as Go does.
func renamed(change func(string) string) Behaviour {
	return Behaviour{Lines: func(h http.Header) {
		for name, values := range h {
			if isAccessControl(name) || name == header.Vary {
				delete(h, name)
				h[change(name)] = values
			}
		}
	}}
}

func relisted(separator string) Behaviour {
	return Behaviour{Lines: func(h http.Header) {
		for _, name := range []string{header.AllowMethods, header.AllowHeaders, header.ExposeHeaders, header.Vary} {
			if v := h.Get(name); v != "" {
				h.Set(name, strings.ReplaceAll(v, ", ", separator))
			}
		}
	}}
}

func reordered(name string) Behaviour {
	return changed(name, func(v string) string {
		all := strings.Split(v, ", ")
		slices.Reverse(all)
		return strings.Join(all, ", ")
	})
}

func wrapped(serve func(next http.Handler, w http.ResponseWriter, r *http.Request)) Behaviour {
	return Behaviour{Handler: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(next, w, r) })
	}}
}

// chunking flushes after the head of errors, so that Go sends the body in chunks.
type chunking struct{ http.ResponseWriter }

func (c *chunking) WriteHeader(status int) {
	c.Header().Del("Content-Length")
	c.ResponseWriter.WriteHeader(status)
	if f, ok := c.ResponseWriter.(http.Flusher); ok && status >= 400 {
		f.Flush()
	}
}

func pause(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// late answers by the configuration that a bucket had before, for a while.
func late(delay time.Duration) Behaviour {
	type state struct {
		now, before *s3cors.Configuration
		since       time.Time
	}
	buckets := map[string]*state{}
	return Behaviour{Config: func(v View) *s3cors.Configuration {
		s := buckets[v.Bucket]
		if s == nil {
			s = &state{}
			buckets[v.Bucket] = s
		}
		if v.Own != s.now {
			s.before, s.now, s.since = s.now, v.Own, time.Now()
		}
		if time.Since(s.since) < delay {
			return s.before
		}
		return s.now
	}}
}

// lateEverywhere has GetBucketCors lag behind as well, by the same clock: one of its own would begin when it is first asked, however late that is.
func lateEverywhere(delay time.Duration) Behaviour {
	b := late(delay)
	b.Returned = b.Config
	return b
}
