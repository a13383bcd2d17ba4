package suites_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"corsprobe/runner"
	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/runnertest/race"
	"corsprobe/scenarios"
	"corsprobe/suites"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
)

// The catalogue against the endpoint that the environment names, or against the embedded server, whose deviations are known:
//
//	AWS_ENDPOINT_URL=https://s3.example.com AWS_PROFILE=… go test ./suites -ginkgo.label-filter=smoke
//	AWS_ENDPOINT_URL=https://s3.example.com ginkgo --focus 'origins' ./suites
//
// CORSPROBE_KNOWN names a file of known deviations.
var _ = suites.Against(suites.Catalogue(), target)

func TestConformance(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	suite, reporter := ginkgo.GinkgoConfiguration()
	if race.Enabled && suite.LabelFilter == "" {
		suite.LabelFilter = "smoke" // make test runs all of it without the race detector, which makes it ten times as slow
	}
	ginkgo.RunSpecs(t, "S3 CORS conformance", suite, reporter)
}

// server is the embedded one; nil where the environment names an endpoint.
var server *embedded.Server

var _ = ginkgo.AfterSuite(func(ctx ginkgo.SpecContext) {
	if server != nil {
		gomega.Expect(server.Close(ctx)).To(gomega.Succeed())
	}
})

func target() (suites.Target, error) {
	if os.Getenv("AWS_ENDPOINT_URL_S3") != "" || os.Getenv("AWS_ENDPOINT_URL") != "" {
		return named()
	}
	versitygw, err := scenarios.ProviderByName("versitygw")
	if err != nil {
		return suites.Target{}, err
	}
	server, err = embedded.Start(context.Background(), embedded.Options{})
	if err != nil {
		return suites.Target{}, err
	}
	access, secret := server.Credentials()
	return suites.Target{
		Endpoint: endpoint.Config{URL: server.URL(), Region: server.Region(), AccessKey: access, SecretKey: secret},
		Options:  runner.Options{Known: &runner.Deviations{List: versitygw.KnownDeviations}},
	}, nil
}

// named is the endpoint of the environment; the SDK's own variables and profiles hold the rest.
func named() (suites.Target, error) {
	var t suites.Target
	if file := os.Getenv("CORSPROBE_KNOWN"); file != "" {
		list, err := scenarios.LoadDeviations(filepath.Clean(file))
		if err != nil {
			return t, err
		}
		for i := range list {
			list[i].Lenient = true // each scenario is a run of its own, and holds few of the cells that an entry names
		}
		t.Options.Known = &runner.Deviations{List: list}
	}
	return t, nil
}
