// Corsprobe shows whether an S3 endpoint honours its buckets' CORS configurations: to the letter of S3's contract, and in what a browser
// then does.
package main

import (
	"os"

	"corsprobe/runner/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
