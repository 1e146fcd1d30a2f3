//! Templates of the user's, which take the place of nixgen's own.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Code, Diagnostic};
use crate::disk::{Content, IoError, Root};
use crate::input::closest;
use crate::render::{Bug, Engine, Planned, RenderedFile, TemplateSource, template_column};
use crate::source::{Source, Span};

/// The largest template that is read: ours are a hundredth of it.
pub const MAX_BYTES: u64 = 1 << 20;

/// How long a template of the user's may take: ours take the hundredth part of it
/// for all files of the largest cluster.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// How much memory a template of the user's may take besides.
const MOST_MEMORY: u64 = 512 << 20;

/// How long to wait before another look at both: text that doubles fills less
/// than a tenth of that memory meanwhile.
const PAUSE: Duration = Duration::from_millis(5);

/// What every template's file name ends with.
pub const ENDING: &str = ".tera";

const BASE_OPEN: &str = "{#- ejected by nixgen, base ";
const BASE_CLOSE: &str = " -#}";

/// The templates of a folder.
#[derive(Debug, Default)]
pub struct Overrides {
    files: Vec<Override>,
}

/// A file of the folder.
#[derive(Debug)]
pub struct Override {
    /// Its text, and its path for messages.
    pub source: Source,
    /// What is to be said of it.
    pub found: Vec<Diagnostic>,
    /// The template that it is, unless something is wrong with it.
    template: Option<TemplateSource>,
}

impl Overrides {
    /// Reads a folder of the tree, which need not be there.
    pub fn read(root: &Root, folder: &str, known: &[TemplateSource]) -> Result<Self, IoError> {
        let files = root.files(folder, MAX_BYTES)?.into_iter();
        let files = files.filter(|(path, _)| !path.ends_with('~')).map(|(path, content)| {
            let name = path.strip_prefix(folder).unwrap_or(&path).trim_start_matches('/');
            read(root, &path, name, content, known)
        });
        Ok(Self { files: files.collect() })
    }

    /// The files of the folder, whose findings are to be said.
    pub fn files_mut(&mut self) -> &mut [Override] {
        &mut self.files
    }

    /// The templates by their names, and the texts that they have.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.files.iter().filter_map(|file| file.template).map(|own| (own.name, own.text))
    }

    /// The file in place of a template.
    pub fn of(&self, template: &str) -> Option<&Override> {
        self.files.iter().find(|file| file.template.is_some_and(|own| own.name == template))
    }

    /// Whether a file cannot be what it has to be.
    pub fn is_broken(&self) -> bool {
        self.files.iter().flat_map(|file| &file.found).any(Diagnostic::is_error)
    }

    /// These templates in place of ours.
    #[must_use]
    pub fn over(&self, ours: Vec<TemplateSource>) -> Vec<TemplateSource> {
        let own = |template: TemplateSource| {
            let file = self.of(template.name);
            file.and_then(|file| file.template).unwrap_or(template)
        };
        ours.into_iter().map(own).collect()
    }

    /// Renders a plan with an engine that has these templates. One of the user's
    /// may have a loop that does not end, or fills the memory, and nothing can
    /// stop it: after `limit`, or so much of it, it is left alone, to end with the
    /// program.
    pub fn render(
        &self,
        engine: Engine,
        plan: Vec<Planned>,
        source: &str,
        limit: Duration,
    ) -> Result<Vec<RenderedFile>, Vec<Bug>> {
        let (mut own, ours): (Vec<_>, Vec<_>) =
            plan.into_iter().partition(|planned| self.of(planned.template).is_some());
        let engine = Arc::new(engine);
        let mut files = engine.render(ours, source)?;
        let mut bugs = Vec::new();
        while let Some(template) = own.first().map(|planned| planned.template) {
            let (its, others) = own.into_iter().partition(|planned| planned.template == template);
            own = others;
            let (done, result) = mpsc::channel();
            let (engine, source) = (Arc::clone(&engine), source.to_owned());
            thread::spawn(move || done.send(engine.render(its, &source)));
            match watch(&result, limit) {
                Ok(Ok(rendered)) => files.extend(rendered),
                Ok(Err(more)) => bugs.extend(more),
                Err(why) => {
                    let growing = self.of(template).and_then(|file| grows(file.source.text()));
                    let bug = Bug::at(template, "any file", why);
                    bugs.push(Bug { template_line: growing, ..bug });
                    return Err(bugs);
                }
            }
        }
        if bugs.is_empty() { Ok(files) } else { Err(bugs) }
    }

    /// Puts the mistakes of the user's templates to their files, each once: a
    /// template for a thousand machines has it a thousand times. What is left is
    /// ours.
    pub fn blame(&mut self, bugs: Vec<Bug>) -> Vec<Bug> {
        let mut ours = Vec::new();
        for bug in bugs {
            let is_its = |file: &&mut Override| {
                file.template.is_some_and(|template| template.name == bug.template)
            };
            match self.files.iter_mut().find(is_its) {
                Some(file) => file.blame(&bug),
                None => ours.push(bug),
            }
        }
        ours
    }
}

/// Waits for what a template makes, and says why it is not waited for any longer.
fn watch<T>(result: &mpsc::Receiver<T>, limit: Duration) -> Result<T, String> {
    let (start, before) = (Instant::now(), memory());
    loop {
        match result.recv_timeout(PAUSE) {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Disconnected) => return Err("it broke off".to_owned()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if start.elapsed() > limit {
            let seconds = limit.as_secs_f32();
            return Err(format!("it takes longer than {seconds} s, as a loop without an end does"));
        }
        if memory().saturating_sub(before) > MOST_MEMORY {
            let most = MOST_MEMORY >> 20;
            return Err(format!(
                "it takes more than {most} MiB of memory, as text does that is put together with \
                 itself in a loop"
            ));
        }
    }
}

/// The memory of this process in bytes; where the system does not tell, none.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|size| size.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() << 10
}

/// The only line of a template that makes a variable of itself, where there is one.
fn grows(text: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let lines = text.lines().zip(1..).filter(|(line, _)| {
        line.split("{%").skip(1).any(|tag| {
            let tag = tag.trim_start_matches(['-', ' ']);
            let set = tag.strip_prefix("set_global ").or_else(|| tag.strip_prefix("set "));
            let Some((name, value)) = set.and_then(|set| set.split_once('=')) else { return false };
            value.split(|c| !is_word(c)).any(|word| word == name.trim())
        })
    });
    let mut numbers = lines.map(|(_, number)| number);
    numbers.next().filter(|_| numbers.next().is_none())
}

impl Override {
    /// Whether the template that it was made of is another one now.
    pub fn is_stale(&self) -> bool {
        self.found.iter().any(|found| found.code == Code::StaleTemplate)
    }

    fn blame(&mut self, bug: &Bug) {
        let span = bug.template_line.map(|line| self.span(line, bug.template_column));
        // What else is wrong there most often follows from the first.
        if self.found.iter().any(|known| known.span == span) {
            return;
        }
        let place = match &bug.line {
            Some((number, text)) => {
                format!("`{}` gets, in line {number}: {}", bug.path, text.trim())
            }
            None => format!("it was to make `{}`", bug.path),
        };
        let found = Diagnostic::new(Code::BrokenTemplate, span, &bug.message);
        self.found.push(found.help(place));
    }

    /// A place in the text: from a column on (from 1), or what a line says.
    fn span(&self, line: usize, column: Option<usize>) -> Span {
        let text = self.source.text();
        let above: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let content = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let indent = content.len() - content.trim_start().len();
        let start = column.map_or(indent, |column| {
            let column = template_column(text, line, column);
            content.char_indices().nth(column.saturating_sub(1)).map_or(content.len(), |(at, _)| at)
        });
        let end = content.trim_end().len().max(start);
        above + start..above + end
    }
}

fn read(
    root: &Root,
    path: &str,
    name: &str,
    content: Content,
    known: &[TemplateSource],
) -> Override {
    let broken = |text: String, found: Diagnostic| Override {
        source: Source::new(shown(root, path), text),
        found: vec![found],
        template: None,
    };
    let unreadable = |span: Option<Span>, message: &str| {
        Diagnostic::new(Code::UnreadableTemplate, span, message)
    };
    let bytes = match content {
        Content::File(bytes) => bytes,
        Content::TooLarge => {
            let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
            let help = "no template is nearly as large; is this the right file?";
            return broken(String::new(), unreadable(None, &message).help(help));
        }
        Content::Other(what) => {
            let found = unreadable(None, &format!("a template cannot be {what}"));
            return broken(String::new(), found.help("put the file itself here"));
        }
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let valid = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
            let found = unreadable(Some(at..at), "the file is not UTF-8 text here");
            return broken(valid, found.help("save it as UTF-8"));
        }
    };
    let template = name.strip_suffix(ENDING);
    let ours = known.iter().find(|ours| template == Some(ours.name));
    let Some(ours) = ours else {
        let message = format!("nixgen has no template `{}`", template.unwrap_or(name));
        let near = closest(template.unwrap_or(name), known.iter().map(|ours| ours.name));
        let help = match near {
            Some(near) => format!("did you mean `{near}{ENDING}`?"),
            None => "`nixgen templates list` names them all".to_owned(),
        };
        return broken(text, Diagnostic::new(Code::UnknownTemplate, None, message).help(help));
    };
    let found = stale(&text, ours);
    let source = Source::new(shown(root, path), text.clone());
    // It is needed as long as the program runs, as ours are.
    let template = TemplateSource { text: text.leak(), is_own: true, ..*ours };
    Override { source, found: found.into_iter().collect(), template: Some(template) }
}

/// The path of a file as people write it.
fn shown(root: &Root, path: &str) -> PathBuf {
    let whole = root.path_of(path);
    whole.strip_prefix(".").map_or(whole.clone(), Path::to_owned)
}

/// The text of a template for the user's folder. Its first line keeps what it
/// was made of.
pub fn ejected(template: &TemplateSource) -> String {
    format!("{BASE_OPEN}{}{BASE_CLOSE}\n{}", base(template), template.text)
}

/// Says that ours has changed since.
fn stale(text: &str, ours: &TemplateSource) -> Option<Diagnostic> {
    let written = text.lines().next()?.strip_prefix(BASE_OPEN)?.strip_suffix(BASE_CLOSE)?;
    let base = base(ours);
    (written != base).then(|| {
        let span = BASE_OPEN.len()..BASE_OPEN.len() + written.len();
        let message = format!("nixgen's own `{}` has changed since this was made of it", ours.name);
        let help = format!(
            "`nixgen templates show {}` prints it: take over what you need, then write `{base}` here",
            ours.name
        );
        Diagnostic::new(Code::StaleTemplate, span, message).help(help)
    })
}

fn base(template: &TemplateSource) -> String {
    let hash = Sha256::digest(template.text);
    let mut base = String::new();
    for byte in &hash[..8] {
        let _ = write!(base, "{byte:02x}");
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::types::RelPath;
    use crate::render::{Kind, Template};

    /// What becomes of a file when its template is this one.
    fn rendered(text: &str, limit: Duration) -> Result<String, Vec<Bug>> {
        let template = Template::new("a.nix", "{ }", Kind::Data);
        let root = Root::new(Path::new("."));
        let bytes = Content::File(text.as_bytes().to_vec());
        let file = read(&root, "t/a.nix.tera", "a.nix.tera", bytes, &[template.source()]);
        let overrides = Overrides { files: vec![file] };
        let engine =
            Engine::new(&overrides.over(vec![template.source()])).map_err(|bug| vec![bug])?;
        let context = serde_json::json!({ "name": "x" });
        let plan = vec![template.file(RelPath::own("a.nix"), &context)];
        Ok(overrides.render(engine, plan, "c.toml", limit)?.remove(0).text)
    }

    #[test]
    fn loops_and_recursion_have_an_end() {
        let range = |body: &str| format!("{{% for i in range(end=100000) %}}{body}{{% endfor %}}");
        let shown = "{{ name }}".repeat(1000);
        let rec = "{% component a() %}{{ <a/> }}{% endcomponent a %}{{ <a/> }}";
        for (text, why) in [
            (range(&range(&shown)), "more than 64 MiB"),
            ("{% for i in range(end=100001) %}{% endfor %}".to_owned(), "range"),
            ("{% include \"a.nix\" %}".to_owned(), "Circular include"),
            (rec.to_owned(), "recursion depth"),
        ] {
            let bugs = rendered(&text, PATIENCE).expect_err("it ends");
            assert!(bugs[0].message.contains(why), "{:?}", bugs[0]);
            assert_eq!(bugs[0].template, "a.nix");
        }
        // Long, and not for ever: it goes on behind this test.
        let bugs = rendered(&range(&range("")), Duration::from_millis(50)).expect_err("too long");
        assert!(bugs[0].message.contains("longer than 0.05 s"), "{:?}", bugs[0]);
    }

    #[test]
    fn neither_files_nor_the_environment_can_be_read() {
        for text in [
            "{% include \"/etc/hostname\" %}",
            "{% include \"../a.nix.tera\" %}",
            "{{ get_env(name=\"HOME\") }}",
            "{{ load_data(path=\"/etc/hostname\") }}",
            "{{ now() }}",
        ] {
            assert!(rendered(text, PATIENCE).is_err(), "{text}");
        }
        let text = rendered("# {{ name | comment }}\n{ }\n", PATIENCE).expect("it renders");
        assert!(text.ends_with("\n# x\n{ }\n"), "{text}");
    }
}
