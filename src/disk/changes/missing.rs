//! Files that rendered ones refer to and that are not there.

use crate::disk::tree::Root;
use crate::nix::Ready;
use crate::render::Bug;

/// The bugs of files that refer to what is neither rendered, nor the user's to
/// make, nor on disk. Only whether something is there is looked at, as Nix would:
/// through links, too.
pub fn missing(ready: &Ready, root: &Root) -> Vec<Bug> {
    let unknown = ready.missing().iter().filter(|it| !ready.is_left_to_user(&it.path));
    let absent = unknown.filter(|it| !root.holds(&it.path));
    absent.map(|it| it.bug.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::input::types::{Formatter, RelPath};
    use crate::nix::{self, Rules};
    use crate::render::{Engine, Kind, Template};

    #[test]
    fn what_is_referred_to_may_be_on_disk() {
        let template = Template::new("a.nix", "{ imports = [ ./own.nix ]; }", Kind::Module);
        let engine = Engine::new(&[template.source()]).expect("it compiles");
        let planned = template.file(RelPath::own("hosts/a.nix"), &serde_json::json!({}));
        let files = engine.render(vec![planned], "cluster.toml").expect("it renders");
        let (modules, left_to_user) = (Vec::new(), Vec::new());
        let rules = Rules { formatter: Formatter::Nixfmt, modules, left_to_user, options: None };
        let ready = nix::ready(files, &rules).expect("whether it is there is not known yet");
        let folder = tempfile::tempdir().expect("a folder");
        let root = Root::new(folder.path());
        let bug = &missing(&ready, &root)[0];
        assert!(bug.message.contains("`hosts/own.nix` is neither rendered nor there"), "{bug}");
        assert_eq!(bug.template_line, Some(1));
        fs::create_dir(folder.path().join("hosts")).expect("made");
        fs::write(folder.path().join("hosts/own.nix"), "{ }").expect("written");
        assert_eq!(missing(&ready, &root), []);
    }
}
