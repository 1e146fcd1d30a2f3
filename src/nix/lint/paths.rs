//! The paths that a file refers to.

use rnix::{NodeOrToken, SyntaxKind, SyntaxNode};

use super::plain_string;
use crate::nix::finding::Finding;

/// A path literal of a file, as seen from the file's folder.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::nix) struct Reference {
    pub(in crate::nix) at: usize,
    pub(in crate::nix) path: String,
    /// Whether more follows that only shows when it is evaluated: the path is
    /// then the folder that it is in.
    pub(in crate::nix) is_folder: bool,
}

/// Paths that are others on every machine.
pub(super) fn impure(node: &SyntaxNode, found: &mut Vec<Finding>) {
    found.push(Finding::new(node, format!("`{node}` is something else on every machine")));
}

impl Reference {
    /// A path literal, and what is added to it.
    pub(super) fn of(node: SyntaxNode) -> Self {
        let at = node.text_range().start().into();
        let mut path = String::new();
        for part in node.children_with_tokens() {
            match part {
                NodeOrToken::Token(token) => path.push_str(token.text()),
                NodeOrToken::Node(_) => {
                    return Reference { at, path: folder_of(path), is_folder: true };
                }
            }
        }
        // `./. + "/a"`, and whatever is added to that.
        let mut sum = node;
        while let Some(outer) = sum.parent() {
            match outer.kind() {
                SyntaxKind::NODE_PAREN => {}
                SyntaxKind::NODE_BIN_OP if outer.first_child().as_ref() == Some(&sum) => {
                    let adds = outer
                        .children_with_tokens()
                        .any(|part| part.kind() == SyntaxKind::TOKEN_ADD);
                    let added = outer.last_child();
                    match added.as_ref().and_then(plain_string) {
                        _ if !adds => break,
                        Some(more) => path.push_str(&more),
                        None => {
                            // Up to where something unknown follows.
                            let start = added.and_then(|it| known_start(&it)).unwrap_or_default();
                            let path = folder_of(path + &start);
                            return Reference { at, path, is_folder: true };
                        }
                    }
                }
                _ => break,
            }
            sum = outer;
        }
        Reference { at, path, is_folder: false }
    }
}

/// The start of a string with interpolation, up to that.
fn known_start(string: &SyntaxNode) -> Option<String> {
    let content = string.children_with_tokens().nth(1)?.into_token()?;
    (content.kind() == SyntaxKind::TOKEN_STRING_CONTENT).then(|| content.text().to_owned())
}

fn folder_of(mut path: String) -> String {
    path.truncate(path.rfind('/').unwrap_or_default());
    path
}

/// A path below the root of the tree, told from the file that it is in; `None`
/// for one that leaves the tree.
pub(crate) fn below_root(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_known_as_far_as_they_are_literal() {
        let paths = |text: &str| {
            let root = rnix::Root::parse(text).syntax();
            let paths = root.descendants().filter(|it| it.kind() == SyntaxKind::NODE_PATH_REL);
            paths.map(Reference::of).map(|it| (it.path, it.is_folder)).collect::<Vec<_>>()
        };
        let file = |path: &str| vec![(path.to_owned(), false)];
        let folder = |path: &str| vec![(path.to_owned(), true)];
        assert_eq!(paths("import ./a.nix"), file("./a.nix"));
        assert_eq!(paths("[ (./. + \"/my vms/a.nix\") ]"), file("././my vms/a.nix"));
        assert_eq!(paths("x: ../hosts + \"/${x}.nix\""), folder("../hosts"));
        assert_eq!(paths("x: (./. + \"/h\") + \"/${x}.nix\""), folder("././h"));
        assert_eq!(paths("x: ./a/${x}.nix"), folder("./a"));
        assert_eq!(paths("\"./a\""), []);
    }

    #[test]
    fn paths_are_told_from_their_file() {
        let below = |file: &str, path: &str| below_root(file, path);
        assert_eq!(below("a/b/c.nix", "../x.nix").as_deref(), Some("a/x.nix"));
        assert_eq!(below("flake.nix", "./lib").as_deref(), Some("lib"));
        assert_eq!(below("a.nix", "../x.nix"), None);
    }
}
