# shellcheck shell=bash
# From the rendered tree to a cluster, by its runbook; then pods that talk across nodes.
form ''
until_is 120 'homelab k8s-master k8s-worker-1 ' ready
pods_talk
