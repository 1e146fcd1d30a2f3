//! Secrets in a text of any language, as a person or a program reads it line by line:
//! what is given to the name of one, below it, or as an argument that is one.

use std::ops::Range;

use super::NamePath;
use super::names::{HEADER, SCHEMES, is_reference, is_secret_name, may_be_secret, name_of_value};
use crate::text::part;

/// Options that take a secret with some programs, whatever else they are with others.
const OPTIONS: &[(&str, &[&str])] = &[
    ("", &["--from-literal"]),
    ("curl", &["-u", "--user", "-U", "--proxy-user"]),
    ("skopeo", &["--creds", "--src-creds", "--dest-creds"]),
    ("aws configure", &["aws_secret_access_key", "aws_session_token"]),
    ("az login", &["-p"]),
    ("buildah login", &["-p"]),
    ("docker login", &["-p"]),
    ("helm registry login", &["-p"]),
    ("ipmitool", &["-P"]),
    ("oc login", &["-p"]),
    ("podman login", &["-p"]),
    ("skopeo login", &["-p"]),
    ("ldap", &["-w"]),
    ("mariadb", &["-p"]),
    ("mosquitto_", &["-P"]),
    ("mysql", &["-p"]),
    ("nmcli", &["password", "wifi-sec.psk"]),
    ("openssl", &["-k", "-pass", "-passin", "-passout"]),
    ("redis-cli", &["-a"]),
    ("smbclient", &["-U"]),
    ("sshpass", &["-p"]),
];

/// No more of a name, and of a value to tell what it is, is looked at.
const LONGEST: usize = 200;

/// What belongs together is no more lines apart.
const NEAR: usize = 50;

/// A line that has others below it.
struct Above<'a> {
    column: usize,
    name: &'a str,
    /// Whether all that is below is secret, whatever its names: the data of a Secret.
    is_secret: bool,
}

/// What is left of a line before.
enum Open {
    Nothing,
    /// The word that comes next is a secret.
    Word,
    /// A text in such quotes, which is one.
    Quoted(char),
}

/// The places of values that may be secrets.
pub(crate) fn in_lines(text: &str) -> Vec<Range<usize>> {
    if !may_be_secret(text) {
        return Vec::new();
    }
    let mut at = 0;
    let mut found = Vec::new();
    for document in text.split_inclusive("\n---") {
        let lines: Vec<&str> = document.split_inclusive('\n').collect();
        let is_secret = lines.iter().any(|line| is_kind_secret(line));
        let mut reader =
            Reader { lines: &lines, is_secret, above: Vec::new(), open: Open::Nothing };
        for (index, line) in lines.iter().enumerate() {
            if let Some(value) = reader.secret_in(index, line) {
                found.push(at + value.start..at + value.end);
            }
            at += line.len();
        }
    }
    found
}

struct Reader<'a> {
    lines: &'a [&'a str],
    /// Whether the document is a Secret of Kubernetes.
    is_secret: bool,
    above: Vec<Above<'a>>,
    open: Open,
}

impl<'a> Reader<'a> {
    /// The place in a line from which on it is secret.
    fn secret_in(&mut self, index: usize, line: &'a str) -> Option<Range<usize>> {
        let end = line.trim_end().len();
        let column = column(line);
        if column >= end {
            return None;
        }
        let content = part(line, column..end);
        let is_secret = match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Quoted(quote) => {
                if !content.contains(quote) {
                    self.open = Open::Quoted(quote);
                }
                true
            }
            Open::Word => !content.starts_with('-') && is_literal(content),
            Open::Nothing => false,
        };
        if is_secret {
            return Some(column..end);
        }
        while self.above.pop_if(|above| above.column >= column).is_some() {}
        let value =
            self.below_name(index, column, content).or_else(|| self.assigned(index, content));
        value.map(|value| column + value.start..column + value.end)
    }

    /// What stands behind the name that a line begins with, or below one.
    fn below_name(
        &mut self,
        index: usize,
        column: usize,
        content: &'a str,
    ) -> Option<Range<usize>> {
        let is_all = self.above.iter().any(|above| above.is_secret);
        let path = || self.above.iter().map(|above| above.name);
        let Some((own, value)) = binding(content) else {
            let is_secret = is_all || path().collect::<NamePath<'_>>().secret_in(content).is_some();
            return (is_secret && is_literal(content)).then_some(0..content.len());
        };
        let name = name_of_value(own, |name| self.beside(index, column, name));
        let is_header = own == "value"
            && self.beside(index, column, "name").is_some_and(|it| it.eq_ignore_ascii_case(HEADER));
        let text = without_tag(part(content, value..));
        let is_all = is_all || self.is_data(own);
        if opens(text) {
            self.above.push(Above { column, name, is_secret: is_all });
            return None;
        }
        let is_secret = path().chain([name]).collect::<NamePath<'_>>().secret_in(bare(text));
        (is_all || is_header || is_secret.is_some()).then(|| self.literal(content, value)).flatten()
    }

    /// Whether a name is that of the data of a Secret.
    fn is_data(&self, name: &str) -> bool {
        self.is_secret && matches!(name, "data" | "stringData")
    }

    /// The value of another name in the same item of a list.
    fn beside(&self, index: usize, column: usize, name: &str) -> Option<&'a str> {
        let value = |line: &&'a str| {
            let content =
                line.get(self::column(line)..).filter(|_| self::column(line) == column)?;
            let (own, value) = binding(content)?;
            (own == name).then(|| bare(part(content, value..)))
        };
        let mut is_over = self.lines.get(index).is_some_and(|line| is_item(line));
        let before = self.lines.iter().take(index).rev().take(NEAR);
        let before = before.take_while(|line| !std::mem::replace(&mut is_over, is_item(line)));
        let behind = self.lines.iter().skip(index + 1).take(NEAR).take_while(|line| {
            !is_item(line) && (line.trim().is_empty() || self::column(line) >= column)
        });
        before.chain(behind).find_map(value)
    }

    /// What is given to a name anywhere in a line: `NAME=value`, `--name value`.
    fn assigned(&mut self, index: usize, content: &str) -> Option<Range<usize>> {
        let command = self.command(index);
        if let Some(value) = credentials(content).or_else(|| attached(content, command)) {
            return Some(value..content.len());
        }
        for Given { name, value, gives } in given(content) {
            let name = name_of_value(name, |name| beside_in(content, name));
            // The data of a Secret may be a set on the same line.
            let is_set = part(content, value..).starts_with('{');
            let is_secret =
                gives && is_secret_name(name) || (gives || is_set) && self.is_data(name);
            if !(is_secret || is_option(name, command)) {
                continue;
            }
            let text = bare(part(content, value..));
            if text.trim_matches('\\').is_empty() {
                self.open = if name.starts_with('-') { Open::Word } else { Open::Nothing };
            } else if !(text.starts_with('-') && (name.starts_with('-') || !gives))
                && let Some(value) = self.literal(content, value)
            {
                return Some(value);
            }
        }
        None
    }

    /// The lines of a command up to one of them: those that a backslash joins, or the
    /// items of a list.
    fn command(&self, index: usize) -> &'a [&'a str] {
        let is_one = self.lines.get(index).is_some_and(|line| is_item(line));
        let continues = |line: &&&str| line.trim_end().ends_with('\\') || is_one && is_item(line);
        let before = self.lines.iter().take(index).rev().take(NEAR).take_while(continues).count();
        self.lines.get(index - before..=index).unwrap_or_default()
    }

    /// A value up to the end of its line, and on where its quotes are open.
    fn literal(&mut self, content: &str, value: usize) -> Option<Range<usize>> {
        let text = part(content, value..).trim_start();
        let start = content.len() - text.len();
        if !is_literal(text) {
            return None;
        }
        let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
        if let Some(quote) = quote.filter(|quote| !part(text, 1..).contains(*quote)) {
            self.open = Open::Quoted(quote);
        }
        Some(start..content.len())
    }
}

/// A name in a line.
struct Given<'a> {
    name: &'a str,
    /// Where the text behind it begins.
    value: usize,
    /// Whether that is given to it.
    gives: bool,
}

fn given(content: &str) -> impl Iterator<Item = Given<'_>> {
    let is_end = |(at, c): &(usize, char)| match c {
        '=' | ':' => true,
        ' ' | '\t' => !part(content, ..*at).ends_with([' ', '\t']),
        _ => false,
    };
    let ends = content.char_indices().filter(is_end).chain([(content.len(), ' ')]);
    ends.map(|(at, end)| {
        let from = content.floor_char_boundary(at.saturating_sub(LONGEST));
        let before = part(content, from..at).trim_end_matches([' ', ',', '"', '\'', '\\']);
        let name = before.rsplit(ends_name).next().unwrap_or_default();
        let rest = content.get(at + 1..).unwrap_or_default();
        let value = content.len() - rest.trim_start_matches([' ', ',']).len();
        let is_quoted = part(content, value..).starts_with(['"', '\'']);
        let gives = match end {
            '=' => !rest.starts_with(['=', '~']),
            // In JSON, or a header; but not in the name of an image.
            ':' => {
                let opens = part(before, ..before.len() - name.len());
                let is_first = from == 0 && opens.trim_matches(['#', '/', '*', ' ']).is_empty();
                let is_in_set = opens.contains('{') && opens.trim_end().ends_with(['{', ',']);
                let in_quotes = opens.ends_with(['"', '\'']);
                let header = opens.trim_end_matches(['"', '\'']).trim_end_matches([' ', '=']);
                let is_header =
                    in_quotes && (header.ends_with("-H") || header.ends_with("--header"));
                // A text that ends behind the name asks for what it names.
                let asks = in_quotes
                    && !part(content, ..at).ends_with(['"', '\''])
                    && rest.trim_start().starts_with(['"', '\'']);
                is_quoted && !asks
                    || is_header
                    || rest.starts_with(' ') && !asks && (is_first || is_in_set || in_quotes)
            }
            // In prose a name is followed by a space, and holds no secret.
            _ => {
                name.starts_with("--")
                    || is_quoted && before.len() == at - from && !name.ends_with(':')
            }
        };
        Given { name, value, gives }
    })
}

/// The value of another name on the same line.
fn beside_in<'a>(content: &'a str, name: &str) -> Option<&'a str> {
    let value = given(content).find(|given| given.gives && given.name == name)?.value;
    part(content, value..).split([',', '}']).next().map(bare)
}

fn is_item(line: &str) -> bool {
    line.trim_start().starts_with("- ")
}

/// `kind: Secret`, or `"kind": "Secret"` somewhere in a line.
fn is_kind_secret(line: &str) -> bool {
    line.match_indices("kind").any(|(at, kind)| {
        let value = part(line, at + kind.len()..).trim_start_matches(['"', '\'', ':', ' ']);
        let rest = value.strip_prefix("Secret");
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    })
}

/// Where the content of a line begins, behind the dashes of lists.
fn column(line: &str) -> usize {
    let mut at = line.len() - line.trim_start().len();
    while let Some(rest) = part(line, at..).strip_prefix("- ") {
        at = line.len() - rest.trim_start().len();
    }
    at
}

/// The name that a text begins with, and where its value begins.
fn binding(content: &str) -> Option<(&str, usize)> {
    let (name, rest) = content.split_once(':')?;
    let bare = name.trim_end().trim_matches(['"', '\'']);
    let is_name =
        !bare.is_empty() && !bare.contains(|c: char| c.is_whitespace() || "\"'(){}[]".contains(c));
    let is_followed =
        rest.is_empty() || rest.starts_with([' ', '\t']) || name.ends_with(['"', '\'']);
    (is_name && is_followed).then_some((bare, name.len() + 1))
}

/// A value without the tag and the anchor before it.
fn without_tag(text: &str) -> &str {
    let mut text = text.trim();
    while text.starts_with(['!', '&']) {
        text = text.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
    }
    text
}

/// Whether what belongs to a name is on the lines below it.
fn opens(text: &str) -> bool {
    let block = text.strip_prefix(['|', '>']);
    let block = block.map(|rest| rest.trim_start_matches(|c: char| "+-0123456789 ".contains(c)));
    matches!(text, "" | "{" | "[")
        || block.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// Whether a value is a text of its own, and no code that makes one, nor a name or a
/// place of it.
fn is_literal(text: &str) -> bool {
    let text = bare(part(text, ..text.floor_char_boundary(LONGEST)));
    let first = text.split(char::is_whitespace).next().unwrap_or_default();
    let is_code = text.starts_with(['<', '`', '*', '\\'])
        || ["{{", "%s"].iter().any(|it| text.starts_with(it))
        || {
            text.strip_prefix('$').is_some_and(|rest| {
                // `$6$salt$hash` is the hash of a password, `$'text'` a text, and behind `:-`
                // stands what a variable has unless it has another.
                let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
                !name.starts_with('$')
                    && !rest.starts_with(['\'', '"'])
                    && rest.split_once(":-").is_none_or(|(_, value)| value.starts_with(['}', '$']))
            })
        };
    let is_empty = text.trim_matches(['{', '}', '[', ']', '(', ')', ',', ';']).is_empty();
    !(is_empty || is_code || is_reference(text) || is_reference(bare(first).trim_matches(':')))
}

fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "\"',;".contains(c))
}

/// Where credentials begin: in a header, `Authorization: Bearer …`, or in what a password
/// is set by, `echo admin:… | chpasswd`.
fn credentials(content: &str) -> Option<usize> {
    if let Some((before, _)) = content.split_once("chpasswd") {
        let (login, password) = before.rsplit_once(':')?;
        return is_literal(password).then_some(login.len() + 1);
    }
    let lower = content.to_ascii_lowercase();
    let header = lower.find(HEADER)?;
    let ends = SCHEMES
        .iter()
        .filter_map(|scheme| Some(header + part(&lower, header..).find(scheme)? + scheme.len()));
    let value = ends.min()?;
    is_literal(part(content, value..).split(['"', '\'']).next()?).then_some(value)
}

/// Where a secret begins that is glued to its option: `mysql -phunter2`.
fn attached(content: &str, command: &[&str]) -> Option<usize> {
    let options = OPTIONS.iter().filter(|(program, _)| is_program(program, command));
    let short = options.flat_map(|(_, options)| *options).filter(|option| option.len() == 2);
    let place = |option: &&str| {
        let (before, rest) = content.split_once(&format!(" {option}"))?;
        let word = rest.split(' ').next().filter(|word| !word.is_empty() && is_literal(word))?;
        Some(before.len() + 3).filter(|_| word.len() > 2)
    };
    short.copied().find_map(|option| place(&option))
}

fn is_program(program: &str, command: &[&str]) -> bool {
    command.iter().any(|line| line.contains(program))
}

/// Whether a word is an option of the command's program that takes a secret, or several
/// of one letter that end in one.
fn is_option(name: &str, command: &[&str]) -> bool {
    let letters = name.strip_prefix('-').filter(|rest| rest.chars().all(char::is_alphabetic));
    let last = letters.and_then(|letters| letters.chars().next_back());
    let is_its = |(program, options): &(&str, &[&str])| {
        let has_letters =
            options.iter().all(|option| option.len() == 2 || option.starts_with("--"));
        let ends = |option: &&str| option.len() == 2 && last.is_some_and(|it| option.ends_with(it));
        (options.contains(&name) || has_letters && options.iter().any(ends))
            && is_program(program, command)
    };
    OPTIONS.iter().any(is_its)
}

fn ends_name(c: char) -> bool {
    c.is_whitespace() || "\"'`(){}[],;|&=".contains(c)
}
