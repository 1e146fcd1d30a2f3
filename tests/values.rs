//! Values are data: any text goes through every way that templates have of
//! writing it, and every language's own reader gives it back as it was.
//!
//! A failure names its seed; `NIXGEN_SEED` runs another one.

use std::fmt::Write as _;
use std::process::Command;

use crate::support::evaluate;
use crate::support::hostile::{Random, corpus, seed, text};
use nixgen::input::Text as _;
use nixgen::input::types::{Formatter, RelPath};
use nixgen::nix::{Rules, ready};
use nixgen::render::{Engine, Kind, Template};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

/// Values in a file.
const BATCH: usize = 500;

#[derive(Serialize)]
struct Context {
    values: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    value: String,
    /// A set with the value as a key, to be written as a whole.
    tree: Value,
}

fn entry(value: &String) -> Entry {
    Entry { value: value.clone(), tree: json!({ value.clone(): [value, 1] }) }
}

/// The corpus and thousands that nobody thought of.
fn values(count: usize) -> Vec<String> {
    let mut random = Random::new(seed());
    let mut values = corpus().to_vec();
    values.extend(std::iter::repeat_with(|| text(&mut random)).take(count));
    values
}

/// The files that a template makes of the values, as they would be written.
fn rendered(template: &Template<Context>, values: &[String], formatter: Formatter) -> Vec<String> {
    let engine = Engine::new(&[template.source()]).unwrap_or_else(|bug| panic!("{bug}"));
    let batches: Vec<_> = values.chunks(BATCH).enumerate().collect();
    let files: Vec<_> = batches
        .into_iter()
        .map(|(at, batch)| {
            let path = RelPath::from_text(&format!("{at:04}")).expect("a path");
            template.file(path, &Context { values: batch.iter().map(entry).collect() })
        })
        .collect();
    let rules = Rules { formatter, modules: Vec::new(), left_to_user: Vec::new(), options: None };
    let ready = engine
        .render(files, "cluster.toml")
        .and_then(|files| ready(files, &rules))
        .unwrap_or_else(|bugs| panic!("seed {}: {:?}", seed(), bugs[0]));
    ready.files().iter().map(|file| file.text().to_owned()).collect()
}

fn same(values: &[String], read: &[String], how: &str) {
    for (value, read) in values.iter().zip(read) {
        assert_eq!(read, value, "seed {}: {how} of {value:?}", seed());
    }
    assert_eq!(values.len(), read.len(), "{how}");
}

const NIX: Template<Context> = Template::new(
    "values.nix",
    r#"[
{%- for entry in values %}
  # {{ entry.value | comment }}
  {
    quoted = {{ entry.value }};
    part = "<{{ entry.value | in_string }}>";
    key = { {{ entry.value | attr }} = 1; };
    tree = {{ entry.tree | nix }};
  }
{%- endfor %}
]"#,
    Kind::Data,
);

#[test]
fn nix_gives_every_value_back() {
    let values = values(3000);
    let folder = tempfile::tempdir().expect("a folder");
    for formatter in [Formatter::Nixfmt, Formatter::Alejandra] {
        let mut expression = String::from("builtins.concatLists [");
        for (at, text) in rendered(&NIX, &values, formatter).iter().enumerate() {
            let path = folder.path().join(format!("{formatter}-{at}.nix"));
            std::fs::write(&path, text).expect("written");
            write!(expression, " (import {})", path.display()).expect("text");
        }
        let read = evaluate(&(expression + " ]"));
        let read = read.as_array().expect("a list");
        assert_eq!(read.len(), values.len());
        for (value, read) in values.iter().zip(read) {
            let expected = json!({
                "quoted": value,
                "part": format!("<{value}>"),
                "key": { value.clone(): 1 },
                "tree": { value.clone(): [value, 1] },
            });
            assert_eq!(*read, expected, "seed {}: {formatter} {value:?}", seed());
        }
    }
}

const INDENTED: Template<Context> = Template::new(
    "indented.nix",
    r"[
{%- for entry in values %}
  ''
    {{ entry.value | in_indented }}
      {{ entry.value | in_indented }}.
  ''
{%- endfor %}
]",
    Kind::Data,
);

#[test]
fn an_indented_string_takes_what_stays_as_it_is_there_and_nothing_else() {
    let engine = Engine::new(&[INDENTED.source()]).unwrap_or_else(|bug| panic!("{bug}"));
    let takes = |value: &String| {
        let context = Context { values: vec![entry(value)] };
        let file = INDENTED.file(RelPath::from_text("x").expect("a path"), &context);
        engine.render(vec![file], "cluster.toml").is_ok()
    };
    let values: Vec<String> = values(2000).into_iter().filter(takes).collect();
    assert!(values.len() > 200, "{}", values.len());
    let folder = tempfile::tempdir().expect("a folder");
    for formatter in [Formatter::Nixfmt, Formatter::Alejandra] {
        let mut read = Vec::new();
        for text in rendered(&INDENTED, &values, formatter) {
            let path = folder.path().join("indented.nix");
            std::fs::write(&path, text).expect("written");
            let strings = evaluate(&format!("import {}", path.display()));
            let strings = strings.as_array().expect("a list").clone();
            read.extend(strings.iter().map(|it| it.as_str().expect("text").to_owned()));
        }
        let expected: Vec<String> = values.iter().map(|v| format!("{v}\n  {v}.\n")).collect();
        same(&expected, &read, "an indented string");
    }
}

const YAML: Template<Context> = Template::new(
    "values.yaml",
    r#"{%- for entry in values %}
# {{ entry.value | comment }}
- plain: {{ entry.value }}
  {{ entry.value }}: key
  flow: [{{ entry.value }}, {{ entry.value }}]
  block: |
    {
      "json": {{ entry.value | json }}
    }
{%- endfor %}
"#,
    Kind::Text,
);

#[test]
fn yaml_and_json_give_every_value_back() {
    let values = values(4000);
    let texts = rendered(&YAML, &values, Formatter::Nixfmt);
    let read: Vec<serde_norway::Value> = texts
        .par_iter()
        .flat_map(|text| {
            serde_norway::from_str::<Vec<serde_norway::Value>>(text)
                .unwrap_or_else(|error| panic!("seed {}: {error}", seed()))
        })
        .collect();
    assert_eq!(read.len(), values.len());
    for (value, read) in values.iter().zip(&read) {
        let name = format!("seed {}: {value:?}", seed());
        let at = |key: &str| read.get(key).unwrap_or_else(|| panic!("{name} has no {key}"));
        assert_eq!(at("plain").as_str(), Some(value.as_str()), "{name}");
        assert_eq!(at(value).as_str(), Some("key"), "{name} as a key");
        assert_eq!(at("flow")[1].as_str(), Some(value.as_str()), "{name} in a flow");
        let block: Value = serde_json::from_str(at("block").as_str().expect("text"))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(block["json"].as_str(), Some(value.as_str()), "{name} in a block");
    }
}

const SHELL: Template<Context> = Template::new(
    "values.sh",
    r#"#!/usr/bin/env bash
{%- for entry in values %}
# {{ entry.value | comment }}
printf '%s\0' {{ entry.value }} {{ entry.value | sh }}{% if loop.last %} {% endif %}
value={{ entry.value }}
printf '%s\0' "$value"
{%- endfor %}
"#,
    Kind::Text,
);

#[test]
fn the_shell_prints_every_word_back() {
    let values = values(4000);
    let folder = tempfile::tempdir().expect("a folder");
    let mut words = Vec::new();
    for (at, text) in rendered(&SHELL, &values, Formatter::Nixfmt).iter().enumerate() {
        let path = folder.path().join(format!("{at}.sh"));
        std::fs::write(&path, text).expect("written");
        let bash = |check: &[&str]| {
            let output = Command::new("bash")
                .args(check)
                .arg(&path)
                .current_dir(folder.path())
                .output()
                .expect("bash runs");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && said.is_empty(), "seed {}: {said}", seed());
            output.stdout
        };
        bash(&["-n"]);
        let printed = String::from_utf8(bash(&[])).expect("text");
        words.extend(printed.split_terminator('\0').map(str::to_owned));
    }
    let expected: Vec<String> =
        values.iter().flat_map(|v| [v.clone(), v.clone(), v.clone()]).collect();
    same(&expected, &words, "a word");
}

const MARKDOWN: Template<Context> = Template::new(
    "values.md",
    r#"{%- for entry in values %}
running «{{ entry.value }}»

code {{ entry.value | code }}

| cell | code |
|---|---|
| «{{ entry.value }}» | {{ entry.value | code }} |

```
[{{ entry.value | mermaid }}]
```

{{ entry.value | fenced(language="text") }}
{% endfor %}
"#,
    Kind::Text,
);

/// What a page says, block by block: its text, and its code apart.
fn page(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let (mut running, mut code) = (String::new(), String::new());
    // A value as HTML is code as well, where code spans cannot hold it.
    let mut html = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Text(text) if html => code.push_str(&text),
            Event::Text(text) => running.push_str(&text),
            Event::Code(text) => code.push_str(&text),
            Event::InlineHtml(tag) if &*tag == "<code>" => html = true,
            Event::InlineHtml(tag) if &*tag == "</code>" => html = false,
            Event::Start(Tag::Paragraph | Tag::TableCell | Tag::CodeBlock(_)) => {
                (running, code) = (String::new(), String::new());
            }
            Event::End(TagEnd::Paragraph | TagEnd::TableCell | TagEnd::CodeBlock) => {
                blocks.push((std::mem::take(&mut running), std::mem::take(&mut code)));
            }
            Event::Html(_)
            | Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::HtmlBlock)
            | Event::End(
                TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow | TagEnd::HtmlBlock,
            ) => {}
            other => panic!("seed {}: a value became {other:?}", seed()),
        }
    }
    blocks
}

/// A mermaid label's text.
fn label(text: &str) -> String {
    let inner = text.trim_end().strip_prefix("[\"").and_then(|t| t.strip_suffix("\"]"));
    let mut rest = inner.unwrap_or_else(|| panic!("not one label: {text}")).replace("<br/>", "\n");
    assert!(
        !rest.contains(['"', '`', '<', '[', '{', '\\', '%', ';']) || rest.contains('#'),
        "{text}"
    );
    let mut out = String::new();
    while let Some((before, entity)) = rest.split_once('#') {
        let (number, after) = entity.split_once(';').expect("an entity");
        let c = number.parse().ok().and_then(char::from_u32).expect("a character");
        assert!(!before.contains(['"', '`', '<', '{', '\\', '%', ';']), "{text}");
        out.push_str(before);
        out.push(c);
        rest = after.to_owned();
    }
    out + &rest
}

/// Whether a page shows a value: a control character is a space on its one line, and
/// what nobody would see may stand there by its number.
fn shows(text: &str, value: &str) -> bool {
    let mut rest = text;
    for c in value.chars() {
        let shown = if c.is_control() { ' ' } else { c };
        let number = format!("<U+{:04X}>", u32::from(c));
        let is_seen = c.is_ascii() && !c.is_control();
        rest = match (rest.strip_prefix(shown), rest.strip_prefix(&*number)) {
            (Some(rest), _) => rest,
            (None, Some(rest)) if !is_seen => rest,
            _ => return false,
        };
    }
    rest.is_empty()
}

#[test]
fn markdown_shows_every_value_as_it_is() {
    let values = values(4000);
    let texts = rendered(&MARKDOWN, &values, Formatter::Nixfmt);
    let blocks: Vec<_> = texts.par_iter().flat_map(|text| page(text)).collect();
    assert_eq!(blocks.len(), 8 * values.len(), "seed {}", seed());
    for (value, blocks) in values.iter().zip(blocks.chunks(8)) {
        let name = format!("seed {}: {value:?}", seed());
        let running = |text: &str, before: &str| {
            let inner = text.strip_prefix(before).and_then(|text| text.strip_suffix('»'));
            assert!(inner.is_some_and(|inner| shows(inner, value)), "{name}: {text:?}");
        };
        running(&blocks[0].0, "running «");
        assert!(shows(&blocks[1].1, value), "{name} as code: {:?}", blocks[1].1);
        running(&blocks[4].0, "«");
        assert!(shows(&blocks[5].1, value), "{name} as code in a cell: {:?}", blocks[5].1);
        assert_eq!(label(&blocks[6].0), *value, "{name} as a label");
        // Spaces at the ends of lines are layout, which files do not keep.
        let said = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(said(&blocks[7].0), said(value), "{name} as a block");
    }
}
