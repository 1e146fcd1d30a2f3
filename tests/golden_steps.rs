//! What `nixgen diff` says of the steps in `tests/golden/steps/`: from a tree
//! that was rendered from `before.toml` to `after.toml`. `NIXGEN_BLESS=1`
//! rewrites what is expected.

use std::fs;

use crate::support::{Sandbox, blessing, read, repository};
use nixgen::nix::attrs::Attrs;
use nixgen::pipeline;
use nixgen::previous::Previous;
use nixgen::source::Source;

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

#[test]
fn what_is_no_such_value_of_a_data_file_is_not_known() {
    let text = "{ k8s = { version = \"new\"; endpoint = f x; controlPlanes = [ \"a\" 1 ]; }; \
                definitions.\"2nd\" = { host = \"box\"; ip = 4; role = \"other\"; \
                volumes.data = { size = (-1); fsType = \"xfs\"; }; }; definitions.x = y; }";
    let attrs: Attrs = text.parse().expect("Nix");
    let source = Source::new("cluster.toml", read("tests/golden/ok/minimal.toml"));
    let cluster = pipeline::read(&source, &mut Vec::new()).cluster.expect("a cluster");
    let is_vms = |path: &str| path == "lib/domains/vms.nix";
    let previous = Previous::read(&cluster, |path| is_vms(path).then_some(&attrs));
    assert_eq!((previous.kubernetes, previous.endpoint), (None, None));
    assert_eq!(previous.nodes().collect::<Vec<_>>(), ["a"]);
    let vm = &previous.vms["2nd"];
    assert_eq!((vm.host, vm.ip, vm.role), (Some("box"), None, None));
    let volume = &vm.volumes["data"];
    assert_eq!((volume.size, volume.fs, volume.format), (None, Some("xfs"), None));
}
