package suites

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"corsprobe/runner"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
)

// The end of a scenario waits for the end of its run, and tells what clean-up could not do.
func TestEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		refuse string // the method of a call on a bucket that is refused
		want   string // in the error; empty: none
	}{
		{"all is cleaned up", "", ""},
		{"a bucket stays", http.MethodDelete, "left behind"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, err := reference.StartWith(t.Context(), reference.Behaviour{Handler: refusing(c.refuse)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = server.Close(context.Background()) })
			plan := Catalogue("origins/exact/one-origin")
			o := &onDemand{plan: plan, connect: sync.OnceValues(func() (*connection, error) {
				return open(func() (Target, error) {
					access, secret := server.Credentials()
					return Target{Endpoint: endpoint.Config{URL: server.URL(), Region: server.Region(), AccessKey: access, SecretKey: secret, JournalDir: t.TempDir()}}, nil
				})
			})}
			if c.refuse != "" {
				o.connect = withoutCheck(t, server)
			}
			id := plan.Scenarios[0].Scenario.ID
			if err := o.End(id); err != nil {
				t.Errorf("of a scenario that never began: %v", err)
			}
			if cell := o.Wait(t.Context(), plan.Scenarios[0].Steps[0].CallID); cell.Verdict != result.Passed {
				t.Errorf("%s is %s: %s", cell.ID, cell.Verdict, cell.Reason)
			}
			err = o.End(id)
			if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// withoutCheck connects without the trial that would show at once that buckets stay.
func withoutCheck(t *testing.T, server *reference.Server) func() (*connection, error) {
	return sync.OnceValues(func() (*connection, error) {
		access, secret := server.Credentials()
		config := endpoint.Config{URL: server.URL(), Region: server.Region(), AccessKey: access, SecretKey: secret, JournalDir: t.TempDir(), RunID: runner.NewID()}
		e, err := endpoint.Open(t.Context(), config)
		if err != nil {
			return nil, err
		}
		return connected(e, config, runner.Options{})
	})
}

// refusing answers 403 to a method on a bucket itself.
func refusing(method string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method && strings.Count(r.URL.Path, "/") == 1 && !r.URL.Query().Has("cors") {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// A result that nobody can give is in error, and says why.
func TestWaitWithoutRun(t *testing.T) {
	plan := Catalogue("origins/exact/one-origin")
	lost := &onDemand{plan: plan, connect: func() (*connection, error) { return nil, errors.New("no network") }}
	if c := lost.Wait(t.Context(), "origins/exact/one-origin/PutBucketCors"); c.Verdict != result.Error || c.Reason != "no network" {
		t.Errorf("%+v", c)
	}
	known := &onDemand{plan: plan, connect: func() (*connection, error) { return &connection{}, nil }}
	if c := known.Wait(t.Context(), "somebody/else"); c.Verdict != result.Error || c.Reason != "somebody/else is not in the plan" {
		t.Errorf("%+v", c)
	}
}

func TestCatalogueGlobs(t *testing.T) {
	if n := len(Catalogue("origins/exact/one-origin", "lifecycle/**").Scenarios); n < 2 {
		t.Errorf("%d scenarios", n)
	}
	if _, err := catalogue([]string{"origins/**", "no/such"}); err == nil || err.Error() != "no/such fits no cell" {
		t.Errorf("%v", err)
	}
	defer func() {
		if p := recover(); p != "suites.Catalogue: no/such fits no cell" {
			t.Errorf("panic %v", p)
		}
	}()
	Catalogue("no/such")
}
