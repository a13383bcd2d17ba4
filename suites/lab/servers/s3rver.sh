# s3rver: bucket CORS for tests, in Node. https://github.com/jamhall/s3rver
expects=judged
s3rver_version=${S3RVER_VERSION:-3.7.1}
title="s3rver $s3rver_version"

install() {
  command -v node >/dev/null || { skip "node is not installed" || return; }
  npm_install s3rver "$s3rver_version"
}

start() {
  local port
  port=$(ports 1) || return
  launch s3rver node "$npm/node_modules/s3rver/bin/s3rver.js" -d "$dir/data" -a 127.0.0.1 -p "$port" --service-endpoint localhost
  export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER # it knows no others
  export AWS_ENDPOINT_URL=http://s3.localhost:$port # names of buckets go before s3.
}
