//! `nixgen check`: the drift check for CI. It lists every file that is not as
//! it should be, and its exit status says whether there is one.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use anstyle::AnsiColor;

use super::changes::{colour, sum_up, warn_of_risk};
use super::config::ConfigFile;
use super::prepare::{Loaded, prepare};
use super::{Failure, Outcome, Output, Status, git, paths};
use crate::cli::{CheckArgs, CheckFormat, Global};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::disk::{Change, ChangeSet, IoError, State, Unseen};
use crate::review::{Finding, Plan, at_risk, format};

/// The most that GitHub takes as the summary of a step.
const SUMMARY_BYTES: usize = 900_000;

pub(super) fn run(args: &CheckArgs, global: &Global, output: &mut Output) -> Outcome {
    let checked = check(args, global, output);
    // A file with mistakes is reported as well as one without.
    if matches!(checked, Err(Failure::Invalid)) {
        let findings = output.take_findings();
        report(args.format, &findings, None, output)?;
    }
    checked
}

fn check(args: &CheckArgs, global: &Global, output: &mut Output) -> Outcome {
    let file = ConfigFile::open(global)?;
    let prepared = prepare(&file, global, output)?;
    let changes = prepared.look(output)?;
    let Loaded { source, cluster, .. } = &prepared.loaded;
    // A clone with such a lock would take a later change for a person's.
    let behind = if changes.is_in_sync() { changes.behind() } else { Vec::new() };
    let by_version = by_other_version(&changes, &prepared.loaded, output);
    let unseen = git::unseen(&changes, &prepared);
    let not_in_git = not_in_git(&unseen, &prepared.loaded, output);
    let unseen = if not_in_git.is_some() { unseen } else { Unseen::default() };
    if args.format == CheckFormat::Human {
        list(&changes, by_version, global.verbose, &behind, output);
        for (word, files) in [("untracked", &unseen.untracked), ("ignored", &unseen.ignored)] {
            for file in files {
                output.standing(word, AnsiColor::Yellow, file);
            }
        }
        sum_up(cluster, &changes, output);
        if !changes.is_in_sync() {
            warn_of_risk(&at_risk(cluster, &changes), output);
        }
    } else {
        let plan = prepared.plan(&changes, output);
        let mut findings = output.take_findings();
        let seen = |path: &str| paths::from_here(&prepared.root, path);
        findings.extend(Finding::of_plan(&plan, source, by_version, seen));
        findings.extend(behind.iter().map(|file| Finding::of_lock(seen(file))));
        if let Some(severity) = not_in_git {
            findings.extend(Finding::of_unseen(&unseen, severity, seen));
        }
        report(args.format, &findings, Some(&plan), output)?;
        sum_up(cluster, &changes, output);
        warn_of_risk(&plan.nodes, output);
    }
    if !behind.is_empty() {
        let behind = behind.join(" and ");
        output.note(&format!("run `nixgen render` and commit {behind} with the files"));
        return Ok(Status::Differs);
    }
    let mut others = changes.differing().filter(|change| !changes.is_by_other_version(change));
    let differs = changes.is_merged() || others.next().is_some();
    let refused = Some(Severity::Refused);
    if !differs && by_version != refused && not_in_git != refused {
        return Ok(Status::Done);
    }
    for advice in advice(&changes) {
        output.note(advice);
    }
    Ok(Status::Differs)
}

/// Says that files differ because of nixgen itself, and how bad that is; nothing
/// where none does, or it is allowed.
fn by_other_version(
    changes: &ChangeSet<'_>,
    loaded: &Loaded<'_>,
    output: &mut Output,
) -> Option<Severity> {
    let files = changes.differing().filter(|change| changes.is_by_other_version(change));
    let paths: Vec<&str> = files.map(|change| change.path.as_str()).collect();
    let were = if paths.len() == 1 { "was" } else { "were" };
    let message = format!(
        "{} {were} written by another version of nixgen, from the same input",
        named(&paths)?
    );
    let help = "run `nixgen render` and commit what it writes by itself, or use that version";
    say(vec![Diagnostic::new(Code::OtherVersion, None, message).help(help)], loaded, output)
}

/// Says which files a clone would lack, and how bad that is; nothing where it
/// lacks none, or may.
fn not_in_git(unseen: &Unseen, loaded: &Loaded<'_>, output: &mut Output) -> Option<Severity> {
    let untracked = "commit what is untracked, too: `git add` makes it known";
    let ignored = "`git check-ignore --verbose FILE` names the line that does it, and `git add \
                   --force` adds it all the same";
    let found =
        [("not known to", &unseen.untracked, untracked), ("ignored by", &unseen.ignored, ignored)];
    let found = found.into_iter().filter_map(|(what, files, help)| {
        let (are, them) = if files.len() == 1 { ("is", "it") } else { ("are", "them") };
        let subject = named(files)?;
        let message =
            format!("{subject} {are} {what} git, so neither a clone nor a flake has {them}");
        Some(Diagnostic::new(Code::NotInGit, None, message).help(help))
    });
    say(found.collect(), loaded, output)
}

/// One file by its name, and several by their number, before the verb.
fn named(files: &[impl AsRef<str>]) -> Option<String> {
    let first = files.first()?.as_ref();
    Some(match files.len() {
        1 => format!("`{first}`"),
        count => format!("{count} files, such as `{first}`,"),
    })
}

/// Says what was found of one code, and how bad it is.
fn say(mut found: Vec<Diagnostic>, loaded: &Loaded<'_>, output: &mut Output) -> Option<Severity> {
    loaded.levels.apply(&mut found);
    output.found(loaded.source, &found);
    found.first().map(|found| found.severity)
}

fn list(
    changes: &ChangeSet<'_>,
    by_version: Option<Severity>,
    verbose: bool,
    behind: &[&str],
    output: &mut Output,
) {
    let is_allowed =
        |change: &Change<'_>| by_version.is_none() && changes.is_by_other_version(change);
    let is_listed =
        |change: &&Change<'_>| verbose || !(change.state.is_settled() || is_allowed(change));
    for change in changes.all().filter(is_listed) {
        output.standing(change.state.word(), colour(change.state), &change.path);
    }
    for file in behind {
        output.standing(State::Stale.word(), colour(State::Stale), file);
    }
}

/// Findings whose files are told from the root of the repository: forges look for
/// them there, whatever folder the command ran in.
fn in_repository(findings: &[Finding]) -> Vec<Finding> {
    let told = |finding: &Finding| {
        let file = paths::in_repository(&finding.file).unwrap_or_else(|| finding.file.clone());
        Finding { file, ..finding.clone() }
    };
    findings.iter().map(told).collect()
}

/// Prints findings in a format for programs; without a plan, cluster.toml has
/// mistakes.
fn report(
    format: CheckFormat,
    findings: &[Finding],
    plan: Option<&Plan>,
    output: &mut Output,
) -> Result<(), IoError> {
    match (format, plan) {
        (CheckFormat::Human, _) | (CheckFormat::Json, None) => {}
        (CheckFormat::Json, Some(plan)) => output.json(plan),
        (CheckFormat::Sarif, _) => output.json(&format::sarif(&in_repository(findings))),
        (CheckFormat::Github, plan) => {
            let shown = format::annotations(&in_repository(findings));
            output.commands(&shown.commands);
            let page = plan.filter(|plan| !plan.files.is_empty());
            let page = page.map(|plan| format::markdown(plan, SUMMARY_BYTES));
            summarize(&(page.unwrap_or_default() + &shown.rest))?;
        }
    }
    Ok(())
}

/// Adds to the summary of the step, where there is one.
fn summarize(text: &str) -> Result<(), IoError> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    if text.is_empty() {
        return Ok(());
    }
    let path = PathBuf::from(path);
    File::options()
        .append(true)
        .create(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| IoError::new("add to the summary", &path, error))
}

/// The advice on how to go on, for each kind of file that is not as it should be.
fn advice(changes: &ChangeSet<'_>) -> Vec<&'static str> {
    let any = |state| changes.all().any(|change| change.state == state);
    let mut advice = Vec::new();
    if changes.all().any(Change::is_kept) {
        advice.push(
            "delete what is not wanted any more, or run `nixgen render --force PATH`, or `nixgen \
             eject PATH` to have it as a file of your own",
        );
    }
    if changes.all().any(Change::is_refused) {
        advice.push(
            "`nixgen diff` shows the edits; `nixgen render` does not overwrite them unasked, and \
             tells the ways out",
        );
    }
    if any(State::EjectedStale) {
        advice.push("`nixgen eject --merge PATH` brings nixgen's changes into an ejected file");
    }
    if any(State::EjectedConflict) {
        advice.push("resolve the conflicts, between `<<<<<<<` and `>>>>>>>`");
    }
    if changes.has_work() || changes.is_merged() {
        advice.push("run `nixgen render` and commit what it writes");
    }
    advice
}
