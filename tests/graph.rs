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
        assert!(!drawn.contains("management ("), "{format}");
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

/// The boxes of an SVG by the titles in them: left, top, right, bottom.
fn titled(svg: &str) -> Vec<(String, [f64; 4])> {
    let document = Document::parse(svg).expect("well-formed");
    let is_title = |node: &roxmltree::Node<'_, '_>| node.attribute("class") == Some("title");
    let titles = document.descendants().filter(is_title);
    let titles = titles.map(|node| node.text().unwrap_or_default().to_owned());
    // The first box is the page.
    titles.zip(boxes(svg).into_iter().skip(1)).collect()
}

#[test]
fn what_goes_stays_in_its_vlan() {
    let is_inside = |svg: &str, machine: &str, vlan: &str| {
        let titled = titled(svg);
        let of = |title: &str| titled.iter().find(|(it, _)| it == title).expect(title).1;
        let (inner, outer) = (of(machine), of(vlan));
        outer[0] <= inner[0] && outer[1] <= inner[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
    };
    let svg = marked(&changed(), "svg");
    assert!(is_inside(&svg, "k8s-worker-2 (removed)", "VLAN 30 services (changed)"));
    // One that nothing else is on, and that goes with it.
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    let other = "vlans.other = { id = 30, subnet = \"10.0.30.0/24\" }";
    sandbox.edit(
        "cluster.toml",
        "[hosts.box]",
        &format!("{other}\n\n[hosts.box]\nvlan = \"services\""),
    );
    for vm in ["[vms.cp]", "[vms.worker]"] {
        sandbox.edit("cluster.toml", vm, &format!("{vm}\nvlan = \"services\""));
    }
    let plain = sandbox.read("cluster.toml");
    sandbox.write("cluster.toml", &format!("{plain}\n[vms.old]\nvlan = \"other\"\n"));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.write("cluster.toml", &plain.replace(&format!("{other}\n"), ""));
    assert!(is_inside(&marked(&sandbox, "svg"), "old (removed)", "VLAN other"));
}

#[test]
fn the_legend_shows_what_is_there() {
    let legend = |sandbox: &Sandbox| {
        let page = draw(sandbox, "html");
        page.split("<ul>").nth(1).expect("a legend").to_owned()
    };
    let example = legend(&Sandbox::with_example());
    for label in ["GPU", "workload", "VLAN", "MicroVM beside the cluster"] {
        assert!(example.contains(label), "{label}: {example}");
    }
    let minimal = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    let legend = legend(&minimal);
    for label in ["GPU", "workload", "beside"] {
        assert!(!legend.contains(label), "{label}: {legend}");
    }
    // Of the marks, too.
    minimal.expect(0, &["render", "-q", "--yes"]);
    assert!(marked(&minimal, "svg").contains("rendering changes nothing"));
    minimal.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    let marked = marked(&minimal, "svg");
    assert!(marked.contains("machine (changed)") && !marked.contains("machine (removed)"));
}

#[test]
fn one_vlan_on_several_hosts_is_one_network() {
    let sandbox = Sandbox::with_config(&read("flake-fixtures/ha/cluster.toml"));
    sandbox.write("hosts/rack-b-hardware.nix", "{ }\n");
    let svg = draw(&sandbox, "svg");
    assert!(svg.contains(">on rack-a, rack-b</text>"), "{svg}");
    // The whole and its two parts have one colour, and the other network another.
    for hue in ["hue-1\"", "hue-2\""] {
        assert_eq!(svg.matches(hue).count(), 3, "{hue}");
    }
    let mermaid = draw(&sandbox, "mermaid");
    let whole = mermaid.lines().find(|line| line.contains("on rack-a, rack-b")).expect("a card");
    let number = whole.trim().split('[').next().expect("a number");
    assert_eq!(mermaid.matches(&format!("  {number} --- n")).count(), 2, "{mermaid}");
    assert_eq!(draw(&sandbox, "dot").matches("style=solid, dir=none, lhead=cluster_").count(), 4);
}
