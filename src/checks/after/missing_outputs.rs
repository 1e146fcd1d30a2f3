//! An output that the user makes has to be there where rendered files import it:
//! Nix would find it missing on the way to a machine only.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::outputs::{self, Output};

/// Looks for what rendered files refer to of the outputs that the user makes;
/// `is_there` says of a path in the tree whether something is there.
pub fn missing_outputs(
    cluster: &Cluster,
    referred: &[&str],
    is_there: impl Fn(&str) -> bool,
    log: &mut Vec<Diagnostic>,
) {
    for output in outputs::left_to_user(cluster) {
        let mut files = needed(output, cluster, referred);
        files.retain(|file| !is_there(file));
        files.sort();
        let what = match &files[..] {
            [] => continue,
            [file] => format!("`{file}` is"),
            [file, ..] => format!("{} files, such as `{file}`, are", files.len()),
        };
        let message = format!("{what} imported and left to you, and not there");
        let place = output.render(cluster).and_then(Spanned::span);
        log.push(
            Diagnostic::new(Code::MissingOutput, place, message)
                .help(format!("make it, or take `render = false` from `outputs.{}`", output.name)),
        );
    }
}

/// The files of an output that others refer to: by their paths, or by the folder
/// that they are in and the names of machines.
fn needed(output: &Output, cluster: &Cluster, referred: &[&str]) -> Vec<String> {
    let path = output.path(cluster);
    let files = (output.files)(cluster, &path);
    let files = files.iter().map(|file| file.path.inside());
    let is_needed = |file: &&str| {
        referred.iter().any(|it| {
            let rest = file.strip_prefix(it);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    files.filter(is_needed).map(str::to_owned).collect()
}
