//! Where a generated line comes from.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use crate::cli::Global;
use crate::commands::paths::below;
use crate::commands::{Failure, Loaded, Output, Status, build_some, engine, load, root, templates};
use crate::input::{self, Document};
use crate::origin::{self, Place};
use crate::outputs;
use crate::source::Source;

const BOLD: Style = Style::new().bold();
const PLACE: Style = AnsiColor::Cyan.on_default();

pub(super) fn explain(
    file: &str,
    line: usize,
    global: &Global,
    output: &mut Output,
) -> Result<Status, Failure> {
    let Loaded { source, cluster, .. } = load(global, output)?;
    let overrides = templates::read(&cluster, global, &outputs::templates())?;
    let engine = engine(&overrides).map_err(Failure::Bugs)?;
    let mut plan = outputs::plan(&cluster);
    let from_here = below(&root(global), Path::new(file));
    let names = |path: &str| path == file || Some(path) == from_here.as_deref();
    plan.retain(|planned| names(planned.path.inside()));
    let Some(path) = plan.first().map(|planned| planned.path.inside().to_owned()) else {
        output.error(&format!("nixgen does not render `{file}`"));
        return Ok(Status::Usage);
    };
    let Some(document) = input::parse(&source, &mut Vec::new()) else {
        return Err(Failure::Invalid);
    };
    let render = |document: &Document<'_>, wanted: &dyn Fn(&str) -> bool| {
        build_some(document, &cluster.source, &engine, wanted)
    };
    let text = render(&document, &|known| known == path).remove(&path).unwrap_or_default();
    let Some(shown) = line.checked_sub(1).and_then(|at| text.lines().nth(at)) else {
        let last = text.lines().count();
        output.error(&format!("`{path}` as it is rendered has the lines 1 to {last}"));
        return Ok(Status::Usage);
    };
    let mut said = String::new();
    let _ = writeln!(said, "{BOLD}{path}:{line}{BOLD:#}\n    {}", shown.trim());
    for rendered in engine.render(plan, &cluster.source).map_err(Failure::Bugs)? {
        let lines = rendered.template_lines(&text).unwrap_or_default();
        let by = lines.get(line - 1).cloned().unwrap_or_default();
        template(&mut said, rendered.template.name, rendered.template.text, &by);
    }
    let places = origin::of_line(&document, &path, line, &render);
    values(&mut said, &source, &places);
    output.data(&said);
    Ok(Status::Done)
}

fn template(out: &mut String, name: &str, text: &str, lines: &BTreeSet<usize>) {
    if lines.is_empty() {
        let _ = writeln!(out, "made by nixgen: every file has this header");
        return;
    }
    let _ = writeln!(out, "made by");
    for line in lines {
        let shown = text.lines().nth(line - 1).unwrap_or_default().trim();
        let _ = writeln!(out, "  {PLACE}{name}.tera:{line}{PLACE:#}  {shown}");
    }
}

fn values(out: &mut String, source: &Source, places: &[Place]) {
    if places.is_empty() {
        let name = source.file_name();
        let _ = writeln!(out, "from no value of {name}: it is the same whatever stands there");
        return;
    }
    let path = source.path().display();
    let at = |place: &Place| format!("{path}:{}", source.position(place.span.start).line);
    let width = places.iter().map(|place| at(place).len()).max().unwrap_or_default();
    let _ = writeln!(out, "from");
    for place in places {
        let written = source.text().get(place.span.clone()).unwrap_or_default();
        let what = if place.is_key {
            format!("the name {written}")
        } else {
            format!("{} = {written}", place.path)
        };
        let _ = writeln!(out, "  {PLACE}{:width$}{PLACE:#}  {what}", at(place));
    }
}
