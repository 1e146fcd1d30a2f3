//! Diagnostics as people read them: the lines of the file, underlined.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Severity};
use crate::source::{Source, Span};
use crate::text::{part, visible, visible_line, wrapped};

/// Longer lines are cut around the place: a line of a megabyte helps nobody.
const WIDTH: usize = 160;
/// The columns of `error[NG0203]: `, and a little.
const HEAD: usize = 16;
/// The longest text that is drawn as a whole, in bytes.
const LONG: usize = 1 << 16;
/// Places that are at most as many lines apart are shown in one excerpt.
const NEAR: usize = 6;

/// Renders findings with ANSI styles, for a terminal of so many columns; the stream that
/// prints them strips the styles where they are not wanted.
pub fn render(source: &Source, diagnostics: &[Diagnostic], columns: Option<usize>) -> String {
    let renderer = Renderer::styled().term_width(columns.map_or(WIDTH, |it| it.min(WIDTH)));
    // What is said stands behind `error[NG0203]: `.
    let columns = columns.map(|it| it.saturating_sub(HEAD).max(HEAD));
    diagnostics
        .iter()
        .map(|diagnostic| renderer.render(&[one(source, diagnostic, columns)]) + "\n\n")
        .collect()
}

fn one<'a>(source: &'a Source, diagnostic: &'a Diagnostic, columns: Option<usize>) -> Group<'a> {
    let said = |text: &str| wrapped(&visible_line(text), columns).into_owned();
    let level = match diagnostic.severity {
        Severity::Error | Severity::Refused => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(said(&diagnostic.message)).id(diagnostic.code.id());
    let mut group = Group::with_title(title);
    let path = visible_line(&source.path().to_string_lossy()).into_owned();
    let mut places = places(diagnostic).peekable();
    if places.peek().is_none() {
        group = group.element(Origin::path(path.clone()));
    }
    while let Some(place) = places.next() {
        let mut excerpt = Excerpt::around(source, place);
        while let Some(next) = places.next_if(|next| excerpt.is_near(source, &next.0)) {
            excerpt.add(source, next);
        }
        group = excerpt.add_to(group, source, &path);
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(said(help)));
    }
    if let Some(note) = diagnostic.how_to_allow() {
        group = group.element(Level::NOTE.message(said(&note)));
    }
    group
}

/// A place, what to say there, and how it is underlined.
type Place<'a> = (Span, Option<&'a str>, AnnotationKind);

fn places(diagnostic: &Diagnostic) -> impl Iterator<Item = Place<'_>> {
    let primary = diagnostic.span.iter().map(|span| (span.clone(), None, AnnotationKind::Primary));
    let related = diagnostic.related.iter().map(|related| {
        (related.span.clone(), Some(related.message.as_str()), AnnotationKind::Context)
    });
    primary.chain(related)
}

/// Lines of the file with places in them.
struct Excerpt<'a> {
    /// Where the first of them starts.
    start: usize,
    first: usize,
    last: usize,
    places: Vec<Place<'a>>,
}

impl<'a> Excerpt<'a> {
    fn around(source: &Source, place: Place<'a>) -> Self {
        let (first, last) = lines(source, &place.0);
        Self { start: place.0.start, first, last, places: vec![place] }
    }

    fn is_near(&self, source: &Source, span: &Span) -> bool {
        let (first, last) = lines(source, span);
        let near = first <= self.last + NEAR && self.first <= last + NEAR;
        near && source.lines(first.min(self.first), last.max(self.last)).len() <= LONG
    }

    fn add(&mut self, source: &Source, place: Place<'a>) {
        let (first, last) = lines(source, &place.0);
        self.first = self.first.min(first);
        self.last = self.last.max(last);
        self.places.push(place);
    }

    /// Draws it, as the next part of a message.
    fn add_to(self, group: Group<'a>, source: &'a Source, path: &str) -> Group<'a> {
        let whole = source.lines(self.first, self.last);
        let text = if whole.len() > LONG { self.cut(source, &whole) } else { whole.clone() };
        let shown = visible(part(source.text(), text.clone()));
        let is_as_written = matches!(shown, Cow::Borrowed(_));
        let place = |at: usize| {
            let before = text.start..at.clamp(text.start, text.end);
            shown.floor_char_boundary(visible(part(source.text(), before)).len())
        };
        let annotation = |(span, label, kind): &Place<'a>| {
            let start = place(source.text().floor_char_boundary(span.start));
            let end = place(source.text().ceil_char_boundary(span.end));
            kind.span(start..end).label(label.map(visible_line))
        };
        let annotations: Vec<_> = self.places.iter().map(annotation).collect();
        let snippet = Snippet::source(shown).line_start(self.first).annotations(annotations);
        if is_as_written && text.start == whole.start {
            return group.element(snippet.path(path.to_owned()));
        }
        // The columns of what is shown are not those of the line.
        let start = source.position(self.start);
        let origin = Origin::path(path.to_owned()).line(start.line).char_column(start.column);
        group.element(origin).element(snippet)
    }

    /// The surroundings of the start of the place in a text that is too long; there
    /// is only one place then.
    fn cut(&self, source: &Source, whole: &Span) -> Span {
        let from = source.text().floor_char_boundary(self.start.saturating_sub(2 * WIDTH));
        let to = source.text().ceil_char_boundary(self.start.saturating_add(4 * WIDTH));
        from.max(whole.start)..to.min(whole.end)
    }
}

/// The first and the last line of a place.
fn lines(source: &Source, span: &Span) -> (usize, usize) {
    let first = source.line_at(span.start);
    // A place that ends with a line does not reach into the next one.
    (first, source.line_at(span.end.saturating_sub(1)).max(first))
}
