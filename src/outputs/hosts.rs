//! `hosts/<host>.nix`: what is a host's own.

use serde::Serialize;

use super::output::{Output, module_of};
use super::{amdgpu, cluster_network, formation, join_secrets, microvm_storage, worker_host};
use crate::cluster::{Cluster, Hardware, Host};
use crate::input::nixos::Options;
use crate::input::types::{
    AbsPath, FsType, GpuMode, Loader, Name, RelPath, Role, SshKey, System, UserName,
};
use crate::render::{Kind, Planned, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context<'a> {
    name: &'a Name,
    host_name: &'a Name,
    cluster: &'a Name,
    worker: bool,
    gateway: bool,
    imports: Vec<String>,
    nixos: &'a Options,
    system: System,
    passthrough: bool,
    x86: bool,
    boot: Option<Boot<'a>>,
    users: Vec<User<'a>>,
    has_admin: bool,
    state_version: &'a str,
}

#[derive(Serialize)]
struct Boot<'a> {
    loader: Loader,
    root: &'a AbsPath,
    fs: FsType,
    esp: &'a AbsPath,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a UserName,
    admin: bool,
    ssh_keys: Vec<&'a SshKey>,
    hashed_password_file: Option<&'a AbsPath>,
}

const TEMPLATE: Template<Context<'_>> = template!("hosts/host.nix", Kind::Module);

/// The modules of the hosts.
pub const OUTPUT: Output = Output {
    name: "hosts",
    path: "hosts",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, folder| cluster.hosts.iter().map(|host| file(cluster, host, folder)).collect(),
};

fn file(cluster: &Cluster, host: &Host, folder: &RelPath) -> Planned {
    let path = module_of(&host.name, folder);
    let worker = *host.role == Role::Worker;
    let mut modules =
        vec![cluster_network::OUTPUT.path(cluster), microvm_storage::OUTPUT.path(cluster)];
    modules.extend(formation::module(cluster));
    if amdgpu::is_on_host(host) {
        modules.push(amdgpu::OUTPUT.path(cluster));
    }
    if worker {
        modules.push(worker_host::OUTPUT.path(cluster));
    }
    if join_secrets::is_on_host(cluster, host) {
        modules.push(join_secrets::OUTPUT.path(cluster));
    }
    modules.sort();
    let boot = match &host.hardware {
        Hardware::Boot { loader, root, fs, esp } => {
            Some(Boot { loader: **loader, root, fs: **fs, esp })
        }
        Hardware::Module(module) => {
            modules.push(module.value.clone());
            None
        }
    };
    modules.extend(host.extra_modules.iter().map(|module| module.value.clone()));
    let users = host.users.iter().map(|user| User {
        name: &user.name,
        admin: *user.admin,
        ssh_keys: user.ssh_keys.iter().map(|key| &key.value).collect(),
        hashed_password_file: user.hashed_password_file.as_ref().map(|file| &file.value),
    });
    let context = Context {
        name: &host.name,
        host_name: &host.host_name,
        cluster: &cluster.name,
        worker,
        gateway: *host.gateway,
        nixos: &host.nixos,
        imports: modules.iter().map(|module| module.seen_from(&path)).collect(),
        system: *host.system,
        x86: *host.system == System::X86_64,
        passthrough: host.gpu.as_ref().is_some_and(|gpu| *gpu.mode == GpuMode::Passthrough),
        boot,
        users: users.collect(),
        has_admin: host.users.iter().any(|user| *user.admin),
        state_version: cluster.state_version.as_str(),
    };
    TEMPLATE.file(path, &context)
}
