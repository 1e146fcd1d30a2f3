//! What is said of secrets in `cluster.toml`: it is committed as it is, comments too, and
//! what is rendered from it everybody can read in the Nix store.

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::Source as Tokens;
use toml_parser::lexer::TokenKind;

use super::hiding::are_arguments;
use super::lines::in_lines;
use super::look::Certainty;
use super::looks::{first, found};
use super::names::{NamePath, name_of_value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text::part;

/// Refuses every text that is a secret by its name, and every key, text and comment that
/// looks like one; warns of what may be one. No message repeats it.
pub(crate) fn refuse(text: &str, root: &Spanned<DeValue<'_>>, log: &mut Vec<Diagnostic>) {
    refuse_below(root, &mut NamePath::default(), log);
    let comments = tokens(text).filter(|(kind, ..)| *kind == TokenKind::Comment);
    for (_, comment, span) in comments {
        log.extend(looks(comment, Certainty::Everywhere, span));
    }
}

/// Refuses what looks like one where the text does not parse, and will be quoted for
/// that.
pub(crate) fn refuse_anywhere(text: &str, log: &mut Vec<Diagnostic>) {
    /// A file with more is no `cluster.toml`.
    const MOST: usize = 100;

    let whole = tokens(text).filter_map(|(kind, token, span)| match kind {
        TokenKind::Comment => looks(token, Certainty::Everywhere, span),
        _ => looks(token, Certainty::InValues, span),
    });
    let mut secrets: Vec<Diagnostic> = whole.take(MOST).collect();
    // Without quotes a join token is three of TOML's own.
    let unquoted = found(text).into_iter();
    for (span, _) in unquoted.filter(|(_, look)| look.certainty == Certainty::Everywhere) {
        if secrets.len() < MOST && !secrets.iter().any(|secret| overlaps(secret, &span)) {
            secrets.extend(looks(part(text, span.clone()), Certainty::Everywhere, span));
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
        DeValue::String(text) => log.extend(of_text(path, text, node.span())),
        DeValue::Array(items) => {
            let before = log.len();
            items.iter().for_each(|item| refuse_below(item, path, log));
            let words: Option<Vec<&str>> =
                items.iter().map(|item| item.get_ref().as_str()).collect();
            // The arguments of a program: a password is the word behind its name.
            if let (true, Some(words)) = (log.len() == before, words) {
                let mut secrets = items.iter().zip(are_arguments(&words));
                let secret = secrets.find(|(_, is_secret)| *is_secret);
                log.extend(secret.map(|(item, _)| warned(MAY_HOLD, item.span())));
            }
        }
        DeValue::Table(table) => {
            let above = path.len();
            for (key, value) in table {
                log.extend(looks(key.get_ref(), Certainty::InValues, key.span()));
                path.push(named_beside(table, key.get_ref()));
                refuse_below(value, path, log);
                path.truncate(above);
            }
        }
        // A PIN, or a password of digits; a plural counts.
        DeValue::Integer(number) => {
            let name = path.secret_in(number.as_str()).filter(|name| !name.ends_with('s'));
            log.extend(name.map(|_| warned(MAY_HOLD, node.span())));
        }
        DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

/// The name of a value, which stands beside it where a list is of names and values.
pub(crate) fn named_beside<'t>(table: &'t DeTable<'_>, key: &'t str) -> &'t str {
    name_of_value(key, |name| table.get(name)?.get_ref().as_str())
}

fn of_text(path: &NamePath<'_>, text: &str, span: Span) -> Option<Diagnostic> {
    looks(text, Certainty::InValues, span.clone())
        .or_else(|| named(path, text, span.clone()))
        .or_else(|| looks(text, Certainty::Suspected, span.clone()))
        .or_else(|| suspected(text, span))
}

/// Refuses a text that looks like a secret, or warns of it.
fn looks(text: &str, least: Certainty, span: Span) -> Option<Diagnostic> {
    let look = first(text, least)?;
    let (what, instead) = (look.what, look.instead);
    if look.certainty == Certainty::Suspected {
        return Some(warned(format!("this looks like {what}, which everybody would see"), span));
    }
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

/// Warns of a text in which something is given to the name of a secret.
fn suspected(text: &str, span: Span) -> Option<Diagnostic> {
    (!in_lines(text).is_empty()).then(|| warned(MAY_HOLD, span))
}

const MAY_HOLD: &str = "this may hold a secret, which everybody would see";

fn warned(message: impl Into<String>, span: Span) -> Diagnostic {
    let help = "have the program read it from a file on the machine, as by an option that takes a \
                path, `EnvironmentFile` or `LoadCredential`";
    Diagnostic::new(Code::SuspectedSecret, span, message).help(help)
}

/// The tokens of a text, whether it parses or not.
fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, &str, Span)> {
    Tokens::new(text).lex().filter_map(move |token| {
        let span = token.span().start()..token.span().end();
        Some((token.kind(), text.get(span.clone())?, span))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
