//! The documented example of a cluster, and how it writes a key.

use toml::de::{DeTable, DeValue};

use super::keys::Key;

/// The example, in which every key is at least in a comment.
pub(crate) const EXAMPLE: &str = include_str!("../../cluster.toml");

/// A line of the example.
pub(crate) struct Example {
    /// The header that it is below.
    pub(crate) header: String,
    /// The line, without the comments around it.
    pub(crate) line: String,
}

/// The line that writes a key, or the first one of a table.
pub(crate) fn of(key: &Key) -> Option<Example> {
    let mut header = "";
    let mut lines = EXAMPLE.lines().map(|line| line.trim_start_matches("# "));
    let mut in_table = None;
    while let Some(line) = lines.next() {
        if line.starts_with('[') && line.ends_with(']') {
            header = line.trim_matches(['[', ']']);
        }
        let Some(written) = written(line, &mut lines) else { continue };
        let Ok(table) = DeTable::parse(&written) else { continue };
        let above: Vec<&str> = header.split('.').collect();
        let example =
            || Some(Example { header: format!("[{header}]"), line: written.trim().to_owned() });
        if writes(table.get_ref(), &above, key) {
            return example();
        }
        let depth = key.steps().len();
        if in_table.is_none() && above.get(..depth).is_some_and(|start| key.is_way(start)) {
            in_table = example();
        }
    }
    in_table
}

/// What a line writes, with the lines of a list that it opens and without its comment.
fn written<'l>(line: &'l str, rest: &mut impl Iterator<Item = &'l str>) -> Option<String> {
    let (key, _) = line.split_once(" = ")?;
    if key.contains(' ') {
        return None;
    }
    let mut line = line.split("   #").next().unwrap_or_default().to_owned();
    if line.ends_with('[') {
        let items: Vec<&str> = rest.take_while(|line| *line != "]").map(str::trim).collect();
        line = format!("{line}{}]", items.join(" ").trim_end_matches(','));
    }
    Some(line)
}

/// Whether a table below some keys writes a key.
fn writes(table: &DeTable<'_>, above: &[&str], key: &Key) -> bool {
    table.iter().any(|(name, value)| {
        let mut way = above.to_vec();
        way.push(name.get_ref());
        let below = |value: &DeValue<'_>| value.as_table().is_some_and(|it| writes(it, &way, key));
        key.is_way(&way) || below(value.get_ref())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::keys::Keys;

    #[test]
    fn keys_are_found_however_deep_the_example_writes_them() {
        let keys = Keys::new();
        for (way, line, header) in [
            ("vms.memory", "memory = \"8GiB\"", "[vms.k8s-master]"),
            ("vms.volumes.size", "kubelet = { size = \"10GiB\" }", "[vms.k8s-master.volumes]"),
            ("cluster.firewall", "firewall = \"iptables\"", "[cluster]"),
            ("network.vlans", "id = 10", "[network.vlans.management]"),
        ] {
            let words: Vec<&str> = way.split('.').collect();
            let found = keys.find(&words).and_then(of).expect(way);
            assert_eq!((found.line.as_str(), found.header.as_str()), (line, header));
        }
    }
}
