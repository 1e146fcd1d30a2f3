//! The keys and the template that a generated line comes from.

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use crate::cli::Global;
use crate::cluster::Cluster;
use crate::commands::config::{self, ConfigFile};
use crate::commands::paths::below;
use crate::commands::prepare::{Loaded, load};
use crate::commands::{Failure, Outcome, Output, Status, own_templates};
use crate::origin::{self, Cause, Part, Place};
use crate::outputs;
use crate::pipeline::Pipeline;
use crate::render::Planned;
use crate::secret::hide_all;
use crate::source::Source;
use crate::text::{visible, visible_line};

const BOLD: Style = Style::new().bold();
const PLACE: Style = AnsiColor::Cyan.on_default();

pub(super) fn explain(file: &str, line: usize, global: &Global, output: &mut Output) -> Outcome {
    let config = ConfigFile::open(global)?;
    let Loaded { source, document, cluster, levels, .. } = load(&config, global, output)?;
    let mut overrides = own_templates::read(&config::folder_root(global), &cluster)?;
    let Some(planned) = planned(file, &cluster, global) else {
        let help = "`nixgen list` names the files that it renders".to_owned();
        return Err(Failure::Told(Status::Usage, format!("nixgen does not render `{file}`"), help));
    };
    let path = planned.path.inside().to_owned();
    let rendered = Pipeline::new(&cluster, &overrides)
        .and_then(|pipeline| Ok((pipeline.render(vec![planned])?, pipeline)));
    let (rendered, pipeline) = own_templates::judged(&mut overrides, rendered, &levels, output)?;
    let text = pipeline.files(&document, |known| known == path).remove(&path).unwrap_or_default();
    let Some(shown) = line.checked_sub(1).and_then(|at| text.lines().nth(at)) else {
        let last = text.lines().count();
        let help = format!("`{path}` as it is rendered has the lines 1 to {last}");
        return Err(Failure::Told(Status::Usage, format!("`{path}` has no line {line}"), help));
    };
    if shown.trim().is_empty() {
        output.styled(&format!("{BOLD}{path}:{line}{BOLD:#}\nan empty line, for the layout\n"));
        return Ok(Status::Done);
    }
    let mut said =
        format!("{BOLD}{path}:{line}{BOLD:#}\n    {}\n", visible(&hide_all(shown.trim())));
    for rendered in rendered {
        let lines = rendered.template_lines(&text).unwrap_or_default();
        let by = lines.get(line - 1).cloned().unwrap_or_default();
        template(&mut said, rendered.template.name, rendered.template.text, &by);
    }
    let found = || origin::of_line(&document, &cluster, &path, line, &pipeline);
    causes(&mut said, source, output.during("tracing", found));
    output.styled(&said);
    if pipeline.is_out_of_patience() {
        output.warning(
            "your templates take too much work with other values: some keys may be missing",
        );
    }
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
    table(out, "from", written.iter().map(|cause| value(source, &cause.place)));
    // Each with what the schema says of it.
    let defaults = left_out.iter().map(|cause| (cause.place.path.to_string(), &cause.description));
    table(out, "and what is left out", defaults);
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

/// The line of a value that is written, and what stands there.
fn value(source: &Source, place: &Place) -> (String, String) {
    let path = source.path().to_string_lossy();
    let line = place.span.as_ref().map_or(0, |span| source.position(span.start).line);
    let text = source.text().get(place.span.clone().unwrap_or_default()).unwrap_or_default();
    let what = match place.part {
        Part::Name => format!("the name {text}"),
        _ => format!("{} = {text}", place.path),
    };
    (format!("{}:{line}", visible_line(&path)), visible(&hide_all(&what)).into_owned())
}

/// Places in one column, with what is said of each in the next one.
fn table(out: &mut String, title: &str, rows: impl Iterator<Item = (String, impl Display)>) {
    let rows: Vec<_> = rows.collect();
    let width = rows.iter().map(|(place, _)| place.len()).max().unwrap_or_default();
    if !rows.is_empty() {
        let _ = writeln!(out, "{title}");
    }
    for (place, what) in rows {
        let _ = writeln!(out, "  {PLACE}{place:width$}{PLACE:#}  {what}");
    }
}
