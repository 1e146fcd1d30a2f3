# shellcheck shell=bash
# From 1.36 to 1.37 by the runbook, with pods on every node.
formed
everyone=$(ready </dev/null)
render 's/^kubernetes = .*/kubernetes = "1.37"\nkubernetes_nixpkgs = "github:NixOS\/nixpkgs\/nixos-unstable"/'
# The page of 1.37 goes on with the step that leads to it.
control_plane=$(commands 'Upgrade Kubernetes' 1) host=$(commands 'Upgrade Kubernetes' 2)
runbook 'Copy the bootstrap files'
step 'what kubeadm keeps' run_commands "$control_plane"
step 'the kubelet of the host' run_commands "$host"
for name in $(nodes); do
  change=$(commands 'Change a node' | sed "s/k8s-worker-[0-9]/$name/")
  step "drain and restart $name" run_commands "$(head --lines -1 <<<"$change")"
  step 'uncordon it, once the API answers' eventually 300 "$(tail --lines 1 <<<"$change")"
done
until_is 300 "$everyone" ready
runbook 'Copy the bootstrap files'
runbook 'Verify'
for name in $everyone; do
  version=$(kubectl get node "$name" --output 'jsonpath={.status.nodeInfo.kubeletVersion}' </dev/null)
  [[ $version == v1.37.* ]] || die "the kubelet of $name is $version"
done
