//! From text to typed tables. Every value keeps its place, every mistake is
//! found in one run.

pub(crate) mod decode;
pub mod schema;
mod secrets;
mod spanned;
pub(crate) mod suggest;
mod syntax;
pub mod types;

pub use decode::Map;
pub(crate) use decode::quoted;
pub use schema::ClusterFile;
pub use spanned::Spanned;
pub(crate) use suggest::closest;

use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// The largest file that is read. Ten thousand VMs with every key written take
/// a tenth of it.
pub const MAX_BYTES: u64 = 64 << 20;

/// Reads the tables. With syntax errors nothing is decoded: a table that was
/// cut short would only give rise to mistakes that nobody made.
pub fn read(source: &Source, log: &mut Vec<Diagnostic>) -> Option<ClusterFile> {
    let (document, errors) = DeTable::parse_recoverable(source.text());
    if !errors.is_empty() {
        syntax::report(source, &errors, log);
        return None;
    }
    let end = source.text().len();
    let table = DeValue::Table(document.into_inner());
    // The file itself is the top table; a key that it lacks is best added at its end.
    let table = TomlSpanned::new(end..end, table);
    let mut secrets = Vec::new();
    secrets::find(&table, &mut secrets);
    let file = <ClusterFile as decode::Decode>::decode(&table, log);
    if secrets.is_empty() {
        return file;
    }
    // Nothing else is said of a secret, lest it be repeated: neither here nor
    // by the stages that follow.
    log.retain(|found| !secrets.iter().any(|secret| secret.span == found.span));
    log.append(&mut secrets);
    None
}
