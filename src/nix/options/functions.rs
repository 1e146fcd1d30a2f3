//! What the functions of nixpkgs' library make of their arguments, as far as it
//! helps to tell what an option is set to.

/// What a function returns. Numbers are places of arguments.
#[derive(Debug, Clone, Copy)]
pub(super) enum Returns {
    /// That argument.
    Argument(usize),
    /// Both of its arguments, put together.
    Both,
    /// A list of that argument.
    Singleton(usize),
    /// All elements of that argument, put together.
    Merged(usize),
    /// A list of what a function returns for so many arguments.
    Mapped(usize, usize),
    /// A set of what a function returns for so many arguments.
    MappedSet(usize, usize),
    /// A set of the pairs that a function returns for so many arguments.
    MappedPairs(usize, usize),
    /// A set of the pairs in that list.
    Pairs(usize),
    /// A pair with that value.
    Pair(usize),
    String,
    Bool,
    Int,
    List,
    Set,
}

/// Each function with its number of arguments.
const FUNCTIONS: &[(&str, usize, Returns)] = &[
    ("all", 2, Returns::Bool),
    ("any", 2, Returns::Bool),
    ("attrNames", 1, Returns::List),
    ("attrValues", 1, Returns::List),
    ("boolToString", 1, Returns::String),
    ("concatMapStringsSep", 3, Returns::String),
    ("concatStrings", 1, Returns::String),
    ("concatStringsSep", 2, Returns::String),
    ("elem", 2, Returns::Bool),
    ("escapeShellArg", 1, Returns::String),
    ("filter", 2, Returns::Argument(1)),
    ("filterAttrs", 2, Returns::Argument(1)),
    ("genAttrs", 2, Returns::MappedSet(1, 1)),
    ("getExe", 1, Returns::String),
    ("getExe'", 2, Returns::String),
    ("hasAttr", 2, Returns::Bool),
    ("hashString", 2, Returns::String),
    ("imap0", 2, Returns::Mapped(0, 2)),
    ("imap1", 2, Returns::Mapped(0, 2)),
    ("length", 1, Returns::Int),
    ("listToAttrs", 1, Returns::Pairs(0)),
    ("map", 2, Returns::Mapped(0, 1)),
    ("mapAttrs", 2, Returns::MappedSet(0, 2)),
    ("mapAttrs'", 2, Returns::MappedPairs(0, 2)),
    ("mapAttrsToList", 2, Returns::Mapped(0, 2)),
    ("mergeAttrsList", 1, Returns::Merged(0)),
    ("mkAfter", 1, Returns::Argument(0)),
    ("mkBefore", 1, Returns::Argument(0)),
    ("mkDefault", 1, Returns::Argument(0)),
    ("mkForce", 1, Returns::Argument(0)),
    ("mkIf", 2, Returns::Argument(1)),
    ("mkMerge", 1, Returns::Merged(0)),
    ("mkOptionDefault", 1, Returns::Argument(0)),
    ("mkOrder", 2, Returns::Argument(1)),
    ("mkOverride", 2, Returns::Argument(1)),
    ("nameValuePair", 2, Returns::Pair(1)),
    ("optional", 2, Returns::Singleton(1)),
    ("optionalAttrs", 2, Returns::Argument(1)),
    ("optionalString", 2, Returns::Argument(1)),
    ("optionals", 2, Returns::Argument(1)),
    ("recursiveUpdate", 2, Returns::Both),
    ("removeAttrs", 2, Returns::Set),
    ("reverseList", 1, Returns::Argument(0)),
    ("toJSON", 1, Returns::String),
    ("toString", 1, Returns::String),
    ("unique", 1, Returns::Argument(0)),
    ("versionAtLeast", 2, Returns::Bool),
];

/// What a function returns for that many arguments, if it is known.
pub(super) fn returns(name: &str, arguments: usize) -> Option<Returns> {
    let known = FUNCTIONS.iter().find(|(known, count, _)| *known == name && *count == arguments);
    known.map(|(_, _, returns)| *returns)
}
