//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"corsprobe/runner/embedded"
	"corsprobe/runner/runnertest/race"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// usersOrigin is what the configuration of the user's bucket permits; no scenario of the catalogue names it.
const usersOrigin = "https://users.example"

// held is a server whose answers to preflights wait once a run has put a configuration, so that it can be met in the middle; and whose put-back
// can be made to hang.
type held struct {
	*embedded.Server
	client   *s3.Client
	reached  chan struct{} // closed by the first preflight after that
	released chan struct{} // close it, and preflights are answered
	stuck    chan struct{} // not nil: calls that clean up wait for it
	cleaning chan struct{} // closed by the first of those
}

func hold(t *testing.T, stuck bool) *held {
	t.Helper()
	h := &held{reached: make(chan struct{}), released: make(chan struct{}), cleaning: make(chan struct{})}
	if stuck {
		h.stuck = make(chan struct{})
		t.Cleanup(func() { close(h.stuck) })
	}
	var once, cleans sync.Once
	var watching, put atomic.Bool
	server, err := embedded.Start(context.Background(), embedded.Options{Middleware: func(x *embedded.Exchange, next func()) {
		select {
		case <-h.reached:
			if h.stuck != nil && (x.Method() == "DELETE" || x.Method() == "PUT" && x.Target() == "/media?cors=") {
				cleans.Do(func() { close(h.cleaning) })
				<-h.stuck
			}
		default:
		}
		if watching.Load() && x.Method() == "PUT" && strings.HasSuffix(x.Target(), "?cors=") {
			defer put.Store(true)
		}
		if x.Method() == "OPTIONS" && put.Load() {
			once.Do(func() { close(h.reached) })
			<-h.released
		}
		next()
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Close(ctx)
	})
	h.Server = server
	access, secret := server.Credentials()
	h.client = s3.New(s3.Options{BaseEndpoint: aws.String(server.URL()), Region: server.Region(), UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider(access, secret, "")})
	bucket := "media"
	_, err = h.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket})
	cors := &types.CORSConfiguration{CORSRules: []types.CORSRule{{AllowedOrigins: []string{usersOrigin}, AllowedMethods: []string{"GET"}}}}
	_, putErr := h.client.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: &bucket, CORSConfiguration: cors})
	if err := errors.Join(err, putErr); err != nil {
		t.Fatal(err)
	}
	watching.Store(true)
	return h
}

// corsprobe is a command of the test binary's own that runs as the program, in a folder of its own.
func (h *held) corsprobe(t *testing.T, args ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.Command(self)}
	c.Dir = t.TempDir()
	c.Args = append([]string{"corsprobe"}, args...)
	access, secret := h.Credentials()
	c.Env = []string{
		"AWS_ENDPOINT_URL=" + h.URL(), "AWS_ACCESS_KEY_ID=" + access, "AWS_SECRET_ACCESS_KEY=" + secret, "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		"HOME=" + c.Dir, "PATH=" + os.Getenv("PATH"), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
		"GORACE=atexit_sleep_ms=100", // with the race detector it would wait for a second before it ends
	}
	c.Stderr = &c.err
	t.Cleanup(func() {
		if c.Process != nil && c.ProcessState == nil {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	})
	return c
}

type child struct {
	*exec.Cmd
	out, err bytes.Buffer
}

// met starts the command and waits until it is in the middle of its run.
func (c *child) met(t *testing.T, h *held) {
	t.Helper()
	if c.Stdout == nil {
		c.Stdout = &c.out
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	awaited(t, h.reached, "the first preflight")
}

func awaited(t *testing.T, done <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("waited a minute for %s", what)
	}
}

// ended waits for the command and returns its exit code.
func (c *child) ended(t *testing.T) int {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); _ = c.Wait() }()
	awaited(t, done, "the end of "+strings.Join(c.Args, " "))
	return c.ProcessState.ExitCode()
}

// clean fails unless the user's bucket has its configuration, and no bucket of a run's is left.
func (h *held) clean(t *testing.T) {
	t.Helper()
	bucket := "media"
	out, err := h.client.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: &bucket})
	if err != nil || len(out.CORSRules) != 1 || !slices.Equal(out.CORSRules[0].AllowedOrigins, []string{usersOrigin}) {
		t.Errorf("the configuration of the user's bucket is lost: %v, %+v", err, out)
	}
	list, err := h.client.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil || len(list.Buckets) != 1 {
		t.Errorf("buckets are left: %v, %d of them", err, len(list.Buckets)-1)
	}
}

// hangUps skips a test where SIGHUP is ignored, as under nohup: a run then goes on, as is meant there.
func hangUps(t *testing.T) {
	t.Helper()
	if signal.Ignored(syscall.SIGHUP) {
		t.Skip("SIGHUP is ignored here, as under nohup")
	}
}

// foreign is what other programs say of a signal: Ginkgo, and the Go runtime.
var foreign = regexp.MustCompile(`(?i)ginkgo|goroutine|progress report|SIGQUIT: quit|\.go:\d`)

// Every signal that would end the process leads through clean-up, whichever kind of bucket is in use; the reports say that they are incomplete.
func TestSignalsLeadThroughCleanUp(t *testing.T) {
	hangUps(t)
	signals := []syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGILL, syscall.SIGTRAP, syscall.SIGABRT, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGUSR1,
		syscall.SIGSEGV, syscall.SIGUSR2, syscall.SIGALRM, syscall.SIGTERM, syscall.SIGXCPU, syscall.SIGVTALRM, syscall.SIGIO, syscall.SIGSYS,
	}
	for _, s := range signals {
		if !slices.Contains(endingSignals(), os.Signal(s)) {
			t.Errorf("%s is not caught", name(s))
		}
	}
	if testing.Short() || race.Enabled {
		signals = []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGUSR1}
	}
	for i, s := range signals {
		t.Run(name(s), func(t *testing.T) {
			h := hold(t, false)
			args := []string{"run", "rules", "--report", "json=report.json"}
			if i%2 == 0 {
				args = append(args, "--bucket", "media")
			}
			c := h.corsprobe(t, args...)
			c.met(t, h)
			if err := c.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			close(h.released)
			if code := c.ended(t); code != exitInterrupted {
				t.Errorf("exit code %d, want %d\n%s%s", code, exitInterrupted, &c.out, &c.err)
			}
			h.clean(t)
			if said := foreign.FindString(c.out.String() + c.err.String()); said != "" {
				t.Errorf("says %q:\n%s%s", said, &c.out, &c.err)
			}
			if report, err := os.ReadFile(filepath.Join(c.Dir, "report.json")); err != nil || !bytes.Contains(report, []byte(`"incomplete": "`)) {
				t.Errorf("the report is not marked incomplete: %v", err)
			}
		})
	}
}

// A pipe that is closed at its other end ends the report that goes there, not the run.
func TestBrokenPipeEndsNoRun(t *testing.T) {
	for _, c := range []struct {
		name, stream, want string
		args               []string
	}{
		{"ndjson", "out", "corsprobe: writing the ndjson report to standard output: write .*: broken pipe", []string{"--report", "ndjson=-"}},
		{"text", "out", "corsprobe: write .*: broken pipe", nil},
		{"annotations", "out", "corsprobe: write .*: broken pipe\nwriting the github report to summary.md: write .*: broken pipe", []string{"--report", "github=summary.md"}},
		{"text beside a report", "err", "", []string{"--report", "json=-"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hold(t, false)
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd := h.corsprobe(t, append([]string{"run", "rules/limits", "--bucket", "media", "--report", "ctrf=whole.json"}, c.args...)...)
			if c.stream == "out" {
				cmd.Stdout = write
			} else {
				cmd.Stderr = write
			}
			cmd.met(t, h)
			if err := errors.Join(read.Close(), write.Close()); err != nil {
				t.Fatal(err)
			}
			close(h.released)
			if code := cmd.ended(t); code != exitNoJudgement {
				t.Errorf("exit code %d, want %d\n%s", code, exitNoJudgement, &cmd.err)
			}
			if !regexp.MustCompile("(?m)^" + c.want + "$").MatchString(cmd.err.String()) {
				t.Errorf("standard error is\n%s\nwant %s", &cmd.err, c.want)
			}
			h.clean(t)
			if report, err := os.ReadFile(filepath.Join(cmd.Dir, "whole.json")); err != nil || bytes.Contains(report, []byte("incomplete")) {
				t.Errorf("the other report is incomplete: %v", err)
			}
		})
	}
}

// A terminal that is closed takes both streams with it, and says so by SIGHUP.
func TestClosedTerminal(t *testing.T) {
	hangUps(t)
	h := hold(t, false)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := h.corsprobe(t, "run", "rules", "--bucket", "media", "--report", "json=report.json")
	c.Stdout, c.Stderr = write, write
	c.met(t, h)
	if err := errors.Join(read.Close(), write.Close()); err != nil {
		t.Fatal(err)
	}
	signalled(t, c, syscall.SIGHUP)
	close(h.released)
	if code := c.ended(t); code != exitNoJudgement { // the summary could not be written
		t.Errorf("exit code %d, want %d", code, exitNoJudgement)
	}
	h.clean(t)
	if report, err := os.ReadFile(filepath.Join(c.Dir, "report.json")); err != nil || !bytes.Contains(report, []byte(`"incomplete": "`)) {
		t.Errorf("the report is not marked incomplete: %v", err)
	}
}

// The limit that a shell sets on files (ulimit -f) ends a report as a full disk does.
func TestFileLimitEndsNoRun(t *testing.T) {
	h := hold(t, false)
	close(h.released)
	c := h.corsprobe(t)
	program := filepath.Join(c.Dir, "corsprobe")
	if err := os.Symlink(c.Path, program); err != nil {
		t.Fatal(err)
	}
	c.Path = "/bin/sh"
	c.Args = []string{"sh", "-c", `ulimit -f 8; exec "$@"`, "sh", program, "run", "rules/limits", "--bucket", "media", "--report", "json=report.json"}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if code := c.ended(t); code != exitNoJudgement || !strings.Contains(c.err.String(), "corsprobe: writing the json report to report.json: file too large") {
		t.Errorf("exit code %d\n%s", code, &c.err)
	}
	h.clean(t)
}

// A second signal ends at once, and so does a clean-up that takes too long: with everything named that is left, and what undoes it.
func TestGivingUpTellsWhatIsLeft(t *testing.T) {
	bucket := regexp.MustCompile(`NOT CLEANED UP: the bucket corsprobe-[0-9a-f]{12}-\d+ of the run's own is left behind: corsprobe sweep --run [0-9a-f]{12} --endpoint http://127.0.0.1:\d+ --region us-east-1 .*removes it \(.+\)`)
	media := regexp.MustCompile(`NOT CLEANED UP: the bucket media does not have its own CORS configuration any more: corsprobe restore --bucket media .*puts it back from /.*\.json \(.+\)`)
	for _, c := range []struct {
		name, why string
		args      []string
		second    bool
		code      int
		left      *regexp.Regexp
	}{
		{"second signal, own buckets", "ended at once by a second signal, SIGINT", nil, true, exitInterrupted, bucket},
		{"second signal, user's bucket", "ended at once by a second signal, SIGINT", []string{"--bucket", "media"}, true, exitInterrupted, media},
		{"too slow, own buckets", "", []string{"--cleanup-timeout", "1s"}, false, exitNoJudgement, bucket},
		{"too slow, user's bucket", "", []string{"--cleanup-timeout", "1s", "--bucket", "media"}, false, exitNoJudgement, media},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hold(t, true)
			cmd := h.corsprobe(t, append([]string{"run", "rules"}, c.args...)...)
			cmd.met(t, h)
			signalled(t, cmd, syscall.SIGINT)
			awaited(t, h.cleaning, "clean-up") // the preflights that still wait are given up
			close(h.released)
			if c.second {
				signalled(t, cmd, syscall.SIGINT)
			}
			if code := cmd.ended(t); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			said := cmd.err.String()
			if !strings.Contains(said, c.why) || !c.left.MatchString(said) {
				t.Errorf("standard error is\n%s\nwant %q and %s", said, c.why, c.left)
			}
			if found := foreign.FindString(said); found != "" {
				t.Errorf("says %q\n%s", found, said)
			}
		})
	}
}

func signalled(t *testing.T, c *child, s os.Signal) {
	t.Helper()
	if err := c.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// A command that waits for its input ends by a signal as well, and a server is meant to be ended so.
func TestSignalsEndEveryCommand(t *testing.T) {
	for command, want := range map[string]int{"lint -": exitInterrupted, "run -": exitInterrupted, "serve": 0} {
		t.Run(command, func(t *testing.T) {
			h := hold(t, false)
			c := h.corsprobe(t, strings.Fields(command)...)
			stdin, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stdin.Close() }()
			stdout, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			if command == "serve" { // it says where it is
				_, err = stdout.Read(make([]byte, 1))
			} else { // a pipe takes only so much before somebody reads it
				_, err = stdin.Write(bytes.Repeat([]byte("# \n"), 50_000))
			}
			if err != nil {
				t.Fatal(err)
			}
			signalled(t, c, syscall.SIGTERM)
			if code := c.ended(t); code != want {
				t.Errorf("exit code %d, want %d\n%s", code, want, &c.err)
			}
			if want == exitInterrupted && !strings.Contains(c.err.String(), "corsprobe: interrupted by SIGTERM") {
				t.Errorf("says\n%s", &c.err)
			}
		})
	}
}

// waiting is a server whose end takes as long as it may.
type waiting struct{ most time.Duration }

func (w *waiting) Close(ctx context.Context) error {
	end, _ := ctx.Deadline()
	w.most = time.Until(end) // less still where the machine is busy
	<-ctx.Done()
	return ctx.Err()
}

// A server that waits for connections over which nothing was ever asked does not hold up the end.
func TestUnusedConnectionsHoldUpNothing(t *testing.T) {
	var w waiting
	closeAtOnce(&w)
	if w.most > time.Second || w.most == 0 {
		t.Errorf("the server was given %s", w.most)
	}
}

// Nor does such a connection change how serve ends.
func TestServeEndsWithAnUnusedConnection(t *testing.T) {
	h := hold(t, false)
	c := h.corsprobe(t, "serve")
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	at, address := "", regexp.MustCompile(`127\.0\.0\.1:\d+`)
	for lines := bufio.NewScanner(stdout); at == ""; at = address.FindString(lines.Text()) {
		if !lines.Scan() {
			t.Fatalf("it does not say where it is: %v", lines.Err())
		}
	}
	conn, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	signalled(t, c, syscall.SIGTERM)
	if code := c.ended(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
