// Package endpoint owns everything that changes an S3 endpoint: buckets are made, configured, read back, restored and swept here, and
// nowhere else. It never changes a bucket that the run did not make, unless told to, and then puts it back.
package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"corsprobe/runner/probe"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
)

// Config names an endpoint. What is left out comes from the AWS SDK's environment variables and files.
type Config struct {
	URL, Region, Profile               string
	AccessKey, SecretKey, SessionToken string
	Addressing                         string // "auto", "path" or "virtual"
	RunID                              string
	JournalDir                         string // of locks and journals; default: the user's cache directory
	NoLease                            bool   // put no object into a user's bucket that tells other machines that it is in use
	probe.Options
}

// Endpoint is an S3 endpoint.
type Endpoint struct {
	config  Config
	url     *url.URL
	client  *s3.Client
	probe   *probe.Client
	creds   aws.CredentialsProvider
	buckets atomic.Int64
	settle  time.Duration // how long a configuration may take to show

	process Holder // this run and its process, as others are told of them

	noRegion  bool        // none was given: Region is a guess
	knowsCORS atomic.Bool // a bucket showed a configuration
	noLots    atomic.Bool // DeleteObjects was refused

	ledger ledger

	mu   sync.Mutex
	open map[*Bucket]bool
}

// Open reads the configuration. It sends nothing.
func Open(ctx context.Context, c Config) (*Endpoint, error) {
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.URL == "" {
		c.URL = firstOf(os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"))
	}
	sdk, err := load(ctx, c)
	if err != nil {
		return nil, err
	}
	if c.URL == "" {
		c.URL = firstOf(aws.ToString(sdk.BaseEndpoint), "https://s3."+firstOf(sdk.Region, "us-east-1")+".amazonaws.com")
	}
	u, err := parse(c.URL)
	if err != nil {
		return nil, err
	}
	noRegion := firstOf(c.Region, sdk.Region) == ""
	c.Region = firstOf(c.Region, sdk.Region, "us-east-1")
	raw, err := probe.New(c.Options)
	if err != nil {
		return nil, err
	}
	e := &Endpoint{config: c, url: u, creds: sdk.Credentials, probe: raw, settle: 5 * time.Second, noRegion: noRegion, open: map[*Bucket]bool{}, process: newHolder(c.RunID)}
	e.client = s3.NewFromConfig(sdk, func(o *s3.Options) {
		o.BaseEndpoint = aws.String(u.String())
		o.UsePathStyle = e.style("") == "path"
		o.Region = c.Region
		o.Retryer = newRetryer(sdk.RetryMaxAttempts)
		keepPace(o)
	})
	return e, nil
}

// Close closes the connections over which nothing is under way: a server that is to end would wait for them. Calls may still follow.
func (e *Endpoint) Close() {
	e.probe.Close()
	if idle, ok := e.client.Options().HTTPClient.(interface{ CloseIdleConnections() }); ok {
		idle.CloseIdleConnections()
	}
}

// example is a URL as one is expected.
const example = "https://s3.gra.io.cloud.ovh.net"

// parse reads the endpoint's URL. What may hold a password or a signature it does not show.
func parse(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	switch {
	case strings.Contains(text, "@") || strings.Contains(strings.ToLower(text), "%40"):
		return nil, errors.New("endpoint: a URL without user and password is expected; keys go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	case strings.ContainsAny(text, "?#"):
		return nil, errors.New("endpoint: a URL without query and fragment is expected, such as " + example + ": what was given has one, which is not shown, for it may be a signature")
	case err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return nil, fmt.Errorf("endpoint %q: expected a URL such as %s", oneLine(text), example)
	}
	return u, nil
}

// load reads the SDK's configuration.
func load(ctx context.Context, c Config) (aws.Config, error) {
	client, err := httpClient(c)
	if err != nil {
		return aws.Config{}, err
	}
	// No logger: failures come back as errors, which are reported once.
	options := []func(*config.LoadOptions) error{config.WithHTTPClient(client), config.WithLogger(logging.Nop{})}
	if c.Region != "" {
		options = append(options, config.WithRegion(c.Region))
	}
	if c.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(c.Profile))
	}
	if c.AccessKey != "" {
		options = append(options, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.SessionToken)))
	}
	sdk, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return sdk, fmt.Errorf("AWS configuration: %w", err)
	}
	sdk.HTTPClient = newGuard(client)
	return sdk, nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// URL is where the endpoint is.
func (e *Endpoint) URL() string { return e.url.String() }

// Region is the one that signatures name.
func (e *Endpoint) Region() string { return e.config.Region }

// Credentials returns the keys that requests are signed with.
func (e *Endpoint) Credentials(ctx context.Context) (aws.Credentials, error) {
	if e.creds == nil {
		return aws.Credentials{}, errors.New("no credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile")
	}
	return e.creds.Retrieve(ctx)
}

// Unsupported says why something cannot be asked of this endpoint.
type Unsupported struct{ Reason string }

func (u *Unsupported) Error() string { return u.Reason }

// Root stands for no bucket, and Slash for no key, where [Endpoint.Address] is to name the endpoint's root and a bucket's URL with a slash
// at its end. Neither is a bucket's or a key's name.
const (
	Root  = "/"
	Slash = "/"
)

// Address is the URL of a bucket (key ""), of an object, or of the endpoint's root. style is "path", "virtual" or "auto": path for IP addresses and loopback, where names
// of buckets do not resolve, unless the configuration says otherwise. In path style a bucket's URL ends without a slash, as the SDKs send it.
func (e *Endpoint) Address(bucket, key, query, style string) (u *url.URL, host string, err error) {
	address := *e.url
	address.RawQuery = query
	switch {
	case bucket == Root:
		address.Path += "/"
		return escaped(&address), "", nil
	case e.style(style) == "path":
		address.Path = address.Path + "/" + bucket
		if key != "" {
			address.Path += keyPath(key)
		}
		return escaped(&address), "", nil
	}
	if net.ParseIP(e.url.Hostname()) != nil {
		return nil, "", &Unsupported{"virtual-hosted addressing needs a host name, and " + e.url.Hostname() + " is an address"}
	}
	address.Host = bucket + "." + e.url.Host
	address.Path += keyPath(key)
	return escaped(&address), "", nil
}

func keyPath(key string) string {
	if key == Slash {
		return "/"
	}
	return "/" + key
}

// escaped escapes a path as S3's signatures want it: everything but unreserved characters.
func escaped(u *url.URL) *url.URL {
	parts := strings.Split(u.Path, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.QueryEscape(p), "+", "%20")
	}
	u.RawPath = strings.Join(parts, "/")
	return u
}

func (e *Endpoint) style(wanted string) string {
	for _, s := range []string{wanted, e.config.Addressing} {
		if s == "path" || s == "virtual" {
			return s
		}
	}
	host := e.url.Hostname()
	if net.ParseIP(host) != nil || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return "path"
	}
	return "virtual"
}
