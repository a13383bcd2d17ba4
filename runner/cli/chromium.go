package cli

import (
	"context"
	"net"
	"net/url"

	"corsprobe/runner/browser"
	"corsprobe/runner/probe"
)

// findBrowser makes sure that there is one before anything is sent.
func (f *runFlags) findBrowser() (err error) {
	f.browser = f.browser || f.browserPath != ""
	if f.browser {
		f.browserPath, err = browser.Find(f.browserPath)
	}
	return err
}

// startBrowser starts one that reaches the endpoint and nothing else.
func (f *runFlags) startBrowser(ctx context.Context, endpoint string) (err error) {
	if !f.browser {
		return nil
	}
	f.opts.Browser, err = browser.Start(context.WithoutCancel(ctx), f.target.browserOptions(f.browserPath, hosts(endpoint)))
	return err
}

// browserOptions have a browser reach what the flags say, as they say.
func (f *targetFlags) browserOptions(path string, hosts []string) browser.Options {
	// The prober has verified the certificate by then, where it was to be verified.
	opts := browser.Options{Path: path, Insecure: f.config.Insecure || f.config.CAFile != "", Hosts: hosts}
	for _, text := range f.resolve {
		if r, err := probe.ParseResolve(text); err == nil {
			opts.Resolve = append(opts.Resolve, "MAP "+r.Host+":"+r.Port+" "+r.Addr+":"+r.Port)
		}
	}
	return opts
}

// hosts are where an endpoint may be asked: at its own name, and at its buckets' below it.
func hosts(endpoint string) []string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil
	}
	if host := u.Hostname(); net.ParseIP(host) == nil {
		return []string{host, "*." + host}
	}
	return []string{u.Hostname()}
}
