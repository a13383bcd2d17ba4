# gofakes3: no bucket CORS. It takes PutBucketCors for CreateBucket and DeleteBucketCors for DeleteBucket.
# https://github.com/johannesboyne/gofakes3
expects=unsupported
gofakes3_version=${GOFAKES3_VERSION:-v1.2.0}
title="gofakes3 ${gofakes3_version#v}"

install() { go_install github.com/johannesboyne/gofakes3/cmd/gofakes3 "$gofakes3_version"; }

start() {
  local port
  port=$(ports 1) || return
  launch gofakes3 "$bin/gofakes3" -backend memory -host "127.0.0.1:$port"
  export AWS_ENDPOINT_URL=http://127.0.0.1:$port
}
