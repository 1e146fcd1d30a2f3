#!/usr/bin/env python3
"""machine.py TEXTS NAME SHARES FOLDER: lays out below FOLDER what a machine's evaluation says.

Units, networkd's files, sysctls, firewall, volumes and settings go where systemd looks for
them, word for word; the texts that they name in /nix/store are copied there. A package is
a link to what parts/ has of it, or else to all of Debian's programs. SHARES is where the
host's folders of a MicroVM are: hostfs stands in for virtiofs."""

import json
import os
import re
import shutil
import sys

texts_file, name, shares, root = sys.argv[1:]
every = json.load(open(texts_file))
machine = every[name]
STORE = re.compile(r"(/nix/store/([0-9a-z]{32})-([A-Za-z0-9+._?=@-]+))(?:/bin/([A-Za-z0-9+._@-]+))?")
STAND_IN = "0" * 32
# Where the machine finds what parts/ has built for its Kubernetes.
PARTS = f"/opt/lab/{machine['kubernetes']}"
# Any other package is Debian's.
BINS = {"kubernetes": PARTS + "/bin", "containerd": PARTS + "/bin", "cni-plugins": PARTS + "/cni"}
# What the modules put into everyone's PATH.
PROGRAMS = ("kubeadm", "kubectl", "kubelet", "crictl", "ctr", "etcdctl", "etcdutl")
written = []


def write(path, text, mode=0o644):
    path = root + path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    written.append(text)


def link(target, path):
    os.makedirs(os.path.dirname(root + path), exist_ok=True)
    if not os.path.lexists(root + path):
        os.symlink(target, root + path)


def toml(table, path=()):
    """containerd's settings, which the module writes with a program that is not here."""
    lines, tables = [], []
    for key, value in sorted(table.items()):
        key = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)
        if isinstance(value, dict):
            tables.append((path + (key,), value))
        else:
            lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "".join(f"\n[{'.'.join(p)}]\n{toml(t, p)}" for p, t in tables) + "\n"


def fstab():
    """The volumes as rendered; shares by hostfs. The root is the guest's own."""
    sources = {share["tag"]: share for share in (machine["vm"] or {}).get("shares", [])}
    for where, fs in sorted(machine["fileSystems"].items()):
        if fs["fsType"] == "virtiofs" and where.startswith(("/etc/", "/var/", "/run/")):
            yield hostfs(where, sources[fs["device"]])
        elif fs["device"].startswith("/dev/disk/by-id/"):
            yield f"{fs['device']} {where} {fs['fsType']} {','.join(fs['options'])} 0 2\n"
    if not machine["vm"]:
        # The host's own side of them; several machines may have the same.
        sides = {share["source"]: (share, vm) for vm, other in every.items() for share in (other["vm"] or {}).get("shares", [])}
        for source, (share, vm) in sorted(sides.items()):
            if source.startswith(("/run/", f"/var/lib/microvms/{vm}/kubernetes")):
                yield hostfs(source, {**share, "readOnly": False}, vm)


def hostfs(where, share, vm=name):
    """What several machines share is in the memory of the host."""
    folder = f"{os.path.dirname(os.path.dirname(shares))}/{vm}/shares/{share['tag']}"
    if share["source"].startswith("/run/"):
        folder = f"{os.path.dirname(os.path.dirname(shares))}/memory/{share['tag']}"
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return f"none {where} hostfs hostfs={folder}{',ro' if share['readOnly'] else ''} 0 0\n"


def units():
    for unit, it in machine["units"].items():
        base = "/etc/systemd/system/" + unit
        write(base + ".d/overrides.conf" if it["dropIn"] else base, it["text"])
        for key, folder in (("wantedBy", "wants"), ("requiredBy", "requires")):
            for target in it[key]:
                link("../" + unit, f"/etc/systemd/system/{target}.{folder}/{unit}")


def tmpfiles():
    for file, paths in machine["tmpfiles"].items():
        lines = []
        for path, kinds in paths.items():
            for kind, it in kinds.items():
                fields = [it.get(key) or "-" for key in ("mode", "user", "group", "age")]
                lines.append(" ".join([it.get("type", kind), path, *fields, it.get("argument") or ""]))
        write(f"/etc/tmpfiles.d/{file}.conf", "\n".join(lines) + "\n")


def store():
    """What the texts name in the store, and what that names in turn."""
    seen = set()
    while written:
        for path, digest, package, program in STORE.findall(written.pop()):
            if (path, program) in seen:
                continue
            seen.add((path, program))
            if package == "containerd-config-checked.toml":
                write(path, toml(machine["containerd"]))
            elif digest != STAND_IN and os.path.isfile(path):
                script(path, program)
            elif digest != STAND_IN and os.path.isdir(path) and not os.path.exists(root + path):
                # Sources: the rendered files as they are.
                shutil.copytree(path, root + path)
            elif digest == STAND_IN:
                package = re.sub(r"-[0-9.]+$", "", package)
                link(BINS.get(package, "/opt/debian"), path + "/bin")
                link("bin", path + "/sbin")


def script(path, program):
    """A text of the store; writeShellScript's own first line is not in it."""
    text = open(path).read()
    first, _, rest = text.partition("\n")
    if first.startswith("#!"):
        text = f"#! /bin/bash{' -e' if ' -e' in first else ''}\n{rest}"
    elif program or "microvm" in path:
        text = "#! /bin/bash -e\n" + text
    write(f"{path}/bin/{program}" if program else path, text, 0o755)


for file, text in machine["networkd"].items():
    write("/etc/systemd/network/" + file, text)
for file, text in machine["etc"].items():
    write("/etc/" + file, text)
write("/etc/udev/rules.d/99-local.rules", machine["udev"])
write("/etc/fstab", "".join(fstab()))
hosts = "".join(f"{address} {' '.join(names)}\n" for address, names in machine["hosts"].items())
write("/etc/hosts", "127.0.0.1 localhost\n" + hosts)
units()
tmpfiles()
# Where NixOS has every program of the system.
write("/etc/tmpfiles.d/lab.conf", "L /run/current-system/sw - - - - /usr/local\n")
for program in PROGRAMS:
    link(f"{PARTS}/bin/{program}", "/usr/local/bin/" + program)
store()
