//! A document without the MicroVMs that have no part in a line. Trying out every
//! value of ten thousand of them would take hours.

use similar::{DiffTag, TextDiff};
use toml::de::DeValue;

use crate::input::Document;

/// Renders the file that the line is in.
type Render<'r> = &'r dyn Fn(&Document<'_>) -> Option<String>;

/// A smaller document in which a line is the same, and the line's number there.
pub(super) struct Cut<'a> {
    pub(super) document: Document<'a>,
    pub(super) text: String,
    pub(super) line: usize,
}

/// Leaves out as many MicroVMs as the line allows, half of them at first.
pub(super) fn cut<'a>(
    document: &Document<'a>,
    text: &str,
    line: usize,
    render: Render<'_>,
) -> Cut<'a> {
    /// So few are quicker tried than left out.
    const FEW: usize = 4;

    let mut cut = Cut { document: document.clone(), text: text.to_owned(), line };
    let mut size = names(&cut.document).len() / 2;
    while size >= FEW {
        let names = names(&cut.document);
        for group in names.chunks(size) {
            let smaller = without(&cut.document, group);
            if let Some(text) = render(&smaller)
                && let Some(line) = same_line(&cut.text, &text, cut.line)
            {
                cut = Cut { document: smaller, text, line };
            }
        }
        size /= 2;
    }
    cut
}

fn names(document: &Document<'_>) -> Vec<String> {
    let vms =
        document.get_ref().as_table().and_then(|table| table.get("vms")?.get_ref().as_table());
    vms.map(|vms| vms.keys().map(|key| key.get_ref().to_string()).collect()).unwrap_or_default()
}

fn without<'a>(document: &Document<'a>, names: &[String]) -> Document<'a> {
    let mut smaller = document.clone();
    if let DeValue::Table(table) = smaller.get_mut()
        && let Some(vms) = table.get_mut("vms")
        && let DeValue::Table(vms) = vms.get_mut()
    {
        for name in names {
            vms.remove(name.as_str());
        }
    }
    smaller
}

/// Where a line (from 1) of one text is in another, if it stayed.
fn same_line(old: &str, new: &str, line: usize) -> Option<usize> {
    let diff = TextDiff::from_lines(old, new);
    diff.ops().iter().find_map(|op| {
        let (tag, old, new) = op.as_tag_tuple();
        (tag == DiffTag::Equal && old.contains(&(line - 1))).then(|| line - old.start + new.start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_where_it_went() {
        assert_eq!(same_line("a\nb\nc\n", "b\nc\n", 3), Some(2));
        assert_eq!(same_line("a\nb\n", "a\nx\n", 2), None);
    }
}
