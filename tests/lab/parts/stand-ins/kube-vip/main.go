// Command kube-vip stands in for kube-vip, whose module the Go proxy did not serve.
// It takes the settings that the rendered pod gives: a Lease decides which control
// plane leads, and that one holds the address on the interface of its default route
// and tells the network so.
package main

import (
	"context"
	"errors"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	address, err := netlink.ParseAddr(os.Getenv("address") + "/" + os.Getenv("vip_subnet"))
	must(err)
	link, err := outward()
	must(err)
	// What a run that was killed has left.
	_ = netlink.AddrDel(link, address)

	// The API server of this node, by a name that its certificate has.
	config, err := clientcmd.BuildConfigFromFlags("https://kubernetes:"+os.Getenv("port"), "/etc/kubernetes/admin.conf")
	must(err)
	client, err := kubernetes.NewForConfig(config)
	must(err)
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  meta.ObjectMeta{Name: os.Getenv("vip_leasename"), Namespace: os.Getenv("cp_namespace")},
			Client:     client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: os.Getenv("vip_nodename")},
		},
		ReleaseOnCancel: true,
		LeaseDuration:   seconds("vip_leaseduration"),
		RenewDeadline:   seconds("vip_renewdeadline"),
		RetryPeriod:     seconds("vip_retryperiod"),
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) { hold(ctx, link, address) },
			OnStoppedLeading: func() { _ = netlink.AddrDel(link, address) },
		},
	})
	// The kubelet starts it again, as it does the real one.
	log.Print("leads no more")
}

// outward is the interface of the default route.
func outward() (netlink.Link, error) {
	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, err
	}
	for _, route := range routes {
		if route.Gw != nil && (route.Dst == nil || route.Dst.IP.IsUnspecified()) {
			return netlink.LinkByIndex(route.LinkIndex)
		}
	}
	return nil, errors.New("this node has no default route")
}

func seconds(variable string) time.Duration {
	count, err := strconv.Atoi(os.Getenv(variable))
	must(err)
	return time.Duration(count) * time.Second
}

func hold(ctx context.Context, link netlink.Link, address *netlink.Addr) {
	log.Printf("leads: %v is on %v", address, link.Attrs().Name)
	for ctx.Err() == nil {
		// Whatever sets up the interface anew may take it away; the real one puts it back, too.
		must(netlink.AddrReplace(link, address))
		// A neighbour may have missed one, or come later.
		if err := announce(link, address.IP.To4()); err != nil {
			log.Print(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(3 * time.Second):
		}
	}
}

// announce sends the gratuitous ARP reply that moves the address in every neighbour's table.
func announce(link netlink.Link, ip net.IP) error {
	const arp = unix.ETH_P_ARP>>8 | unix.ETH_P_ARP&0xff<<8 // in the network's order
	socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, arp)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	all := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	own := link.Attrs().HardwareAddr
	// Ethernet and IPv4, a reply; who says so, and to whom.
	packet := []byte{0, 1, 8, 0, 6, 4, 0, 2}
	for _, field := range [][]byte{own, ip, all, ip} {
		packet = append(packet, field...)
	}
	to := unix.SockaddrLinklayer{Protocol: arp, Ifindex: link.Attrs().Index, Halen: 6}
	copy(to.Addr[:], all)
	return unix.Sendto(socket, packet, 0, &to)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
