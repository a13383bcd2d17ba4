package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
)

// ErrNotFound is that no Chromium is installed.
var ErrNotFound = errors.New("no Chromium found: install one (Debian and Ubuntu: apt-get install chromium; others: https://www.chromium.org/getting-involved/download-chromium/), or name its executable with --browser-path")

// names are what Chromium's executable is called.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell", "chrome-headless-shell"}

// Find returns the path of an executable: the one named, or the first that is installed.
func Find(path string) (string, error) {
	if path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("--browser-path %s: %w", path, err)
		}
		return found, nil
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", ErrNotFound
}

// disabled are Chromium's features that are switched off.
var disabled = []string{
	// They guard loopback and private addresses against pages of public origins: a laboratory's endpoint is at such an address, and a
	// browser in production would not ask. The names changed with Chromium's versions; unknown ones do no harm.
	"LocalNetworkAccessChecks", "BlockInsecurePrivateNetworkRequests", "PrivateNetworkAccessSendPreflights",
	"PrivateNetworkAccessRespectPreflightResults",
	// They would make https of a page's http.
	"HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
	// They keep pages that were left, or a renderer for each site: a run moves its tabs from origin to origin. CORS is the network
	// process's business and does not depend on it.
	"BackForwardCache", "site-per-process", "IsolateOrigins",
	// They talk to servers of Chromium's own, look up or connect to the hosts of pages before they are asked to, or only cost time.
	"NetworkTimeServiceQuerying", "PreconnectToSearch", "LoadingPredictorUseLocalPredictions", "NavigationPredictor", "Translate", "OptimizationHints", "MediaRouter", "BlinkGenPropertyTrees",
}

// flags keep Chromium from talking to anybody but the endpoint, and from guarding a laboratory's loopback addresses against pages.
func flags(path string, opts Options) []chromedp.ExecAllocatorOption {
	all := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("disable-field-trial-config", true),
		chromedp.Flag("dns-prefetch-disable", true),
		chromedp.Flag("no-pings", true),
		// A renderer for each page that a tab moves to would take more processor time than all that the page then does.
		chromedp.Flag("renderer-process-limit", "1"),
		chromedp.Flag("disable-features", strings.Join(disabled, ",")),
		// A page of https may ask an endpoint of http that is not on loopback, too.
		chromedp.Flag("allow-running-insecure-content", true),
		chromedp.NoInheritEnv, chromedp.Env(environment(os.Environ())...),
	)
	if os.Geteuid() == 0 {
		all = append(all, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	if opts.Insecure {
		all = append(all, chromedp.IgnoreCertErrors)
	}
	return append(all, chromedp.Flag("host-resolver-rules", strings.Join(resolverRules(opts), ",")))
}

// services are the hosts of Chromium's own that it asks whatever flags it has: for the time, for updates and for who is signed in.
var services = []string{
	"accounts.google.com", "android.clients.google.com", "clients1.google.com", "clients2.google.com", "clients3.google.com",
	"clients4.google.com", "mtalk.google.com", "optimizationguide-pa.googleapis.com", "redirector.gvt1.com", "safebrowsing.googleapis.com",
	"update.googleapis.com", "www.google.com",
}

// resolverRules say where the endpoint is, and that nothing else is anywhere. The first rule that fits counts.
func resolverRules(opts Options) []string {
	rules := slices.Clone(opts.Resolve)
	for _, host := range services {
		rules = append(rules, "MAP "+host+" ~NOTFOUND")
	}
	if len(opts.Hosts) == 0 {
		return rules
	}
	rules = append(rules, "MAP * ~NOTFOUND")
	for _, host := range opts.Hosts {
		rules = append(rules, "EXCLUDE "+host)
	}
	return rules
}

// environment is without the credentials of S3, which Chromium has no use for.
func environment(all []string) []string {
	var kept []string
	for _, v := range all {
		if !strings.HasPrefix(v, "AWS_") {
			kept = append(kept, v)
		}
	}
	return kept
}
