//! Secrets whose looks take more to tell than how they begin: where one is in a word, or
//! where some are in a text.

use std::ops::Range;

use super::look::{Chars, alnum, base64, dotted, hex, url};
use super::names::is_reference;
use crate::text::part;

fn all(text: &str, chars: Chars, len: usize) -> bool {
    text.len() == len && text.bytes().all(chars)
}

fn has(text: &str, chars: fn(&u8) -> bool) -> bool {
    text.as_bytes().iter().any(chars)
}

fn whole(word: &str, is_it: bool) -> Option<Range<usize>> {
    is_it.then_some(0..word.len())
}

/// `abcdef.0123456789abcdef`. Real ones have a digit in all but one of a
/// thousand; a host name of this shape most often has none.
pub(super) fn join_token(word: &str) -> Option<Range<usize>> {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let (id, secret) = word.split_once('.')?;
    let is_it = all(id, is_part, 6) && all(secret, is_part, 16) && has(word, u8::is_ascii_digit);
    whole(word, is_it)
}

/// 32 bytes in hexadecimal. A hash has its algorithm before it.
pub(super) fn certificate_key(word: &str) -> Option<Range<usize>> {
    whole(word, all(word, |byte| byte.is_ascii_hexdigit(), 64))
}

pub(super) fn age_secret_key(word: &str) -> Option<Range<usize>> {
    Some(word.find("AGE-SECRET-KEY-1")?..word.len())
}

/// `-----BEGIN` in base64, but for what anybody may see: certificates and public keys.
pub(super) fn encoded_private_key(word: &str) -> Option<Range<usize>> {
    const BEGIN: &str = "LS0tLS1CRUdJTi";
    const PUBLIC: [&str; 2] = ["BDRVJUSUZJQ0FURS", "BQVUJMSUMgS0VZ"];

    let at = word.find(BEGIN)?;
    let rest = part(word, at + BEGIN.len()..);
    (!PUBLIC.iter().any(|public| rest.starts_with(public))).then_some(at..word.len())
}

/// `eyJhbGciOi….eyJzdWIiOi….c2lnbmF0dXJl`
pub(super) fn json_web_token(word: &str) -> Option<Range<usize>> {
    let at = word.find("eyJ")?;
    let rest = part(word, at..);
    let end = rest.bytes().position(|byte| !dotted(byte)).unwrap_or(rest.len());
    let mut parts = part(rest, ..end).split('.');
    let is_it = parts.next()?.len() >= 12 && parts.next()?.len() >= 8 && parts.next()?.len() >= 8;
    is_it.then_some(at..at + end)
}

/// `cache.example.org-1:` and 64 bytes in base64; the public key has 32. Its padding
/// is no part of a word.
pub(super) fn nix_signing_key(word: &str) -> Option<Range<usize>> {
    let (_, key) = word.split_once(':')?;
    whole(word, all(key, base64, 86))
}

/// `123456789:AA…`, also in a URL.
pub(super) fn telegram_token(word: &str) -> Option<Range<usize>> {
    let (id, rest) = word.split_once(":AA")?;
    let digits = id.len() - id.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let end = rest.bytes().position(|byte| !url(byte)).unwrap_or(rest.len());
    ((8..=10).contains(&digits) && end == 33).then_some(id.len() - digits..id.len() + 3 + end)
}

/// The number of an account in base64, a time and a signature.
pub(super) fn discord_token(word: &str) -> Option<Range<usize>> {
    let [id, time, signature] = word.split('.').collect::<Vec<_>>().try_into().ok()?;
    let is_it = id.starts_with(['M', 'N', 'O'])
        && (23..=28).contains(&id.len())
        && all(time, url, 6)
        && signature.len() >= 27
        && [id, signature]
            .iter()
            .all(|part| part.bytes().all(url) && has(part, u8::is_ascii_digit));
    whole(word, is_it)
}

/// A key with the name of its data centre: `…-us6`.
pub(super) fn mailchimp_key(word: &str) -> Option<Range<usize>> {
    let (key, centre) = word.split_once("-us")?;
    whole(
        word,
        all(key, hex, 32) && !centre.is_empty() && centre.bytes().all(|b| b.is_ascii_digit()),
    )
}

pub(super) fn terraform_token(word: &str) -> Option<Range<usize>> {
    let (id, secret) = word.split_once(".atlasv1.")?;
    whole(word, id.len() >= 10 && secret.len() >= 30)
}

/// Those before 1.10: `s.` and 24 characters, in which each kind is.
pub(super) fn vault_token(word: &str) -> Option<Range<usize>> {
    let secret = word.strip_prefix("s.")?;
    let kinds = [u8::is_ascii_digit, u8::is_ascii_lowercase, u8::is_ascii_uppercase];
    whole(word, all(secret, alnum, 24) && kinds.iter().all(|kind| has(secret, *kind)))
}

/// Blocks of PEM and the key files of `PuTTY`, up to their end.
pub(super) fn private_keys(text: &str) -> Vec<Range<usize>> {
    /// Words in the name of a block that anybody may see.
    const PUBLIC: [&str; 7] =
        ["CERTIFICATE", "PUBLIC", "CRL", "PARAMETERS", "SIGNATURE", "MESSAGE", "ENCRYPTED FILE"];

    let mut blocks = Vec::new();
    for (start, _) in text.match_indices("-----BEGIN ") {
        let head = part(text, start + 11..).lines().next().unwrap_or_default();
        if PUBLIC.iter().any(|public| head.contains(public)) {
            continue;
        }
        let end = part(text, start..).find("-----END ").map_or(text.len(), |at| {
            let end = start + at;
            part(text, end..).find(['\n', '"', '\'']).map_or(text.len(), |at| end + at)
        });
        blocks.push(start..end);
    }
    let putty = text.find("PuTTY-User-Key-File-").map(|start| start..text.len());
    blocks.into_iter().chain(putty).collect()
}

/// The password in `scheme://user:password@host`.
pub(super) fn passwords_of_urls(text: &str) -> Vec<Range<usize>> {
    let place = |(at, _): (usize, &str)| {
        let start = at + 3;
        let rest = part(text, start..);
        let ends = |c: char| c.is_whitespace() || "\"'`/?#\\|".contains(c);
        let authority = part(rest, ..rest.find(ends).unwrap_or(rest.len()));
        let (login, host) = authority.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        let scheme = part(text, ..at).ends_with(|c: char| c.is_ascii_alphanumeric());
        let is_it = scheme && !is_stand_in(password) && !(is_example(host) && is_word(password));
        let from = start + user.len() + 1;
        is_it.then_some(from..from + password.len())
    };
    text.match_indices("://").filter_map(place).collect()
}

/// The password in `user:password@tcp(host)/db`, as drivers of databases take it.
pub(super) fn passwords_of_databases(text: &str) -> Vec<Range<usize>> {
    let place = |(end, _): (usize, &str)| {
        let login =
            part(text, ..end).rsplit(|c: char| c.is_whitespace() || "\"'`=".contains(c)).next()?;
        let (_, password) = login.split_once(':')?;
        (!password.is_empty() && !is_stand_in(password)).then_some(end - password.len()..end)
    };
    ["@tcp(", "@unix("].iter().flat_map(|host| text.match_indices(host)).filter_map(place).collect()
}

/// Whether a password only shows where one goes.
fn is_stand_in(password: &str) -> bool {
    is_reference(password)
        || password.starts_with(['$', '%', '{', '<'])
        || password.bytes().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.'))
}

/// The names of hosts that are nobody's.
fn is_example(host: &str) -> bool {
    let host = host.split(':').next().unwrap_or_default();
    ["example.com", "example.org", "example.net", ".example"].iter().any(|end| host.ends_with(end))
}

/// Words for a password, in examples.
fn is_word(password: &str) -> bool {
    ["pass", "password", "passwd", "secret", "token", "changeme", "pw"].contains(&password)
}
