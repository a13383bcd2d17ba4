// Lab-helper does for the lab's scripts what a shell cannot: it asks the kernel for free ports, and an S3 server whether it works.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const usage = `usage: lab-helper ports N   names N ports that nobody listens on
       lab-helper ready     makes a bucket and an object at AWS_ENDPOINT_URL, and removes them
       lab-helper empty     fails where AWS_ENDPOINT_URL has a bucket`

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := do(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "lab-helper: "+err.Error())
		os.Exit(1)
	}
}

func do(ctx context.Context, args []string) error {
	switch strings.Join(args, " ") {
	case "ready":
		return ready(ctx)
	case "empty":
		return empty(ctx)
	}
	if len(args) == 2 && args[0] == "ports" {
		if n, err := strconv.Atoi(args[1]); err == nil {
			return ports(n)
		}
	}
	return errors.New(usage)
}

// ports holds all of them until the last is found, so that none is named twice.
func ports(n int) error {
	var found []string
	for range n {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer func() { _ = l.Close() }()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		found = append(found, port)
	}
	fmt.Println(strings.Join(found, " "))
	return nil
}

// ready proves that signed requests work: a server answers its health check earlier.
func ready(ctx context.Context) error {
	e, err := endpoint.Open(ctx, endpoint.Config{RunID: runner.NewID(), Options: probe.Options{Timeout: 5 * time.Second}})
	if err != nil {
		return err
	}
	b, err := e.NewBucket(ctx)
	if err != nil {
		return err
	}
	return b.Close(ctx)
}

func empty(ctx context.Context) error {
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.DialContext = probe.DialContext(probe.Options{}) })
	sdk, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(client))
	if err != nil {
		return err
	}
	out, err := s3.NewFromConfig(sdk, func(o *s3.Options) { o.UsePathStyle = true }).ListBuckets(ctx, &s3.ListBucketsInput{})
	if err != nil {
		return err
	}
	var names []string
	for _, b := range out.Buckets {
		names = append(names, aws.ToString(b.Name))
	}
	if len(names) > 0 {
		return fmt.Errorf("buckets are left: %s", strings.Join(names, ", "))
	}
	return nil
}
