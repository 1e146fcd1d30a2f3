# shellcheck shell=bash
# Units alone form the cluster, and nobody runs a script. Meanwhile the power fails at random:
# of one machine, or of the host and so of all. `SEED=N` has the same moments again.
RANDOM=${SEED:=$$}
say "   SEED=$SEED"
fresh
render '/^name = "homelab"/a formation = "units"'
step 'evaluate the rendered flake' machines "$TREE"
readarray -t all < <(echo "$HOST" && nodes)
for name in "${all[@]}"; do step "boot $name" boot "$name"; done
for ((cut = 1; cut <= 8; cut++)); do
  sleep $((5 + RANDOM % 60))
  victims=("${all[RANDOM % ${#all[@]}]}")
  [ "${victims[0]}" != "$HOST" ] || victims=("${all[@]}")
  for name in "${victims[@]}"; do
    say "   $name: $(on "$name" 'systemctl show --property StatusText --value k8s-init k8s-apply k8s-join | paste --serial --delimiters " "' </dev/null)"
  done
  for name in "${victims[@]}"; do pull_plug "$name"; done
  for name in "${victims[@]}"; do step "boot $name after power cut $cut" boot "$name"; done
done
step 'wait until every node is Ready' until_is 1800 'homelab k8s-master k8s-worker-1 ' ready
for unit in k8s-init k8s-apply; do
  say "   $unit: $(on k8s-master "systemctl show --property StatusText --value $unit" </dev/null)"
done
runbook 'Copy the bootstrap files'
runbook 'Verify'
# Nothing is left to join with.
for name in "$HOST" $(nodes); do
  expect '' on "$name" 'ls /run/k8s-join'
done
pods_talk
