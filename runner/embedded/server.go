package embedded

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
)

const (
	// DefaultAddress is a free port of the loopback interface.
	DefaultAddress = "127.0.0.1:0"
	// DefaultRegion is the region that S3 clients assume when told none.
	DefaultRegion = "us-east-1"
	// DefaultVirtualDomain makes "bucket.localhost" address a bucket, as browsers resolve *.localhost to loopback.
	DefaultVirtualDomain = "localhost"

	modulePath = "github.com/versity/versitygw"
	// fallbackVersion is for binaries built without module information.
	fallbackVersion = "1.8.0"

	// maxConnections and maxRequests must be set: left at zero the server refuses every request. They are far above
	// what one harness opens at a time.
	maxConnections = 4096
	maxRequests    = 4096
	// maxParts is S3's own limit.
	maxParts = 10000
	// bindAttempts is how often another free port is tried when the one found was taken before the server bound it.
	bindAttempts = 10
	// readyPath answers 200 once the server serves. No bucket can have that name, so it hides none.
	readyPath = "/_corsprobe/ready"
	// startTimeout is a bound for a stalled machine; a start takes milliseconds.
	startTimeout = 10 * time.Second
)

// Options says how a server is to be started. The zero value is ready for use.
type Options struct {
	// Address is the host and port to listen on, which must be loopback. Port 0 means any free port. Empty means
	// [DefaultAddress].
	Address string
	// AccessKey and SecretKey are the credentials of the only account. Both empty means that random ones are made.
	AccessKey, SecretKey string
	// Region is what requests must be signed for. Empty means [DefaultRegion].
	Region string
	// VirtualDomain is the domain below which a host name names a bucket. Empty means [DefaultVirtualDomain].
	VirtualDomain string
	// WithoutCORS has PutBucketCors keep nothing of what it accepts: for an endpoint before the server that answers CORS by itself.
	WithoutCORS bool
	// Middleware, if set, stands before the server and sees every request; see [Middleware].
	Middleware Middleware
}

// Server is a running S3 server.
type Server struct {
	url, accessKey, secretKey, region string

	gateway *s3api.S3ApiServer
	// served is closed when the server's loop has ended; serveErr may be read after that.
	served   chan struct{}
	serveErr error

	closeOnce sync.Once
	closed    chan struct{}
	closeErr  error
}

// Start runs a server and returns once it answers signed requests. The context bounds the start alone: the server runs
// until [Server.Close].
func Start(ctx context.Context, opts Options) (*Server, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(opts.Address)
	if err != nil {
		return nil, fmt.Errorf("embedded: address %q: %w", opts.Address, err)
	}
	attempts := 1
	if port == "0" {
		attempts = bindAttempts
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var failure error
	for range attempts {
		address, err := reserve(ctx, opts.Address)
		if err != nil {
			return nil, err
		}
		// A port that was taken since shows as an error of the server's loop. Its kind differs between systems, so
		// every error is tried again where another port can be had.
		server, err := start(ctx, opts, address)
		if err == nil {
			return server, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		failure = err
	}
	return nil, failure
}

// withDefaults fills what was left empty.
func (o Options) withDefaults() (Options, error) {
	if (o.AccessKey == "") != (o.SecretKey == "") {
		return o, errors.New("embedded: an access key and a secret key go together: only one is given")
	}
	if o.AccessKey == "" {
		o.AccessKey = "corsprobe" + randomHex(6)
		o.SecretKey = randomHex(20)
	}
	o.Address = cmp.Or(o.Address, DefaultAddress)
	o.Region = cmp.Or(o.Region, DefaultRegion)
	o.VirtualDomain = cmp.Or(o.VirtualDomain, DefaultVirtualDomain)
	return o, nil
}

// randomHex is n random bytes. Hex needs no quoting in headers, URLs or shells.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: see crypto/rand
	return hex.EncodeToString(b)
}

// reserve binds the address and lets it go again. The server binds its address itself and does not tell which port it
// got, so a number must be known beforehand.
func reserve(ctx context.Context, address string) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return "", fmt.Errorf("embedded: address %q: %w", address, err)
	}
	addr, ok := listener.Addr().(*net.TCPAddr)
	if err := listener.Close(); err != nil {
		return "", fmt.Errorf("embedded: address %q: %w", address, err)
	}
	if !ok || !addr.IP.IsLoopback() {
		return "", fmt.Errorf("embedded: address %q is not loopback", address)
	}
	return addr.String(), nil
}

// start is one attempt, on an address that was free a moment ago.
func start(ctx context.Context, opts Options, address string) (*Server, error) {
	bound := make(chan struct{})
	gateway, err := newGateway(opts, func() { close(bound) })
	if err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	s := &Server{
		url:       "http://" + address,
		accessKey: opts.AccessKey,
		secretKey: opts.SecretKey,
		region:    opts.Region,
		gateway:   gateway,
		served:    make(chan struct{}),
		closed:    make(chan struct{}),
	}
	go func() {
		defer close(s.served)
		s.serveErr = gateway.ServeMultiPort([]string{address})
	}()
	select {
	case <-s.served:
		return nil, fmt.Errorf("embedded: serve on %s: %w", address, cmp.Or(s.serveErr, net.ErrClosed))
	case <-bound:
	}
	if err := s.awaitAnswer(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("embedded: %w", err), s.Close(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// newGateway puts versitygw together: the one account, an own empty store, no log.
func newGateway(opts Options, onListen func()) (*s3api.S3ApiServer, error) {
	root := middlewares.RootUserConfig{Access: opts.AccessKey, Secret: opts.SecretKey}
	// Without an account service of its own the server announces on standard output that it has none.
	accounts := auth.NewIAMServiceSingle(auth.Account{
		Access: opts.AccessKey, Secret: opts.SecretKey, Role: auth.RoleAdmin,
	})
	settings := []s3api.Option{
		s3api.WithQuiet(),
		s3api.WithKeepAlive(),
		s3api.WithConcurrencyLimiter(maxConnections, maxRequests),
		s3api.WithMpMaxParts(maxParts),
		s3api.WithHostStyle(opts.VirtualDomain),
		s3api.WithRoute(http.MethodGet, readyPath, ready()),
		s3api.WithOnListen(onListen),
	}
	if opts.Middleware != nil {
		settings = append(settings, s3api.WithMiddleware("/", opts.Middleware.handle))
	}
	store := newStore()
	store.withoutCORS = opts.WithoutCORS
	return s3api.New(store, root, opts.Region, accounts, nil, nil, nil, nil, settings...)
}

// awaitAnswer makes one request. The server says that it is bound a moment before its loop runs, and a shutdown in
// between would be lost.
func (s *Server) awaitAnswer(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+readyPath, nil)
	if err != nil {
		return err
	}
	// A transport of its own: no proxy, and no idle connection that outlives the call.
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return errors.Join(fmt.Errorf("the server is not ready: %s", resp.Status), resp.Body.Close())
	}
	return resp.Body.Close()
}

// URL is the server's endpoint, "http://127.0.0.1:PORT".
func (s *Server) URL() string { return s.url }

// NamedURL is the same by name, "http://localhost:PORT", so that buckets can be addressed by host names below it.
func (s *Server) NamedURL() string { return strings.Replace(s.url, "127.0.0.1", "localhost", 1) }

// Credentials returns the keys of the server's only account.
func (s *Server) Credentials() (accessKey, secretKey string) { return s.accessKey, s.secretKey }

// Region is the region that requests must be signed for.
func (s *Server) Region() string { return s.region }

// Name is the product and its version, "versitygw 1.8.0", for reports.
func (s *Server) Name() string { return "versitygw " + gatewayVersion(debug.ReadBuildInfo()) }

// gatewayVersion finds the version that was linked in.
func gatewayVersion(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return fallbackVersion
	}
	for _, module := range info.Deps {
		if module.Path == modulePath {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return fallbackVersion
}

// Close stops the server: requests under way are let finish, for ten seconds at most, and the port is free when it
// returns without an error. A context that ends first ends the wait, not the shutdown. It may be called again.
func (s *Server) Close(ctx context.Context) error {
	s.closeOnce.Do(func() {
		go func() {
			defer close(s.closed)
			if s.closeErr = s.gateway.ShutDown(); s.closeErr == nil {
				// The loop's own error says no more than that its listener was closed.
				<-s.served
			}
		}()
	})
	select {
	case <-s.closed:
		if s.closeErr != nil {
			return fmt.Errorf("embedded: close: %w", s.closeErr)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("embedded: close: %w", ctx.Err())
	}
}
