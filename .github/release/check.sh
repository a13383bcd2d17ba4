#!/usr/bin/env bash
# Builds and checks everything that a release holds, and publishes nothing. What a machine has no tool for is said, not passed over.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/release
rm -rf "$out"
mkdir -p "$out"
told() { printf '%-12s %s\n' "$1" "$2"; }

# The archives' binaries.
for os in linux darwin windows; do
  for arch in amd64 arm64; do
    file=$out/corsprobe_${os}_$arch
    if [ "$os" = windows ]; then file+=.exe; fi
    CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -ldflags='-s -w' -o "$file" .
    told binary "$os/$arch $(($(wc -c <"$file") / 1000000)) MB"
  done
done
native=$out/corsprobe_$(go env GOOS)_$(go env GOARCH)
(cd "$out" && sha256sum corsprobe_* >checksums.txt && sha256sum --quiet -c checksums.txt)
told checksums "$(wc -l <"$out/checksums.txt") files"

# Completions and man pages.
sh .github/release/completions.sh
told completions "$(ls build/completions | tr '\n' ' ')"
told man "$(ls build/man | wc -l) pages"
bash -n build/completions/corsprobe.bash

# The image's root, as a chroot: a static binary that needs nothing but the certificate authorities.
if [ "$(id -u)" = 0 ] && [ "$(go env GOOS)" = linux ]; then
  root=$out/root
  mkdir -p "$root/etc/ssl/certs" "$root/var/lib/corsprobe"
  cp "$native" "$root/corsprobe"
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"; fi
  chown 65532:65532 "$root/var/lib/corsprobe"
  contained() { env -i XDG_CACHE_HOME=/var/lib/corsprobe HOME=/var/lib/corsprobe "$(command -v chroot)" --userspec=65532:65532 "$root" /corsprobe "$@"; }
  told image "$(contained version), in a chroot without rights"
  contained run origins/exact >"$out/image.out" 2>&1 || { cat "$out/image.out"; exit 1; }
  told image "run origins/exact: exit 0"
else
  told image "not tried: a chroot wants root on Linux"
fi

# The action's step, as a shell script, as GitHub's runner starts it.
GITHUB_OUTPUT=$out/output GITHUB_STEP_SUMMARY=$out/summary.md GITHUB_ACTIONS=true INPUT_SCENARIOS=origins/exact INPUT_FAIL_ON=breakage \
  INPUT_REPORT_DIR=$out/reports .github/action/run.sh >"$out/action.out" 2>&1 || { cat "$out/action.out"; exit 1; }
grep -qx 'exit-code=0' "$out/output"
test -s "$out/summary.md"
told action "$(tr '\n' ' ' <"$out/output")"

# Workflows and the action's description, by GitHub's rules; manifests, by Kubernetes' own types.
go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.9 .github/workflows/*.yml
told workflows "$(ls .github/workflows | tr '\n' ' ')"
.github/release/kubernetes.sh
told kubernetes "$(ls .github/kubernetes | tr '\n' ' ')"

if command -v goreleaser >/dev/null 2>&1; then
  goreleaser check
  goreleaser release --snapshot --clean --skip=publish,sbom,announce >"$out/goreleaser.out" 2>&1 || { tail -40 "$out/goreleaser.out"; exit 1; }
  told goreleaser "$(ls dist | grep -c -e tar.gz -e zip -e deb -e rpm) archives and packages"
  rm -rf dist
else
  told goreleaser "not tried: it is not installed (go install github.com/goreleaser/goreleaser/v2@latest)"
fi
