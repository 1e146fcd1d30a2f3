//! A first walk over a text, by the events of its parser: whether they follow
//! TOML's grammar, and how much there is. It keeps one error and no table, so
//! its cost is bounded whatever the text.

use toml_parser::decoder::Encoding;
use toml_parser::lexer::Token;
use toml_parser::parser::{EventReceiver, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, ParseError, Raw, Source, Span};

/// The most words, signs and blanks that are read. Ten thousand VMs with labels,
/// ports, volumes and options of their own take two thirds of it.
const MOST_TOKENS: usize = 1 << 21;
/// The most keys and elements of lists, to the same measure. Each may be a table
/// or list of its own, of up to a kilobyte.
const MOST_ENTRIES: usize = 1 << 19;
/// The deepest table or list; `hosts.<name>.boot.root.device` is at five. The
/// parser of the tables gives up here too.
const DEEPEST: usize = 80;

/// Why a text is not read any further.
pub(super) enum Refusal {
    /// The first place that breaks the grammar.
    Grammar(ParseError),
    /// There is more than this number of something, and than any cluster needs.
    TooMuch(usize, &'static str),
}

/// Walks over a text once.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    let source = Source::new(text);
    let tokens: Vec<Token> = source.lex().take(MOST_TOKENS + 1).collect();
    if tokens.len() > MOST_TOKENS {
        return Err(Refusal::TooMuch(MOST_TOKENS, "words and signs"));
    }
    let mut outline = Outline::new(source);
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
        None if outline.entries > MOST_ENTRIES => {
            Err(Refusal::TooMuch(MOST_ENTRIES, "keys and values"))
        }
        None => Ok(()),
    }
}

struct Outline<'a> {
    source: Source<'a>,
    /// The keys and elements of lists so far.
    entries: usize,
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
    fn new(source: Source<'a>) -> Self {
        Self { source, entries: 0, base: 0, depth: 0, fresh: true, around: Vec::new() }
    }

    fn header(&mut self) {
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
        self.entries += 1;
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
        self.open(span, error)
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.close();
    }

    fn array_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.open(span, error)
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.close();
    }

    fn simple_key(&mut self, span: Span, kind: Option<Encoding>, error: &mut dyn ErrorSink) {
        self.entries += 1;
        if self.fresh {
            (self.depth, self.fresh) = (self.base, false);
            self.deeper(span, error);
        }
        if let Some(raw) = self.raw(span, kind) {
            raw.decode_key(&mut (), error);
        }
    }

    fn key_sep(&mut self, span: Span, error: &mut dyn ErrorSink) {
        self.deeper(span, error);
    }

    fn key_val_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        // The value counts in the key's place.
        self.entries = self.entries.saturating_sub(1);
        self.fresh = true;
    }

    fn scalar(&mut self, span: Span, kind: Option<Encoding>, error: &mut dyn ErrorSink) {
        self.entries += 1;
        if let Some(raw) = self.raw(span, kind) {
            let _ = raw.decode_scalar(&mut (), error);
        }
    }
}
