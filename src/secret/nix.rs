//! Secrets in a Nix text, valid or not, by the names that its strings are given to.

use std::ops::Range;

use rnix::SyntaxKind;

use super::hiding::are_arguments;
use super::lines::in_lines;
use super::names::{NamePath, is_secret_name};

/// The strings in a Nix text, under some names, that are given to the name of a secret,
/// and what is given to one in the lines of others and of comments.
pub(crate) fn in_nix<'a>(path: NamePath<'a>, text: &'a str) -> Vec<Range<usize>> {
    let sets = vec![path.len()];
    let is_given = path.len() > 0;
    let mut reader = Reader {
        path,
        sets,
        is_given,
        writes: false,
        pair: [None; 2],
        lists: Vec::new(),
        found: Vec::new(),
    };
    let mut at = 0;
    for (kind, text) in rnix::tokenize(text) {
        reader.read(kind, Token { at, text });
        at += text.len();
    }
    reader.found
}

/// The strings in an expression whose value a path is, and in the sets in it.
pub(crate) fn in_nix_value<'a>(path: &NamePath<'a>, code: &'a str) -> Vec<Range<usize>> {
    let mut at = 0;
    let strings = rnix::tokenize(code).filter_map(|(kind, token)| {
        let range = at..at + token.len();
        at = range.end;
        let is_text = kind == SyntaxKind::TOKEN_STRING_CONTENT;
        (is_text && path.secret_in(token).is_some()).then_some(range)
    });
    strings.chain(in_nix(path.clone(), code)).collect()
}

#[derive(Clone, Copy)]
struct Token<'a> {
    at: usize,
    text: &'a str,
}

impl Token<'_> {
    const fn range(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }
}

struct Reader<'a> {
    path: NamePath<'a>,
    /// How many names are above each open set.
    sets: Vec<usize>,
    /// Whether what comes is a value, and no name.
    is_given: bool,
    /// Whether a file is written that is named as a secret's: it is in the store.
    writes: bool,
    /// The name and the value of a set that has those.
    pair: [Option<Token<'a>>; 2],
    /// The strings of each open list.
    lists: Vec<Vec<Token<'a>>>,
    found: Vec<Range<usize>>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, kind: SyntaxKind, token: Token<'a>) {
        match kind {
            SyntaxKind::TOKEN_IDENT | SyntaxKind::TOKEN_STRING_CONTENT if !self.is_given => {
                self.path.push(token.text);
            }
            SyntaxKind::TOKEN_STRING_CONTENT => self.string(token),
            SyntaxKind::TOKEN_IDENT => {
                let own = self.path.last().and_then(|name| name.strip_suffix("File"));
                let is_secret = own.is_some_and(is_secret_name);
                self.writes |= is_secret && ["writeText", "toFile"].contains(&token.text);
            }
            SyntaxKind::TOKEN_COMMENT => self.lines_of(token),
            SyntaxKind::TOKEN_ASSIGN | SyntaxKind::TOKEN_IN => self.is_given = true,
            SyntaxKind::TOKEN_L_BRACK => self.lists.push(Vec::new()),
            SyntaxKind::TOKEN_R_BRACK => self.end_list(),
            SyntaxKind::TOKEN_L_BRACE => {
                if !self.is_given {
                    self.path.truncate(self.sets.last().copied().unwrap_or_default());
                }
                self.sets.push(self.path.len());
                self.is_given = false;
                self.pair = [None; 2];
            }
            SyntaxKind::TOKEN_R_BRACE => {
                // What follows a set belongs to its own binding again.
                self.path.truncate(self.sets.pop().unwrap_or_default());
                self.is_given = true;
            }
            SyntaxKind::TOKEN_SEMICOLON => {
                self.path.truncate(self.sets.last().copied().unwrap_or_default());
                self.is_given = false;
                self.writes = false;
            }
            _ => {}
        }
    }

    fn string(&mut self, token: Token<'a>) {
        if let Some(list) = self.lists.last_mut() {
            list.push(token);
        }
        match self.path.last() {
            Some("name" | "key") => self.pair[0] = Some(token),
            Some("value") => self.pair[1] = Some(token),
            _ => {}
        }
        if let [Some(name), Some(value)] = self.pair {
            let is_secret = NamePath::from_iter([name.text]).secret_in(value.text).is_some();
            self.found.extend(is_secret.then_some(value.range()));
        }
        if self.writes || self.path.secret_in(token.text).is_some() {
            self.found.push(token.range());
        } else {
            self.lines_of(token);
        }
    }

    fn lines_of(&mut self, token: Token<'_>) {
        let places = in_lines(token.text).into_iter();
        self.found.extend(places.map(|place| token.at + place.start..token.at + place.end));
    }

    fn end_list(&mut self) {
        let list = self.lists.pop().unwrap_or_default();
        let words: Vec<&str> = list.iter().map(|token| token.text).collect();
        let secrets = list.iter().zip(are_arguments(&words)).filter(|(_, is_secret)| *is_secret);
        self.found.extend(secrets.map(|(token, _)| token.range()));
    }
}
