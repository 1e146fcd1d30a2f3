//! The keys and the template that a generated line comes from.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use crate::cli::Global;
use crate::cluster::Cluster;
use crate::commands::config::{self, ConfigFile};
use crate::commands::paths::below;
use crate::commands::prepare::{Loaded, load};
use crate::commands::{Failure, Output, Status, own_templates};
use crate::origin::{self, Cause, Part, Place};
use crate::outputs;
use crate::pipeline::Pipeline;
use crate::render::Planned;
use crate::source::{Source, Span};
use crate::text::{visible, visible_line};

const BOLD: Style = Style::new().bold();
const PLACE: Style = AnsiColor::Cyan.on_default();

pub(super) fn explain(
    file: &str,
    line: usize,
    global: &Global,
    output: &mut Output,
) -> Result<Status, Failure> {
    let config = ConfigFile::open(global)?;
    let Loaded { source, document, cluster, .. } = load(&config, global, output)?;
    let overrides = own_templates::read(&config::folder_root(global), &cluster)?;
    let pipeline = Pipeline::new(&cluster, &overrides).map_err(Failure::Bugs)?;
    let Some(planned) = planned(file, &cluster, global) else {
        output.error(&format!("nixgen does not render `{file}`"));
        return Ok(Status::Usage);
    };
    let path = planned.path.inside().to_owned();
    let text = pipeline.files(&document, |known| known == path).remove(&path).unwrap_or_default();
    let Some(shown) = line.checked_sub(1).and_then(|at| text.lines().nth(at)) else {
        let last = text.lines().count();
        output.error(&format!("`{path}` as it is rendered has the lines 1 to {last}"));
        return Ok(Status::Usage);
    };
    if shown.trim().is_empty() {
        output.data(&format!("{BOLD}{path}:{line}{BOLD:#}\nan empty line, for the layout\n"));
        return Ok(Status::Done);
    }
    let mut said = format!("{BOLD}{path}:{line}{BOLD:#}\n    {}\n", visible(shown.trim()));
    for rendered in pipeline.render(vec![planned]).map_err(Failure::Bugs)? {
        let lines = rendered.template_lines(&text).unwrap_or_default();
        let by = lines.get(line - 1).cloned().unwrap_or_default();
        template(&mut said, rendered.template.name, rendered.template.text, &by);
    }
    causes(&mut said, source, origin::of_line(&document, &cluster, &path, line, &pipeline));
    output.data(&said);
    Ok(Status::Done)
}

/// The file that a path means, from the root of the tree or from the working folder.
fn planned(file: &str, cluster: &Cluster, global: &Global) -> Option<Planned> {
    let from_here = below(&config::root(global), Path::new(file));
    let is_meant = |path: &str| path == file || Some(path) == from_here.as_deref();
    outputs::plan(cluster).into_iter().find(|planned| is_meant(planned.path.inside()))
}

fn causes(out: &mut String, source: &Source, causes: Vec<Cause>) {
    if causes.is_empty() {
        let name = source.file_name();
        let _ = writeln!(out, "from no value of {name}: it is the same whatever stands there");
    }
    let (left_out, written): (Vec<Cause>, Vec<Cause>) =
        causes.into_iter().partition(|cause| cause.place.part == Part::Default);
    values(out, source, &written);
    defaults(out, &left_out);
}

fn template(out: &mut String, name: &str, text: &str, lines: &BTreeSet<usize>) {
    if lines.is_empty() {
        let _ = writeln!(out, "made by nixgen: every file has this header");
        return;
    }
    let _ = writeln!(out, "made by");
    for line in lines {
        let shown = text.lines().nth(line - 1).unwrap_or_default().trim();
        let _ = writeln!(out, "  {PLACE}{name}.tera:{line}{PLACE:#}  {}", visible(shown));
    }
}

fn values(out: &mut String, source: &Source, written: &[Cause]) {
    if written.is_empty() {
        return;
    }
    let path = source.path().to_string_lossy();
    let path = visible_line(&path);
    let line = |span: &Span| source.position(span.start).line;
    let at = |place: &Place| place.span.as_ref().map_or(0, line);
    let shown: Vec<(String, String)> = written
        .iter()
        .map(|Cause { place, .. }| {
            let span = place.span.clone().unwrap_or_default();
            let text = source.text().get(span).unwrap_or_default();
            let what = match place.part {
                Part::Name => format!("the name {text}"),
                _ => format!("{} = {text}", place.path),
            };
            (format!("{path}:{}", at(place)), visible(&what).into_owned())
        })
        .collect();
    let width = shown.iter().map(|(at, _)| at.len()).max().unwrap_or_default();
    let _ = writeln!(out, "from");
    for (at, what) in shown {
        let _ = writeln!(out, "  {PLACE}{at:width$}{PLACE:#}  {what}");
    }
}

/// The keys that are left out, each with what the schema says of it.
fn defaults(out: &mut String, left_out: &[Cause]) {
    if left_out.is_empty() {
        return;
    }
    let paths: Vec<String> = left_out.iter().map(|cause| cause.place.path.to_string()).collect();
    let width = paths.iter().map(String::len).max().unwrap_or_default();
    let _ = writeln!(out, "and what is left out");
    for (path, cause) in paths.iter().zip(left_out) {
        let _ = writeln!(out, "  {PLACE}{path:width$}{PLACE:#}  {}", cause.description);
    }
}
