# shellcheck shell=bash
# lab.sh: sourced by run.sh, the scenarios and the programs that stand in for a user's. The
# guests, the network between them, and the commands on them.
LAB=${LAB:?set by run.sh: a folder below target/}
HERE=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
NETNS=${NETNS:-nixgen-lab}
# The network outside is not a machine of the cluster's: the lab has its address.
readonly ROUTER=192.168.1.1/24
# The host's interfaces: its uplink, and a tap for each MicroVM that a scenario may start.
readonly HOST=homelab UPLINK=enp1s0
readonly GUESTS=(k8s-master k8s-worker-1 k8s-worker-2 k8s-master-2 k8s-master-3)

say() { printf '%s\n' "$*" >&2; }
die() {
  say "lab: $*"
  exit 1
}

# step WHAT COMMAND...: says what it does and how long it took.
step() {
  local what=$1 start=$EPOCHREALTIME
  shift
  say "-- $what"
  if "$@"; then
    say "   $(seconds "$start") s"
  else
    local status=$?
    die "failed after $(seconds "$start") s with status $status: $what (see $LAB/log and $LAB/run/*/console.log)"
  fi
}
seconds() { printf '%d' $((${EPOCHREALTIME%.*} - ${1%.*})); }

in_net() { ip netns exec "$NETNS" "$@"; }

net_up() {
  local i
  ip netns add "$NETNS"
  cable uplink wan
  in_net ip address add "$ROUTER" dev wan
  for i in "${!GUESTS[@]}"; do cable "host$i" "guest$i"; done
}

# cable END END: two interfaces without addresses, on which guests have raw sockets.
cable() {
  in_net ip link add "$1" type veth peer name "$2"
  in_net sysctl --quiet --write "net.ipv6.conf.$1.disable_ipv6=1" "net.ipv6.conf.$2.disable_ipv6=1"
  in_net ip link set "$1" up
  in_net ip link set "$2" up
}

net_down() { ip netns delete "$NETNS" 2>/dev/null || true; }

# machines TREE: every machine's texts, from the evaluation of a rendered tree. The machines
# that run have them at their next start, or by switch_host.
machines() {
  local tree=$1 minor name
  minor=$(sed -n 's/^kubernetes = "\(.*\)"/\1/p' "$tree/cluster.toml")
  bash "$HERE/evaluate.sh" "$tree" "$LAB/texts.json" "$("$LAB/parts/$minor/bin/kubeadm" version --output short | tr -d v)" 2>"$LAB/log/evaluate"
  for name in $(jq --raw-output 'keys[]' "$LAB/texts.json"); do
    mkdir --parents "$LAB/run/$name/calls" "$LAB/run/$name/shares"
    rm -rf -- "$LAB/run/$name/machine.new"
    python3 "$HERE/machine.py" "$LAB/texts.json" "$name" "$LAB/run/$name/shares" "$LAB/run/$name/machine.new"
  done
}

# take_texts NAME: those that machines() laid out last, in place of those of before.
take_texts() {
  local run=$LAB/run/$1
  [ -e "$run/machine.new" ] || return 0
  rm -rf -- "$run/machine.before"
  [ ! -e "$run/machine" ] || mv -- "$run/machine" "$run/machine.before"
  mv -- "$run/machine.new" "$run/machine"
}

# nic CABLE MAC [NAME]: the kernel's argument, and what udev is to make of the interface.
# Segments larger than the MTU do not fit through the cable.
nics=()
nic() {
  nics+=("vec${#nics[@]}:transport=raw,ifname=$1,mac=$2")
  printf '[Match]\nMACAddress=%s\n[Link]\n%s\nTCPSegmentationOffload=no\nGenericSegmentationOffload=no\n' \
    "$2" "${3:+Name=$3}" >"$hardware/etc/systemd/network/00-lab-$1.link"
}

# disks: the volumes that fstab has, by the names that it has them by. Images are pulled
# already: those of containerd are copies on write of one.
disks=()
volumes() {
  local device rest volume letter=b
  while read -r device rest; do
    [[ $device == /dev/disk/by-id/* ]] || continue
    volume=${device##*-}
    if [ "$volume" = containerd ]; then
      disks+=("ubd$letter=$run/containerd.cow,$LAB/images.ext4")
    else
      [ -e "$run/$volume.img" ] || truncate --size 4G "$run/$volume.img"
      disks+=("ubd$letter=$run/$volume.img")
    fi
    printf 'KERNEL=="ubd%s", SYMLINK+="%s"\n' "$letter" "${device#/dev/}" >>"$hardware/etc/udev/rules.d/60-lab.rules"
    letter=$(tr b-y c-z <<<"$letter")
  done <"$run/machine/etc/fstab"
}

# boot NAME: the guest with the texts of last, as the power button does.
boot() {
  local name=$1 run=$LAB/run/$1 hardware=$LAB/run/$1/hardware i mac memory
  nics=() disks=()
  take_texts "$name"
  # What the machine is, beside what it is told to be.
  rm -rf -- "$hardware"
  mkdir --parents -- "$hardware"/etc/{udev/rules.d,systemd/network,systemd/system/local-fs.target.wants}
  if [ "$name" = "$HOST" ]; then
    # More than its MicroVMs have: its kubelet keeps theirs from pods.
    memory=12288M
    rm -rf -- "$LAB"/run/memory/*/*
    nic uplink 02:00:00:00:00:01 "$UPLINK"
    for i in "${!GUESTS[@]}"; do nic "host$i" "02:00:00:00:01:0$i" "vm-${GUESTS[i]}"; done
    printf '[Mount]\nWhat=/dev/ubdb\nWhere=/var/lib/containerd\n' >"$hardware/etc/systemd/system/var-lib-containerd.mount"
    ln --symbolic -- ../var-lib-containerd.mount "$hardware/etc/systemd/system/local-fs.target.wants/"
    disks+=("ubdb=$run/containerd.cow,$LAB/images.ext4")
  else
    mac=$(jq --raw-output --arg name "$name" '.[$name].vm.interfaces[0].mac' "$LAB/texts.json")
    memory=$(jq --raw-output --arg name "$name" '.[$name].vm.mem' "$LAB/texts.json")M
    for i in "${!GUESTS[@]}"; do [ "${GUESTS[i]}" != "$name" ] || nic "guest$i" "$mac"; done
    # The root of a MicroVM is in its memory.
    rm --force -- "$run/root.cow"
    volumes
  fi
  rm --force -- "$run/up"
  (
    exec </dev/null >>"$run/console.log" 2>&1
    # A group of its own for the scheduler, before others: etcd has deadlines.
    export TMPDIR=/dev/shm
    exec setsid bash -c 'echo -5 >/proc/self/autogroup; exec "$@"' boot \
      ip netns exec "$NETNS" "$LAB/kernel/linux" \
      uml_dir="$LAB/uml/" umid="$name" mem="$memory" seccomp=on ncpus=2 con=null con0=null,fd:1 \
      root=/dev/ubda rw init=/usr/local/lib/lab-init LAB="$run" \
      ubda="$run/root.cow,$LAB/base.img" "${disks[@]}" ubdpr="$LAB/parts.img" "${nics[@]}"
  ) &
  echo $! >"$run/pid"
  wait_up "$name"
}

alive() { kill -0 "$(<"$LAB/run/$1/pid")" 2>/dev/null; }

wait_up() {
  local try
  for ((try = 0; try < 600; try++)); do
    if [ -e "$LAB/run/$1/up" ]; then
      # What its units have to start with is there, or else it says what is not.
      ON_SECONDS=300 on "$1" 'systemctl is-system-running --wait || systemctl --failed --no-legend' >&2 </dev/null
      return 0
    fi
    alive "$1" || break
    sleep 0.5
  done
  say "$1 does not come up: $LAB/run/$1/console.log"
  return 1
}

# off NAME: shuts it down, as the host does with a MicroVM. pull_plug NAME: does not.
off() {
  local try
  on "$1" 'systemctl poweroff' </dev/null || true
  for ((try = 0; try < 300; try++)); do
    alive "$1" || return 0
    sleep 0.5
  done
  say "$1 does not shut down"
  return 1
}
pull_plug() { kill -KILL -- "-$(<"$LAB/run/$1/pid")" 2>/dev/null || true; }

# on NAME COMMAND...: as ssh does: its input, output and status are the command's.
on() {
  local name=$1 try calls=$LAB/run/$1/calls id=$EPOCHREALTIME-$BASHPID
  shift
  if [ -t 0 ]; then : >"$calls/$id.in"; else cat >"$calls/$id.in"; fi
  printf '%s\n' "$*" >"$calls/$id.new"
  mv -- "$calls/$id.new" "$calls/$id.call"
  for ((try = 0; try < ${ON_SECONDS:-900} * 10; try++)); do
    [ ! -e "$calls/$id.rc" ] || break
    alive "$name" || return 255
    sleep 0.1
  done
  [ -e "$calls/$id.rc" ] || {
    say "$name does not answer: $*"
    return 255
  }
  cat -- "$calls/$id.out"
  cat -- "$calls/$id.err" >&2
  return "$(<"$calls/$id.rc")"
}

restart() { off "$1" && boot "$1"; }

# switch NAME: it has the texts of last, without a restart.
switch() {
  take_texts "$1"
  on "$1" /usr/local/lib/lab-switch </dev/null
}
