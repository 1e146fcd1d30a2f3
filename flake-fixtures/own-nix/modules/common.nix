# What every MicroVM and worker gets.
{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.ethtool ];
}
