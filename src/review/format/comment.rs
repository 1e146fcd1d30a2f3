//! Texts in a comment on a forge. It takes none of them for a mention, a reference, a
//! link or a command: what is more than plain words is code.

use super::spans;
use crate::render::{markdown, markdown_code};
use crate::text::{part, visible_line};

/// A sentence with what is code in it.
pub(super) fn prose(sentence: &str) -> String {
    let sentence = visible_line(sentence);
    let part = |(is_code, part)| if is_code { markdown_code(part) } else { words(part) };
    spans(&sentence).map(part).collect()
}

fn words(prose: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_end_matches(|c: char| " .,;:?)\"".contains(c));
        let shown = if is_plain(bare) { markdown(bare) } else { markdown_code(bare) };
        shown + part(word, bare.len()..)
    };
    prose.split_inclusive(' ').map(word).collect()
}

/// Whether a word is nothing else to GitHub or GitLab, as `@name`, `a/b#1`, `GH-1`,
/// `/close`, `www.x`, `:x:` and the name of a commit are.
fn is_plain(word: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || ".,'\"(-+−→…".contains(c);
    let mut before = ' ';
    let is_number = |c: char| std::mem::replace(&mut before, c) == '-' && c.is_ascii_digit();
    let is_commit = word.len() >= 7
        && word.contains(|c: char| c.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    word.chars().all(is_plain)
        && !word.chars().any(is_number)
        && !word.to_ascii_lowercase().contains("www.")
        && !is_commit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_plain_words_is_left_as_it_is() {
        let sentence = "the node restarts: its pods move, +2 −1 (for control-planes).";
        assert_eq!(prose(sentence), sentence);
        for word in [
            "@octocat",
            "a@b.c",
            "#1",
            "me/lab#1",
            "GH-1",
            "!1",
            "~bug",
            "$2",
            "%v1",
            "&3",
            "^alert#4",
            "[[page]]",
            "/close",
            "https://evil.test",
            "www.evil.test",
            "0a1b2c3",
            "*x*",
            "<b>",
        ] {
            assert_eq!(prose(&format!("see {word} now")), format!("see `{word}` now"));
        }
        assert_eq!(prose(":tada: x:y, (see #1)."), "`:tada`: `x:y`, (see `#1`).");
        assert_eq!(prose("of `a b` and `@c"), "of `a b` and `@c`");
        assert_eq!(prose("x \u{202e}@y\n/close"), "x `<U+202E>@y<U+000A>/close`");
    }
}
