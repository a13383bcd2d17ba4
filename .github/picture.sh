#!/usr/bin/env bash
# Makes the README's picture: the first screen of the HTML report of a run of some topics against a server that answers as Ceph RGW is known
# to. Nothing of what is known is set aside there, so that the page says what is wrong.
set -euo pipefail
cd "$(dirname "$0")/.."
picture=$PWD/.github/report.png
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then browser=$name; break; fi
done
: "${browser:?no Chromium: make browser installs one}"
go build -o "$work/corsprobe" .
"$work/corsprobe" serve --provider ceph-rgw >"$work/serve" &
server=$!
until grep -q '^# With these set' "$work/serve"; do sleep 0.1; done
# shellcheck disable=SC1091
. "$work/serve"
"$work/corsprobe" run rules headers/requested use-cases --quiet --report html="$work/report.html" || test $? = 1
"$browser" --headless=new --no-sandbox --hide-scrollbars --force-color-profile=srgb --window-size=1280,900 \
  --screenshot="$picture" "file://$work/report.html" 2>/dev/null
echo "$picture: $(wc -c <"$picture") bytes"
