#!/usr/bin/env bash
# Runs corsprobe against real S3 servers, one after the other: installs (pinned), starts, probes, stops.
#
#   run.sh [--install | --installed | --serve] [SERVER ...] [-- ARGUMENT ...]
#
# --install installs the servers and does no more; --installed installs nothing; --serve leaves a
# server running until it is interrupted, to be asked by hand. ARGUMENTs go to corsprobe run. LAB_DIR is where everything
# goes (build/lab), LAB_KNOWN a file of known deviations instead of the server's own, CORSPROBE the program to run and LAB_HELPER the
# lab's own, which are built where they are not named.
#
# Exit code: 0 every server that could be had answered as expected; 1 one did not; 2 usage; 77 none could be had; 130 interrupted.
set -uo pipefail
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$lab/../.." && pwd)
base=${LAB_DIR:-$project/build/lab}
bin=$project/build/lab/bin # the servers' programs, whatever LAB_DIR says: they take long to install
tools=$base/bin
helper=${LAB_HELPER:-$tools/lab-helper}
dir=$base
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL_S3 # whatever the user's shell names, the lab is on loopback
export AWS_EC2_METADATA_DISABLED=true AWS_REGION=us-east-1 AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export NO_PROXY=127.0.0.1,localhost,.localhost
source "$lab/lib.sh"

clean_up() {
  [[ $attended ]] && kill -INT -- "-$attended" 2>/dev/null && wait "$attended" 2>/dev/null
  stop
  rm -f "$base/pid"
}
trap 'exit 130' INT TERM HUP

mode='' installed_only='' servers=()
while (($#)); do
  case $1 in
    --install) mode=install ;;
    --installed) installed_only=yes ;;
    --serve) mode=serve ;;
    --) shift && break ;;
    *) servers+=("$1") ;;
  esac
  shift
done
((${#servers[@]})) || for script in "$lab"/servers/*.sh; do servers+=("$(basename "$script" .sh)"); done
for server in "${servers[@]}"; do
  [[ -f $lab/servers/$server.sh ]] && continue
  echo "run.sh: no server $server; there are: $(cd "$lab/servers" && ls | sed 's/\.sh$//' | tr '\n' ' ')" >&2
  exit 2
done

# build makes corsprobe and the lab's helper.
build() {
  mkdir -p "$bin" "$tools"
  [[ $mode == install ]] && return
  corsprobe=${CORSPROBE:-$tools/corsprobe}
  [[ ${LAB_HELPER:-} ]] || (cd "$project" && go build -o "$helper" ./suites/lab/helper) || exit 1
  [[ ${CORSPROBE:-} ]] || (cd "$project" && go build -o "$corsprobe" .) || exit 1
}

# begin starts the server in an empty directory. Between the choice of a port and its use somebody else may take it: then again.
begin() {
  local attempt
  for attempt in 1 2 3; do
    rm -rf "$dir"
    mkdir -p "$dir/log"
    export AWS_ACCESS_KEY_ID=corsprobe-lab AWS_SECRET_ACCESS_KEY=corsprobe-lab-secret-key
    start && until_ok "$helper" ready && return
    stop
  done
  reason="did not start: $(tail -n 1 "$dir/log/waiting.log" 2>/dev/null); see $dir/log"
  return 1
}

# serve tells how to reach the server, and waits for the end of its last process.
serve() {
  printf 'export %s\n' "AWS_ENDPOINT_URL=$AWS_ENDPOINT_URL" "AWS_REGION=$AWS_REGION" "AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY"
  wait "${pids[-1]}"
}

# probe runs corsprobe. Its exit code is not the verdict yet: expected says what it must be.
probe() {
  local file report arguments=()
  for file in ${LAB_KNOWN:-"$lab/known/$server.yaml" "$project/scenarios/providers/$server.yaml"}; do
    [[ -f $file ]] && arguments=(--known "$file") && break
  done
  for report in json=report.json html=report.html junit=report.xml text=report.txt; do # one word more here is one report more
    arguments+=(--report "${report%=*}=$dir/${report#*=}")
  done
  echo "$title" >"$dir/title" # for the table of compat.sh
  attend "$corsprobe" run --endpoint "$AWS_ENDPOINT_URL" "${arguments[@]}" "$@" >"$dir/corsprobe.out" 2>&1
}

# expected holds corsprobe's exit code, and what is left on the server, against what this server must come to.
expected() {
  local status=$1
  if ! "$helper" empty >"$dir/log/left.log" 2>&1; then
    reason="something is left behind: $(cat "$dir/log/left.log")"
  elif [[ $expects == judged && $status == 0 ]]; then
    reason="judged: $(tail -n 1 "$dir/corsprobe.out")"
    return
  elif [[ $expects == unsupported && $status == 3 ]] && grep -q 'an endpoint without bucket CORS cannot be judged' "$dir/corsprobe.out"; then
    reason="unsupported, as it must be: $(tail -n 1 "$dir/corsprobe.out")"
    return
  else
    reason="exit $status: $(tail -n 1 "$dir/corsprobe.out") See $dir/corsprobe.out"
  fi
  return 1
}

# one takes a server through its life: 0 as expected, 77 not to be had, else something is wrong.
one() {
  local status=0 since=$SECONDS
  dir=$base/$server
  mkdir -p "$dir/log"
  expects='' reason='' title=''
  source "$lab/servers/$server.sh"
  install || return
  reason="installed in $((SECONDS - since)) s"
  [[ $mode == install ]] && return
  since=$SECONDS
  begin || return
  echo "  ready after $((SECONDS - since)) s at $AWS_ENDPOINT_URL"
  if [[ $mode == serve ]]; then serve; return; fi
  since=$SECONDS
  probe "$@" || status=$?
  echo "  probed in $((SECONDS - since)) s"
  expected "$status" || return
  [[ ! -f $lab/layers/$server.yaml ]] || layer
}

# layer asks a server without bucket CORS by the scenario that describes the layer that it has instead.
layer() {
  local status=0
  attend "$corsprobe" run --endpoint "$AWS_ENDPOINT_URL" --assume-configured "$lab/layers/$server.yaml" >"$dir/layer.out" 2>&1 || status=$?
  echo "  its own layer: $(tail -n 1 "$dir/layer.out")"
  ((status == 0)) && return
  reason="exit $status for layers/$server.yaml; see $dir/layer.out"
  return 1
}

build
if [[ -f $base/pid ]] && kill -0 "$(<"$base/pid")" 2>/dev/null; then
  echo "run.sh: another lab, process $(<"$base/pid"), is at work in $base; LAB_DIR names another directory" >&2
  exit 2
fi
echo $$ >"$base/pid"
trap clean_up EXIT
failed=0 had=0
for server in "${servers[@]}"; do
  echo "$server"
  status=0
  one "$@" || status=$?
  stop
  case $status in
    0) had=$((had + 1)) ;;
    77) reason="skipped: $reason" ;;
    *) had=$((had + 1)) failed=$((failed + 1)) reason="FAILED: $reason" ;;
  esac
  echo "  $reason"
done
if [[ $mode == install ]]; then exit 0; fi
if ((had == 0)); then echo "lab: no server could be had" >&2; exit 77; fi
if ((failed)); then echo "lab: $failed of $had servers did not answer as expected" >&2; exit 1; fi
