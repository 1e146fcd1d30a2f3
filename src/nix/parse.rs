//! rnix: syntax errors with their lines, and the tokens that count.

use rnix::{ParseError, SyntaxKind};

/// A syntax error in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line (from 1) with its text; errors at the end of a text have none.
    pub line: Option<(usize, String)>,
    /// What the parser says, with the text it stopped at.
    pub message: String,
}

/// The syntax errors of a Nix text.
pub fn syntax_errors(text: &str) -> Vec<SyntaxError> {
    rnix::Root::parse(text).errors().iter().map(|error| describe(error, text)).collect()
}

fn describe(error: &ParseError, text: &str) -> SyntaxError {
    let range = match error {
        ParseError::Unexpected(range)
        | ParseError::UnexpectedExtra(range)
        | ParseError::UnexpectedWanted(_, range, _)
        | ParseError::UnexpectedDoubleBind(range)
        | ParseError::DuplicatedArgs(range, _) => Some(*range),
        // The end of the text, the recursion limit, and what later versions add.
        _ => None,
    };
    let start = range.map(|range| usize::from(range.start()));
    let line = start.map(|start| {
        let number = text[..start].matches('\n').count() + 1;
        (number, text.lines().nth(number - 1).unwrap_or_default().to_owned())
    });
    let node = range.map(|range| text[usize::from(range.start())..usize::from(range.end())].trim());
    let message = match node {
        Some(node) if !node.is_empty() && node.len() <= 60 => format!("{error}, at `{node}`"),
        _ => error.to_string(),
    };
    SyntaxError { line, message }
}

/// The tokens of a Nix text without spaces and line breaks. Two texts with the
/// same tokens differ in layout alone. Comments count: people write them.
pub fn tokens(text: &str) -> impl Iterator<Item = &str> {
    rnix::tokenize(text)
        .filter(|(kind, _)| *kind != SyntaxKind::TOKEN_WHITESPACE)
        .map(|(_, token)| token.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_know_their_line() {
        let errors = syntax_errors("{\n  a = ;\n}");
        assert_eq!(errors[0].line, Some((2, "  a = ;".to_owned())));
        assert_eq!(syntax_errors("{ a = 1;")[0].line, None, "the end of a text is no line");
        assert!(syntax_errors("{ a = 1; }").is_empty());
    }

    #[test]
    fn layout_is_not_a_token() {
        let a: Vec<_> = tokens("{a=1;# x\n}").collect();
        let b: Vec<_> = tokens("{\n  a = 1; # x  \n}\n").collect();
        assert_eq!(a, b);
        assert_ne!(a, tokens("{a=2;# x\n}").collect::<Vec<_>>());
    }
}
