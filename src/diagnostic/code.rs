//! The stable codes. Numbers are never reused; the hundreds group by subject.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be rendered.
    Error,
    /// It renders, and the user should know.
    Warning,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal $slug:literal $severity:ident;)+) => {
        /// What a diagnostic is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The identifier that people search for, such as `NG0203`.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }

            /// The short readable name, such as `duplicate-address`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)+ }
            }

            /// How bad it is.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }
        }
    };
}

codes! {
    /// The file is not valid TOML.
    Syntax = "NG0101" "toml-syntax" Error;
    /// The file is not UTF-8 text.
    NotText = "NG0102" "not-text" Error;
    /// The file is larger than any cluster needs.
    TooLarge = "NG0103" "too-large" Error;
    /// A key that the schema does not know.
    UnknownKey = "NG0111" "unknown-key" Error;
    /// A key that must be there and is not.
    MissingKey = "NG0112" "missing-key" Error;
    /// A value of another TOML type than the key takes.
    WrongType = "NG0113" "wrong-type" Error;
    /// A value of the right type that is not one the key takes.
    InvalidValue = "NG0114" "invalid-value" Error;
    /// A name that nothing in the file defines.
    UnknownReference = "NG0201" "unknown-reference" Error;
    /// A choice that is only obvious when there is one candidate.
    AmbiguousReference = "NG0202" "ambiguous-reference" Error;
    /// Two owners of one address, MAC, tap, vsock CID or name.
    Duplicate = "NG0203" "duplicate" Error;
    /// An address that does not belong to its VLAN.
    OutsideSubnet = "NG0301" "outside-subnet" Error;
    /// The network, broadcast or gateway address given to a node.
    ReservedAddress = "NG0302" "reserved-address" Error;
    /// Two ranges of addresses that share some.
    OverlappingRanges = "NG0303" "overlapping-ranges" Error;
    /// A bridge strategy that the cluster's network cannot work with.
    BridgeStrategy = "NG0304" "bridge-strategy" Error;
    /// Kubernetes and NixOS releases that do not go together.
    ReleaseMismatch = "NG0401" "release-mismatch" Error;
    /// A cluster without the nodes that it needs, or with a count that has no quorum.
    ControlPlanes = "NG0402" "control-planes" Error;
    /// A workload that no node can run.
    Unschedulable = "NG0403" "unschedulable" Error;
    /// Memory, processors or volumes that cannot work.
    Sizing = "NG0501" "sizing" Error;
    /// Something that the chosen hypervisor cannot do.
    HypervisorFeature = "NG0502" "hypervisor-feature" Error;
    /// A GPU setting that this chip or host cannot have.
    Gpu = "NG0503" "gpu" Error;
    /// Two outputs at one path.
    PathCollision = "NG0601" "path-collision" Error;
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}
