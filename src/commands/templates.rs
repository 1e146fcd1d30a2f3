//! `nixgen templates`: the templates, and how they become the user's.

use std::fmt::Write as _;

use super::config::{ConfigFile, folder_root};
use super::prepare::load;
use super::{Failure, Outcome, Output, Status, own_templates};
use crate::cli::{Global, TemplatesCommand};
use crate::outputs;
use crate::render::TemplateSource;
use crate::render::overrides::{ENDING, ejected};
use crate::secret::hide_all;
use crate::text::{closest, visible_json, visible_line};

pub(super) fn run(command: &TemplatesCommand, global: &Global, output: &mut Output) -> Outcome {
    match command {
        TemplatesCommand::List => list(global, output),
        TemplatesCommand::Show { name, context: false } => {
            output.data(find(name)?.text);
            Ok(Status::Done)
        }
        TemplatesCommand::Show { name, context: true } => show_context(name, global, output),
        TemplatesCommand::Eject { names } => eject(names, global, output),
    }
}

/// A template by its name, with `.tera` or without.
fn find(name: &str) -> Result<TemplateSource, Failure> {
    let name = name.strip_suffix(ENDING).unwrap_or(name);
    let templates = outputs::templates();
    templates.iter().copied().find(|template| template.name == name).ok_or_else(|| {
        let help = match closest(name, templates.iter().map(|template| template.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`nixgen templates list` names them all".to_owned(),
        };
        Failure::Told(Status::Usage, format!("there is no template `{name}`"), help)
    })
}

fn list(global: &Global, output: &mut Output) -> Outcome {
    let file = ConfigFile::open(global)?;
    let cluster = load(&file, global, output)?.cluster;
    let templates = outputs::templates();
    let overrides = own_templates::read(&folder_root(global), &cluster)?;
    let width = templates.iter().map(|template| template.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for kind in outputs::all() {
        let path = kind.path(&cluster);
        let path = if kind.is_rendered(&cluster) { path.inside() } else { "not rendered" };
        for template in kind.templates {
            let own = match overrides.in_place_of(template.name) {
                Some(file) => {
                    let own = file.source.path().to_string_lossy();
                    let age = if file.is_stale() { " (stale)" } else { "" };
                    format!("  {}{age}", visible_line(&own))
                }
                None => String::new(),
            };
            let path = if own.is_empty() { path.to_owned() } else { format!("{path:<30}") };
            let _ = writeln!(text, "{:<width$}  {path}{own}", template.name);
        }
    }
    output.data(&text);
    Ok(Status::Done)
}

/// The values of the first file that a template makes.
fn show_context(name: &str, global: &Global, output: &mut Output) -> Outcome {
    let template = find(name)?;
    let file = ConfigFile::open(global)?;
    let cluster = load(&file, global, output)?.cluster;
    let mut plan = outputs::plan(&cluster);
    plan.retain(|planned| planned.template == template.name);
    plan.sort_by(|a, b| a.path.cmp(&b.path));
    let Some((planned, context)) = plan.first().and_then(|it| Some((it, it.context_json()?)))
    else {
        let help = "`nixgen templates list` tells which templates are rendered".to_owned();
        let message = format!("`{}` makes no file of this cluster", template.name);
        return Err(Failure::Told(Status::Usage, message, help));
    };
    output.note(&format!("what the template is given for {}:", planned.path.inside()));
    output.data(&format!("{}\n", visible_json(&hide_all(&context))));
    Ok(Status::Done)
}

/// Copies templates to the user's folder, all or none.
fn eject(names: &[String], global: &Global, output: &mut Output) -> Outcome {
    let mut templates = names.iter().map(|name| find(name)).collect::<Result<Vec<_>, _>>()?;
    templates.sort_by_key(|template| template.name);
    templates.dedup_by_key(|template| template.name);
    let file = ConfigFile::open(global)?;
    let cluster = load(&file, global, output)?.cluster;
    let root = folder_root(global);
    let place = |template: &TemplateSource| {
        cluster.templates.join(&format!("{}{ENDING}", template.name)).inside().to_owned()
    };
    let mut taken = Vec::new();
    for template in &templates {
        if !root.is_free(&place(template))? {
            taken.push(place(template));
        }
    }
    if !taken.is_empty() {
        output
            .error(&format!("refused: {} is there already; nothing was written", taken.join(", ")));
        return Ok(Status::Refused);
    }
    for template in &templates {
        let path = place(template);
        root.add(&path, &ejected(template))?;
        output.note(&format!("{path} is now the template of `{}`", template.name));
    }
    Ok(Status::Done)
}
