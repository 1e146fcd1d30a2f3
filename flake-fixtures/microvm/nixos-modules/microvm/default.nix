# A MicroVM as microvm.nix makes it: its options, and what follows from them for
# the guest's NixOS.
{
  imports = [
    ./options.nix
    ./guest.nix
    ./assertions.nix
  ];
}
