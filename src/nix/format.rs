//! The formatters, and a way to use them on texts of many megabytes.

use rayon::prelude::*;

use super::split::{HOLE, Split};
use crate::input::types::Formatter;

/// A text in its final layout, unless its formatter cannot read it.
pub(super) fn lay_out(text: &str, formatter: Formatter) -> Option<String> {
    let in_pieces = Split::of(text).and_then(|split| in_pieces(&split, formatter));
    in_pieces.or_else(|| run(text, formatter))
}

fn run(text: &str, formatter: Formatter) -> Option<String> {
    match formatter {
        Formatter::Nixfmt => nixfmt_rs::format(text).ok(),
        Formatter::Alejandra => {
            match alejandra::format::in_memory(String::new(), text.to_owned()) {
                (alejandra::format::Status::Error(_), _) => None,
                (alejandra::format::Status::Changed(_), text) => Some(text),
            }
        }
    }
}

/// Lays out the frame and the groups each by itself; `None` also when the frame
/// comes out in a way that has no place for the groups.
fn in_pieces(split: &Split<'_>, formatter: Formatter) -> Option<String> {
    let frame = run(&split.frame(), formatter)?;
    let (before, after) = frame.split_once(HOLE)?;
    let (before, indentation) = before.rsplit_once('\n')?;
    // The same nesting around each group gives it the same indentation.
    let depth = (indentation.len() / 2).saturating_sub(1);
    let (open, close) = ("{ x = ".repeat(depth), "; }".repeat(depth));
    let groups: Vec<_> = split.groups().enumerate().collect();
    let groups = groups.into_par_iter().map(|(index, raw)| {
        let body = raw.trim_start();
        let gap = raw.strip_suffix(body).map_or(0, |gap| gap.matches('\n').count());
        // An empty line between bindings stays; before the first one it is
        // for the formatter to say.
        let (body, empty) = if index == 0 {
            (raw.to_owned(), "")
        } else {
            (format!("\n{body}"), if gap > 1 { "\n" } else { "" })
        };
        let laid_out = run(&format!("{open}{{{body}\n}}{close}"), formatter)?;
        Some(format!("{empty}{}", inner_lines(&laid_out, depth + 1).unwrap_or_default()))
    });
    let groups: String = groups.collect::<Option<Vec<_>>>()?.concat();
    Some(format!("{before}\n{groups}{}", after.strip_prefix('\n')?))
}

/// The text without its first and last `depth` lines.
fn inner_lines(text: &str, depth: usize) -> Option<&str> {
    let inner = |(start, end): (usize, usize), _| {
        let first = text.get(start..)?.find('\n')?;
        Some((start + first + 1, text.get(..end)?.rfind('\n')?))
    };
    let (start, end) = (0..depth).try_fold((0, text.trim_end().len()), inner)?;
    text.get(start..=end)
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
                let split = Split::of_any(&text).expect("it is large");
                let pieces = in_pieces(&split, formatter).expect("it splits");
                let whole = run(&text, formatter).expect("it is valid");
                let differ = pieces.lines().zip(whole.lines()).position(|(a, b)| a != b);
                assert_eq!(differ, None, "{formatter} {machines}");
                assert_eq!(pieces.len(), whole.len());
            }
        }
    }
}
