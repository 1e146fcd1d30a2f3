//! Secrets have no place in the file: it is committed as it is, comments too,
//! and what is rendered from it everybody can read in the Nix store.

use toml::de::DeValue;
use toml_parser::Source as Tokens;
use toml_parser::lexer::TokenKind;

use super::decode::Node;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// A kind of secret that can be told by its looks.
struct Kind {
    what: &'static str,
    /// Where it goes instead.
    instead: &'static str,
    is_in: fn(&str) -> bool,
    /// Whether nothing else looks like it, even in prose.
    is_sure: bool,
}

const KINDS: [Kind; 4] = [
    Kind {
        what: "a PEM block",
        instead: "put it in a file on the machine, by sops-nix or agenix, and write the file's path",
        // As it is, or as a kubeconfig has it, in base64.
        is_in: |text| text.contains("-----BEGIN ") || text.contains("LS0tLS1CRUdJTi"),
        is_sure: true,
    },
    Kind {
        what: "a kubeadm token",
        instead: "put it in a file on the joining nodes and write the file's path as `join_token_file`",
        is_in: |text| words(text).any(is_token),
        is_sure: true,
    },
    Kind {
        what: "a certificate key",
        instead: "put it in a file on the joining control planes and write the file's path as `certificate_key_file`",
        is_in: |text| words(text).any(is_certificate_key),
        // In a comment it may be the hash of anything.
        is_sure: false,
    },
    Kind {
        what: "an age secret key",
        instead: "keep it on the machines that decrypt with it, and write nothing of it here",
        is_in: |text| text.contains("AGE-SECRET-KEY-1"),
        is_sure: true,
    },
];

/// Whether a text holds something that looks like a secret.
pub(crate) fn is_in(text: &str) -> bool {
    KINDS.iter().any(|kind| (kind.is_in)(text))
}

/// Every key, text and comment that looks like a secret. No message repeats it.
pub(super) fn find(text: &str, root: Node<'_>, log: &mut Vec<Diagnostic>) {
    below(root, false, log);
    let comments = tokens(text).filter(|(kind, ..)| *kind == TokenKind::Comment);
    for (_, comment, span) in comments {
        log.extend(sure(comment, span));
    }
}

/// The same where the text does not parse, and will be quoted for that.
pub(super) fn find_anywhere(text: &str, log: &mut Vec<Diagnostic>) {
    /// A file with more is no `cluster.toml`.
    const MOST: usize = 100;

    let whole = tokens(text).filter_map(|(kind, token, span)| match kind {
        TokenKind::Comment => sure(token, span),
        _ => any(token, span),
    });
    let mut secrets: Vec<Diagnostic> = whole.take(MOST).collect();
    // Without quotes a join token is three of TOML's own.
    let mut at = 0;
    for word in text.split_inclusive(ends_word) {
        let span = at..at + word.trim_end_matches(ends_word).len();
        at += word.len();
        if secrets.len() < MOST && !secrets.iter().any(|secret| overlaps(secret, &span)) {
            secrets.extend(sure(&text[span.clone()], span));
        }
    }
    // What else is said there would repeat it.
    log.retain(|found| {
        let span = found.span.clone().unwrap_or_default();
        !secrets.iter().any(|secret| overlaps(secret, &span))
    });
    log.append(&mut secrets);
}

fn overlaps(found: &Diagnostic, span: &Span) -> bool {
    found.span.as_ref().is_some_and(|own| own.start < span.end && span.start < own.end)
}

/// `nixos` tables have a rule of their own: what an option calls a password is one,
/// whatever it looks like.
fn below(node: Node<'_>, is_nixos: bool, log: &mut Vec<Diagnostic>) {
    match node.get_ref() {
        DeValue::String(text) => log.extend(any(text, node.span())),
        DeValue::Array(items) => items.iter().for_each(|item| below(item, is_nixos, log)),
        DeValue::Table(table) => {
            for (key, value) in table {
                log.extend(any(key.get_ref(), key.span()));
                let before = log.len();
                below(value, is_nixos || key.get_ref() == "nixos", log);
                if is_nixos && log.len() == before {
                    log.extend(named(key.get_ref(), value));
                }
            }
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

fn any(text: &str, span: Span) -> Option<Diagnostic> {
    report(KINDS.iter().find(|kind| (kind.is_in)(text)), span)
}

fn sure(text: &str, span: Span) -> Option<Diagnostic> {
    report(KINDS.iter().find(|kind| kind.is_sure && (kind.is_in)(text)), span)
}

fn report(kind: Option<&Kind>, span: Span) -> Option<Diagnostic> {
    let Kind { what, instead, .. } = kind?;
    let message = format!("this looks like {what}, which must not be in the file");
    Some(
        Diagnostic::new(Code::LiteralSecret, span, message)
            .help(format!("{instead}; a secret that was committed has to be replaced")),
    )
}

/// A value that its option calls a secret. A path is none: it says where the secret
/// is.
fn named(name: &str, value: Node<'_>) -> Option<Diagnostic> {
    const ENDINGS: [&str; 7] =
        ["password", "passphrase", "secret", "token", "privatekey", "presharedkey", "apikey"];

    let text = value.get_ref().as_str()?;
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let plain = letters.collect::<String>().to_ascii_lowercase();
    let is_named = ENDINGS.iter().any(|ending| plain.ends_with(ending));
    if !is_named || text.is_empty() || text.starts_with('/') {
        return None;
    }
    let message = format!("`{name}` holds a secret, which must not be in the file");
    let help = "use the option that takes a file, such as `hashedPasswordFile`, and write a path on the machine";
    Some(Diagnostic::new(Code::LiteralSecret, value.span(), message).help(help))
}

/// What the text is made of, where it parses and where it does not.
fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, &str, Span)> {
    Tokens::new(text).lex().filter_map(move |token| {
        let span = token.span().start()..token.span().end();
        Some((token.kind(), text.get(span.clone())?, span))
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(ends_word)
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || "\"'`=,;()<>[]{}#".contains(c)
}

/// `abcdef.0123456789abcdef`. Real ones have a digit in all but one of a
/// thousand; a host name of this shape most often has none.
fn is_token(word: &str) -> bool {
    let part = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let shape = |(id, secret)| part(id, 6) && part(secret, 16);
    word.split_once('.').is_some_and(shape) && word.bytes().any(|b| b.is_ascii_digit())
}

/// 32 bytes in hexadecimal. A hash has its algorithm before it.
fn is_certificate_key(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_secret(text: &str) -> bool {
        any(text, 0..0).is_some()
    }

    #[test]
    fn secrets_are_told_from_what_only_resembles_them() {
        let hex = "0123456789abcdef".repeat(4);
        for secret in [
            "abcdef.0123456789abcdef",
            "--token abcdef.0123456789abcdef",
            "--token=abcdef.0123456789abcdef",
            "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCg==",
            &hex,
            &format!("--certificate-key={hex}"),
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for other in [
            "/run/secrets/k8s/joinToken",
            "server.homelabexamplexx",
            "docker.io/ollama/ollama:0.35.1-rocm",
            &format!("sha256:{hex}"),
            &format!("docker.io/ollama/ollama@sha256:{hex}"),
            "github:NixOS/nixpkgs/0123456789abcdef0123456789abcdef01234567",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE admin@laptop",
        ] {
            assert!(!is_secret(other), "{other}");
        }
    }

    #[test]
    fn they_are_found_where_the_text_does_not_parse() {
        let found = |text: &str| {
            let mut log = Vec::new();
            find_anywhere(text, &mut log);
            log.iter().map(|found| text[found.span.clone().expect("a place")].to_owned()).collect()
        };
        let (token, none): (_, [String; 0]) = ("abcdef.0123456789abcdef", []);
        let found: &dyn Fn(&str) -> Vec<String> = &found;
        assert_eq!(found(&format!("a = \"{token}\nb = = 1")), [format!("\"{token}")]);
        assert_eq!(found(&format!("a = 'x' # {token}\n=")), [format!("# {token}")]);
        assert_eq!(found("ü = \0\u{feff}[\"\"\""), none);
    }
}
