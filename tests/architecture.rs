//! The source is laid out as `docs/architecture.md` draws it: which folder uses
//! which, and no circles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use walkdir::WalkDir;

use crate::support::read;

/// The lines that a file has at most.
const LONGEST: usize = 400;

/// Texts that end like a file of ours and tell none by its name: an example of a
/// path, the page of a code, a file that is part of the program.
const NO_TEST_OF_A_NAME: &[(&str, &str)] = &[
    ("diagnostic::code", ".md"),
    ("input::types::path", "modules/nixos/backup.nix"),
    ("survey::evaluated", "facts.nix"),
    ("survey::evaluated", "values.nix"),
];

/// The way to a module, or to what is in it: `disk::apply`.
type ModulePath = Vec<String>;

/// The modules that each module uses.
type Uses = BTreeMap<ModulePath, BTreeSet<ModulePath>>;

/// A file of `src/`, as far as the rules are about it.
#[derive(Default)]
struct SourceFile {
    lines: usize,
    /// The paths that its code names, from the top of the crate.
    named: BTreeSet<ModulePath>,
    /// The paths that it hands on, by the names that it gives them.
    handed_on: BTreeMap<String, ModulePath>,
    /// The literals of its code.
    literals: BTreeSet<String>,
}

/// Every file of the library by its module.
fn files() -> BTreeMap<ModulePath, SourceFile> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let paths = WalkDir::new(&src).into_iter().map(|entry| entry.expect("readable").into_path());
    let rust = paths.filter(|path| path.extension().is_some_and(|it| it == "rs"));
    let files = rust.filter(|path| !path.ends_with("main.rs")).map(|path| {
        let text = fs::read_to_string(&path).expect("readable");
        let inside = path.strip_prefix(&src).expect("inside").with_extension("");
        let mut module: ModulePath =
            inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        module.retain(|part| part != "mod" && part != "lib");
        let mut file = SourceFile { lines: text.lines().count(), ..SourceFile::default() };
        file.read(text.parse().expect("Rust"), &module);
        (module, file)
    });
    files.collect()
}

impl SourceFile {
    /// Reads code of a module. Unit tests may use whatever they like.
    fn read(&mut self, code: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = code.into_iter().collect();
        let is = |at: usize, text: &str| tokens.get(at).is_some_and(|it| it.to_string() == text);
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                // An attribute; comments are among them.
                TokenTree::Punct(mark) if mark.as_char() == '#' => at += 1,
                TokenTree::Ident(_) if is(at, "mod") => {
                    let name = tokens[at + 1].to_string();
                    if let (Some(body), false) = (braced(tokens.get(at + 2)), name == "tests") {
                        self.read(body, &[module, &[name]].concat());
                    }
                    at += 2;
                }
                TokenTree::Ident(_) if is(at, "use") => {
                    // `pub use` and `pub(crate) use`
                    let is_handed_on = (at.saturating_sub(2)..at).any(|at| is(at, "pub"));
                    let end = at + tokens[at..].iter().position(is_semicolon).expect("it ends");
                    let mut leaves = Vec::new();
                    leaves_of(&tokens[at + 1..end], &[], &mut leaves);
                    for (path, name) in leaves {
                        let Some(path) = absolute(&path, module) else { continue };
                        if is_handed_on {
                            self.handed_on.insert(name, path);
                        } else {
                            self.named.insert(path);
                        }
                    }
                    at = end;
                }
                TokenTree::Ident(_) if is(at + 1, ":") && !(at > 0 && is(at - 1, ":")) => {
                    self.named.extend(absolute(&path_at(&tokens[at..]), module));
                }
                TokenTree::Group(group) => self.read(group.stream(), module),
                TokenTree::Literal(literal) => {
                    self.literals.insert(literal.to_string());
                }
                _ => {}
            }
            at += 1;
        }
    }
}

fn is_semicolon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';')
}

/// The code between braces.
fn braced(token: Option<&TokenTree>) -> Option<TokenStream> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            Some(group.stream())
        }
        _ => None,
    }
}

/// The path that tokens begin with: `a::b::C`.
fn path_at(tokens: &[TokenTree]) -> ModulePath {
    let mut path = vec![tokens[0].to_string()];
    for next in tokens[1..].chunks_exact(3) {
        match next {
            [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(name)]
                if one.as_char() == ':' && two.as_char() == ':' =>
            {
                path.push(name.to_string());
            }
            _ => break,
        }
    }
    path
}

/// Every path of a `use` behind another path, with the name that it gets.
fn leaves_of(tokens: &[TokenTree], start: &[String], leaves: &mut Vec<(ModulePath, String)>) {
    let is_comma = |token: &TokenTree| token.to_string() == ",";
    for tree in tokens.split(is_comma).filter(|tree| !tree.is_empty()) {
        let mut path = start.to_vec();
        let mut group = None;
        for token in tree {
            match token {
                TokenTree::Ident(name) => path.push(name.to_string()),
                TokenTree::Group(below) => group = Some(below.stream()),
                _ => {}
            }
        }
        if let Some(group) = group {
            leaves_of(&group.into_iter().collect::<Vec<_>>(), &path, leaves);
            continue;
        }
        let renamed = path.iter().position(|part| part == "as");
        let name = path.last().cloned().expect("a path has a part");
        path.truncate(renamed.unwrap_or(path.len()));
        // In braces it is the path before them.
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        leaves.push((path, name));
    }
}

/// A path that a module names, from the top of the crate: `super::a`, `crate::a`,
/// or of something in the module itself.
fn absolute(path: &[String], module: &[String]) -> Option<ModulePath> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => {
            let (_, parent) = module.split_last()?;
            absolute(&[&["self".to_owned()], rest].concat(), parent)
        }
        _ => Some([module, path].concat()),
    }
}

/// The files that each file uses; what a folder only hands on is used where it is
/// from. A folder may use what is in it, which shares what the folder has.
fn uses(files: &BTreeMap<ModulePath, SourceFile>) -> Uses {
    let uses = files.iter().map(|(module, file)| {
        let used = file.named.iter().filter_map(|path| origin(path.clone(), files));
        (module.clone(), used.filter(|used| !used.starts_with(module)).collect())
    });
    uses.collect()
}

/// The module that something is from, however often it is handed on.
fn origin(mut path: ModulePath, files: &BTreeMap<ModulePath, SourceFile>) -> Option<ModulePath> {
    let mut seen = BTreeSet::new();
    while seen.insert(path.clone()) {
        let end = (1..=path.len()).rev().find(|end| files.contains_key(&path[..*end]))?;
        let handed_on = path.get(end).and_then(|name| files[&path[..end]].handed_on.get(name));
        let Some(next) = handed_on else { return Some(path[..end].to_vec()) };
        path = [next.as_slice(), &path[end + 1..]].concat();
    }
    None
}

/// The modules that use each other, circle by circle.
fn circles(uses: &Uses) -> BTreeSet<Vec<String>> {
    let reached = |module: &ModulePath| {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&ModulePath> = uses[module].iter().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(&uses[next]);
            }
        }
        reached
    };
    let all: BTreeMap<&ModulePath, _> = uses.keys().map(|it| (it, reached(it))).collect();
    let circle = |module: &ModulePath| {
        let back = all[module].iter().filter(|other| all[**other].contains(module));
        back.map(|other| other.join("::")).collect::<Vec<_>>()
    };
    all.keys().map(|module| circle(module)).filter(|circle| !circle.is_empty()).collect()
}

/// The table in the documentation: each row is a folder, and those that it uses.
fn table() -> String {
    let page = read("docs/architecture.md");
    let blocks = page.split("```text\n").filter_map(|block| block.split_once("```"));
    let mut tables = blocks.map(|(block, _)| block).filter(|block| block.starts_with("source\n"));
    tables.next().expect("it is there").to_owned()
}

#[test]
fn folders_use_each_other_as_it_is_drawn() {
    let table = table();
    let order: Vec<&str> = table.lines().filter_map(|row| row.split_whitespace().next()).collect();
    let mut used: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let modules = uses(&files());
    for (module, others) in modules.iter().filter(|(module, _)| !module.is_empty()) {
        let others = others.iter().map(|other| other[0].as_str());
        used.entry(&module[0]).or_default().extend(others.filter(|other| *other != module[0]));
    }
    let rows = order.iter().map(|folder| {
        let its = used.get(folder);
        let row = order.iter().filter(|other| its.is_some_and(|its| its.contains(**other)));
        let row = row.fold(format!("{folder:<11}"), |row, other| row + " " + other);
        row.trim_end().to_owned() + "\n"
    });
    let rows: String = rows.collect();
    assert_eq!(table, rows, "docs/architecture.md has to say:\n{rows}");
    assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), used.keys().copied().collect());
    for (folder, its) in used {
        let at = order.iter().position(|other| *other == folder);
        let below = its.iter().filter(|its| order.iter().position(|other| other == *its) >= at);
        assert_eq!(below.collect::<Vec<_>>(), [&""; 0], "{folder} uses what stands below it");
    }
}

#[test]
fn no_files_use_each_other() {
    assert_eq!(circles(&uses(&files())), BTreeSet::new());
}

#[test]
fn files_are_short() {
    let files = files();
    let long = files.iter().filter(|(_, file)| file.lines > LONGEST);
    let long: Vec<_> = long.map(|(module, file)| (module.join("::"), file.lines)).collect();
    assert_eq!(long, []);
}

/// What a file is follows from the output that it is, or from `Language::of`.
#[test]
fn no_file_is_told_by_the_ending_of_its_name() {
    let is_name = |text: &str| {
        [".nix", ".yaml", ".sh", ".md"].iter().any(|end| text.ends_with(end)) && !text.contains(' ')
    };
    let outputs = ["outputs".to_owned()];
    let mut told = BTreeSet::new();
    for (module, file) in files().iter().filter(|(module, _)| !module.starts_with(&outputs)) {
        let texts = file.literals.iter().map(|literal| literal.trim_matches('"'));
        told.extend(
            texts.filter(|text| is_name(text)).map(|it| (module.join("::"), it.to_owned())),
        );
    }
    let known =
        NO_TEST_OF_A_NAME.iter().map(|(module, text)| (module.to_string(), text.to_string()));
    assert_eq!(told, known.collect());
}
