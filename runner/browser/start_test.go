package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// remains are what is left in a temporary directory, and the processes that were given it.
func remains(t *testing.T, dir string) (files []string, processes []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		files = append(files, e.Name())
	}
	environments, _ := filepath.Glob("/proc/[0-9]*/environ") // none where there is no /proc
	for _, name := range environments {
		if env, err := os.ReadFile(name); err == nil && bytes.Contains(env, []byte("TMPDIR="+dir+"\x00")) {
			processes = append(processes, filepath.Base(filepath.Dir(name)))
		}
	}
	return files, processes
}

// shortTemp has Chromium use a directory of the test's own. Its sockets bear no long paths, so it is not t.TempDir's.
func shortTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cp") //nolint:usetesting // as the comment says
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("TMPDIR", dir)
	return dir
}

// Close leaves neither a process nor a file.
func TestClose(t *testing.T) {
	dir := shortTemp(t)
	b := start(t)
	server := record(t, nil)
	send(t, b, Request{Origin: app, Method: "PUT", URL: server.URL})
	if files, processes := remains(t, dir); len(files) == 0 || runtime.GOOS == "linux" && len(processes) == 0 {
		t.Fatalf("while it runs: files %q, processes %q", files, processes)
	}
	b.Close()
	if files, processes := remains(t, dir); len(files) > 0 || len(processes) > 0 {
		t.Errorf("left: files %q, processes %q", files, processes)
	}
	b.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := b.Send(ctx, Request{Origin: app, Method: "PUT", URL: server.URL}); err == nil || ctx.Err() != nil {
		t.Errorf("after Close: %v", err)
	}
}

// The end of the context that it was started with ends Chromium too, and as cleanly.
func TestEndOfContext(t *testing.T) {
	start(t).Close() // skips where there is none
	dir := shortTemp(t)
	ctx, cancel := context.WithCancel(t.Context())
	b, err := Start(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.Version(), "Chromium ") {
		t.Errorf("version %q", b.Version())
	}
	cancel()
	b.Close() // waits for what the end of the context began
	if files, processes := remains(t, dir); len(files) > 0 || len(processes) > 0 {
		t.Errorf("left: files %q, processes %q", files, processes)
	}
	if _, err := Start(ctx, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

// A Start that is given up leaves nothing either.
func TestGivingUpAtStart(t *testing.T) {
	start(t).Close()
	dir := shortTemp(t)
	for _, after := range []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		b, err := Start(ctx, Options{})
		if err == nil {
			b.Close() // it was faster
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v", err)
		}
		cancel()
		if _, processes := remains(t, dir); len(processes) > 0 {
			t.Errorf("after %v: processes %q", after, processes)
		}
	}
}

func TestEnvironment(t *testing.T) {
	got := environment([]string{"PATH=/bin", "AWS_SECRET_ACCESS_KEY=s", "HOME=/", "AWS_PROFILE=p"})
	if !slices.Equal(got, []string{"PATH=/bin", "HOME=/"}) {
		t.Errorf("%q", got)
	}
}

// Names are resolved as told; https is asked without a certificate that counts, if told so, and http from a page of https at any name.
func TestEndpoints(t *testing.T) {
	permit := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Access-Control-Allow-Origin", "*") })
	plain := httptest.NewServer(permit)
	defer plain.Close()
	secure := httptest.NewUnstartedServer(permit)
	secure.EnableHTTP2 = true
	secure.Config.ErrorLog = quietLog()
	secure.StartTLS()
	defer secure.Close()
	http1, http2 := plain.URL[strings.LastIndex(plain.URL, ":"):], secure.URL[strings.LastIndex(secure.URL, ":"):]
	for _, insecure := range []bool{false, true} {
		b := startWith(t, Options{Insecure: insecure, Resolve: []string{"MAP s3.example.com 127.0.0.1", "MAP *.s3.example.com 127.0.0.1"}, Hosts: []string{"127.0.0.1"}})
		for url, resolved := range map[string]bool{
			"http://s3.example.com" + http1 + "/": true, "http://bucket.s3.example.com" + http1 + "/": true, "http://other.example.com" + http1 + "/": false,
			"https://s3.example.com" + http2 + "/": insecure,
		} {
			for _, origin := range []string{app, "http://app.example.com", "null"} {
				if o := send(t, b, Request{Origin: origin, Method: "GET", URL: url}); o.Resolved != resolved {
					t.Errorf("insecure %v, %s from %s: %+v", insecure, url, origin, o)
				}
			}
		}
	}
}

// Chromium looks up nothing, and connects to the endpoint only: neither the hosts of its pages nor its maker's are asked.
func TestNothingElseIsAsked(t *testing.T) {
	found, err := Find("")
	if err != nil || runtime.GOOS == "windows" {
		start(t).Close() // says what is wrong
		t.Skip("the test wraps Chromium in a shell script")
	}
	netlog, wrapper := filepath.Join(t.TempDir(), "net.json"), filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(wrapper, []byte("#!/bin/sh\nexec '"+found+"' --log-net-log='"+netlog+"' \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	b := startWith(t, Options{Path: wrapper, Hosts: []string{"127.0.0.1"}})
	server := record(t, nil)
	for i := range 30 { // what Chromium does once it has the time, it has the time for meanwhile
		for _, origin := range []string{app, fmt.Sprintf("http://other%d.example.com", i), "null"} {
			send(t, b, Request{Origin: origin, Method: "PUT", URL: server.URL})
		}
	}
	b.Close()
	connected, lookedUp := asked(t, netlog)
	want := strings.TrimPrefix(server.URL, "http://")
	if !slices.Contains(connected, want) || slices.ContainsFunc(connected, func(a string) bool { return a != want }) || len(lookedUp) > 0 {
		t.Errorf("connected to %q, looked up %q", connected, lookedUp)
	}
}

// asked reads the log of Chromium's network: the addresses that it connected to, and the names that it asked a server of names for.
func asked(t *testing.T, netlog string) (connected, lookedUp []string) {
	t.Helper()
	var written struct {
		Constants struct {
			LogEventTypes map[string]int `json:"logEventTypes"`
		} `json:"constants"`
		Events []struct {
			Type   int `json:"type"`
			Params struct {
				Address  string `json:"address"`
				Hostname string `json:"hostname"`
				Host     string `json:"host"`
			} `json:"params"`
		} `json:"events"`
	}
	data, err := os.ReadFile(netlog)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &written); err != nil {
		t.Fatal(err)
	}
	types := written.Constants.LogEventTypes
	for _, e := range written.Events {
		switch {
		case e.Type == types["TCP_CONNECT_ATTEMPT"] && e.Params.Address != "":
			connected = append(connected, e.Params.Address)
		case (e.Type == types["DNS_TRANSACTION"] || e.Type == types["HOST_RESOLVER_MANAGER_JOB"]) && e.Params.Hostname+e.Params.Host != "":
			lookedUp = append(lookedUp, e.Params.Hostname+e.Params.Host)
		}
	}
	return connected, lookedUp
}

// quietLog is for servers whose handshakes are meant to fail.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
