//! Hashes that the lock keeps: of files, and of what they are rendered from.

use sha2::{Digest, Sha256};

use crate::nix;
use crate::render::Language;
use crate::text::hex;

/// The content of a file as far as it matters: of Nix its tokens, since layout is any
/// formatter's business, and the lines of everything else.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::disk) struct Essence(String);

impl Essence {
    pub(in crate::disk) fn of(path: &str, text: &str) -> Self {
        if Language::of(path) == Some(Language::Nix) && !nix::is_tangled(text) {
            return Self(nix::essence(text));
        }
        let has_returns = text.contains('\r');
        let mut lines = if has_returns { text.replace("\r\n", "\n") } else { text.to_owned() };
        if !lines.is_empty() && !lines.ends_with('\n') {
            lines.push('\n');
        }
        Self(lines)
    }
}

/// The hash of an essence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::disk) struct Fingerprint(pub(super) String);

impl Fingerprint {
    pub(in crate::disk) fn of(path: &str, text: &str) -> Self {
        Essence::of(path, text).into()
    }
}

impl From<Essence> for Fingerprint {
    fn from(essence: Essence) -> Self {
        Self(start_of(&Sha256::digest(essence.0)))
    }
}

/// As much of a digest as is enough to tell texts apart that nobody forges.
fn start_of(digest: &[u8]) -> String {
    const ENOUGH: usize = 16;

    hex(digest.get(..ENOUGH).unwrap_or(digest))
}

/// The input of a tree, as far as it is the user's: `cluster.toml`, but
/// for comments and layout, and their templates. From the same one, only another
/// version of nixgen renders anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input(pub(super) String);

impl Input {
    /// Of texts that say it all, in this order.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        for text in texts {
            // As wide on every machine.
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        Self(start_of(&hash.finalize()))
    }
}
