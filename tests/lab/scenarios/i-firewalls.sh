# shellcheck shell=bash
# Both firewalls and the three ways of bridged traffic: the cluster forms, and pods talk.
for firewall in iptables nftables; do
  for bridged in per-bridge allow-bridged off; do
    say "== $firewall, $bridged"
    change="/^name = \"homelab\"/a firewall = \"$firewall\"\nbridge_netfilter = \"$bridged\""
    [ "$bridged" != off ] || change+='\nflannel_nftables = true'
    form "$change"
    until_is 120 'homelab k8s-master k8s-worker-1 ' ready
    pods_talk
  done
done
