package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"corsprobe/reports"
	"corsprobe/runner/browser"
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
	look      look

	browser     bool
	browserPath string
	watch       time.Duration // for how long at most; 0: not at all
	pause       time.Duration // before the first time that it asks again
}

func probeCommand() *cobra.Command {
	var f probeFlags
	c := &cobra.Command{
		Use:   "probe URL",
		Short: "Ask one URL of any server what a page gets of it",
		Long: `Sends what a browser would send for a page: the preflight, where one is needed, and the request itself; and says what the page gets,
and what lies behind it where it gets nothing: S3's own error, another region, a cache in between, an image that came first. It needs no rights on
a bucket; the URL may be presigned, and its signature is not shown. Redirects are followed as a browser does, and keys are not sent on. No cookie is sent.

Exit code: 0 readable, or permitted by the preflight; 1 blocked, or refused with an error that the page can read, or with --cors not as S3
answers; 2 bad input; 3 unreachable, or Chromium and the model disagree; 130 interrupted.`,
		Example: `  corsprobe probe https://media.example.com/film.mp4 --origin https://app.example.com --header 'Range: bytes=0-1'
  corsprobe probe "$PRESIGNED_URL" --origin https://app.example.com --method PUT --header content-type --cors cors.json
  corsprobe probe https://media.example.com/k --origin https://app.example.com --watch   # after a change, until it is in force`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.do(cmd.Context(), args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.page.register(c)
	flags := c.Flags()
	flags.BoolVar(&f.preflight, "preflight", false, "send a preflight even where a browser needs none")
	flags.BoolVar(&f.send, "send", false, "send the request itself even where it may change something: PUT, POST, DELETE and others")
	flags.StringVar(&f.cors, "cors", "", "`FILE` with the bucket's configuration, in any shape that corsprobe lint reads: hold the answers against it")
	flags.BoolVar(&f.json, "json", false, "write JSON")
	f.look.register(c, "")
	flags.BoolVar(&f.browser, "browser", false, "have a real Chromium send the request too, and say what it makes of it")
	flags.StringVar(&f.browserPath, "browser-path", "", "`FILE` of Chromium (default: the one that is installed)")
	flags.DurationVar(&f.watch, "watch", 0, "ask again until CORS lets the page through, for `TIME` at most (5m when none is given)")
	flags.Lookup("watch").NoOptDefVal = "5m"
	f.pause = time.Second
	f.target.registerTransport(c)
	return c
}

func (f *probeFlags) do(ctx context.Context, address string, stdout, stderr io.Writer) error {
	request, config, err := f.request(address, stderr)
	if err != nil {
		return exit{exitUsage, err}
	}
	options := config.Options
	options.UserAgent = "corsprobe/" + version()
	client, err := probe.New(options)
	if err != nil {
		return exit{exitUsage, err}
	}
	defer client.Close()
	got := f.watched(ctx, func() result.Page { return page.Send(ctx, client, request) }, stderr)
	if err := f.confirm(ctx, request, &got); err != nil {
		return noJudgement(ctx, err)
	}
	got.Tool = "corsprobe " + version()
	if f.json {
		err = reports.WritePageJSON(stdout, got)
	} else {
		err = reports.WritePage(stdout, got, f.look.text(stdout))
	}
	if err != nil {
		return exit{exitNoJudgement, err}
	}
	if code := pageCode(ctx, got); code != 0 {
		return exit{code: code}
	}
	return nil
}

// longestPause is between two requests of a watch.
const longestPause = 10 * time.Second

// watched asks until CORS lets the page through, where that is wanted, or the time is up, or somebody interrupts. What became of it the last
// time counts.
func (f *probeFlags) watched(ctx context.Context, send func() result.Page, stderr io.Writer) result.Page {
	until, pause := time.Now().Add(f.watch), f.pause
	for {
		got := send()
		if f.watch == 0 || letsThrough(got) || ctx.Err() != nil || time.Now().Add(pause).After(until) {
			return got
		}
		fmt.Fprintf(stderr, "%s %s: asking again in %s\n", time.Now().Format(time.TimeOnly), got.Gets, pause)
		select {
		case <-ctx.Done():
			return got
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}

// letsThrough reports that CORS is as it should be, whatever else the answer says.
func letsThrough(p result.Page) bool {
	for _, s := range p.Steps {
		if len(s.Findings) > 0 {
			return false
		}
	}
	return p.Gets == result.Readable || p.Gets == result.Permitted || p.Gets == result.Refused
}

// confirm has a real Chromium send the request too.
func (f *probeFlags) confirm(ctx context.Context, request page.Request, got *result.Page) error {
	if !f.browser || ctx.Err() != nil {
		return nil
	}
	b, err := browser.Start(ctx, f.target.browserOptions(f.browserPath, page.HostsFor(request)))
	if err != nil {
		return err
	}
	defer b.Close()
	ctx, cancel := context.WithTimeout(ctx, f.target.config.Timeout)
	defer cancel()
	return page.Confirm(ctx, b, request, got)
}

func pageCode(ctx context.Context, p result.Page) int {
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case p.Gets == result.Unreachable, p.Chromium != nil && p.Chromium.Disagreement != "":
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
func (f *probeFlags) request(address string, stderr io.Writer) (page.Request, endpoint.Config, error) {
	asked, remarks, err := f.page.page().Request()
	asked.ForcePreflight = f.preflight
	q := page.Request{URL: address, Page: asked, Remarks: remarks, Send: f.send}
	problems := []error{checkURL(address), err, f.look.check()}
	config, err := f.target.transport()
	problems = append(problems, err)
	if f.watch < 0 {
		problems = append(problems, fmt.Errorf("--watch %s: a time cannot be negative", f.watch))
	}
	if f.browser = f.browser || f.browserPath != ""; f.browser {
		f.browserPath, err = browser.Find(f.browserPath)
		problems = append(problems, err)
	}
	if f.cors != "" {
		q.CORS, err = validConfiguration(f.cors, stderr)
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
