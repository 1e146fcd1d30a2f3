//! A key of `cluster.toml`: its meaning, its values, an example, and what is rendered of it.

use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use crate::cli::Global;
use crate::cluster::Cluster;
use crate::commands::config::{self, ConfigFile};
use crate::commands::{Failure, Outcome, Output, Status, own_templates};
use crate::diagnostic::Diagnostic;
use crate::input::example::{self, EXAMPLE, Example};
use crate::input::{Document, Key, Keys};
use crate::origin::{self, KeyPath, Part, Place};
use crate::pipeline::{Description, Pipeline};
use crate::render::overrides::Overrides;
use crate::text::{closest, listed, wrapped};

const BOLD: Style = Style::new().bold();
const WORD: Style = AnsiColor::Cyan.on_default();
/// The column in which what is said of a key begins.
const TEXT: usize = 22;
/// So many lines that come of a key are shown.
const MOST: usize = 12;
/// In a larger cluster it would take minutes to try out other values.
const LARGE: usize = 100;

/// `None` if the word is no key.
pub(super) fn explain(word: &str, global: &Global, output: &mut Output) -> Option<Outcome> {
    let keys = Keys::new();
    let words: Vec<&str> = word.trim_matches(['[', ']']).split('.').collect();
    let named: Vec<&Key> = keys.named(word).collect();
    let key = match (keys.find(&words), named.as_slice()) {
        (Some(key), _) => key,
        (None, [only]) => only,
        (None, []) => return None,
        (None, several) => {
            let message = format!("`{word}` is a key of several tables");
            return Some(Err(Failure::Told(
                Status::Usage,
                message,
                format!("write {}", listed(several, 8)),
            )));
        }
    };
    let is_typo = |key: &Key| closest(words.last()?, keys.of_table(key)).map(|_| ());
    if key.name().is_none() && is_typo(key).is_some() {
        return None;
    }
    // What comes of a table is told of its keys.
    let is_table = !keys.of_table(keys.entry(key).unwrap_or(key)).is_empty();
    let rendered = || output.during("tracing", || rendered(key, &words, global));
    let rendered = if is_table { None } else { rendered() };
    let page = page(key, &keys, output.columns()) + &rendered.unwrap_or_default();
    output.prose(&page);
    Some(Ok(Status::Done))
}

/// What is known of a key without a cluster.
fn page(key: &Key, keys: &Keys, columns: Option<usize>) -> String {
    let description = |key: &Key| keys.schema(key).and_then(|it| it["description"].as_str());
    let schema = keys.schema(key).cloned().unwrap_or_default();
    let mut said = format!("{BOLD}{key}{BOLD:#}\n{}\n\n", description(key).unwrap_or_default());
    let columns = columns.map(|columns| columns.saturating_sub(TEXT).max(TEXT));
    let mut row = |title: &str, text: &str| {
        let text = wrapped(text, columns).replace('\n', &format!("\n{:TEXT$}", ""));
        let _ = writeln!(said, "{WORD}{title:<20}{WORD:#}  {text}");
    };
    row("takes", &values(&schema));
    let above = key.parent().and_then(|table| keys.schema(&table)?["required"].as_array().cloned());
    let is_required = above.is_some_and(|all| all.iter().any(|it| it.as_str() == key.name()));
    match schema.get("default") {
        Some(default) => row("default", &default.to_string()),
        None if is_required => row("default", "none: it has to be written"),
        None => row("default", "as said above, or none"),
    }
    if let Some(Example { header, line }) = example::of(key) {
        row("example", &format!("{line}   in {header}"));
    }
    let table = keys.entry(key).unwrap_or(key);
    for name in keys.of_table(table) {
        let way: Vec<&str> = table.steps().iter().map(String::as_str).chain([name]).collect();
        row(&format!("  {name}"), keys.at(&way).and_then(description).unwrap_or_default());
    }
    said
}

/// The values that a schema takes, in words.
fn values(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return format!("one of {}", listed(&words, usize::MAX));
    }
    match schema["type"].as_str() {
        Some("string") => match schema.pointer("/examples/0") {
            Some(example) => format!("text, such as {example}"),
            None => "text".to_owned(),
        },
        Some("integer") => "a whole number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("array") => format!("a list; each is {}", values(&schema["items"])),
        _ if schema.get("properties").is_some() => "a table".to_owned(),
        _ if schema.get("additionalProperties").is_some() => {
            let each = values(&schema["additionalProperties"]);
            format!("a table with names of your own; each is {each}")
        }
        _ => "a table of NixOS options".to_owned(),
    }
}

/// The lines that change with the key: in the user's cluster, or in the example where there
/// is none, or none without mistakes.
fn rendered(key: &Key, words: &[&str], global: &Global) -> Option<String> {
    let own = ConfigFile::open(global).ok();
    let own = own.as_ref().and_then(described).filter(|(_, it)| it.vms.len() <= LARGE);
    let example = ConfigFile::new(Path::new("the example"), Some(EXAMPLE.into()));
    let is_own = own.is_some();
    let (document, cluster) = own.or_else(|| described(&example))?;
    let place = place(key, words, &document)?;
    let overrides = if is_own {
        own_templates::read(&config::folder_root(global), &cluster).ok()?
    } else {
        Overrides::default()
    };
    let pipeline = Pipeline::new(&cluster, &overrides).ok()?;
    let files = pipeline.files(&document, |_| true);
    let mut lines = Vec::new();
    for (path, numbers) in origin::lines_of(&document, &place, &files, &pipeline) {
        let text: Vec<&str> = files.get(&path)?.lines().map(str::trim).collect();
        let line = |number: &usize| Some(format!("  {path}:{number}  {}\n", text.get(number - 1)?));
        lines.extend(numbers.iter().filter_map(line));
    }
    let of = if is_own { "" } else { " of the example" };
    let number = match lines.len() {
        1 => "1 line changes".to_owned(),
        number => format!("{number} lines change"),
    };
    let mut said = format!("\n{number} with `{}`{of}\n", place.path);
    lines.iter().take(MOST).for_each(|line| said += line);
    if lines.len() > MOST {
        let _ = writeln!(said, "  and {} more", lines.len() - MOST);
    }
    Some(said)
}

/// The cluster of a file, if it has no mistakes.
fn described(file: &ConfigFile) -> Option<(Document<'_>, Cluster)> {
    let (Description { document, cluster }, found) = file.describe();
    if found.iter().any(Diagnostic::is_error) { None } else { document.zip(cluster) }
}

/// Where a document writes the key: just where the words say, or first of all; or where it
/// could.
fn place(key: &Key, words: &[&str], document: &Document<'_>) -> Option<Place> {
    let mut written = origin::places(document);
    written.retain(|place| {
        let way: Vec<&str> = place.path.keys().take(key.steps().len()).collect();
        place.part == Part::Value && key.is_way(&way)
    });
    let exact = written.iter().position(|place| place.path.keys().eq(words.iter().copied()));
    if !written.is_empty() {
        return Some(written.swap_remove(exact.unwrap_or_default()));
    }
    let mut way = KeyPath::default();
    let mut value = Some(document.get_ref());
    for step in key.steps() {
        let table = value.and_then(|value| value.as_table());
        let first = || table?.keys().next().map(|name| name.get_ref().as_ref());
        let step = if step == "*" { first()? } else { step };
        way = way.key(step);
        value = table.and_then(|table| table.get(step)).map(toml::Spanned::get_ref);
    }
    Some(Place { path: way, span: None, part: Part::Default })
}
