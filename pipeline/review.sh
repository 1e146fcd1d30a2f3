#!/usr/bin/env bash
# Checks a tree in a pipeline of GitHub or GitLab, and writes down what the branch
# does, for `comment.sh`. All that it is told comes from the environment, as data;
# none of it becomes code.
#
#   NIXGEN           the program (nixgen)
#   NIXGEN_CONFIG    the file (cluster.toml)
#   NIXGEN_OUT       the root of the tree (the folder of the file)
#   NIXGEN_ALLOW     diagnostics to pass over, between spaces; also NIXGEN_WARN
#                    and NIXGEN_DENY
#   NIXGEN_BASE      the revision that the branch is compared with; none for none
#   NIXGEN_REVIEW    the folder that what the branch does is written to
#
# Its exit status is that of `nixgen check`.
set -euo pipefail

nixgen=${NIXGEN:-nixgen}
config=${NIXGEN_CONFIG:-cluster.toml}
base=${NIXGEN_BASE:-}
review=$NIXGEN_REVIEW
if [ "${GITLAB_CI:-}" = true ]; then forge=gitlab; else forge=github; fi

# What an earlier run has said is said no more.
mkdir -p -- "$review"
rm -f -- "$review/comment" "$review/news"

# A link that a branch has there could show what this job alone may read. Of a file
# that is not there nixgen says so.
here=$(pwd -P)
real=$(realpath -- "$config" 2>/dev/null) || real=$here/$config
if [[ $real != "$here"/* || $real == "$here"/.git/* ]]; then
  printf 'nixgen: %q leads out of what the branch holds\n' "$config" >&2
  exit 2
fi

flags=(--config="$config" --color=never)
[ -z "${NIXGEN_OUT:-}" ] || flags+=(--out="$NIXGEN_OUT")
add() {
  local codes code
  read -ra codes <<<"${2//$'\n'/ }"
  for code in "${codes[@]}"; do flags+=("--$1=$code"); done
}
add allow "${NIXGEN_ALLOW:-}"
add warn "${NIXGEN_WARN:-}"
add deny "${NIXGEN_DENY:-}"
# They are said now, and nixgen itself would read them.
unset NIXGEN_ALLOW NIXGEN_WARN NIXGEN_DENY

# What is wrong with the tree, beside its lines.
check() {
  if [ "$forge" = github ]; then
    "$nixgen" check "${flags[@]}" --format=github
    return
  fi
  # A link that a branch has there would lead what is written anywhere.
  rm -rf -- nixgen.sarif nixgen-code-quality.json
  "$nixgen" check "${flags[@]}" --format=sarif >nixgen.sarif 2>/dev/null || true
  jq --from-file "$(dirname -- "${BASH_SOURCE[0]}")/code-quality.jq" nixgen.sarif \
    >nixgen-code-quality.json || printf '[]\n' >nixgen-code-quality.json
  "$nixgen" check "${flags[@]}"
}

# Git on the clone that this job made. Left to itself it would also take what a
# branch has that looks like a repository, with programs to start.
clone() {
  git --git-dir=.git -c core.hooksPath=/dev/null -c core.fsmonitor=false "$@"
}

# What the branch does, as a comment. Fails when there is nothing to say.
review() {
  local status=0
  # CI makes clones that only have the last commit.
  if [[ $base =~ ^[0-9a-f]{40,64}$ ]] && ! clone cat-file -e "$base^{commit}" 2>/dev/null; then
    clone fetch --quiet --no-tags --no-recurse-submodules --depth=1 -- origin "$base" || true
  fi
  "$nixgen" diff "${flags[@]}" --base="$base" --format=markdown \
    >"$review/changes" 2>"$review/said" || status=$?
  printf '%s\n' "$marker"
  case $status in
    0 | 1) cat "$review/changes" ;;
    *)
      printf '## nixgen\n\nWhat this branch does is not known:\n\n<pre>\n'
      # Not at a line's start, where GitLab obeys what begins with a slash.
      sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/@/\&#64;/g; s/^/  /' "$review/said"
      printf '</pre>\n'
      ;;
  esac
  # shellcheck disable=SC2016 # The quotes are Markdown's.
  case $checked in
    0) printf '\n`nixgen check` passes.\n' ;;
    1) printf '\n**`nixgen check` fails**: `nixgen render` makes the tree what the file says.\n' ;;
    *) printf '\n**`nixgen check` fails**, with status %s.\n' "$checked" ;;
  esac
  [ "$status" -ne 0 ] || [ "$checked" -ne 0 ]
}

checked=0
check || checked=$?
[ -z "${GITHUB_OUTPUT:-}" ] || printf 'status=%s\n' "$checked" >>"$GITHUB_OUTPUT"
[ -n "$base" ] || exit "$checked"

# A comment for each file of which there is a cluster.
marker="<!-- nixgen $(printf '%s' "$config" | sha256sum | cut -c1-16) -->"
if review >"$review/comment"; then touch "$review/news"; fi
exit "$checked"
