//! What `nixgen explain KEY` tells, in a folder with a cluster and without one.

use crate::support::Sandbox;

#[test]
fn a_key_has_its_meaning_its_default_an_example_and_what_comes_of_it() {
    let sandbox = Sandbox::with_example();
    let said = sandbox.expect(0, &["explain", "vms.memory"]).stdout;
    for part in [
        "vms.memory\nMemory; 4 GiB for nodes",
        "text, such as \"8GiB\"",
        "memory = \"8GiB\"   in [vms.k8s-master]",
        "vms/k8s-master.nix:",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let one = sandbox.expect(0, &["explain", "vms.vault.memory"]).stdout;
    assert!(one.contains("with `vms.vault.memory`\n") && one.contains("mem = 2304;"), "{one}");
    let default = sandbox.expect(0, &["explain", "cluster.firewall"]).stdout;
    assert!(default.contains("one of `iptables`, `nftables`"), "{default}");
    assert!(default.contains("\"iptables\"") && default.contains("change with"), "{default}");
    let required = sandbox.expect(0, &["explain", "uplink"]).stdout;
    assert!(required.starts_with("hosts.uplink\n"), "the only key of that name: {required}");
    assert!(required.contains("it has to be written"), "{required}");
}

#[test]
fn a_table_has_its_keys() {
    let said = Sandbox::new().expect(0, &["explain", "vms"]).stdout;
    assert!(said.contains("The MicroVMs.") && said.contains("names of your own"), "{said}");
    assert!(said.contains("  vcpu ") && said.contains("Virtual processors."), "{said}");
    let header = Sandbox::new().expect(0, &["explain", "[network.vlans.management]"]).stdout;
    assert!(header.contains("  subnet ") && header.contains("Its range."), "{header}");
}

#[test]
fn without_a_valid_cluster_the_example_shows_what_comes_of_a_key() {
    let sandbox = Sandbox::new();
    let nowhere = sandbox.expect(0, &["explain", "vms.memory"]).stdout;
    assert!(nowhere.contains("of the example\n"), "{nowhere}");
    sandbox.write("cluster.toml", "[cluster]\nname = 1\n");
    assert_eq!(sandbox.expect(0, &["explain", "vms.memory"]).stdout, nowhere);
}

#[test]
fn a_word_of_several_tables_or_none_is_refused_with_what_there_is() {
    let sandbox = Sandbox::new();
    let several = sandbox.expect(2, &["explain", "memory"]).stderr;
    assert!(several.contains("`hosts.memory`, `vms.memory`"), "{several}");
    let near = sandbox.expect(2, &["explain", "vms.memroy"]).stderr;
    assert!(near.contains("did you mean `vms.memory`?"), "{near}");
}

#[test]
fn errors_about_keys_lead_there() {
    let sandbox = Sandbox::with_example();
    sandbox.edit("cluster.toml", "vcpu = 8", "vcpu = \"8\"");
    sandbox.edit("cluster.toml", "uplink = \"enp1s0\"", "uplink = 1.5");
    let said = sandbox.expect(3, &["validate"]).stderr;
    let line = "`nixgen explain hosts.uplink`, `nixgen explain vms.vcpu` say what the keys take.";
    assert!(said.ends_with(&format!("{line}\n")), "{said}");
    let objects = sandbox.expect(3, &["validate", "--message-format", "json"]).stderr;
    assert!(objects.contains(r#""key":"vms.vcpu""#), "{objects}");
}
