//! Options by their paths, from an `options.json`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::types::{DEEPEST, Shape, Type};

/// The options of a NixOS.
#[derive(Debug)]
pub struct Options {
    pub(super) root: OptionTree,
}

/// An option with those below it, or what several have in common.
#[derive(Debug)]
pub(super) struct OptionTree {
    children: BTreeMap<String, OptionTree>,
    /// Of a list, or of a set with attributes of any name.
    element: Option<Box<OptionTree>>,
    kind: Type,
    /// Its type in the words of the manual.
    pub(super) words: String,
}

/// An option of `options.json`, as far as it matters.
#[derive(Deserialize)]
struct Documented {
    #[serde(rename = "type", default)]
    kind: String,
}

/// Where options are that no `options.json` of NixOS has: internal ones, and those
/// of microvm.nix.
const ELSEWHERE: &[&str] = &["_module", "assertions", "microvm", "warnings"];

impl Options {
    /// The options of an `options.json`, as NixOS's manual is made of.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let documented: BTreeMap<String, Documented> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        if documented.is_empty() {
            return Err("it describes no options".to_owned());
        }
        let mut root = OptionTree::of(SUBMODULE);
        for (path, option) in &documented {
            root.place(path).describe(option.kind.trim());
        }
        for name in ELSEWHERE {
            let unknown = || OptionTree::of("unspecified value");
            root.children.entry((*name).to_owned()).or_insert_with(unknown);
        }
        Ok(Self { root })
    }
}

const SUBMODULE: &str = "submodule";

impl OptionTree {
    fn of(words: &str) -> Self {
        let words = words.to_owned();
        Self { children: BTreeMap::new(), element: None, kind: Type::parse(&words), words }
    }

    fn describe(&mut self, words: &str) {
        self.kind = Type::parse(words);
        words.clone_into(&mut self.words);
        if self.element.is_none() {
            self.element = self.kind.element().map(|kind| Box::new(Self::of_type(kind)));
        }
    }

    fn of_type(kind: Type) -> Self {
        let element = kind.element().map(|kind| Box::new(Self::of_type(kind)));
        Self { children: BTreeMap::new(), element, kind, words: "another type".to_owned() }
    }

    /// The option at a path, made where it is not there yet.
    fn place(&mut self, path: &str) -> &mut Self {
        segments(path).into_iter().take(DEEPEST).fold(self, |option, name| {
            let unknown = || Self::of(SUBMODULE);
            if is_placeholder(&name) {
                option.element.get_or_insert_with(|| Box::new(unknown()))
            } else {
                option.children.entry(name).or_insert_with(unknown)
            }
        })
    }

    /// The option below this one that a name means.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.get(name).or_else(|| self.of_any_name())
    }

    /// The option below this one that has any name.
    pub(super) fn of_any_name(&self) -> Option<&Self> {
        self.element().filter(|_| self.kind.has_any_name())
    }

    /// The names of the options below this one.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.children.keys().map(String::as_str)
    }

    /// The option that each element of a list is, or each attribute of a set.
    pub(super) fn element(&self) -> Option<&Self> {
        self.element.as_deref()
    }

    pub(super) fn takes(&self, shape: &Shape) -> bool {
        self.kind.admits(shape)
    }

    /// Whether attributes of unknown names are none of its business.
    pub(super) fn is_open(&self) -> bool {
        self.kind.is_open()
    }
}

/// `<name>`, `*`
fn is_placeholder(name: &str) -> bool {
    name == "*" || (name.starts_with('<') && name.ends_with('>'))
}

/// The names of a path; a quoted one may have dots in it.
fn segments(path: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut quoted = false;
    for c in path.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => names.push(String::new()),
            c => names.last_mut().into_iter().for_each(|name| name.push(c)),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_types_in_each_other_have_an_end() {
        const DEEP: usize = 50_000;
        let path = format!("{{ \"a{}\": {{ \"type\": \"boolean\" }} }}", ".a".repeat(DEEP));
        assert!(Options::from_json(&path).is_ok());
        for words in ["list of ", "(", "null or (attribute set of "] {
            let list = format!("{{ \"a\": {{ \"type\": \"{}x\" }} }}", words.repeat(DEEP));
            let options = Options::from_json(&list).expect("a list");
            assert!(options.root.child("a").expect("it is there").kind.is_open(), "{words}");
        }
    }

    #[test]
    fn an_options_json_is_read() {
        let options = Options::from_json(
            r#"{
                "fileSystems": { "type": "attribute set of (submodule)", "declarations": [] },
                "fileSystems.<name>.options": { "type": "non-empty (list of string)" },
                "environment.etc.\"a.b\".text": { "type": "null or string" }
            }"#,
        );
        let options = options.expect("it is one");
        let has = |path: &[&str]| {
            path.iter().try_fold(&options.root, |option, name| option.child(name)).is_some()
        };
        assert!(has(&["fileSystems", "/boot", "options"]));
        assert!(!has(&["fileSystems", "/boot", "device"]));
        assert!(has(&["environment", "etc", "a.b", "text"]));
        assert!(Options::from_json("{}").is_err());
        assert!(Options::from_json("[]").is_err());
    }
}
