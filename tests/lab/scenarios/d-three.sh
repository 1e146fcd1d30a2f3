# shellcheck shell=bash
# A cluster that has a vip from the start, from one control plane to three; then the first
# one loses its disks and is replaced. The API answers all the while.
form "$WITH_VIP"
(while sleep 1; do on k8s-worker-1 'curl --insecure --silent --max-time 20 https://10.0.20.100:6443/livez' </dev/null; echo; done >"$LAB/log/livez") &
asking=$!
trap 'kill "$asking"; stop_all; net_down' EXIT
for i in 2 3; do
  render "/^\[workloads.ollama\]/i [vms.k8s-master-$i]\nrole = \"control-plane\"\nvlan = \"services\"\nip = \"10.0.20.1$((i + 1))\"\nmemory = \"2304MiB\"\n"
done
render '/^name = "homelab"/a first_control_plane = "k8s-master"'
runbook 'Deploy the machines' 1
for name in k8s-master k8s-worker-1; do step "switch $name" switch "$name"; done
for i in 2 3; do step "start k8s-master-$i" boot "k8s-master-$i"; done
for chapter in 'Copy the bootstrap files' 'Join the other nodes' 'Verify'; do runbook "$chapter"; done

pull_plug k8s-master
rm -rf -- "$LAB/run/k8s-master"/{etcd.img,kubelet.img,containerd.cow,shares/kubernetes}
mkdir --mode 0700 -- "$LAB/run/k8s-master/shares/kubernetes"
step 'wait for the vip on another' until_is 300 ok on k8s-worker-1 'curl --insecure --silent --max-time 5 https://10.0.20.100:6443/livez'
render 's/^first_control_plane = .*/first_control_plane = "k8s-master-2"/'
runbook 'Deploy the machines' 1
step 'start k8s-master with empty disks' boot k8s-master
for chapter in 'Copy the bootstrap files' 'Join the other nodes' 'Verify'; do runbook "$chapter"; done
kill "$asking"
silent=$(grep --count --invert-match ok "$LAB/log/livez" || true)
say "   the API was asked $(grep --count '' "$LAB/log/livez") times and did not answer $silent times"
