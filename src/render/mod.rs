//! From a plan to text. Rendering is a pure function of the plan: no file, no
//! clock and no environment is read here.

mod bug;
mod escape;
mod filters;
mod language;
mod marks;
mod options;
pub mod overrides;

pub use bug::Bug;
use bug::{compile_bug, from_tera};
pub(crate) use escape::{
    fenced, html, markdown, markdown_code, mermaid as mermaid_label, nix_attribute, nix_path,
    nix_string, nix_string_part, shell_word_if_needed,
};
pub use language::{Language, handed_over, is_generated, is_handed_over};
use marks::Unmarked;
pub(crate) use marks::column as template_column;
use overrides::{PATIENCE, Patience, grows};

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;
use tera::{Context, Tera, Value};

use crate::input::types::RelPath;

/// A template, tied to the type of the context that it takes.
#[derive(Debug)]
pub struct Template<C> {
    source: TemplateSource,
    context: PhantomData<fn() -> C>,
}

/// A template's name (its path below `templates/`, without `.tera`) and text.
#[derive(Debug, Clone, Copy)]
pub struct TemplateSource {
    /// Its path below `templates/`, without `.tera`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
    /// The use of its files.
    pub kind: Kind,
    /// Whether it is the user's, who may set what options there are.
    pub is_own: bool,
}

/// The use of a file to those that read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A NixOS module.
    Module,
    /// Plain data in Nix.
    Data,
    /// Other Nix: a library, a flake.
    Code,
    /// Nix that the user may have their own of, which stays in its place.
    Index,
    /// No Nix.
    Text,
}

impl<C: Serialize> Template<C> {
    /// A template by its name, its text and what it makes.
    pub const fn new(name: &'static str, text: &'static str, kind: Kind) -> Self {
        Self { source: TemplateSource { name, text, kind, is_own: false }, context: PhantomData }
    }

    /// Its name and text.
    pub const fn source(&self) -> TemplateSource {
        self.source
    }

    /// A file that this template makes of a context.
    pub fn file(&self, path: RelPath, context: &C) -> Planned {
        Planned {
            path,
            template: self.source.name,
            context: Value::try_from_serializable(context).map_err(|error| error.to_string()),
            executable: Language::of(self.source.name) == Some(Language::Shell),
        }
    }
}

/// The template at `templates/NAME.tera`, and for Nix what it makes.
macro_rules! template {
    ($name:literal) => {
        $crate::render::template!($name, $crate::render::Kind::Text)
    };
    ($name:literal, $kind:expr) => {{
        const { assert!($crate::render::Language::of($name).is_some()) };
        $crate::render::Template::new(
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $name, ".tera")),
            $kind,
        )
    }};
}
pub(crate) use template;

/// A file that is to be rendered: everything is decided, nothing is text yet.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The place where it goes.
    pub path: RelPath,
    /// The name of its template.
    pub template: &'static str,
    /// The values that the template is given.
    context: Result<Value, String>,
    /// Whether it is a script.
    pub executable: bool,
}

impl Planned {
    /// Whether another file of the same path is going to have the same text.
    pub(crate) fn is_made_of_the_same(&self, other: &Self) -> bool {
        self.template == other.template && self.context == other.context
    }

    /// The values that the template is given, to be read by people.
    pub fn context_json(&self) -> Option<String> {
        serde_json::to_string_pretty(self.context.as_ref().ok()?).ok()
    }
}

/// A rendered file.
#[derive(Debug, Clone)]
pub struct RenderedFile {
    /// The place where it goes.
    pub path: RelPath,
    /// Its template.
    pub template: TemplateSource,
    /// Its text.
    pub text: String,
    /// The places of values in the text, in order; the rest is the template's.
    pub values: Vec<Range<usize>>,
    /// The ends of what a line of the template wrote, in order, with that line.
    /// The line 0 is the header.
    lines: Vec<(usize, usize)>,
    /// Whether it is a script.
    pub executable: bool,
}

impl RenderedFile {
    /// The file that a template without a tag makes.
    #[cfg(test)]
    pub(crate) fn literal(path: &'static str, template: TemplateSource) -> Self {
        let Unmarked { text, values, lines } = marks::take_out(&marks::numbered(template.text));
        Self { path: RelPath::own(path), template, text, values, lines, executable: false }
    }

    /// The line (from 1) of the template that wrote a byte of the text; none
    /// wrote the header.
    pub fn template_line(&self, at: usize) -> Option<usize> {
        let next = self.lines.partition_point(|(end, _)| *end <= at);
        self.lines.get(next).map(|(_, line)| *line).filter(|line| *line > 0)
    }

    /// For each line of this text in another layout, the lines of the template
    /// that wrote it. `None` when more than the layout is different.
    pub fn template_lines(&self, laid_out: &str) -> Option<Vec<BTreeSet<usize>>> {
        let mut from = self.text.char_indices().filter(|(_, c)| !c.is_whitespace());
        let line = |text: &str| {
            let mut lines = BTreeSet::new();
            for c in text.chars().filter(|c| !c.is_whitespace()) {
                let (at, _) = from.next().filter(|(_, same)| *same == c)?;
                lines.extend(self.template_line(at));
            }
            Some(lines)
        };
        laid_out.lines().map(line).collect()
    }
}

/// The engines, one a language, because what is escaped depends on it.
#[derive(Debug)]
pub struct Engine {
    engines: Vec<(Language, Tera)>,
    templates: Vec<TemplateSource>,
    /// For the templates that are the user's.
    patience: &'static Patience,
}

impl Engine {
    /// Compiles templates. One of no language is refused: nothing would escape for it.
    pub fn new(templates: &[TemplateSource]) -> Result<Arc<Self>, Bug> {
        Self::with_patience(templates, &PATIENCE)
    }

    fn with_patience(
        templates: &[TemplateSource],
        patience: &'static Patience,
    ) -> Result<Arc<Self>, Bug> {
        if let Some(stray) = templates.iter().find(|t| Language::of(t.name).is_none()) {
            let message = "no language has files with names like this".to_owned();
            return Err(Bug::at(stray.name, stray.name, message));
        }
        templates.iter().filter(|template| template.is_own).try_for_each(too_many_branches)?;
        let written = |language: &&Language| {
            templates.iter().any(|t| Language::of(t.name) == Some(**language))
        };
        let engines = Language::ALL
            .par_iter()
            .filter(written)
            .map(|&language| {
                let mut tera = Tera::default();
                // Every template is escaped, whatever its name.
                tera.autoescape_on([""]);
                tera.set_escape_fn(language.escape());
                filters::register(&mut tera);
                let own = templates.iter().filter(|t| Language::of(t.name) == Some(language));
                tera.add_raw_templates(own.map(|t| (t.name, marks::numbered(t.text))))
                    .map_err(|error| compile_bug(&error))?;
                Ok((language, tera))
            })
            .collect::<Result<_, Bug>>()?;
        Ok(Arc::new(Self { engines, templates: templates.to_owned(), patience }))
    }

    /// Renders every file, each behind the header that says where it comes from.
    /// All bugs are returned, not only the first, unless the patience with a
    /// template of the user's ends.
    pub fn render(
        self: &Arc<Self>,
        plan: Vec<Planned>,
        source: &str,
    ) -> Result<Vec<RenderedFile>, Vec<Bug>> {
        let is_own = |planned: &Planned| {
            self.template(planned.template).is_some_and(|template| template.is_own)
        };
        let (own, ours): (Vec<_>, Vec<_>) = plan.into_iter().partition(is_own);
        let mut rendered: Vec<_> =
            ours.into_par_iter().map(|planned| self.render_file(planned, source)).collect();
        let mut by_template: BTreeMap<&str, Vec<Planned>> = BTreeMap::new();
        for planned in own {
            by_template.entry(planned.template).or_default().push(planned);
        }
        for (name, its) in by_template {
            match self.patience.render(self, its, source) {
                Ok(results) => rendered.extend(results),
                Err(why) => {
                    let template_line = self.template(name).and_then(|own| grows(own.text));
                    rendered.push(Err(Bug { template_line, ..Bug::at(name, "any file", why) }));
                    break;
                }
            }
        }
        let (files, bugs): (Vec<_>, Vec<_>) = rendered.into_iter().partition(Result::is_ok);
        let bugs: Vec<Bug> = bugs.into_iter().filter_map(Result::err).collect();
        if bugs.is_empty() { Ok(files.into_iter().flatten().collect()) } else { Err(bugs) }
    }

    /// Whether a template of the user's was left alone, for time or memory.
    pub fn is_out_of_patience(&self) -> bool {
        self.patience.is_over()
    }

    /// The text that a template makes of a context, of any size, for a page that is
    /// shown and no file of the tree.
    pub fn text<C: Serialize>(&self, template: &Template<C>, context: &C) -> Result<String, Bug> {
        let name = template.source.name;
        let bug = |message: String| Bug::at(name, name, message);
        let value =
            Value::try_from_serializable(context).map_err(|error| bug(error.to_string()))?;
        let context = self::context(Ok(value)).map_err(bug)?;
        let (_, tera) = self.engine(name).map_err(bug)?;
        let text = tera.render(name, &context).map_err(|error| from_tera(&error, name, name))?;
        Ok(marks::take_out(&text).text)
    }

    fn engine(&self, template: &str) -> Result<(Language, &Tera), String> {
        let language = Language::of(template);
        let engine = self.engines.iter().find(|(known, _)| Some(*known) == language);
        let (language, tera) = engine.ok_or_else(|| "no engine for its language".to_owned())?;
        Ok((*language, tera))
    }

    fn template(&self, name: &str) -> Option<&TemplateSource> {
        self.templates.iter().find(|known| known.name == name)
    }

    fn render_file(&self, planned: Planned, source: &str) -> Result<RenderedFile, Bug> {
        let path = planned.path.to_string();
        let bug = |message: String| Bug::at(planned.template, &path, message);
        let (language, tera) = self.engine(planned.template).map_err(bug)?;
        let context = context(planned.context).map_err(bug)?;
        let template = self.template(planned.template);
        let template = *template.ok_or_else(|| bug("there is no such template".to_owned()))?;
        let most = if template.is_own { MOST_BYTES_OF_USERS } else { MOST_BYTES };
        let mut body = Limited { most, ..Limited::default() };
        tera.render_to(planned.template, &context, &mut body).map_err(|error| {
            if body.is_full {
                bug(format!("it makes more than {} MiB of one file", most >> 20))
            } else {
                from_tera(&error, planned.template, &path)
            }
        })?;
        let body = String::from_utf8(body.bytes).map_err(|error| bug(error.to_string()))?;
        let Unmarked { text, values, lines } =
            marks::take_out(&language.with_header(&body, source));
        let Planned { path, executable, .. } = planned;
        Ok(RenderedFile { path, template, text, values, lines, executable })
    }
}

fn context(value: Result<Value, String>) -> Result<Context, String> {
    let values = value?.into_map().ok_or("the context is no set of values")?;
    let mut context = Context::new();
    for (name, value) in values {
        context.insert_value(name.to_string(), value);
    }
    Ok(context)
}

/// The most that a template makes of one file. The data of 10,000 MicroVMs takes
/// a tenth of it.
const MOST_BYTES: usize = 64 << 20;

/// The same of a template of the user's: whatever it makes is parsed.
const MOST_BYTES_OF_USERS: usize = 16 << 20;

/// Says where a template of the user's has more branches than the compiler, which goes
/// down into each from the one before, can be given. It limits all else itself.
fn too_many_branches(template: &TemplateSource) -> Result<(), Bug> {
    const MOST: usize = 200;

    let (mut line, mut branches) = (1, 0);
    for (index, part) in template.text.split("{%").enumerate() {
        let tag = part.trim_start_matches('-').trim_start();
        branches += usize::from(index > 0 && tag.starts_with("elif"));
        if branches > MOST {
            let message = format!("it has more than {MOST} `elif`s");
            let bug = Bug::at(template.name, template.name, message);
            return Err(Bug { template_line: Some(line), ..bug });
        }
        line += part.matches('\n').count();
    }
    Ok(())
}

/// Takes what a template makes, up to a limit: memory ends sooner than loops do.
#[derive(Default)]
struct Limited {
    most: usize,
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &'static str) -> Result<Vec<RenderedFile>, Vec<Bug>> {
        let template = Template::new("a.nix", text, Kind::Data);
        let engine = Engine::new(&[template.source()]).map_err(|bug| vec![bug])?;
        let context = serde_json::json!({ "name": "x", "count": 2 });
        let plan = vec![template.file(RelPath::own("a.nix"), &context)];
        engine.render(plan, "cluster.toml")
    }

    #[test]
    fn values_are_told_from_the_templates_own_words() {
        let template =
            "{ {{ name | attr }} = {{ name }}; b = \"{{ (name ~ name) | in_string }}\"; }";
        let file = &render(template).expect("it renders")[0];
        let values: Vec<&str> = file.values.iter().map(|value| &file.text[value.clone()]).collect();
        assert_eq!(values, ["x", "\"x\"", "xx"]);
    }

    #[test]
    fn nothing_passes_text_through() {
        let bugs = render("{ a = {{ name | safe }}; }").expect_err("`safe` is refused");
        assert!(bugs[0].message.contains("`safe` would make code of a value"), "{}", bugs[0]);
    }
}
