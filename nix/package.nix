# The package, for `callPackage`.
{
  lib,
  stdenv,
  buildPackages,
  installShellFiles,
  rustPlatform,
  # What `nixgen --version` says that it was built from.
  commit ? null,
}:
let
  manifest = (lib.importTOML ../Cargo.toml).package;
in
rustPlatform.buildRustPackage {
  pname = manifest.name;
  inherit (manifest) version;

  # What cargo reads, and what is compiled in: the templates, the pages of the
  # diagnostics and the example. So a change of anything else builds nothing.
  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../Cargo.lock
      ../Cargo.toml
      ../benches
      ../build.rs
      ../cluster.toml
      ../docs/diagnostics
      ../examples
      ../src
      ../templates
      ../tests
    ];
  };
  cargoLock.lockFile = ../Cargo.lock;
  env = lib.optionalAttrs (commit != null) { NIXGEN_COMMIT = commit; };

  # The suite runs Nix, git and strace; these tests run nothing.
  cargoTestFlags = [ "--lib" ];

  nativeBuildInputs = [ installShellFiles ];
  postInstall = lib.optionalString (stdenv.hostPlatform.emulatorAvailable buildPackages) (
    let
      nixgen = "${stdenv.hostPlatform.emulator buildPackages} $out/bin/nixgen";
    in
    ''
      mkdir man
      ${nixgen} man man
      installManPage man/*
      installShellCompletion --cmd nixgen \
        --bash <(${nixgen} completions bash) \
        --fish <(${nixgen} completions fish) \
        --zsh <(${nixgen} completions zsh)
    ''
  );

  meta = {
    inherit (manifest) description;
    license = lib.licenses.mit;
    mainProgram = manifest.name;
    platforms = lib.platforms.linux ++ lib.platforms.darwin;
  };
}
