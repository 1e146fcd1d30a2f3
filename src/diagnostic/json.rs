//! Diagnostics as programs read them: one object each.

use std::borrow::Cow;

use serde::Serialize;

use super::{Diagnostic, Severity};
use crate::source::{Position, Source, Span};

/// A diagnostic with its places counted. Of the file's text it only has what
/// the message repeats, which never is a secret.
#[derive(Debug, Serialize)]
pub struct Object<'a> {
    code: &'static str,
    slug: &'static str,
    severity: Severity,
    message: &'a str,
    path: Cow<'a, str>,
    primary: Option<Place<'a>>,
    secondary: Vec<Place<'a>>,
    help: Option<&'a str>,
    key: Option<&'a str>,
    note: Option<String>,
}

/// Where something is: the end is behind its last character.
#[derive(Debug, Serialize)]
struct Place<'a> {
    bytes: &'a Span,
    start: Position,
    end: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

impl<'a> Object<'a> {
    /// A finding in a file.
    pub fn new(source: &'a Source, diagnostic: &'a Diagnostic) -> Self {
        let place = |span, message| Place {
            bytes: span,
            start: source.position(span.start),
            end: source.position(span.end),
            message,
        };
        let related = diagnostic.related.iter();
        Self {
            code: diagnostic.code.id(),
            slug: diagnostic.code.slug(),
            severity: diagnostic.severity,
            message: &diagnostic.message,
            path: source.path().to_string_lossy(),
            primary: diagnostic.span.as_ref().map(|span| place(span, None)),
            secondary: related.map(|r| place(&r.span, Some(r.message.as_str()))).collect(),
            help: diagnostic.help.as_deref(),
            key: diagnostic.key.as_deref(),
            note: diagnostic.how_to_allow(),
        }
    }
}
