//! The declaration of a table, its decoder and its schema in one.

/// Declares a table of `cluster.toml`: the struct, its decoder and its schema.
///
/// `field: Type` takes the key `field`; it is required unless the type has a
/// natural absence (`Option`, `Vec`, `Map`) or a default follows: `= value`.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $ty:ty $(= $default:expr)?,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $ty,)*
        }

        impl $crate::input::decode::Decode for $name {
            const IS_TABLE: bool = true;

            fn decode(
                node: $crate::input::decode::Node<'_>,
                log: &mut Vec<$crate::diagnostic::Diagnostic>,
            ) -> Option<Self> {
                let mut fields = $crate::input::decode::Fields::open(node, log)?;
                $(let $field = fields.take::<$ty>(
                    stringify!($field),
                    [$($default)?].into_iter().next(),
                    log,
                );)*
                fields.close(log);
                Some(Self { $($field: $field?,)* })
            }
        }

        impl $crate::input::describe::Describe for $name {
            fn schema() -> serde_json::Value {
                use $crate::input::describe::{key, table};

                table([$((
                    stringify!($field),
                    key::<$ty>(concat!($($doc),+), [$($default)?].into_iter().next()),
                )),*])
            }
        }
    };
}
pub(crate) use record;
