# shellcheck shell=bash
# The whole runbook again: it changes nothing.
formed
state() {
  kubectl get nodes,deployments,daemonsets,services,configmaps,secrets --all-namespaces \
    --output "'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.metadata.generation}{\"\\n\"}{end}'" </dev/null
  kubectl get pods --all-namespaces --output "'jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[*].restartCount}{\"\\n\"}{end}'" </dev/null | sort
}
before=$(state | grep --invert-match bootstrap-token)
for chapter in "${CHAPTERS[@]}"; do runbook "$chapter"; done
after=$(state | grep --invert-match bootstrap-token)
diff <(printf '%s\n' "$before") <(printf '%s\n' "$after") >&2 || die 'a second run of the runbook changed the cluster'
