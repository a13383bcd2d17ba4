package endpoint_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corsprobe/runner/endpoint"
)

// holderOf is a holder as another process of this machine writes it.
func holderOf(t *testing.T, pid int, change func(*endpoint.Holder)) endpoint.Holder {
	t.Helper()
	h := endpoint.NewHolder("aaaaaaaaaaaa")
	h.PID, h.Started, h.Time = pid, endpoint.ProcessStart(pid), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if change != nil {
		change(&h)
	}
	return h
}

// child is a process that sleeps until the test is over.
func child(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

// A lock's file says who had it; whether they have it still is asked of the system: by process, start time, boot and machine.
func TestLockLeftBehind(t *testing.T) {
	alive := child(t)
	dead := child(t)
	must(t, dead.Process.Kill())
	_ = dead.Wait()
	started := endpoint.ProcessStart(alive.Process.Pid)
	if started == "" {
		t.Skip("this system does not tell when a process was started")
	}
	const who = "held by the run aaaaaaaaaaaa (process PID on HOST, since 2026-01-02 03:04:05 UTC)"
	for _, c := range []struct {
		name   string
		pid    int
		change func(*endpoint.Holder)
		text   string // instead of a holder
		want   string
		forced string
	}{
		{name: "its process is gone", pid: dead.Process.Pid, want: "taken", forced: "taken"},
		{name: "its process runs", pid: alive.Process.Pid, want: who, forced: who},
		{name: "its process ID was given to another", pid: alive.Process.Pid, change: func(h *endpoint.Holder) { h.Started += "0" }, want: "taken", forced: "taken"},
		{name: "from before a boot", pid: alive.Process.Pid, change: func(h *endpoint.Holder) { h.Space = "another" }, want: "taken", forced: "taken"},
		{name: "of another machine", pid: alive.Process.Pid, change: func(h *endpoint.Holder) { h.Host = "elsewhere" }, want: strings.Replace(who, "HOST", "elsewhere", 1), forced: "taken"},
		{name: "of another machine, its process gone here", pid: dead.Process.Pid, change: func(h *endpoint.Holder) { h.Host = "elsewhere" }, want: strings.Replace(who, "HOST", "elsewhere", 1), forced: "taken"},
		{name: "not yet written", text: " ", want: "taken", forced: "taken"},
		{name: "unreadable", text: "{", want: "PATH does not say who holds it", forced: "taken"},
		{name: "another document", text: `{"a":1}`, want: "PATH does not say who holds it", forced: "taken"},
	} {
		for force, want := range map[bool]string{false: c.want, true: c.forced} {
			t.Run(fmt.Sprintf("%s, force %v", c.name, force), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "x.lock")
				data := []byte(strings.TrimSpace(c.text))
				if c.text == "" {
					data, _ = json.Marshal(holderOf(t, c.pid, c.change))
				}
				must(t, os.WriteFile(path, data, 0o600))
				release, err := endpoint.TakeLock(path, endpoint.NewHolder("bbbbbbbbbbbb"), force)
				got := "taken"
				if err != nil {
					got = strings.ReplaceAll(err.Error(), path, "PATH")
				} else {
					release()
					if _, err := os.Stat(path); !os.IsNotExist(err) {
						t.Errorf("the lock's file after release: %v, want none", err)
					}
				}
				host, _ := os.Hostname()
				want = strings.ReplaceAll(strings.ReplaceAll(want, "PID", strconv.Itoa(c.pid)), "HOST", host)
				same(t, "outcome", want, got)
			})
		}
	}
}

// Of many that take a lock at once, again and again, one has it at any time.
func TestLockIsExclusive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lock")
	var inside, taken atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 25 {
				release, err := endpoint.TakeLock(path, endpoint.NewHolder(fmt.Sprint("run", i)), true)
				if err != nil {
					continue
				}
				if n := inside.Add(1); n != 1 {
					t.Errorf("%d hold the lock at once", n)
				}
				taken.Add(1)
				inside.Add(-1)
				release()
			}
		})
	}
	wg.Wait()
	if taken.Load() == 0 {
		t.Error("nobody ever had the lock")
	}
}

// However the endpoint is spelled, a bucket is one run's; another bucket, or the same elsewhere, is free.
func TestOneRunABucket(t *testing.T) {
	config := start(t, nil)
	usersBucket(t, config, "users", rules("https://mine.example"))
	usersBucket(t, config, "others", nil)
	config.NoLease = true // the lock alone
	first, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	port := config.URL[strings.LastIndex(config.URL, ":"):]
	second := config
	second.RunID = "ffffffffffff"
	for _, url := range []string{config.URL, "http://localhost" + port, "http://LOCALHOST" + port + "/", "http://s3.localhost" + port, "http://[::ffff:127.0.0.1]" + port} {
		second.URL = url
		_, err := open(t, second).UseBucket(t.Context(), "users")
		same(t, url, "the bucket users is in use by HOLDER; wait for it to end", said(err, second))
	}
	other, err := open(t, second).UseBucket(t.Context(), "others")
	must(t, err)
	must(t, other.Close(t.Context()))
	must(t, first.Close(t.Context()))
	again, err := open(t, second).UseBucket(t.Context(), "users")
	must(t, err)
	must(t, again.Close(t.Context()))
	left, err := os.ReadDir(config.JournalDir)
	must(t, err)
	same(t, "files left", 0, len(left))
}

// A run whose own put-back failed does not take what it left for the user's.
func TestUseAfterFailedPutBack(t *testing.T) {
	refuse := false
	config := start(t, func(x *exchange, next func()) { refuseCORS(x, next, &refuse) })
	usersBucket(t, config, "users", rules("https://mine.example"))
	e := open(t, config)
	e.Settle(0)
	b, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.PutCORS(t.Context(), rules("*")))
	refuse = true
	if err := b.Close(t.Context()); err == nil {
		t.Fatal("Close where PUT is refused: no error")
	}
	refuse = false
	_, err = e.UseBucket(t.Context(), "users")
	same(t, "error", "the bucket users is in use by HOLDER; wait for it to end", said(err, config))
	must(t, b.Close(t.Context()))
	same(t, "configuration", rules("https://mine.example"), configured(t, config))
}
