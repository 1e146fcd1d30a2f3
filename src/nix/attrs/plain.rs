//! The attributes of plain data, without a syntax tree.

use std::collections::BTreeMap;

use super::{AttrPath, Attrs, Entry, Value, segment};
use crate::nix::plain::{self, Bracket, Part};

/// The attributes of a text that is a set of plain values and nothing else; of one that
/// is not, a syntax tree has to tell.
pub(super) fn read(text: &str) -> Option<Attrs> {
    let mut open = Vec::new();
    let mut whole = None;
    plain::read(text, |part, range| {
        let at = range.start;
        match part {
            Part::Comment => Some(()),
            Part::Word(word) => put(self::word(word)?, at, open.last_mut()?),
            Part::Text(text) => put(Value::Text(unescaped(text)?.to_owned()), at, open.last_mut()?),
            Part::Open(Bracket::List) => {
                open.last()?;
                open.push(Open::List(Vec::new()));
                Some(())
            }
            Part::Open(Bracket::Set) => {
                match open.last_mut() {
                    Some(Open::Set(around)) => around.enter(),
                    _ => open.push(Open::Set(Set::default())),
                }
                Some(())
            }
            Part::Name(name) => {
                let Open::Set(set) = open.last_mut()? else { return None };
                set.path.push(segment(unescaped(name)?));
                Some(())
            }
            Part::Bound => {
                let Open::Set(set) = open.last_mut()? else { return None };
                set.path.truncate(set.inside.last().map_or(0, |(depth, _)| *depth));
                Some(())
            }
            Part::Close(_) => match open.last_mut()? {
                Open::Set(set) if !set.inside.is_empty() => set.leave(at),
                _ => {
                    let value = match open.pop()? {
                        Open::List(items) => Value::List(items),
                        Open::Set(set) if open.is_empty() => {
                            whole = Some((set, at));
                            return Some(());
                        }
                        Open::Set(set) => set.value(),
                    };
                    put(value, at, open.last_mut()?)
                }
            },
        }
    })?;
    let (mut whole, at) = whole?;
    if whole.entries.is_empty() {
        whole.add(Value::Set(BTreeMap::new()), at)?;
    }
    Some(Attrs { entries: whole.entries })
}

/// A value that is being read. A set that is the value of a name belongs to the set around
/// it, with longer paths.
enum Open {
    Set(Set),
    List(Vec<Value>),
}

#[derive(Default)]
struct Set {
    entries: BTreeMap<AttrPath, Entry>,
    path: Vec<String>,
    /// Of each set in it that the reader is in, the length of its path and the
    /// number of entries before it.
    inside: Vec<(usize, usize)>,
}

impl Set {
    fn enter(&mut self) {
        self.inside.push((self.path.len(), self.entries.len()));
    }

    /// An empty set is a value itself.
    fn leave(&mut self, at: usize) -> Option<()> {
        let (_, before) = self.inside.pop()?;
        if self.entries.len() > before {
            Some(())
        } else {
            self.add(Value::Set(BTreeMap::new()), at)
        }
    }

    /// Adds a value; one of a path that has one is for the tree to tell.
    fn add(&mut self, value: Value, offset: usize) -> Option<()> {
        let entry = Entry { value, offset };
        self.entries.insert(AttrPath(self.path.clone()), entry).is_none().then_some(())
    }

    fn value(self) -> Value {
        Value::Set(self.entries.into_iter().map(|(path, entry)| (path, entry.value)).collect())
    }
}

fn put(value: Value, at: usize, open: &mut Open) -> Option<()> {
    match open {
        Open::Set(set) => set.add(value, at),
        Open::List(items) => {
            items.push(value);
            Some(())
        }
    }
}

fn word(word: &str) -> Option<Value> {
    match word {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "null" => Some(Value::Null),
        number => number.parse().ok().map(Value::Int),
    }
}

/// A text that means what is written.
fn unescaped(text: &str) -> Option<&str> {
    (!text.contains(['\\', '\r', '$'])).then_some(text)
}

#[cfg(test)]
mod tests {
    use crate::nix::attrs::read;

    #[test]
    fn rendered_data_is_plain_and_the_tree_says_the_same() {
        let trees = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/trees");
        let mut count = 0;
        for entry in walkdir::WalkDir::new(trees) {
            let path = entry.expect("readable").into_path();
            if path.extension().is_none_or(|extension| extension != "nix") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a text");
            let plain = super::read(&text);
            assert!(plain.is_none() || plain == read::tree(&text), "{}", path.display());
            count += usize::from(plain.is_some());
        }
        assert!(count >= 3, "{count} data files");
    }
}
