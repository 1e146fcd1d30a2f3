//! From rendered text to text that may be written: parsed, linted, and laid out
//! by the chosen formatter.

pub mod attrs;
mod depth;
mod finding;
mod format;
mod lint;
mod options;
mod parse;
mod plain;
mod split;
mod tokens;
pub mod yaml;

pub use options::Options;
pub use tokens::{essence, is_tangled};

use std::collections::HashSet;
use std::sync::OnceLock;

use rayon::prelude::*;
use rowan::ast::AstNode as _;

use crate::input::types::{Formatter, RelPath};
use crate::render::{Bug, Kind, Language, RenderedFile};
pub(crate) use lint::below_root;

use crate::text::part;
use attrs::Attrs;
use finding::Finding;
use lint::Reference;

/// Files that are fit to be written. Only [`ready`] makes one, so text that was
/// not parsed, linted and laid out can neither be compared with the disk nor
/// written.
#[derive(Debug)]
pub struct Ready {
    files: Vec<ReadyFile>,
    missing: Vec<Missing>,
    left_to_user: Vec<RelPath>,
    formatter: Formatter,
}

/// A file that is fit to be written.
#[derive(Debug)]
pub struct ReadyFile {
    path: RelPath,
    /// The text that was judged.
    rendered: String,
    /// Of Nix, that text in its layout, which takes longer than all else that is
    /// done with it: nobody asks for it while the file on disk says the same.
    text: OnceLock<String>,
    formatter: Option<Formatter>,
    executable: bool,
    gives_way: bool,
}

/// A path that a file refers to, where nothing is rendered. It is a bug unless
/// something is there on disk.
#[derive(Debug)]
pub struct Missing {
    /// The path below the root of the tree.
    pub path: String,
    /// The mistake that it is if nothing is there.
    pub bug: Bug,
}

/// The rules of a cluster by which its files are judged and laid out.
#[derive(Debug)]
pub struct Rules<'a> {
    /// The formatter of Nix files.
    pub formatter: Formatter,
    /// Modules of the user's, which need not be there yet.
    pub modules: Vec<RelPath>,
    /// Files and folders in the place of outputs that the user makes.
    pub left_to_user: Vec<RelPath>,
    /// Every option there is, where the user has named a list of them: what their
    /// own templates set has to be among them.
    pub options: Option<&'a Options>,
}

impl Ready {
    /// The files in the order of their paths.
    pub fn files(&self) -> &[ReadyFile] {
        &self.files
    }

    /// The paths that the files refer to and that are not among them.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// Whether a path is the user's to make, or in a folder that is.
    pub fn is_left_to_user(&self, path: &str) -> bool {
        self.left_to_user.iter().any(|left| {
            let rest = path.strip_prefix(left.inside());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// A person's text as it would be laid out; one that cannot be stays as it is.
    pub fn lay_out(&self, path: &str, text: &str) -> String {
        match Language::of(path) {
            Some(Language::Nix) => lay_out(text, self.formatter),
            _ => text.to_owned(),
        }
    }
}

impl ReadyFile {
    /// Where it goes.
    pub fn path(&self) -> &str {
        self.path.inside()
    }

    /// Its text.
    pub fn text(&self) -> &str {
        match self.formatter {
            Some(formatter) => self.text.get_or_init(|| lay_out(&self.rendered, formatter)),
            None => &self.rendered,
        }
    }

    /// The same before its formatter lays it out.
    pub fn rendered(&self) -> &str {
        &self.rendered
    }

    /// Whether it is a script.
    pub fn executable(&self) -> bool {
        self.executable
    }

    /// Whether a file of the user's at its place is as good.
    pub fn gives_way(&self) -> bool {
        self.gives_way
    }
}

/// Judges and lays out every file; all bugs are returned, not only the first.
pub fn ready(files: Vec<RenderedFile>, rules: &Rules<'_>) -> Result<Ready, Vec<Bug>> {
    let tree = Tree::of(files.iter().map(|file| &file.path).chain(&rules.modules));
    let results: Vec<_> = files.into_par_iter().map(|file| finish(file, &tree, rules)).collect();
    let mut files = Vec::with_capacity(results.len());
    let mut missing = Vec::new();
    let mut bugs = Vec::new();
    for result in results {
        match result {
            Ok((file, referred)) => {
                files.push(file);
                missing.extend(referred);
            }
            Err(of_file) => bugs.extend(of_file),
        }
    }
    if !bugs.is_empty() {
        return Err(bugs);
    }
    files.sort_by(|a, b| a.path().cmp(b.path()));
    let (left_to_user, formatter) = (rules.left_to_user.clone(), rules.formatter);
    Ok(Ready { files, missing, left_to_user, formatter })
}

/// Files and the folders that they are in.
struct Tree(HashSet<String>);

impl Tree {
    fn of<'a>(files: impl Iterator<Item = &'a RelPath>) -> Self {
        let mut paths = HashSet::from([String::new()]);
        for file in files {
            let mut path = file.inside();
            // Whoever has a folder has those around it.
            while paths.insert(path.to_owned()) {
                path = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            }
        }
        Self(paths)
    }

    fn has(&self, path: &str) -> bool {
        // The root itself is there whatever is rendered.
        path.is_empty() || self.0.contains(path)
    }
}

type Finished = (ReadyFile, Vec<Missing>);

fn finish(file: RenderedFile, tree: &Tree, rules: &Rules<'_>) -> Result<Finished, Vec<Bug>> {
    let bugs = |found: Vec<Finding>| -> Vec<Bug> {
        found.into_iter().map(|it| bug(&file, Some(it.at), it.message)).collect()
    };
    let language = Language::of(file.template.name);
    let judged = match language {
        Some(Language::Nix) => judge(&file, tree, rules),
        Some(Language::Yaml) => or_found(Vec::new(), yaml::check(&file.text, &file.values)),
        _ => Ok(Vec::new()),
    };
    let missing = judged.map_err(bugs)?;
    let RenderedFile { path, template, text, executable, .. } = file;
    let gives_way = template.kind == Kind::Index;
    let (rendered, formatter) = match language {
        Some(Language::Nix) => (text, Some(rules.formatter)),
        _ => (tidy(&text), None),
    };
    let text = OnceLock::new();
    Ok((ReadyFile { path, rendered, text, formatter, executable, gives_way }, missing))
}

/// The text of a file in its final layout, whatever else is wrong with it.
pub fn laid_out(file: &RenderedFile, formatter: Formatter) -> String {
    match Language::of(file.template.name) {
        Some(Language::Nix) => lay_out(&file.text, formatter),
        _ => tidy(&file.text),
    }
}

/// Nix as its formatter lays it out; what that cannot do stays as it is.
fn lay_out(text: &str, formatter: Formatter) -> String {
    let can_be = !is_tangled(text) && depth::check(text).is_ok();
    let laid_out = can_be.then(|| format::lay_out(text, formatter)).flatten();
    laid_out.filter(|new| is_same(text, new)).unwrap_or_else(|| text.to_owned())
}

/// Whether a formatter that moved tokens about has at least left valid Nix.
fn is_same(old: &str, new: &str) -> bool {
    essence(old) == essence(new) || parse::tree(new).is_ok()
}

/// The paths that a Nix file refers to, or everything that is wrong with it.
fn judge(
    file: &RenderedFile,
    tree: &Tree,
    rules: &Rules<'_>,
) -> Result<Vec<Missing>, Vec<Finding>> {
    let is_data = file.template.kind == Kind::Data;
    if is_data && lint::is_plain(&file.text, &file.values) {
        return Ok(Vec::new());
    }
    let parse = if file.template.is_own { parse::tree } else { parse::tree_of_ours };
    let parsed = parse(&file.text)?;
    let (root, mut found) = (parsed.syntax(), Vec::new());
    lint::values(root, &file.values, &mut found);
    if is_data {
        lint::data(root, &mut found);
    }
    let is_users = file.template.is_own && file.template.kind == Kind::Module;
    if let Some(options) = rules.options.filter(|_| is_users) {
        options.judge(&Attrs::of(&parsed), &file.values, &mut found);
    }
    let references = lint::check(root, &mut found);
    let missing = references.into_iter().filter_map(|reference| missing(file, &reference, tree));
    or_found(missing.collect(), found)
}

/// The path that is referred to, if it is not going to be there.
fn missing(file: &RenderedFile, reference: &Reference, tree: &Tree) -> Option<Missing> {
    let path = below_root(file.path.inside(), &reference.path).filter(|path| !tree.has(path))?;
    let what = if reference.is_folder { "folder" } else { "path" };
    let message = format!("the {what} `{path}` is neither rendered nor there");
    let bug = bug(file, Some(reference.at), message);
    Some(Missing { path, bug })
}

/// A result, unless something was found.
fn or_found<T>(result: T, mut found: Vec<Finding>) -> Result<T, Vec<Finding>> {
    found.sort();
    found.dedup();
    found.truncate(parse::MOST_ERRORS);
    if found.is_empty() { Ok(result) } else { Err(found) }
}

fn bug(file: &RenderedFile, at: Option<usize>, message: String) -> Bug {
    let line = at.map(|at| {
        let number = part(&file.text, ..at).matches('\n').count();
        (number + 1, file.text.lines().nth(number).unwrap_or_default().to_owned())
    });
    Bug {
        template: file.template.name.to_owned(),
        template_line: at.and_then(|at| file.template_line(at)),
        template_column: None,
        path: file.path.to_string(),
        line,
        message,
    }
}

/// Drops what template tags leave behind: spaces at line ends, runs of empty
/// lines, and more or less than one line break at the end.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && empty) {
            out.push_str(line);
            out.push('\n');
        }
        empty = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::render::{Kind, TemplateSource};

    /// A text, and where in it the values are that stand between `«` and `»`.
    pub(in crate::nix) fn marked(text: &str) -> (String, Vec<Range<usize>>) {
        let (mut plain, mut values) = (String::new(), Vec::new());
        for (index, part) in text.split(['«', '»']).enumerate() {
            if index % 2 == 1 {
                values.push(plain.len()..plain.len() + part.len());
            }
            plain.push_str(part);
        }
        (plain, values)
    }

    fn rendered(text: &'static str) -> Vec<RenderedFile> {
        let template = TemplateSource { name: "vms/vm.nix", text, kind: Kind::Data, is_own: false };
        vec![RenderedFile::literal("vms/a.nix", template)]
    }

    fn rules(formatter: Formatter) -> Rules<'static> {
        let modules = vec![RelPath::own("modules/own")];
        Rules { formatter, modules, left_to_user: Vec::new(), options: None }
    }

    #[test]
    fn broken_nix_never_becomes_ready_and_the_bug_names_its_line() {
        for formatter in [Formatter::Nixfmt, Formatter::Alejandra] {
            let bugs = ready(rendered("{\n  a = 1;\n  b = ;\n}\n"), &rules(formatter)).unwrap_err();
            assert_eq!(bugs[0].template, "vms/vm.nix");
            assert_eq!(bugs[0].line, Some((3, "  b = ;".to_owned())), "{}", bugs[0]);
            assert_eq!(bugs[0].template_line, Some(3));
        }
    }

    #[test]
    fn what_is_referred_to_is_rendered_or_the_users_or_has_to_be_on_disk() {
        let text = "{ imports = [ ./a.nix ../vms ../modules/own ../modules/b.nix ../../c.nix ]; }";
        let mut files = rendered(text);
        files[0].template.kind = Kind::Module;
        let ready = ready(files, &rules(Formatter::Nixfmt)).expect("no bug yet");
        let missing: Vec<_> = ready.missing().iter().map(|it| it.path.as_str()).collect();
        assert_eq!(missing, ["modules/b.nix"]);
        assert!(ready.missing()[0].bug.message.contains("`modules/b.nix`"));
    }

    #[test]
    fn data_is_not_evaluated() {
        let bugs = ready(rendered("{ a = 1.2.3.4; }"), &rules(Formatter::Nixfmt)).unwrap_err();
        assert!(bugs[0].message.contains("plain data only"), "{}", bugs[0]);
    }

    #[test]
    fn every_finding_of_a_file_is_a_bug_at_its_line() {
        let bugs = ready(rendered("{\n  a = b;\n  a = 1;\n}\n"), &rules(Formatter::Nixfmt));
        let bugs = bugs.expect_err("two of them");
        let lines: Vec<_> = bugs.iter().map(|bug| bug.line.as_ref().map(|it| it.0)).collect();
        assert_eq!(lines, [Some(2), Some(3)]);
    }

    #[test]
    fn the_first_mistakes_of_many_are_told() {
        let text: &'static str = format!("{{ {} }}", "a = b; ".repeat(1000)).leak();
        let bugs = ready(rendered(text), &rules(Formatter::Nixfmt)).expect_err("many of them");
        assert_eq!(bugs.len(), parse::MOST_ERRORS);
    }

    #[test]
    fn tidy_text_has_one_line_break_at_its_end() {
        assert_eq!(tidy("\n\na  \n\n\n\nb\n\n"), "a\n\nb\n");
        assert_eq!(tidy("a"), "a\n");
    }
}
