//! The options that rendered modules set, against those that there are.

mod functions;
mod resolve;
mod settings;
mod tree;
mod types;
mod walk;

use std::ops::Range;

use rnix::SyntaxNode;

use super::lint::Finding;
use crate::render::{Kind, TemplateSource};
pub use tree::Options;
use walk::Walk;

/// Judges what a file sets, where that is not a value: those were judged where
/// they were written. `known`, where it is given, has every option; the embedded
/// table has those that nixgen's own templates set, and nothing to say of others.
pub(super) fn check(
    root: &SyntaxNode,
    template: TemplateSource,
    values: &[Range<usize>],
    known: Option<&Options>,
    found: &mut Vec<Finding>,
) {
    let kind = template.kind;
    if !template.is_own {
        walk(root, kind, Walk::new(Options::embedded(), values, false, found));
    }
    if let Some(known) = known {
        walk(root, kind, Walk::new(known, values, true, found));
    }
}

fn walk(root: &SyntaxNode, kind: Kind, mut walk: Walk<'_>) {
    match kind {
        Kind::Module => walk.module(root),
        Kind::Library(exports) => walk.library(root, exports),
        Kind::Flake(system) => walk.flake(root, system),
        Kind::Data | Kind::Text => {}
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::tree::tests::{fresh, unused};
    use super::*;
    use crate::render::{Engine, RenderedFile};
    use crate::source::Source;
    use crate::{outputs, pipeline};

    fn said_of(options: &Options, is_complete: bool, kind: Kind, text: &str) -> Vec<String> {
        let parsed = rnix::Root::parse(text);
        assert!(parsed.errors().is_empty(), "{text}: {:?}", parsed.errors());
        let mut found = Vec::new();
        walk(&parsed.syntax(), kind, Walk::new(options, &[], is_complete, &mut found));
        found.sort();
        found.dedup();
        found.into_iter().map(|finding| finding.message).collect()
    }

    fn clean(text: &str) {
        let said = said_of(Options::embedded(), false, Kind::Module, text);
        assert_eq!(said, Vec::<String>::new(), "{text}");
    }

    fn dirty(text: &str, expected: &str) {
        let said = said_of(Options::embedded(), false, Kind::Module, text);
        assert!(said.len() == 1 && said[0].contains(expected), "{text}: {said:?}");
    }

    #[test]
    fn options_exist() {
        dirty("{ networking.hostname = \"a\"; }", "`networking.hostName` is");
        dirty("{ lib, ... }: { networking = lib.mkIf true { hostnam = 1; }; }", "hostnam` is no");
        dirty("{ microvm.volumes = [ { imag = \"a\"; } ]; }", "`microvm.volumes.*.imag` is no");
        dirty("x: { fileSystems.${x}.neededforBoot = true; }", "neededforBoot` is no known");
        dirty("{ config.boot.kernelParms = [ ]; }", "`config.boot.kernelParms` is no known");
        dirty("{ inherit (x) swapDevice; }", "`swapDevice` is no known option");
        dirty("{ swapDevices.a = 1; }", "`swapDevices.a` is no known option");
        clean("{ config.swapDevices = [ ]; options.own.x = 1; imports = [ ./a.nix ]; }");
    }

    #[test]
    fn a_flake_has_its_own_attributes() {
        let said = |text: &str| said_of(Options::embedded(), false, Kind::Flake("mkSystem"), text);
        assert_eq!(said("{ inputs.a.url = \"b\"; outputs = { ... }: { }; }"), Vec::<String>::new());
        assert_eq!(said("{ inputs.a.uri = \"b\"; }").len(), 1);
        assert_eq!(said("{ outputs = 1; }").len(), 1);
        assert_eq!(said("{ outputs = x: x.mkSystem [ { swapDevice = [ ]; } ]; }").len(), 0);
        assert_eq!(said("{ outputs = x: mkSystem [ { swapDevice = [ ]; } ]; }").len(), 1);
    }

    #[test]
    fn what_users_set_is_judged_where_they_write_it() {
        let text = "{ imports = [ { nix.settings.experimental-features = \"x\"; } ]; users.users.a.isNormalUser = 1; }";
        let value = |word: &str| text.find(word).map(|at| at..at + word.len());
        let values = [
            value("nix.settings.experimental-features = \"x\";"),
            value("a.isNormal").map(|it| it.start..it.start + 1),
        ];
        let values: Vec<_> = values.into_iter().flatten().collect();
        let mut found = Vec::new();
        let root = rnix::Root::parse(text).syntax();
        let mut template =
            TemplateSource { name: "a.nix", text, kind: Kind::Module, is_own: false };
        check(&root, template, &values, None, &mut found);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("`users.users.a.isNormalUser` takes boolean"));
        let own = Options::from_json("{ \"nix.settings\": { \"type\": \"submodule\" } }");
        let own = own.expect("options");
        check(&root, template, &values[..1], Some(&own), &mut found);
        assert!(!found.iter().any(|it| it.message.contains("experimental-features")), "{found:?}");
        // Their templates are, against their own list alone.
        template.is_own = true;
        found.clear();
        check(&root, template, &[], None, &mut found);
        assert_eq!(found, []);
        check(&root, template, &[], Some(&own), &mut found);
        assert!(found[0].message.contains("experimental-features` is no known"), "{found:?}");
    }

    #[test]
    fn options_are_found_behind_functions() {
        let wrong = [
            "{ swapDevices = lib.mkForce 1; }",
            "x: { swapDevices = if x then [ ] else 1; }",
            "let a = 1; in { swapDevices = a; }",
            "let f = x: { swapDevices = x.a or 1; }; in { imports = [ (f 2) ]; }",
            "let f = x: y: { zramSwap.enable = \"a\"; }; in { imports = map (f 1) [ 2 ]; }",
            "{ imports = [ ({ ... }: { zramSwap.enable = \"a\"; }) ]; }",
            "{ systemd.services = lib.genAttrs [ \"a\" ] (name: { after = name + \"x\"; wants = 1; }); }",
            "{ fileSystems = lib.mapAttrs' (n: v: lib.nameValuePair n { options = 1; }) x; }",
            "{ fileSystems = lib.listToAttrs (map (n: { name = n; value.device = 1; }) [ ]); }",
            "{ boot.kernelModules = [ \"a\" ] ++ lib.optional true 1; }",
            "{ environment.variables = { } // { KUBECONFIG = true; }; }",
            "{ microvm.vms.a.config = { zramSwap.enable = 1; }; }",
            "x: let f = if x then g else g; g = y: { zramSwap.enable = y ++ [ ]; }; in f 1",
        ];
        for text in wrong {
            let said = said_of(Options::embedded(), false, Kind::Module, text);
            assert!(
                !said.is_empty() && said.iter().all(|it| it.contains("takes")),
                "{text}: {said:?}"
            );
        }
    }

    #[test]
    fn kinds_of_values() {
        dirty(
            "{ microvm.vcpu = \"2\"; }",
            "takes positive integer, meaning >0, not the string \"2\"",
        );
        dirty("{ microvm.vcpu = 0; }", "not the number 0");
        dirty("{ microvm.hypervisor = \"qmu\"; }", "not the string \"qmu\"");
        dirty("{ swapDevices = { }; }", "not a set");
        dirty(
            "{ networking.firewall.allowedTCPPorts = [ 10250 \"22\" ]; }",
            "not the string \"22\"",
        );
        dirty("{ services.openssh.enable = null; }", "not null");
        dirty("x: { services.openssh.enable = x: x; }", "not a function");
        dirty("x: { system.stateVersion = x ? a; }", "not a boolean");
        dirty("x: { system.stateVersion = [ x ] ++ x; }", "not a list");
        clean("x: { services.openssh.enable = x == 1; system.stateVersion = x + \"a\"; }");
        clean("x: { services.openssh.enable = x.a; system.stateVersion = x 1 2; }");
        clean("let f = x: f x; in { swapDevices = f 1; }");
    }

    #[test]
    fn a_list_of_all_options_is_the_law() {
        let options = Options::from_json(&fs::read_to_string(OPTIONS).expect("readable"));
        let options = options.expect("an options.json");
        let said = |text: &str| said_of(&options, true, Kind::Module, text);
        assert_eq!(said("{ assertions = [ ]; microvm.vcpu = 1; }"), Vec::<String>::new());
        assert_eq!(said("{ environment.etc.x.text = null; }"), Vec::<String>::new());
        assert_eq!(said("{ services.openssh.settings.X11 = true; }"), Vec::<String>::new(), "free");
        assert_eq!(said("{ services.opensshd.enable = true; }").len(), 1);
        assert_eq!(said("{ services.openssh.enable = \"yes\"; }").len(), 1);
        assert_eq!(said("{ users.users.a.openssh.authorizedKeys.keys = [ 1 ]; }").len(), 1);
        assert_eq!(said("{ swapDevices = [ { devic = \"x\"; } ]; }").len(), 1);
        assert_eq!(said("{ own.option = 1; }").len(), 1);
    }

    const ROOT: &str = env!("CARGO_MANIFEST_DIR");
    const OPTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/options.json");

    /// Everything that the shipped example, the golden inputs and the fixtures
    /// render to.
    fn rendered() -> Vec<RenderedFile> {
        let list = |folder: &str| {
            fs::read_dir(format!("{ROOT}/{folder}"))
                .expect("readable")
                .map(|it| it.expect("readable").path())
        };
        let golden =
            list("tests/golden/ok").filter(|it| it.extension().is_some_and(|it| it == "toml"));
        let fixtures =
            list("flake-fixtures").map(|it| it.join("cluster.toml")).filter(|it| it.exists());
        let mut files = Vec::new();
        for path in golden.chain(fixtures) {
            let source = Source::new(&path, fs::read_to_string(&path).expect("readable"));
            let cluster = pipeline::read(&source, &mut Vec::new()).cluster.expect("valid");
            let engine = Engine::new(&outputs::templates()).expect("they compile");
            files.extend(engine.render(outputs::plan(&cluster), &cluster.source).expect("no bug"));
        }
        files
    }

    #[test]
    fn what_is_set_is_in_the_table_and_what_is_in_the_table_is_set() {
        let options = fresh();
        let files = rendered();
        assert!(files.len() > 100);
        for file in files.iter().filter(|file| file.template.kind != Kind::Text) {
            let mut found = Vec::new();
            let root = rnix::Root::parse(&file.text).syntax();
            let judge = Walk::new(&options, &file.values, true, &mut found);
            walk(&root, file.template.kind, judge);
            // Options of the user's own are not nixgen's to list.
            found.retain(|it| !file.values.iter().any(|value| value.contains(&it.at)));
            assert_eq!(found, [], "{}", file.path);
        }
        assert_eq!(unused(&options), Vec::<&str>::new());
    }
}
