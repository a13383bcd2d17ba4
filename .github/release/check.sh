#!/usr/bin/env bash
# Builds and checks everything that a release holds, and publishes nothing: all parts, or those that are named. What a machine has no tool for is
# said at the end, not passed over. What is not on disk yet is fetched: Go modules, and for the schemas of CI systems a package of npm's and one of Python's.
#   .github/release/check.sh [binaries|completions|image|action|workflows|kubernetes|schemas|goreleaser ...]
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$PWD/build/release
mkdir -p "$out"
native=$out/corsprobe
skipped=()
told() { printf '%4d s  %-12s %s\n' "$SECONDS" "$1" "$2"; }
skip() { skipped+=("$1: $2"); told "$1" "not tried: $2"; }
fail() { echo "release-check: $1" >&2; exit 1; }
quietly() { # NAME COMMAND ...: what it says is shown where it fails
  local name=$1
  shift
  "$@" >"$out/$name.out" 2>&1 || { cat "$out/$name.out"; fail "$name failed"; }
}

# The archives' binaries, for every platform.
binaries() {
  rm -rf "$out/binaries"
  mkdir -p "$out/binaries"
  local os arch file
  for os in linux darwin windows; do
    for arch in amd64 arm64; do
      file=$out/binaries/corsprobe_${os}_$arch
      if [ "$os" = windows ]; then file+=.exe; fi
      CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -ldflags='-s -w' -o "$file" .
      told binaries "$os/$arch $(($(wc -c <"$file") / 1000000)) MB"
    done
  done
  (cd "$out/binaries" && sha256sum corsprobe_* >checksums.txt && sha256sum --quiet -c checksums.txt)
}

completions() {
  sh .github/release/completions.sh
  bash -n build/completions/corsprobe.bash
  if command -v zsh >/dev/null 2>&1; then zsh -n build/completions/corsprobe.zsh; fi
  told completions "$(ls build/completions | tr '\n' ' ')"
  if command -v man >/dev/null 2>&1; then
    local page
    for page in build/man/*; do quietly man man --warnings -l "$page"; done
  fi
  told man "$(ls build/man | wc -l) pages"
}

# The image's root, as a chroot: a static binary that needs nothing but the certificate authorities.
image() {
  if [ "$(id -u)" != 0 ] || [ "$(go env GOOS)" != linux ]; then
    skip image "a chroot wants root on Linux"
    return
  fi
  local root=$out/root
  rm -rf "$root"
  mkdir -p "$root/etc/ssl/certs" "$root/var/lib/corsprobe"
  cp "$native" "$root/corsprobe"
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"; fi
  echo '127.0.0.1 localhost' >"$root/etc/hosts" # as every container runtime gives one
  chown 65532:65532 "$root/var/lib/corsprobe"
  contained() { env -i XDG_CACHE_HOME=/var/lib/corsprobe HOME=/var/lib/corsprobe "$(command -v chroot)" --userspec=65532:65532 "$root" /corsprobe "$@"; }
  quietly image contained run origins/exact
  told image "$(contained version), in a chroot without rights: run origins/exact, exit 0"
}

# The action's step, as a shell script, as GitHub's runner starts it.
action() {
  rm -f "$out/output" "$out/summary.md"
  GITHUB_OUTPUT=$out/output GITHUB_STEP_SUMMARY=$out/summary.md GITHUB_ACTIONS=true INPUT_SCENARIOS=origins/exact INPUT_FAIL_ON=breakage \
    INPUT_REPORT_DIR=$out/reports quietly action .github/action/run.sh
  grep -qx 'exit-code=0' "$out/output" || fail "the action told no exit code"
  test -s "$out/summary.md" || fail "the action wrote no summary"
  told action "$(tr '\n' ' ' <"$out/output")"
}

# Workflows by GitHub's rules, with the calls of the action in them.
workflows() {
  quietly workflows go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.9 .github/workflows/*.yml
  told workflows "$(ls .github/workflows | tr '\n' ' ')"
}

# Manifests by Kubernetes' own types.
kubernetes() {
  quietly kubernetes .github/release/kubernetes.sh
  told kubernetes "$(ls .github/kubernetes | tr '\n' ' ')"
}

# The published schemas of GitHub's and GitLab's files, from npm and PyPI. A component's inputs are put in as GitLab does, before the schema counts.
schemas() {
  mkdir -p "$out/npm"
  if (cd "$out/npm" && npm install --no-fund --no-audit --silent @action-validator/core@0.6.0 @action-validator/cli@0.6.0) >"$out/npm.out" 2>&1; then
    local file
    for file in .github/action/action.yml .github/workflows/*.yml; do quietly schemas "$out/npm/node_modules/.bin/action-validator" "$file"; done
    told schemas "GitHub's, of the action and the workflows"
  else
    skip schemas "GitHub's: npm cannot install @action-validator/cli"
  fi
  if python3 -m venv "$out/venv" >/dev/null 2>&1 && "$out/venv/bin/pip" install -q check-jsonschema >"$out/pip.out" 2>&1; then
    sed -e '1,/^---$/d' -e 's/\$\[\[ inputs.parts \]\]/3/; s/\$\[\[ inputs\.[a-z]* \]\]/word/' .github/gitlab/corsprobe.yml >"$out/gitlab-ci.yml"
    quietly schemas "$out/venv/bin/check-jsonschema" --builtin-schema vendor.gitlab-ci "$out/gitlab-ci.yml"
    told schemas "GitLab's, of the component"
  else
    skip schemas "GitLab's: check-jsonschema cannot be installed; the tests hold the component's inputs and keywords together"
  fi
}

# Archives, packages, Homebrew's cask and bills of materials, as goreleaser makes them of the last commit.
goreleaser() {
  if ! command -v goreleaser >/dev/null 2>&1; then
    skip goreleaser "it is not installed: go install github.com/goreleaser/goreleaser/v2@v2.12.7 (later ones want a later Go)"
    return
  fi
  if ! command -v cyclonedx-gomod >/dev/null 2>&1; then
    skip goreleaser "it needs cyclonedx-gomod: go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.9.0"
    return
  fi
  if ! git diff --quiet HEAD; then told goreleaser "takes the last commit, without what is not committed"; fi
  rm -rf "$out/source" "$out/deb"
  git clone -q . "$out/source"
  git -C "$out/source" remote set-url origin https://example.com/owner/corsprobe.git # it is read, and not asked
  (
    cd "$out/source"
    quietly goreleaser command goreleaser check
    quietly goreleaser command goreleaser release --snapshot --clean --skip=publish,announce --parallelism 2
  )
  local dist=$out/source/dist kind n held file
  for kind in tar.gz zip deb rpm cdx.json rb; do
    n=$(find "$dist" -name "*.$kind" | wc -l)
    [ "$n" -gt 0 ] || fail "goreleaser made no *.$kind"
    told goreleaser "$n *.$kind"
  done
  (cd "$dist" && sha256sum --quiet -c checksums.txt)
  held=$(tar tzf "$dist"/corsprobe_*_linux_amd64.tar.gz)
  for file in corsprobe LICENSE README.md completions/corsprobe.zsh man/corsprobe-run.1; do
    grep -qx "$file" <<<"$held" || fail "the archive lacks $file"
  done
  if command -v dpkg-deb >/dev/null 2>&1; then
    dpkg-deb -x "$dist"/corsprobe_*_linux_"$(go env GOARCH)".deb "$out/deb"
    told goreleaser "deb: $("$out/deb/usr/bin/corsprobe" version), $(find "$out/deb" -type f | wc -l) files"
  fi
}

CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$native" .
parts=("$@")
if [ ${#parts[@]} = 0 ]; then parts=(completions image action workflows kubernetes schemas binaries goreleaser); fi
for part in "${parts[@]}"; do
  [ "$(type -t "$part")" = function ] || fail "there is no part $part"
  "$part"
done
if [ ${#skipped[@]} -gt 0 ]; then
  printf '\nNot tried:\n'
  printf '  %s\n' "${skipped[@]}"
fi
