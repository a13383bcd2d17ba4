package suites_test

import (
	"testing"

	"corsprobe/runner/endpoint"
	"corsprobe/suites"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
)

// A suite of somebody's own S3 server: the specs are added where Ginkgo builds its tree; the server is asked for by the first of them, so
// that BeforeSuite may start it.
func ExampleAgainst() {
	type yourServer struct{ URL, AccessKey, SecretKey string }
	var server yourServer // started by BeforeSuite

	_ = func() bool {
		return suites.Against(suites.Catalogue("origins/**", "ovhcloud/**"), func() (suites.Target, error) {
			return suites.Target{Endpoint: endpoint.Config{URL: server.URL, AccessKey: server.AccessKey, SecretKey: server.SecretKey}}, nil
		})
	}

	_ = func(t *testing.T) {
		gomega.RegisterFailHandler(ginkgo.Fail)
		ginkgo.RunSpecs(t, "CORS of my server")
	}
}
