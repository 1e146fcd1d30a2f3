# shellcheck shell=bash
# Every node restarts, one after the other, and then all at once, by a power cut.
formed
everyone=$(ready </dev/null)
for name in $(nodes); do
  step "restart $name" restart "$name"
  until_is 300 "$everyone" ready
done
step 'restart the host' restart "$HOST"
until_is 300 "$everyone" ready
for name in "$HOST" $(nodes); do pull_plug "$name"; done
for name in "$HOST" $(nodes); do step "boot $name after a power cut" boot "$name"; done
until_is 600 "$everyone" ready
runbook 'Copy the bootstrap files'
runbook 'Verify'
