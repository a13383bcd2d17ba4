//go:build unix

package torture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"corsprobe/reports"
	"corsprobe/runner/cli"
	"corsprobe/runner/embedded"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// asProgram has the test binary be corsprobe, and write to the file that it names how much memory it had at most.
const asProgram = "CORSPROBE_TORTURED"

func TestMain(m *testing.M) {
	if file := os.Getenv(asProgram); file != "" {
		code := cli.Main(os.Args[1:], os.Stdout, os.Stderr)
		status, _ := os.ReadFile("/proc/self/status")
		_ = os.WriteFile(file, status, 0o600)
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// scenario is what a tortured run carries out: it puts, replaces and deletes a configuration, and writes objects.
const scenario = `
name: given
description: One origin may read, then another, then none.
steps:
  - name: first
    put: {CORSRules: [{AllowedOrigins: [https://app.example.com], AllowedMethods: [GET, PUT]}]}
    matrix: {origins: [https://app.example.com], methods: [GET, PUT]}
  - name: none
    delete: true
    matrix: {origins: [https://app.example.com], methods: [GET]}
`

// requests are the cells of the scenario that ask something; the calls of its steps are cells, too.
const requests = 3

const users = "users-bucket"

// usersRules are the configuration that the user's bucket has.
var usersRules = []types.CORSRule{
	{ID: aws.String("shop"), AllowedOrigins: []string{"https://shop.example", "https://*.shop.example"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"x-amz-*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: aws.Int32(600)},
	{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"HEAD"}},
}

// usersObjects are the objects that it holds: some with names like those of a run's.
var usersObjects = map[string]string{"diary.txt": "dear diary", "corsprobe-notes": "mine", "corsprobe-aaaaaaaaaaaa/object.txt": "mine too"}

// world is a server with a user's bucket, a proxy before it, and a machine from which corsprobe is run.
type world struct {
	t      *testing.T
	proxy  *proxy
	client *s3.Client
	dir    string // of the scenario
	env    []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	server, err := embedded.Start(t.Context(), embedded.Options{})
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Close(ctx)
	})
	access, secret := server.Credentials()
	w := &world{t: t, proxy: startProxy(t, server.URL()), dir: t.TempDir()}
	w.client = s3.New(s3.Options{
		BaseEndpoint: aws.String(server.URL()), Region: server.Region(), UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider(access, secret, ""),
	})
	w.env = []string{
		"AWS_ENDPOINT_URL=" + w.proxy.URL, "AWS_ACCESS_KEY_ID=" + access, "AWS_SECRET_ACCESS_KEY=" + secret, "AWS_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true", "HOME=" + w.dir, "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"GORACE=atexit_sleep_ms=100", // with the race detector it would wait for a second before it ends
	}
	must(t, os.WriteFile(filepath.Join(w.dir, "given.yaml"), []byte(scenario), 0o600))
	w.makeUsersBucket()
	return w
}

func (w *world) makeUsersBucket() {
	ctx, bucket := w.t.Context(), users
	_, err := w.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket})
	must(w.t, err)
	for key, body := range usersObjects {
		_, err := w.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(body)})
		must(w.t, err)
	}
	_, err = w.client.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: &bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: usersRules}})
	must(w.t, err)
}

// machine is where corsprobe keeps its journals: another name, another machine's disk.
func (w *world) machine(name string) string {
	return "XDG_CACHE_HOME=" + filepath.Join(w.dir, "machine-"+name)
}

// process is a corsprobe under way, or one that has ended.
type process struct {
	*exec.Cmd
	out, err bytes.Buffer
	began    time.Time
	status   string // the file that tells of its memory
	report   string // the file of a run's report
}

// start starts corsprobe on a machine.
func (w *world) start(machine string, args ...string) *process {
	w.t.Helper()
	self, err := os.Executable()
	must(w.t, err)
	dir := w.t.TempDir()
	p := &process{began: time.Now(), status: filepath.Join(dir, "status"), report: filepath.Join(dir, "report.json")}
	if args[0] == "run" {
		args = append(slices.Clone(args), "--report", "json="+p.report)
	}
	p.Cmd = exec.Command(self, args...)
	p.Dir, p.Env, p.Stdout, p.Stderr = w.dir, append(slices.Clone(w.env), w.machine(machine), asProgram+"="+p.status), &p.out, &p.err
	must(w.t, p.Start())
	return p
}

// longest is how long a process may take: what it takes at its worst on a busy machine, several times over.
const longest = 4 * time.Minute

// wait waits for the end of a process.
func (p *process) wait(t *testing.T) {
	t.Helper()
	watch := time.AfterFunc(longest, func() { _ = p.Process.Signal(syscall.SIGQUIT); time.Sleep(2 * time.Second); _ = p.Process.Kill() })
	err := p.Wait()
	if !watch.Stop() {
		t.Errorf("%s hung for %v\n%s", strings.Join(p.Args[1:], " "), longest, &p.err)
	}
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Errorf("%s: %v", strings.Join(p.Args[1:], " "), err)
	}
}

// code is the exit code; -1: a signal.
func (p *process) code() int { return p.ProcessState.ExitCode() }

// verdict reports that a run came to one: that it says so, and that it judged every cell of the scenario.
func (p *process) verdict() bool {
	file, err := os.Open(p.report)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	report, err := reports.ReadJSON(file)
	judged := report.Summary.Passed + report.Summary.Failed + report.Summary.Known
	return err == nil && (p.code() == 0 || p.code() == 1) && judged >= requests && judged == report.Summary.Cells
}

// peak is the most memory that the process had, in MiB; 0: nobody knows, as it was killed or the system does not tell.
func (p *process) peak() int {
	status, _ := os.ReadFile(p.status)
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	var kib int
	_, _ = fmt.Sscan(text, &kib)
	return kib >> 10
}

// run runs corsprobe to its end.
func (w *world) run(machine string, args ...string) *process {
	w.t.Helper()
	p := w.start(machine, args...)
	p.wait(w.t)
	return p
}

// ownBuckets are the flags of a run in buckets of its own, theirs those of one in the user's. What fails in it does so for causes that no further
// question tells apart: to look for one takes longer than all else.
var (
	ownBuckets = []string{"run", "given.yaml", "--timeout", "2s", "--settle", "2s", "--concurrency", "2", "--color", "never", "--no-follow-up"}
	theirs     = append(slices.Clone(ownBuckets), "--bucket", users)
)

// state is how a world is found.
type state struct {
	changed string   // how the user's configuration or objects differ from what they were; empty: they do not
	buckets []string // that are not the user's
}

func (w *world) look() state {
	w.t.Helper()
	ctx, bucket := context.Background(), users
	var s state
	listed, err := w.client.ListBuckets(ctx, &s3.ListBucketsInput{})
	must(w.t, err)
	for _, b := range listed.Buckets {
		if name := aws.ToString(b.Name); name != users {
			s.buckets = append(s.buckets, name)
		}
	}
	got, err := w.client.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: &bucket})
	if err != nil {
		got = &s3.GetBucketCorsOutput{}
		s.changed = err.Error()
	}
	s.changed += cmp.Diff(usersRules, got.CORSRules, cmpopts.IgnoreUnexported(types.CORSRule{}))
	s.changed += cmp.Diff(usersObjects, w.objects())
	return s
}

// objects are the contents of the user's bucket, with what runs put in beside the user's.
func (w *world) objects() map[string]string {
	w.t.Helper()
	ctx, bucket := context.Background(), users
	listed, err := w.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket})
	must(w.t, err)
	found := map[string]string{}
	for _, o := range listed.Contents {
		object, err := w.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: o.Key})
		must(w.t, err)
		var body bytes.Buffer
		_, err = body.ReadFrom(object.Body)
		must(w.t, err)
		_ = object.Body.Close()
		found[aws.ToString(o.Key)] = body.String()
	}
	uploads, err := w.client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: &bucket})
	must(w.t, err)
	for _, u := range uploads.Uploads {
		found["upload of "+aws.ToString(u.Key)] = ""
	}
	return found
}

// files are what is left on a machine's disk.
func (w *world) files(machine string) []string {
	w.t.Helper()
	entries, err := os.ReadDir(filepath.Join(w.dir, "machine-"+machine, "corsprobe", "journal"))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// outcome is what became of one trial.
type outcome struct {
	restored, swept, named bool   // restore had to put something right; sweep had to remove something; only sweep --run would
	silent                 string // what was left and not told: the exit code was a verdict's
	lied                   bool   // a bucket of the run's own was left and not told, for the endpoint said to the end that it was gone
	lost                   string // what is not as it was, even after restore and sweep
}

// putRight does what a user does after something went wrong, and says what came of it.
func (w *world) putRight(machine string, p *process) outcome {
	w.t.Helper()
	w.proxy.do(nil)
	var o outcome
	before := w.look()
	o.restored, o.swept = before.changed != "", len(before.buckets) > 0
	if code := p.code(); (o.restored || o.swept) && (code == 0 || code == 1) {
		o.silent = fmt.Sprintf("exit code %d, and left: %s %q", code, before.changed, before.buckets)
	}
	log := ""
	for _, args := range [][]string{{"restore"}, {"sweep"}} {
		r := w.run(machine, args...)
		log += fmt.Sprintf("$ corsprobe %s\n%s%sexit code %d\n", args[0], &r.out, &r.err, r.code())
	}
	after := w.look()
	for _, bucket := range after.buckets { // whose endpoint said that they were gone, so that nothing told sweep of them any more
		parts := strings.Split(bucket, "-")
		if len(parts) == 3 {
			r := w.run(machine, "sweep", "--run", parts[1])
			log += fmt.Sprintf("$ corsprobe sweep --run\n%s%sexit code %d\n", &r.out, &r.err, r.code())
			o.named = true
		}
	}
	after = w.look()
	if left := w.files(machine); after.changed != "" || len(after.buckets) > 0 || len(left) > 0 {
		o.lost = fmt.Sprintf("%s buckets %q, files %q\nthe run said:\n%s%s\n%s", after.changed, after.buckets, left, &p.out, &p.err, log)
	}
	return o
}

// onlyOwnLeft reports that nothing of the user's is missing, and that what a run left among it goes by restore --unlock.
func (w *world) onlyOwnLeft() bool {
	w.t.Helper()
	w.run("here", "restore", "--unlock", "--bucket", users, "--endpoint", w.proxy.URL)
	after := w.look()
	return after.changed == "" && len(after.buckets) == 0
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
