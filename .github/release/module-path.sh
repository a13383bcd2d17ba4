#!/usr/bin/env bash
# Renames the module: in go.mod, in every import, and where the linter's settings name packages. Nothing else that is called corsprobe
# changes.
set -euo pipefail
cd "$(dirname "$0")/../.."
new=${1:-}
if ! [[ $new =~ ^[a-z0-9.-]+\.[a-z]+(/[A-Za-z0-9._~-]+)+$ ]]; then
  echo "module-path: expected a path that begins with a host, as in PATH=github.com/owner/corsprobe; got \"$new\"" >&2
  exit 2
fi
old=$(go list -m)
git ls-files -z '*.go' | xargs -0 sed -i -E "s#^(import |[[:space:]]+)([A-Za-z0-9_.]+ )?\"$old(/[^\"]*)?\"\$#\\1\\2\"$new\\3\"#"
sed -i -E "s#pkg: $old/#pkg: $new/#" .golangci.yml
go mod edit -module "$new"
git ls-files -z '*.go' | xargs -0 gofmt -l -w >/dev/null # imports are sorted by their paths
go build ./...
echo "the module is $new now: go install $new@latest once it is published there"
