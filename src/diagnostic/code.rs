//! The stable codes. Numbers are never reused; the hundreds group by subject.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing can be rendered.
    Error,
    /// Nothing is rendered, unless the user means it and allows it.
    #[serde(rename = "error")]
    Refused,
    /// It renders, and the user should know.
    Warning,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal $slug:literal $severity:ident;)+) => {
        /// The subject of a diagnostic.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Their short readable names, in the same order.
            pub const SLUGS: &[&str] = &[$($slug,)+];

            /// The identifier that people search for, such as `NG0203`.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }

            /// The short readable name, such as `duplicate-address`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)+ }
            }

            /// How bad it is, unless the user sets another level.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }

            /// Its meaning, as one sentence.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim(),)+ }
            }

            /// Its page: what it is, why it is bad, and what to write instead. A
            /// code without one does not compile.
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$name => {
                        include_str!(concat!("../../docs/diagnostics/", $id, ".md"))
                    })+
                }
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
    /// A level for an error, which has none.
    FixedLevel = "NG0115" "fixed-level" Error;
    /// A name that nothing in the file defines.
    UnknownReference = "NG0201" "unknown-reference" Error;
    /// A choice that is only obvious when there is one candidate.
    AmbiguousReference = "NG0202" "ambiguous-reference" Error;
    /// Two owners of one address.
    DuplicateAddress = "NG0203" "duplicate-address" Error;
    /// A VM and a host of one name.
    DuplicateName = "NG0204" "duplicate-name" Error;
    /// Two VMs with one MAC address.
    DuplicateMac = "NG0205" "duplicate-mac" Error;
    /// Two network interfaces of one name on one host.
    DuplicateInterface = "NG0206" "duplicate-interface" Error;
    /// Two VMs with one vsock context id on one host.
    DuplicateVsockCid = "NG0207" "duplicate-vsock-cid" Error;
    /// Two VMs that keep their data in one directory of their host.
    SharedHostPath = "NG0208" "shared-host-path" Error;
    /// Two file systems at one place of a VM.
    DuplicateMount = "NG0209" "duplicate-mount" Error;
    /// Two shares of one tag in a VM.
    DuplicateShareTag = "NG0210" "duplicate-share-tag" Error;
    /// Two taints of one key and effect on a node.
    DuplicateTaint = "NG0211" "duplicate-taint" Error;
    /// A name that no machine can have.
    ReservedName = "NG0212" "reserved-name" Error;
    /// An address that does not belong to its range.
    OutsideSubnet = "NG0301" "outside-subnet" Error;
    /// The network, broadcast or gateway address given to a machine.
    ReservedAddress = "NG0302" "reserved-address" Error;
    /// Two ranges of addresses that share some.
    OverlappingRanges = "NG0303" "overlapping-ranges" Error;
    /// A bridge strategy that the cluster's network cannot work with.
    BridgeStrategy = "NG0304" "bridge-strategy" Error;
    /// A VLAN tag that is reserved or taken.
    VlanId = "NG0305" "vlan-id" Error;
    /// A range that machines cannot have addresses of.
    UnusableSubnet = "NG0306" "unusable-subnet" Error;
    /// A range of pods or services whose size does not fit.
    ClusterRange = "NG0307" "cluster-range" Error;
    /// A vsock context id that is not for VMs.
    ReservedVsockCid = "NG0308" "reserved-vsock-cid" Error;
    /// Several hosts that are the VLANs' gateway.
    SeveralGateways = "NG0309" "several-gateways" Error;
    /// A fixed address in a network outside that is not described.
    MissingWan = "NG0310" "missing-wan" Error;
    /// More VMs on a host than its bridge has ports.
    BridgeFull = "NG0311" "bridge-full" Error;
    /// Several hosts of which none says whether it is the VLANs' gateway.
    UnnamedGateway = "NG0312" "unnamed-gateway" Error;
    /// Kubernetes and NixOS releases that do not go together.
    ReleaseMismatch = "NG0401" "release-mismatch" Error;
    /// A cluster without a control plane.
    ControlPlanes = "NG0402" "control-planes" Error;
    /// A workload that no node can run.
    Unschedulable = "NG0403" "unschedulable" Error;
    /// A Kubernetes minor that nixgen does not know.
    UnknownKubernetes = "NG0404" "unknown-kubernetes" Error;
    /// An endpoint at which no API server can be.
    Endpoint = "NG0405" "endpoint" Error;
    /// Several control planes without an address that they share.
    MissingEndpoint = "NG0406" "missing-endpoint" Error;
    /// A virtual address that the control planes cannot share.
    Vip = "NG0407" "vip" Error;
    /// A label that a node may not give itself.
    ReservedLabel = "NG0408" "reserved-label" Error;
    /// A role that a bare-metal host cannot have.
    HostRole = "NG0409" "host-role" Error;
    /// A node port that cannot be one, or is taken.
    NodePort = "NG0410" "node-port" Error;
    /// A `state_version` that no machine can have.
    StateVersion = "NG0411" "state-version" Error;
    /// An even number of control planes, which is worth no more than one less.
    EvenControlPlanes = "NG0412" "even-control-planes" Refused;
    /// A release that is not maintained any more.
    EndedRelease = "NG0413" "ended-release" Warning;
    /// A release that was not out yet when nixgen learned of it.
    UnseenRelease = "NG0414" "unseen-release" Warning;
    /// Memory or processors that are too few.
    Sizing = "NG0501" "sizing" Error;
    /// Something that the chosen hypervisor cannot do.
    HypervisorFeature = "NG0502" "hypervisor-feature" Error;
    /// A GPU setting that this chip or mode cannot have.
    Gpu = "NG0503" "gpu" Error;
    /// A GPU that cannot be passed through as written.
    GpuPassthrough = "NG0504" "gpu-passthrough" Error;
    /// A volume whose name does not fit where it is needed.
    VolumeName = "NG0505" "volume-name" Error;
    /// A node's own volume at another place than its own.
    VolumeMount = "NG0506" "volume-mount" Error;
    /// A node's own volume that is too small.
    VolumeSize = "NG0507" "volume-size" Refused;
    /// State of a node on a file system that it cannot live on.
    NodeState = "NG0508" "node-state" Error;
    /// A directory of the host that is not for a VM.
    StorageSource = "NG0509" "storage-source" Error;
    /// A share whose tag is longer than virtiofs takes.
    ShareTag = "NG0510" "share-tag" Error;
    /// An admin who cannot log in.
    AdminWithoutKey = "NG0511" "admin-without-key" Error;
    /// A host without an admin.
    NoAdmin = "NG0512" "no-admin" Warning;
    /// A user named root.
    RootUser = "NG0513" "root-user" Error;
    /// More virtual processors than their host has processors.
    CpuOvercommit = "NG0514" "cpu-overcommit" Warning;
    /// More memory promised than a host has.
    MemoryOvercommit = "NG0515" "memory-overcommit" Warning;
    /// Volumes that can outgrow the disk of their host.
    DiskOvercommit = "NG0516" "disk-overcommit" Warning;
    /// A node's volume on a machine that does not use it.
    UnusedVolume = "NG0517" "unused-volume" Warning;
    /// Two file systems on one disk of a host.
    SameDisk = "NG0518" "same-disk" Error;
    /// A worker host whose MicroVMs leave its kubelet no memory.
    ReservedMemory = "NG0519" "reserved-memory" Error;
    /// Data of a workload that a MicroVM would keep in its memory.
    DataInMemory = "NG0520" "data-in-memory" Refused;
    /// More workloads than GPUs that they take for themselves.
    SharedGpu = "NG0521" "shared-gpu" Error;
    /// Two outputs at one path.
    PathCollision = "NG0601" "path-collision" Error;
    /// A table for an output that there is not.
    UnknownOutput = "NG0602" "unknown-output" Error;
    /// A module of the user's at the path of an output.
    ModuleCollision = "NG0603" "module-collision" Error;
    /// A module of the user's that is not in the tree.
    MissingModule = "NG0604" "missing-module" Warning;
    /// An output that the user makes and that is not there.
    MissingOutput = "NG0605" "missing-output" Refused;
    /// A flake of the user's without the nixpkgs that Kubernetes is to come from.
    MissingInput = "NG0606" "missing-input" Refused;
    /// A file of the tree that a clone would not have.
    NotInGit = "NG0607" "not-in-git" Refused;
    /// A manifest of the user's that is not there.
    MissingManifest = "NG0608" "missing-manifest" Warning;
    /// A secret in the file.
    LiteralSecret = "NG0701" "literal-secret" Error;
    /// A text in the file that may hold a secret.
    SuspectedSecret = "NG0702" "suspected-secret" Warning;
    /// An option that is not for a `nixos` table to set.
    ReservedOption = "NG0801" "reserved-option" Error;
    /// A template in the user's folder that nixgen does not have.
    UnknownTemplate = "NG0802" "unknown-template" Error;
    /// A template of the user's that cannot be read.
    UnreadableTemplate = "NG0803" "unreadable-template" Error;
    /// A template of the user's that makes no valid file.
    BrokenTemplate = "NG0804" "broken-template" Error;
    /// A template of the user's whose original has changed since.
    StaleTemplate = "NG0805" "stale-template" Warning;
    /// A value that an option of NixOS does not take.
    OptionType = "NG0806" "option-type" Error;
    /// An option that the user's NixOS does not have.
    UnknownOption = "NG0807" "unknown-option" Refused;
    /// Nix in a text of a `nixos` table, which stays a text.
    NixInText = "NG0808" "nix-in-text" Refused;
    /// A step over a minor of Kubernetes.
    SkippedMinor = "NG0901" "skipped-minor" Refused;
    /// A step back to an older Kubernetes.
    KubernetesDowngrade = "NG0902" "kubernetes-downgrade" Refused;
    /// A step that leaves etcd without a majority of its members.
    EtcdQuorum = "NG0903" "etcd-quorum" Refused;
    /// A step that takes away a member of etcd.
    EtcdMember = "NG0904" "etcd-member" Warning;
    /// Another address for a control plane that is there.
    ControlPlaneAddress = "NG0905" "control-plane-address" Refused;
    /// Another endpoint for a cluster that is there.
    ChangedEndpoint = "NG0906" "changed-endpoint" Refused;
    /// Another range or domain for a cluster that is there.
    ChangedClusterRange = "NG0907" "changed-cluster-range" Refused;
    /// Another state version for machines that are there.
    ChangedStateVersion = "NG0908" "changed-state-version" Refused;
    /// A volume that would be smaller than its image.
    ShrunkVolume = "NG0909" "shrunk-volume" Refused;
    /// A volume of another kind than its image.
    ChangedVolume = "NG0910" "changed-volume" Refused;
    /// A volume that would be larger than its image.
    GrownVolume = "NG0911" "grown-volume" Warning;
    /// A VM on another host than its data.
    MovedVm = "NG0912" "moved-vm" Warning;
    /// A node that would be no longer one.
    RemovedNode = "NG0913" "removed-node" Warning;
    /// A tree that another version of nixgen wrote, from the same input.
    OtherVersion = "NG0914" "other-version" Refused;
    /// A step that has another machine create the cluster.
    FirstControlPlane = "NG0915" "first-control-plane" Refused;
    /// VLANs that would be left without the host that is their gateway.
    LostGateway = "NG0916" "lost-gateway" Refused;
    /// A step to another NixOS that is made by a reboot.
    UnsafeSwitch = "NG0917" "unsafe-switch" Warning;
    /// Encrypted Secrets or an audit log, for a cluster that runs without them.
    CreatedWithout = "NG0918" "created-without" Warning;
    /// A workload that would be open to less than the one that runs.
    ShutWorkload = "NG0919" "shut-workload" Warning;
}

impl Code {
    /// Whether it is about a step that may lose data.
    pub const fn is_data_risk(self) -> bool {
        matches!(
            self,
            Self::EtcdQuorum
                | Self::EtcdMember
                | Self::ControlPlaneAddress
                | Self::ShrunkVolume
                | Self::ChangedVolume
                | Self::MovedVm
        )
    }

    /// The code of that number or name, in capitals or not.
    pub fn named(word: &str) -> Option<Self> {
        let is_meant = |code: &Self| {
            code.id().eq_ignore_ascii_case(word) || code.slug().eq_ignore_ascii_case(word)
        };
        Self::ALL.iter().copied().find(is_meant)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}
