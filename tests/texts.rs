//! Every type of `cluster.toml` that is written as text: what is made of the texts in
//! `golden/texts.txt`, and that its pattern refuses none that it takes.
//! `NIXGEN_BLESS=1` rewrites what is said of them.

use std::fmt::{Display, Write as _};
use std::net::Ipv4Addr;

use boon::{Compiler, Schemas};
use ipnet::Ipv4Net;
use nixgen::input::Text;
use nixgen::input::types::{
    AbsPath, DnsName, Endpoint, EnvName, FlakeRef, HardwareMac, Image, InterfaceName, LabelKey,
    LabelValue, Lint, Mac, Minor, Name, OneLine, PciAddress, PortName, RelPath, Size, SshKey,
    Taint, UserName,
};
use serde_json::json;

use crate::support::{blessing, read, repository};

const TEXTS: &str = "tests/golden/texts.txt";

/// A text, as the file spells it and as it is.
type Spelled<'g> = (&'g str, String);

/// What a type makes of the texts below its name; its pattern is held to all.
type Section = fn(own: &[Spelled<'_>], all: &[Spelled<'_>]) -> String;

macro_rules! sections {
    ($($ty:ident)+) => { [$((stringify!($ty), of::<$ty> as Section)),+] };
}

#[test]
fn every_type_takes_and_refuses_what_it_should() {
    let golden = read(TEXTS);
    let mut all = Vec::new();
    let mut sections: Vec<(&str, Vec<Spelled<'_>>)> = Vec::new();
    for line in golden.lines() {
        match line.strip_prefix("    ") {
            None => sections.push((line, Vec::new())),
            Some(line) => {
                let mut texts = serde_json::Deserializer::from_str(line).into_iter::<String>();
                let text = texts.next().expect("a text").expect("in quotes");
                let spelled = (&line[..texts.byte_offset()], text);
                all.push(spelled.clone());
                sections.last_mut().expect("a type").1.push(spelled);
            }
        }
    }
    let types = sections! {
        AbsPath DnsName Endpoint EnvName FlakeRef HardwareMac Image InterfaceName Ipv4Addr Ipv4Net
        LabelKey LabelValue Lint Mac Minor Name OneLine PciAddress PortName RelPath Size SshKey
        Taint UserName
    };
    let mut now = String::new();
    for (name, section) in types {
        let own = sections.iter().find(|(of, _)| *of == name).expect(name);
        let _ = write!(now, "{name}\n{}", section(&own.1, &all));
    }
    if blessing() {
        std::fs::write(repository().join(TEXTS), &now).expect("written");
    }
    let other = now.lines().zip(golden.lines()).find(|(now, golden)| now != golden);
    assert!(now == golden, "rewrite {TEXTS} with NIXGEN_BLESS=1: {other:?}");
}

fn of<T: Text + Display>(own: &[Spelled<'_>], all: &[Spelled<'_>]) -> String {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let pattern = json!({ "pattern": T::PATTERN.expect("a pattern") });
    compiler.add_resource("schema.json", pattern).expect("a resource");
    let index = compiler.compile("schema.json", &mut schemas).expect("a schema");
    let fits = |text: &str| schemas.validate(&text.into(), index).is_ok();
    for text in all.iter().map(|(_, text)| text.as_str()).chain([T::EXAMPLE]) {
        assert!(fits(text) || T::from_text(text).is_err(), "an editor underlines {text:?}");
    }
    assert!(T::from_text(T::EXAMPLE).is_ok(), "{}", T::EXAMPLE);
    assert!(!all.iter().all(|(_, text)| fits(text)), "an editor underlines nothing");
    own.iter().fold(String::new(), |lines, (spelled, text)| {
        let said = match T::from_text(text) {
            Ok(value) => format!(" is {value}"),
            Err(reason) => format!(": {}", reason.replace('\n', "\\n")),
        };
        format!("{lines}    {spelled}{said}\n")
    })
}
