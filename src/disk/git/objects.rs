//! Git's objects, as one process gives them.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::repository::Repository;

/// So much is read of a revision in all. What nixgen writes for ten thousand VMs
/// is far smaller.
const MOST: u64 = 256 << 20;

/// What an object counts at least, for it takes time, too.
const LEAST: u64 = 4 << 10;

/// A process that gives objects, and how much it may still give.
#[derive(Debug)]
pub(super) struct Objects {
    git: Child,
    names: ChildStdin,
    answers: BufReader<ChildStdout>,
    left: u64,
}

impl Objects {
    /// Those of a repository.
    pub(super) fn of(repository: &Repository) -> io::Result<Self> {
        let mut git = repository.git(&repository.top);
        git.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut git = git.stderr(Stdio::null()).spawn()?;
        match (git.stdin.take(), git.stdout.take()) {
            (Some(names), Some(answers)) => {
                Ok(Self { git, names, answers: BufReader::new(answers), left: MOST })
            }
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// What an object holds. Git says a line with its size, its bytes, a line's end.
    pub(super) fn read(&mut self, object: &str) -> io::Result<Vec<u8>> {
        // Of what was too much, git has begun to say more.
        self.spend(0)?;
        let mut line = String::new();
        // Where git has ended, there is no answer.
        let _ = writeln!(self.names, "{object}");
        (&mut self.answers).take(256).read_line(&mut line)?;
        let size = line.split_ascii_whitespace().nth(2).and_then(|size| size.parse::<u64>().ok());
        let size = size.ok_or_else(|| {
            let what = format!("its object {object} is missing or broken in this clone");
            io::Error::new(io::ErrorKind::NotFound, what)
        })?;
        self.spend(size.max(LEAST))?;
        let mut bytes = Vec::new();
        (&mut self.answers).take(size + 1).read_to_end(&mut bytes)?;
        // What ends before is no object.
        match bytes.pop() {
            Some(b'\n') if bytes.len() as u64 == size => Ok(bytes),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Counts what memory is taken for. Once it was too much, it stays so.
    pub(super) fn spend(&mut self, bytes: u64) -> io::Result<()> {
        self.left = self.left.saturating_sub(bytes);
        if self.left > 0 {
            return Ok(());
        }
        let most = MOST >> 20;
        Err(io::Error::other(format!("more than {most} MiB of a revision are not read")))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        let _ = self.git.kill();
        let _ = self.git.wait();
    }
}
