//! No dead code and no doubtful idiom in any rendered Nix file.

mod support;

use rnix::SyntaxKind;
use rnix_of_deadnix as deadnix_rnix;
use support::{Sandbox, read};

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

#[test]
fn no_name_is_hidden_and_no_key_is_scattered() {
    for (path, text) in rendered() {
        let root = rnix::Root::parse(&text).syntax();
        for node in root.descendants() {
            assert_ne!(
                node.kind(),
                SyntaxKind::NODE_WITH,
                "{path}: `with` hides where a name is from"
            );
            if node.kind() == SyntaxKind::NODE_ATTR_SET {
                let scattered = scattered_key(&node);
                assert_eq!(scattered, None, "{path}: three bindings begin with this key");
            }
        }
    }
}

/// A key that begins three dotted bindings of one set, and so wants to be a set.
fn scattered_key(set: &rnix::SyntaxNode) -> Option<String> {
    let mut seen = std::collections::BTreeMap::new();
    for binding in set.children().filter(|c| c.kind() == SyntaxKind::NODE_ATTRPATH_VALUE) {
        let path = binding.children().find(|c| c.kind() == SyntaxKind::NODE_ATTRPATH)?;
        let keys: Vec<String> = path.children().map(|key| key.to_string()).collect();
        if keys.len() > 1 {
            *seen.entry(keys[0].clone()).or_insert(0) += 1;
        }
    }
    seen.into_iter().find(|(_, count)| *count >= 3).map(|(key, _)| key)
}
