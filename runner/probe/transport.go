package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"corsprobe/runner/file"
)

// Resolve is an address to connect to instead of the one that a name resolves to, as curl's --resolve; or several in Addr, with commas between
// them: nodes that stand behind one name, which new connections take by turns.
type Resolve struct{ Host, Port, Addr string }

// Addresses are those of Addr.
func (r Resolve) Addresses() []string { return strings.Split(r.Addr, ",") }

// ParseResolve reads HOST:PORT:ADDR[,ADDR]…. An IPv6 address may stand in brackets.
func ParseResolve(text string) (Resolve, error) {
	parts := strings.SplitN(text, ":", 3)
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return Resolve{}, fmt.Errorf("--resolve %s: expected HOST:PORT:ADDR, as in s3.example.com:443:127.0.0.1", text)
	}
	var all []string
	for addr := range strings.SplitSeq(parts[2], ",") {
		host := strings.Trim(addr, "[]")
		if net.ParseIP(host) == nil {
			return Resolve{}, fmt.Errorf("--resolve %s: %s is no IP address", text, addr)
		}
		all = append(all, host)
	}
	return Resolve{Host: parts[0], Port: parts[1], Addr: strings.Join(all, ",")}, nil
}

// maxPEM bounds a file of certificates; the whole of the web's authorities takes a quarter of a megabyte.
const maxPEM = 16 << 20

// TLSConfig holds the system's authorities and those of AWS_CA_BUNDLE and Options.CAFile.
func TLSConfig(opts Options) (*tls.Config, error) {
	roots, err := authorities(os.Getenv("AWS_CA_BUNDLE"), opts.CAFile)
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: roots, InsecureSkipVerify: opts.Insecure}, nil //nolint:gosec // --insecure says so
}

// pools are the authorities that were read, by the paths and texts of their files: a run needs the same ones for its calls and for its probes, and they are
// slow to read.
var pools sync.Map

// authorities are the system's and those of files; an empty path names none.
func authorities(paths ...string) (*x509.CertPool, error) {
	texts := make([]string, len(paths))
	for i, path := range paths {
		if path == "" {
			continue
		}
		pem, err := file.Read(path, maxPEM)
		if err != nil {
			return nil, fmt.Errorf("certificate authorities: %s: %w", path, err)
		}
		texts[i] = string(pem)
	}
	read := strings.Join(slices.Concat(paths, texts), "\x00")
	if pool, there := pools.Load(read); there {
		return pool.(*x509.CertPool), nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	for i, path := range paths {
		if path != "" && !roots.AppendCertsFromPEM([]byte(texts[i])) {
			return nil, fmt.Errorf("certificate authorities: %s holds no certificate in PEM", path)
		}
	}
	pools.Store(read, roots)
	return roots, nil
}

// node is the context key of the number of the address to connect to, from 1, where a name has several.
type node struct{}

// Nodes is how many addresses a name has at most.
func (o Options) Nodes() int {
	most := 1
	for _, r := range o.Resolve {
		most = max(most, len(r.Addresses()))
	}
	return most
}

// DialContext connects as Options.Resolve says, and to the loopback interface for names under localhost, which need not resolve. Of several
// addresses each connection takes the next, unless its request asks for one.
func DialContext(opts Options) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	var turn atomic.Uint64
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		for _, r := range opts.Resolve {
			if (strings.EqualFold(r.Host, host) || r.Host == "*") && r.Port == port {
				all := r.Addresses()
				n, asked := ctx.Value(node{}).(int)
				if !asked {
					n = int(turn.Add(1) % uint64(len(all)))
				}
				return dialer.DialContext(ctx, network, net.JoinHostPort(all[n%len(all)], port))
			}
		}
		if strings.HasSuffix(strings.ToLower(host), ".localhost") {
			address = net.JoinHostPort("127.0.0.1", port)
		}
		return dialer.DialContext(ctx, network, address)
	}
}

func newTransport(opts Options, left *leavings) (*http.Transport, error) {
	config, err := TLSConfig(opts)
	if err != nil {
		return nil, err
	}
	dial := DialContext(opts)
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dial,
		TLSClientConfig:     config,
		DisableCompression:  true,
		MaxIdleConns:        64,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     30 * time.Second,
	}
	if opts.HTTP2 {
		t.ForceAttemptHTTP2 = true
		return t, nil
	}
	t.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	record(t, dial, config, left)
	return t, nil
}

// record has every HTTP/1.1 connection keep the head of its answers.
func record(t *http.Transport, dial func(context.Context, string, string) (net.Conn, error), config *tls.Config, left *leavings) {
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &recordingConn{Conn: c, left: left}, nil
	}
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		host, _, _ := net.SplitHostPort(address)
		named := config.Clone()
		named.ServerName = host
		secure := tls.Client(c, named)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(err, c.Close())
		}
		return &recordingConn{Conn: secure, left: left}, nil
	}
}
