//! Findings about the user's `cluster.toml`: one type, many at once.
//!
//! A mistake of the user is a [`Diagnostic`]. A failing disk is an error of its
//! own stage, and a template that renders broken Nix is our bug; neither is one.

mod code;
mod human;
mod json;

pub use code::{Code, Severity};
pub use human::render;
pub use json::Object;

use crate::source::Span;
use crate::text::part;

/// The most findings that are collected and shown: nobody mends more at once.
pub const MOST: usize = 1000;

/// One finding, with the place it is about where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where in `cluster.toml`; `None` when no text can be blamed. A span that
    /// points at the wrong text is worse than none.
    pub span: Option<Span>,
    /// The mistake, as one sentence without a full stop.
    pub message: String,
    /// Other places that belong to it, such as "first used here".
    pub related: Vec<Related>,
    /// The way to mend it.
    pub help: Option<String>,
    /// The key of `cluster.toml` that it is about, as `nixgen explain` takes it.
    pub key: Option<String>,
}

/// A second place of a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// The part that the place has in the finding.
    pub message: String,
}

impl Diagnostic {
    /// A finding with its message.
    pub fn new(code: Code, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            span: span.into(),
            message: clipped(message.into()),
            related: Vec::new(),
            help: None,
            key: None,
        }
    }

    /// Adds what to type instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(clipped(help.into()));
        self
    }

    /// Adds a second place; without a span there is nothing to point at.
    #[must_use]
    pub fn related(mut self, span: Option<Span>, message: impl Into<String>) -> Self {
        if let Some(span) = span {
            self.related.push(Related { span, message: clipped(message.into()) });
        }
        self
    }

    /// Whether rendering must stop.
    pub fn is_error(&self) -> bool {
        self.severity != Severity::Warning
    }

    /// How to have it all the same, where it is refused until it is allowed.
    fn how_to_allow(&self) -> Option<String> {
        let slug = self.code.slug();
        let is_refused = [self.code.severity(), self.severity] == [Severity::Refused; 2];
        is_refused.then(|| {
            format!("if you mean it, add `--allow {slug}`, or `{slug} = \"allow\"` to `[lints]`")
        })
    }
}

/// Takes the middle out of a long text: a value that it repeats may have
/// megabytes.
fn clipped(text: String) -> String {
    const LONGEST: usize = 400;

    if text.len() <= LONGEST {
        return text;
    }
    let start = text.floor_char_boundary(LONGEST / 2);
    let end = text.ceil_char_boundary(text.len() - LONGEST / 2);
    format!("{}…{}", part(&text, ..start), part(&text, end..))
}

/// Orders findings by place, those without one first, and drops exact repeats.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let place = |d: &Diagnostic| d.span.as_ref().map_or((0, 0), |s| (s.start + 1, s.end));
        (place(a), a.code).cmp(&(place(b), b.code)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
}
