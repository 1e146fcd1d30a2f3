//! A first walk over a text, by the events of its parser: whether they follow
//! TOML's grammar, and how much there is. It keeps one error and no table, so
//! its cost is bounded whatever the text.

use toml_parser::decoder::Encoding;
use toml_parser::parser::{EventReceiver, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, ParseError, Raw, Source, Span};

/// The memory that the tables may take, in bytes, as estimated below. Ten
/// thousand VMs take a third of it. Lists and tables grow by doubling, so that
/// the whole program stays below 200 MB with it.
const MOST_MEMORY: usize = 128 << 20;
/// What a word, sign or blank takes while the tables are made of it, in bytes.
const TOKEN: usize = 60;
/// What a value takes, in bytes; with its key, where it has one.
const VALUE: usize = 250;
/// What a table takes, in bytes, even if it is empty.
const TABLE: usize = 700;
/// The deepest table or list; `hosts.<name>.boot.root.device` is at five. The
/// parser of the tables gives up here too.
const DEEPEST: usize = 80;

/// Why a text is not read any further.
pub(super) enum Refusal {
    /// The first place that breaks the grammar.
    Grammar(ParseError),
    /// There is more than any cluster needs.
    TooMuch,
}

/// Walks over a text once.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    let source = Source::new(text);
    let count = source.lex().take(MOST_MEMORY / TOKEN).count();
    let mut outline = Outline::new(source, count * TOKEN);
    if outline.is_too_large() {
        return Err(Refusal::TooMuch);
    }
    let mut tokens = Vec::with_capacity(count);
    tokens.extend(source.lex());
    let mut first: Option<ParseError> = None;
    let start = |error: &ParseError| error.unexpected().map_or(usize::MAX, |span| span.start());
    parse_document(
        &tokens,
        &mut ValidateWhitespace::new(&mut outline, source),
        &mut |error: ParseError| {
            if first.as_ref().is_none_or(|first| start(&error) < start(first)) {
                first = Some(error);
            }
        },
    );
    match first {
        Some(error) => Err(Refusal::Grammar(error)),
        None if outline.is_too_large() => Err(Refusal::TooMuch),
        None => Ok(()),
    }
}

struct Outline<'a> {
    source: Source<'a>,
    /// The memory that the tables will take, in bytes.
    memory: usize,
    /// How deep the table or list is that is open.
    base: usize,
    /// How deep the last key was.
    depth: usize,
    /// Whether the next key starts anew, and is not behind a dot.
    fresh: bool,
    /// The same two depths of what is around.
    around: Vec<(usize, usize)>,
}

impl<'a> Outline<'a> {
    fn new(source: Source<'a>, memory: usize) -> Self {
        Self { source, memory, base: 0, depth: 0, fresh: true, around: Vec::new() }
    }

    fn is_too_large(&self) -> bool {
        self.memory > MOST_MEMORY - TOKEN
    }

    fn header(&mut self) {
        self.memory += TABLE;
        (self.base, self.fresh) = (0, true);
    }

    fn deeper(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("more than {DEEPEST} tables and lists in each other");
            error.report_error(ParseError::new(message).with_unexpected(span));
        }
        self.depth <= DEEPEST
    }

    fn open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.around.push((self.base, self.depth));
        let allowed = self.deeper(span, error);
        (self.base, self.fresh) = (self.depth, true);
        allowed
    }

    fn close(&mut self) {
        (self.base, self.depth) = self.around.pop().unwrap_or_default();
        self.fresh = true;
    }

    fn raw(&self, span: Span, encoding: Option<Encoding>) -> Option<Raw<'a>> {
        let text = self.source.get(span)?.as_str();
        Some(Raw::new_unchecked(text, encoding, span))
    }
}

impl EventReceiver for Outline<'_> {
    fn std_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.header();
    }

    fn array_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.header();
    }

    fn std_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        (self.base, self.fresh) = (self.depth, true);
    }

    fn array_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        (self.base, self.fresh) = (self.depth, true);
    }

    fn inline_table_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.memory += TABLE;
        self.open(span, error)
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.close();
    }

    fn array_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.memory += VALUE;
        self.open(span, error)
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.close();
    }

    fn simple_key(&mut self, span: Span, kind: Option<Encoding>, error: &mut dyn ErrorSink) {
        if self.fresh {
            (self.depth, self.fresh) = (self.base, false);
            self.deeper(span, error);
        }
        if let Some(raw) = self.raw(span, kind) {
            raw.decode_key(&mut (), error);
        }
    }

    fn key_sep(&mut self, span: Span, error: &mut dyn ErrorSink) {
        self.memory += TABLE;
        self.deeper(span, error);
    }

    fn key_val_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.fresh = true;
    }

    fn scalar(&mut self, span: Span, kind: Option<Encoding>, error: &mut dyn ErrorSink) {
        self.memory += VALUE;
        if let Some(raw) = self.raw(span, kind) {
            let _ = raw.decode_scalar(&mut (), error);
        }
    }
}
