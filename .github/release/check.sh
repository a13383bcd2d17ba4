#!/usr/bin/env bash
# Builds and checks everything that a release holds, and publishes nothing. What a machine has no tool for is said at the end, not passed over.
# What is not on disk yet is fetched: Go modules, and for the schemas of CI systems a Python package.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/release
rm -rf "$out"
mkdir -p "$out"
out=$PWD/$out
began=$SECONDS
skipped=()
told() { printf '%4d s  %-12s %s\n' $((SECONDS - began)) "$1" "$2"; }
skip() { skipped+=("$1: $2"); told "$1" "not tried: $2"; }
quietly() { # NAME COMMAND ...: what it says is shown where it fails
  local name=$1
  shift
  "$@" >"$out/$name.out" 2>&1 || { cat "$out/$name.out"; echo "release-check: $name failed" >&2; exit 1; }
}

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
if command -v man >/dev/null 2>&1; then
  for page in build/man/*; do quietly man man --warnings -l "$page"; done
fi

# The image's root, as a chroot: a static binary that needs nothing but the certificate authorities.
if [ "$(id -u)" = 0 ] && [ "$(go env GOOS)" = linux ]; then
  root=$out/root
  mkdir -p "$root/etc/ssl/certs" "$root/var/lib/corsprobe"
  cp "$native" "$root/corsprobe"
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"; fi
  chown 65532:65532 "$root/var/lib/corsprobe"
  contained() { env -i XDG_CACHE_HOME=/var/lib/corsprobe HOME=/var/lib/corsprobe "$(command -v chroot)" --userspec=65532:65532 "$root" /corsprobe "$@"; }
  told image "$(contained version), in a chroot without rights"
  quietly image contained run origins/exact
  told image "run origins/exact: exit 0"
else
  skip image "a chroot wants root on Linux"
fi

# The action's step, as a shell script, as GitHub's runner starts it.
GITHUB_OUTPUT=$out/output GITHUB_STEP_SUMMARY=$out/summary.md GITHUB_ACTIONS=true INPUT_SCENARIOS=origins/exact INPUT_FAIL_ON=breakage \
  INPUT_REPORT_DIR=$out/reports quietly action .github/action/run.sh
grep -qx 'exit-code=0' "$out/output"
test -s "$out/summary.md"
told action "$(tr '\n' ' ' <"$out/output")"

# Workflows by GitHub's rules, with the calls of the action in them; manifests by Kubernetes' own types.
go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.9 .github/workflows/*.yml
told workflows "$(ls .github/workflows | tr '\n' ' ')"
.github/release/kubernetes.sh
told kubernetes "$(ls .github/kubernetes | tr '\n' ' ')"

# The published schemas of GitHub and GitLab. A component's inputs are put in as GitLab does, before the schema counts.
if python3 -m venv "$out/venv" >/dev/null 2>&1 && "$out/venv/bin/pip" install -q check-jsonschema==0.33.3 >"$out/pip.out" 2>&1; then
  schema() { quietly schemas "$out/venv/bin/check-jsonschema" --builtin-schema "vendor.$1" "${@:2}"; told schemas "$1: ${*:2}"; }
  schema github-actions .github/action/action.yml
  schema github-workflows .github/workflows/*.yml
  sed -e '1,/^---$/d' -e 's/\$\[\[ inputs.parts \]\]/3/; s/\$\[\[ inputs\.[a-z]* \]\]/word/' .github/gitlab/corsprobe.yml >"$out/gitlab-ci.yml"
  schema gitlab-ci "$out/gitlab-ci.yml"
else
  skip schemas "check-jsonschema cannot be installed: $(tail -n 1 "$out/pip.out" 2>/dev/null || echo 'no python3 with venv')"
fi

# Archives, packages, Homebrew's formula and bills of materials, as goreleaser makes them of the last commit.
if ! command -v goreleaser >/dev/null 2>&1; then
  skip goreleaser "it is not installed: go install github.com/goreleaser/goreleaser/v2@v2.12.7 (later ones want a later Go)"
elif ! command -v cyclonedx-gomod >/dev/null 2>&1; then
  skip goreleaser "it needs cyclonedx-gomod: go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.9.0"
else
  git clone -q . "$out/source"
  git -C "$out/source" remote set-url origin https://example.com/owner/corsprobe.git # it is read, and not asked
  if ! git diff --quiet HEAD; then told goreleaser "takes the last commit, without what is not committed"; fi
  (cd "$out/source" && quietly check goreleaser check && quietly goreleaser goreleaser release --snapshot --clean --skip=publish,announce --parallelism 2)
  dist=$out/source/dist
  for kind in tar.gz zip deb rpm cdx.json rb; do
    n=$(find "$dist" -name "*.$kind" | wc -l)
    told goreleaser "$n *.$kind"
    if [ "$n" = 0 ]; then echo "release-check: goreleaser made no *.$kind" >&2; exit 1; fi
  done
  (cd "$dist" && sha256sum --quiet -c checksums.txt)
  held=$(tar tzf "$dist"/corsprobe_*_linux_amd64.tar.gz)
  for file in corsprobe LICENSE README.md completions/corsprobe.zsh man/corsprobe-run.1; do
    grep -qx "$file" <<<"$held" || { echo "release-check: the archive lacks $file" >&2; exit 1; }
  done
  if command -v dpkg-deb >/dev/null 2>&1; then
    dpkg-deb -x "$dist"/corsprobe_*_linux_"$(go env GOARCH)".deb "$out/deb"
    told deb "$("$out/deb/usr/bin/corsprobe" version), $(find "$out/deb" -type f | wc -l) files"
  fi
fi

if [ ${#skipped[@]} -gt 0 ]; then
  printf '\nNot tried:\n'
  printf '  %s\n' "${skipped[@]}"
fi
