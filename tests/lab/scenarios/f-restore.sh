# shellcheck shell=bash
# A backup; then the control plane loses its disks and its keys; then the restore.
formed
mark() { kubectl create configmap "$1" </dev/null >/dev/null; }
marks() { kubectl get configmaps --selector '!x' --output "'jsonpath={.items[*].metadata.name}'" </dev/null; }
kubectl delete configmap before after --ignore-not-found </dev/null
mark before
runbook 'Back up the cluster'
mark after
pull_plug k8s-master
rm -rf -- "$LAB/run/k8s-master"/{etcd.img,kubelet.img,containerd.cow,shares/kubernetes}
mkdir --mode 0700 -- "$LAB/run/k8s-master/shares/kubernetes"
step 'start k8s-master with empty disks' boot k8s-master
runbook 'Copy the bootstrap files'
runbook 'Restore a backup'
found=$(marks)
[[ $found == *before* && $found != *after* ]] || die "the restored cluster has: $found"
until_is 600 'homelab k8s-master k8s-worker-1 ' ready
runbook 'Verify'
