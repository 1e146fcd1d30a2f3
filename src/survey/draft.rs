//! A `cluster.toml` that is being written: each value with where it is from.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::input::decode::Text;
use crate::text::visible_line;

/// A `cluster.toml` that is being written. Of two values for a key the first stays.
#[derive(Debug, Default)]
pub struct Draft {
    tables: BTreeMap<Table, BTreeMap<String, Line>>,
    /// What has no place in it.
    pub(super) left_out: Vec<String>,
}

/// A table, in the order in which they stand in the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Cluster,
    Network,
    Wan,
    Vlan(String),
    Host(String),
    User(String, String),
    Vm(String),
    Outputs,
}

/// A value as TOML, and where it is from.
#[derive(Debug)]
struct Line {
    value: String,
    note: String,
}

impl Draft {
    /// Adds a text that has to be of a type; what is not is left out.
    pub(super) fn text<T: Text>(&mut self, table: &Table, key: &str, text: &str, note: &str) {
        if T::from_text(text).is_ok() {
            self.add(table, key, quoted(text), note);
        }
    }

    /// Adds a list of texts, as far as they are of a type.
    pub(super) fn texts<'t, T: Text>(
        &mut self,
        table: &Table,
        key: &str,
        texts: impl Iterator<Item = &'t str>,
        note: &str,
    ) {
        let valid = texts.filter(|text| T::from_text(text).is_ok()).map(quoted);
        let valid: Vec<String> = valid.collect();
        if !valid.is_empty() {
            self.add(table, key, format!("[{}]", valid.join(", ")), note);
        }
    }

    /// Adds a value in TOML.
    #[expect(clippy::needless_pass_by_value)] // most are made for it
    pub(super) fn add(&mut self, table: &Table, key: &str, value: impl ToString, note: &str) {
        let line = || Line { value: value.to_string(), note: note.to_owned() };
        let lines = self.tables.entry(table.clone()).or_default();
        lines.entry(key.to_owned()).or_insert_with(line);
    }

    /// A value as it stands there.
    pub(super) fn get(&self, table: &Table, key: &str) -> Option<&str> {
        let line = self.tables.get(table)?.get(key)?;
        Some(line.value.trim_matches('"'))
    }

    /// The tables that there are.
    pub(super) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.keys()
    }

    /// The file, with a comment behind each value if they are asked for.
    pub fn toml(&self, with_comments: bool) -> String {
        let mut out = String::new();
        for (table, lines) in &self.tables {
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}[{table}]");
            for (key, Line { value, note }) in lines {
                let note = Some(visible_line(note)).filter(|_| with_comments);
                let note = note.map(|note| format!("  # {note}")).unwrap_or_default();
                let _ = writeln!(out, "{key} = {value}{note}");
            }
        }
        for left_out in &self.left_out {
            let _ = writeln!(out, "\n# Left out: {}", visible_line(left_out));
        }
        out
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster => f.write_str("cluster"),
            Self::Network => f.write_str("network"),
            Self::Wan => f.write_str("network.wan"),
            Self::Vlan(name) => write!(f, "network.vlans.{name}"),
            Self::Host(name) => write!(f, "hosts.{name}"),
            Self::User(host, name) => write!(f, "hosts.{host}.users.{name}"),
            Self::Vm(name) => write!(f, "vms.{name}"),
            Self::Outputs => f.write_str("outputs"),
        }
    }
}

fn quoted(text: &str) -> String {
    // JSON leaves DEL alone, TOML does not.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
