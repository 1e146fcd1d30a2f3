//! The options that a module sets, against those of the user's NixOS. What only
//! shows when it is evaluated is taken as right.

use std::ops::Range;

use super::tree::{OptionTree, Options};
use super::types::Shape;
use crate::nix::attrs::{AttrPath, Attrs, Value};
use crate::nix::finding::Finding;
use crate::render::nix_attribute;
use crate::text::closest;

/// Words of modules that are no options.
const WORDS: &[&str] =
    &["_class", "_file", "disabledModules", "freeformType", "key", "meta", "options"];

impl Options {
    /// Judges a module, but for what stands in a value: that is judged where it is
    /// written.
    pub(in crate::nix) fn judge(
        &self,
        module: &Attrs,
        values: &[Range<usize>],
        found: &mut Vec<Finding>,
    ) {
        let is_in_value = |at: usize| values.iter().any(|it| it.start < at && at < it.end);
        for (path, entry) in module.entries.iter().filter(|(_, it)| !is_in_value(it.offset)) {
            let at = entry.offset;
            Judge { root: &self.root, at, path: Vec::new(), found }.module(path, &entry.value);
        }
    }
}

struct Judge<'a> {
    root: &'a OptionTree,
    /// Where the value stands that is judged.
    at: usize,
    /// The option that it is at.
    path: Vec<String>,
    found: &'a mut Vec<Finding>,
}

impl<'a> Judge<'a> {
    fn module(&mut self, path: &AttrPath, value: &Value) {
        let path = path.unconditional();
        let rest = path.without(1);
        match path.segments().first().map(String::as_str) {
            Some("config") => self.set(&rest, value, self.root),
            Some("imports") => self.imports(value),
            Some(word) if WORDS.contains(&word) => {}
            _ => self.set(&path, value, self.root),
        }
    }

    /// The modules that are written out among the imports of another.
    fn imports(&mut self, value: &Value) {
        let Value::List(items) = value else { return };
        for item in items {
            if let Value::Set(module) = item {
                for (path, value) in module {
                    self.module(path, value);
                }
            }
        }
    }

    /// An attribute of a set.
    fn set(&mut self, path: &AttrPath, value: &Value, options: &'a OptionTree) {
        let depth = self.path.len();
        if let Some(option) = self.descend(path.segments(), options) {
            self.value(value, option);
        }
        self.path.truncate(depth);
    }

    /// The option at the end of a path, unless the path goes where anything may.
    fn descend(&mut self, path: &[String], mut options: &'a OptionTree) -> Option<&'a OptionTree> {
        for segment in path {
            let name = segment.trim_matches('"');
            options = if segment.starts_with("${") {
                options.of_any_name()?
            } else if nix_attribute(name) != *segment {
                // A name that is bound, a function's argument, and the like.
                return None;
            } else if let Some(option) = options.child(name) {
                option
            } else {
                if !options.is_open() {
                    self.unknown(segment, name, options);
                }
                return None;
            };
            self.path.push(segment.clone());
        }
        Some(options)
    }

    fn unknown(&mut self, segment: &str, name: &str, options: &OptionTree) {
        let path = self.path.iter().flat_map(|segment| [segment, "."]).collect::<String>();
        let near = closest(name, options.names());
        let hint = near.map_or_else(String::new, |near| format!("; `{path}{near}` is"));
        self.say(format!("`{path}{segment}` is no known option{hint}"));
    }

    fn value(&mut self, value: &Value, option: &'a OptionTree) {
        let Some(shape) = shape(value) else { return };
        if !option.takes(&shape) {
            let path = self.path.join(".");
            return self.say(format!("`{path}` takes {}, not {}", option.words, shape.words()));
        }
        match (value, option.element()) {
            (Value::Set(set), _) => set.iter().for_each(|(path, it)| self.set(path, it, option)),
            (Value::List(items), Some(element)) => {
                self.path.push("*".to_owned());
                for item in items {
                    self.value(item, element);
                }
                self.path.pop();
            }
            _ => {}
        }
    }

    fn say(&mut self, message: String) {
        self.found.push(Finding { at: self.at, message });
    }
}

/// The shape of a value, where it does not take evaluation to know it.
fn shape(value: &Value) -> Option<Shape> {
    Some(match value {
        Value::Null => Shape::Null,
        Value::Bool(_) => Shape::Bool,
        Value::Int(number) => Shape::Int(Some(*number)),
        Value::Text(text) => Shape::String(Some(text.clone())),
        Value::Path(_) => Shape::Path,
        Value::List(_) => Shape::List,
        Value::Set(_) => Shape::Set,
        Value::Code(_) => return None,
    })
}
