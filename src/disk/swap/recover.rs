//! A run that was cut short is completed by the next one. What a person changed
//! in the meantime is left as it is.

use super::Say;
use super::exchange::{Exchange, Outcome, content};
use super::journal::JournalEntry;
use super::staging::{Progress, Staging, new};
use crate::disk::error::IoError;
use crate::disk::paths::STAGING;
use crate::disk::tree::{Folder, Found};
use crate::text::count;

/// Completes what is left of a run, if any is.
pub(super) fn recover(root: &Folder, say: Say<'_>) -> Result<(), IoError> {
    let Some(staging) = Staging::find(root)? else { return Ok(()) };
    match staging.progress()? {
        Progress::Nothing => {
            // With the folder empty, it was at its very beginning or at its very end.
            let is_empty = staging.folder().names()?.is_empty();
            let how_far = if is_empty { "" } else { "; none of its files was written" };
            say(&format!("deleted {STAGING}, which an interrupted run had left{how_far}"));
        }
        Progress::Swapping(entries) => {
            is_whole(&staging, &entries)?;
            let mut swap = Exchange::new(root, &staging, &entries);
            let mut kept = Vec::new();
            for (at, entry) in entries.iter().enumerate() {
                if swap.forward(at, entry)? == Outcome::Kept {
                    kept.push(entry.path.as_str());
                }
            }
            swap.sync()?;
            staging.finish()?;
            swap.drop_contents(say)?;
            tidy(&swap, say);
            let files = count(entries.len(), "file");
            say(&format!("completed an interrupted run that was writing {files}"));
            for path in kept {
                say(&format!("  {path} was changed since, and is left as it is"));
            }
        }
        Progress::Done(entries) => {
            let mut swap = Exchange::new(root, &staging, &entries);
            swap.drop_contents(say)?;
            tidy(&swap, say);
            say(&format!(
                "deleted {STAGING}, which an interrupted run had left; all its files were written"
            ));
        }
    }
    staging.clear(root)
}

/// Deletes folders that were emptied. One that cannot be deleted harms nobody.
fn tidy(swap: &Exchange<'_>, say: Say<'_>) {
    if let Err(error) = swap.remove_emptied() {
        say(&error.to_string());
    }
}

/// Whether what is still to be put in place is what was staged.
fn is_whole(staging: &Staging, entries: &[JournalEntry]) -> Result<(), IoError> {
    for (at, entry) in entries.iter().enumerate() {
        let Some(digest) = &entry.new else { continue };
        match content(staging.folder(), &new(at))? {
            Found::Nothing => {}
            Found::File(now) if now == *digest => {}
            _ => {
                let path = staging.folder().at(&new(at));
                let help = format!(
                    "nothing was changed; it was to become {}: restore the tree from version \
                     control, delete {STAGING}, and run `nixgen render`",
                    entry.path
                );
                return Err(IoError::invalid(
                    "use",
                    &path,
                    "it is not what the interrupted run wrote",
                )
                .with_help(help));
            }
        }
    }
    Ok(())
}
