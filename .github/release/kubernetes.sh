#!/usr/bin/env bash
# Decodes the manifests with Kubernetes' own types: an unknown or misspelt field is an error.
set -euo pipefail
cd "$(dirname "$0")/../.."
manifests=$(pwd)/.github/kubernetes
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/main.go" <<'GO'
package main

import (
	"bytes"
	"fmt"
	"os"

	batch "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	for _, file := range os.Args[1:] {
		data, err := os.ReadFile(file)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		for _, document := range bytes.Split(data, []byte("\n---\n")) {
			var job batch.Job
			if err := yaml.UnmarshalStrict(document, &job); err != nil || job.Kind != "Job" || job.APIVersion != "batch/v1" {
				fmt.Printf("%s: kind %q: %v\n", file, job.Kind, err)
				os.Exit(1)
			}
		}
	}
}
GO
cd "$work"
go mod init manifests >/dev/null 2>&1
go get k8s.io/api/batch/v1@v0.34.1 sigs.k8s.io/yaml@v1.6.0 >/dev/null 2>&1
go run . "$manifests"/*.yaml
