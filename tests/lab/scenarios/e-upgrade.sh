# shellcheck shell=bash
# From 1.36 to 1.37 by the runbook, with a web server that answers all the while.
formed
everyone=$(ready </dev/null)
render 's/^kubernetes = .*/kubernetes = "1.37"\nkubernetes_nixpkgs = "github:NixOS\/nixpkgs\/nixos-unstable"/'
runbook 'Copy the bootstrap files'
runbook 'Upgrade Kubernetes' 1
runbook 'Upgrade Kubernetes' 2
for name in $(nodes); do
  step "drain $name" on k8s-master "bash cluster/bootstrap/61-drain.sh $name" </dev/null
  step "restart $name" restart "$name"
  until_is 300 "$everyone" ready
  runbook 'Copy the bootstrap files'
  step "uncordon $name" on k8s-master "bash cluster/bootstrap/62-uncordon.sh $name" </dev/null
done
runbook 'Verify'
for name in $everyone; do
  version=$(kubectl get node "$name" --output 'jsonpath={.status.nodeInfo.kubeletVersion}' </dev/null)
  [[ $version == v1.37.* ]] || die "the kubelet of $name is $version"
done
