#!/usr/bin/env bash
# Checks a tree in a pipeline of GitHub or GitLab, and keeps one comment on the
# pull or merge request up to date that says what the branch does. All that it is
# told comes from the environment, as data; none of it becomes code.
#
#   NIXGEN           the program (nixgen)
#   NIXGEN_CONFIG    the file (cluster.toml)
#   NIXGEN_OUT       the root of the tree (the folder of the file)
#   NIXGEN_ALLOW     diagnostics to pass over, between spaces; also NIXGEN_WARN
#                    and NIXGEN_DENY
#   NIXGEN_BASE      the revision that the branch is compared with; none for none
#   NIXGEN_COMMENT   whether to comment (true)
#   NIXGEN_REQUEST   the number of the pull or merge request; none for none
#   NIXGEN_TOKEN     what may write a comment; none where nobody may
#
# Its exit status is that of `nixgen check`.
set -euo pipefail

nixgen=${NIXGEN:-nixgen}
config=${NIXGEN_CONFIG:-cluster.toml}
base=${NIXGEN_BASE:-}
request=${NIXGEN_REQUEST:-}
if [ "${GITLAB_CI:-}" = true ]; then forge=gitlab; else forge=github; fi

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

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

say() {
  if [ "$forge" = github ]; then
    printf '::notice title=nixgen::%s\n' "$1"
  else
    printf '%s\n' "$1"
  fi
}

# What is wrong with the tree, beside its lines.
check() {
  if [ "$forge" = github ]; then
    "$nixgen" check "${flags[@]}" --format=github
    return
  fi
  "$nixgen" check "${flags[@]}" --format=sarif >nixgen.sarif 2>/dev/null || true
  jq --from-file "$(dirname -- "${BASH_SOURCE[0]}")/code-quality.jq" nixgen.sarif \
    >nixgen-code-quality.json || printf '[]\n' >nixgen-code-quality.json
  "$nixgen" check "${flags[@]}"
}

# What the branch does, as a comment. Fails when there is nothing to say.
review() {
  local status=0
  # CI makes clones that only have the last commit.
  if [[ $base =~ ^[0-9a-f]{40,64}$ ]] && ! git cat-file -e "$base^{commit}" 2>/dev/null; then
    git fetch --quiet --no-tags --depth=1 -- origin "$base" || true
  fi
  "$nixgen" diff "${flags[@]}" --base="$base" --format=markdown \
    >"$work/review" 2>"$work/said" || status=$?
  printf '%s\n' "$marker"
  case $status in
    0 | 1) cat "$work/review" ;;
    *)
      printf '## nixgen\n\nWhat this branch does is not known:\n\n<pre>\n'
      sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/@/\&#64;/g' "$work/said"
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

# Calls METHOD URL [FILE], keeps the answer and prints its status. The token is
# on no command line, which everybody on the machine can read.
call() {
  local data=()
  [ -z "${3:-}" ] || data=(--data-binary "@$3")
  curl --silent --show-error --max-time 60 --request "$1" --header "@$work/headers" \
    "${data[@]}" --output "$work/answer" --write-out '%{http_code}' -- "$2" || true
}

# The number of our comment, if there is one. Anybody can write our mark.
find_comment() {
  local page=1 ours
  if [ "$forge" = github ]; then
    ours='.user.type == "Bot" or (.author_association | IN("OWNER", "MEMBER", "COLLABORATOR"))'
  else
    [ "$(call GET "$api/user")" = 200 ] || return 0
    ours=".author.id == $(jq '.id' "$work/answer")"
  fi
  while [ "$page" -le 50 ]; do
    [ "$(call GET "$comments?per_page=100&page=$page")" = 200 ] || return 0
    jq --raw-output --arg marker "$marker" \
      "[.[] | select((.body // \"\") | startswith(\$marker)) | select($ours) | .id][0] // empty" \
      "$work/answer" >"$work/id"
    if [ -s "$work/id" ]; then cat "$work/id"; return; fi
    [ "$(jq length "$work/answer")" -eq 100 ] || return 0
    page=$((page + 1))
  done
}

# Posts the comment, or brings the one that is there up to date.
comment() {
  local id status
  if [ "$forge" = github ]; then
    api=$GITHUB_API_URL
    comments="$api/repos/$GITHUB_REPOSITORY/issues/$request/comments"
    one="$api/repos/$GITHUB_REPOSITORY/issues/comments"
    update=PATCH
    printf 'Authorization: Bearer %s\nAccept: application/vnd.github+json\n' "$NIXGEN_TOKEN"
  else
    api=$CI_API_V4_URL
    comments="$api/projects/$CI_PROJECT_ID/merge_requests/$request/notes"
    one=$comments
    update=PUT
    printf 'PRIVATE-TOKEN: %s\n' "$NIXGEN_TOKEN"
  fi >"$work/headers"
  printf 'Content-Type: application/json\n' >>"$work/headers"
  jq --null-input --rawfile body "$work/comment" '{ body: $body }' >"$work/body"
  id=$(find_comment)
  if [ -n "$id" ]; then
    status=$(call "$update" "$one/$id" "$work/body")
  elif [ "$has_news" = true ]; then
    status=$(call POST "$comments" "$work/body")
  else
    return 0
  fi
  case $status in
    2*) return 0 ;;
    401 | 403 | 404) why="the token may not write comments here, as in a pull request from a fork" ;;
    *) why="the comment was not taken (${status:-no answer})" ;;
  esac
  return 1
}

checked=0
check || checked=$?
[ -z "${GITHUB_OUTPUT:-}" ] || printf 'status=%s\n' "$checked" >>"$GITHUB_OUTPUT"
[ -n "$base" ] || exit "$checked"

# A comment for each file of which there is a cluster.
marker="<!-- nixgen $(printf '%s' "$config" | sha256sum | cut -c1-16) -->"
has_news=true
review >"$work/comment" || has_news=false
[ "$forge" = github ] || cp -- "$work/comment" nixgen-review.md

if [ "${NIXGEN_COMMENT:-true}" != true ]; then
  why=
elif ! [[ $request =~ ^[0-9]+$ ]]; then
  why="there is no pull or merge request to comment on"
elif [ -z "${NIXGEN_TOKEN:-}" ]; then
  why="there is no token that may write comments"
elif comment; then
  exit "$checked"
fi
if [ "$forge" = github ]; then
  cat "$work/comment" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
  place="the summary of this step"
else
  place="nixgen-review.md, among the artifacts of this job"
fi
say "${why:+$why: }what this branch does is in $place"
exit "$checked"
