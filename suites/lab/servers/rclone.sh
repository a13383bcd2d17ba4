# rclone serve s3: no bucket CORS, the same header on every answer. https://github.com/rclone/rclone
expects=unsupported

install() { go_install github.com/rclone/rclone "${RCLONE_VERSION:-v1.76.0}"; }

start() {
  local port
  port=$(ports 1) || return
  mkdir "$dir/data"
  RCLONE_CONFIG=/dev/null launch rclone \
    "$bin/rclone" serve s3 "$dir/data" --addr "127.0.0.1:$port" --auth-key "$AWS_ACCESS_KEY_ID,$AWS_SECRET_ACCESS_KEY"
  export AWS_ENDPOINT_URL=http://127.0.0.1:$port
}
