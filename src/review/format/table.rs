//! Tables in Markdown.

use std::fmt::Write as _;

/// A table of as many rows as fit before a size is reached.
pub(super) fn table<const N: usize>(
    out: &mut String,
    title: &str,
    heads: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
    until: usize,
) {
    let mut left_out = 0;
    let mut started = false;
    for row in rows {
        let line = format!("| {} |\n", row.join(" | "));
        if out.len() + line.len() + 100 > until {
            left_out += 1;
            continue;
        }
        if !started {
            let _ = write!(out, "{title}| {} |\n|{}\n", heads.join(" | "), "---|".repeat(N));
            started = true;
        }
        out.push_str(&line);
    }
    if left_out > 0 {
        let _ = write!(out, "\n{left_out} more are left out.\n");
    }
    if started || left_out > 0 {
        out.push('\n');
    }
}
