#!/bin/sh
# Writes what the archives hold beside the binary: build/completions and build/man.
set -eu
cd "$(dirname "$0")/../.."
rm -rf build/completions build/man
mkdir -p build/completions build/man build/bin
go build -trimpath -o build/bin/corsprobe .
for shell in bash zsh fish powershell; do
  build/bin/corsprobe completion "$shell" >"build/completions/corsprobe.$shell"
done
build/bin/corsprobe man build/man
