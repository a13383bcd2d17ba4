package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// targetFlags name an endpoint and how it is reached. Every command that talks to one has them.
type targetFlags struct {
	config   endpoint.Config
	resolve  []string
	provider string
	known    *scenarios.Provider // of that name; nil: none
	located  bool                // the provider's file gave the URL
}

func (f *targetFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.config.URL, "endpoint", "", "`URL` of the S3 endpoint; --endpoint-url is the same (default $AWS_ENDPOINT_URL_S3, $AWS_ENDPOINT_URL, else the embedded server)")
	flags.StringVar(&f.config.Region, "region", "", "`REGION` for signatures (default $AWS_REGION, the profile's, us-east-1)")
	flags.StringVar(&f.config.Profile, "profile", "", "`PROFILE` of the AWS configuration files (default $AWS_PROFILE)")
	flags.StringVar(&f.config.Addressing, "addressing", "auto", "`STYLE` of URLs: path, virtual, or auto: path for addresses and loopback, else virtual")
	f.registerTransport(c)
}

// registerTransport has only the flags that say how any server is reached.
func (f *targetFlags) registerTransport(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVar(&f.resolve, "resolve", nil, "`HOST:PORT:ADDR`: connect to ADDR for HOST:PORT, to each of ADDR,ADDR; repeatable")
	flags.StringVar(&f.config.CAFile, "ca-file", "", "`FILE` of further certificate authorities, in PEM")
	flags.BoolVar(&f.config.Insecure, "insecure", false, "do not verify the endpoint's certificate")
	flags.BoolVar(&f.config.HTTP2, "http2", false, "probe over HTTP/2 where the endpoint offers it")
	flags.DurationVar(&f.config.Timeout, "timeout", 30*time.Second, "longest `TIME` for one request")
}

// target is an endpoint and what belongs to it.
type target struct {
	endpoint *endpoint.Endpoint
	client   *probe.Client
	curl     probe.CurlOptions
	name     string
	provider string
	embedded bool
	server   *embedded.Server
}

// open connects to the endpoint named by flags or environment, or starts the embedded server, and says so in the first line.
func (f *targetFlags) open(ctx context.Context, id string, human io.Writer) (*target, error) {
	if f.named() {
		t, err := f.openRemote(ctx, id)
		if err == nil {
			f.introduce(human, t.endpoint.URL())
		}
		return t, err
	}
	t, err := f.openEmbedded(ctx, id)
	if err == nil {
		fmt.Fprintf(human, "no endpoint given: probing the embedded S3 server (%s) at %s\n\n", t.server.Name(), t.server.URL())
	}
	return t, err
}

// openEmbedded starts the embedded server, whatever the environment names.
func (f *targetFlags) openEmbedded(ctx context.Context, id string) (*target, error) {
	server, err := embedded.Start(ctx, embedded.Options{})
	if err != nil {
		return nil, fmt.Errorf("the embedded server did not start: %w", err)
	}
	config := f.config
	config.URL, config.Region = server.NamedURL(), server.Region()
	config.AccessKey, config.SecretKey = server.Credentials()
	t, err := connect(ctx, config, id)
	if err != nil {
		closeServer(server)
		return nil, err
	}
	t.name, t.embedded, t.server = "embedded "+server.Name(), true, server
	return t, nil
}

// named reports that the user named an endpoint. A profile or region alone names AWS.
func (f *targetFlags) named() bool {
	return f.config.URL != "" || f.config.Profile != "" || namedByEnvironment() != ""
}

func (f *targetFlags) openRemote(ctx context.Context, id string) (*target, error) {
	if !f.named() {
		return nil, errors.New("no endpoint: give --endpoint URL, or set AWS_ENDPOINT_URL")
	}
	config, err := f.transport()
	if err != nil {
		return nil, exit{exitUsage, err}
	}
	t, err := connect(ctx, config, id)
	if err == nil && f.known != nil {
		t.name, t.provider = f.known.Title, f.known.Name
	}
	return t, err
}

// transport is the configuration with what --resolve names.
func (f *targetFlags) transport() (endpoint.Config, error) {
	config := f.config
	var problems []error
	for _, text := range f.resolve {
		r, err := probe.ParseResolve(text)
		problems = append(problems, err)
		config.Resolve = append(config.Resolve, r)
	}
	return config, errors.Join(problems...)
}

func connect(ctx context.Context, config endpoint.Config, id string) (*target, error) {
	config.RunID, config.UserAgent = id, "corsprobe/"+version()
	e, err := endpoint.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	options := config.Options
	if creds, err := e.Credentials(ctx); err == nil {
		options.Secrets = append(options.Secrets, creds.SecretAccessKey, creds.SessionToken)
	}
	client, err := probe.New(options)
	if err != nil {
		return nil, err
	}
	return &target{endpoint: e, client: client, curl: probe.CurlOptions{Region: e.Region(), Insecure: config.Insecure, CAFile: config.CAFile, HTTP2: config.HTTP2}}, nil
}

// leftovers are what errors of clean-up say was left, as it may be shown.
func (t *target) leftovers(trouble []error) []result.Leftover {
	left := runner.Leftovers(trouble)
	for i := range left {
		left[i].Problem = t.client.Redactor().Text(left[i].Problem)
	}
	return left
}

// close ends what the target holds, however the run ended.
func (t *target) close() {
	t.client.Close()
	t.endpoint.Close()
	if t.server != nil {
		closeServer(t.server)
	}
}

// closeServer lets requests under way finish for a moment. It does not wait for more: connections over which nothing was ever asked, as clients
// open some in advance, the server would keep for five seconds. Its memory goes with the process.
func closeServer(server *embedded.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_ = server.Close(ctx)
}

// embeddedProvider is the provider whose server the embedded one is.
const embeddedProvider = "versitygw"

// embeddedDeviations are what the embedded server is known to do otherwise than S3.
func embeddedDeviations() ([]scenarios.Deviation, error) {
	p, err := scenarios.ProviderByName(embeddedProvider)
	return p.KnownDeviations, err
}
