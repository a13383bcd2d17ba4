package cli

import (
	"context"
	"net"
	"net/url"

	"corsprobe/runner/browser"
	"corsprobe/runner/probe"

	"github.com/spf13/pflag"
)

// browserFlags say whether a page in a browser is to ask as well, and in which.
type browserFlags struct {
	wanted bool
	path   string
}

func (b *browserFlags) register(flags *pflag.FlagSet, usage string) {
	flags.BoolVar(&b.wanted, "browser", false, usage)
	flags.StringVar(&b.path, "browser-path", "", "`PATH` of Chromium; implies --browser (default: the one that is installed)")
}

// find makes sure that there is one before anything is sent.
func (b *browserFlags) find() (err error) {
	if b.wanted = b.wanted || b.path != ""; b.wanted {
		b.path, err = browser.Find(b.path)
	}
	return err
}

// start starts one that reaches the endpoint and nothing else; nil where none is wanted.
func (b *browserFlags) start(ctx context.Context, target *targetFlags, endpoint string) (*browser.Browser, error) {
	if !b.wanted {
		return nil, nil
	}
	return browser.Start(context.WithoutCancel(ctx), target.browserOptions(b.path, hosts(endpoint)))
}

// browserOptions have a browser reach what the flags say, as they say.
func (f *targetFlags) browserOptions(path string, hosts []string) browser.Options {
	// The prober has verified the certificate by then, where it was to be verified.
	opts := browser.Options{Path: path, Insecure: f.config.Insecure || f.config.CAFile != "", Hosts: hosts}
	for _, text := range f.resolve {
		if r, err := probe.ParseResolve(text); err == nil {
			opts.Resolve = append(opts.Resolve, "MAP "+r.Host+":"+r.Port+" "+r.Addresses()[0]+":"+r.Port)
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
