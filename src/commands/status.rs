//! `nixgen status`: the cluster as it is, beside cluster.toml.

use serde::Serialize;

use super::config::ConfigFile;
use super::prepare::{Loaded, prepare};
use super::{Failure, Outcome, Output, Status};
use crate::cli::{Global, StatusArgs, StatusFormat};
use crate::cluster::Cluster;
use crate::disk::Root;
use crate::nix::Ready;
use crate::origin::KeyPath;
use crate::outputs;
use crate::source::Source;
use crate::status::{Access, Difference, Trouble, certificate, differences};
use crate::text::count;

/// What was found, for programs.
#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    differences: Vec<Placed<'a>>,
    /// What could not be looked at, and why.
    unseen: &'a [String],
}

/// A difference, and the line of cluster.toml that it belongs to.
#[derive(Serialize)]
struct Placed<'a> {
    #[serde(flatten)]
    difference: &'a Difference,
    line: Option<usize>,
}

pub(super) fn run(args: &StatusArgs, global: &Global, output: &mut Output) -> Outcome {
    let file = ConfigFile::open(global)?;
    let prepared = prepare(&file, global, output)?;
    let Loaded { source, cluster, .. } = &prepared.loaded;
    let access = Access { kubeconfig: args.kubeconfig.clone(), context: args.context.clone() };
    let live = output.during("asking the cluster", || access.look()).map_err(|Trouble(why)| {
        let help = "`--kubeconfig FILE` and `--context NAME` say how kubectl reaches the cluster";
        Failure::Told(Status::Io, format!("the cluster could not be seen: {why}"), help.to_owned())
    })?;
    let mut found = differences(cluster, &live).map_err(|why| {
        Failure::Told(Status::Usage, why, "name the right one by `--context NAME`".to_owned())
    })?;
    let mut unseen = Vec::new();
    output.during("comparing manifests", || {
        manifests(cluster, &prepared.ready, &prepared.root, &access, &mut found, &mut unseen);
        certificates(cluster, &mut found, &mut unseen);
    });
    let placed: Vec<Placed<'_>> = found.iter().map(|it| Placed::new(it, source)).collect();
    match args.format {
        StatusFormat::Json => {
            output.json(&Report { version: 1, differences: placed, unseen: &unseen });
        }
        StatusFormat::Human => {
            for Placed { difference: Difference { subject, message, key, .. }, line } in placed {
                let at = line.map(|line| format!(" ({}:{line})", source.path().display()));
                let at = at.unwrap_or_default();
                output.prose(&format!("{subject}: {message}\n  {key}{at}\n"));
            }
        }
    }
    for what in &unseen {
        output.note(&format!("not seen: {what}"));
    }
    output.note(&format!(
        "{}, {}",
        count(live.nodes.len(), "node"),
        count(found.len(), "difference")
    ));
    Ok(match (found.is_empty(), unseen.is_empty()) {
        (false, _) => Status::Differs,
        (true, false) => Status::Io,
        (true, true) => Status::Done,
    })
}

/// Compares what the scripts apply with what was applied.
fn manifests(
    cluster: &Cluster,
    ready: &Ready,
    root: &Root,
    access: &Access,
    found: &mut Vec<Difference>,
    unseen: &mut Vec<String>,
) {
    for (path, key) in outputs::manifests(cluster) {
        let rendered = ready.files().iter().find(|file| file.path() == path.inside());
        let text = match rendered {
            Some(file) => Ok(file.text().to_owned()),
            None => root
                .text(path.inside())
                .ok_or_else(|| Trouble("it is no text file that can be read".to_owned())),
        };
        match text.and_then(|text| access.differs(&text)) {
            Ok(false) => {}
            Ok(true) => found.push(Difference {
                subject: path.to_string(),
                message: "the cluster has it otherwise".to_owned(),
                key: KeyPath::of(&key),
                span: None,
            }),
            Err(Trouble(why)) => unseen.push(format!("{path}: {why}")),
        }
    }
}

/// Looks how long the certificate of each API server is good for.
fn certificates(cluster: &Cluster, found: &mut Vec<Difference>, unseen: &mut Vec<String>) {
    for vm in cluster.control_planes() {
        match certificate(*vm.ip) {
            Ok((false, _)) => {}
            Ok((true, end)) => found.push(Difference {
                subject: format!("node {}", vm.name),
                message: format!("the certificate of its API server ends {end}"),
                key: KeyPath::of(&["vms", vm.name.as_str()]),
                span: vm.name.span(),
            }),
            Err(Trouble(why)) => unseen.push(format!("the certificates of {}: {why}", vm.name)),
        }
    }
}

impl<'a> Placed<'a> {
    fn new(difference: &'a Difference, source: &Source) -> Self {
        let line = difference.span.as_ref().map(|span| source.position(span.start).line);
        Self { difference, line }
    }
}
