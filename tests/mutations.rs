//! Rendered Nix, broken in every way that a template can go wrong in, at every
//! place that offers itself: what of it is noticed without Nix, by nixgen itself or by
//! the tests that look at how it writes. Nothing is left to chance, so a run is like any
//! other; `--nocapture` lists what survives.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::support::{self, idioms};
use nixgen::input::types::Formatter;
use nixgen::nix::{self, Rules};
use nixgen::render::{Engine, Kind, RenderedFile};
use nixgen::source::Source;
use nixgen::{outputs, pipeline};
use rayon::prelude::*;
use rnix::SyntaxKind::{self, *};
use rnix::{SyntaxNode, SyntaxToken};

/// A part of a text that is replaced.
type Edit = (Range<usize>, String);

/// A way to break a text.
struct Mutation {
    name: &'static str,
    edits: fn(&RenderedFile, &SyntaxNode) -> Vec<Edit>,
    /// Of a hundred, how many have to be noticed at least.
    floor: usize,
}

/// Why not all of a kind are noticed: of Nix alone, an attribute by another name, or
/// of another type, is as good as any. Which options there are, and what they take,
/// is proven by evaluation (`flake_fixtures.rs` breaks them).
const MUTATIONS: &[Mutation] = &[
    Mutation { name: "drop a binding of a let", edits: drop_let_binding, floor: 100 },
    Mutation { name: "drop an attribute", edits: drop_attribute, floor: 0 },
    Mutation { name: "bind twice", edits: bind_twice, floor: 100 },
    Mutation { name: "rename a reference", edits: rename_reference, floor: 100 },
    Mutation { name: "rename what is bound", edits: rename_binding, floor: 100 },
    Mutation { name: "unquote a string", edits: unquote, floor: 85 },
    Mutation { name: "point a path elsewhere", edits: other_path, floor: 100 },
    Mutation { name: "a value with ${…} in it", edits: interpolate_value, floor: 100 },
    Mutation { name: "a value that ends its string", edits: end_string, floor: 100 },
    Mutation { name: "${…} in a string of the template", edits: interpolate, floor: 100 },
    Mutation { name: "an argument that nothing uses", edits: add_argument, floor: 100 },
    Mutation { name: "a let that nothing uses", edits: add_let, floor: 100 },
    Mutation { name: "with", edits: add_with, floor: 100 },
    Mutation { name: "needless parentheses", edits: add_parentheses, floor: 100 },
    Mutation { name: "needless rec", edits: add_rec, floor: 100 },
    Mutation { name: "drop a punctuation mark", edits: drop_punctuation, floor: 100 },
];

/// Ways of their own, which are not edits of one file.
const DROP_A_FILE: &str = "drop a file that others import";

#[test]
fn what_is_broken_is_noticed() {
    let files = rendered();
    let mut caught: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for mutation in MUTATIONS {
        let mutants: Vec<RenderedFile> = files
            .iter()
            .filter(|file| file.template.kind != Kind::Text)
            .flat_map(|file| {
                let root = rnix::Root::parse(&file.text).syntax();
                (mutation.edits)(file, &root).into_iter().map(|edit| edited(file, edit))
            })
            .collect();
        let survivors: Vec<&RenderedFile> =
            mutants.par_iter().filter(|mutant| survives(mutant, &files)).collect();
        for survivor in &survivors {
            let original = files.iter().find(|file| file.path == survivor.path).expect("its own");
            println!(
                "{}: {}: {}",
                mutation.name,
                survivor.path,
                first_difference(original, survivor)
            );
        }
        caught.insert(mutation.name, (mutants.len() - survivors.len(), mutants.len()));
    }
    caught.insert(DROP_A_FILE, dropped_files(&files));

    let floors = MUTATIONS.iter().map(|it| (it.name, it.floor)).chain([(DROP_A_FILE, 100)]);
    let mut low = Vec::new();
    for (name, floor) in floors {
        let (noticed, all) = caught[name];
        println!("{noticed:>5} of {all:<5} {name}");
        assert!(all > 0, "{name}: nothing to break");
        if noticed * 100 < floor * all {
            low.push(format!("{name}: {noticed} of {all}, at least {floor} % are expected"));
        }
    }
    let (noticed, all) = caught.values().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    println!("{noticed:>5} of {all:<5} in all");
    assert!(all >= 1_500, "{all}");
    assert_eq!(low, Vec::<String>::new());
}

/// The shipped example.
fn rendered() -> Vec<RenderedFile> {
    let source = Source::new("cluster.toml", support::read("cluster.toml"));
    let cluster = pipeline::read(&source, &mut Vec::new()).cluster.expect("valid");
    let engine = Engine::new(&outputs::templates()).expect("they compile");
    let mut files = engine.render(outputs::plan(&cluster), &cluster.source).expect("no bug");
    // Two of a kind show all that their template can do.
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    files.sort_by(|a, b| a.path.inside().cmp(b.path.inside()));
    files.retain(|file| {
        let count = seen.entry(file.template.name).or_default();
        *count += 1;
        *count <= 2
    });
    files
}

fn rules(files: &[RenderedFile]) -> Rules<'static> {
    let modules = files.iter().map(|file| file.path.clone()).collect();
    Rules { formatter: Formatter::Nixfmt, modules, left_to_user: Vec::new(), options: None }
}

fn survives(file: &RenderedFile, files: &[RenderedFile]) -> bool {
    let ready = nix::ready(vec![file.clone()], &rules(files));
    ready.is_ok_and(|ready| ready.missing().is_empty()) && idioms::said(&file.text).is_empty()
}

/// For each file that another one refers to: whether its absence is noticed.
fn dropped_files(files: &[RenderedFile]) -> (usize, usize) {
    let mut counts = (0, 0);
    for dropped in files.iter().filter(|file| file.template.kind == Kind::Module) {
        let name = dropped.path.inside().rsplit('/').next().expect("a name");
        let is_imported = files.iter().any(|file| file.text.contains(&format!("/{name}")));
        // Hosts and VMs are imported by a name that only evaluation knows.
        if is_imported {
            let rest = files.iter().filter(|file| file.path != dropped.path).cloned().collect();
            let rules = Rules { modules: Vec::new(), left_to_user: Vec::new(), ..rules(files) };
            let missing = nix::ready(rest, &rules).expect("the rest is fine");
            let noticed = missing.missing().iter().any(|it| it.path == dropped.path.inside());
            counts = (counts.0 + usize::from(noticed), counts.1 + 1);
        }
    }
    counts
}

/// A file after an edit; a value that is edited grows or shrinks with it.
fn edited(file: &RenderedFile, (range, new): Edit) -> RenderedFile {
    let mut text = file.text.clone();
    text.replace_range(range.clone(), &new);
    let moved = |at: usize| if at >= range.end { at + new.len() - range.len() } else { at };
    let values = file
        .values
        .iter()
        .filter(|it| !(range.start <= it.start && it.end <= range.end && !range.is_empty()));
    let values = values.map(|it| {
        let start = if it.start > range.start { moved(it.start) } else { it.start };
        let end = if it.end > range.start { moved(it.end.max(range.end)) } else { it.end };
        start..end
    });
    let mut edited = file.clone();
    (edited.values, edited.text) = (values.collect(), text);
    edited
}

fn first_difference(original: &RenderedFile, mutant: &RenderedFile) -> String {
    let mut lines = original.text.lines().zip(mutant.text.lines());
    let differing = lines.find(|(a, b)| a != b);
    differing.map_or_else(String::new, |(a, b)| format!("{} -> {}", a.trim(), b.trim()))
}

// What there is to break.

fn range(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    range.start().into()..range.end().into()
}

fn token_range(token: &SyntaxToken) -> Range<usize> {
    let range = token.text_range();
    range.start().into()..range.end().into()
}

fn nodes(root: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxNode> {
    root.descendants().filter(move |it| it.kind() == kind)
}

fn tokens(root: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxToken> {
    root.descendants_with_tokens()
        .filter_map(rnix::NodeOrToken::into_token)
        .filter(move |it| it.kind() == kind)
}

fn parent_kind(node: &SyntaxNode) -> Option<SyntaxKind> {
    node.parent().map(|parent| parent.kind())
}

fn is_code(file: &RenderedFile) -> bool {
    file.template.kind != Kind::Data
}

/// Identifiers that are expressions.
fn references(root: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> {
    nodes(root, NODE_IDENT).filter(|it| {
        !matches!(
            parent_kind(it),
            Some(NODE_ATTRPATH | NODE_INHERIT | NODE_PAT_ENTRY | NODE_PAT_BIND | NODE_IDENT_PARAM)
        )
    })
}

/// Nodes of a kind that are the value of a binding or an element of a list.
fn data(root: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxNode> {
    nodes(root, kind).filter(|it| matches!(parent_kind(it), Some(NODE_ATTRPATH_VALUE | NODE_LIST)))
}

fn replaced(nodes: impl Iterator<Item = SyntaxNode>, new: impl Fn(&str) -> String) -> Vec<Edit> {
    nodes.map(|node| (range(&node), new(&node.text().to_string()))).collect()
}

fn drop_let_binding(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let bindings =
        nodes(root, NODE_ATTRPATH_VALUE).filter(|it| parent_kind(it) == Some(NODE_LET_IN));
    replaced(bindings, |_| String::new())
}

fn drop_attribute(file: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let bindings =
        nodes(root, NODE_ATTRPATH_VALUE).filter(|it| parent_kind(it) == Some(NODE_ATTR_SET));
    replaced(bindings.filter(|_| is_code(file)), |_| String::new())
}

fn bind_twice(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let is_static = |it: &SyntaxNode| {
        it.first_child().is_some_and(|path| {
            path.descendants().all(|it| it.kind() != NODE_DYNAMIC && it.kind() != NODE_INTERPOL)
        })
    };
    replaced(nodes(root, NODE_ATTRPATH_VALUE).filter(is_static).step_by(4), |text| {
        let (path, _) = text.split_once('=').expect("a binding");
        format!("{text} {path} = 1;")
    })
}

fn rename_reference(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    replaced(references(root), |text| format!("{text}x"))
}

fn rename_binding(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let names = nodes(root, NODE_ATTRPATH_VALUE)
        .filter(|it| parent_kind(it) == Some(NODE_LET_IN))
        .filter_map(|it| it.first_child()?.first_child());
    let arguments = nodes(root, NODE_PAT_ENTRY).filter_map(|it| it.first_child());
    replaced(names.chain(arguments), |text| format!("{text}x"))
}

/// Not of an absolute path, which is a value without quotes too, and one that most
/// options take.
fn unquote(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let is_word = |text: &str| text.len() > 2 && text.starts_with('"') && !text.starts_with("\"/");
    let strings = nodes(root, NODE_STRING).filter(|it| is_word(&it.text().to_string()));
    replaced(strings.step_by(3), |text| text.trim_matches('"').to_owned())
}

fn other_path(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let files = nodes(root, NODE_PATH_REL);
    replaced(files, |text| format!("{text}-"))
}

fn values_in_strings<'a>(file: &'a RenderedFile, root: &SyntaxNode) -> Vec<&'a Range<usize>> {
    let strings: Vec<Range<usize>> = nodes(root, NODE_STRING).map(|it| range(&it)).collect();
    let is_within = |value: &&Range<usize>| {
        strings.iter().any(|it| it.start <= value.start && value.end <= it.end)
    };
    file.values.iter().filter(is_within).collect()
}

fn interpolate_value(file: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let values = values_in_strings(file, root).into_iter().step_by(3);
    values.map(|it| (it.end - 1..it.end - 1, "${true}".to_owned())).collect()
}

fn end_string(file: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let values = values_in_strings(file, root).into_iter().step_by(3);
    values.map(|it| (it.end - 1..it.end - 1, "\" + \"".to_owned())).collect()
}

fn interpolate(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let contents = tokens(root, TOKEN_STRING_CONTENT).filter(|it| !it.text().is_empty());
    contents
        .step_by(3)
        .map(|it| (token_range(&it).start..token_range(&it).start, "${x}".to_owned()))
        .collect()
}

fn add_argument(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let patterns = nodes(root, NODE_PATTERN).filter_map(|it| it.first_token());
    patterns.map(|it| (token_range(&it).end..token_range(&it).end, " unused,".to_owned())).collect()
}

fn add_let(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    replaced(data(root, NODE_LIST), |text| format!("let unused = 1; in {text}"))
        .into_iter()
        .filter(|(it, _)| !root.text().to_string()[..it.start].ends_with("[ "))
        .collect()
}

fn add_with(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let values = data(root, NODE_LIST).filter(|it| parent_kind(it) == Some(NODE_ATTRPATH_VALUE));
    replaced(values, |text| format!("with builtins; {text}"))
}

fn add_parentheses(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    replaced(data(root, NODE_STRING).step_by(5), |text| format!("({text})"))
}

fn add_rec(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let sets = nodes(root, NODE_ATTR_SET).filter(|it| it.first_child().is_some());
    replaced(sets.step_by(3), |text| format!("rec {text}"))
}

fn drop_punctuation(_: &RenderedFile, root: &SyntaxNode) -> Vec<Edit> {
    let marks = [
        TOKEN_SEMICOLON,
        TOKEN_ASSIGN,
        TOKEN_L_BRACE,
        TOKEN_R_BRACE,
        TOKEN_L_BRACK,
        TOKEN_R_BRACK,
        TOKEN_COLON,
        TOKEN_STRING_END,
        TOKEN_L_PAREN,
    ];
    let all = marks.into_iter().flat_map(|kind| tokens(root, kind).collect::<Vec<_>>());
    all.step_by(9).map(|it| (token_range(&it), " ".to_owned())).collect()
}
