# rclone serve s3: no bucket CORS, the same header on every answer. https://github.com/rclone/rclone
expects=unsupported
rclone_version=${RCLONE_VERSION:-v1.76.0}
title="rclone ${rclone_version#v}"

install() { go_install github.com/rclone/rclone "$rclone_version"; }

start() {
  local port
  port=$(ports 1) || return
  mkdir "$dir/data"
  RCLONE_CONFIG=/dev/null launch rclone \
    "$bin/rclone" serve s3 "$dir/data" --addr "127.0.0.1:$port" --auth-key "$AWS_ACCESS_KEY_ID,$AWS_SECRET_ACCESS_KEY"
  export AWS_ENDPOINT_URL=http://127.0.0.1:$port
}
