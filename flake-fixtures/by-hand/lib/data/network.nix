{
  wan = {
    network = "192.168.1.0/24";
    host = "192.168.1.10";
    gateway = "192.168.1.1";
    prefixLength = 24;
  };
  dns = [ "1.1.1.1" ];
  vlans = {
    management = {
      id = 10;
      network = "10.0.10.0/24";
      gateway = "10.0.10.1";
      host = "10.0.10.1";
      prefixLength = 24;
    };
    services = {
      id = 20;
      network = "10.0.20.0/24";
      gateway = "10.0.20.1";
      host = "10.0.20.5";
      prefixLength = 24;
    };
  };
}
