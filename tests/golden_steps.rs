//! What `nixgen diff` says of the steps in `tests/golden/steps/`: from a tree
//! that was rendered from `before.toml` to `after.toml`. `NIXGEN_BLESS=1`
//! rewrites what is expected.

use std::fs;

use crate::support::{Sandbox, blessing, read, repository};

#[test]
fn steps_get_the_expected_messages() {
    let folder = repository().join("tests/golden/steps");
    let mut different = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder of the steps") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("text");
        let file = |file: &str| read(&format!("tests/golden/steps/{name}/{file}"));
        let sandbox = Sandbox::with_config(&file("before.toml"));
        let rendered = sandbox.expect(0, &["render", "-q"]);
        assert_eq!(rendered.stderr, "", "{name}/before.toml");
        let tree = sandbox.tree();

        sandbox.write("cluster.toml", &file("after.toml"));
        let said = sandbox.run(&["diff", "-q", "--color", "never"]);
        assert_eq!(said.status, if said.stderr.contains("error[") { 3 } else { 1 }, "{name}");
        let is_at_risk = said.stderr.contains("DATA AT RISK");
        let checked = sandbox.run(&["check", "-q", "--color", "never"]);
        assert_eq!(checked.stderr, said.stderr, "{name}: check");
        let rendered = sandbox.run(&["render", "-q", "--color", "never"]);
        if is_at_risk {
            assert_eq!(rendered.status, 5, "{name}: render");
            assert!(rendered.stderr.starts_with(&said.stderr), "{name}: {}", rendered.stderr);
            sandbox.expect(0, &["render", "-q", "--allow", "data-risk"]);
        } else {
            assert_eq!(rendered.stderr, said.stderr, "{name}: render");
        }
        if said.status == 3 {
            let mut now = sandbox.tree();
            now.insert("cluster.toml".to_owned(), file("before.toml").into_bytes());
            assert_eq!(now, tree, "{name}: something was written");
        } else {
            let again = sandbox.expect(0, &["check", "-q"]);
            assert_eq!(again.stderr, "", "{name}: it is said once");
        }
        if blessing() {
            fs::write(entry.path().join("diff.stderr"), &said.stderr).expect("written");
        } else if file("diff.stderr") != said.stderr {
            different.push(format!("{name}:\n{}", said.stderr));
        }
    }
    assert!(different.is_empty(), "rewrite with NIXGEN_BLESS=1:\n{}", different.join("\n"));
}
