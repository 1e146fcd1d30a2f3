//! Diagnostics as people read them: the line of the file, underlined.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{Code, Diagnostic, Severity};
use crate::source::{Source, Span};

const GUTTER: Style = AnsiColor::Blue.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const BOLD: Style = Style::new().bold();

fn severity_style(severity: Severity) -> (Style, &'static str) {
    match severity {
        Severity::Error => (AnsiColor::Red.on_default().bold(), "error"),
        Severity::Warning => (AnsiColor::Yellow.on_default().bold(), "warning"),
    }
}

/// Renders findings with ANSI styles; the stream that prints them strips the
/// styles where they are not wanted.
pub fn render(source: &Source, diagnostics: &[Diagnostic]) -> String {
    let secrets: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == Code::LiteralSecret)
        .filter_map(|diagnostic| diagnostic.span.clone())
        .collect();
    let masked = (!secrets.is_empty()).then(|| source.masked(&secrets));
    let mut out = String::new();
    for diagnostic in diagnostics {
        one(&mut out, masked.as_ref().unwrap_or(source), diagnostic);
        out.push('\n');
    }
    out
}

fn one(out: &mut String, source: &Source, diagnostic: &Diagnostic) {
    let (style, word) = severity_style(diagnostic.code.severity());
    let _ = writeln!(
        out,
        "{style}{word}[{}]{style:#}{BOLD}: {}{BOLD:#}",
        diagnostic.code,
        visible(&diagnostic.message)
    );
    let places = diagnostic
        .span
        .iter()
        .map(|span| (span, "", style))
        .chain(diagnostic.related.iter().map(|r| (&r.span, r.message.as_str(), GUTTER)));
    for (index, (span, label, style)) in places.enumerate() {
        let arrow = if index == 0 { "-->" } else { ":::" };
        excerpt(out, source, span, arrow, label, style);
    }
    if diagnostic.span.is_none() {
        let _ = writeln!(out, "  {GUTTER}-->{GUTTER:#} {}", source.path().display());
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(out, "  {HELP}help{HELP:#}: {}", visible(help));
    }
}

fn excerpt(out: &mut String, source: &Source, span: &Span, arrow: &str, label: &str, style: Style) {
    /// Longer lines are cut around the place: a line of a megabyte helps nobody.
    const WIDTH: usize = 160;

    let start = source.position(span.start);
    let end = source.position(span.end.max(span.start));
    let number = start.line.to_string();
    let pad = " ".repeat(number.len());
    let line: Vec<char> = source.line(start.line).chars().collect();
    let last = if end.line == start.line { end.column } else { line.len() + 1 };
    let length = last.saturating_sub(start.column).max(1);
    let from = (start.column - 1).saturating_sub(WIDTH / 2);
    let shown: String = line.iter().skip(from).take(WIDTH).collect();
    let before: String = line.iter().skip(from).take(start.column - 1 - from).collect();
    let marked: String = line.iter().skip(start.column - 1).take(length.min(WIDTH)).collect();
    let indent = " ".repeat(visible(&before).chars().count());
    let marks = "^".repeat(visible(&marked).chars().count().max(1));
    let path = source.path().display();
    let _ = write!(
        out,
        "{pad}{GUTTER}{arrow}{GUTTER:#} {path}:{}:{}\n\
         {pad} {GUTTER}|{GUTTER:#}\n\
         {GUTTER}{number} |{GUTTER:#} {}\n\
         {pad} {GUTTER}|{GUTTER:#} {indent}{style}{marks}{style:#}",
        start.line,
        start.column,
        visible(&shown),
    );
    let _ = match label {
        "" => writeln!(out),
        label => writeln!(out, " {style}{}{style:#}", visible(label)),
    };
}

/// Replaces what would move the cursor, recolour the terminal or reorder the
/// text by a visible stand-in, so that a file cannot forge a message.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            c if c.is_control() => '\u{fffd}',
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                '\u{fffd}'
            }
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn underlines_the_span_and_shows_the_second_place() {
        let source =
            Source::new("cluster.toml", "[a]\nip = \"10.0.0.1\"\n[b]\nip = \"10.0.0.1\"\n");
        let found = Diagnostic::new(Code::DuplicateAddress, 29..39, "`10.0.0.1` is taken")
            .related(Some(9..19), "first used here")
            .help("choose another");
        assert_eq!(
            plain(&render(&source, &[found])),
            "error[NG0203]: `10.0.0.1` is taken\n --> cluster.toml:4:6\n  |\n4 | ip = \"10.0.0.1\"\n  |      ^^^^^^^^^^\n ::: cluster.toml:2:6\n  |\n2 | ip = \"10.0.0.1\"\n  |      ^^^^^^^^^^ first used here\n  help: choose another\n\n"
        );
    }

    #[test]
    fn a_secret_is_shown_in_no_line() {
        let source = Source::new("c", "[a]\nx = { token = \"abc\", y = 1 }\n");
        let at = source.text().find("\"abc").unwrap_or(0);
        let found = [
            Diagnostic::new(Code::LiteralSecret, at..at + 5, "a secret"),
            Diagnostic::new(Code::UnknownKey, at + 7..at + 8, "on the same line"),
        ];
        let shown = plain(&render(&source, &found));
        assert!(!shown.contains("abc"));
        assert_eq!(shown.matches("token = \"***\", y").count(), 2);
    }

    #[test]
    fn control_characters_of_the_file_never_reach_the_terminal() {
        let source = Source::new("c", "x = \"\u{1b}[2J\u{202e}\"\n");
        let found = Diagnostic::new(Code::InvalidValue, 4..12, "bad \u{1b}[31m");
        assert!(!plain(&render(&source, &[found])).contains(['\u{1b}', '\u{202e}']));
    }
}
