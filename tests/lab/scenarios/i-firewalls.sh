# shellcheck shell=bash
# Both firewalls and the three ways of bridged traffic: every machine starts anew with each,
# the cluster comes up, and pods talk.
formed
everyone=$(ready </dev/null)
for firewall in iptables nftables; do
  for bridged in per-bridge allow-bridged off; do
    say "== $firewall, $bridged"
    flannel=false
    [ "$bridged" != off ] || flannel=true
    render "/^(firewall|bridge_netfilter|flannel_nftables) = /d
      /^name = \"homelab\"/a firewall = \"$firewall\"\nbridge_netfilter = \"$bridged\"\nflannel_nftables = $flannel"
    step 'evaluate the rendered flake' machines "$TREE"
    runbook 'Copy the bootstrap files'
    runbook 'Install the pod network'
    # What answers then has started since.
    kubectl delete daemonset,service who --ignore-not-found </dev/null
    for name in "$HOST" $(nodes); do pull_plug "$name"; done
    for name in "$HOST" $(nodes); do step "boot $name" boot "$name"; done
    until_is 600 "$everyone" ready
    pods_talk
  done
done
runbook 'Copy the bootstrap files'
runbook 'Verify'
