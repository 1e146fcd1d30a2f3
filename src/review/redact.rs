//! Values and texts of a review without the secrets in them. nixgen renders none, but
//! what a person wrote into a file is in every diff of it.

use std::collections::HashSet;

use toml::de::DeValue;

use crate::input::canonical;
use crate::nix::attrs::Value;
use crate::origin::KeyPath;
use crate::render::Language;
use crate::secret::{
    HIDDEN, NamePath, are_arguments, hide_all, in_lines, in_looks, in_nix, in_nix_value, mask,
    name_of_value, named_beside,
};

/// A value at a path without what may be a secret in it.
pub(crate) fn value<'a>(path: impl IntoIterator<Item = &'a str>, value: &'a Value) -> Value {
    hide_value(&mut path.into_iter().collect(), value)
}

/// The items of a list at a path, each as it is and as it is shown; what stands before one
/// may say that it is a secret.
pub(crate) fn items<'a>(
    path: impl IntoIterator<Item = &'a str>,
    list: &'a Value,
) -> Option<Vec<(String, String)>> {
    let (Value::List(items), Value::List(shown)) = (list, value(path, list)) else { return None };
    Some(items.iter().zip(&shown).map(|(is, shown)| (is.to_string(), shown.to_string())).collect())
}

fn hide_value<'a>(path: &mut NamePath<'a>, value: &'a Value) -> Value {
    match value {
        Value::Text(text) if path.secret_in(text).is_some() => Value::Text(HIDDEN.to_owned()),
        Value::Text(text) => Value::Text(hide_all(text)),
        Value::Code(code) => {
            let secrets = [in_nix_value(path, code), in_looks(code)].concat();
            Value::Code(mask(code, 0, &secrets))
        }
        Value::List(items) => {
            let words: Vec<&str> = items.iter().map(|item| item.text().unwrap_or("-")).collect();
            let are_secret = are_arguments(&words).into_iter();
            let shown = items.iter().zip(are_secret).map(|(item, is_secret)| match item {
                Value::Text(_) if is_secret => Value::Text(HIDDEN.to_owned()),
                item => hide_value(path, item),
            });
            Value::List(shown.collect())
        }
        Value::Set(entries) => {
            let above = path.len();
            let beside = |name: &str| {
                let mut entries = entries.iter();
                entries.find(|(names, _)| names.segments() == [name])?.1.text()
            };
            let entries = entries.iter().map(|(names, value)| {
                names.segments().iter().for_each(|name| path.push(name_of_value(name, beside)));
                let shown = (names.clone(), hide_value(path, value));
                path.truncate(above);
                shown
            });
            Value::Set(entries.collect())
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Path(_) => value.clone(),
    }
}

/// A value of `cluster.toml` on one line, without what may be a secret in it.
/// None is let into the file, but one that was may be what a change takes out.
pub(super) fn toml<'a>(path: impl IntoIterator<Item = &'a str>, value: &'a DeValue<'_>) -> String {
    let line = canonical(&hide_toml(&mut path.into_iter().collect(), value));
    mask(&line, 0, &in_looks(&line))
}

/// The items of a list of `cluster.toml`, likewise.
pub(super) fn toml_items<'a>(
    path: impl IntoIterator<Item = &'a str>,
    list: &'a DeValue<'_>,
) -> Option<Vec<(String, String)>> {
    let shown = hide_toml(&mut path.into_iter().collect(), list);
    let texts = |list: &DeValue<'_>| -> Option<Vec<String>> {
        Some(list.as_array()?.iter().map(|item| canonical(item.get_ref())).collect())
    };
    Some(texts(list)?.into_iter().zip(texts(&shown)?).collect())
}

/// The way to a value of `cluster.toml`, likewise: names can be anything.
pub(super) fn key_path(path: &KeyPath) -> String {
    let path = path.to_string();
    mask(&path, 0, &in_looks(&path))
}

fn hide_toml<'a, 't>(path: &mut NamePath<'a>, value: &'a DeValue<'t>) -> DeValue<'t> {
    let mut hidden = value.clone();
    match (value, &mut hidden) {
        (DeValue::String(text), _) if path.secret_in(text).is_some() => {
            return DeValue::String(HIDDEN.into());
        }
        (DeValue::String(text), _) => return DeValue::String(hide_all(text).into()),
        (DeValue::Array(items), DeValue::Array(hidden)) => {
            let words = items.iter().map(|item| item.get_ref().as_str().unwrap_or("-"));
            let are_secret = are_arguments(&words.collect::<Vec<_>>());
            for ((item, hidden), is_secret) in items.iter().zip(hidden.iter_mut()).zip(are_secret) {
                *hidden.get_mut() = match item.get_ref() {
                    DeValue::String(_) if is_secret => DeValue::String(HIDDEN.into()),
                    item => hide_toml(path, item),
                };
            }
        }
        (DeValue::Table(table), DeValue::Table(hidden)) => {
            let above = path.len();
            for ((key, item), (_, hidden)) in table.iter().zip(hidden.iter_mut()) {
                path.push(named_beside(table, key.get_ref()));
                *hidden.get_mut() = hide_toml(path, item.get_ref());
                path.truncate(above);
            }
        }
        _ => {}
    }
    hidden
}

/// A text without what may be a secret in those of its lines that are shown; its
/// lines stay as many. One that a person may have written is given with what is
/// rendered in its place: no line of that has a secret that is one by its name.
pub(super) fn text(path: &str, text: &str, rendered: Option<&str>, shown: &[bool]) -> String {
    let mut sure = in_looks(text);
    let mut in_lines_of_a_person = Vec::new();
    match (Language::of(path), rendered) {
        // What is rendered has the values that are only warned of.
        (Some(Language::Nix), _) => sure.extend(in_nix(NamePath::default(), text)),
        (_, Some(_)) => in_lines_of_a_person = in_lines(text),
        (_, None) => {}
    }
    let all = [sure.as_slice(), &in_lines_of_a_person].concat();
    let known: HashSet<&str> = rendered.unwrap_or_default().lines().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (line, shown) in text.split_inclusive('\n').zip(shown) {
        let is_rendered = known.contains(line.trim_end_matches(['\r', '\n']));
        if *shown {
            out += &mask(line, at, if is_rendered { &sure } else { &all });
        } else {
            out += line;
        }
        at += line.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nix::attrs::Attrs;
    use crate::secret::{SECRETS, refuse};

    /// The ways to write the name of a secret.
    fn spellings(secret: &str) -> Vec<String> {
        let words = match secret.strip_suffix("key") {
            Some("") | None => vec![secret],
            Some(first) => vec![first, "key"],
        };
        let capital = |word: &&str| word[..1].to_uppercase() + &word[1..];
        let camel: String = words.iter().map(capital).collect();
        vec![
            words.join("_"),
            words.join("-"),
            words.join("_").to_uppercase(),
            format!("admin{camel}"),
            format!("wifi.{camel}2"),
            format!("{}s", words.join("")),
        ]
    }

    /// Bindings that have a text under a name, in TOML and in Nix.
    fn bindings(name: &str, text: &str) -> [(String, String); 4] {
        let (key, text) = (name.replace('.', "\".\""), format!("\"{text}\""));
        [
            format!("a.\"{key}\" = {text}"),
            format!("\"{key}\" = [[ {text} ]]"),
            format!("\"{key}\" = {{ x = {{ y = {text} }} }}"),
            format!("a = [ {{ \"{key}\" = {text} }} ]"),
        ]
        .map(|toml| {
            let nix = toml.replace("[[", "[ [").replace(']', " ]").replace(" }", "; }");
            (toml.replace("] ]", "]]"), format!("{{ {nix}; }}"))
        })
    }

    /// Whether input refuses it, and the three ways in which output may hide it.
    fn verdicts(toml: &str, nix: &str) -> [bool; 4] {
        let document = toml::de::DeTable::parse(toml).expect("TOML");
        let document = toml::Spanned::new(0..0, DeValue::Table(document.into_inner()));
        let mut refused = Vec::new();
        refuse(toml, &document, &mut refused);
        let read: Attrs = nix.parse().expect("Nix");
        let is_hidden = |text: String| text.contains(HIDDEN);
        [
            !refused.is_empty(),
            is_hidden(super::toml([], document.get_ref())),
            is_hidden(super::text("a.nix", nix, None, &[true])),
            read.entries.iter().any(|(path, entry)| {
                let path = path.segments().iter().map(String::as_str);
                is_hidden(value(path, &entry.value).to_string())
            }),
        ]
    }

    #[test]
    fn what_output_would_hide_input_refuses_and_nothing_else() {
        for name in SECRETS.iter().flat_map(|secret| spellings(secret)) {
            for (toml, nix) in bindings(&name, "hunter2") {
                assert_eq!(verdicts(&toml, &nix), [true; 4], "{toml}\n{nix}");
            }
            for reference in ["/run/secrets/x", "ext:x", "yes"] {
                for (toml, nix) in bindings(&name, reference) {
                    assert_eq!(verdicts(&toml, &nix), [false; 4], "{toml}\n{nix}");
                }
            }
            for (toml, nix) in bindings(&format!("{name}File"), "hunter2") {
                assert_eq!(verdicts(&toml, &nix), [false; 4], "{toml}\n{nix}");
            }
        }
    }

    #[test]
    fn an_expression_is_shown_without_the_texts_in_it() {
        let shown = |code: &str| value(["a", "psk"], &Value::Code(code.to_owned())).to_string();
        assert_eq!(shown("config.sops.secrets.x.path"), "config.sops.secrets.x.path");
        assert_eq!(shown("let x = 1; in f \"one\""), "let x = 1; in f \"***\"");
    }

    #[test]
    fn secrets_are_hidden_and_lines_stay() {
        let text = |path, text: &str, rendered| {
            super::text(path, text, rendered, &vec![true; text.lines().count()])
        };
        let nix = "{\n  a.password = ''\n    one\n    two\n  '';\n  secrets = { x = [ \"three\" ]; y = true; };\n  b = \"-----BEGIN PRIVATE KEY-----\\nfour\\n-----END PRIVATE KEY-----\";\n  c = \"abcdef.0123456789abcdef five\";\n  passwordFile = \"/run/six\";\n}\n";
        assert_eq!(
            text("a.nix", nix, None),
            "{\n  a.password = ''\n    ***\n    ***\n  '';\n  secrets = { x = [ \"***\" ]; y = true; };\n  b = \"***\";\n  c = \"*** five\";\n  passwordFile = \"/run/six\";\n}\n"
        );
        let others = "{\n  x = [ \"--password\" \"one\" ];\n  y = [ { value = \"two\"; name = \"DB_PASSWORD\"; } ];\n  # token = \"three\"\n  passwordFile = pkgs.writeText \"x\" \"six\";\n  z = \"--token=${four} --psk five\";\n}\n";
        let shown = others
            .replace("one", "***")
            .replace("two", "***")
            .replace("\"x\" \"six\"", "\"***\" \"***\"")
            .replace("\"three\"", "***");
        assert_eq!(text("a.nix", others, None), shown.replace("five", "***"));
        let shell = "# the token of a node\nTOKEN=abc\nkubeadm join --token abc\ntoken=\"$(cat \"$file\")\"\n";
        assert_eq!(
            text("a.sh", shell, Some("x")),
            "# the token of a node\nTOKEN=***\nkubeadm join --token ***\ntoken=\"$(cat \"$file\")\"\n"
        );
        let yaml = "password: \"abc\"\nmaxTokens: 3\ntoken: def\n";
        let hidden = "password: ***\nmaxTokens: 3\ntoken: def\n";
        assert_eq!(text("a.yaml", yaml, Some("token: def\n")), hidden, "as rendered");
    }
}
