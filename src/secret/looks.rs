//! Secrets that are told by their looks: one table, and the places in a text at which
//! something looks like a line of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use super::look::{Certainty, Look, MOST, Shape, base64};
use super::makers::MAKERS;
use super::shapes;
use crate::text::part;

const LOOKS: &[Look] = &[
    Look::new("a private key", Shape::Text('-', shapes::private_keys)),
    Look::new("a password in a URL", Shape::Text('@', shapes::passwords_of_urls))
        .is(Certainty::InValues),
    Look::new("a password of a database", Shape::Text('@', shapes::passwords_of_databases)),
    Look::new("a kubeadm token", Shape::Word(shapes::join_token)).instead(
        "put it in a file on the joining nodes and write the file's path as `join_token_file`",
    ),
    Look::new("a certificate key", Shape::Word(shapes::certificate_key))
        .instead(
            "put it in a file on the joining control planes and write the file's path as \
             `certificate_key_file`",
        )
        .is(Certainty::InValues),
    Look::new("an age secret key", Shape::Word(shapes::age_secret_key))
        .instead("keep it on the machines that decrypt with it, and write nothing of it here"),
    // A kubeconfig has keys like this.
    Look::new("a private key", Shape::Word(shapes::encoded_private_key)),
    Look::new("a JSON web token", Shape::Word(shapes::json_web_token)),
    Look::new("a signing key of a Nix cache", Shape::Word(shapes::nix_signing_key)),
    Look::new("a token of a Telegram bot", Shape::Word(shapes::telegram_token)),
    Look::new("a token of a Discord bot", Shape::Word(shapes::discord_token)),
    Look::new("a key of Mailchimp", Shape::Word(shapes::mailchimp_key)),
    Look::new("a token of Terraform", Shape::Word(shapes::terraform_token)),
    Look::new("a token of Vault", Shape::Word(shapes::vault_token)),
    Look::token("a hash of a password", HASHES, of_hash, 20..=MOST).is(Certainty::Suspected),
];

/// The schemes of crypt(3), and those of others in its form.
const HASHES: &[&str] = &[
    "$1$",
    "$5$",
    "$6$",
    "$7$",
    "$y$",
    "$gy$",
    "$2a$",
    "$2b$",
    "$2y$",
    "$apr1$",
    "$argon2i$",
    "$argon2id$",
    "$scrypt$",
    "$pbkdf2",
];

/// Shorter runs without a space hold no secret but a URL's.
const SHORTEST: usize = 16;

/// A beginning of a token, and what has it.
type Start = (&'static str, &'static Look);

/// The beginnings by their first byte, since few are to be tried at each place of a text.
static STARTS: LazyLock<BTreeMap<u8, Vec<Start>>> = LazyLock::new(|| {
    let mut by_byte: BTreeMap<u8, Vec<Start>> = BTreeMap::new();
    for look in LOOKS.iter().chain(MAKERS) {
        let Shape::Token(starts, ..) = look.shape else { continue };
        for start in starts {
            by_byte
                .entry(start.bytes().next().unwrap_or_default())
                .or_default()
                .push((start, look));
        }
    }
    by_byte
});

/// What looks like a secret in a text: where, and what it is.
pub(super) fn found(text: &str) -> Vec<(Range<usize>, &'static Look)> {
    let mut found = Vec::new();
    for look in LOOKS {
        if let Shape::Text(sign, places) = look.shape
            && text.contains(sign)
        {
            found.extend(places(text).into_iter().map(|place| (place, look)));
        }
    }
    let runs = text.split(|c: char| c.is_whitespace() || "\"'`".contains(c));
    for run in runs.filter(|run| run.len() >= SHORTEST) {
        let tokens = starts(run).flat_map(|at| tokens(run, at));
        let words = run.split(ends_word).filter(|word| word.len() >= SHORTEST);
        let words = words.flat_map(|word| in_word(word, offset(run, word)));
        let start = offset(text, run);
        let shifted =
            |(place, look): (Range<usize>, _)| (start + place.start..start + place.end, look);
        found.extend(tokens.chain(words).map(shifted));
    }
    found
}

/// The tokens that begin at a place.
fn tokens(run: &str, at: usize) -> impl Iterator<Item = (Range<usize>, &'static Look)> {
    let run = part(run, at..);
    let starts = run.bytes().next().and_then(|byte| STARTS.get(&byte)).into_iter().flatten();
    starts.filter_map(move |(start, look)| {
        let Shape::Token(_, chars, len) = &look.shape else { return None };
        let rest = run.strip_prefix(start)?;
        let end = rest.bytes().position(|byte| !chars(byte)).unwrap_or(rest.len());
        let is_one = len.contains(&end) && !is_filler(part(rest, ..end));
        is_one.then_some((at..at + start.len() + end, *look))
    })
}

fn in_word(word: &str, start: usize) -> impl Iterator<Item = (Range<usize>, &'static Look)> {
    let word = word.trim_end_matches(['.', ':', '!', '?']);
    LOOKS.iter().filter_map(move |look| {
        let Shape::Word(place) = look.shape else { return None };
        let place = place(word)?;
        Some((start + place.start..start + place.end, look))
    })
}

/// Whether a text holds something that looks like a secret, as sure as that at least.
pub(super) fn first(text: &str, least: Certainty) -> Option<&'static Look> {
    let found = found(text).into_iter().map(|(_, look)| look);
    found.filter(|look| look.certainty <= least).min_by_key(|look| look.certainty)
}

/// Where a part of a text is.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || "\"'`=,;()<>[]{}#".contains(c)
}

/// The places at which a token may begin: not in the middle of a name.
fn starts(run: &str) -> impl Iterator<Item = usize> {
    let pairs = std::iter::once(b' ').chain(run.bytes()).zip(run.bytes()).enumerate();
    let is_start = move |(at, (before, byte)): &(usize, (u8, u8))| {
        let in_name = before.is_ascii_alphanumeric() || *before == b'_' || !before.is_ascii();
        run.len() - at >= SHORTEST && byte.is_ascii() && (!in_name || *byte == b'$')
    };
    pairs.filter(is_start).map(|(at, _)| at)
}

/// Whether it only shows where one would be: `ghp_xxxxxxxx`.
fn is_filler(rest: &str) -> bool {
    /// Of the characters of a real one so many are different.
    const DIFFERENT: usize = 5;

    rest.bytes().collect::<BTreeSet<u8>>().len() < DIFFERENT
}

fn of_hash(byte: u8) -> bool {
    base64(byte) || matches!(byte, b'.' | b'$' | b',')
}
