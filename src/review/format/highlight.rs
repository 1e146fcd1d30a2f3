//! Lines of a hunk for a page: Nix in its colours, and the words that differ
//! marked.

use std::ops::Range;

use rnix::SyntaxKind;
use serde::Serialize;

use crate::review::hunks::Line;

/// A part of a line that is shown alike.
#[derive(Serialize)]
pub(super) struct Run<'a> {
    class: Option<&'static str>,
    is_marked: bool,
    text: &'a str,
}

/// Every line of one side of a hunk.
pub(super) fn lines<'a>(lines: &[&'a Line], is_nix: bool) -> Vec<Vec<Run<'a>>> {
    let classes = if is_nix { classes(lines) } else { vec![Vec::new(); lines.len()] };
    lines.iter().zip(classes).map(|(line, classes)| runs(line, &classes)).collect()
}

/// The classes of the tokens of each line, by bytes. The lines are read as one
/// text: a string can span several.
fn classes(lines: &[&Line]) -> Vec<Vec<(Range<usize>, &'static str)>> {
    let text = lines.iter().fold(String::new(), |text, line| text + &line.text + "\n");
    let mut found = vec![Vec::new(); lines.len()];
    let (mut line, mut start, mut at) = (0, 0, 0);
    for (kind, token) in rnix::tokenize(&text) {
        let class = class(kind, token);
        for part in token.split_inclusive('\n') {
            let range = at - start..at - start + part.trim_end_matches('\n').len();
            if let (Some(class), Some(line)) = (class, found.get_mut(line)) {
                line.push((range, class));
            }
            at += part.len();
            if part.ends_with('\n') {
                line += 1;
                start = at;
            }
        }
    }
    found
}

fn class(kind: SyntaxKind, token: &str) -> Option<&'static str> {
    match kind {
        SyntaxKind::TOKEN_COMMENT => Some("c"),
        SyntaxKind::TOKEN_STRING_START
        | SyntaxKind::TOKEN_STRING_CONTENT
        | SyntaxKind::TOKEN_STRING_END
        | SyntaxKind::TOKEN_PATH_ABS
        | SyntaxKind::TOKEN_PATH_REL
        | SyntaxKind::TOKEN_PATH_HOME
        | SyntaxKind::TOKEN_PATH_SEARCH
        | SyntaxKind::TOKEN_URI => Some("s"),
        SyntaxKind::TOKEN_INTEGER | SyntaxKind::TOKEN_FLOAT => Some("d"),
        SyntaxKind::TOKEN_IDENT if matches!(token, "true" | "false" | "null") => Some("d"),
        SyntaxKind::TOKEN_LET
        | SyntaxKind::TOKEN_IN
        | SyntaxKind::TOKEN_IF
        | SyntaxKind::TOKEN_THEN
        | SyntaxKind::TOKEN_ELSE
        | SyntaxKind::TOKEN_INHERIT
        | SyntaxKind::TOKEN_REC
        | SyntaxKind::TOKEN_WITH
        | SyntaxKind::TOKEN_ASSERT => Some("k"),
        _ => None,
    }
}

/// A line cut where its class or its being marked changes.
fn runs<'a>(line: &'a Line, classes: &[(Range<usize>, &'static str)]) -> Vec<Run<'a>> {
    let mut cuts = vec![0, line.text.len()];
    for range in line.changed.iter().chain(classes.iter().map(|(range, _)| range)) {
        cuts.extend([range.start, range.end]);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let run = |pair: &[usize]| {
        let &[start, end] = pair else { return None };
        let class = classes.iter().find(|(range, _)| range.contains(&start));
        let is_marked = line.changed.iter().any(|range| range.contains(&start));
        let text = line.text.get(start..end)?;
        Some(Run { class: class.map(|(_, class)| *class), is_marked, text })
    };
    cuts.windows(2).filter_map(run).collect()
}
