package spaces_test

import (
	"os/exec"
	"syscall"
	"testing"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

// The same work for BenchmarkRun and BenchmarkOSExec: a program in new namespaces of all kinds that package os/exec
// can make with id maps.
const benchmarked = spaces.UserNamespace | spaces.MountNamespace | spaces.PIDNamespace | spaces.UTSNamespace |
	spaces.IPCNamespace | spaces.NetworkNamespace | spaces.CgroupNamespace

func BenchmarkRun(b *testing.B) {
	for i := 0; i < b.N; i++ {
		cmd := spaces.Command("/bin/true")
		cmd.Isolation = spaces.Isolation{
			New:       benchmarked,
			MountProc: spaces.Bool(false), // os/exec mounts none
			Init:      spaces.Bool(false), // nor has it an init
		}
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRunAsContainer(b *testing.B) {
	for i := 0; i < b.N; i++ {
		cmd := contained("/bin/true")
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOSExec(b *testing.B) {
	root := []syscall.SysProcIDMap{{ContainerID: 0, HostID: syscall.Getuid(), Size: 1}}
	group := []syscall.SysProcIDMap{{ContainerID: 0, HostID: syscall.Getgid(), Size: 1}}
	for i := 0; i < b.N; i++ {
		cmd := exec.Command("/bin/true")
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  uintptr(benchmarked),
			UidMappings: root,
			GidMappings: group,
		}
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
