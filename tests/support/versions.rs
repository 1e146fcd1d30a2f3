//! Trees that another version of nixgen wrote.

use super::Sandbox;

/// Makes a tree, which is in sync, what another version would have left: one
/// whose own template has a text in place of another one. Its files are rendered
/// for real, and so is what its lock says of them; what the user wrote is the
/// same.
pub fn by_another(sandbox: &Sandbox, template: &str, from: &str, to: &str) {
    let other = Sandbox::with_config(&sandbox.read("cluster.toml"));
    other.write("hosts/homelab/hardware.nix", "{ }\n");
    other.expect(0, &["templates", "eject", template]);
    other.edit(&format!("nixgen/templates/{template}.tera"), from, to);
    other.expect(0, &["render", "-q", "--allow", "missing-module"]);
    let (here, there) = (sandbox.tree(), other.tree());
    let lock = other.read("nixgen.lock");
    let entry = |lock: &str, path: &str| {
        let line = lock.lines().find(|line| line.starts_with(&format!("\"{path}\"")));
        line.unwrap_or_else(|| panic!("{path} is not in the lock")).to_owned()
    };
    let mut differing = 0;
    for (path, text) in there {
        let is_known = path != "nixgen.lock" && lock.contains(&format!("\"{path}\""));
        if is_known && here.get(&path) != Some(&text) {
            let (old, new) = (entry(&sandbox.read("nixgen.lock"), &path), entry(&lock, &path));
            sandbox.edit("nixgen.lock", &old, &new);
            sandbox.write(&path, &String::from_utf8(text).expect("text"));
            differing += 1;
        }
    }
    assert!(differing > 0, "the other version renders the same");
}
