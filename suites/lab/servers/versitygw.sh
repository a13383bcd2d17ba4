# VersityGW: bucket CORS, over a folder. https://github.com/versity/versitygw
expects=judged
versitygw_version=${VERSITYGW_VERSION:-v1.8.0}
title="VersityGW ${versitygw_version#v}"

install() { go_install github.com/versity/versitygw/cmd/versitygw "$versitygw_version"; }

# Metadata goes into files of their own: not every file system has extended attributes, and those that have limit them to a few KiB.
start() {
  local port
  port=$(ports 1) || return
  mkdir "$dir/data" "$dir/metadata"
  ROOT_ACCESS_KEY=$AWS_ACCESS_KEY_ID ROOT_SECRET_KEY=$AWS_SECRET_ACCESS_KEY launch versitygw \
    "$bin/versitygw" --port "127.0.0.1:$port" --virtual-domain "localhost:$port" --quiet posix --sidecar "$dir/metadata" "$dir/data"
  export AWS_ENDPOINT_URL=http://localhost:$port
}
