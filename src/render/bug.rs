//! A mistake of ours, or of a template of the user's.

use tera::ErrorKind;

/// A mistake of ours, or of a template: it rendered nothing, or something that
/// is not what its language allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bug {
    /// The template.
    pub template: String,
    /// The line of the template (from 1) that wrote it, where that is certain.
    pub template_line: Option<usize>,
    /// The column in that line (from 1) once it is numbered, where it is known.
    pub template_column: Option<usize>,
    /// The file it was to make.
    pub path: String,
    /// The line of the rendered text (from 1) with that line, where known.
    pub line: Option<(usize, String)>,
    /// The mistake, in words.
    pub message: String,
}

impl std::fmt::Display for Bug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.template_line.map_or_else(String::new, |line| format!(" at line {line}"));
        writeln!(f, "the template `{}` is broken{at}: {}", self.template, self.message)?;
        match &self.line {
            Some((number, text)) => write!(f, "  in {}, line {number}: {}", self.path, text.trim()),
            None => write!(f, "  in {}", self.path),
        }
    }
}

impl Bug {
    /// A mistake without a place.
    pub(crate) fn at(template: &str, path: &str, message: String) -> Self {
        Self {
            template: template.to_owned(),
            template_line: None,
            template_column: None,
            path: path.to_owned(),
            line: None,
            message,
        }
    }
}

/// The mistake because of which templates do not compile.
pub(super) fn compile_bug(error: &tera::Error) -> Bug {
    let template = match error.kind() {
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => tpl,
        ErrorKind::MissingParent { current, .. } => current,
        _ => "templates",
    };
    from_tera(error, template, template)
}

/// The mistake that Tera tells of, at its place: a template may include another one.
pub(super) fn from_tera(error: &tera::Error, template: &str, path: &str) -> Bug {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => Bug {
            template_line: Some(report.span().start_line),
            template_column: Some(report.span().start_col + 1),
            ..Bug::at(report.filename(), path, report.message().to_owned())
        },
        _ => {
            let said = error.to_string();
            written_out(&said, path).unwrap_or_else(|| Bug::at(template, path, said.clone()))
        }
    }
}

/// A mistake that Tera found once all templates were there. Only its text is known:
/// `error: MESSAGE`, and ` --> TEMPLATE:LINE:COLUMN` below it.
fn written_out(said: &str, path: &str) -> Option<Bug> {
    let (message, rest) = said.strip_prefix("error: ")?.split_once('\n')?;
    let mut place = rest.lines().next()?.trim_start().strip_prefix("--> ")?.rsplitn(3, ':');
    let (column, line, template) = (place.next()?, place.next()?, place.next()?);
    Some(Bug {
        template_line: line.parse().ok(),
        template_column: column.parse().ok(),
        ..Bug::at(template, path, message.to_owned())
    })
}
