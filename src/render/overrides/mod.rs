//! Templates of the user's, which take the place of nixgen's own.

mod file;
mod patience;

pub use file::{ENDING, Found, MAX_BYTES, NoText, Override, ejected};
pub(super) use patience::{PATIENCE, Patience, grows};

use super::{Bug, TemplateSource};
use crate::diagnostic::Diagnostic;

/// The templates of a folder.
#[derive(Debug, Default)]
pub struct Overrides {
    files: Vec<Override>,
}

impl Overrides {
    /// The files of a folder in place of the known templates. What an editor keeps
    /// beside them does not count.
    pub fn new(files: Vec<Found>, known: &[TemplateSource]) -> Self {
        let files = files.into_iter().filter(|file| !file.name.ends_with('~'));
        Self { files: files.map(|file| file.read(known)).collect() }
    }

    /// The files of the folder.
    pub fn files(&self) -> &[Override] {
        &self.files
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
    pub fn in_place_of(&self, template: &str) -> Option<&Override> {
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
            let file = self.in_place_of(template.name);
            file.and_then(|file| file.template).unwrap_or(template)
        };
        ours.into_iter().map(own).collect()
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::input::types::RelPath;
    use crate::render::{Engine, Kind, Template};

    /// The text that a file gets when its template is this one.
    fn rendered(text: &str, limit: Option<Duration>) -> Result<String, Vec<Bug>> {
        let template = Template::new("a.nix", "{ }", Kind::Data);
        let file = Found {
            path: "t/a.nix.tera".into(),
            name: "a.nix.tera".to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        };
        let overrides = Overrides::new(vec![file], &[template.source()]);
        let patience = limit.map_or(&PATIENCE, |limit| Box::leak(Box::new(Patience::new(limit))));
        let templates = overrides.over(vec![template.source()]);
        let engine = Engine::with_patience(&templates, patience).map_err(|bug| vec![bug])?;
        let context = serde_json::json!({ "name": "x" });
        let plan = vec![template.file(RelPath::own("a.nix"), &context)];
        let first = engine.render(plan.clone(), "c.toml");
        if first.is_err() && limit.is_some() {
            let bugs = engine.render(plan, "c.toml").expect_err("nothing is left for it");
            assert!(bugs[0].message.contains("with what was rendered before"), "{:?}", bugs[0]);
            assert!(engine.is_out_of_patience());
        }
        Ok(first?.remove(0).text)
    }

    #[test]
    fn loops_have_an_end() {
        let range = |body: &str| format!("{{% for i in range(end=100000) %}}{body}{{% endfor %}}");
        let shown = "{{ name }}".repeat(1000);
        let bugs = rendered(&range(&range(&shown)), None).expect_err("it ends");
        assert!(bugs[0].message.contains("more than 16 MiB"), "{:?}", bugs[0]);
        // Long, and not for ever: it goes on behind this test.
        let bugs =
            rendered(&range(&range("")), Some(Duration::from_millis(50))).expect_err("too long");
        assert!(bugs[0].message.contains("longer than 0.05 s"), "{:?}", bugs[0]);
    }

    #[test]
    fn what_stands_in_itself_has_stack_enough_or_is_refused() {
        let deep = "{% set_global a = [1] %}{% for i in range(end=100000) %}\
                    {% set_global a = [a] %}{% endfor %}{ }";
        for text in [deep, &deep.replace("{ }", "{{ a }}")] {
            assert!(rendered(text, None).is_ok(), "it is freed, and can be shown");
        }
        let chain = |count: usize| {
            format!("{{% if x %}}\n{}{{% endif %}}{{ }}", "{% elif x %}\n".repeat(count))
        };
        assert!(rendered(&chain(200).replace('x', "false"), None).is_ok());
        for text in [chain(201), chain(50_000).replace("{% elif", "{%-elif")] {
            let bugs = rendered(&text, None).expect_err("it is deep");
            assert_eq!(bugs[0].template_line, Some(202), "{:?}", bugs[0]);
        }
    }
}
