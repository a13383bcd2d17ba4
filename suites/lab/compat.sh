#!/usr/bin/env bash
# Puts the reports of the lab's last runs side by side: writes build/lab/compat.html and compat.md, and the table of the README beside it.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
base=${LAB_DIR:-$project/build/lab}
readme=${README:-$project/suites/lab/README.md}
cd "$base"

runs=()
for judged in yes no; do # those that have bucket CORS first
  for title in */title; do
    [[ -f ${title%/*}/report.json ]] || continue
    if grep -q '"incomplete"' "${title%/*}/report.json"; then found=no; else found=yes; fi
    [[ $found == "$judged" ]] || continue
    runs+=("$(<"$title")=${title%/*}/report.json" --link "$(<"$title")=${title%/*}/report.html")
  done
done
if ((${#runs[@]} < 6)); then # a run is three words
  echo "compat.sh: no two reports in $base; make lab writes them" >&2
  exit 1
fi
"${CORSPROBE:-$base/bin/corsprobe}" compare "${runs[@]}" --also ovhcloud --report support=compat.md --report html=compat.html >compat.txt
awk -v table="$base/compat.md" '
  /^<!-- \/compat -->/ { inside = 0 }
  !inside
  /^<!-- compat -->/ { inside = 1; while ((getline line < table) > 0) print line }
' "$readme" >"$base/README.md"
grep -q '^<!-- /compat -->' "$base/README.md"
cat "$base/README.md" >"$readme"
echo "$base/compat.html"
