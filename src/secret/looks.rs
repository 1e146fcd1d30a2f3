//! Secrets that are told by their looks, and what is said of those in `cluster.toml`:
//! it is committed as it is, comments too, and what is rendered from it everybody can
//! read in the Nix store.

use toml::Spanned;
use toml::de::DeValue;
use toml_parser::Source as Tokens;
use toml_parser::lexer::TokenKind;

use super::NamePath;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// A secret that can be told by its looks.
struct Look {
    what: &'static str,
    /// Where it goes instead.
    instead: &'static str,
    is_in: fn(&str) -> bool,
    /// Whether nothing else looks like it, even in prose.
    is_sure: bool,
}

const LOOKS: [Look; 4] = [
    Look {
        what: "a PEM block",
        instead: "put it in a file on the machine, by sops-nix or agenix, and write the file's path",
        // As it is, or as a kubeconfig has it, in base64.
        is_in: |text| text.contains("-----BEGIN ") || text.contains("LS0tLS1CRUdJTi"),
        is_sure: true,
    },
    Look {
        what: "a kubeadm token",
        instead: "put it in a file on the joining nodes and write the file's path as `join_token_file`",
        is_in: |text| words(text).any(is_token),
        is_sure: true,
    },
    Look {
        what: "a certificate key",
        instead: "put it in a file on the joining control planes and write the file's path as `certificate_key_file`",
        is_in: |text| words(text).any(is_certificate_key),
        // In a comment it may be the hash of anything.
        is_sure: false,
    },
    Look {
        what: "an age secret key",
        instead: "keep it on the machines that decrypt with it, and write nothing of it here",
        is_in: |text| text.contains("AGE-SECRET-KEY-1"),
        is_sure: true,
    },
];

/// Whether a text holds something that looks like a secret.
pub(super) fn is_in(text: &str) -> bool {
    LOOKS.iter().any(|look| (look.is_in)(text))
}

/// Refuses every text that is a secret by its name, and every key, text and comment that
/// looks like one. No message repeats it.
pub(crate) fn refuse(text: &str, root: &Spanned<DeValue<'_>>, log: &mut Vec<Diagnostic>) {
    refuse_below(root, &mut NamePath::default(), log);
    let comments = tokens(text).filter(|(kind, ..)| *kind == TokenKind::Comment);
    for (_, comment, span) in comments {
        log.extend(sure(comment, span));
    }
}

/// Refuses what looks like one where the text does not parse, and will be quoted for
/// that.
pub(crate) fn refuse_anywhere(text: &str, log: &mut Vec<Diagnostic>) {
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

fn refuse_below<'n>(
    node: &'n Spanned<DeValue<'_>>,
    path: &mut NamePath<'n>,
    log: &mut Vec<Diagnostic>,
) {
    match node.get_ref() {
        DeValue::String(text) => {
            log.extend(any(text, node.span()).or_else(|| named(path, text, node.span())));
        }
        DeValue::Array(items) => items.iter().for_each(|item| refuse_below(item, path, log)),
        DeValue::Table(table) => {
            let above = path.len();
            for (key, value) in table {
                log.extend(any(key.get_ref(), key.span()));
                path.push(key.get_ref());
                refuse_below(value, path, log);
                path.truncate(above);
            }
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

fn any(text: &str, span: Span) -> Option<Diagnostic> {
    report(LOOKS.iter().find(|look| (look.is_in)(text)), span)
}

fn sure(text: &str, span: Span) -> Option<Diagnostic> {
    report(LOOKS.iter().find(|look| look.is_sure && (look.is_in)(text)), span)
}

fn report(look: Option<&Look>, span: Span) -> Option<Diagnostic> {
    let Look { what, instead, .. } = look?;
    let message = format!("this looks like {what}, which must not be in the file");
    Some(
        Diagnostic::new(Code::LiteralSecret, span, message)
            .help(format!("{instead}; a secret that was committed has to be replaced")),
    )
}

/// Refuses a text that is a secret by its name, whatever it looks like.
fn named(path: &NamePath<'_>, text: &str, span: Span) -> Option<Diagnostic> {
    let name = path.secret_in(text)?;
    let message = format!("`{name}` holds a secret, which must not be in the file");
    let help = "put the secret in a file on the machine and write the file's path, with the option \
                that takes one, such as `hashedPasswordFile`";
    Some(Diagnostic::new(Code::LiteralSecret, span, message).help(help))
}

/// The tokens of a text, whether it parses or not.
fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, &str, Span)> {
    Tokens::new(text).lex().filter_map(move |token| {
        let span = token.span().start()..token.span().end();
        Some((token.kind(), text.get(span.clone())?, span))
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(ends_word)
}

pub(super) fn ends_word(c: char) -> bool {
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
            refuse_anywhere(text, &mut log);
            log.iter().map(|found| text[found.span.clone().expect("a place")].to_owned()).collect()
        };
        let (token, none): (_, [String; 0]) = ("abcdef.0123456789abcdef", []);
        let found: &dyn Fn(&str) -> Vec<String> = &found;
        assert_eq!(found(&format!("a = \"{token}\nb = = 1")), [format!("\"{token}")]);
        assert_eq!(found(&format!("a = 'x' # {token}\n=")), [format!("# {token}")]);
        assert_eq!(found("ü = \0\u{feff}[\"\"\""), none);
    }
}
