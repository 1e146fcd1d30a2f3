//! What nixgen's own lints let pass, read by another linter.

use crate::support::{Sandbox, read};
use rnix_of_deadnix as deadnix_rnix;

/// Every kind of cluster that the fixtures have.
fn rendered() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for fixture in ["hybrid", "minimal", "ha", "cloud-hypervisor", "existing", "nftables"] {
        let sandbox =
            Sandbox::with_config(&read(&format!("flake-fixtures/{fixture}/cluster.toml")));
        sandbox.expect(0, &["render", "-q"]);
        for (path, content) in sandbox.tree() {
            if path.ends_with(".nix") {
                let text = String::from_utf8(content).expect("text");
                files.push((format!("{fixture}: {path}"), text));
            }
        }
    }
    assert!(files.len() > 60, "{}", files.len());
    files
}

#[test]
fn nothing_is_bound_and_not_used() {
    let settings = deadnix::Settings {
        no_lambda_arg: false,
        no_lambda_pattern_names: false,
        no_underscore: false,
        warn_used_underscore: false,
    };
    for (path, text) in rendered() {
        let dead = settings.find_dead_code(&deadnix_rnix::Root::parse(&text).syntax());
        let names: Vec<String> = dead.iter().map(|found| found.binding.name.to_string()).collect();
        assert_eq!(names, Vec::<String>::new(), "{path}");
    }
}
