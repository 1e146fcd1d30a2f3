//! The formatters, and a way to use them on texts of many megabytes.

use rayon::prelude::*;
use rnix::SyntaxKind;

use super::parse::{SyntaxError, syntax_errors};
use crate::input::types::Formatter;

/// A text in its final layout, and what rnix says of it.
pub(super) struct LaidOut {
    pub(super) text: String,
    pub(super) errors: Vec<SyntaxError>,
}

/// Texts from this size on are laid out in pieces.
const LARGE: usize = 128 << 10;

pub(super) fn lay_out(text: &str, formatter: Formatter) -> Result<LaidOut, String> {
    if text.len() >= LARGE
        && let Some(laid_out) = in_pieces(text, formatter)
    {
        return laid_out;
    }
    let text = run(text, formatter)?;
    Ok(LaidOut { errors: syntax_errors(&text), text })
}

fn run(text: &str, formatter: Formatter) -> Result<String, String> {
    match formatter {
        Formatter::Nixfmt => nixfmt_rs::format(text).map_err(|error| error.to_string()),
        Formatter::Alejandra => {
            match alejandra::format::in_memory(String::new(), text.to_owned()) {
                (alejandra::format::Status::Error(reason), _) => Err(reason),
                (alejandra::format::Status::Changed(_), text) => Ok(text),
            }
        }
    }
}

/// Lays out the bindings of the largest attribute set in groups: a formatter's
/// memory grows with its input, and bindings do not influence each other's
/// layout. `None` when the text is not one big set of sets.
fn in_pieces(text: &str, formatter: Formatter) -> Option<Result<LaidOut, String>> {
    /// Bindings in a group.
    const GROUP: usize = 32;
    /// Stands for the groups in the frame around them.
    const HOLE: &str = "nixgen-hole = null;";

    let LargeSet { open, ends, close } = largest_set(text)?;
    if ends.len() < 2 * GROUP {
        return None;
    }
    let last = *ends.last()?;
    let mut bounds = vec![open];
    bounds.extend(ends.chunks(GROUP).filter_map(|group| group.last()).copied());
    // A comment behind a binding on its line belongs to that binding.
    let starts_on_its_line = |&at: &usize| text[at..].trim_start_matches(' ').starts_with('\n');
    let splits = text[last..close].trim().is_empty() && ends.iter().all(starts_on_its_line);
    if !splits || text.contains(HOLE) {
        return None;
    }
    let (head, tail) = (&text[..open], &text[close..]);
    let frame = match run(&format!("{head}\n{HOLE}\n{tail}"), formatter) {
        Ok(frame) => frame,
        Err(reason) => return Some(Err(reason)),
    };
    let errors = syntax_errors(&frame);
    let hole = frame.find(HOLE)?;
    let line = frame[..hole].rfind('\n')? + 1;
    let line_end = hole + HOLE.len() + 1;
    // The same nesting around each group gives it the same indentation.
    let depth = (frame[line..hole].len() / 2).saturating_sub(1);
    let (before, after) = ("{ x = ".repeat(depth), "; }".repeat(depth));
    let groups: Vec<Result<LaidOut, String>> = bounds
        .par_windows(2)
        .map(|bound| {
            let raw = &text[bound[0]..bound[1]];
            let body = raw.trim_start();
            let gap = raw[..raw.len() - body.len()].matches('\n').count();
            // An empty line between bindings stays; before the first one it is
            // for the formatter to say.
            let (body, empty) = if bound[0] == open {
                (raw.to_owned(), "")
            } else {
                (format!("\n{body}"), if gap > 1 { "\n" } else { "" })
            };
            let laid_out = run(&format!("{before}{{{body}\n}}{after}"), formatter)?;
            let body = inner_lines(&laid_out, depth + 1).unwrap_or_default();
            Ok(LaidOut { errors: syntax_errors(&laid_out), text: format!("{empty}{body}") })
        })
        .collect();
    let mut out = LaidOut { text: frame[..line].to_owned(), errors };
    for group in groups {
        match group {
            Ok(group) => {
                out.text.push_str(&group.text);
                out.errors.extend(group.errors);
            }
            Err(reason) => return Some(Err(reason)),
        }
    }
    out.text.push_str(&frame[line_end..]);
    Some(Ok(out))
}

/// The text without its first and last `depth` lines.
fn inner_lines(text: &str, depth: usize) -> Option<&str> {
    let mut start = 0;
    let mut end = text.trim_end().len();
    for _ in 0..depth {
        start += text[start..].find('\n')? + 1;
        end = text[..end].rfind('\n')?;
    }
    text.get(start..=end)
}

/// An attribute set in a text, by byte offsets.
struct LargeSet {
    /// Behind its opening brace.
    open: usize,
    /// Behind each of its bindings.
    ends: Vec<usize>,
    /// Before its closing brace.
    close: usize,
}

/// The set that holds most of the text, in a file that is one set: a value of
/// one of its bindings. Tokens are enough to find it, and a tree of a text of
/// this size would cost more than laying it out.
fn largest_set(text: &str) -> Option<LargeSet> {
    let mut depth = 0_usize;
    let mut at = 0;
    let mut last_kind = None;
    let mut inner: Option<LargeSet> = None;
    for (kind, token) in rnix::tokenize(text) {
        let start = at;
        at += token.len();
        match kind {
            SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT => continue,
            SyntaxKind::TOKEN_L_BRACE => {
                depth += 1;
                if depth == 2 && last_kind == Some(SyntaxKind::TOKEN_ASSIGN) {
                    inner = Some(LargeSet { open: at, ends: Vec::new(), close: at });
                }
            }
            SyntaxKind::TOKEN_R_BRACE => {
                depth = depth.checked_sub(1)?;
                if let (1, Some(set)) = (depth, &mut inner) {
                    set.close = start;
                    if (set.close - set.open) * 2 > text.len() {
                        return inner;
                    }
                    inner = None;
                }
            }
            SyntaxKind::TOKEN_SEMICOLON if depth == 2 => {
                if let Some(set) = &mut inner {
                    set.ends.push(at);
                }
            }
            // A function, a `let` or the like before the set: not plain data.
            _ if depth == 0 => return None,
            _ => {}
        }
        last_kind = Some(kind);
    }
    None
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn large(machines: usize) -> String {
        let mut text =
            "# Two lines\n# of comment.\n{ order = [ \"a\" \"b\" ]; definitions = {\n".to_owned();
        for n in 0..machines {
            text.push_str(if n % 3 == 0 { "\n\n\n" } else { "" });
            let _ = writeln!(
                text,
                "# machine {n}\nvm-{n} = {{ ip = \"10.0.0.{n}\"; tags = [ \"x\" \"y\" ]; ports = {{ ssh = 22; }}; one = [ 1 ]; long = \"{}\"; }};",
                "z".repeat(40)
            );
        }
        text + "}; k8s = { a = 1; b = { c = 2; }; }; }"
    }

    #[test]
    fn pieces_give_the_text_of_the_whole() {
        for formatter in [Formatter::Nixfmt, Formatter::Alejandra] {
            for machines in [64, 65, 96, 1000] {
                let text = large(machines);
                let pieces =
                    in_pieces(&text, formatter).expect("it is large").expect("it is valid");
                assert!(pieces.errors.is_empty());
                let whole = run(&text, formatter).expect("it is valid");
                let differ = pieces.text.lines().zip(whole.lines()).position(|(a, b)| a != b);
                assert_eq!(differ, None, "{formatter} {machines}");
                assert_eq!(pieces.text.len(), whole.len());
            }
        }
    }

    #[test]
    fn what_cannot_be_split_is_left_whole() {
        assert!(in_pieces("{ lib }: lib", Formatter::Nixfmt).is_none());
        assert!(in_pieces(&large(3), Formatter::Nixfmt).is_none());
    }
}
