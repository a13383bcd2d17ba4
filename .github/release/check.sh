#!/usr/bin/env bash
# Builds and checks everything that a release holds, and publishes nothing: all parts, or those that are named. What a machine has no tool for is
# said at the end, not passed over. What is not on disk yet is fetched: Go modules, and for the schemas of CI systems packages of npm's.
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

# The published schemas of GitHub's and GitLab's files, from npm. The component is included in a pipeline with its inputs, as whoever uses it does.
schemas() {
  mkdir -p "$out/npm"
  if (cd "$out/npm" && npm install --no-fund --no-audit --silent --ignore-scripts @action-validator/core@0.6.0 @action-validator/cli@0.6.0) >"$out/npm.out" 2>&1; then
    local file
    for file in .github/action/action.yml .github/workflows/*.yml; do quietly schemas "$out/npm/node_modules/.bin/action-validator" "$file"; done
    told schemas "GitHub's, of the action and the workflows"
  else
    skip schemas "GitHub's: npm cannot install @action-validator/cli"
  fi
  if (cd "$out/npm" && npm install --no-fund --no-audit --silent --ignore-scripts gitlab-ci-local@4.61.0) >"$out/npm.out" 2>&1; then
    rm -rf "$out/pipeline"
    git init -q "$out/pipeline"
    git -C "$out/pipeline" remote add origin git@gitlab.com:owner/project.git # it is read, and not asked
    cp .github/gitlab/corsprobe.yml "$out/pipeline/component.yml"
    printf 'include:\n  - local: component.yml\n    inputs: {endpoint: https://s3.example.com, parts: 3}\n' >"$out/pipeline/.gitlab-ci.yml"
    git -C "$out/pipeline" add -A # an include is looked for among git's files
    (cd "$out/pipeline" && quietly schemas "$out/npm/node_modules/.bin/gitlab-ci-local" --list)
    grep -q 'json schema validated' "$out/schemas.out" || fail "gitlab-ci-local validated nothing: $(cat "$out/schemas.out")"
    grep -q '^corsprobe: \[3/3\]' "$out/schemas.out" || fail "the component's jobs are not there: $(cat "$out/schemas.out")"
    told schemas "GitLab's, of the component in a pipeline: $(grep -c '^corsprobe' "$out/schemas.out") jobs"
  else
    skip schemas "GitLab's: npm cannot install gitlab-ci-local; the tests hold the component's inputs and keywords together"
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
  rm -rf "$out/source" "$out/deb" "$out/rpm"
  git clone -q --no-tags . "$out/source"
  git -C "$out/source" remote set-url origin https://example.com/owner/corsprobe.git # it is read, and not asked
  git -C "$out/source" -c user.name=release -c user.email=release@example.com tag -m 'a trial' v0.0.1
  ( # in a release the binary has the tag's version, by what Go reads of git
    cd "$out/source"
    quietly goreleaser command goreleaser check
    GOFLAGS=-buildvcs=true quietly goreleaser command goreleaser release --snapshot --clean --skip=publish,announce --parallelism 2
  )
  local dist=$out/source/dist kind n
  for kind in tar.gz zip deb rpm cdx.json rb; do
    n=$(find "$dist" -name "*.$kind" | wc -l)
    [ "$n" -gt 0 ] || fail "goreleaser made no *.$kind"
    told goreleaser "$n *.$kind"
  done
  (cd "$dist" && sha256sum --quiet -c checksums.txt)
  archives "$dist"
  packages "$dist"
  bills "$dist"
}

# holds NAME FILE ...: standard input lists the files.
holds() {
  local name=$1 listed file
  shift
  listed=$(cat)
  for file; do grep -qx "$file" <<<"$listed" || fail "$name lacks $file; it has $listed"; done
}

archives() {
  local archive files=(LICENSE README.md completions/corsprobe.{bash,zsh,fish,powershell} man/corsprobe.1 man/corsprobe-run.1)
  for archive in "$1"/corsprobe_*.tar.gz; do tar tzf "$archive" | holds "$archive" corsprobe "${files[@]}"; done
  for archive in "$1"/corsprobe_*.zip; do
    python3 -m zipfile -l "$archive" | awk '{print $1}' | holds "$archive" corsprobe.exe "${files[@]}"
  done
  tar xzf "$1"/corsprobe_*_"$(go env GOOS)_$(go env GOARCH)".tar.gz -C "$out" corsprobe
  versioned "$out/corsprobe"
  told goreleaser "archives: $("$out/corsprobe" version), with completions and man pages"
}

# versioned PROGRAM: a release says which it is.
versioned() { [[ "$("$1" version)" == "corsprobe v0.0.1,"* ]] || fail "the release's version is $("$1" version), not the tag's"; }

packages() {
  local files=(./usr/bin/corsprobe ./usr/share/bash-completion/completions/corsprobe ./usr/share/zsh/site-functions/_corsprobe
    ./usr/share/fish/vendor_completions.d/corsprobe.fish ./usr/share/man/man1/corsprobe-run.1 ./usr/share/doc/corsprobe/copyright)
  if command -v dpkg-deb >/dev/null 2>&1; then
    local deb
    for deb in "$1"/*.deb; do dpkg-deb -c "$deb" | awk '{print $NF}' | holds "$deb" "${files[@]}"; done
    dpkg-deb -x "$1"/corsprobe_*_linux_"$(go env GOARCH)".deb "$out/deb"
    versioned "$out/deb/usr/bin/corsprobe"
    told goreleaser "deb: $("$out/deb/usr/bin/corsprobe" version), $(find "$out/deb" -type f | wc -l) files"
  else
    skip goreleaser "no dpkg-deb: nobody looked into the deb"
  fi
  if command -v bsdtar >/dev/null 2>&1; then
    local rpm
    for rpm in "$1"/*.rpm; do bsdtar tf "$rpm" | sed 's,^\(\./\)*/*,./,' | holds "$rpm" "${files[@]}"; done
    mkdir -p "$out/rpm"
    bsdtar xf "$1"/corsprobe_*_linux_"$(go env GOARCH)".rpm -C "$out/rpm"
    versioned "$out/rpm/usr/bin/corsprobe"
    told goreleaser "rpm: $("$out/rpm/usr/bin/corsprobe" version), $(find "$out/rpm" -type f | wc -l) files"
  else
    skip goreleaser "no bsdtar: nobody looked into the rpm"
  fi
}

# Each bill of materials names every module that its binary was made of.
bills() {
  local binary bill name modules
  for binary in "$1"/corsprobe_*_*/corsprobe*; do
    name=$(basename "$(dirname "$binary")")
    name=${name%_v*}
    bill=$(find "$1" -name "corsprobe*_${name#corsprobe_}.cdx.json")
    modules=$(go version -m "$binary" | awk '$1 == "dep" {print "\"pkg:golang/" $2 "@" $3}')
    while read -r module; do grep -qF "$module" "$bill" || fail "$bill lacks $module"; done <<<"$modules"
  done
  told goreleaser "bills of materials: each names the $(wc -l <<<"$modules") modules of its binary, or as many"
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
