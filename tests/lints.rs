//! How nixgen's own templates write Nix.

use crate::support::idioms::said;
use crate::support::{Sandbox, read};

#[test]
fn every_kind_of_cluster_is_rendered_as_careful_authors_write() {
    let mut count = 0;
    for fixture in ["hybrid", "minimal", "ha", "cloud-hypervisor", "existing", "nftables"] {
        let sandbox =
            Sandbox::with_config(&read(&format!("flake-fixtures/{fixture}/cluster.toml")));
        sandbox.expect(0, &["render", "-q"]);
        for (path, content) in sandbox.tree() {
            if path.ends_with(".nix") {
                let text = String::from_utf8(content).expect("text");
                assert_eq!(said(&text), Vec::<String>::new(), "{fixture}: {path}");
                count += 1;
            }
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn what_no_careful_author_writes_is_said() {
    for (text, expected) in [
        ("let in 1", "the `let` binds nothing"),
        ("let { body = 1; }", "an old `let`"),
        ("let a = 1; in let b = a; in b", "a `let` in a `let`"),
        ("let a = 1; in 2", "`a` is bound and never used"),
        ("{ a, ... }: 1", "`a` is bound and never used"),
        ("rec { a = 1; }", "`rec`"),
        ("x: with x; y", "`with`"),
        ("{ a = (1 + 2); }", "needless parentheses"),
        ("[ (\"a\") ]", "needless parentheses"),
        ("let a = 1; in (a + 1)", "needless parentheses"),
        ("[ ((1 + 2)) ]", "needless parentheses"),
        ("a: { a = a; }", "`inherit a;`"),
        ("x: { a = x.b.a; }", "`inherit (…) a;`"),
        ("x: { inherit (x); }", "inherits nothing"),
        ("x: x == true", "compared with a truth value"),
        ("x: !(x == 1)", "a comparison is negated"),
        ("x: x ++ [ ]", "adds nothing"),
        ("x: { } // x", "adds nothing"),
        ("x: if x ? a then x.a else 1", "`or`"),
        ("{ a.b = 1; a.c = 1; a.d = 1; }", "`a` begins three bindings"),
        ("[ https://example.org/x ]", "quotes"),
    ] {
        let said = said(text);
        assert!(said.len() == 1 && said[0].contains(expected), "{text}: {said:?}");
    }
    for text in [
        "{ a = -1; b = [ (-1) (1 + 2) ]; c = (x: x) 1; }",
        "let a = x: x; in { inherit a; b.c = a; }",
        "x: { a = x.a or 1; b = x.${x.c}; a2 = x.a; }",
        "x: if x ? a then x.b else 1",
    ] {
        assert_eq!(said(text), Vec::<String>::new(), "{text}");
    }
}
