//! Numbers and truth values.

use super::decode::{Decode, Node, wrong_type};
use super::spanned::Spanned;
use crate::diagnostic::{Code, Diagnostic};

macro_rules! decode_integer {
    ($($int:ty)+) => {$(
        impl Decode for Spanned<$int> {
            fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
                let Some(written) = node.get_ref().as_integer() else {
                    let text = node.get_ref().as_str();
                    let help = match text.filter(|text| text.parse::<$int>().is_ok()) {
                        Some(number) => &format!("write `{number}`, without quotes"),
                        None if node.get_ref().is_float() => "write it without a fraction",
                        None => "write digits alone, without quotes",
                    };
                    return wrong_type(node, "a whole number", Some(help), log);
                };
                let Ok(value) = <$int>::from_str_radix(written.as_str(), written.radix()) else {
                    let (low, high) = (<$int>::MIN, <$int>::MAX);
                    log.push(Diagnostic::new(
                        Code::InvalidValue,
                        node.span(),
                        format!("the number must be from {low} to {high}"),
                    ));
                    return None;
                };
                Some(Self::at(value, node.span()))
            }
        }
    )+};
}

decode_integer! { u16 u32 }

impl Decode for Spanned<bool> {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(value) = node.get_ref().as_bool() else {
            let help = match node.get_ref().as_str() {
                Some(word @ ("true" | "false")) => &format!("write `{word}`, without quotes"),
                _ => "write one of the two, without quotes",
            };
            return wrong_type(node, "`true` or `false`", Some(help), log);
        };
        Some(Self::at(value, node.span()))
    }
}
