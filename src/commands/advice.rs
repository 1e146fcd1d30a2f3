//! What a change asks of the user besides writing files.

use std::collections::BTreeMap;

use crate::disk::ChangeSet;
use crate::nix;

/// A sentence for each volume whose size changes: the image that exists keeps
/// its size, since nothing that holds data is ever made anew.
pub(super) fn resized_volumes(changes: &ChangeSet<'_>) -> Vec<String> {
    let mut advice = Vec::new();
    for change in changes.differing().filter(|change| change.path.ends_with("vms.nix")) {
        let (Some(old), Some(new)) = (&change.old, change.new) else { continue };
        let (old, new) = (volume_sizes(old), volume_sizes(new.text()));
        for ((vm, volume), size) in &new {
            let before = old.get(&(*vm, *volume)).filter(|before| *before != size);
            if let Some(before) = before {
                advice.push(format!(
                    "`{vm}`: the image of its volume `{volume}` keeps {before} MiB; \
                     the runbook tells how to make it {size} MiB (\"Grow a volume\")"
                ));
            }
        }
    }
    advice
}

/// The sizes in the data file of the VMs, by VM and volume. It is plain data,
/// so its tokens tell all.
fn volume_sizes(text: &str) -> BTreeMap<(&str, &str), &str> {
    let mut sizes = BTreeMap::new();
    let mut path: Vec<&str> = Vec::new();
    let mut last = "";
    let mut key = None;
    for token in nix::tokens(text) {
        match token {
            "{" => path.push(key.take().unwrap_or_default()),
            "}" => drop(path.pop()),
            "=" => key = Some(last),
            ";" => key = None,
            "\"" | "[" | "]" => {}
            value => {
                if let ([_, "definitions", vm, "volumes", volume], Some("size")) = (&path[..], key)
                {
                    sizes.insert((*vm, *volume), value);
                }
                last = value;
            }
        }
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_found_by_vm_and_volume() {
        let text = r#"# comment
        { k8s = { size = 1; }; definitions = {
            a = { volumes = { kubelet = { size = 10; mountPoint = "/x"; }; }; kubeletVolume.size = 3; };
            "8s" = { volumes = { etcd = { fsType = "ext4"; size = 20; }; }; };
        }; }"#;
        let expected = BTreeMap::from([(("8s", "etcd"), "20"), (("a", "kubelet"), "10")]);
        assert_eq!(volume_sizes(text), expected);
    }
}
