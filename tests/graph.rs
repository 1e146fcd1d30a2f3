//! `nixgen graph`. `NIXGEN_BLESS=1` rewrites the pictures in `golden/graph/`.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{Sandbox, blessing, generated, read, repository};
use roxmltree::Document;

/// A directory that would break out of any label that does not escape it.
const HOSTILE: &str = r#"/a"]; <text><script> & \ #quot; ~~~ n0"#;

fn hostile() -> Sandbox {
    let mount = format!("mount = '{HOSTILE}'");
    Sandbox::with_config(&read("cluster.toml").replace("mount = \"/var/lib/vault\"", &mount))
}

/// The example, rendered, and then with a worker more, one less, one that gets more
/// memory, and another VLAN id.
fn changed() -> Sandbox {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    sandbox.edit("cluster.toml", "[vms.k8s-worker-2]", "[vms.k8s-worker-3]");
    sandbox.edit("cluster.toml", "id = 20", "id = 30");
    sandbox
}

fn draw(sandbox: &Sandbox, format: &str) -> String {
    sandbox.expect(0, &["graph", "--format", format]).stdout
}

fn marked(sandbox: &Sandbox, format: &str) -> String {
    sandbox.expect(0, &["graph", "--diff", "--format", format]).stdout
}

/// Corners of every box of an SVG: left, top, right, bottom.
fn boxes(svg: &str) -> Vec<[f64; 4]> {
    let document = Document::parse(svg).expect("well-formed");
    let number = |node: roxmltree::Node<'_, '_>, name: &str| -> f64 {
        node.attribute(name).unwrap_or("0").parse().expect("a number")
    };
    let rects = document.descendants().filter(|node| node.has_tag_name("rect"));
    rects
        .map(|rect| {
            let (left, top) = (number(rect, "x"), number(rect, "y"));
            [left, top, left + number(rect, "width"), top + number(rect, "height")]
        })
        .collect()
}

#[test]
fn the_example_and_its_changes_are_drawn_as_expected() {
    let (example, changed) = (Sandbox::with_example(), changed());
    for (format, ending) in [("mermaid", "mmd"), ("dot", "dot"), ("svg", "svg")] {
        for (name, drawn) in
            [("example", draw(&example, format)), ("changed", marked(&changed, format))]
        {
            let path = repository().join(format!("tests/golden/graph/{name}.{ending}"));
            if blessing() {
                fs::write(&path, &drawn).expect("written");
            }
            assert_eq!(drawn, fs::read_to_string(&path).unwrap_or_default(), "{}", path.display());
        }
    }
}

#[test]
fn what_a_plan_changes_is_marked_in_words_too() {
    let sandbox = changed();
    for format in ["mermaid", "dot", "svg", "html"] {
        let (drawn, plain) = (marked(&sandbox, format), draw(&sandbox, format));
        for label in [
            "machine (added)",
            "machine (changed)",
            "machine (removed)",
            "k8s-worker-1 (changed: drain advised)",
            "k8s-worker-2 (removed)",
            "k8s-worker-3 (added)",
            "VLAN 30 services (changed)",
        ] {
            assert!(drawn.contains(label), "{format}: {label}");
            assert!(!plain.contains(label), "{format}: {label}");
        }
        assert!(!drawn.contains("k8s-master ("), "{format}");
    }
    sandbox.expect(0, &["render", "-q", "--yes"]);
    assert!(!marked(&sandbox, "svg").contains("k8s-worker-1 ("), "nothing changes");
}

#[test]
fn boxes_lie_in_each_other_or_apart() {
    let many = Sandbox::with_config(&generated::cluster(60));
    for svg in
        [draw(&many, "svg"), draw(&Sandbox::with_example(), "svg"), marked(&changed(), "svg")]
    {
        let boxes = boxes(&svg);
        for (at, a) in boxes.iter().enumerate() {
            for b in &boxes[at + 1..] {
                let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                let inside = a[0] <= b[0] && a[1] <= b[1] && b[2] <= a[2] && b[3] <= a[3];
                assert!(apart || inside, "{a:?} and {b:?}");
            }
        }
    }
}

#[test]
fn sixty_machines_are_all_there() {
    let svg = draw(&Sandbox::with_config(&generated::cluster(60)), "svg");
    let document = Document::parse(&svg).expect("well-formed");
    let texts: Vec<_> = document.descendants().filter_map(|node| node.text()).collect();
    for vm in 0..60 {
        assert!(texts.contains(&format!("node-{vm}").as_str()), "node-{vm}");
    }
}

#[test]
fn a_label_stays_a_label() {
    let sandbox = hostile();
    let svg = draw(&sandbox, "svg");
    let has_label = |text: &str| {
        let document = Document::parse(text).expect("well-formed");
        document.descendants().any(|node| node.text() == Some(HOSTILE))
    };
    assert!(has_label(&svg));
    let html = draw(&sandbox, "html");
    let (start, end) = (html.find("<main>").expect("main"), html.find("</main>").expect("main"));
    assert!(has_label(html[start..end].trim_start_matches("<main>")));
    let mermaid = draw(&sandbox, "mermaid");
    let line = mermaid.lines().find(|line| line.contains("script")).expect("drawn");
    let (_, label) = line.split_once("[\"").expect("a label");
    let label = label.strip_suffix("\"]").expect("a label").replace("<br/>", "");
    assert!(!label.contains(['"', '<', '>', '[', ']']), "{line}");
}

#[test]
fn graphviz_takes_the_dot() {
    for drawn in [draw(&hostile(), "dot"), marked(&changed(), "dot")] {
        let mut child = Command::new("dot")
            .arg("-Tdot_json")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tests need Graphviz; apt-get install graphviz");
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(drawn.as_bytes()).expect("written");
        drop(input);
        let output = child.wait_with_output().expect("it ran");
        assert!(output.status.success());
        let graph: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let machines = graph["objects"].as_array().expect("boxes").len();
        assert!(machines > 10, "{machines}");
    }
}
