//! A node on paper: scripts run in name spaces of their own, where `/etc`, `/run` and
//! `/var/lib` are empty, and kubeadm and its like write down how they are called.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Ran, Sandbox};

/// The programs that a node has and the test's machine has not.
const PROGRAMS: &[&str] = &[
    "kubeadm",
    "kubectl",
    "etcdctl",
    "crictl",
    "ctr",
    "curl",
    "sleep",
    "systemctl",
    "systemd-notify",
    "ip",
];

/// Writes down how it was called, fails if it is its turn, and else answers. A power
/// cut ends all that was started with it: before it does anything, after, or where the
/// answer says `half`.
const STAND_IN: &str = r#"#!/usr/bin/env bash
call="${0##*/} $*"
printf '%s\n' "$call" >>"$CALLS"
number=$(wc -l <"$CALLS")
[ "$number" != "${FAILS:-none}" ] || { echo 'it fails here' >&2; exit 1; }
# What waits for ever is ended.
[ "$number" -lt 3000 ] || kill -KILL 0
cut() { [ "${CUT-}" != "$1 $number" ] || kill -KILL 0; }
half() { cut half; }
cut before
. "$ANSWERS"
code=$?
cut after
exit "$code"
"#;

/// The moments of a call at which the power is cut.
pub const MOMENTS: [&str; 3] = ["before", "half", "after"];

/// A machine of a rendered cluster.
pub struct Node<'a> {
    /// The tree with the scripts.
    pub tree: &'a Sandbox,
    /// Its host name.
    pub name: &'a str,
    /// Shell code that puts files below `/etc`, `/run` and `/var/lib`.
    pub files: &'a str,
    /// The branches of a `case "$call"` that answer for the programs.
    pub answers: &'a str,
}

/// What became of a script.
#[derive(Debug)]
pub struct Rehearsal {
    /// How it ended and what it printed.
    pub ran: Ran,
    /// How the programs were called, in order.
    pub calls: Vec<String>,
    /// What the machine has below `/etc/kubernetes` and `/var/lib/etcd` afterwards.
    pub left: String,
}

impl Node<'_> {
    /// Runs a script with its arguments.
    pub fn run(&self, script: &str) -> Rehearsal {
        self.run_until(script, None)
    }

    /// Runs it and has the call of that number fail, counted from 1.
    pub fn run_until(&self, script: &str, failing: Option<usize>) -> Rehearsal {
        let failing = failing.map(|number| ("FAILS", number.to_string()));
        self.rehearse(script, failing)
    }

    /// Runs it, cuts the power at a moment of the call of that number, and runs it again
    /// on what the disk has.
    pub fn run_through_a_cut(&self, script: &str, moment: &str, number: usize) -> Rehearsal {
        self.rehearse(script, Some(("CUT", format!("{moment} {number}"))))
    }

    fn rehearse(&self, script: &str, trouble: Option<(&str, String)>) -> Rehearsal {
        let stage = tempfile::tempdir().expect("a folder");
        let at = |name: &str| stage.path().join(name);
        programs(&at("bin"));
        fs::write(at("calls"), "").expect("written");
        let answers = format!("case \"$call\" in\n{}\nesac\n", self.answers);
        fs::write(at("answers"), answers).expect("written");
        fs::write(at("files"), self.files).expect("written");
        let inside = format!(
            r#"set -e
for folder in /etc /run /var/lib; do mount -t tmpfs none "$folder"; done
hostname {name}
mkdir -p /etc/kubernetes /var/lib/etcd
. "$STAGE/files"
export PATH="$STAGE/bin:$PATH"
code=0
start() {{ setsid --wait bash {folder}/{script}; }}
start || code=$?
if [ -n "${{CUT-}}" ]; then
  unset CUT
  mount -t tmpfs none /run
  . "$STAGE/files"
  code=0
  start || code=$?
fi
find /etc/kubernetes /var/lib/etcd -type f | sort >"$STAGE/left"
exit "$code"
"#,
            name = self.name,
            folder = self.tree.at("bootstrap").display(),
        );
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--uts", "--map-root-user", "bash", "-c", &inside])
            .current_dir("/")
            .env("STAGE", stage.path())
            .env("CALLS", at("calls"))
            .env("ANSWERS", at("answers"))
            .stdin(Stdio::null());
        if let Some((kind, turn)) = trouble {
            command.env(kind, turn);
        }
        let ran = Ran::of(command.output().expect("unshare (util-linux) runs"));
        let read = |name: &str| fs::read_to_string(at(name)).unwrap_or_default();
        assert!(at("left").exists(), "no name space of its own: {}", ran.stderr);
        Rehearsal {
            ran,
            calls: read("calls").lines().map(str::to_owned).collect(),
            left: read("left"),
        }
    }
}

impl Rehearsal {
    /// Insists that it ended well.
    pub fn succeeds(self) -> Self {
        assert_eq!(self.ran.status, 0, "{self:#?}");
        self
    }

    /// Insists that it ended with an error that says this.
    pub fn fails_with(self, reason: &str) -> Self {
        assert!(self.ran.status != 0 && self.ran.stderr.contains(reason), "{reason}: {self:#?}");
        self
    }

    /// The calls of a program that start so.
    pub fn called(&self, start: &str) -> usize {
        self.calls.iter().filter(|call| call.starts_with(start)).count()
    }
}

fn programs(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    fs::create_dir(folder).expect("a folder");
    let stand_in = folder.join("stand-in");
    fs::write(&stand_in, STAND_IN).expect("written");
    fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755)).expect("set");
    for program in PROGRAMS {
        symlink(&stand_in, folder.join(program)).expect("linked");
    }
}
