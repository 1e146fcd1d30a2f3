//! From text to typed tables. Every value keeps its place, every mistake is
//! found in one run.

pub(crate) mod decode;
pub mod schema;
mod spanned;
mod suggest;
pub mod types;

pub use decode::Map;
pub use schema::ClusterFile;
pub use spanned::Spanned;
pub(crate) use suggest::closest;

use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;

/// The largest file that is read. Ten thousand VMs with every key written take
/// a tenth of it.
pub const MAX_BYTES: u64 = 64 << 20;

/// Reads the tables. With syntax errors nothing is decoded: a table that was
/// cut short would only give rise to mistakes that nobody made.
pub fn read(source: &Source, log: &mut Vec<Diagnostic>) -> Option<ClusterFile> {
    let (document, errors) = DeTable::parse_recoverable(source.text());
    if !errors.is_empty() {
        log.extend(errors.iter().map(|error| {
            Diagnostic::new(
                Code::Syntax,
                error.span(),
                error.message().trim_end().replace('\n', ", "),
            )
        }));
        return None;
    }
    let end = source.text().len();
    let table = DeValue::Table(document.into_inner());
    // The file itself is the top table; a key that it lacks is best added at its end.
    <ClusterFile as decode::Decode>::decode(&TomlSpanned::new(end..end, table), log)
}
