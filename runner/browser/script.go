package browser

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// answered is what the script was given.
type answered struct {
	Resolved bool     `json:"resolved"`
	Refused  string   `json:"refused"` // why the browser would not even make the request
	Readable []string `json:"readable"`
}

// source fetches as a web application would. The body is bytes, so that the browser adds no Content-Type of its own. The request is made
// apart from being sent, so that what the browser refuses is not taken for what the endpoint does.
const source = `(async a => {
  let q;
  try {
    const init = {method: a.method, headers: a.headers, credentials: a.credentials, cache: a.cache, mode: "cors"};
    if (a.body) init.body = Uint8Array.from(atob(a.body), c => c.charCodeAt(0));
    q = new Request(a.url, init);
  } catch (e) {
    return {resolved: false, refused: String(e.message || e), readable: []};
  }
  try {
    const r = await fetch(q);
    await r.arrayBuffer().catch(() => {});
    return {resolved: true, refused: "", readable: [...r.headers.keys()]};
  } catch (e) {
    return {resolved: false, refused: "", readable: []};
  }
})`

// argument is what source takes.
type argument struct {
	URL         string      `json:"url"`
	Method      string      `json:"method"`
	Body        string      `json:"body"` // in base64
	Credentials string      `json:"credentials"`
	Cache       string      `json:"cache"`
	Headers     [][2]string `json:"headers"`
}

// script is source called for a request. A page that does not ask for "no-store" may be given what the browser kept, and so may its
// preflight.
func script(q Request, cache string) string {
	a := argument{
		URL: q.URL, Method: q.Method, Body: base64.StdEncoding.EncodeToString([]byte(q.Body)),
		Credentials: "omit", Cache: cache, Headers: [][2]string{},
	}
	if q.Credentials {
		a.Credentials = "include"
	}
	for _, h := range q.Headers {
		a.Headers = append(a.Headers, [2]string{h.Name, isomorphic(h.Value)})
	}
	data, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings only
	}
	return source + "(" + string(data) + ")"
}

// isomorphic makes of each byte the character of that number, which is how a browser writes a header's characters as bytes
// (infra#isomorphic-decode). The value then goes out byte for byte.
func isomorphic(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}
