# Ceph's RADOS Gateway over one monitor and one OSD that keeps its objects in memory. https://docs.ceph.com
expects=judged
rgw_version=${RGW_VERSION:-16.2.15}
title="Ceph RGW $rgw_version"

install() {
  [[ $(radosgw --version 2>/dev/null) == "ceph version $rgw_version "* && $(command -v ceph-mon) && $(command -v ceph-osd) ]] && return
  apt_install "radosgw=$rgw_version*" "ceph-mon=$rgw_version*" "ceph-osd=$rgw_version*"
}

start() {
  local v1 v2 port
  read -r v1 v2 port < <(ports 3) || return
  export CEPH_CONF=$dir/ceph.conf AWS_ENDPOINT_URL=http://localhost:$port
  mkdir "$dir"/{mon,osd,rgw}
  rgw_config "$v1" "$v2" "$port" >"$CEPH_CONF"
  rgw_monitor "$v1" "$v2" && rgw_osd && rgw_user || return
  launch radosgw radosgw -n client.rgw -f
}

rgw_monitor() {
  local fsid
  fsid=$(sed -n 's/^fsid = //p' "$CEPH_CONF")
  monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$2,v1:127.0.0.1:$1]" "$dir/monmap" >"$dir/log/monmap.log" 2>&1 &&
    ceph-mon -i a --mkfs --monmap "$dir/monmap" >"$dir/log/mon-mkfs.log" 2>&1 || return
  launch mon ceph-mon -i a -f
  until_ok ceph --connect-timeout 3 osd dump
}

rgw_osd() {
  local id
  id=$(cat /proc/sys/kernel/random/uuid)
  ceph osd new "$id" >"$dir/log/osd-new.log" 2>&1 &&
    ceph-osd -i 0 --mkfs --osd-uuid "$id" >"$dir/log/osd-mkfs.log" 2>&1 || return
  launch osd ceph-osd -i 0 -f
  until_ok rgw_osd_is_up
}

rgw_osd_is_up() { ceph --connect-timeout 3 osd stat | grep '1 up'; }

rgw_user() {
  radosgw-admin user create --uid lab --display-name lab --access-key "$AWS_ACCESS_KEY_ID" --secret-key "$AWS_SECRET_ACCESS_KEY" >"$dir/log/user.log" 2>&1
}

# Two settings are not for looks: without ms_mon_client_mode radosgw waits for ever, without the paxos ones a start takes twelve seconds.
rgw_config() {
  cat <<CONFIG
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon_host = [v2:127.0.0.1:$2,v1:127.0.0.1:$1]
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
admin_socket =
pid_file =
run_dir = $dir
log_file = $dir/log/\$name.log
keyring = $dir/keyring
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
[mon]
mon_data = $dir/mon
mon_cluster_log_file = $dir/log/cluster.log
mon_data_avail_warn = 2
mon_data_avail_crit = 1
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
mon_tick_interval = 1
[osd]
osd_data = $dir/osd
osd_objectstore = memstore
memstore_device_bytes = 1073741824
osd_class_load_list = *
osd_class_default_list = *
osd_max_object_name_len = 2048
osd_check_max_object_name_len_on_startup = false
[client.rgw]
rgw_data = $dir/rgw
rgw_frontends = beast endpoint=127.0.0.1:$3
rgw_dns_name = localhost
rgw_thread_pool_size = 32
rgw_relaxed_s3_bucket_names = true
CONFIG
}
