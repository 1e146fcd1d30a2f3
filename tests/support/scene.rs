//! A tree in the middle of its life: files to create, to update and to delete,
//! some in folders that come or go, and a person's own work among them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::SystemTime;

use walkdir::WalkDir;

use super::{Sandbox, read};

/// The tree before, and as it has to be after.
pub struct Scene {
    pub before: Sandbox,
    pub old: Look,
    pub new: Look,
}

/// A file's content and mode, or a folder's mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    Folder(u32),
    File(u32, Vec<u8>),
    Link,
}

/// Everything below a folder.
pub type Look = BTreeMap<String, Thing>;

/// What a person wrote, which every run has to leave alone.
pub const BY_HAND: &[&str] = &["vms/by-hand.nix", "vms/w1.nix", "notes/todo.md"];

impl Scene {
    /// `workers` VMs besides the control plane, half of which are replaced.
    pub fn new(workers: usize) -> Self {
        // In folders of its own, all of which go.
        let flannel = "flannel = { path = \"k8s/cni/v1/flannel.yaml\" }\n";
        let before = Sandbox::with_config(&config(workers, 1, "8GiB", flannel));
        before.expect(0, &["render", "-q"]);
        // The VM goes, but its file was edited and stays.
        before.edit("vms/w1.nix", "vcpu = 2", "vcpu = 3");
        before.write("vms/by-hand.nix", "{ }\n");
        before.write("notes/todo.md", "- sleep\n");
        fs::set_permissions(before.at("vms/cp.nix"), fs::Permissions::from_mode(0o640))
            .expect("set");
        // A folder goes, another comes, and most files change.
        let outputs = "flannel = { path = \"manifests/flannel.yaml\" }\nrunbook = { path = \"the/book/cluster.md\" }\n";
        before.write("cluster.toml", &config(workers, 2 + workers / 2, "16GiB", outputs));
        let after = Self::copy_of(before.path());
        after.expect(0, &["render", "-q"]);
        assert!(!after.at("k8s").exists() && after.at("the/book/cluster.md").exists());
        let (old, new) = (look(before.path()), look(after.path()));
        for path in BY_HAND {
            assert_eq!(old[*path], new[*path]);
        }
        Self { before, old, new }
    }

    /// A fresh copy of the tree before.
    pub fn copy(&self) -> Sandbox {
        Self::copy_of(self.before.path())
    }

    /// A fresh copy of a tree.
    pub fn copy_of(tree: &Path) -> Sandbox {
        let copy = Sandbox::in_memory();
        for entry in WalkDir::new(tree).min_depth(1) {
            let entry = entry.expect("readable");
            let target = copy.path().join(entry.path().strip_prefix(tree).expect("below"));
            if entry.file_type().is_dir() {
                fs::create_dir(&target).expect("a folder");
                fs::set_permissions(target, entry.metadata().expect("there").permissions())
                    .expect("set");
            } else {
                fs::copy(entry.path(), target).expect("copied");
            }
        }
        copy
    }

    /// How many files there are, before or after.
    pub fn files(&self) -> usize {
        let is_file = |thing: &&Thing| matches!(thing, Thing::File(..));
        let gone = self.old.iter().filter(|(path, _)| !self.new.contains_key(*path));
        self.new.values().chain(gone.map(|(_, thing)| thing)).filter(is_file).count()
    }

    /// Whether a tree is the old one or the new one, to the byte; anything else
    /// is a failure.
    pub fn is_new(&self, tree: &Path, context: &dyn std::fmt::Debug) -> bool {
        let now = look(tree);
        if now != self.old && now != self.new {
            let (old, new) = (differences(&now, &self.old), differences(&now, &self.new));
            panic!("{context:?}: a mix\nagainst the old tree: {old}\nagainst the new: {new}");
        }
        now == self.new
    }
}

/// A cluster of a control plane and the workers from `first` on.
fn config(workers: usize, first: usize, memory: &str, outputs: &str) -> String {
    let mut text =
        read("tests/golden/ok/minimal.toml").replace("[vms.worker]\nrole = \"worker\"\n", "");
    for number in first..first + workers {
        let _ = write!(
            text,
            "\n[vms.w{number}]\nrole = \"worker\"\nip = \"10.0.20.{}\"\n",
            100 + number
        );
    }
    text.replace("8GiB", memory)
        // That nodes go is meant here.
        + "\n[lints]\nremoved-node = \"allow\"\n\n[outputs]\n"
        + outputs
}

/// Looks at everything below a folder.
pub fn look(root: &Path) -> Look {
    let mut things = Look::new();
    for entry in WalkDir::new(root).min_depth(1) {
        let entry = entry.expect("readable");
        let path = entry.path().strip_prefix(root).expect("below").to_str().expect("text");
        let mode = entry.metadata().expect("there").mode() & 0o7777;
        let thing = if entry.file_type().is_dir() {
            Thing::Folder(mode)
        } else if entry.file_type().is_file() {
            Thing::File(mode, fs::read(entry.path()).expect("readable"))
        } else {
            Thing::Link
        };
        things.insert(path.to_owned(), thing);
    }
    things
}

/// When every file was last changed.
pub fn times(root: &Path) -> BTreeMap<String, SystemTime> {
    let files = look(root).into_iter().filter(|(_, thing)| matches!(thing, Thing::File(..)));
    let time = |path: &str| fs::metadata(root.join(path)).and_then(|meta| meta.modified());
    files.map(|(path, _)| (path.clone(), time(&path).expect("a time"))).collect()
}

fn differences(one: &Look, other: &Look) -> String {
    let paths: Vec<&String> =
        one.keys().chain(other.keys()).filter(|path| one.get(*path) != other.get(*path)).collect();
    format!("{paths:?}")
}
