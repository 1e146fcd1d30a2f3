//! rnix: syntax errors with their places.

use rnix::ParseError;

use super::lint::Finding;

/// The syntax errors of a Nix text.
pub(super) fn errors(parsed: &rnix::Parse<rnix::Root>, text: &str) -> Vec<Finding> {
    parsed.errors().iter().map(|error| describe(error, text)).collect()
}

fn describe(error: &ParseError, text: &str) -> Finding {
    let range = match error {
        ParseError::Unexpected(range)
        | ParseError::UnexpectedExtra(range)
        | ParseError::UnexpectedWanted(_, range, _)
        | ParseError::UnexpectedDoubleBind(range)
        | ParseError::DuplicatedArgs(range, _) => {
            usize::from(range.start())..usize::from(range.end())
        }
        // The end of the text, the recursion limit, and what later versions add.
        _ => text.trim_end().len()..text.len(),
    };
    let node = text[range.clone()].trim();
    let message = if node.is_empty() || node.len() > 60 {
        error.to_string()
    } else {
        format!("{error}, at `{node}`")
    };
    Finding { at: range.start, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<Finding> {
        super::errors(&rnix::Root::parse(text), text)
    }

    #[test]
    fn errors_know_their_place() {
        assert_eq!(errors("{\n  a = ;\n}")[0].at, 8);
        assert_eq!(errors("{ a = 1;\n")[0].at, 8, "the end of a text");
        assert!(errors("{ a = 1; }").is_empty());
    }
}
