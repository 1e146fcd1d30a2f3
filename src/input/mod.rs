//! From text to typed tables. Every value keeps its place, every mistake is
//! found in one run.

mod advice;
mod canonical;
pub(crate) mod decode;
mod describe;
pub(crate) mod example;
mod keys;
pub mod machines;
pub mod nixos;
mod record;
mod scalars;
pub mod schema;
mod spanned;
mod syntax;
pub mod types;
pub mod workloads;

pub(crate) use advice::advise;
pub(crate) use canonical::canonical;
pub use decode::{Map, Text};
pub(crate) use keys::{Key, Keys};
pub use schema::ClusterFile;
pub(crate) use schema::schema;
pub use spanned::Spanned;
pub(crate) use syntax::too_large;

use toml::Spanned as TomlSpanned;
use toml::de::DeValue;

use crate::diagnostic::Diagnostic;
use crate::secret;
use crate::source::Source;

/// The largest file that is read. Ten thousand VMs with every key written take
/// half of it.
pub const MAX_BYTES: u64 = 16 << 20;

/// A file as TOML has it: every key and value with its place.
pub type Document<'a> = TomlSpanned<DeValue<'a>>;

/// Reads the tables of a file, of which there is a document unless its syntax is
/// wrong.
pub fn read(
    source: &Source,
    document: Option<&Document<'_>>,
    log: &mut Vec<Diagnostic>,
) -> Option<ClusterFile> {
    let Some(document) = document else {
        secret::refuse_anywhere(source.text(), log);
        return None;
    };
    let mut secrets = Vec::new();
    secret::refuse(source.text(), document, &mut secrets);
    let file = decode(document, log);
    if !secrets.iter().any(Diagnostic::is_error) {
        for found in log.iter_mut() {
            found.message = secret::hide_all(&found.message);
        }
        log.append(&mut secrets);
        return file;
    }
    // Nothing else is said of a secret, lest it be repeated: neither here nor
    // by the stages that follow.
    log.retain(|found| !secrets.iter().any(|secret| secret.span == found.span));
    log.append(&mut secrets);
    None
}

/// Parses a file. With syntax errors there is no document: a table that was cut
/// short would only give rise to mistakes that nobody made.
pub fn parse<'a>(source: &'a Source, log: &mut Vec<Diagnostic>) -> Option<Document<'a>> {
    let document = syntax::parse(source, log)?;
    let end = source.text().len();
    // The file itself is the top table; a key that it lacks is best added at its end.
    Some(TomlSpanned::new(end..end, DeValue::Table(document.into_inner())))
}

/// Decodes the tables of a document.
pub fn decode(document: &Document<'_>, log: &mut Vec<Diagnostic>) -> Option<ClusterFile> {
    <ClusterFile as decode::Decode>::decode(document, log)
}
