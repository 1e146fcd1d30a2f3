//! A document without the machines that have no part in a line or an option.
//! Trying out every value of ten thousand of them would take hours.

use std::collections::BTreeSet;

use similar::{DiffTag, TextDiff};
use toml::de::{DeTable, DeValue};

use super::place::{Machine, table};
use crate::input::Document;
use crate::input::types::Role;

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

/// The document with some machines and those that each can depend on: the control
/// planes, and the hosts that carry them.
pub(super) fn around<'a>(document: &Document<'a>, machines: &[Machine<'_>]) -> Document<'a> {
    /// With more of them, each is a member like the others.
    const CONTROL_PLANES: usize = 7;
    /// An only host is the gateway; two are not.
    const HOSTS: usize = 2;

    let named = |table: &str| -> BTreeSet<String> {
        let its = machines.iter().filter(|machine| machine.table == table);
        its.map(|machine| machine.name.to_owned()).collect()
    };
    let text = |vm: &DeValue<'_>, key: &str| -> Option<String> {
        Some(vm.as_table()?.get(key)?.get_ref().as_str()?.to_owned())
    };
    let is_control_plane =
        |vm: &DeValue<'_>| text(vm, "role").as_deref() == Some(Role::ControlPlane.as_str());
    let (mut vms, mut hosts) = (named("vms"), named("hosts"));
    if let Some(all) = table(document, &["vms"]) {
        let members = all.iter().filter(|(_, vm)| is_control_plane(vm.get_ref()));
        vms.extend(members.take(CONTROL_PLANES).map(|(name, _)| name.get_ref().to_string()));
        let kept = vms.iter().filter_map(|name| all.get(name.as_str()));
        hosts.extend(kept.filter_map(|vm| text(vm.get_ref(), "host")));
    }
    if let Some(all) = table(document, &["hosts"]) {
        hosts.extend(all.keys().take(HOSTS).map(|name| name.get_ref().to_string()));
    }
    let mut cut = DeTable::new();
    for (key, value) in document.get_ref().as_table().into_iter().flatten() {
        let kept = match key.get_ref().as_ref() {
            "vms" => Some(&vms),
            "hosts" => Some(&hosts),
            _ => None,
        };
        let value = match (kept, value.get_ref()) {
            (Some(kept), DeValue::Table(all)) => {
                let machines =
                    all.iter().filter(|(name, _)| kept.contains(name.get_ref().as_ref()));
                let machines = machines.map(|(name, it)| (name.clone(), it.clone())).collect();
                toml::Spanned::new(value.span(), DeValue::Table(machines))
            }
            _ => value.clone(),
        };
        cut.insert(key.clone(), value);
    }
    toml::Spanned::new(document.span(), DeValue::Table(cut))
}

/// The number of a line (from 1) of one text in another, if it stayed.
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
