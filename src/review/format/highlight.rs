//! Lines of a hunk as HTML: Nix in its colours, and the words that differ
//! marked.

use std::ops::Range;

use rnix::SyntaxKind;

use super::plain;
use crate::render::html as xml;
use crate::review::hunks::Line;

/// Every line of one side of a hunk.
pub(super) fn lines(lines: &[&Line], is_nix: bool) -> Vec<String> {
    let classes = if is_nix { classes(lines) } else { vec![Vec::new(); lines.len()] };
    lines.iter().zip(classes).map(|(line, classes)| one(line, &classes)).collect()
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
fn one(line: &Line, classes: &[(Range<usize>, &'static str)]) -> String {
    let mut cuts = vec![0, line.text.len()];
    for range in line.changed.iter().chain(classes.iter().map(|(range, _)| range)) {
        cuts.extend([range.start, range.end]);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut out = String::with_capacity(line.text.len() * 2);
    for pair in cuts.windows(2) {
        let Some(text) = line.text.get(pair[0]..pair[1]) else { continue };
        let text = xml(&plain(text));
        let class = classes.iter().find(|(range, _)| range.contains(&pair[0]));
        let text = match class {
            Some((_, class)) => format!("<i class=\"{class}\">{text}</i>"),
            None => text,
        };
        let marked = line.changed.iter().any(|range| range.contains(&pair[0]));
        if marked {
            out.extend(["<mark>", &text, "</mark>"]);
        } else {
            out.push_str(&text);
        }
    }
    out
}
