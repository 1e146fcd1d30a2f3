//! Text for people: characters that nobody sees made visible, names in a sentence,
//! counts, digests, and the word that was meant.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::slice::SliceIndex;

use strsim::osa_distance;
use unicode_normalization::UnicodeNormalization as _;

/// The part of a text between two of its own places. Between others there is none.
pub(crate) fn part<R: SliceIndex<str, Output = str>>(text: &str, places: R) -> &str {
    text.get(places).unwrap_or_default()
}

/// Whether a character steers a terminal, reorders what is read, or has no shape: the
/// controls, the two separators, the formats that Unicode gives no glyph, and all that
/// it lists as `Default_Ignorable_Code_Point`. A tab and a line feed are only layout.
pub(crate) fn is_unseen(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control() && !matches!(c, '\t' | '\n');
    }
    let has_no_shape = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    has_no_shape || c.is_control()
}

/// A text of several lines in which each character is seen: `<U+202E>` stands for one
/// that would not be. The carriage return of a line's end stays.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let ends_line = c == '\r' && rest.peek() == Some(&'\n');
        push(&mut shown, c, is_unseen(c) && !ends_line);
    }
    Cow::Owned(shown)
}

/// The same of a text that has to stay on its line, such as a name.
pub(crate) fn visible_line(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| is_unseen(c) || c == '\n';
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|c| push(&mut shown, c, is_hidden(c)));
    Cow::Owned(shown)
}

fn push(shown: &mut String, c: char, by_number: bool) {
    if by_number {
        let _ = write!(shown, "<U+{:04X}>", u32::from(c));
    } else {
        shown.push(c);
    }
}

/// A text with colours of nixgen's own, in which nothing else steers a terminal.
pub(crate) fn visible_styled(text: &str) -> Cow<'_, str> {
    const START: char = '\u{1b}';

    if !text.contains(START) {
        return visible(text);
    }
    let mut parts = text.split(START);
    let mut shown = visible(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let is_parameter = |c: char| c.is_ascii_digit() || matches!(c, '[' | ';');
        let is_colour =
            part.starts_with('[') && part.trim_start_matches(is_parameter).starts_with('m');
        push(&mut shown, START, !is_colour);
        shown += &visible(part);
    }
    Cow::Owned(shown)
}

/// A text of which a forge that reads it as the log of a job takes nothing for a command:
/// neither a line that begins with `::`, nor `##[` or `##vso[` anywhere.
pub(crate) fn inert(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.len() - line.trim_start().len();
        let mut from = 0;
        let command = part(line, start..).strip_prefix("::").unwrap_or_default();
        // `:::` is what stands before the place of a mistake.
        let begins = command.starts_with(|c: char| c != ':' && !c.is_whitespace());
        let begins = begins.then_some(start);
        let olds = line.match_indices('[').map(|(at, _)| at);
        let is_old = |at: &usize| {
            part(line, ..*at).trim_end_matches(|c: char| c.is_ascii_alphanumeric()).ends_with("##")
        };
        for at in begins.into_iter().chain(olds.filter(is_old)) {
            shown += part(line, from..at);
            part(line, at..).chars().take(1).for_each(|c| push(&mut shown, c, true));
            from = at + 1;
        }
        shown += part(line, from..);
    }
    shown
}

/// A JSON document that says the same in characters that are seen, and commands nothing
/// where it is read as a log.
pub(crate) fn visible_json(document: &str) -> String {
    let mut shown = String::with_capacity(document.len());
    for c in document.chars() {
        if is_unseen(c) || (c == '#' && shown.ends_with('#')) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A text with colours of nixgen's own, of which no line is longer than a terminal of so
/// many columns is wide. A line is broken between words, and not within back quotes. One
/// that begins with two spaces is to be copied, and stays.
pub(crate) fn wrapped(text: &str, columns: Option<usize>) -> Cow<'_, str> {
    let Some(columns) = columns else { return Cow::Borrowed(text) };
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.starts_with("  ") || width(line.trim_end()) <= columns {
            shown += line;
            continue;
        }
        let mut at = 0;
        let mut is_code = false;
        for (number, word) in line.split(' ').enumerate() {
            let length = width(word.trim_end());
            let is_too_long = at + 1 + length > columns && !is_code;
            if number > 0 {
                shown.push(if is_too_long { '\n' } else { ' ' });
                at = if is_too_long { 0 } else { at + 1 };
            }
            shown += word;
            at += length;
            is_code ^= word.matches('`').count() % 2 == 1;
        }
    }
    Cow::Owned(shown)
}

/// The columns that a text takes, without its colours.
fn width(text: &str) -> usize {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().chars().count();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest));
    first + rest.map(|part| part.chars().count()).sum::<usize>()
}

/// Names in a sentence, in back quotes; of more than `most` only the first.
pub(crate) fn listed(names: &[impl Display], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1 file`, `3 files`
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).map(digit).collect()
}

/// The candidate nearest to `word` by edits, if it is near enough that the user
/// most likely meant it: at most a third of its letters differ.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    /// Nobody mistypes a key of this length; do not spend time on one.
    const LONGEST: usize = 64;

    if word.len() > LONGEST {
        return None;
    }
    let folded = fold(word);
    // Of short words, one with another letter is another word: `node`, and `none`.
    let is_typo = |candidate: &str| {
        let letters = |word: &str| {
            let mut letters: Vec<char> = word.chars().collect();
            letters.sort_unstable();
            letters
        };
        let (one, other) = (letters(&folded), letters(&fold(candidate)));
        candidate.len() > 4 || one.len() != other.len() || one == other
    };
    candidates
        .into_iter()
        .filter(|candidate| is_typo(candidate))
        .map(|candidate| (osa_distance(&folded, &fold(candidate)), candidate))
        .filter(|(edits, candidate)| *edits <= candidate.chars().count().max(3) / 3)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// A path as file systems know it that tell names apart neither by case nor by how
/// letters are composed.
pub(crate) fn same_name(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    // By way of the upper case `ß` is `ss`, as it is for them.
    path.nfd().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfd().collect()
}

/// A word in which case and the choice of separator, no mistakes worth counting, are
/// one.
fn fold(word: &str) -> String {
    word.to_lowercase().replace('_', "-")
}

/// Declares a type of a few values that each have a word, and the list of them all.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+
    }) => {
        $(#[$meta])*
        $vis enum $name { $($(#[$variant_meta])* $variant,)+ }

        impl $name {
            /// All of them, in their order.
            $vis const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            $vis const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_shown_by_its_number() {
        assert!(matches!(visible("ü\t日本語 🦀\n\u{a0}"), Cow::Borrowed(_)));
        assert_eq!(visible("a\u{202e}b\r\nc\r\u{e0041}"), "a<U+202E>b\r\nc<U+000D><U+E0041>");
        assert_eq!(visible_line("a\r\nb\u{1b}[0m"), "a<U+000D><U+000A>b<U+001B>[0m");
    }

    #[test]
    fn of_what_steers_a_terminal_only_colours_stay() {
        assert_eq!(
            visible_styled("\u{1b}[1;31ma\u{1b}[0m\r\u{1b}[2J"),
            "\u{1b}[1;31ma\u{1b}[0m<U+000D><U+001B>[2J"
        );
        assert_eq!(visible_styled("\u{1b}\u{1b}[]0;m\u{1b}m"), "<U+001B><U+001B>[]0;m<U+001B>m");
    }

    #[test]
    fn nothing_in_a_log_is_a_command() {
        assert_eq!(
            inert("a::b\n \t::error::x\n::x\n ::: a"),
            "a::b\n \t<U+003A>:error::x\n<U+003A>:x\n ::: a"
        );
        assert_eq!(
            inert("## a [b]\n x ##[group]###vso[y]"),
            "## a [b]\n x ##<U+005B>group]###vso<U+005B>y]"
        );
    }

    #[test]
    fn json_says_the_same_in_characters_that_are_seen() {
        let text = "\u{202e}\u{e0041}\u{7f}ü\n\"###[x]";
        let shown = visible_json(&serde_json::json!([text]).to_string());
        assert!(!shown.contains(is_unseen) && !shown.contains("##"), "{shown}");
        let [read]: [String; 1] = serde_json::from_str(&shown).expect("JSON");
        assert_eq!(read, text);
    }

    #[test]
    fn suggests_what_was_meant_and_nothing_else() {
        let keys = ["memory", "vcpu", "vlan", "role", "pod_cidr"];
        assert_eq!(closest("memroy", keys), Some("memory"));
        assert_eq!(closest("VCPU", keys), Some("vcpu"));
        assert_eq!(closest("pod-cidr", keys), Some("pod_cidr"));
        assert_eq!(closest("vlna", keys), Some("vlan"));
        assert_eq!(closest("colour", keys), None);
        assert_eq!(closest("rule", keys), None);
        assert_eq!(closest(&"x".repeat(1_000_000), keys), None);
    }

    #[test]
    fn lines_are_as_long_as_the_terminal_is_wide() {
        let said = |text: &str| wrapped(text, Some(20)).into_owned();
        assert_eq!(wrapped("a b", None), "a b");
        assert_eq!(said("12345678 12345678 12\n  a\n"), "12345678 12345678 12\n  a\n");
        assert_eq!(said("12345678 12345678 123\n"), "12345678 12345678\n123\n");
        assert_eq!(said("  12345678 12345678 123\n"), "  12345678 12345678 123\n");
        assert_eq!(said("a `12345678 12345678` b"), "a `12345678 12345678`\nb");
        assert_eq!(said(&"1".repeat(30)), "1".repeat(30));
        let red = "\u{1b}[1;31m12345678 12345678 12\u{1b}[0m";
        assert_eq!(said(red), red);
        let broken = "ü \u{1b}[1;31m12345678 12345678\n12\u{1b}[0m";
        assert_eq!(said(&format!("ü {red}")), broken);
    }

    #[test]
    fn sentences_stay_short() {
        assert_eq!(listed(&["a", "b"], 2), "`a`, `b`");
        assert_eq!(listed(&["a", "b", "c"], 2), "`a`, `b` and 1 more");
        assert_eq!([count(1, "file"), count(0, "file")], ["1 file", "0 files"]);
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
    }
}
