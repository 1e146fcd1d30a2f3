# shellcheck shell=bash
# A worker more: cluster.toml, render, deploy, join. The nodes that run are switched, for
# they let each other in by address.
formed
render '/^\[workloads.ollama\]/i [vms.k8s-worker-2]\nrole = "worker"\nvlan = "services"\nip = "10.0.20.12"\nmemory = "1GiB"\n'
runbook 'Deploy the machines' 1
for name in k8s-master k8s-worker-1; do step "switch $name" switch "$name"; done
step 'start k8s-worker-2' boot k8s-worker-2
for chapter in 'Copy the bootstrap files' 'Join the other nodes' 'Check labels and taints' 'Verify'; do runbook "$chapter"; done
until_is 120 'homelab k8s-master k8s-worker-1 k8s-worker-2 ' ready
