//! rnix: a syntax tree, or syntax errors with their places.

use rnix::{ParseError, Root};

use super::depth;
use super::finding::Finding;
use super::tokens::is_tangled;
use crate::text::part;

/// What follows from the first mistakes of a text is no news.
pub(super) const MOST_ERRORS: usize = 20;

/// The syntax tree of a Nix text. Nothing else parses one: no tree may be deeper
/// than those that walk over it can go.
pub(super) fn tree(text: &str) -> Result<Root, Vec<Finding>> {
    if !is_tangled(text) {
        depth::check(text).map_err(|found| vec![found])?;
    }
    tree_of_ours(text)
}

/// The syntax tree of a text that a template of nixgen's own makes, which is as deep as
/// that and the tables of `cluster.toml` are.
pub(super) fn tree_of_ours(text: &str) -> Result<Root, Vec<Finding>> {
    if is_tangled(text) {
        let message = "its names have thousands of dots or dashes, too many to read".to_owned();
        return Err(vec![Finding { at: 0, message }]);
    }
    let parsed = Root::parse(text);
    let errors = parsed.errors().iter().take(MOST_ERRORS);
    let errors: Vec<Finding> = errors.map(|error| describe(error, text)).collect();
    if errors.is_empty() { Ok(parsed.tree()) } else { Err(errors) }
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
    let node = part(text, range.clone()).trim();
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
        super::tree(text).err().unwrap_or_default()
    }

    #[test]
    fn errors_know_their_place() {
        assert_eq!(errors("{\n  a = ;\n}")[0].at, 8);
        assert_eq!(errors("{ a = 1;\n")[0].at, 8, "the end of a text");
        assert!(errors("{ a = 1; }").is_empty());
    }
}
