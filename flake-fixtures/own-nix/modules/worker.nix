# What every worker gets: an expression, which cluster.toml cannot say.
{ lib, ... }:
{
  boot.kernel.sysctl."net.core.somaxconn" = lib.mkDefault 4096;
}
