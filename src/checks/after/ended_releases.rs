//! A release gets updates until its end, and it takes the day of the run to tell.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Minor;
use crate::release::{RELEASES, Release, end_of, is_seen};

/// Says which releases are past their end on a day, such as `2026-11-26`.
pub fn ended_releases(cluster: &Cluster, today: &str, log: &mut Vec<Diagnostic>) {
    let ended = |end: Option<&'static str>| end.filter(|end| *end < today);
    let mut found = |span, name: String, end, next: Option<String>, section| {
        let message = format!("{name} has had no security updates since {end}");
        let found = Diagnostic::new(Code::EndedRelease, span, message);
        log.push(match next {
            Some(next) => {
                found.help(format!("the runbook tells how to go on to {next} (\"{section}\")"))
            }
            None => found.help("a newer nixgen may know what comes after it"),
        });
    };
    let (release, minor) = (&cluster.release, *cluster.kubernetes);
    if let Some(end) = ended(release.end) {
        let lives = |newer: &&Release| newer.name > release.name && ended(newer.end).is_none();
        let next =
            RELEASES.iter().filter(|newer| newer.is_seen && !newer.is_rolling()).rfind(lives);
        let next = next.map(|next| next.name.to_owned());
        found(release.span(), format!("NixOS {}", release.name), end, next, "Upgrade NixOS");
    }
    if let Some(end) = ended(end_of(minor)) {
        let next = Minor::new(minor.number() + 1);
        let next = is_seen(next).then(|| next.to_string());
        let span = cluster.kubernetes.span();
        found(span, format!("Kubernetes {minor}"), end, next, "Upgrade Kubernetes");
    }
}
