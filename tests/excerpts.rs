//! The excerpts of a file in which a diagnostic shows its places.

use nixgen::diagnostic::{Code, Diagnostic, render};
use nixgen::source::Source;

use crate::visible::is_unseen;

/// Lines are cut to about this many characters.
const WIDTH: usize = 160;

fn plain(source: &Source, found: Diagnostic) -> String {
    let styled = render(source, &[found], None);
    anstream::adapter::strip_str(&styled).to_string()
}

/// An error at a text, which has to be there.
fn at(source: &Source, text: &str) -> Diagnostic {
    let start = source.text().find(text).expect("it is there");
    Diagnostic::new(Code::InvalidValue, start..start + text.len(), "wrong")
}

#[test]
fn tabs_wide_letters_and_windows_line_ends_are_counted() {
    let source = Source::new("c.toml", "\tx =\t\"日本語\", \"b\"\r\ny = 2\r\n");
    let shown = plain(&source, at(&source, "\"b\""));
    let expected = "1 |     x =    \"日本語\", \"b\"\n  |                      ^^^\n";
    assert!(shown.contains(expected) && shown.contains("c.toml:1:13\n"), "{shown}");
}

#[test]
fn a_place_of_many_lines_is_shown_by_its_ends() {
    let source = Source::new("c.toml", format!("x = [\n{}]\n", "  1,\n".repeat(100)));
    let shown = plain(&source, at(&source, &source.text()[4..source.text().len() - 1]));
    assert!(shown.lines().count() < 14 && shown.contains("...   |\n"), "{shown}");
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let filler = "a".repeat(1 << 20);
    let source = Source::new("c.toml", format!("x = \"{filler}\", 7, \"{filler}\"\n"));
    for place in ["7", &filler] {
        let shown = plain(&source, at(&source, place));
        assert!(shown.lines().all(|line| line.chars().count() < 2 * WIDTH), "{shown}");
        assert!(shown.contains("...") && shown.contains('^'), "{shown}");
    }
}

#[test]
fn every_place_can_be_shown() {
    for text in ["", "\n", "x", "x = [", "x = [\n", "é", "\r", "\u{feff}", "x = '\u{0}'"] {
        let source = Source::new("c.toml", text);
        for start in 0..text.len() + 2 {
            for end in [start, start + 1, usize::MAX] {
                let shown = plain(&source, Diagnostic::new(Code::Syntax, start..end, "wrong"));
                assert!(shown.contains('^') || shown.contains('_'), "{text:?} {start} {shown}");
            }
        }
    }
}

#[test]
fn what_a_terminal_obeys_never_reaches_it() {
    const BAD: &str = "\u{1b}[2J \u{9b}2J \u{202e} \u{200f} \u{7} \r \u{feff}";
    let source = Source::new(BAD, format!("x = \"{BAD}\"\n"));
    let found = at(&source, BAD).help(BAD).related(Some(0..1), BAD);
    let shown = plain(&source, Diagnostic { message: BAD.to_owned(), ..found });
    assert!(!shown.contains(is_unseen), "{shown:?}");
    let (row, marks) = ("1 | x = \"<U+001B>[2J", "<U+FEFF>\"\n  | -    ^^^^^^^^");
    assert!(shown.contains(row) && shown.contains(marks), "{shown}");
}
