package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

	"corsprobe/reports"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/page"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"

	"github.com/spf13/cobra"
)

// probeFlags are the flags of corsprobe probe.
type probeFlags struct {
	target    targetFlags
	page      pageFlags
	preflight bool
	send      bool
	cors      string
	json      bool
	color     string
}

func probeCommand() *cobra.Command {
	var f probeFlags
	c := &cobra.Command{
		Use:   "probe URL",
		Short: "Ask one URL of any server what a page gets of it",
		Long: `Sends what a browser would send for a page: the preflight, where one is needed, and the request itself; and says what the page gets,
and why not. It needs no rights on a bucket; the URL may be presigned, and its signature is not shown. No cookie is sent.

Exit code: 0 readable, or permitted by the preflight; 1 blocked, or with --cors not as S3 answers; 2 bad input; 3 unreachable.`,
		Example: `  corsprobe probe https://media.example.com/film.mp4 --origin https://app.example.com --header 'Range: bytes=0-1'
  corsprobe probe "$PRESIGNED_URL" --origin https://app.example.com --method PUT --header content-type --cors cors.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.do(cmd.Context(), args[0], cmd.OutOrStdout())
		},
	}
	f.page.register(c)
	flags := c.Flags()
	flags.BoolVar(&f.preflight, "preflight", false, "send a preflight even where a browser needs none")
	flags.BoolVar(&f.send, "send", false, "send the request itself even where it may change something: PUT, POST, DELETE and others")
	flags.StringVar(&f.cors, "cors", "", "`FILE` with the bucket's configuration, as aws s3api takes it or S3's XML: hold the answers against it")
	flags.BoolVar(&f.json, "json", false, "write JSON")
	flags.StringVar(&f.color, "color", "auto", "colour: auto, always or never")
	f.target.registerTransport(c)
	return c
}

func (f *probeFlags) do(ctx context.Context, address string, stdout io.Writer) error {
	request, config, err := f.request(address)
	if err != nil {
		return exit{exitUsage, err}
	}
	options := config.Options
	options.UserAgent, options.Secrets = "corsprobe/"+version(), probe.SecretsOf(address)
	client, err := probe.New(options)
	if err != nil {
		return exit{exitUsage, err}
	}
	defer client.Close()
	got := page.Send(ctx, client, request)
	got.Tool, got.URL = "corsprobe "+version(), probe.NewRedactor(options.Secrets...)(got.URL)
	write := func() error {
		return reports.WritePage(stdout, got, reports.TextOptions{Color: colored(f.color, stdout)})
	}
	if f.json {
		write = func() error { return reports.WritePageJSON(stdout, got) }
	}
	if err := write(); err != nil {
		return exit{exitNoJudgement, err}
	}
	if code := pageCode(ctx, got); code != 0 {
		return exit{code: code}
	}
	return nil
}

func pageCode(ctx context.Context, p result.Page) int {
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case p.Gets == result.Unreachable:
		return exitNoJudgement
	case p.Gets == result.Blocked, p.Gets == result.Refused:
		return exitFindings
	}
	for _, s := range p.Steps {
		if len(s.Findings) > 0 {
			return exitFindings
		}
	}
	return 0
}

// request reads the flags, and says at once what is wrong with any of them.
func (f *probeFlags) request(address string) (page.Request, endpoint.Config, error) {
	asked, remarks, err := f.page.page().Request()
	asked.ForcePreflight = f.preflight
	q := page.Request{URL: address, Page: asked, Remarks: remarks, Send: f.send}
	problems := []error{checkURL(address), err, checkColor(f.color)}
	config, err := f.target.transport()
	problems = append(problems, err)
	if f.cors != "" {
		q.CORS, err = validConfiguration(f.cors)
		problems = append(problems, err)
	}
	return q, config, errors.Join(problems...)
}

// checkURL never repeats the URL: it may hold a signature.
func checkURL(address string) error {
	u, err := url.Parse(address)
	var wrong *url.Error
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("the URL cannot be read: %w", wrong.Err)
	case err != nil:
		return errors.New("the URL cannot be read")
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return errors.New("the URL is no address of http or https, such as https://media.example.com/film.mp4")
	case u.User != nil:
		return errors.New("the URL holds a user name or password: browsers refuse to ask such a URL for a page")
	}
	return nil
}
