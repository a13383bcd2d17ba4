package cli

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// startAnswers starts a server that answers as a file says, and names it in ANSWERS, and by another host in OTHER: answers FILE. The file holds
// blocks such as
//
//	== GET /k without-origin
//	200
//	Access-Control-Allow-Origin: echo
//
//	a body
//
// where "without-origin" is for requests without Origin, "null-origin" for those of Origin null, "echo" is the request's Origin and {other} what
// OTHER names. A request that no block is for gets 404.
func startAnswers(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: answers FILE")
	}
	blocks := map[string]string{}
	for _, text := range strings.Split("\n"+ts.ReadFile(args[0]), "\n== ")[1:] {
		name, block, _ := strings.Cut(text, "\n")
		blocks[name] = block
	}
	server := httptest.NewUnstartedServer(nil)
	other := strings.Replace("http://"+server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := r.Method + " " + r.URL.Path
		block, found := "", false
		switch r.Header.Get("Origin") {
		case "":
			block, found = blocks[what+" without-origin"]
		case "null":
			block, found = blocks[what+" null-origin"]
		}
		if !found {
			block = blocks[what]
		}
		answerAs(w, r, strings.ReplaceAll(block, "{other}", other))
	})
	server.Start()
	ts.Defer(server.Close)
	ts.Setenv("ANSWERS", server.URL)
	ts.Setenv("OTHER", other)
}

func answerAs(w http.ResponseWriter, r *http.Request, block string) {
	head, body, _ := strings.Cut(block, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	status, err := strconv.Atoi(lines[0])
	if err != nil {
		status = http.StatusNotFound
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		if value == "echo" {
			value = r.Header.Get("Origin")
		}
		w.Header().Add(name, value)
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(strings.TrimSpace(body)))
	}
}
