# shellcheck shell=bash
# cluster.sh: sourced by run.sh and the scenarios. A rendered tree, its runbook, and what a
# cluster has to be like.
# shellcheck source=SCRIPTDIR/lab.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lab.sh"
TREE=$LAB/tree
PATH="$HERE/stand-in:$(dirname -- "$NIXGEN"):$PATH"
export LAB NETNS PATH

# A change of cluster.toml: an address that kube-vip moves.
# shellcheck disable=SC2034
readonly WITH_VIP='/^name = "homelab"/a vip = "10.0.20.100"'

# render [SED]: cluster.toml, changed by a script of sed's, and what nixgen makes of it.
render() {
  mkdir --parents -- "$TREE"
  [ -e "$TREE/cluster.toml" ] || cp -- "$HERE/cluster.toml" "$TREE/"
  [ $# -eq 0 ] || sed --in-place --regexp-extended "$1" "$TREE/cluster.toml"
  (cd -- "$TREE" && "$NIXGEN" render --yes --quiet)
}

# commands HEADING [NUMBER]: what the rendered page says.
commands() { python3 "$HERE/runbook.py" "$TREE/docs/cluster.md" "$@"; }

# runbook HEADING [NUMBER]: runs that, with the lab's ssh.
runbook() {
  local commands
  commands=$(commands "$@")
  # On a busy machine a component may restart while its check runs.
  if [ "$1" = Verify ]; then
    step "runbook: $*" eventually 900 "$commands"
  else
    step "runbook: $*" run_commands "$commands"
  fi
  [ "$1" != 'Copy the bootstrap files' ] || patience
}

# eventually SECONDS COMMANDS: until they succeed.
eventually() {
  local end=$((${EPOCHREALTIME%.*} + $1))
  until run_commands "$2"; do
    [ "${EPOCHREALTIME%.*}" -lt "$end" ] || return 1
    sleep 5
  done
}

# patience: a busy machine is slow, so kubeadm waits longer. Nothing else of its files differs.
patience() {
  local name
  for name in "$HOST" $(nodes); do
    on "$name" 'cd cluster/bootstrap/kubeadm && sed --in-place "/^kind: \(Init\|Join\)Configuration/a timeouts: {controlPlaneComponentHealthCheck: 20m, kubeletHealthCheck: 20m, kubernetesAPICall: 5m, etcdAPICall: 10m, tlsBootstrap: 20m, discovery: 20m}" ./*.yaml' </dev/null
  done
}
run_commands() {
  (cd -- "$TREE" && bash -euo pipefail -c "$1" </dev/null >>"$LAB/log/runbook" 2>&1) || {
    local status=$?
    tail --lines 40 -- "$LAB/log/runbook" >&2
    return "$status"
  }
}

kubectl() { on k8s-master kubectl "$@"; }

# expect WANTED COMMAND...: the command prints exactly that.
expect() {
  local wanted=$1 got
  shift
  got=$("$@" </dev/null) || die "$* ends with $?"
  [ "$got" = "$wanted" ] || die "$*: expected $wanted, found $got"
}

# until_is SECONDS WANTED COMMAND...
until_is() {
  local left=$1 wanted=$2 got=
  shift 2
  until got=$("$@" </dev/null 2>&1) && [ "$got" = "$wanted" ]; do
    ((left-- > 0)) || die "$*: expected $wanted, found $got"
    sleep 1
  done
}

ready() { kubectl get nodes --output "'jsonpath={range .items[?(@.status.conditions[-1].status==\"True\")]}{.metadata.name} {end}'"; }

# fresh: nothing is left of an earlier cluster.
fresh() {
  stop_all
  rm -rf -- "$LAB/run" "$LAB/tree"
  net_down
  net_up
}

nodes() { jq --raw-output 'to_entries[] | select(.value.vm) | .key' "$LAB/texts.json"; }

# What the runbook builds a cluster with, once its machines are up.
readonly CHAPTERS=('Copy the bootstrap files' 'Create the control plane' 'Install the pod network'
  'Join the other nodes' 'Check labels and taints' 'Deploy Ollama' 'Verify')

# form SED: a new cluster, as the runbook makes it.
form() {
  local name chapter
  fresh
  render "$@"
  step 'evaluate the rendered flake' machines "$TREE"
  for name in "$HOST" $(nodes); do step "boot $name" boot "$name"; done
  for chapter in "${CHAPTERS[@]}"; do
    runbook "$chapter"
  done
}

# formed: the cluster of (a), or one now.
formed() {
  if [ ! -e "$LAB/run/k8s-master/pid" ] || ! alive k8s-master; then form ''; fi
}

# who NODE POD SERVER: the pod that answers, asked in the network of the pod of that address.
who() {
  on "$1" "for space in /run/netns/cni-*; do
    space=\${space##*/}
    if ip -netns \$space -4 -brief address | grep --quiet ' $2/'; then
      ip netns exec \$space curl --fail --silent --max-time 5 http://$3/who | cut --delimiter ' ' --fields 1
    fi
  done" </dev/null
}

# pods_talk: a pod on each node answers pods on every other, by its address and by a Service;
# a node port answers nodes, and nobody in the network outside.
pods_talk() {
  local ip pods from to node pod there address i
  step 'start a web server on each node' on k8s-master 'kubectl apply --filename -' <"$HERE/scenarios/who.yaml"
  step 'wait for them' kubectl rollout status daemonset/who --timeout 5m </dev/null
  ip=$(kubectl get service who --output 'jsonpath={.spec.clusterIP}' </dev/null)
  pods=$(kubectl get pods --selector app=who --output "'jsonpath={range .items[*]}{.metadata.name}={.spec.nodeName}={.status.podIP} {end}'" </dev/null)
  for from in $pods; do
    IFS='=' read -r _ node mine <<<"$from"
    for to in $pods; do
      IFS='=' read -r pod there address <<<"$to"
      until_is 30 "$pod" who "$node" "$mine" "$address:11434"
      say "   from the pod on $node to the one on $there"
    done
    # A Service answers from any of them.
    for ((i = 0; i < 6; i++)); do who "$node" "$mine" "$ip"; done | sort --unique >"$LAB/log/who"
    say "   from the pod on $node to the Service: $(paste --serial --delimiters ' ' "$LAB/log/who")"
  done
  for address in 10.0.20.5 10.0.20.10 10.0.20.11; do
    on k8s-worker-1 "curl --fail --silent --max-time 5 http://$address:30080/who" </dev/null >/dev/null ||
      die "the node port does not answer at $address"
  done
  if in_net curl --silent --max-time 3 --output /dev/null http://192.168.1.10:30080/who; then
    die 'the node port answers on the network outside'
  fi
}

stop_all() {
  local run
  for run in "$LAB"/run/*/; do
    [ ! -e "$run/pid" ] || pull_plug "$(basename -- "$run")"
  done
}
