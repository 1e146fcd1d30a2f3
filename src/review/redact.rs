//! What may be a secret is shown to nobody. nixgen renders none, but what a
//! person wrote into a file is in every diff of it.

use std::collections::HashSet;
use std::ops::Range;

use rnix::SyntaxKind;
use toml::de::DeValue;

use crate::input::{canonical, secrets};
use crate::nix::attrs::Value;
use crate::origin::KeyPath;
use crate::render::Language;

/// Stands for what is not shown.
pub(super) const HIDDEN: &str = "***";

/// A value at a path without what may be a secret in it.
pub(super) fn value<'a>(path: impl IntoIterator<Item = &'a str>, value: &Value) -> Value {
    let named = path.into_iter().any(is_secret_name);
    hide(named, value)
}

fn hide(named: bool, value: &Value) -> Value {
    match value {
        Value::Text(text) if named && !text.is_empty() => Value::Text(HIDDEN.to_owned()),
        Value::Code(_) if named => Value::Code(HIDDEN.to_owned()),
        Value::Text(text) => Value::Text(words(text)),
        Value::Code(code) => Value::Code(words(code)),
        Value::List(items) => Value::List(items.iter().map(|item| hide(named, item)).collect()),
        Value::Set(entries) => {
            let entries = entries.iter().map(|(path, value)| {
                let mut segments = path.segments().iter();
                let named = named || segments.any(|segment| is_secret_name(segment));
                (path.clone(), hide(named, value))
            });
            Value::Set(entries.collect())
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Path(_) => value.clone(),
    }
}

/// A value of `cluster.toml` on one line, without what may be a secret in it.
/// None is let into the file, but one that was may be what a change takes out.
pub(super) fn toml<'a>(path: impl IntoIterator<Item = &'a str>, value: &DeValue<'_>) -> String {
    let named = path.into_iter().any(is_secret_name);
    words(&canonical(&hide_toml(named, value)))
}

/// The way to a value of `cluster.toml`, likewise: names can be anything.
pub(super) fn key_path(path: &KeyPath) -> String {
    words(&path.to_string())
}

fn hide_toml<'a>(named: bool, value: &DeValue<'a>) -> DeValue<'a> {
    let mut value = value.clone();
    match &mut value {
        DeValue::String(text) if named && !text.is_empty() => *text = HIDDEN.into(),
        DeValue::Array(items) => {
            for item in items.iter_mut() {
                *item.get_mut() = hide_toml(named, item.get_ref());
            }
        }
        DeValue::Table(table) => {
            for (key, item) in table.iter_mut() {
                let named = named || is_secret_name(key.get_ref());
                *item.get_mut() = hide_toml(named, item.get_ref());
            }
        }
        _ => {}
    }
    value
}

/// A text without what may be a secret in those of its lines that are shown; its
/// lines stay as many. One that a person may have written is given with what is
/// rendered in its place: lines of that are none of theirs, and hold no secret.
pub(super) fn text(path: &str, text: &str, rendered: Option<&str>, shown: &[bool]) -> String {
    let mut secret = pem_blocks(text);
    match (Language::of(path), rendered) {
        (Some(Language::Nix), _) => secret.extend(nix_strings(text)),
        (_, Some(_)) => secret.extend(assigned(text)),
        (_, None) => {}
    }
    let known: HashSet<&str> = rendered.unwrap_or_default().lines().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (line, shown) in text.split_inclusive('\n').zip(shown) {
        let range = at..at + line.len();
        at = range.end;
        if !shown || known.contains(line.trim_end_matches(['\r', '\n'])) {
            out.push_str(line);
        } else {
            out.push_str(&words(&masked(line, range, &secret)));
        }
    }
    out
}

/// A line without what lies in some of the ranges of the text.
fn masked(line: &str, at: Range<usize>, secret: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(line.len());
    let mut hidden = false;
    for (offset, c) in line.char_indices() {
        let is_secret = secret.iter().any(|range| range.contains(&(at.start + offset)));
        match (is_secret && !matches!(c, '\n' | '\r'), hidden) {
            (true, false) if c.is_whitespace() => out.push(c),
            (true, false) => {
                out.push_str(HIDDEN);
                hidden = true;
            }
            (true, true) => {}
            (false, _) => {
                out.push(c);
                hidden = false;
            }
        }
    }
    out
}

/// A text with the words hidden that look like a secret.
fn words(text: &str) -> String {
    if !secrets::is_in(text) && !text.split(ends_word).any(secrets::is_in) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(ends_word) {
        let bare = word.trim_end_matches(ends_word);
        if secrets::is_in(bare) {
            out.push_str(HIDDEN);
            out.push_str(&word[bare.len()..]);
        } else {
            out.push_str(word);
        }
    }
    // What spans several words, such as a key block.
    if secrets::is_in(&out) { HIDDEN.to_owned() } else { out }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || "\"'`=,;()<>[]{}".contains(c)
}

fn pem_blocks(text: &str) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("-----BEGIN ").map(|at| from + at) {
        let end = text[start..].find("-----END ").map_or(text.len(), |at| {
            let end = start + at;
            text[end..].find(['\n', '"', '\'']).map_or(text.len(), |at| end + at)
        });
        blocks.push(start..end);
        from = end;
    }
    blocks
}

/// The contents of Nix strings that are assigned to a name of a secret, in a
/// text that need not be valid.
fn nix_strings(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    // Of each open set, whether a name above it is one of a secret.
    let mut sets = vec![false];
    let (mut named, mut assigned) = (false, false);
    let mut quoted_key = false;
    for (kind, token) in rnix::tokenize(text) {
        let range = at..at + token.len();
        at = range.end;
        let above = sets.last().copied().unwrap_or_default();
        match kind {
            SyntaxKind::TOKEN_IDENT if !assigned => named |= is_secret_name(token),
            SyntaxKind::TOKEN_STRING_CONTENT if assigned && (named || above) => found.push(range),
            SyntaxKind::TOKEN_STRING_CONTENT if !assigned => quoted_key = is_secret_name(token),
            SyntaxKind::TOKEN_STRING_END if !assigned => named |= quoted_key,
            SyntaxKind::TOKEN_ASSIGN => assigned = true,
            SyntaxKind::TOKEN_L_BRACE => {
                sets.push(above || (assigned && named));
                (named, assigned) = (false, false);
            }
            SyntaxKind::TOKEN_R_BRACE => {
                // What follows a set belongs to its own binding again.
                assigned = true;
                named = sets.pop().unwrap_or_default();
            }
            SyntaxKind::TOKEN_SEMICOLON => (named, assigned) = (false, false),
            _ => {}
        }
    }
    found
}

/// The literals that a line assigns to a name of a secret: `name: value`,
/// `NAME=value`, `--name value`.
fn assigned(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let ends = |&(_, c): &(usize, char)| matches!(c, ':' | '=' | ' ');
        let is_named = |&(index, _): &(usize, char)| {
            line[..index].rsplit(ends_name).next().is_some_and(is_secret_name)
        };
        let Some((index, c)) = line.char_indices().filter(ends).find(is_named) else { continue };
        // Prose has secrets in it that are none.
        let is_flag = line[..index].rsplit(ends_name).next().is_some_and(|n| n.starts_with("--"));
        if c == ' ' && !is_flag {
            continue;
        }
        let rest = line[index + 1..].trim_end();
        let value = rest.trim_start();
        let plain = value.trim_matches(['"', '\'']);
        let is_literal = !plain.is_empty()
            && !plain.starts_with(['$', '/', '<', '{', '[', '|', '>', '&', '*'])
            && !matches!(plain, "true" | "false" | "null" | "~" | "\\");
        if is_literal {
            let end = start + index + 1 + rest.len();
            found.push(end - value.len()..end);
        }
    }
    found
}

fn ends_name(c: char) -> bool {
    c.is_whitespace() || "\"'`(){}[],;|&".contains(c)
}

/// Whether a name is one that holds a secret, and not the place of one.
fn is_secret_name(name: &str) -> bool {
    const WORDS: [&str; 9] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "secrets",
        "token",
        "credential",
        "credentials",
        "psk",
    ];
    const KEYS: [&str; 10] = [
        "private",
        "secret",
        "api",
        "access",
        "encryption",
        "signing",
        "master",
        "certificate",
        "shared",
        "auth",
    ];
    const PLACES: [&str; 9] =
        ["file", "files", "path", "dir", "directory", "hash", "name", "ttl", "authentication"];
    // Most names have nothing of one, and are many.
    const STEMS: [&str; 6] = ["pass", "secret", "token", "credential", "psk", "key"];
    let has = |stem: &&str| {
        name.as_bytes().windows(stem.len()).any(|part| part.eq_ignore_ascii_case(stem.as_bytes()))
    };
    if !STEMS.iter().any(has) {
        return false;
    }
    let words = split_name(name);
    if words.last().is_some_and(|last| PLACES.contains(&last.as_str())) {
        return false;
    }
    words.iter().any(|word| WORDS.contains(&word.as_str()))
        || words.windows(2).any(|pair| KEYS.contains(&pair[0].as_str()) && pair[1] == "key")
        || ["apikey", "secretkey", "privatekey"].contains(&words.concat().as_str())
}

/// The words of a name, whatever parts them: `joinTokenFile`, `join-token-file`.
fn split_name(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last_is_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            last_is_lower = false;
            continue;
        }
        if c.is_uppercase() && last_is_lower {
            words.push(String::new());
        }
        last_is_lower = !c.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_names_of_their_places() {
        for name in ["hashedPassword", "API_KEY", "join-token", "secrets", "wireguard.privateKey"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["joinTokenFile", "PasswordAuthentication", "keys", "sshPubKey", "tokenize"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn secrets_are_hidden_and_lines_stay() {
        let text = |path, text: &str, rendered| {
            super::text(path, text, rendered, &vec![true; text.lines().count()])
        };
        let nix = "{\n  a.password = ''\n    one\n    two\n  '';\n  secrets = { x = [ \"three\" ]; y = true; };\n  b = \"-----BEGIN KEY-----\\nfour\\n-----END KEY-----\";\n  c = \"abcdef.0123456789abcdef five\";\n  passwordFile = \"/run/six\";\n}\n";
        assert_eq!(
            text("a.nix", nix, None),
            "{\n  a.password = ''\n    ***\n    ***\n  '';\n  secrets = { x = [ \"***\" ]; y = true; };\n  b = \"***\";\n  c = \"*** five\";\n  passwordFile = \"/run/six\";\n}\n"
        );
        let shell = "# the token of a node\nTOKEN=abc\nkubeadm join --token abc\ntoken=\"$(cat \"$file\")\"\n";
        assert_eq!(
            text("a.sh", shell, Some("x")),
            "# the token of a node\nTOKEN=***\nkubeadm join --token ***\ntoken=\"$(cat \"$file\")\"\n"
        );
        let yaml = "password: \"abc\"\ntokens: 3\ntoken: def\n";
        let hidden = "password: ***\ntokens: 3\ntoken: def\n";
        assert_eq!(text("a.yaml", yaml, Some("token: def\n")), hidden, "as rendered");
    }
}
