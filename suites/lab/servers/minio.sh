# MinIO's last community release: no bucket CORS, one global layer. https://github.com/minio/minio
expects=unsupported
minio_version=${MINIO_VERSION:-v0.0.0-20260212201848-7aac2a2c5b7c}
title="MinIO ${minio_version#v0.0.0-}"

install() { go_install github.com/minio/minio "$minio_version"; }

start() {
  local port
  port=$(ports 1) || return
  MINIO_ROOT_USER=$AWS_ACCESS_KEY_ID MINIO_ROOT_PASSWORD=$AWS_SECRET_ACCESS_KEY MINIO_BROWSER=off MINIO_UPDATE=off MINIO_DOMAIN=localhost \
    launch minio "$bin/minio" server --quiet --address "127.0.0.1:$port" "$dir/data"
  export AWS_ENDPOINT_URL=http://localhost:$port
}
