package cli

import (
	"strings"

	"corsprobe/runner/permit"

	"github.com/spf13/cobra"
)

// pageFlags are a page's request, for every command that is about one.
type pageFlags struct {
	origin      string
	method      string
	headers     []string
	lists       []string // of names, separated by commas
	credentials bool
}

func (f *pageFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.origin, "origin", "", "the page's `ORIGIN`, such as https://app.example.com")
	flags.StringVarP(&f.method, "method", "X", "GET", "the `METHOD` that the page uses")
	flags.StringArrayVarP(&f.headers, "header", "H", nil, "a header that the page sets, `NAME: VALUE`; by NAME alone it is asked for and not sent; repeatable")
	flags.StringArrayVar(&f.lists, "headers", nil, "`NAMES` of headers that the page sets, separated by commas; --header for each does the same")
	flags.BoolVar(&f.credentials, "credentials", false, "the page asks with credentials: include")
}

// page is the request as it was written down.
func (f *pageFlags) page() permit.Page {
	p := permit.Page{Origin: f.origin, Method: f.method, Headers: f.headers, Credentials: f.credentials}
	for _, list := range f.lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				p.Headers = append(p.Headers, name)
			}
		}
	}
	return p
}
