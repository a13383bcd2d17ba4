package endpoint_test

import (
	"errors"
	"testing"
	"time"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
)

// What is left is told as a typed error, with the command that finishes the work: it reaches the endpoint as the run did.
func TestUndone(t *testing.T) {
	config := start(t, nil)
	usersBucket(t, config, "users", nil)
	config.Profile, config.Addressing = "", "path"
	config.Options = probe.Options{Insecure: true, Timeout: time.Minute, Resolve: []probe.Resolve{{Host: "*", Port: "443", Addr: "::1"}}}
	e := open(t, config)
	users, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	must(t, users.PutCORS(t.Context(), rules("*")))
	own := newBucket(t, e)
	const reached = " --addressing path --resolve '*:443:::1' --insecure --timeout 1m0s"
	var said []string // bucket and command in turn
	for _, err := range e.Undone() {
		var notRestored *endpoint.NotRestored
		var left *endpoint.LeftBehind
		switch {
		case errors.As(err, &notRestored):
			said = append(said, notRestored.Bucket, notRestored.Command)
		case errors.As(err, &left):
			said = append(said, left.Bucket, left.Command)
		}
	}
	same(t, "undone", []string{
		own.Name(), "corsprobe sweep --run 0123456789ab --endpoint " + config.URL + " --region us-east-1" + reached,
		"users", "corsprobe restore --bucket users" + reached,
	}, said)
	must(t, own.Close(t.Context()))
	must(t, users.Close(t.Context()))
	same(t, "undone after Close", 0, len(e.Undone()))
}

// Whoever calls Close can tell a configuration that is lost from view from objects and buckets that are only in the way.
func TestCloseTellsApart(t *testing.T) {
	var refuse string
	config := start(t, func(x *embedded.Exchange, next func()) {
		if refuse != "" && x.Method() == refuse {
			x.SetStatus(403)
			x.SetHeader("Content-Type", "application/xml")
			x.SetBody(document("ExpiredToken"))
			return
		}
		next()
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	e := open(t, config)
	users, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	must(t, users.PutCORS(t.Context(), rules("*")))
	must(t, users.PutObject(t.Context(), users.Key("probe.txt"), []byte("x")))
	own := newBucket(t, e)

	refuse = "PUT"
	var notRestored *endpoint.NotRestored
	if err := users.Close(t.Context()); !errors.As(err, &notRestored) || notRestored.Bucket != "users" {
		t.Errorf("Close where PUT is refused: %v, want a NotRestored", err)
	}
	refuse = "DELETE"
	var left *endpoint.LeftBehind
	if err := own.Close(t.Context()); !errors.As(err, &left) || left.Bucket != own.Name() || left.Objects != "" {
		t.Errorf("Close of an own bucket where DELETE is refused: %v, want a LeftBehind", err)
	}
	refuse = ""
	must(t, users.Close(t.Context()))
	must(t, own.Close(t.Context()))
}
