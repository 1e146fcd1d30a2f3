//! The command `git`.

use std::path::Path;
use std::process::Command;

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
