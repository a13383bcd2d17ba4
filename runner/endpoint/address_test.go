package endpoint_test

import (
	"testing"

	"corsprobe/runner/endpoint"
)

func TestAddress(t *testing.T) {
	environment(t)
	for _, c := range []struct{ url, addressing, style, want string }{
		{"http://127.0.0.1:9000", "", "auto", "http://127.0.0.1:9000/b/k%20e%2By?q"},
		{"http://127.0.0.1:9000", "", "virtual", "virtual-hosted addressing needs a host name, and 127.0.0.1 is an address"},
		{"http://[::1]:9000", "", "auto", "http://[::1]:9000/b/k%20e%2By?q"},
		{"http://localhost:9000", "", "auto", "http://localhost:9000/b/k%20e%2By?q"},
		{"http://s3.localhost:9000", "", "auto", "http://s3.localhost:9000/b/k%20e%2By?q"},
		{"http://localhost:9000", "", "virtual", "http://b.localhost:9000/k%20e%2By?q"},
		{"https://s3.example.com", "", "auto", "https://b.s3.example.com/k%20e%2By?q"},
		{"https://s3.example.com", "path", "auto", "https://s3.example.com/b/k%20e%2By?q"},
		{"https://s3.example.com", "path", "virtual", "https://b.s3.example.com/k%20e%2By?q"},
		{"https://s3.example.com/base/", "", "path", "https://s3.example.com/base/b/k%20e%2By?q"},
	} {
		e := open(t, endpoint.Config{URL: c.url, Addressing: c.addressing, AccessKey: "a", SecretKey: secret})
		u, _, err := e.Address("b", "k e+y", "q", c.style)
		got := said(err, endpoint.Config{})
		if err == nil {
			got = u.String()
		}
		same(t, c.url+" "+c.addressing+" "+c.style, c.want, got)
	}
}

// A bucket's URL in path style ends without a slash.
func TestAddressOfABucket(t *testing.T) {
	environment(t)
	e := open(t, endpoint.Config{URL: "http://127.0.0.1:9000", AccessKey: "a", SecretKey: secret})
	u, _, err := e.Address("b", "", "cors=", "auto")
	must(t, err)
	same(t, "address", "http://127.0.0.1:9000/b?cors=", u.String())
}

// What the configuration leaves out comes from the environment, and then from AWS.
func TestOpenFromTheEnvironment(t *testing.T) {
	for _, c := range []struct {
		name                string
		environment         map[string]string
		config              endpoint.Config
		wantURL, wantRegion string
	}{
		{"nothing", nil, endpoint.Config{}, "https://s3.us-east-1.amazonaws.com", "us-east-1"},
		{"a region", map[string]string{"AWS_REGION": "eu-west-1"}, endpoint.Config{}, "https://s3.eu-west-1.amazonaws.com", "eu-west-1"},
		{"an endpoint", map[string]string{"AWS_ENDPOINT_URL": "http://a.example/", "AWS_REGION": "gra"}, endpoint.Config{}, "http://a.example", "gra"},
		{"one for S3", map[string]string{"AWS_ENDPOINT_URL": "http://a.example", "AWS_ENDPOINT_URL_S3": "http://b.example"}, endpoint.Config{}, "http://b.example", "us-east-1"},
		{"both", map[string]string{"AWS_ENDPOINT_URL_S3": "http://b.example", "AWS_REGION": "gra"}, endpoint.Config{URL: "http://c.example", Region: "sbg"}, "http://c.example", "sbg"},
	} {
		t.Run(c.name, func(t *testing.T) {
			environment(t)
			for name, value := range c.environment {
				t.Setenv(name, value)
			}
			e := open(t, c.config)
			same(t, "URL", c.wantURL, e.URL())
			same(t, "region", c.wantRegion, e.Region())
		})
	}
}
