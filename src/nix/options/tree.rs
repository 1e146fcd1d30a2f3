//! Options by their paths, from the embedded table or from an `options.json`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::types::Type;

/// Every option that nixgen sets.
const TABLE: &str = include_str!("table.txt");

static EMBEDDED: LazyLock<Options> = LazyLock::new(|| Options::new(rows()));

/// What a flake says of itself.
const FLAKE: &[(&str, &str)] = &[
    ("description", "string"),
    ("inputs", "attribute set of (submodule)"),
    ("inputs.<name>.flake", "boolean"),
    ("inputs.<name>.inputs", "attribute set of (submodule)"),
    ("inputs.<name>.inputs.<name>.follows", "string"),
    ("inputs.<name>.url", "string"),
    ("nixConfig", "attribute set"),
    ("outputs", "function that evaluates to a(n) attribute set"),
];

static FLAKE_SCHEMA: LazyLock<Options> = LazyLock::new(|| Options::new(FLAKE.iter().copied()));

pub(super) fn flake_schema() -> &'static Node {
    &FLAKE_SCHEMA.root
}

/// The paths of the table, each with its type.
fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.filter_map(|row| row.split_once(' '))
}

/// Options, and what each takes.
#[derive(Debug)]
pub struct Options {
    pub(super) root: Node,
    /// What a NixOS module is, and a list of them.
    pub(super) module: Node,
    pub(super) modules: Node,
}

/// An option, or what several have in common.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) children: BTreeMap<String, Node>,
    /// Of a list, or of a set with attributes of any name.
    pub(super) element: Option<Box<Node>>,
    pub(super) kind: Type,
    /// Its type in the words of the manual.
    pub(super) words: String,
    #[cfg(test)]
    is_used: std::sync::atomic::AtomicBool,
}

/// An option of `options.json`, as far as it matters.
#[derive(Deserialize)]
struct Documented {
    #[serde(rename = "type", default)]
    kind: String,
}

impl Options {
    /// The options that nixgen itself sets.
    pub(super) fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// The options of an `options.json`, as NixOS's manual is made of.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let documented: BTreeMap<String, Documented> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        if documented.is_empty() {
            return Err("it describes no options".to_owned());
        }
        let rows = documented.iter();
        Ok(Self::new(rows.map(|(path, option)| (path.as_str(), option.kind.as_str()))))
    }

    fn new<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut root = Node::of(Type::SUBMODULE);
        for (path, kind) in rows {
            let place = root.place(path);
            place.describe(kind.trim());
        }
        let modules = format!("list of {}", Type::MODULE);
        Self { root, module: Node::of(Type::MODULE), modules: Node::of(&modules) }
    }

    /// Whether an option of nixgen's has one value, which no two modules can set.
    pub fn takes_one_value(path: &str) -> bool {
        let option = Self::embedded().at(path);
        option.is_some_and(|it| it.kind.is_single() && !it.words.contains("concatenated"))
    }

    /// Whether an option is one of other modules, or an internal one, which no
    /// `options.json` of NixOS has.
    pub(super) fn is_elsewhere(&self, node: &Node, name: &str) -> bool {
        let is_root = std::ptr::eq(node, &raw const self.root);
        is_root && EMBEDDED.root.children.contains_key(name)
    }

    /// An option by its path.
    pub(super) fn at(&self, path: &str) -> Option<&Node> {
        segments(path).iter().try_fold(&self.root, |node, name| node.child(name))
    }
}

impl Node {
    fn of(words: &str) -> Self {
        let mut node = Self {
            children: BTreeMap::new(),
            element: None,
            kind: Type::parse(Type::SUBMODULE),
            words: Type::SUBMODULE.to_owned(),
            #[cfg(test)]
            is_used: false.into(),
        };
        node.describe(words);
        node
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
        let words = "another type".to_owned();
        Self {
            children: BTreeMap::new(),
            element,
            kind,
            words,
            #[cfg(test)]
            is_used: false.into(),
        }
    }

    /// The node of a path, made where it is not there yet.
    fn place(&mut self, path: &str) -> &mut Self {
        segments(path).into_iter().fold(self, |node, name| {
            if is_placeholder(&name) {
                node.element.get_or_insert_with(|| Box::new(Self::of(Type::SUBMODULE)))
            } else {
                node.children.entry(name).or_insert_with(|| Self::of(Type::SUBMODULE))
            }
        })
    }

    /// The option below this one that a name means.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        let of_any_name = || self.element.as_deref().filter(|_| self.takes_any_name());
        self.children.get(name).or_else(of_any_name)
    }

    /// This node, of which a test wants to know that a module sets it.
    pub(super) fn used(&self) -> &Self {
        #[cfg(test)]
        self.is_used.store(true, std::sync::atomic::Ordering::Relaxed);
        self
    }

    /// Whether an attribute of any name is an element of this.
    pub(super) fn takes_any_name(&self) -> bool {
        self.kind.has_any_name()
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
            c => {
                if let Some(name) = names.last_mut() {
                    name.push(c);
                }
            }
        }
    }
    names
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_has_no_row_twice() {
        let paths: Vec<&str> = rows().map(|(path, _)| path).collect();
        assert!(paths.windows(2).all(|pair| pair[0] < pair[1]), "sorted, and each once");
    }

    /// The rows that nothing was set by.
    pub(in crate::nix::options) fn unused(options: &Options) -> Vec<&'static str> {
        let used = |path: &str| {
            let node = segments(path).iter().try_fold(&options.root, |node, name| {
                let element = || node.element.as_deref().filter(|_| is_placeholder(name));
                node.children.get(name).or_else(element)
            });
            node.is_some_and(|it| it.is_used.load(std::sync::atomic::Ordering::Relaxed))
        };
        rows().map(|(path, _)| path).filter(|path| !used(path)).collect()
    }

    pub(in crate::nix::options) fn fresh() -> Options {
        Options::new(rows())
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
        assert!(options.at("fileSystems./boot.options").is_some());
        assert!(options.at("fileSystems./boot.device").is_none());
        assert!(options.at("environment.etc.\"a.b\".text").is_some());
        assert!(Options::from_json("{}").is_err());
        assert!(Options::from_json("[]").is_err());
    }
}
