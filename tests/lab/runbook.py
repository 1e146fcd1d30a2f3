#!/usr/bin/env python3
"""runbook.py PAGE HEADING [NUMBER]: the commands of a chapter of a rendered docs/cluster.md,
all of them, or those of its NUMBERth block. Those below a line "# on NODE, as root" become
calls of ssh."""

import re
import shlex
import sys

page, heading, *number = sys.argv[1:]
text = open(page).read()
found = re.search(rf"^### {re.escape(heading)}\n(.*?)(?=^##|\Z)", text, re.S | re.M)
if not found:
    sys.exit(f"runbook.py: no chapter `{heading}` in {page}")
blocks = re.findall(r"^```bash\n(.*?)^```", found.group(1), re.S | re.M)
if not blocks:
    sys.exit(f"runbook.py: no commands in `{heading}`")
node = None
for line in "".join(blocks if not number else blocks[int(number[0]) - 1]).splitlines():
    if comment := re.match(r"# on (the host|[a-z0-9-]+)\b.*as root", line):
        node = comment.group(1).replace("the host", "homelab")
    elif line.startswith(("ssh", "for", " ", "nix", "done")):
        node = None
    print(f"ssh {node} {shlex.quote(line)}" if node and not line.startswith("#") else line)
