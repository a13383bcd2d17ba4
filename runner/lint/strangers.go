package lint

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"

	"golang.org/x/net/publicsuffix"
)

// meaning says whom an origin or a pattern lets in.
func (o *origin) meaning() {
	if o.application() {
		return
	}
	written := o.written()
	if coversAll(written) {
		o.everySite()
		return
	}
	o.insecure()
	if strings.Contains(o.hostname, "*") {
		o.strangers()
	} else if isSharedHost(o.hostname) {
		o.say(found("CP219", o.at, "every bucket at "+o.hostname+" is a path there, and pages of all of them share this origin", "serve the page from a host of its own, and list that"))
	}
}

// coversAll reports a pattern that matches the origin of a site that nobody can have meant.
func coversAll(pattern string) bool {
	return s3cors.MatchOrigin(pattern, "https://stranger.example") || s3cors.MatchOrigin(pattern, "http://stranger.example")
}

func (o *origin) everySite() {
	o.say(found("CP215", o.at, "it covers every site, and with credentials: only * itself is answered without", "list the origins that are meant, or *"))
}

// insecure: pages over http, and pages on somebody's own machine.
func (o *origin) insecure() {
	secure := o.scheme == "https"
	switch {
	case isLoopback(o.hostname) && o.portname == "":
		o.say(found("CP214", o.at, "it is a developer's own machine, or an application's web view, such as Capacitor's and Ionic's on Android", "leave it out of a configuration for everybody, unless the application is meant"))
	case isLoopback(o.hostname):
		o.say(found("CP214", o.at, "it is a developer's own machine", "leave it out of a configuration for everybody"))
	case isPrivate(o.hostname):
		o.say(found("CP214", o.at, "it is a host of a private network", "leave it out of a configuration for everybody"))
	case strings.Contains(o.scheme, "*"):
		o.say(found("CP213", o.at, "it covers http too, and whoever is on the way can change a page that comes over http", "write https://"+o.hostname+o.portname))
	case !secure:
		o.say(found("CP213", o.at, "it is for a page that comes over http, which whoever is on the way can change; the page at https://"+strings.TrimSuffix(o.hostname+o.portname, ":80")+" has another origin", "write https://"+strings.TrimSuffix(o.hostname+o.portname, ":80")))
	}
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && address.IsLoopback()
}

// isPrivate reports an address or a name that does not belong to the Internet.
func isPrivate(host string) bool {
	if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return address.IsPrivate() || address.IsLinkLocalUnicast() || address.IsUnspecified()
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	return slices.Contains([]string{"local", "internal", "lan", "home", "corp", "test", "intranet", "localdomain"}, last) || !strings.ContainsAny(host, ".*")
}

// strangers finds patterns under which anybody may have a host.
func (o *origin) strangers() {
	before, after, _ := strings.Cut(o.hostname, "*")
	if after == "" {
		o.say(found("CP217", o.at, fmt.Sprintf("it covers %s%s too, which anybody may have", foreign(o, before), strings.Replace(o.portname, "*", "8443", 1)), "put the * between :// and a dot, as in https://*.example.com; for every port write :* at the end"))
		return
	}
	first, domain, _ := strings.Cut(after, ".")
	suffix, icann := publicsuffix.PublicSuffix(domain)
	managed := icann || strings.Contains(suffix, ".")
	sample := o.scheme + "://stranger" + after + strings.Replace(o.portname, "*", "8443", 1)
	switch {
	case domain == "" && isPrivate("x."+after) || domain == "localhost":
	case domain == "":
		o.say(found("CP217", o.at, fmt.Sprintf("it covers %s too, which anybody may have", sample), "put the * between :// and a dot, as in https://*.example.com"))
	case slices.Contains(sharedDomains, domain):
		o.say(found("CP218", o.at, fmt.Sprintf("anybody may have a host under %s, a service for many", domain), "list your own host, without *"))
	case suffix != domain || !managed:
	case icann:
		o.say(found("CP217", o.at, fmt.Sprintf("it covers %s too, which anybody may register", sample), "write your own domain behind the *., as in https://*.example.com"))
	case first != "" && strings.HasPrefix(first, "--"): // deploy-preview-1--site.netlify.app belongs to whoever has site
	default:
		o.say(found("CP218", o.at, fmt.Sprintf("anybody may have a host under %s, a service for many", domain), "list your own host, such as "+o.scheme+"://my-site."+domain+", without *"))
	}
}

// foreign is an origin of somebody else's that begins as a pattern does.
func foreign(o *origin, before string) string {
	if strings.HasSuffix(before, ".") || before == "" {
		return o.scheme + "://" + before + "stranger.example"
	}
	return o.scheme + "://" + before + ".stranger.example"
}

// sharedDomains are domains whose owner gives hosts below them to everybody, and that the Public Suffix List has only in part.
var sharedDomains = []string{
	"amazonaws.com", "aws.dev", "windows.net", "core.windows.net", "azure.com", "digitaloceanspaces.com", "linodeobjects.com", "backblazeb2.com",
	"r2.cloudflarestorage.com", "cloudflarestorage.com", "wasabisys.com", "googleapis.com", "cloud.ovh.net", "io.cloud.ovh.net", "scw.cloud", "your-objectstorage.com",
}

// isSharedHost is a host at which each bucket is a path.
func isSharedHost(host string) bool {
	return host == "storage.googleapis.com" || host == "raw.githubusercontent.com" ||
		strings.HasSuffix(host, ".amazonaws.com") && (strings.HasPrefix(host, "s3.") || strings.HasPrefix(host, "s3-")) && strings.Count(host, ".") <= 3
}

// applications are origins of tools that show web pages in an application.
var applications = []struct{ origin, what, do string }{
	{"capacitor://localhost", "an application made with Capacitor sends it on iOS", "list https://localhost too, which it sends on Android"},
	{"ionic://localhost", "an application with Ionic's older web view sends it on iOS", "list http://localhost too, which it sends on Android"},
	{"tauri://localhost", "an application made with Tauri sends it on macOS, Linux and iOS", "list http://tauri.localhost too, which it sends on Windows and Android"},
	{"http://tauri.localhost", "an application made with Tauri sends it on Windows and Android", "list tauri://localhost too, which it sends on macOS, Linux and iOS"},
	{"https://tauri.localhost", "an application made with Tauri sends it on Windows and Android where it is set to use https", "list tauri://localhost too, which it sends on macOS, Linux and iOS"},
	{"https://localhost", "an application made with Capacitor sends it on Android, and so does a developer's own machine", "list capacitor://localhost too, if the application runs on iOS"},
}

// extensions are the schemes of browsers' extensions.
var extensions = map[string]struct {
	browser string
	random  bool // the id is another one in each installation
}{
	"chrome-extension": {"Chromium's browsers", false}, "moz-extension": {"Firefox", true}, "safari-web-extension": {"Safari", true}, "extension": {"Edge", false},
}

// application knows origins that are no page's on the web; false for others.
func (o *origin) application() bool {
	whole := o.scheme + "://" + strings.ToLower(strings.TrimSuffix(o.rest, "/"))
	for _, a := range applications {
		if a.origin == whole {
			o.say(found("CP211", o.at, a.what, a.do))
			return true
		}
	}
	if e, ok := extensions[o.scheme]; ok {
		o.extension(e.browser, e.random)
		return true
	}
	switch o.scheme {
	case "app", "electron", "obsidian", "capacitor-electron", "vscode-webview", "vscode-file", "cordova", "flutter", "ms-appx-web", "ms-appx", "iosapp", "wails":
		o.say(found("CP211", o.at, "an application with the scheme "+o.scheme+": sends it, and so does every other that chooses it", "leave it if the application is meant"))
		return true
	}
	return false
}

func (o *origin) extension(browser string, random bool) {
	host, _, _ := strings.Cut(o.rest, "/")
	switch {
	case strings.Contains(host, "*"):
		do := "list the extension's own id"
		if random {
			do = "give the extension host permissions for the bucket's URL instead: its id is random in each installation, and no narrower pattern fits all users"
		}
		o.say(found("CP212", o.at, "it covers every extension in "+browser, do).as(Warning))
	case random:
		o.say(found("CP212", o.at, browser+" gives an extension another random id in each installation, so that this one is one user's", "give the extension host permissions for the bucket's URL instead").as(Warning))
	default:
		o.say(found("CP212", o.at, "an extension in "+browser+" sends it, with the same id for all users", "leave it if the extension is meant"))
	}
}
