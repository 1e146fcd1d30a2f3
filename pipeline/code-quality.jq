# What `nixgen check --format sarif` found, as GitLab's Code Quality takes it.
[
  .runs[].results[] | {
    description: .message.text,
    check_name: .ruleId,
    severity: { error: "major", warning: "minor", note: "info" }[.level],
    location: {
      path: .locations[0].physicalLocation.artifactLocation.uri | ltrimstr("./"),
      lines: { begin: (.locations[0].physicalLocation.region.startLine // 1) }
    }
  }
  # One that stays is the same one in the next run.
  | .fingerprint = ([.check_name, .location.path, .description] | @base64)
]
