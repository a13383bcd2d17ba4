package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/embedded"
	"corsprobe/runner/reference"
	"corsprobe/runner/runnertest/race"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"corsprobe": func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) }})
}

// TestCommandLine runs the scripts under testdata: the program from the outside, with its exit codes, its words and the files it writes.
func TestCommandLine(t *testing.T) {
	race.Skip(t)
	scripts(t, "testdata")
}

// TestCommandLineAtOnce runs those in which something happens at once that does not in other tests.
func TestCommandLineAtOnce(t *testing.T) { scripts(t, "testdata/at_once") }

func scripts(t *testing.T, dir string) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server":      startServer,
			"reference":   startReference,
			"code":        exitsWith,
			"fake":        startFake,
			"closed":      closedPort,
			"killed":      killed,
			"configured":  configured,
			"says":        startSaying,
			"interrupt":   interrupt,
			"sameresults": sameResults,
			"bucket":      makeBucket,
			"pages":       startPages,
			"answers":     startAnswers,
			"examples":    examples,
			"static":      startStatic,
			"spoilt":      startSpoilt,
			"serve":       startServe,
		},
	})
}

// setup keeps the machine's AWS settings out of the scripts, but not its certificate bundle: corsprobe must cope with one. It takes seconds to make
// cases up for further questions: the scripts that are about them, or about what a run does by default, clear CORSPROBE_NO_FOLLOW_UP.
func setup(env *testscript.Env) error {
	env.Setenv("CORSPROBE_NO_FOLLOW_UP", "true")
	env.Setenv("GORACE", "atexit_sleep_ms=100") // with the race detector each command would wait for a second before it ends
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Setenv("AWS_CONFIG_FILE", filepath.Join(env.WorkDir, "no-config"))
	env.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(env.WorkDir, "no-credentials"))
	env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, "cache")) // journals of other scripts, and of other runs of these, are none of this one's
	for _, name := range []string{"AWS_CA_BUNDLE", "SSL_CERT_FILE"} {
		env.Setenv(name, os.Getenv(name))
	}
	return nil
}

// startServer starts an embedded server for the script and names it in the AWS variables: server.
func startServer(ts *testscript.TestScript, _ bool, _ []string) {
	server, err := embedded.Start(context.Background(), embedded.Options{})
	ts.Check(err)
	ts.Defer(func() { _ = server.Close(context.Background()) })
	nameServer(ts, server.URL(), server.Credentials)
}

// startReference starts an endpoint that answers as S3 does, in a provider's way, or with a planted defect, and names it:
// reference [ovhcloud|DEFECT].
func startReference(ts *testscript.TestScript, _ bool, args []string) {
	var behaviour reference.Behaviour
	switch {
	case len(args) == 1 && args[0] == "ovhcloud":
		behaviour = reference.OVHcloud()
	case len(args) == 1:
		defects := reference.Defects()
		i := slices.IndexFunc(defects, func(d reference.Defect) bool { return d.Name == args[0] })
		if i < 0 {
			ts.Fatalf("there is no defect %s", args[0])
		}
		behaviour = defects[i].Behaviour
	case len(args) > 1:
		ts.Fatalf("usage: reference [ovhcloud|DEFECT]")
	}
	server, err := reference.StartWith(context.Background(), behaviour)
	ts.Check(err)
	ts.Defer(func() { _ = server.Close(context.Background()) })
	nameServer(ts, server.URL(), server.Credentials)
}

// makeBucket makes a bucket at the endpoint that was named last, with a configuration: bucket NAME [FILE].
func makeBucket(ts *testscript.TestScript, _ bool, args []string) {
	client := s3Client(ts)
	_, err := client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &args[0]})
	ts.Check(err)
	if len(args) == 1 {
		return
	}
	var cfg types.CORSConfiguration
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &cfg))
	_, err = client.PutBucketCors(context.Background(), &s3.PutBucketCorsInput{Bucket: &args[0], CORSConfiguration: &cfg})
	ts.Check(err)
}

// s3Client talks to the endpoint that was named last, past corsprobe.
func s3Client(ts *testscript.TestScript) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(ts.Getenv("AWS_ENDPOINT_URL")), Region: ts.Getenv("AWS_REGION"), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(ts.Getenv("AWS_ACCESS_KEY_ID"), ts.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
	})
}

func nameServer(ts *testscript.TestScript, url string, credentials func() (string, string)) {
	access, secret := credentials()
	ts.Setenv("AWS_ENDPOINT_URL", url)
	ts.Setenv("AWS_ACCESS_KEY_ID", access)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	ts.Setenv("AWS_REGION", "us-east-1")
}

// exitsWith runs a command and fails unless it exits with that code: code 2 corsprobe run nothing.yaml.
func exitsWith(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: code N command args...")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var n int
		if _, scan := fmt.Sscanf(err.Error(), "exit status %d", &n); scan != nil {
			ts.Fatalf("%s: %v", strings.Join(args[1:], " "), err)
		}
		got = n
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%s: exit code %d, want %s", strings.Join(args[1:], " "), got, args[0])
	}
}

// startFake starts a server that is no S3, and names it in AWS_ENDPOINT_URL: fake website | tls | unimplemented | refuses.
func startFake(ts *testscript.TestScript, _ bool, args []string) {
	kind := "website"
	if len(args) > 0 {
		kind = args[0]
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fakes[kind](w, r) })
	server := httptest.NewUnstartedServer(handler)
	if kind == "tls" {
		server.StartTLS()
	} else {
		server.Start()
	}
	ts.Defer(server.Close)
	ts.Setenv("AWS_ENDPOINT_URL", server.URL)
	ts.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	ts.Setenv("AWS_SECRET_ACCESS_KEY", "a-secret-that-must-not-be-shown")
	ts.Setenv("AWS_REGION", "us-east-1")
}

var fakes = map[string]http.HandlerFunc{
	"website": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html><body>Welcome</body></html>") },
	"tls":     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html></html>") },
	"refuses": s3Error(http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
	"denies":  s3Error(http.StatusForbidden, "AccessDenied", "Access Denied"),
	"unimplemented": func(w http.ResponseWriter, r *http.Request) {
		if _, cors := r.URL.Query()["cors"]; cors {
			s3Error(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented")(w, r)
			return
		}
		fmt.Fprint(w, "<ListAllMyBucketsResult/>") // good enough for every other call of this script
	},
}

func s3Error(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message><RequestId>1</RequestId></Error>", code, message)
	}
}

// closedPort names a port that nobody listens on in AWS_ENDPOINT_URL.
func closedPort(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	address := l.Addr().String()
	ts.Check(l.Close())
	ts.Setenv("AWS_ENDPOINT_URL", "http://"+address)
	ts.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	ts.Setenv("AWS_SECRET_ACCESS_KEY", "a-secret-that-must-not-be-shown")
	ts.Setenv("AWS_REGION", "us-east-1")
}
