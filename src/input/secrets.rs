//! Secrets have no place in the file: what is rendered from it is committed,
//! and readable by everybody in the Nix store.

use toml::de::DeValue;

use super::decode::Node;
use crate::diagnostic::{Code, Diagnostic};

/// A kind of secret that can be told by its looks: what it is, where it goes
/// instead, and whether a text holds one.
type Kind = (&'static str, &'static str, fn(&str) -> bool);

const KINDS: [Kind; 4] = [
    (
        "a PEM block",
        "put it in a file on the machine, by sops-nix or agenix, and write the file's path",
        |text| text.contains("-----BEGIN "),
    ),
    (
        "a kubeadm token",
        "put it in a file on the joining nodes and write the file's path as `join_token_file`",
        |text| text.split_whitespace().any(is_token),
    ),
    (
        "a certificate key",
        "put it in a file on the joining control planes and write the file's path as `certificate_key_file`",
        |text| text.split_whitespace().any(is_certificate_key),
    ),
    (
        "an age secret key",
        "keep it on the machines that decrypt with it, and write nothing of it here",
        |text| text.contains("AGE-SECRET-KEY-1"),
    ),
];

/// Every text below a value that looks like a secret. No message repeats it.
pub(super) fn find(node: Node<'_>, log: &mut Vec<Diagnostic>) {
    match node.get_ref() {
        DeValue::String(text) => {
            if let Some((what, instead, _)) = KINDS.iter().find(|(.., is_one)| is_one(text)) {
                let message = format!("this looks like {what}, which must not be in the file");
                let found = Diagnostic::new(Code::LiteralSecret, node.span(), message);
                log.push(
                    found
                        .help(format!("{instead}; a secret that was committed has to be replaced")),
                );
            }
        }
        DeValue::Array(items) => items.iter().for_each(|item| find(item, log)),
        DeValue::Table(table) => table.values().for_each(|value| find(value, log)),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
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
        KINDS.iter().any(|(.., is_one)| is_one(text))
    }

    #[test]
    fn secrets_are_told_from_what_only_resembles_them() {
        let hex = "0123456789abcdef".repeat(4);
        for secret in ["abcdef.0123456789abcdef", "--token abcdef.0123456789abcdef", &hex] {
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
}
