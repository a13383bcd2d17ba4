# OpenStack Swift with its S3 API: no bucket CORS, preflights answered by an option of the operator's. https://opendev.org/openstack/swift
expects=unsupported
swift_version=${SWIFT_VERSION:-2.30.1}
title="OpenStack Swift s3api $swift_version"

install() {
  apt_install "swift-proxy=$swift_version*" "swift-account=$swift_version*" "swift-container=$swift_version*" "swift-object=$swift_version*" 'memcached=*'
}

start() {
  local proxy account container object cache server
  read -r proxy account container object cache < <(ports 5) || return
  mkdir -p "$dir"/{etc,node/disk,cache}
  export AWS_ACCESS_KEY_ID=lab:lab AWS_ENDPOINT_URL=http://localhost:$proxy
  swift_rings "$account" "$container" "$object" >"$dir/log/rings.log" 2>&1 || return
  printf '[swift-hash]\nswift_hash_path_suffix = lab\n[storage-policy:0]\nname = lab\ndefault = yes\n' >"$dir/etc/swift.conf"
  launch memcached memcached -u "$(id -un)" -l 127.0.0.1 -p "$cache" -U 0 -m 16
  for server in account container object; do
    swift_store "$server" "${!server}" >"$dir/etc/$server.conf"
    launch "$server" "/usr/bin/swift-$server-server" "$dir/etc/$server.conf" -v
  done
  swift_proxy "$proxy" "$cache" >"$dir/etc/proxy.conf"
  launch proxy /usr/bin/swift-proxy-server "$dir/etc/proxy.conf" -v
}

# swift_rings says where everything is: one copy, on one disk.
swift_rings() {
  local server
  for server in account container object; do
    echo "$server ${!server}" # of start: bash's variables are seen by what it calls
  done | /usr/bin/python3 -c '
import sys
from swift.common.ring import RingBuilder
for line in sys.stdin:
    name, port = line.split()
    ring = RingBuilder(2, 1, 1)
    ring.add_dev(dict(id=0, region=1, zone=1, ip="127.0.0.1", port=int(port), device="disk", weight=1.0))
    ring.rebalance()
    ring.get_ring().save(f"{sys.argv[1]}/{name}.ring.gz")
' "$dir/etc"
}

swift_common() { # PORT
  cat <<CONFIG
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $1
workers = 0
user = $(id -un)
swift_dir = $dir/etc
CONFIG
}

swift_store() { # NAME PORT
  swift_common "$2"
  cat <<CONFIG
devices = $dir/node
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
recon_cache_path = $dir/cache
[pipeline:main]
pipeline = $1-server
[app:$1-server]
use = egg:swift#$1
CONFIG
}

swift_proxy() { # PORT CACHE
  swift_common "$1"
  cat <<CONFIG
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$2
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
storage_domain = localhost
cors_preflight_allow_origin = *
[filter:tempauth]
use = egg:swift#tempauth
user_lab_lab = $AWS_SECRET_ACCESS_KEY .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
CONFIG
}
