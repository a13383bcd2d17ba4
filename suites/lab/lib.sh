# What the servers' scripts share. A script in servers/ sets expects (judged: bucket CORS; unsupported: none) and title (its
# name and version), and has two functions:
#   install  makes the server's programs available, or ends in skip REASON
#   start    launches its processes on free ports and sets AWS_ENDPOINT_URL; an error means that it could not
# Both write below $dir alone, the server's own directory.

pids=()        # the server's processes, each the leader of a process group of its own
attended=      # the one command that is waited for
reason=        # why a server was skipped, or what went wrong

# skip REASON: this machine cannot have the server.
skip() {
  reason=$*
  return 77
}

# attend COMMAND...: runs a command and waits for it, so that a signal ends both at once.
attend() {
  local status=0
  set -m
  "$@" </dev/null &
  attended=$!
  set +m
  wait "$attended" || status=$?
  attended=
  return "$status"
}

# launch NAME COMMAND...: starts a process of the server's. Its output goes to log/NAME.log.
launch() {
  local name=$1
  shift
  set -m
  "$@" </dev/null >"$dir/log/$name.log" 2>&1 &
  pids+=($!)
  set +m
}

alive() {
  local pid
  for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || return 1; done
}

# until_ok COMMAND...: tries a command until it succeeds, for a minute at most, and no longer than the server's processes live.
until_ok() {
  local end=$((SECONDS + 60))
  until attend "$@" >"$dir/log/waiting.log" 2>&1; do
    alive && ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# stop ends what launch started, last first: politely, then not.
stop() {
  local i n
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill -TERM -- "-${pids[i]}" 2>/dev/null || continue
    for ((n = 0; n < 20; n++)); do
      kill -0 -- "-${pids[i]}" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-${pids[i]}" 2>/dev/null
    wait "${pids[i]}" 2>/dev/null
  done
  pids=()
}

# ports N: names N free ports.
ports() { "$helper" ports "$1"; }

# go_install PACKAGE VERSION: installs a Go program below the project's own build directory.
go_install() {
  local program=$bin/${1##*/}
  [[ $(go version -m "$program" 2>/dev/null) == *$'\t'"$2"$'\t'* ]] && return
  may_install "$1@$2" || return
  GOBIN=$bin attend go install "$1@$2" >"$dir/log/install.log" 2>&1 || skip "go install $1@$2: $(tail -n 1 "$dir/log/install.log")"
}

# npm_install PACKAGE VERSION: installs a package of npm's into $npm.
npm_install() {
  npm=$bin/../npm/$1-$2
  [[ -d $npm/node_modules/$1 ]] && return
  command -v npm >/dev/null || { skip "npm is not installed" || return; }
  may_install "$1@$2" || return
  attend npm install --silent --no-fund --no-audit --prefix "$npm.new" "$1@$2" >"$dir/log/install.log" 2>&1 ||
    { skip "npm install $1@$2: $(tail -n 1 "$dir/log/install.log")" || return; }
  mv "$npm.new" "$npm"
}

# apt_install PACKAGE=VERSION...: installs Debian packages, which VERSION may name by a prefix and *. Their services are not started.
apt_install() {
  local package version missing=()
  for package in "$@"; do
    version=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "${package%%=*}" 2>/dev/null) || true
    # shellcheck disable=SC2053 # the right side is a pattern
    [[ $version == "installed "${package#*=} ]] || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return
  may_install "${missing[*]}" || return
  command -v apt-get >/dev/null && [[ $(id -u) == 0 ]] || { skip "it takes apt-get and root to install ${missing[*]}" || return; }
  attend apt-get update -qq >"$dir/log/install.log" 2>&1 || true # the next call says what is wrong
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive attend apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$dir/log/install.log" 2>&1 ||
    skip "apt-get install ${missing[*]}: $(grep '^E: ' "$dir/log/install.log" | head -n 1)"
}

# may_install WHAT: with --installed nothing is installed.
may_install() {
  [[ $installed_only ]] && { skip "$1 is not installed; make lab-servers installs what the tests use" || return; }
  echo "  installing $1"
}
