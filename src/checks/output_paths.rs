//! Every rendered file has its place to itself, on file systems that do not
//! tell `A` from `a` too, and none is in the folder of the user's templates.

use std::collections::{HashMap, HashSet};

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::outputs::{self, LOCK_FILE};
use crate::source::Span;
use crate::text::same_name;

/// A file and who has it.
struct File {
    path: String,
    owner: String,
    /// Where its path was written.
    span: Option<Span>,
}

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    // The default places do not clash, and to plan every file takes a while.
    let is_written = cluster.outputs.iter().any(|(_, table)| table.path.is_some());
    let is_written = is_written || cluster.templates.is_written();
    if !is_written && cluster.modules().next().is_none() {
        return;
    }
    let files = files(cluster);
    let mut places: HashMap<String, &File> = HashMap::with_capacity(files.len());
    let mut folders: HashMap<String, &File> = HashMap::new();
    // A folder of files in the wrong place is one mistake.
    let mut said: HashSet<(&str, &str)> = HashSet::new();
    for file in &files {
        let place = same_name(&file.path);
        let mut clash = places.get(&place).or_else(|| folders.get(&place)).copied();
        for folder in place.match_indices('/').filter_map(|(end, _)| place.get(..end)) {
            clash = clash.or_else(|| places.get(folder).copied());
            folders.entry(folder.to_owned()).or_insert(file);
        }
        match clash {
            None => {
                places.insert(place, file);
            }
            Some(first) => {
                if said.insert((&first.owner, &file.owner)) {
                    log.push(collision(first, file));
                }
            }
        }
    }
    let mut seen: HashSet<Span> = HashSet::new();
    for (owner, module) in cluster.modules() {
        // A module of a role is that of many machines.
        if module.span().is_some_and(|span| !seen.insert(span)) {
            continue;
        }
        let place = places.get(&same_name(module.inside()));
        if let Some(file) = place {
            let message = format!(
                "the module `{module}` of `{owner}` is where {} is rendered to",
                file.owner
            );
            log.push(
                Diagnostic::new(Code::ModuleCollision, module.span(), message)
                    .related(file.span.clone(), "the path of the output")
                    .help("move your module elsewhere; what is rendered is imported by itself"),
            );
        }
    }
}

/// The owner of the folder in which no file is rendered.
const TEMPLATES: &str = "the folder of your templates";

/// The files, those with places that the user did not choose first.
fn files(cluster: &Cluster) -> Vec<File> {
    let own = |path: &str, owner: &str| File {
        path: path.to_owned(),
        owner: owner.to_owned(),
        span: None,
    };
    let templates =
        File { span: cluster.templates.span(), ..own(cluster.templates.inside(), TEMPLATES) };
    let mut files =
        vec![own(LOCK_FILE, "the lock file"), own(&cluster.source, "the input"), templates];
    for output in outputs::all() {
        let table = cluster.outputs.iter().find(|(name, _)| name.as_str() == output.name);
        let table = table.map(|(_, table)| table);
        let span = table.and_then(|table| table.path.as_ref()).and_then(Spanned::span);
        // What the user renders is imported from its place all the same.
        let by_user = table.and_then(|table| table.render.as_ref()).is_some_and(|render| !**render);
        if by_user || output.is_rendered(cluster) {
            let owner = format!("the output `{}`", output.name);
            for planned in (output.files)(cluster, &output.path(cluster)) {
                let path = planned.path.inside().to_owned();
                files.push(File { path, owner: owner.clone(), span: span.clone() });
            }
        }
    }
    files.sort_by_key(|file| file.span.as_ref().map(|span| span.start));
    files
}

fn collision(first: &File, second: &File) -> Diagnostic {
    let (outer, inner) =
        if second.path.len() < first.path.len() { (second, first) } else { (first, second) };
    let message = if first.path == second.path {
        format!("{} and {} are the same file, `{}`", first.owner, second.owner, first.path)
    } else if first.path.to_lowercase() == second.path.to_lowercase() {
        format!(
            "`{}` of {} and `{}` of {} differ in case only",
            first.path, first.owner, second.path, second.owner
        )
    } else if same_name(&first.path) == same_name(&second.path) {
        format!(
            "`{}` of {} and `{}` of {} differ only in how their letters are composed",
            first.path, first.owner, second.path, second.owner
        )
    } else if outer.owner == TEMPLATES {
        format!("`{}` of {} is in `{}`, {TEMPLATES}", inner.path, inner.owner, outer.path)
    } else {
        format!(
            "`{}` of {} and `{}` of {} cannot be a file and a folder at once",
            first.path, first.owner, second.path, second.owner
        )
    };
    Diagnostic::new(Code::PathCollision, second.span.clone(), message)
        .related(first.span.clone(), "the other path")
        .help("write another `path`, or leave it out")
}
