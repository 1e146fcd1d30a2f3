//! The words that shells offer, where an option takes more than a few.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};

use crate::diagnostic::Code;
use crate::disk::State;
use crate::input::Keys;
use crate::outputs;

/// A parser, and the words that shells offer for it.
#[derive(Clone)]
pub(super) struct Offered<P>(pub(super) P, pub(super) fn() -> Vec<String>);

impl<P: TypedValueParser> TypedValueParser for Offered<P> {
    type Value = P::Value;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        self.0.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.1)().into_iter().map(PossibleValue::new)))
    }
}

/// What a level is set of.
pub(super) fn codes() -> Vec<String> {
    Code::SLUGS.iter().copied().chain(["warnings"]).map(String::from).collect()
}

/// What `explain` takes, but for lines of files.
pub(super) fn subjects() -> Vec<String> {
    let codes = Code::ALL.iter().flat_map(|code| [code.id(), code.slug()]);
    codes.map(String::from).chain(Keys::new().ways()).collect()
}

/// How files stand.
pub(super) fn states() -> Vec<String> {
    State::ALL.iter().map(|state| state.word().to_owned()).collect()
}

/// The templates by their names.
pub(super) fn templates() -> Vec<String> {
    outputs::templates().iter().map(|template| template.name.to_owned()).collect()
}
