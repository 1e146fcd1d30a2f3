//! The command `git`.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;

/// Git at work in a folder, on the repository that the folder is in. A hook's or
/// a shell's own one is not meant.
pub(super) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    // It is asked by a program, which reads its words and answers no question.
    command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").arg("-C").arg(folder);
    command
}

/// Starts it, and gives it this to read. It may answer before it has read everything.
pub(super) fn start(
    git: &mut Command,
    input: String,
) -> io::Result<(Child, JoinHandle<io::Result<()>>)> {
    let mut child = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let stdin = child.stdin.take();
    let writer = std::thread::spawn(move || {
        stdin.map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes()))
    });
    Ok((child, writer))
}

/// The answer of git in a folder.
pub(super) fn ask(folder: &Path, args: &[&str], input: String) -> io::Result<Output> {
    let (child, writer) = start(git(folder).args(args).stderr(Stdio::piped()), input)?;
    let output = child.wait_with_output()?;
    let _ = writer.join();
    Ok(output)
}
