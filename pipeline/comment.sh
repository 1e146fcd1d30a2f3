#!/usr/bin/env bash
# Keeps one comment on the pull or merge request up to date that says what the
# branch does, as `review.sh` has written it down. It alone is given the token, and
# it runs nothing but what brings the comment there.
#
#   NIXGEN_REVIEW    the folder that `review.sh` wrote to
#   NIXGEN_COMMENT   whether to comment (true)
#   NIXGEN_REQUEST   the number of the pull or merge request; none for none
#   NIXGEN_TOKEN     what may write a comment; none where nobody may
set -euo pipefail

review=$NIXGEN_REVIEW
request=${NIXGEN_REQUEST:-}
token=${NIXGEN_TOKEN:-}
unset NIXGEN_TOKEN
if [ "${GITLAB_CI:-}" = true ]; then forge=gitlab; else forge=github; fi

# Without a base there is nothing to say.
[ -s "$review/comment" ] || exit 0
read -r marker <"$review/comment"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

say() {
  if [ "$forge" = github ]; then
    printf '::notice title=nixgen::%s\n' "$1"
  else
    printf '%s\n' "$1"
  fi
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
    printf 'Authorization: Bearer %s\nAccept: application/vnd.github+json\n' "$token"
  else
    api=$CI_API_V4_URL
    comments="$api/projects/$CI_PROJECT_ID/merge_requests/$request/notes"
    one=$comments
    update=PUT
    printf 'PRIVATE-TOKEN: %s\n' "$token"
  fi >"$work/headers"
  printf 'Content-Type: application/json\n' >>"$work/headers"
  jq --null-input --rawfile body "$review/comment" '{ body: $body }' >"$work/body"
  id=$(find_comment)
  if [ -n "$id" ]; then
    status=$(call "$update" "$one/$id" "$work/body")
  elif [ -e "$review/news" ]; then
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

if [ "$forge" = gitlab ]; then
  # A link that a branch has there would lead it anywhere.
  rm -rf -- nixgen-review.md
  cp -- "$review/comment" nixgen-review.md
fi

if [ "${NIXGEN_COMMENT:-true}" != true ]; then
  why=
elif ! [[ $request =~ ^[0-9]+$ ]]; then
  why="there is no pull or merge request to comment on"
elif [ -z "$token" ]; then
  why="there is no token that may write comments"
elif comment; then
  exit 0
fi
if [ "$forge" = github ]; then
  cat "$review/comment" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
  place="the summary of this step"
else
  place="nixgen-review.md, among the artifacts of this job"
fi
say "${why:+$why: }what this branch does is in $place"
