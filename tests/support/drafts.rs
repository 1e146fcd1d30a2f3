//! Clusters with hostile text in every field that takes text.

use std::ops::Range;

use super::hostile::{Random, corpus, line, seed, text, toml_string};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE";

/// A value that was written.
#[derive(Debug)]
pub struct Case {
    /// Which of the draft's.
    pub number: usize,
    pub field: &'static str,
    pub machine: &'static str,
    /// Of a label; empty for other fields.
    pub key: String,
    pub value: String,
    /// Where it stands in the text.
    pub place: Range<usize>,
}

/// A cluster.toml, and what is hostile in it.
pub struct Draft {
    pub text: String,
    pub cases: Vec<Case>,
    refused: Vec<usize>,
    written: usize,
    machine: &'static str,
    random: Random,
}

impl Draft {
    /// The draft of this number, without the cases that were refused before.
    pub fn new(number: usize, refused: Vec<usize>) -> Self {
        let random = Random::new(seed().wrapping_add(number as u64));
        let mut draft = Self {
            text: String::new(),
            cases: Vec::new(),
            refused,
            written: 0,
            machine: "",
            random,
        };
        draft.cluster();
        draft.host();
        draft.vms();
        draft
    }

    fn say(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Writes a snippet that holds a case, and whether it did.
    fn case(&mut self, field: &'static str, key: &str, value: &str, snippet: &str) -> bool {
        let number = self.written;
        self.written += 1;
        if self.refused.contains(&number) {
            return false;
        }
        let start = self.text.len();
        self.say(snippet);
        let place = start..self.text.len();
        let (key, value) = (key.to_owned(), value.to_owned());
        self.cases.push(Case { number, field, machine: self.machine, key, value, place });
        true
    }

    /// `before`, the value as a string, `after`.
    fn value(&mut self, field: &'static str, before: &str, value: &str, after: &str) -> bool {
        self.case(field, "", value, &format!("{before}{}{after}", toml_string(value)))
    }

    /// The same on a line of a key that has to be there: where the value is refused, with
    /// another one.
    fn required(&mut self, field: &'static str, key: &str, other: &str) {
        let value = self.any();
        self.required_value(field, key, &value, other);
    }

    fn required_value(&mut self, field: &'static str, key: &str, value: &str, other: &str) {
        if !self.value(field, key, value, "\n") {
            self.say(&format!("{key}\"{other}\"\n"));
        }
    }

    fn list(&mut self, field: &'static str, values: &[String]) {
        self.say(&format!("{field} = [\n"));
        for value in values {
            self.value(field, "  ", value, ",\n");
        }
        self.say("]\n");
    }

    fn any(&mut self) -> String {
        match self.random.below(4) {
            0 => text(&mut self.random),
            1 => corpus()[self.random.below(corpus().len())].clone(),
            _ => line(&mut self.random),
        }
    }

    /// Mostly what may be a path that starts like this.
    fn path(&mut self, start: &str) -> String {
        let any = self.any();
        if self.random.below(12) == 0 {
            return any;
        }
        let parts: Vec<&str> = any.split('/').filter(|p| !matches!(*p, "" | "." | "..")).collect();
        let end = if parts.is_empty() { "x" } else { "" };
        format!("{start}{}{end}", parts.join("/"))
    }

    /// What labels are made of, also where YAML takes it for something else.
    fn word(&mut self) -> String {
        const WORDS: &[&str] = &[
            "true",
            "no",
            "null",
            "1e3",
            "0x10",
            "012",
            "1.0",
            "1_000",
            "2001-12-14",
            "a",
            "or",
            "rec",
            "in",
            "Z9",
            "a.b",
            "a_b",
            "a-b",
            "a__JOIN_TOKEN__b",
            "a@JOIN_TOKEN@b",
            "0",
            "é",
            "a b",
            "$x",
            "-a",
            "a\n",
            "'",
            "1.1.1.1",
        ];
        self.random.pick(WORDS).to_owned()
    }

    fn taints_and_labels(&mut self) {
        let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
        let taints = effects.map(|effect| format!("{}={}:{effect}", self.word(), self.word()));
        self.list("taints", &taints);
        for at in 0..8 {
            let domain = self.random.pick(&["", "", "example.org/", "or.in/", "1.x-y/", "/"]);
            // A key twice would not be TOML.
            let end = if at == 0 { String::new() } else { format!("-{at}") };
            let key = format!("{domain}{}{end}", self.word());
            let value = self.word();
            let snippet = format!("labels.{} = {}\n", toml_string(&key), toml_string(&value));
            self.case("labels", &key, &value, &snippet);
        }
    }

    /// Options of the user's own, with any text as name and value.
    fn nixos(&mut self, whose: &str) {
        for at in 0..6 {
            // A key twice would not be TOML, and a machine's own wins over a role's.
            let (key, value) = (format!("{}-{whose}{at}", self.any()), self.any());
            let (name, text) = (toml_string(&key), toml_string(&value));
            let snippet = format!("nixos.environment.variables.{name} = {text}\n");
            self.case("variables", &key, &value, &snippet);
        }
    }

    fn modules(&mut self) {
        let modules: Vec<_> = (0..4).map(|_| self.path("modules/")).collect();
        self.list("extra_modules", &modules);
    }

    fn cluster(&mut self) {
        self.say("[cluster]\nname = \"fields\"\nkubernetes = \"1.34\"\n");
        self.required("nixos", "nixos = ", "25.11");
        let value = self.any();
        self.value("state_version", "state_version = ", &value, "\n");
        let value = self.path("nixgen/");
        self.value("templates", "templates = ", &value, "\n");
        for field in [
            "join_token_file",
            "ca_cert_hash_file",
            "certificate_key_file",
            "encryption_config_file",
        ] {
            let value = self.path("/run/");
            self.value(field, &format!("{field} = "), &value, "\n");
        }
        let reference = format!("github:NixOS/nixpkgs/{}", self.any());
        self.value("kubernetes_nixpkgs", "kubernetes_nixpkgs = ", &reference, "\n");
        self.say("[network]\ndns = [\"1.1.1.1\"]\nvlans.services = { id = 20, subnet = \"10.0.0.0/16\" }\n");
        self.say("[workloads]\n");
        let manifests: Vec<_> = (0..4).map(|_| self.path("k8s/")).collect();
        self.list("manifests", &manifests);
        for server in ["ollama", "localai"] {
            self.say(&format!("[workloads.{server}]\nimage = \"example.org/{server}:1\"\n"));
            self.say("node_selector = { gpu = \"host\" }\ngpu_access = \"privileged\"\n");
            let value = self.path("/var/lib/");
            let snippet = format!("data = {}\n", toml_string(&value));
            self.case("data", server, &value, &snippet);
            let value = self.any();
            let snippet = format!("env = {{ X = {} }}\n", toml_string(&value));
            self.case("env", server, &value, &snippet);
        }
        self.say("[workloads.local_path]\n");
        let value = self.path("/var/lib/");
        let snippet = format!("data = {}\n", toml_string(&value));
        self.case("data", "local-path", &value, &snippet);
        self.say("[outputs]\nflake.render = true\n");
        for output in ["bootstrap", "flannel", "ollama", "runbook", "vms", "worker-host"] {
            let value = self.path("");
            let snippet = format!("{output}.path = {}\n", toml_string(&value));
            self.case("outputs", output, &value, &snippet);
        }
        self.machine = "two";
        self.say("[roles.worker]\n");
        self.modules();
        self.nixos("role");
    }

    fn host(&mut self) {
        self.machine = "host";
        self.say("[hosts.host]\nuplink = \"enp1s0\"\nrole = \"worker\"\nvlan = \"services\"\n");
        self.say("addresses.services = \"10.0.0.5\"\nlabels.gpu = \"host\"\n");
        self.required("model", "gpu.model = ", "gfx1100");
        let value = self.any();
        self.value("hsa_override", "gpu.hsa_override = ", &value, "\n");
        let value = self.any();
        self.value("target_host", "deployment.target_host = ", &value, "\n");
        self.modules();
        if self.random.below(4) == 0 {
            let value = self.path("hardware/");
            self.required_value("hardware", "hardware = ", &value, "hardware.nix");
        } else {
            for key in ["boot.root.device = ", "boot.esp.device = "] {
                let value = self.path("/dev/");
                self.required_value("device", key, &value, &format!("/dev/by/{}", key.len()));
            }
        }
        self.taints_and_labels();
        self.nixos("own");
        let parameters: Vec<_> = (0..4).map(|_| self.any()).collect();
        self.list("nixos.boot.kernelParams", &parameters);
        self.say("[hosts.host.users.admin]\nadmin = true\n");
        let mut keys = vec![KEY.to_owned()];
        keys.extend((0..8).map(|_| format!("{KEY} {}", self.any())));
        self.list("ssh_keys", &keys);
        let value = self.path("/run/");
        self.value("hashed_password_file", "hashed_password_file = ", &value, "\n");
    }

    fn vms(&mut self) {
        for (at, (name, role)) in
            [("one", "control-plane"), ("two", "worker"), ("three", "none")].into_iter().enumerate()
        {
            self.machine = name;
            self.say(&format!("[vms.{name}]\nrole = \"{role}\"\nip = \"10.0.0.{}\"\n", at + 10));
            let directories: Vec<_> = (0..4).map(|_| self.path("/var/")).collect();
            self.list("persist", &directories);
            self.modules();
            self.nixos("own");
            let value = self.any();
            self.value("target_host", "deployment.target_host = ", &value, "\n");
            if role != "none" {
                self.taints_and_labels();
                continue;
            }
            let value = self.path("/srv/");
            self.required_value("storage", "storage.mount = ", &value, "/data");
            let value = self.path("/srv/");
            self.value("source", "storage.source = ", &value, "\n");
            for (share, end) in [("rw", " }\n"), ("ro", ", read_only = true }\n")] {
                let value = self.path(&format!("/srv/{share}/"));
                let key = format!("shares.{share} = {{ mount = \"/{share}\", source = ");
                self.case(share, share, &value, &format!("{key}{}{end}", toml_string(&value)));
            }
            let value = self.path("/srv/");
            self.value("mount", "volumes.backup = { size = \"1GiB\", mount = ", &value, " }\n");
            for port in 0..6 {
                let name = format!("{}{port}", self.word());
                self.case(
                    "ports",
                    "",
                    &name,
                    &format!("ports.{} = {}\n", toml_string(&name), 8000 + port),
                );
            }
        }
    }
}
