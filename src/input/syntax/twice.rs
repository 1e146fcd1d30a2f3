//! Where a key was first written that is written twice: the parser of the
//! tables only says where the second one is.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash as _, Hasher as _};

use toml_parser::Source;
use toml_parser::parser::{Event, EventKind, parse_document};

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
    pub(super) fn find(text: &str) -> Self {
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
        parse_document(&source.lex().into_vec(), &mut |event| walk.follow(event), &mut ());
        walk.found
    }

    /// Where the key at a place was written before.
    pub(super) fn before(&self, place: &Span) -> Option<Span> {
        self.first.get(self.again.get(&place.start)?).cloned()
    }
}

/// A table or list that is open around a value.
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

impl Walk<'_> {
    fn follow(&mut self, event: Event) {
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                (self.at, self.is_header) = (0, true);
            }
            EventKind::StdTableClose => self.end_header(),
            EventKind::ArrayTableClose => {
                let element = self.elements.entry(self.at).or_default();
                *element += 1;
                self.at = below(self.at, *element);
                self.end_header();
            }
            EventKind::InlineTableOpen => self.around.push(Around::Table(self.at)),
            EventKind::ArrayOpen => {
                self.around.push(Around::List(self.at, 0));
                self.reset();
            }
            EventKind::InlineTableClose | EventKind::ArrayClose => {
                self.around.pop();
            }
            EventKind::ValueSep => {
                if let Some(Around::List(_, element)) = self.around.last_mut() {
                    *element += 1;
                }
                self.reset();
            }
            EventKind::Newline => self.reset(),
            EventKind::SimpleKey => self.enter(event),
            _ => {}
        }
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

    /// Goes to a key, and keeps its place.
    fn enter(&mut self, key: Event) {
        let mut name = String::new();
        if let Some(raw) = self.source.get(key) {
            raw.decode_key(&mut name, &mut ());
        }
        if let (true, Some(element)) = (self.is_header, self.elements.get(&self.at)) {
            self.at = below(self.at, *element);
        }
        self.at = below(self.at, name.as_str());
        let span = key.span().start()..key.span().end();
        match self.found.first.entry(self.at) {
            Entry::Vacant(entry) => {
                entry.insert(span);
            }
            Entry::Occupied(_) => {
                self.found.again.insert(span.start, self.at);
            }
        }
    }
}

/// The path of what is below one.
fn below(path: Path, name: impl std::hash::Hash) -> Path {
    let mut hasher = DefaultHasher::new();
    (path, name).hash(&mut hasher);
    hasher.finish()
}
