package spaces

import (
	"fmt"
	"math/bits"
	"os"
	"strings"
)

// Namespaces is a set of kinds of namespaces: the CLONE_NEW* flags of clone(2).
type Namespaces uint32

// The kinds of namespaces, see namespaces(7).
const (
	TimeNamespace    Namespaces = 0x00000080
	MountNamespace   Namespaces = 0x00020000
	CgroupNamespace  Namespaces = 0x02000000
	UTSNamespace     Namespaces = 0x04000000
	IPCNamespace     Namespaces = 0x08000000
	UserNamespace    Namespaces = 0x10000000
	PIDNamespace     Namespaces = 0x20000000
	NetworkNamespace Namespaces = 0x40000000

	AllNamespaces Namespaces = 0x7e020080
)

// String lists the kinds as the OCI runtime specification calls them: "user,pid".
func (n Namespaces) String() string {
	var names []string
	for left := uint32(n); left != 0; left &= left - 1 {
		names = append(names, nameOf(Namespaces(1)<<bits.TrailingZeros32(left)))
	}
	return strings.Join(names, ",")
}

func nameOf(kind Namespaces) string {
	switch kind {
	case TimeNamespace:
		return "time"
	case MountNamespace:
		return "mount"
	case CgroupNamespace:
		return "cgroup"
	case UTSNamespace:
		return "uts"
	case IPCNamespace:
		return "ipc"
	case UserNamespace:
		return "user"
	case PIDNamespace:
		return "pid"
	case NetworkNamespace:
		return "network"
	}
	return fmt.Sprintf("%#x", uint32(kind))
}

// A Join names existing namespaces to enter, by exactly one of PID, Path and File.
type Join struct {
	// Namespaces are those to join. With PID the zero value means all that differ from the caller's and are
	// not asked for otherwise; with Path and File it is the one kind that the file is of.
	Namespaces Namespaces

	// PID is a running process. With its mount namespace comes its root directory. It is looked up when the
	// program is started.
	PID int

	// Path is a file such as /proc/PID/ns/net or /run/netns/NAME, opened when the program is started.
	Path string

	// File is such a file, open.
	File *os.File
}
