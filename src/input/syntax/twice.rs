//! Where a key was first written that is written twice: the parser of the
//! tables only says where the second one is.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash as _, Hasher as _};

use toml_parser::decoder::Encoding;
use toml_parser::parser::{EventReceiver, parse_document};
use toml_parser::{ErrorSink, Raw, Source, Span as TomlSpan};

use crate::source::Span;

/// The first place of each key, by its path from the top.
pub(super) struct FirstPlaces {
    first: HashMap<Path, Span>,
    /// The keys that had been there, and their paths.
    again: HashMap<usize, Path>,
}

/// A hash over the names on the way to a key: paths of any length take the same
/// room.
type Path = u64;

impl FirstPlaces {
    /// Walks over a text that follows the grammar.
    pub(super) fn of(text: &str) -> Self {
        let source = Source::new(text);
        let mut walk = Walk {
            source,
            found: Self { first: HashMap::new(), again: HashMap::new() },
            elements: HashMap::new(),
            table: 0,
            at: 0,
            around: Vec::new(),
            is_header: false,
        };
        parse_document(&source.lex().into_vec(), &mut walk, &mut ());
        walk.found
    }

    /// Where the key at a place was written before.
    pub(super) fn before(&self, place: &Span) -> Option<Span> {
        self.first.get(self.again.get(&place.start)?).cloned()
    }
}

/// What is open around a value.
enum Around {
    Table(Path),
    /// With the number of the element.
    List(Path, usize),
}

struct Walk<'a> {
    source: Source<'a>,
    found: FirstPlaces,
    /// How many `[[tables]]` a list of them has.
    elements: HashMap<Path, usize>,
    /// The table of the last header.
    table: Path,
    /// Where the walk is.
    at: Path,
    around: Vec<Around>,
    is_header: bool,
}

fn below(path: Path, name: impl std::hash::Hash) -> Path {
    let mut hasher = DefaultHasher::new();
    (path, name).hash(&mut hasher);
    hasher.finish()
}

impl Walk<'_> {
    fn header(&mut self) {
        (self.at, self.is_header) = (0, true);
    }

    fn end_header(&mut self) {
        (self.table, self.is_header) = (self.at, false);
    }

    /// Goes back to the table or the element of a list that is open.
    fn reset(&mut self) {
        self.at = match self.around.last() {
            None => self.table,
            Some(Around::Table(path)) => *path,
            Some(Around::List(path, element)) => below(*path, element),
        };
    }
}

impl EventReceiver for Walk<'_> {
    fn std_table_open(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) {
        self.header();
    }

    fn array_table_open(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) {
        self.header();
    }

    fn std_table_close(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) {
        self.end_header();
    }

    fn array_table_close(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) {
        let element = self.elements.entry(self.at).or_default();
        *element += 1;
        self.at = below(self.at, *element);
        self.end_header();
    }

    fn inline_table_open(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) -> bool {
        self.around.push(Around::Table(self.at));
        true
    }

    fn inline_table_close(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) {
        self.around.pop();
    }

    fn array_open(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) -> bool {
        self.around.push(Around::List(self.at, 0));
        self.reset();
        true
    }

    fn array_close(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) {
        self.around.pop();
    }

    fn value_sep(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) {
        if let Some(Around::List(_, element)) = self.around.last_mut() {
            *element += 1;
        }
        self.reset();
    }

    fn newline(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) {
        self.reset();
    }

    fn simple_key(&mut self, span: TomlSpan, kind: Option<Encoding>, _: &mut dyn ErrorSink) {
        let mut name = String::new();
        if let Some(raw) = self.source.get(span) {
            Raw::new_unchecked(raw.as_str(), kind, span).decode_key(&mut name, &mut ());
        }
        if let (true, Some(element)) = (self.is_header, self.elements.get(&self.at)) {
            self.at = below(self.at, *element);
        }
        self.at = below(self.at, name.as_str());
        match self.found.first.entry(self.at) {
            Entry::Vacant(entry) => {
                entry.insert(span.start()..span.end());
            }
            Entry::Occupied(_) => {
                self.found.again.insert(span.start(), self.at);
            }
        }
    }
}
