//! The options that users set, in `nixos` tables and in templates of their own,
//! against the list of all options that they name. What nixgen's templates set is
//! proven by Nix in the tests.

mod module;
mod settings;
mod tree;
mod types;

pub use tree::Options;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::ops::Range;

    use super::*;
    use crate::nix::attrs::Attrs;

    fn options() -> Options {
        const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/options.json");
        Options::from_json(&fs::read_to_string(LIST).expect("readable")).expect("a list")
    }

    fn said(text: &str, values: &[Range<usize>]) -> Vec<String> {
        let module: Attrs = text.parse().unwrap_or_else(|_| panic!("not Nix: {text}"));
        let mut found = Vec::new();
        options().judge(&module, values, &mut found);
        found.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn what_is_right_or_not_known_is_right() {
        for text in [
            "{ swapDevices = [ ]; networking.hostName = \"a\"; }",
            "{ environment.etc.x.text = null; environment.etc.\"a.b\".text = \"\"; }",
            "{ services.openssh.settings.X11 = true; }",
            "{ assertions = [ ]; warnings = [ ]; microvm.vcpu = \"x\"; _module.args.a = 1; }",
            "{ imports = [ ./a.nix { swapDevices = [ ]; } ]; config.swapDevices = [ ]; }",
            "{ options.own.x = 1; disabledModules = [ ]; }",
            "{ lib, ... }: let own = 1; in { swapDevices = lib.mkForce own; }",
            "x: { environment.etc.${x}.text = x; services = { } // x; }",
            "x: { networking = lib.mkIf x { hostName = x.name; }; ${x}.y = 1; }",
        ] {
            assert_eq!(said(text, &[]), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_there_is_not_and_what_an_option_does_not_take_is_said() {
        for (text, message) in [
            ("{ networking.hostname = \"a\"; }", "`networking.hostName` is"),
            ("x: { networking = lib.mkIf x { hostnam = 1; }; }", "hostnam` is no known option"),
            ("{ swapDevices = [ { devic = \"x\"; } ]; }", "`swapDevices.*.devic` is no known"),
            ("x: { environment.etc.${x}.txt = 1; }", "`environment.etc.${x}.txt` is no known"),
            ("{ config.boot.kernelParms = [ ]; }", "`boot.kernelParms` is no known option"),
            ("{ imports = [ { own.option = 1; } ]; }", "`own` is no known option"),
            ("x: { inherit (x) swapDevice; }", "`swapDevice` is no known option"),
            ("{ services.openssh.enable = \"yes\"; }", "takes boolean, not the string \"yes\""),
            ("{ services.openssh.enable = null; }", "not null"),
            ("{ swapDevices = { }; }", "not a set"),
            ("{ users.users.a.openssh.authorizedKeys.keys = [ 1 ]; }", "keys.*` takes"),
        ] {
            let said = said(text, &[]);
            assert!(said.len() == 1 && said[0].contains(message), "{text}: {said:?}");
        }
    }

    #[test]
    fn what_stands_in_a_value_is_judged_where_it_is_written() {
        let text = "{ imports = [ { own.x = 1; } ]; own.y = 1; swapDevices = 1; }";
        let value = |part: &str| text.find(part).map(|at| at..at + part.len()).expect("there");
        let values = [value("{ own.x = 1; }"), value("own.y = 1;"), value("1; }")];
        assert_eq!(said(text, &values[1..]).len(), 2);
    }
}
