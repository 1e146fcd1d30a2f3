//! The command `git`, which obeys nixgen and the user's own settings, and
//! neither the surroundings nor what a branch may have brought.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;

/// What git would start by itself while it reads or adds, as its configuration
/// says, and a bare repository that a branch brings, which is never meant. What
/// else a configuration names is for pagers, editors, signatures and transports,
/// none of which the commands that nixgen gives come to.
const OFF: &[&str] =
    &["core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit"];

/// What keeps it on this machine, in the objects that are there, and quiet. No
/// transport is allowed, so that an older git fetches nothing either.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    // It is asked by a program, which reads its words.
    ("LC_ALL", "C"),
];

/// Git at work in a folder. It is told nothing by a hook, a shell or a pipeline
/// that nixgen is run in.
pub(super) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    forget_surroundings(&mut command);
    command.envs(ENVIRONMENT.iter().copied()).arg("--no-pager").arg("-C").arg(folder);
    command.args(OFF.iter().flat_map(|setting| ["-c", setting]));
    command
}

/// Takes out of the environment of a program what git would obey there.
pub(super) fn forget_surroundings(command: &mut Command) {
    let is_gits = |name: &OsStr| name.as_bytes().starts_with(b"GIT_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_gits(name)) {
        command.env_remove(name);
    }
}

/// The answer of a program that reads this. It may answer before it has read everything.
pub(super) fn ask(command: &mut Command, input: Vec<u8>) -> io::Result<Output> {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child: Child = command.spawn()?;
    let stdin = child.stdin.take();
    let writer: JoinHandle<_> =
        std::thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&input)));
    let output = child.wait_with_output()?;
    let _ = writer.join();
    Ok(output)
}

/// The first thing that a program complained of.
pub(super) fn complaint(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or_default();
    first.strip_prefix("fatal: ").unwrap_or(first).to_owned()
}
