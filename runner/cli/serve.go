package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"corsprobe/runner/dialect"
	"corsprobe/runner/embedded"
	"corsprobe/runner/reference"

	"github.com/spf13/cobra"
)

// serveFlags say what is served.
type serveFlags struct {
	embedded.Options
	provider   string
	deviations []string
}

func serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run an S3 server: the embedded one, or one with a provider's CORS",
		Long: `Runs the embedded S3 server, in memory. With --provider or --deviation it answers CORS as S3 does, but for what the provider is known to do
otherwise, or for the deviations: an application can be tried against it on one's own machine.`,
		Example: `  corsprobe serve --provider ovhcloud
  corsprobe serve --deviation vary-missing --deviation 'most-rules: 20'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.serve(cmd.Context(), cmd.OutOrStdout()) },
	}
	c.Flags().StringVar(&f.Address, "address", "127.0.0.1:0", "`HOST:PORT` to listen on; port 0 is any free one")
	c.Flags().StringVar(&f.AccessKey, "access-key", "", "access `KEY` (default random)")
	c.Flags().StringVar(&f.SecretKey, "secret-key", "", "secret `KEY` (default random)")
	c.Flags().StringVar(&f.Region, "region", "us-east-1", "`REGION` that signatures name")
	c.Flags().StringVar(&f.provider, "provider", "", "answer CORS as the provider of that `NAME` is known to, or as a file describes; corsprobe list providers names them")
	c.Flags().StringArrayVar(&f.deviations, "deviation", nil, "answer CORS as S3 does but for this `DEVIATION`, such as vary-missing or 'most-rules: 20'; repeatable, corsprobe list deviations names them")
	return c
}

// server is what either kind of server can do.
type server interface {
	URL() string
	Region() string
	Credentials() (accessKey, secretKey string)
	Close(context.Context) error
}

func (f *serveFlags) serve(ctx context.Context, stdout io.Writer) error {
	deviations, err := f.dialect()
	if err != nil {
		return exit{exitUsage, err}
	}
	running, name, err := f.start(ctx, deviations)
	if err != nil {
		return exit{exitNoJudgement, err}
	}
	access, secret := running.Credentials()
	fmt.Fprintf(stdout, "# %s, in memory; Ctrl-C ends it\n", name)
	for _, one := range deviations {
		fmt.Fprintf(stdout, "#   %s: %s\n", one, one.Summary)
	}
	fmt.Fprintf(stdout, "export AWS_ENDPOINT_URL=%s\nexport AWS_REGION=%s\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", running.URL(), running.Region(), access, secret)
	fmt.Fprintf(stdout, "# With these set, in another shell:%s\n", f.whatToRun(running.URL(), running.Region()))
	<-ctx.Done()
	closeAtOnce(running)
	return nil
}

// whatToRun are the commands that fit what is served: one by which it conforms, with all that is known of it, or one that finds its deviations.
func (f *serveFlags) whatToRun(url, region string) string {
	provider := f.provider
	if provider == "" && len(f.deviations) == 0 {
		provider = embeddedProvider
	}
	const line = "\n#   "
	if provider == "" {
		return line + "corsprobe run   # finds " + count(len(f.deviations), "deviation")
	}
	text := fmt.Sprintf("corsprobe run --provider %s --endpoint %s --region %s", provider, url, region)
	if n := len(f.deviations); n > 0 {
		text += fmt.Sprintf("   # finds %s more than the provider has", count(n, "deviation"))
	}
	return line + text
}

// closeAtOnce closes a server, and waits for next to nothing: a connection over which nothing was ever asked would be waited for for five
// seconds. What is left of it goes with the process.
func closeAtOnce(running interface{ Close(context.Context) error }) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_ = running.Close(ctx)
}

// start runs the embedded server as it is, or one with the deviations of a dialect in front of it.
func (f *serveFlags) start(ctx context.Context, deviations dialect.Dialect) (server, string, error) {
	if f.provider == "" && len(f.deviations) == 0 {
		s, err := embedded.Start(ctx, f.Options)
		if err != nil {
			return nil, "", err
		}
		return s, s.Name(), nil
	}
	s, err := reference.StartAt(ctx, f.Options, reference.Behaviour{Dialect: deviations})
	name := "answers CORS as S3 does, but for " + count(len(deviations), "deviation")
	if f.provider != "" {
		name = fmt.Sprintf("answers CORS as %s is known to, by %s", f.provider, count(len(deviations), "deviation"))
	}
	return s, name, err
}

// dialect is what the provider is known for, and the deviations after it.
func (f *serveFlags) dialect() (dialect.Dialect, error) {
	var all dialect.Dialect
	var problems []error
	if f.provider != "" {
		p, err := findProvider(f.provider)
		problems = append(problems, err)
		all = p.Dialect()
		if err == nil && len(all) == 0 {
			problems = append(problems, fmt.Errorf("--provider %s: no known deviation of it can be served; corsprobe list providers %s lists what is known", f.provider, f.provider))
		}
	}
	for _, text := range f.deviations {
		one, err := dialect.Parse(text)
		problems = append(problems, err)
		all = append(all, one)
	}
	return all, errors.Join(problems...)
}
