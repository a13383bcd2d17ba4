// Package bench measures corsprobe beside what a user would take instead: the same preflights by k6 and venom, and by a loop of net/http that
// looks at nothing. All run in turn against one server, so that their ratios hold on any machine.
//
//	make bench
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"
)

const (
	concurrency = 32
	// rounds is how often each contender runs; the best counts, for what else a machine does only adds.
	rounds = 5
)

// loopVariable has the test binary be the bare loop: it names the file of what to ask.
const loopVariable = "CORSPROBE_BENCH_LOOP"

func TestMain(m *testing.M) {
	if file := os.Getenv(loopVariable); file != "" {
		if err := loop(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// preflight is one request, as all contenders send it.
type preflight struct {
	URL                     string
	Origin, Method, Headers string
}

// loop sends every preflight of a file and reads the answers: the least that any tool must do.
func loop(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var all []preflight
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: concurrency}}
	work := make(chan preflight)
	var group sync.WaitGroup
	errs := make(chan error, concurrency)
	for range concurrency {
		group.Go(func() {
			for p := range work {
				if err := send(client, p); err != nil {
					select {
					case errs <- err:
					default:
					}
				}
			}
		})
	}
	for _, p := range all {
		work <- p
	}
	close(work)
	group.Wait()
	close(errs)
	return <-errs
}

func send(client *http.Client, p preflight) error {
	q, err := http.NewRequest(http.MethodOptions, p.URL, nil)
	if err != nil {
		return err
	}
	q.Header.Set("Origin", p.Origin)
	q.Header.Set("Access-Control-Request-Method", p.Method)
	if p.Headers != "" {
		q.Header.Set("Access-Control-Request-Headers", p.Headers)
	}
	answer, err := client.Do(q)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return errors.Join(err, answer.Body.Close())
}

// usage is what one run of a contender took.
type usage struct {
	wall, cpu time.Duration
	server    time.Duration // what the server took meanwhile
	peak      float64       // MiB
}

// less is the lesser of two runs, each measure by itself; before the first run it is zero.
func (u usage) less(v usage) usage {
	if u == (usage{}) {
		return v
	}
	return usage{min(u.wall, v.wall), min(u.cpu, v.cpu), min(u.server, v.server), min(u.peak, v.peak)}
}

// together is the processor time of client and server.
func (u usage) together() time.Duration { return u.cpu + u.server }

// measured runs a command.
func measured(name string, env []string, args ...string) (usage, string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	u := usage{wall: time.Since(begun), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = float64(r.Maxrss) / 1024 // Linux counts in KiB
	}
	if err != nil {
		err = fmt.Errorf("%s: %w\n%.2000s", name, err, out)
	}
	return u, string(out), err
}

// best is the best of several runs, each measure by itself.
func best(b *testing.B, run func() (usage, error)) usage {
	b.Helper()
	var least usage
	for range rounds {
		u, err := run()
		if err != nil {
			b.Fatal(err)
		}
		least = least.less(u)
	}
	return least
}

// contender is a tool that sends a matrix of preflights to a server.
type contender struct {
	name string
	run  func(dir string, s *s3, cells int) (usage, error)
}

// BenchmarkBeside prints how long each tool takes for a matrix of preflights, half of which the configuration refuses, beside the bare loop.
func BenchmarkBeside(b *testing.B) {
	server := start(b)
	dir := b.TempDir()
	tools := contenders(b, dir)
	table := &strings.Builder{}
	w := tabwriter.NewWriter(table, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "tool\tcells\trequests/s\tbeside the loop\tCPU s\tof the server\tboth beside the loop\tpeak MiB\n")
	for _, cells := range []int{1000, 10_000} {
		least := beside(b, tools, dir, server, cells)
		bare := least["loop"]
		for _, t := range tools {
			u, ran := least[t.name]
			if !ran {
				continue
			}
			fmt.Fprintf(w, "%s\t%d\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t%.0f\n", t.name, cells, float64(cells)/u.wall.Seconds(), bare.wall.Seconds()/u.wall.Seconds(),
				u.cpu.Seconds(), u.server.Seconds(), bare.together().Seconds()/u.together().Seconds(), u.peak)
		}
	}
	_ = w.Flush()
	fmt.Printf("\n%s, %d requests at a time, best of %d\n%s", machine(), concurrency, rounds, table)
	for b.Loop() { // all was measured above, once
	}
}

// beside is the best of each tool, by its name. They run by turns, for what else the machine does changes from minute to minute.
func beside(b *testing.B, tools []contender, dir string, server *s3, cells int) map[string]usage {
	b.Helper()
	least := map[string]usage{}
	for range rounds {
		for _, t := range tools {
			if t.name == "venom" && cells > 1000 {
				continue // minutes
			}
			before := server.cpu(b)
			u, err := t.run(dir, server, cells)
			if err != nil {
				b.Fatal(err)
			}
			u.server = server.cpu(b) - before
			least[t.name] = least[t.name].less(u)
		}
	}
	return least
}

// machine says what all this runs on, and how busy that is with other things: those take wall time from whatever is measured, and little
// from ratios of processor time.
func machine() string {
	text := fmt.Sprintf("%s/%s, %d processors", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, model, found := strings.Cut(string(data), "model name\t: "); found {
			model, _, _ = strings.Cut(model, "\n")
			text += " (" + model + ")"
		}
	}
	if data, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ := strings.Cut(string(data), " ")
		text += ", load " + load
	}
	return text
}

// BenchmarkStart prints how long the program takes to say its version and to list the catalogue, and how large it is.
func BenchmarkStart(b *testing.B) {
	binary := build(b, b.TempDir())
	info, err := os.Stat(binary)
	if err != nil {
		b.Fatal(err)
	}
	fmt.Printf("\nbinary: %.1f MB\n", float64(info.Size())/1e6)
	for _, command := range []string{"version", "list"} {
		u := best(b, func() (usage, error) { u, _, err := measured(binary, nil, command); return u, err })
		fmt.Printf("%s: %d ms, %d ms of processor time\n", command, u.wall.Milliseconds(), u.cpu.Milliseconds())
	}
	for b.Loop() { // all was measured above, once
	}
}

// build makes the program as make build does.
func build(b *testing.B, dir string) string {
	b.Helper()
	binary := filepath.Join(dir, "corsprobe")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "../..")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return binary
}

// s3 is a server process that answers CORS as S3 does.
type s3 struct {
	url    string
	cmd    *exec.Cmd
	bucket string // with the configuration of the matrix, for tools that make none
	env    []string
}

const accessKey, secretKey = "corsprobebench", "corsprobebenchsecret"

// start serves from a process of its own, so that its processor time is told apart.
func start(b *testing.B) *s3 {
	b.Helper()
	dir := b.TempDir()
	binary := build(b, dir)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, binary, "serve", "--deviation", "most-rules: 20", "--access-key", accessKey, "--secret-key", secretKey)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { cancel(); _ = cmd.Wait() })
	s := &s3{cmd: cmd, env: []string{"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_SESSION_TOKEN="}}
	s.url = firstURL(b, out)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	s.bucket = "beside"
	s.prepare(b)
	return s
}

// firstURL reads where a server says that it listens.
func firstURL(b *testing.B, out io.Reader) string {
	b.Helper()
	var text []byte
	for one := make([]byte, 1); ; {
		if _, err := out.Read(one); err != nil {
			b.Fatalf("the server said %q: %v", text, err)
		}
		text = append(text, one[0])
		if i := strings.Index(string(text), "http://"); i >= 0 && strings.ContainsAny(string(text[i:]), " \n") {
			return strings.TrimRight(strings.FieldsFunc(string(text[i:]), func(r rune) bool { return r == ' ' || r == '\n' })[0], ".,")
		}
	}
}

// cpu is the processor time that the server has taken.
func (s *s3) cpu(b *testing.B) time.Duration {
	b.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0 // only Linux tells
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	var ticks int
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
