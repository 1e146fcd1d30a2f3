//! From rendered text to text that may be written: laid out by the chosen
//! formatter and parsed by rnix.

pub mod attrs;
mod format;
mod parse;

pub use parse::{syntax_errors, tokens};

use rayon::prelude::*;

use crate::input::types::{Formatter, RelPath};
use crate::render::{Bug, Language, RenderedFile};

/// Files that are fit to be written. Only [`ready`] makes one, so text that was
/// not laid out and parsed can neither be compared with the disk nor written.
#[derive(Debug)]
pub struct Ready {
    files: Vec<ReadyFile>,
}

/// A file that is fit to be written.
#[derive(Debug)]
pub struct ReadyFile {
    path: RelPath,
    text: String,
    executable: bool,
}

impl Ready {
    /// The files in the order of their paths.
    pub fn files(&self) -> &[ReadyFile] {
        &self.files
    }
}

impl ReadyFile {
    /// Where it goes.
    pub fn path(&self) -> &str {
        self.path.inside()
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is a script.
    pub fn executable(&self) -> bool {
        self.executable
    }
}

/// Lays out and parses every file; all bugs are returned, not only the first.
pub fn ready(files: Vec<RenderedFile>, formatter: Formatter) -> Result<Ready, Vec<Bug>> {
    let results: Vec<_> = files.into_par_iter().map(|file| finish(file, formatter)).collect();
    let mut files = Vec::with_capacity(results.len());
    let mut bugs = Vec::new();
    for result in results {
        match result {
            Ok(file) => files.push(file),
            Err(bug) => bugs.push(bug),
        }
    }
    files.sort_by(|a, b| a.path().cmp(b.path()));
    if bugs.is_empty() { Ok(Ready { files }) } else { Err(bugs) }
}

fn finish(file: RenderedFile, formatter: Formatter) -> Result<ReadyFile, Bug> {
    let RenderedFile { path, template, text, values: _, executable } = file;
    let text = match Language::of(template.name) {
        Language::Nix => {
            let bug = |line: Option<(usize, String)>, message: String| Bug {
                template: template.name.to_owned(),
                path: path.to_string(),
                line,
                message,
            };
            let laid_out = format::lay_out(&text, formatter).map_err(|reason| {
                // The parser knows the place better than a formatter does.
                match syntax_errors(&text).into_iter().next() {
                    Some(error) => bug(error.line, error.message),
                    None => bug(None, reason),
                }
            })?;
            if let Some(error) = laid_out.errors.into_iter().next() {
                return Err(bug(error.line, error.message));
            }
            laid_out.text
        }
        Language::Yaml | Language::Shell | Language::Markdown => tidy(&text),
    };
    Ok(ReadyFile { path, text, executable })
}

/// Drops what template tags leave behind: spaces at line ends, runs of empty
/// lines, and more or less than one line break at the end.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && empty) {
            out.push_str(line);
            out.push('\n');
        }
        empty = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Kind, TemplateSource};

    fn rendered(text: &'static str) -> Vec<RenderedFile> {
        vec![RenderedFile {
            path: RelPath::own("vms/a.nix"),
            template: TemplateSource { name: "vms/vm.nix", text, kind: Kind::Module },
            text: text.to_owned(),
            values: Vec::new(),
            executable: false,
        }]
    }

    #[test]
    fn broken_nix_never_becomes_ready_and_the_bug_names_its_line() {
        for formatter in [Formatter::Nixfmt, Formatter::Alejandra] {
            let bugs = ready(rendered("{\n  a = 1;\n  b = ;\n}\n"), formatter).unwrap_err();
            assert_eq!(bugs[0].template, "vms/vm.nix");
            assert_eq!(bugs[0].line, Some((3, "  b = ;".to_owned())), "{}", bugs[0]);
        }
    }

    #[test]
    fn layout_is_the_formatters_own() {
        let text = |formatter| {
            let ready = ready(rendered("{a=1;b=[ 1 2 ];}"), formatter).expect("valid Nix");
            ready.files()[0].text().to_owned()
        };
        assert_eq!(text(Formatter::Nixfmt), "{\n  a = 1;\n  b = [\n    1\n    2\n  ];\n}\n");
        assert_eq!(text(Formatter::Alejandra), "{\n  a = 1;\n  b = [1 2];\n}\n");
    }

    #[test]
    fn tidy_text_has_one_line_break_at_its_end() {
        assert_eq!(tidy("\n\na  \n\n\n\nb\n\n"), "a\n\nb\n");
        assert_eq!(tidy("a"), "a\n");
    }
}
