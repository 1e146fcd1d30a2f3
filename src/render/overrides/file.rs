//! A file of the user's folder, and the template that it takes the place of.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Code, Diagnostic};
use crate::render::{Bug, TemplateSource, template_column};
use crate::source::{self, Source, Span};
use crate::text::{closest, hex};

/// The largest template that is read: ours are a hundredth of it.
pub const MAX_BYTES: usize = 1 << 20;

/// The ending of every template's file name.
pub const ENDING: &str = ".tera";

const BASE_OPEN: &str = "{#- ejected by nixgen, base ";
const BASE_CLOSE: &str = " -#}";

/// A file of the folder, as it was found.
#[derive(Debug)]
pub struct Found {
    /// Its path, for messages.
    pub path: PathBuf,
    /// Its path below the folder.
    pub name: String,
    /// Its bytes.
    pub content: Result<Vec<u8>, NoText>,
}

/// The reason why a file has no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoText {
    /// It is larger than [`MAX_BYTES`].
    TooLarge,
    /// It is no file.
    Is(&'static str),
}

/// A file of the folder.
#[derive(Debug)]
pub struct Override {
    /// Its text, and its path for messages.
    pub source: Source,
    /// The findings about it.
    pub found: Vec<Diagnostic>,
    /// The template that it is, unless something is wrong with it.
    pub(super) template: Option<TemplateSource>,
}

impl Override {
    /// Whether the template that it was made of is another one now.
    pub fn is_stale(&self) -> bool {
        self.found.iter().any(|found| found.code == Code::StaleTemplate)
    }

    /// Puts a mistake to its line.
    pub(super) fn blame(&mut self, bug: &Bug) {
        let span = bug.template_line.map(|line| self.span(line, bug.template_column));
        // What else is wrong there most often follows from the first.
        if self.found.iter().any(|known| known.span == span) {
            return;
        }
        let place = match &bug.line {
            Some((number, text)) => {
                format!("`{}` gets, in line {number}: {}", bug.path, text.trim())
            }
            None => format!("it was to make `{}`", bug.path),
        };
        let found = Diagnostic::new(Code::BrokenTemplate, span, &bug.message);
        self.found.push(found.help(place));
    }

    /// A place in the text: from a column on (from 1), or what a line says.
    fn span(&self, line: usize, column: Option<usize>) -> Span {
        let text = self.source.text();
        let above: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let content = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let indent = content.len() - content.trim_start().len();
        let start = column.map_or(indent, |column| {
            let column = template_column(text, line, column);
            content.char_indices().nth(column.saturating_sub(1)).map_or(content.len(), |(at, _)| at)
        });
        let end = content.trim_end().len().max(start);
        above + start..above + end
    }
}

impl Found {
    /// The file in place of one of the known templates, whatever is wrong with it.
    pub(super) fn read(self, known: &[TemplateSource]) -> Override {
        let Self { path, name, content } = self;
        let (text, template, found) = match text(content) {
            Err((text, found)) => (text, None, Some(found)),
            Ok(text) => match replaced(&name, known) {
                Err(found) => (text, None, Some(found)),
                Ok(ours) => {
                    let found = stale(&text, ours);
                    // It is needed as long as the program runs, as ours are.
                    let own: &'static str = text.clone().leak();
                    (text, Some(TemplateSource { text: own, is_own: true, ..*ours }), found)
                }
            },
        };
        Override { source: Source::new(path, text), found: found.into_iter().collect(), template }
    }
}

/// The text of a file; or what can be shown of it, and what is wrong with it.
fn text(content: Result<Vec<u8>, NoText>) -> Result<String, (String, Diagnostic)> {
    let found = |span, message: &str| Diagnostic::new(Code::UnreadableTemplate, span, message);
    match content {
        Ok(bytes) => source::text(bytes).map_err(|valid| {
            let found = found(Some(valid.len()..valid.len()), "the file is not UTF-8 text here");
            (valid, found.help("save it as UTF-8"))
        }),
        Err(NoText::TooLarge) => {
            let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
            let help = "no template is nearly as large; is this the right file?";
            Err((String::new(), found(None, &message).help(help)))
        }
        Err(NoText::Is(what)) => {
            let message = format!("a template cannot be {what}");
            Err((String::new(), found(None, &message).help("put the file itself here")))
        }
    }
}

/// The template of ours that a file takes the place of, by its name.
fn replaced<'t>(name: &str, known: &'t [TemplateSource]) -> Result<&'t TemplateSource, Diagnostic> {
    let template = name.strip_suffix(ENDING);
    let ours = known.iter().find(|ours| template == Some(ours.name));
    ours.ok_or_else(|| {
        let name = template.unwrap_or(name);
        let help = match closest(name, known.iter().map(|ours| ours.name)) {
            Some(near) => format!("did you mean `{near}{ENDING}`?"),
            None => "`nixgen templates list` names them all".to_owned(),
        };
        let message = format!("nixgen has no template `{name}`");
        Diagnostic::new(Code::UnknownTemplate, None, message).help(help)
    })
}

/// The text of a template for the user's folder. Its first line keeps what it
/// was made of.
pub fn ejected(template: &TemplateSource) -> String {
    format!("{BASE_OPEN}{}{BASE_CLOSE}\n{}", base(template), template.text)
}

/// Says that ours has changed since.
fn stale(text: &str, ours: &TemplateSource) -> Option<Diagnostic> {
    let written = text.lines().next()?.strip_prefix(BASE_OPEN)?.strip_suffix(BASE_CLOSE)?;
    let base = base(ours);
    (written != base).then(|| {
        let span = BASE_OPEN.len()..BASE_OPEN.len() + written.len();
        let message = format!("nixgen's own `{}` has changed since this was made of it", ours.name);
        let help = format!(
            "`nixgen templates show {}` prints it: take over what you need, then write `{base}` here",
            ours.name
        );
        Diagnostic::new(Code::StaleTemplate, span, message).help(help)
    })
}

fn base(template: &TemplateSource) -> String {
    let hash = Sha256::digest(template.text);
    hex(hash.get(..8).unwrap_or(&hash))
}
