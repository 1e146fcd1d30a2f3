# shellcheck shell=bash
# A cluster that has a vip from the start, from one control plane to three; then the first
# one loses its disks and is replaced. The API answers all the while.
form "$WITH_VIP"
(while sleep 1; do
  on k8s-worker-1 'curl --insecure --silent --max-time 20 https://10.0.20.100:6443/livez' </dev/null
  echo
done >"$LAB/log/livez") &
asking=$!
trap 'kill "$asking" 2>/dev/null || true' EXIT
# Both in one go: two members are worse than one.
more=
for i in 2 3; do
  more+="[vms.k8s-master-$i]\nrole = \"control-plane\"\nvlan = \"services\"\nip = \"10.0.20.1$((i + 1))\"\nmemory = \"2304MiB\"\n\n"
done
render "/^\[workloads.ollama\]/i $more
  /^name = \"homelab\"/a first_control_plane = \"k8s-master\""
runbook 'Deploy the machines' 1
for name in k8s-master k8s-worker-1; do step "switch $name" switch "$name"; done
for i in 2 3; do step "start k8s-master-$i" boot "k8s-master-$i"; done
for chapter in 'Copy the bootstrap files' 'Join the other nodes' 'Verify'; do runbook "$chapter"; done

pull_plug k8s-master
rm -rf -- "$LAB/run/k8s-master"/{etcd.img,kubelet.img,containerd.cow,shares/kubernetes}
mkdir --mode 0700 -- "$LAB/run/k8s-master/shares/kubernetes"
step 'wait for the vip on another' until_is 300 ok on k8s-worker-1 'curl --insecure --silent --max-time 5 https://10.0.20.100:6443/livez'
step 'start k8s-master with empty disks' boot k8s-master
runbook 'Copy the bootstrap files'
replace=$(commands 'Replace a control plane' | sed 's/SURVIVOR/k8s-master-2/; s/DEAD/k8s-master/')
step 'take the lost one out, once it is no longer Ready' eventually 180 "$(head --lines 1 <<<"$replace")"
# The page: "run 10-init.sh --token on SURVIVOR, and join DEAD".
join=$(commands 'Join the other nodes' | sed '/^done/q' |
  sed 's/ssh k8s-master /ssh k8s-master-2 /; s/^for node in .*; do/for node in k8s-master; do/')
step 'join it again' run_commands "$join"
runbook 'Verify'
kill "$asking"
silent=$(grep --count --invert-match ok "$LAB/log/livez" || true)
say "   the API was asked $(grep --count '' "$LAB/log/livez") times and did not answer $silent times"
[ "$silent" -le 3 ] || die 'the vip took too long to move'
