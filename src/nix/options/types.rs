//! Types of options, in the words of the NixOS manual.
use crate::text::part;

/// The values that an option takes: any of these.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Type(Vec<Term>);

#[derive(Debug, Clone, PartialEq)]
enum Term {
    /// Whatever is not known, which is then no mistake.
    Any,
    Null,
    Bool,
    /// From the first to the last number.
    Int(i64, i64),
    Float,
    String,
    /// One word of several.
    Word(String),
    Path,
    Package,
    Function,
    List(Type),
    /// Attributes of any name.
    Set(Type),
    /// Attributes that are options themselves.
    Submodule,
}

/// The kind of a value, as far as it is known without evaluating it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Null,
    Bool,
    Int(Option<i64>),
    Float,
    /// With its text, where that is all there.
    String(Option<String>),
    Path,
    List,
    Set,
}

impl Shape {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool => "a boolean".to_owned(),
            Self::Int(Some(number)) => format!("the number {number}"),
            Self::Int(None) => "an integer".to_owned(),
            Self::Float => "a floating point number".to_owned(),
            Self::String(Some(text)) => format!("the string {text:?}"),
            Self::String(None) => "a string".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::List => "a list".to_owned(),
            Self::Set => "a set".to_owned(),
        }
    }
}

/// No option is below more others, and no type has more types in it.
pub(super) const DEEPEST: usize = 64;

impl Type {
    /// Reads the words; what they do not say plainly is anything.
    pub(super) fn parse(text: &str) -> Self {
        if text.matches(" of ").count() + text.matches('(').count() > DEEPEST {
            return Self(vec![Term::Any]);
        }
        Self(alternatives(text).into_iter().flat_map(term).collect())
    }

    pub(super) fn admits(&self, shape: &Shape) -> bool {
        self.0.iter().any(|kind| match (kind, shape) {
            (Term::Any, _)
            | (Term::Null, Shape::Null)
            | (Term::Bool, Shape::Bool)
            | (Term::Int(..), Shape::Int(None))
            | (Term::Float, Shape::Float)
            | (Term::String, Shape::String(_))
            | (Term::Word(_) | Term::Path | Term::Package, Shape::String(None))
            | (Term::Path | Term::Package | Term::Submodule, Shape::Path)
            | (Term::Package | Term::Function | Term::Set(_) | Term::Submodule, Shape::Set)
            | (Term::List(_), Shape::List) => true,
            (Term::Int(first, last), Shape::Int(Some(number))) => (first..=last).contains(&number),
            (Term::Word(word), Shape::String(Some(text))) => word == text,
            (Term::Path, Shape::String(Some(text))) => text.starts_with('/'),
            (Term::Package, Shape::String(Some(text))) => text.starts_with("/nix/store/"),
            _ => false,
        })
    }

    /// Whether attributes of unknown names are none of its business.
    pub(super) fn is_open(&self) -> bool {
        self.0.contains(&Term::Any)
    }

    /// The type of an element of a list or a set of this type.
    pub(super) fn element(&self) -> Option<Self> {
        let inner = self.0.iter().filter_map(|kind| match kind {
            Term::List(inner) | Term::Set(inner) => Some(&inner.0),
            _ => None,
        });
        let inner: Vec<Term> = inner.flatten().cloned().collect();
        (!inner.is_empty()).then_some(Self(inner))
    }

    /// Whether every attribute of a set is an element of it.
    pub(super) fn has_any_name(&self) -> bool {
        self.0.iter().any(|kind| matches!(kind, Term::Set(_)))
    }
}

/// The parts between `or`, outside of quotes and parentheses.
fn alternatives(text: &str) -> Vec<&str> {
    const OR: &str = " or ";
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quoted) = (0, 0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ' ' if !quoted && depth == 0 && part(text, at..).starts_with(OR) => {
                parts.push(part(text, start..at));
                start = at + OR.len();
            }
            _ => {}
        }
    }
    parts.push(part(text, start..));
    parts
}

fn term(text: &str) -> Vec<Term> {
    let text = text.trim();
    // The second of two types is turned into the first, and may be written.
    let text = text.strip_suffix(" convertible to it").unwrap_or(text);
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return Type::parse(inner).0;
    }
    let of = |prefix: &str| text.strip_prefix(prefix).map(Type::parse);
    if let Some(element) = of("list of ") {
        return vec![Term::List(element)];
    }
    if let Some(list) = of("non-empty ").filter(|list| list.element().is_some()) {
        return list.0;
    }
    if let Some(element) = of("attribute set of ").or_else(|| of("lazy attribute set of ")) {
        return vec![Term::Set(element)];
    }
    if text.starts_with("open submodule of ") {
        return vec![Term::Submodule, Term::Set(Type(vec![Term::Any]))];
    }
    if let Some(words) = text.strip_prefix("one of ") {
        return words.split(", ").map(word).collect();
    }
    if let Some(only) =
        text.strip_prefix("value ").and_then(|it| it.strip_suffix(" (singular enum)"))
    {
        return vec![word(only)];
    }
    let (noun, qualification) = text.split_once([',', ';']).unwrap_or((text, ""));
    vec![match noun {
        "null" => Term::Null,
        "boolean" => Term::Bool,
        "floating point number" => Term::Float,
        "string"
        | "non-empty string"
        | "single-line string"
        | "(optionally newline-terminated) single-line string" => Term::String,
        "path" | "absolute path" => Term::Path,
        "package" => Term::Package,
        "attribute set" => Term::Set(Type(vec![Term::Any])),
        "submodule" => Term::Submodule,
        _ if text.starts_with("strings concatenated with ") => Term::String,
        _ if text.starts_with("string matching the pattern ") => Term::String,
        _ if text.starts_with("function that evaluates to ") => Term::Function,
        "positive integer" => Term::Int(1, i64::MAX),
        "unsigned integer" => Term::Int(0, i64::MAX),
        "integer" | "signed integer" => Term::Int(i64::MIN, i64::MAX),
        _ if noun.contains("integer") => {
            let range = if qualification.is_empty() { text } else { qualification };
            between(range).map_or(Term::Any, |(first, last)| Term::Int(first, last))
        }
        _ => Term::Any,
    }]
}

fn word(text: &str) -> Term {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or(Term::Any, |inner| Term::Word(inner.to_owned()))
}

/// `… between 0 and 65535 (both inclusive)`
fn between(text: &str) -> Option<(i64, i64)> {
    let (first, last) = text.split_once("between ")?.1.split_once(" and ")?;
    let last = last.strip_suffix(" (both inclusive)")?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [Shape; 8] = [
        Shape::Null,
        Shape::Bool,
        Shape::Int(None),
        Shape::Float,
        Shape::String(None),
        Shape::Path,
        Shape::List,
        Shape::Set,
    ];

    fn admitted(text: &str) -> Vec<String> {
        let kind = Type::parse(text);
        SHAPES.iter().filter(|shape| kind.admits(shape)).map(Shape::words).collect()
    }

    #[test]
    fn the_manuals_words_are_understood() {
        for (text, shapes) in [
            ("boolean", &["a boolean"][..]),
            ("list of string, with spaces inside", &["a list"]),
            ("null or string", &["null", "a string"]),
            ("boolean or one of \"strict\", \"loose\"", &["a boolean", "a string"]),
            ("16 bit unsigned integer; between 0 and 65535 (both inclusive)", &["an integer"]),
            ("integer between 0 and 4094 (both inclusive)", &["an integer"]),
            ("attribute set of (submodule)", &["a set"]),
            ("non-empty (list of string (with check: non-empty))", &["a list"]),
            ("strings concatenated with \"\\n\"", &["a string"]),
            ("signed integer or floating point number", &["an integer", "a floating point number"]),
            ("absolute path", &["a string", "a path"]),
            ("list of (package or string)", &["a list"]),
            (
                "(attribute set of boolean) or (list of string) convertible to it",
                &["a list", "a set"],
            ),
        ] {
            assert_eq!(admitted(text), shapes, "{text}");
        }
        for unknown in ["TOML value", "raw value", "systemd option", "string or something else"] {
            assert_eq!(admitted(unknown).len(), SHAPES.len(), "{unknown}");
        }
    }

    #[test]
    fn numbers_and_words_have_limits() {
        let port = Type::parse("16 bit unsigned integer; between 0 and 65535 (both inclusive)");
        assert!(port.admits(&Shape::Int(Some(65535))) && !port.admits(&Shape::Int(Some(65536))));
        let word = Type::parse("value \"none\" (singular enum) or boolean");
        let text = |text: &str| Shape::String(Some(text.to_owned()));
        assert!(word.admits(&text("none")) && !word.admits(&text("non")));
        let positive = Type::parse("positive integer, meaning >0");
        assert!(!positive.admits(&Shape::Int(Some(0))));
    }

    #[test]
    fn elements_have_their_type() {
        let list = Type::parse("null or (list of (package or string))");
        let element = list.element().expect("a list has one");
        assert!(element.admits(&Shape::Set) && !element.admits(&Shape::Bool));
    }
}
