# shellcheck shell=bash
# From the rendered tree to a cluster, by its runbook; then pods that talk across nodes.
form ''
until_is 120 'homelab k8s-master k8s-worker-1 ' ready

step 'start a web server on each node' on k8s-master 'kubectl apply --filename -' <"$HERE/scenarios/who.yaml"
step 'wait for them' kubectl rollout status daemonset/who --timeout 5m </dev/null
ip=$(kubectl get service who --output 'jsonpath={.spec.clusterIP}' </dev/null)
pods=$(kubectl get pods --selector app=who --output "'jsonpath={range .items[*]}{.metadata.name}={.spec.nodeName}={.status.podIP} {end}'" </dev/null)
for from in $pods; do
  IFS='=' read -r _ node _ <<<"$from"
  for to in $pods; do
    IFS='=' read -r pod there address <<<"$to"
    until_is 30 "$pod" on "$node" "curl --silent --max-time 5 http://$address:11434/who | cut --delimiter ' ' --fields 1"
    say "   from $node to the pod on $there"
  done
  # A Service answers from any of them.
  for ((i = 0; i < 6; i++)); do on "$node" "curl --fail --silent --max-time 5 http://$ip/who" </dev/null; done | cut --delimiter ' ' --fields 1 | sort --unique >"$LAB/log/who"
  say "   from $node to the Service: $(paste --serial --delimiters ' ' "$LAB/log/who")"
done
for address in 10.0.20.5 10.0.20.10 10.0.20.11; do
  on k8s-worker-1 "curl --fail --silent --max-time 5 http://$address:30080/who" </dev/null >/dev/null ||
    die "the node port does not answer at $address"
done
if in_net curl --silent --max-time 3 --output /dev/null http://192.168.1.10:30080/who; then
  die 'the node port answers on the network outside'
fi
