package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync"

	"corsprobe/runner/embedded"

	"github.com/rogpeppe/go-internal/testscript"
)

// interrupt runs a command against a server that holds its first preflight, interrupts it there, and expects exit code 130:
// interrupt corsprobe run args...
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	reached, signalled := make(chan struct{}), make(chan struct{})
	var once sync.Once
	server, err := embedded.Start(context.Background(), embedded.Options{Middleware: func(x *embedded.Exchange, next func()) {
		if x.Method() == "OPTIONS" {
			once.Do(func() { close(reached) })
			<-signalled
		}
		next()
	}})
	ts.Check(err)
	ts.Defer(func() { _ = server.Close(context.Background()) })
	nameServer(ts, server.URL(), server.Credentials)

	path, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "HOME", "XDG_CACHE_HOME"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	ts.Check(cmd.Start())
	<-reached
	ts.Check(cmd.Process.Signal(os.Interrupt))
	close(signalled)
	var exited *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exited) || exited.ExitCode() != 130 {
		ts.Fatalf("%v: %v, want exit status 130", args, err)
	}
}
