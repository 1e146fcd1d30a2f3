//! From rendered text to text that may be written: parsed, linted, and laid out
//! by the chosen formatter.

pub mod attrs;
mod format;
mod lint;
mod options;
mod parse;
mod split;
mod tokens;
mod yaml;

pub use options::Options;
pub use tokens::{essence, is_tangled, tokens};

use std::collections::HashSet;

use rayon::prelude::*;

use crate::input::types::{Formatter, RelPath};
use crate::render::{Bug, Kind, Language, RenderedFile};
pub(crate) use lint::below_root;

use attrs::Attrs;
use lint::Finding;
use split::{Piece, Split};

/// Files that are fit to be written. Only [`ready`] makes one, so text that was
/// not parsed, linted and laid out can neither be compared with the disk nor
/// written.
#[derive(Debug)]
pub struct Ready {
    files: Vec<ReadyFile>,
    missing: Vec<Missing>,
    formatter: Formatter,
}

/// A file that is fit to be written.
#[derive(Debug)]
pub struct ReadyFile {
    path: RelPath,
    text: String,
    executable: bool,
}

/// A path that a file refers to, where nothing is rendered. It is a bug unless
/// something is there on disk.
#[derive(Debug)]
pub struct Missing {
    /// The path below the root of the tree.
    pub path: String,
    /// What is to be said if nothing is there.
    pub bug: Bug,
}

/// What a cluster says of how its files are judged and laid out.
#[derive(Debug)]
pub struct Rules<'a> {
    /// The formatter of Nix files.
    pub formatter: Formatter,
    /// Files and folders below the root that are the user's to make.
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

    /// What the files refer to and is not among them.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// A person's text as it would be laid out; one that cannot be stays as it is.
    pub fn lay_out(&self, path: &str, text: &str) -> String {
        match Language::of(path) {
            Some(Language::Nix) => format::lay_out(text, None, self.formatter),
            _ => Err(String::new()),
        }
        .unwrap_or_else(|_| text.to_owned())
    }
}

impl ReadyFile {
    /// Where it goes.
    pub fn path(&self) -> &str {
        self.path.inside()
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is a script.
    pub fn executable(&self) -> bool {
        self.executable
    }
}

/// Judges and lays out every file; all bugs are returned, not only the first.
pub fn ready(files: Vec<RenderedFile>, rules: &Rules<'_>) -> Result<Ready, Vec<Bug>> {
    let tree = Tree::of(files.iter().map(|file| &file.path).chain(&rules.left_to_user));
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
    Ok(Ready { files, missing, formatter: rules.formatter })
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
        self.0.contains(path)
    }
}

type Finished = (ReadyFile, Vec<Missing>);

fn finish(file: RenderedFile, tree: &Tree, rules: &Rules<'_>) -> Result<Finished, Vec<Bug>> {
    let bugs = |found: Vec<Finding>| -> Vec<Bug> {
        found.into_iter().map(|it| bug(&file, Some(it.at), it.message)).collect()
    };
    let language = Language::of(file.template.name);
    if language != Some(Language::Nix) {
        let found = match language {
            Some(Language::Yaml) => yaml::check(&file.text, &file.values),
            _ => Vec::new(),
        };
        if !found.is_empty() {
            return Err(bugs(found));
        }
        let RenderedFile { path, text, executable, .. } = file;
        return Ok((ReadyFile { path, text: tidy(&text), executable }, Vec::new()));
    }
    if is_tangled(&file.text) {
        return Err(vec![bug(&file, None, "it has a name without an end".to_owned())]);
    }
    let split = Split::of(&file.text);
    let missing = judge(&file, split.as_ref(), tree, rules).map_err(bugs)?;
    let text = format::lay_out(&file.text, split.as_ref(), rules.formatter)
        .map_err(|reason| vec![bug(&file, None, reason)])?;
    // A formatter that moves tokens about must at least leave valid Nix.
    if !parse::same_tokens(&file.text, &text)
        && let Some(error) = parse::errors(&rnix::Root::parse(&text), &text).into_iter().next()
    {
        return Err(vec![bug(&file, None, format!("once it is laid out, {}", error.message))]);
    }
    let RenderedFile { path, executable, .. } = file;
    Ok((ReadyFile { path, text, executable }, missing))
}

/// The text of a file in its final layout, whatever else is wrong with it.
pub fn laid_out(file: &RenderedFile, formatter: Formatter) -> String {
    if Language::of(file.template.name) != Some(Language::Nix) {
        return tidy(&file.text);
    }
    let split = Split::of(&file.text);
    format::lay_out(&file.text, split.as_ref(), formatter).unwrap_or_else(|_| file.text.clone())
}

/// The paths that a Nix file refers to, or everything that is wrong with it.
fn judge(
    file: &RenderedFile,
    split: Option<&Split<'_>>,
    tree: &Tree,
    rules: &Rules<'_>,
) -> Result<Vec<Missing>, Vec<Finding>> {
    if file.template.kind == Kind::Data && lint::is_plain(&file.text, &file.values) {
        return Ok(Vec::new());
    }
    let pieces: Vec<_> = match split {
        None => vec![None],
        Some(split) => split.groups().map(Some).chain([None]).collect(),
    };
    let judged: Vec<_> = pieces
        .into_par_iter()
        .map(|group| match (split, group) {
            (Some(split), Some(group)) => judge_piece(file, &split.piece(group), tree, rules),
            (Some(split), None) => judge_piece(file, &split.frame(), tree, rules),
            (None, _) => judge_piece(file, &Piece::whole(&file.text), tree, rules),
        })
        .collect();
    let mut missing = Vec::new();
    let mut found = Vec::new();
    for (of_piece, referred) in judged {
        found.extend(of_piece);
        missing.extend(referred);
    }
    if let Some(name) = split.and_then(Split::twice) {
        let message = format!("`{}` has two values in one set", &file.text[name.clone()]);
        found.push(Finding { at: name.start, message });
    }
    found.sort();
    found.dedup();
    if found.is_empty() { Ok(missing) } else { Err(found) }
}

fn judge_piece(
    file: &RenderedFile,
    piece: &Piece,
    tree: &Tree,
    rules: &Rules<'_>,
) -> (Vec<Finding>, Vec<Missing>) {
    let parsed = rnix::Root::parse(&piece.text);
    let mut found = parse::errors(&parsed, &piece.text);
    let mut missing = Vec::new();
    if found.is_empty() {
        let root = parsed.syntax();
        let values = piece.ranges(&file.values);
        lint::values(&root, &values, &mut found);
        if file.template.kind == Kind::Data {
            lint::data(&root, &mut found);
        }
        let is_users = file.template.is_own && file.template.kind == Kind::Module;
        if let Some(options) = rules.options.filter(|_| is_users) {
            options.judge(&Attrs::of(parsed.tree()), &values, &mut found);
        }
        for reference in lint::check(&root, file.template.is_own, &mut found) {
            let path = below_root(file.path.inside(), &reference.path);
            let Some(path) = path.filter(|path| !tree.has(path)) else { continue };
            let what = if reference.is_folder { "folder" } else { "path" };
            let message = format!("the {what} `{path}` is neither rendered nor there");
            let bug = bug(file, Some(piece.in_whole(reference.at)), message);
            missing.push(Missing { path, bug });
        }
    }
    for finding in &mut found {
        finding.at = piece.in_whole(finding.at);
    }
    (found, missing)
}

fn bug(file: &RenderedFile, at: Option<usize>, message: String) -> Bug {
    let line = at.map(|at| {
        let number = file.text[..at].matches('\n').count();
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
    use super::*;
    use crate::render::{Kind, TemplateSource};

    fn rendered(text: &'static str) -> Vec<RenderedFile> {
        let template = TemplateSource { name: "vms/vm.nix", text, kind: Kind::Data, is_own: false };
        vec![RenderedFile::literal("vms/a.nix", template)]
    }

    fn rules(formatter: Formatter) -> Rules<'static> {
        Rules { formatter, left_to_user: vec![RelPath::own("modules/own")], options: None }
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
        let bugs = ready(rendered("{\n  a = b;\n  a = (1);\n}\n"), &rules(Formatter::Nixfmt));
        let bugs = bugs.expect_err("three of them");
        let lines: Vec<_> = bugs.iter().map(|bug| bug.line.as_ref().map(|it| it.0)).collect();
        assert_eq!(lines, [Some(2), Some(3), Some(3)]);
    }

    #[test]
    fn layout_is_the_formatters_own() {
        let text = |formatter| {
            let ready = ready(rendered("{a=1;b=[ 1 2 ];}"), &rules(formatter)).expect("valid Nix");
            ready.files()[0].text().to_owned()
        };
        assert_eq!(text(Formatter::Nixfmt), "{\n  a = 1;\n  b = [\n    1\n    2\n  ];\n}\n");
        assert_eq!(text(Formatter::Alejandra), "{\n  a = 1;\n  b = [1 2];\n}\n");
    }

    #[test]
    fn tidy_text_has_one_line_break_at_its_end() {
        assert_eq!(tidy("\n\na  \n\n\n\nb\n\n"), "a\n\nb\n");
        assert_eq!(tidy("a"), "a\n");
    }
}
