#!/usr/bin/env bash
# The action's work: build corsprobe from this checkout, run it with the inputs as flags, and end with its exit code. Inputs reach the
# command line as words of an array, never as shell text.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
reports=${INPUT_REPORT_DIR:-corsprobe-reports}
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
(cd "$here" && go build -trimpath -o "$tool/corsprobe" .)

flags=()
for name in endpoint region provider bucket label-filter known baseline fail-on shard; do
  variable=INPUT_$(tr 'a-z-' 'A-Z_' <<<"$name")
  if [ -n "${!variable:-}" ]; then flags+=("--$name=${!variable}"); fi
done
while IFS= read -r line; do
  if [ -n "$line" ]; then flags+=("$line"); fi
done <<<"${INPUT_ARGS:-}"
scenarios=()
set -f # a glob of the catalogue's names is corsprobe's, not the shell's
for name in ${INPUT_SCENARIOS:-}; do scenarios+=("$name"); done
set +f

mkdir -p "$reports"
code=0
"$tool/corsprobe" run "${flags[@]}" --report github=auto --report "json=$reports/corsprobe.json" \
  --report "junit=$reports/corsprobe.xml" --report "html=$reports/corsprobe.html" ${scenarios[@]+-- "${scenarios[@]}"} || code=$?
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  printf 'exit-code=%s\nreport=%s\n' "$code" "$reports/corsprobe.json" >>"$GITHUB_OUTPUT"
fi
exit "$code"
