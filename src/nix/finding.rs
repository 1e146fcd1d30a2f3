//! What is wrong with a text, and where.

use rnix::SyntaxNode;

/// A mistake in a text, and at which of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Finding {
    pub(super) fn new(node: &SyntaxNode, message: impl Into<String>) -> Self {
        Self { at: node.text_range().start().into(), message: message.into() }
    }
}
