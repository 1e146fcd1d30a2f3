# shellcheck shell=bash
# A node less, as the runbook has it, and again with the cluster.toml that is without it.
formed
# shellcheck source=SCRIPTDIR/c-add.sh
grep --quiet '^\[vms.k8s-worker-2\]' "$TREE/cluster.toml" || . "$HERE/scenarios/c-add.sh"
remove=$(commands 'Remove a node')
step 'drain and reset it' run_commands "$(head --lines -1 <<<"$remove")"
step 'take it out, once it is no longer Ready' eventually 120 "$(tail --lines 1 <<<"$remove")"
until_is 60 'homelab k8s-master k8s-worker-1 ' ready
off k8s-worker-2
render '/^\[vms.k8s-worker-2\]/,/^$/d'
runbook 'Deploy the machines' 1
for name in k8s-master k8s-worker-1; do step "switch $name" switch "$name"; done
runbook 'Copy the bootstrap files'
runbook 'Verify'
